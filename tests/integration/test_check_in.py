"""Appointments join the walk-ins, on both databases (R40, R51, R53): rank, grace, lateness, and how it is explained."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from appointed import shifted, slot_now
from diary import ITEM, Diary, open_diary
from paihao.api.permissions import Caller
from paihao.booking.tables import Slot
from paihao.core.clock import business_day, local, micros, now
from paihao.display import picture
from paihao.queue import calling, console, handovers, moves, overview
from paihao.queue.actor import Actor
from paihao.queue.facts import HallFacts
from paihao.queue.standing import standings
from paihao.queue.ticket import Action
from sqlalchemy import insert

pytestmark = pytest.mark.anyio
MINUTE = timedelta(minutes=1)


class Hall:
    """The small hall with window 3 open for line A. People come; later calls are made with the moment handed in."""

    def __init__(self, diary: Diary, kiosk: httpx.AsyncClient, chief: httpx.AsyncClient) -> None:
        self.diary = diary
        self.kiosk = kiosk
        self.chief = chief
        self.services = diary.house.services
        self.window = 0
        self._made = 0

    async def facts(self) -> HallFacts:
        return await self.services.halls.get("small")

    async def book(self, minutes: float, **person: Any) -> dict[str, Any]:
        """An appointment for a time in so many minutes (negative: ago)."""
        facts, moment = await self.facts(), now()
        self._made += 1
        line = facts.items[ITEM].line_id
        values = slot_now(facts.id, line or 0, facts.timezone, moment + timedelta(seconds=self._made))
        async with self.services.database.write() as tx:
            slot = (await tx.execute(insert(Slot).returning(Slot.id), values)).scalar_one()
        held = await self.diary.hold(f"{slot}.{ITEM}", self.kiosk, channel="onsite")
        made = await self.diary.confirm(held.json()["id"], self.kiosk, **person)
        assert made.status_code == 201, made.text
        starts_at = now() + timedelta(minutes=minutes)
        async with self.services.database.write() as tx:
            await tx.execute(shifted(slot, starts_at))
        return dict(made.json()) | {"starts_at": starts_at}

    async def check_in(self, booking: dict[str, Any], **headers: str) -> httpx.Response:
        return await self.kiosk.post(f"/appointments/{booking['code']}/check-in", json={}, headers=headers)

    async def walk_in(self, **wish: Any) -> dict[str, Any]:
        said = await self.kiosk.post("/halls/small/tickets", json={"channel": "kiosk", "item": ITEM} | wish)
        assert said.status_code == 201, said.text
        return dict(said.json())

    async def next_at(self, moment: datetime) -> Any:
        """Who is called to the window at this moment, and gone again; None when nobody may be."""
        by = Actor("test", anywhere=True)
        async with self.services.database.write() as tx:
            called = await calling.call_next(tx, self.window, by, moment)
            if called is not None:
                ticket = await moves.find(tx, called.key)
                await moves.apply(tx, await self.facts(), ticket, Action.CANCEL, by, moment)
        return called

    async def order_at(self, moment: datetime) -> list[str]:
        """The numbers in the order in which they would be called from this moment on."""
        found = []
        while (called := await self.next_at(moment)) is not None:
            found.append(called.number)
        return found


@pytest.fixture
async def hall(database_url: str) -> AsyncIterator[Hall]:
    async with open_diary(database_url) as diary:
        house = diary.house
        async with house.client(Caller.KIOSK) as kiosk, house.client(Caller.SUPERVISOR) as chief:
            made = Hall(diary, kiosk, chief)
            made.window = await house.window("3")
            (await chief.post(f"/windows/{made.window}/open")).raise_for_status()
            yield made


async def test_the_booked_time_is_the_arrival_and_nobody_is_called_before_it(hall: Hall) -> None:
    """R40."""
    booking = await hall.book(20, needs="wheelchair")
    answer = await hall.check_in(booking)
    assert answer.status_code == 201, answer.text
    ticket = answer.json()
    assert (ticket["number"], ticket["kept"], ticket["need"]) == ("A001", True, "wheelchair")
    assert ticket["booked_for"] == ticket["arrival"] == ticket["rank"]
    assert ticket["wait"]["low"] >= 19  # no shorter than the time until then
    seen = (await hall.kiosk.get(f"/tickets/{ticket['id']}")).json()
    clock = ticket["booked_for"][11:16]
    assert seen["said"]["now"].startswith(f"您预约的时间 {clock}，到时按约叫号")
    assert seen["said"]["wait"] == f"{clock}以后"
    assert await hall.next_at(now() + 19 * MINUTE) is None
    assert (await hall.next_at(booking["starts_at"])).number == "A001"


async def test_order_among_walk_ins_and_priorities(hall: Hall) -> None:
    """A walk-in who came before the booked time is before it, one who comes after it behind; credits count."""
    before = await hall.walk_in()
    late, soon = await hall.book(-10), await hall.book(20)
    within, kept = (await hall.check_in(late)).json(), (await hall.check_in(soon)).json()
    elderly = await hall.walk_in(priority="elderly")
    assert within["kept"]
    assert kept["kept"]
    (credit,) = (one.credit_minutes for one in (await hall.facts()).priorities.values() if one.code == "elderly")
    first, second = (elderly, within) if credit > 10 else (within, elderly)
    called = await hall.order_at(now() + 21 * MINUTE)
    assert called == [ticket["number"] for ticket in (first, second, before, kept)]


async def test_the_window_and_the_boards_are_told_of_it(hall: Hall) -> None:
    booking = await hall.book(-5)
    await hall.check_in(booking)
    called = (await hall.chief.post(f"/windows/{hall.window}/call-next")).json()
    assert called["why"]["rule"] == "own"
    seen = (await hall.chief.get(f"/windows/{hall.window}")).json()["here"]
    assert seen["why"]["rank"] == micros(booking["starts_at"])
    assert (seen["booked_for"], seen["arrival"], seen["rank"]) == (seen["arrival"],) * 3
    state = await picture.read(hall.services.database, await hall.facts(), now())
    assert state.calls[0].booked is True
    assert state.windows[hall.window].booked


async def test_too_late_is_by_the_halls_setting(hall: Hall) -> None:
    late = await hall.book(-40)
    walker = await hall.walk_in()
    ticket = (await hall.check_in(late)).json()
    assert not ticket["kept"]
    assert ticket["arrival"] > ticket["booked_for"]
    assert ticket["rank"] >= walker["rank"]
    await hall.diary.rule(late="rebook")
    refused = await hall.check_in(await hall.book(-40))
    assert (refused.status_code, refused.json()["code"]) == (409, "too_late")
    within = (await hall.check_in(await hall.book(-14))).json()
    assert within["kept"]


async def test_early_twice_cancelled_and_unknown(hall: Hall) -> None:
    early = await hall.book(90)
    refused = await hall.check_in(early)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_early")
    booking = await hall.book(10)
    first = await hall.check_in(booking, **{"idempotency-key": "one-press"})
    again = await hall.check_in(booking, **{"idempotency-key": "one-press"})
    assert (again.status_code, again.json()) == (201, first.json())  # the answer was lost on its way
    twice = await hall.check_in(booking)
    assert (twice.status_code, twice.json()["code"]) == (409, "checked_in_already")
    gone = await hall.book(10)
    (await hall.chief.post(f"/appointments/{gone['code']}/cancel", json={"reason": "检修"})).raise_for_status()
    assert (await hall.check_in(gone)).json()["code"] == "cancelled_already"
    assert (await hall.kiosk.post("/appointments/22222222/check-in", json={})).status_code == 404


async def test_nothing_counts_before_the_booked_time(hall: Hall) -> None:
    """Who came early has not waited: for the supervisor, the hand-overs, the console and the phone alike."""
    booking = await hall.book(25, proxy={"name": "李小四", "phone": "13900000000"})
    async with hall.diary.house.client(Caller.GUIDE) as guide:
        ticket = (await guide.post(f"/appointments/{booking['code']}/check-in", json={})).json()
    facts, moment = await hall.facts(), now() + 24 * MINUTE
    async with hall.services.database.read() as connection:
        seen = await overview.read(connection, facts, moment)
        assert seen.longest == []
        assert not any(line.over for line in seen.lines)
        [sent] = await handovers.read(connection, facts, booking["starts_at"] + MINUTE, 15)
        assert not sent.late
        desk = await console.read(connection, facts, facts.windows[hall.window], None, moment)
        assert (desk.upcoming, desk.later.people) == ([], 1)
        desk = await console.read(connection, facts, facts.windows[hall.window], None, booking["starts_at"])
        assert desk.upcoming[0].ticket.visitor.endswith(" · 代办 李*四 139****0000")
    early = await standings(hall.services.database, hall.services.figures, facts, [ticket["id"]], moment)
    place = early[ticket["id"]].place
    assert place is not None
    assert place.later > 0
    # Called out of turn before his time, he has waited no time at all, and takes none from the others' figure.
    reason = {"ticket": ticket["id"], "reason": "特事特办"}
    (await hall.chief.post(f"/windows/{hall.window}/call", json=reason)).raise_for_status()
    live = (await hall.chief.get("/halls/small/live")).json()
    assert live["today"]["wait_minutes"] == 0


async def test_some_minutes_more_are_counted_from_the_booked_time(hall: Hall) -> None:
    booking = await hall.book(20)
    ticket = (await hall.check_in(booking)).json()
    said = await hall.kiosk.post(f"/tickets/{ticket['id']}/postpone")
    assert said.status_code == 200, said.text
    minutes = (await hall.facts()).postpone_minutes
    assert await hall.next_at(booking["starts_at"] + (minutes - 1) * MINUTE) is None
    assert (await hall.next_at(booking["starts_at"] + minutes * MINUTE)).number == ticket["number"]


async def test_at_the_days_end_a_ticket_expires_and_the_journal_is_clean(hall: Hall) -> None:
    booking = await hall.book(20)
    ticket = (await hall.check_in(booking)).json()
    facts = await hall.facts()
    tomorrow = business_day(now(), facts.timezone) + timedelta(days=1)
    night = local(now(), facts.timezone) + timedelta(days=1)
    async with hall.services.database.write() as tx:
        assert await moves.expire(tx, facts, Actor("test"), night, tomorrow) == 1
        row = await moves.find(tx, ticket["id"])
    assert row.status == "expired"
    seen = (await hall.chief.get(f"/appointments/{booking['code']}")).json()
    assert seen["status"] == "checked_in"  # he came
