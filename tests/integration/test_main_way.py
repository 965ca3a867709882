"""The main way over HTTP: a number, a call with its reason, what a window can do, what the holder and the board see."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import httpx
import pytest
from house import House, sign_in_clerk
from paihao.api import sweeps
from paihao.api.permissions import Caller
from paihao.core.bus import Moved, What
from paihao.core.clock import business_day, now
from paihao.queue.hall import Hall, Line
from paihao.queue.staff import Part, Post, PostHolder, Role, Staff
from paihao.queue.ticket import Ticket
from sqlalchemy import insert, select, update

pytestmark = pytest.mark.anyio


class Day:
    """A kiosk, and clerks at windows."""

    def __init__(self, house: House, stack: AsyncExitStack) -> None:
        self.house = house
        self._stack = stack

    async def client(self, caller: Caller) -> httpx.AsyncClient:
        return await self._stack.enter_async_context(self.house.client(caller))

    async def clerk(self, number: str) -> httpx.AsyncClient:
        """Somebody new, signed in and with this window open."""
        token = await sign_in_clerk(self.house, f"clerk-{number}")
        client = await self._stack.enter_async_context(self.house.client(Caller.CLERK, token=token))
        opened = await client.post(f"/windows/{await self.house.window(number)}/open")
        assert opened.status_code == 200, opened.text
        return client

    async def issue(self, **wish: Any) -> dict[str, Any]:
        kiosk = await self.client(Caller.KIOSK)
        said = await kiosk.post("/halls/small/tickets", json={"channel": "kiosk"} | wish)
        assert said.status_code == 201, said.text
        return dict(said.json())

    async def next(self, client: httpx.AsyncClient, number: str) -> dict[str, Any] | None:
        said = await client.post(f"/windows/{await self.house.window(number)}/call-next")
        assert said.status_code in (200, 204), said.text
        return dict(said.json()) if said.status_code == 200 else None

    async def act(self, client: httpx.AsyncClient, ticket: dict[str, Any], action: str, **body: Any) -> dict[str, Any]:
        said = await client.post(f"/tickets/{ticket['id']}/{action}", json=body or None)
        assert said.status_code == 200, said.text
        return dict(said.json())

    async def serve(self, client: httpx.AsyncClient, called: dict[str, Any]) -> None:
        await self.act(client, called["ticket"], "start")
        await self.act(client, called["ticket"], "complete")


@pytest.fixture
async def day(house: House) -> AsyncIterator[Day]:
    async with AsyncExitStack() as stack:
        yield Day(house, stack)


async def test_numbers_run_per_line_and_day(day: Day) -> None:
    numbers = [(await day.issue(item=item))["number"] for item in ("S-001", "S-002", "S-003", "S-001")]
    assert numbers == ["A001", "A002", "B001", "A003"]


async def test_a_called_visitor_knows_why_and_where(day: Day) -> None:
    clerk = await day.clerk("3")
    ticket = await day.issue(item="S-001")
    assert ticket["route"]["reason"] == "own_line"
    assert ticket["route"]["windows"] == ["3"]
    assert ticket["wait"]["low"] <= ticket["wait"]["high"]
    called = await day.next(clerk, "3")
    assert called is not None
    assert called["ticket"]["number"] == ticket["number"]
    assert (called["why"]["rule"], called["why"]["handicap_minutes"]) == ("own", 0)
    public = await day.client(Caller.PUBLIC)
    seen = (await public.get(f"/tickets/{ticket['id']}")).json()
    assert (seen["status"], seen["window"], seen["zone"]) == ("called", "3", "B区1楼")
    board = (await public.get("/halls/small/board")).json()
    assert [(call["number"], call["window"], call["again"]) for call in board["calls"]] == [("A001", "3", False)]
    await day.act(clerk, ticket, "recall")
    board = (await public.get("/halls/small/board")).json()
    assert [call["again"] for call in board["calls"]] == [True, False]


async def test_the_holder_sees_how_many_are_ahead(day: Day) -> None:
    first, second = await day.issue(item="S-001"), await day.issue(item="S-002")
    assert (first["ahead"], second["ahead"]) == (0, 1)
    public = await day.client(Caller.PUBLIC)
    assert (await public.post(f"/tickets/{first['id']}/cancel")).json()["status"] == "cancelled"
    assert (await public.get(f"/tickets/{second['id']}")).json()["ahead"] == 0


async def test_a_priority_class_is_put_forward_by_its_credit_r45(day: Day) -> None:
    clerk = await day.clerk("3")
    first, elderly = await day.issue(item="S-001"), await day.issue(item="S-001", priority="elderly")
    called = await day.next(clerk, "3")
    assert called is not None
    assert called["ticket"]["number"] == elderly["number"]
    assert called["why"]["credit_minutes"] == 15
    assert first["ahead"] == 0


async def test_a_window_helps_only_who_waited_longer_by_its_handicap_r42(day: Day) -> None:
    clerk = await day.clerk("4")  # serves A first, helps B
    helped, own = await day.issue(item="S-003"), await day.issue(item="S-001")
    first, rule = await day.next(clerk, "4"), "own"
    assert first is not None
    assert (first["ticket"]["number"], first["why"]["rule"]) == (own["number"], rule)
    await day.serve(clerk, first)
    second = await day.next(clerk, "4")
    assert second is not None
    assert (second["ticket"]["number"], second["why"]["rule"]) == (helped["number"], "help")
    assert second["why"]["handicap_minutes"] == 15


async def test_a_double_press_never_calls_two(day: Day) -> None:
    clerk = await day.clerk("3")
    await day.issue(item="S-001")
    await day.issue(item="S-001")
    path, key = f"/windows/{await day.house.window('3')}/call-next", {"idempotency-key": "press"}
    first, again = await clerk.post(path, headers=key), await clerk.post(path, headers=key)
    assert first.json() == again.json()
    refused = await clerk.post(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "window_busy")


async def test_nobody_waits(day: Day) -> None:
    assert await day.next(await day.clerk("3"), "3") is None


async def test_missed_only_after_the_recalls_and_back_behind_the_next_three(day: Day) -> None:
    clerk = await day.clerk("3")
    missed = await day.issue(item="S-001")
    await day.next(clerk, "3")
    early = await clerk.post(f"/tickets/{missed['id']}/miss")
    assert (early.status_code, early.json()["code"]) == (409, "too_early_to_miss")
    for action in ("recall", "recall", "miss"):
        await day.act(clerk, missed, action)
    others = [(await day.issue(item="S-001"))["number"] for _ in range(5)]
    guide = await day.client(Caller.GUIDE)
    await day.act(guide, missed, "requeue")
    order = []
    while (called := await day.next(clerk, "3")) is not None:
        order.append(called["ticket"]["number"])
        await day.serve(clerk, called)
    assert order == [*others[:3], missed["number"], *others[3:]]


async def test_parked_and_resumed_at_the_window(day: Day) -> None:
    clerk = await day.clerk("3")
    parked, other = await day.issue(item="S-001"), await day.issue(item="S-001")
    await day.next(clerk, "3")
    await day.act(clerk, parked, "park", reason="复印材料")
    called = await day.next(clerk, "3")
    assert called is not None
    busy = await clerk.post(f"/tickets/{parked['id']}/resume")
    assert (busy.status_code, busy.json()["code"]) == (409, "window_busy")
    await day.serve(clerk, called)
    assert called["ticket"]["number"] == other["number"]
    resumed = await day.act(clerk, parked, "resume")
    assert (resumed["status"], resumed["window"]) == ("serving", "3")


async def test_a_transfer_keeps_the_place_r4(day: Day) -> None:
    social, police = await day.clerk("3"), await day.clerk("5")
    sent = await day.issue(item="S-001")
    await day.issue(item="S-003")
    await day.next(social, "3")
    moved = await day.act(social, sent, "transfer", line="B")
    assert (moved["line"], moved["status"], moved["number"]) == ("B", "waiting", sent["number"])
    called = await day.next(police, "5")
    assert called is not None
    assert called["ticket"]["number"] == sent["number"]


async def test_a_transfer_to_one_window_is_called_only_there(day: Day) -> None:
    three, four = await day.clerk("3"), await day.clerk("4")
    sent = await day.issue(item="S-001")
    await day.next(three, "3")
    await day.act(three, sent, "transfer", window="4")
    assert await day.next(three, "3") is None
    called = await day.next(four, "4")
    assert called is not None
    assert (called["ticket"]["number"], called["why"]["rule"]) == (sent["number"], "bound")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "transfer_nowhere"),
        ({"line": "B", "window": "5"}, "transfer_nowhere"),
        ({"line": "B"}, "line_unserved"),
        ({"window": "5"}, "window_closed"),
        ({"line": "Q"}, "unknown_line"),
        ({"window": "77"}, "unknown_window"),
    ],
)
async def test_transfers_that_lead_nowhere(day: Day, body: dict[str, str], code: str) -> None:
    clerk = await day.clerk("3")
    ticket = await day.issue(item="S-001")
    await day.next(clerk, "3")
    said = await clerk.post(f"/tickets/{ticket['id']}/transfer", json=body)
    assert (said.status_code in (400, 404), said.json()["code"]) == (True, code), said.text


async def test_out_of_order_needs_a_supervisor_and_a_reason_that_is_kept(day: Day) -> None:
    await day.clerk("3")
    await day.issue(item="S-001")
    later = await day.issue(item="S-001")
    chief = await day.client(Caller.SUPERVISOR)
    path = f"/windows/{await day.house.window('3')}/call"
    said = await chief.post(path, json={"ticket": later["id"], "reason": "突发疾病"})
    assert (said.json()["ticket"]["number"], said.json()["why"]["rule"]) == (later["number"], "chosen")
    rows = (await chief.get("/halls/small/journal")).json()["rows"]
    assert rows[-1]["data"]["note"] == "突发疾病"
    assert rows[-1]["actor"].startswith("staff:")


async def test_somebody_elses_ticket_is_left_alone(day: Day) -> None:
    three, four = await day.clerk("3"), await day.clerk("4")
    ticket = await day.issue(item="S-001")
    await day.next(three, "3")
    said = await four.post(f"/tickets/{ticket['id']}/start")
    assert (said.status_code, said.json()["code"]) == (403, "foreign_window")
    said = await four.post(f"/windows/{await day.house.window('3')}/close")
    assert said.status_code == 403


async def test_a_clerk_calls_and_cancels_only_at_his_own_window(day: Day) -> None:
    three, four = await day.clerk("3"), await day.clerk("4")
    first = await day.issue(item="S-001")
    window = await day.house.window("5")
    chief = await day.client(Caller.SUPERVISOR)
    await chief.post(f"/windows/{window}/open")  # opened for others: nobody sits there
    for path in (f"/windows/{window}/call-next", f"/windows/{await day.house.window('3')}/call-next"):
        said = await four.post(path)
        assert (said.status_code, said.json()["code"]) == (403, "foreign_window"), said.text
    await day.next(three, "3")
    said = await four.post(f"/tickets/{first['id']}/cancel")
    assert (said.status_code, said.json()["code"]) == (403, "foreign_window")
    public = await day.client(Caller.PUBLIC)
    assert (await public.post(f"/tickets/{first['id']}/cancel")).json()["status"] == "cancelled"


async def test_the_days_end_signs_out_who_forgot_to_close(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = await day.clerk("3")
    await sweeps.sweep(day.house.services)
    assert (await clerk.get("/session")).json()["window"] is not None
    monkeypatch.setattr(sweeps, "now", lambda: now() + timedelta(days=1))
    await sweeps.sweep(day.house.services)
    hall = await day.house.services.halls.get("small")
    assert not any(window.staffed for window in hall.windows.values())
    assert (await clerk.get("/session")).json()["window"] is None
    said = await clerk.post(f"/windows/{await day.house.window('4')}/open")
    assert said.status_code == 200, said.text


async def test_a_window_with_somebody_in_front_of_it_does_not_close(day: Day) -> None:
    clerk = await day.clerk("3")
    ticket = await day.issue(item="S-001")
    called = await day.next(clerk, "3")
    assert called is not None
    path = f"/windows/{await day.house.window('3')}/close"
    busy = await clerk.post(path)
    assert (busy.status_code, busy.json()["code"]) == (409, "window_busy")
    assert ticket["number"] in busy.json()["detail"]
    await day.serve(clerk, called)
    assert (await clerk.post(path)).status_code == 200
    chief = await day.client(Caller.SUPERVISOR)
    (duty,) = (await chief.get("/halls/small/duties")).json()["duties"]
    assert duty["window"] == "3"
    assert duty["since"] <= duty["until"]


async def test_a_closed_window_leaves_the_routing_at_once(day: Day) -> None:
    clerk = await day.clerk("3")
    assert (await day.issue(item="S-001"))["route"]["windows"] == ["3"]
    await clerk.post(f"/windows/{await day.house.window('3')}/close")
    assert (await day.issue(item="S-001"))["route"]["windows"] == []


async def test_b_covers_for_a_r48(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paihao.queue.facts.HallFacts.open_at", lambda self, now: True)
    clerk = await day.clerk("5")
    services = day.house.services
    async with services.database.write() as tx:
        hall = (await tx.execute(select(Hall.id))).scalar_one()
        line = (await tx.execute(select(Line.id).where(Line.prefix == "A"))).scalar_one()
        b = (await tx.execute(select(Staff.id).where(Staff.name == "clerk-5"))).scalar_one()
        post = await tx.execute(insert(Post).returning(Post.id), {"hall_id": hall, "line_id": line, "name": "社保岗"})
        holder = {"post_id": post.scalar_one(), "staff_id": b, "part": Part.B, "since": business_day(now(), "UTC")}
        await tx.execute(insert(PostHolder), holder)
    services.bus.publish(Moved(hall, What.HALL))
    ticket = await day.issue(item="S-001")
    assert (ticket["route"]["reason"], ticket["route"]["windows"]) == ("cover", ["5"])
    called = await day.next(clerk, "5")
    assert called is not None
    assert (called["ticket"]["number"], called["why"]["rule"]) == (ticket["number"], "bound")


async def test_elsewhere_names_the_agency_and_its_address_r5(day: Day) -> None:
    ticket = await day.issue(item="O-001")
    assert ticket["line"] == "X"
    assert ticket["route"]["agency"]["address"] == "中心路8号诉讼服务中心"
    assert "中心路8号诉讼服务中心" in ticket["route"]["text"]


async def test_numbers_are_given_while_the_hall_is_open(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    services = day.house.services
    async with services.database.write() as tx:
        hall = (await tx.execute(update(Hall).values(always_open=False).returning(Hall.id))).scalar_one()
    services.bus.publish(Moved(hall, What.HALL))
    kiosk = await day.client(Caller.KIOSK)
    for is_open, status in ((False, 409), (True, 201)):
        monkeypatch.setattr("paihao.queue.facts.HallFacts.open_at", lambda self, now, is_open=is_open: is_open)
        said = await kiosk.post("/halls/small/tickets", json={"channel": "kiosk"})
        assert said.status_code == status
    assert (await kiosk.get("/halls/small")).json()["takes_visitors"] is True


async def test_the_days_end_expires_what_waits_and_deletes_nothing(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = await day.clerk("3")
    tickets = [await day.issue(item="S-001") for _ in range(3)]
    await day.next(clerk, "3")
    await day.act(clerk, tickets[0], "park")
    await day.next(clerk, "3")
    await sweeps.sweep(day.house.services)
    public = await day.client(Caller.PUBLIC)

    async def statuses() -> list[str]:
        return [(await public.get(f"/tickets/{ticket['id']}")).json()["status"] for ticket in tickets]

    assert await statuses() == ["parked", "called", "waiting"]
    monkeypatch.setattr(sweeps, "now", lambda: now() + timedelta(days=1))
    await sweeps.sweep(day.house.services)
    await sweeps.sweep(day.house.services)
    assert await statuses() == ["expired"] * 3
    async with day.house.services.database.read() as connection:
        assert len((await connection.execute(select(Ticket.id))).all()) == 3


async def test_items_are_found_by_words_initials_and_code(day: Day) -> None:
    public = await day.client(Caller.PUBLIC)

    async def found(q: str) -> list[str]:
        return [item["code"] for item in (await public.get("/halls/small/items", params={"q": q})).json()["items"]]

    assert await found("身份证") == ["S-003"]
    assert await found("jmsfz") == ["S-003"]
    assert await found("ＪＭＳＦＺ") == ["S-003"]
    assert await found("s-002") == ["S-002"]
    assert await found("保险 申领") == ["S-002"]
    assert await found("没有这样的") == []


async def test_roles_that_may_not_call(day: Day) -> None:
    for role in (Caller.OPERATOR, Caller.KIOSK, Caller.BOARD):
        client = await day.client(role)
        assert (await client.post(f"/windows/{await day.house.window('3')}/call-next")).status_code == 403
    assert Role.OPERATOR == Caller.OPERATOR
