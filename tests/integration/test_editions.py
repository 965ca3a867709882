"""Open pages hear of a change of the hall's configuration: from every process, after what follows from it was done."""

import asyncio
import json
from typing import Any

import msgspec
import pytest
from ear import PATIENCE, Ear
from house import House
from paihao.api.offices import own_office
from paihao.api.permissions import Caller
from paihao.api.services import build
from paihao.booking.planning import replan
from paihao.core import clock
from paihao.core.bus import Moved, What
from paihao.display import hub as hub_module
from paihao.display.editions import HallEditions
from paihao.queue import halls as halls_module
from paihao.queue.hall import Hours, HoursException, Item
from sqlalchemy import delete, insert, update

pytestmark = pytest.mark.anyio

RENAME = update(Item).where(Item.code == "S-002").values(name="失业金申领")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the bus tells, and it tells at once."""
    monkeypatch.setattr(hub_module, "POLL", 10 * PATIENCE)
    monkeypatch.setattr(HallEditions, "gap", 0.0)


def page(house: House) -> Ear:
    return Ear(house, "/halls/small/changes")


async def change(house: House, *statements: Any) -> None:
    """What an administrator changes, told by the bus."""
    hall = await house.services.halls.get("small")
    async with house.services.moving(hall.id, What.HALL) as tx:
        for statement in statements:
            await tx.execute(statement)


async def shown(house: House) -> tuple[str, str]:
    """The editions that the hall's interface and its booking page carry."""
    async with house.client() as guest:
        edition = (await guest.get("/halls/small")).json()["edition"]
        html = (await guest.get("http://hall.test/book/small")).text
    return edition, html.partition('data-edition="')[2].partition('"')[0]


async def test_an_edition_comes_at_once_and_with_every_change(house: House) -> None:
    async with page(house) as ear:
        first = await ear.frame("edition")
        assert (first["edition"], first["booking"]) == await shown(house)
        await change(house, RENAME)
        second = await ear.frame("edition")
        assert (second["edition"], second["booking"]) == await shown(house)
        assert second["booking"] != first["booking"]
        async with house.client(Caller.SUPERVISOR) as chief:
            (await chief.post(f"/windows/{await house.window('3')}/open")).raise_for_status()
        third = await ear.frame("edition")
        assert (third["edition"], third["booking"]) == await shown(house)
        assert third["edition"] != second["edition"]
        assert third["booking"] == second["booking"]


async def test_rules_of_booking_and_a_closed_day_make_another(house: House) -> None:
    async with page(house) as ear, house.client(Caller.ADMIN) as admin:
        known = {(await ear.frame("edition"))["booking"]}
        (await admin.put("/halls/small/booking-rules", json={"days_ahead": 3})).raise_for_status()
        known.add((await ear.frame("edition"))["booking"])
        day = (await admin.get("/halls/small/slots", params={"item": "S-002"})).json()["slots"][-1]["day"]
        wish = {"day": day, "reason": "停电检修", "reason_en": "Power cut", "appointments": "cancel"}
        (await admin.post("/halls/small/closures", json=wish)).raise_for_status()
        known.add((await ear.frame("edition"))["booking"])
    assert len(known) == 3


async def test_a_lost_notice_is_repaired(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "POLL", 0.05)
    monkeypatch.setattr(halls_module, "FRESH_SECONDS", 0.05)
    async with page(house) as ear:
        await ear.frame("edition")
        async with house.services.database.write() as tx:  # and nobody says so
            await tx.execute(RENAME)
        await ear.frame("edition")


async def test_an_unknown_hall_is_told_so_and_nonsense_is_shown_out(house: House) -> None:
    async with Ear(house, "/halls/nowhere/changes") as ear:
        assert await ear.closed() == 4404
    async with page(house) as ear:
        ear.say('{"type":"pong"}')
        ear.say("nonsense")
        assert await ear.closed() == 1008


async def open_slots(house: House) -> set[str]:
    """The days with a slot that can be booked."""
    async with house.client() as guest:
        said = (await guest.get("/halls/small/slots", params={"item": "S-002"})).raise_for_status().json()
    return {slot["day"] for slot in said["slots"] if slot["why"] != "closed"}


async def test_who_is_told_of_other_hours_finds_them_planned(house: House) -> None:
    """A page that asks in the very moment of the notice must not get the slots of before."""
    asking: list[asyncio.Task[set[str]]] = []

    def ask(moved: Moved) -> None:
        if moved.what is What.HALL:
            asking.append(asyncio.ensure_future(open_slots(house)))

    hall = await house.services.halls.get("small")
    office = await own_office(house.services, hall, clock.now())
    async with house.services.database.write() as tx:
        await replan(tx, office)
    async with house.client(Caller.SUPERVISOR) as chief:
        day = max(await open_slots(house))
        wish = {"day": day, "reason": "停电检修", "appointments": "cancel"}
        (await chief.post("/halls/small/closures", json=wish)).raise_for_status()
        house.services.bus.subscribe(ask)
        (await chief.delete("/halls/small/closures", params={"day": day})).raise_for_status()
        assert day in await asking.pop()

        async with house.services.moving(hall.id, What.HALL) as tx:  # the week, as an administrator changes it
            await tx.execute(delete(Hours).where(Hours.hall_id == hall.id))
            closed = {"hall_id": hall.id, "day": clock.business_day(clock.now(), hall.timezone)}
            await tx.execute(insert(HoursException), closed | {"reason": "搬迁", "reason_en": "Moving"})
            await replan(tx, office)
        assert await asking.pop() == set()


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_a_change_in_another_process_reaches_the_page_and_both_name_it_alike(house: House) -> None:
    other = build(house.services.settings)
    await other.bus.start()
    try:
        hall = await other.halls.get("small")
        async with page(house) as near, other.editions.page(hall.id) as far, asyncio.timeout(PATIENCE):
            first = msgspec.json.decode((await far.frames())[0])
            assert first == {"type": "edition"} | await near.frame("edition")
            await change(house, RENAME)
            second = msgspec.json.decode((await far.frames())[0])
            assert second == {"type": "edition"} | await near.frame("edition")
            assert second != first
    finally:
        await other.editions.stop()
        await other.bus.stop()
        await other.database.close()


async def test_the_frame_is_small(house: House) -> None:
    async with page(house) as ear:
        frame = {"type": "edition"} | await ear.frame("edition")
    assert len(json.dumps(frame, separators=(",", ":"))) == 68
