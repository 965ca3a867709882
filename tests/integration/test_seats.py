"""Staff moves with dates: who is planned where, who served where, and what the database holds of it (R48, R49)."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from house import House, open_second_hall
from paihao.api.permissions import Caller
from paihao.core import clock
from paihao.core.bus import What
from paihao.core.clock import business_day
from paihao.core.db import violated
from paihao.core.errors import Conflict, Invalid, NotFound, Problem
from paihao.core.journal import Journal
from paihao.queue import seats
from paihao.queue.actor import officer
from paihao.queue.facts import HallFacts
from paihao.queue.staff import Seat, Staff
from paihao.queue.window import Window, WindowState
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from untouched import everything

pytestmark = pytest.mark.anyio
CHIEF = officer(1, anywhere=True)


async def hall_of(house: House) -> HallFacts:
    return await house.services.halls.get("small")


async def today_of(house: House) -> date:
    return business_day(clock.now(), (await hall_of(house)).timezone)


async def person(house: House, username: str = "clerk") -> int:
    async with house.services.database.read() as connection:
        return int((await connection.execute(select(Staff.id).where(Staff.name == username))).scalar_one())


async def move(
    house: House, number: str, since: int = 0, until: int | None = None, who: str = "clerk", **chosen: Any
) -> seats.Moved:
    """Move somebody to a window, from so many days ahead through so many."""
    hall, first = await hall_of(house), await today_of(house)
    window = next(one for one in hall.windows.values() if one.number == number)
    last = None if until is None else first + timedelta(days=until)
    staff = chosen.get("staff") or await person(house, who)
    async with house.services.moving(hall.id, What.HALL) as tx:
        return await seats.move(tx, hall, staff, window, first + timedelta(days=since), last, CHIEF, clock.now())


async def plan(house: House, who: str = "clerk") -> list[tuple[str, int, int | None]]:
    """Where somebody is planned: window, first and last day as days from today."""
    today = await today_of(house)
    query = select(Window.number, Seat.since, Seat.until).join(Window, Window.id == Seat.window_id)
    async with house.services.database.read() as connection:
        rows = await connection.execute(query.where(Seat.staff_id == await person(house, who)).order_by(Seat.since))
        return [
            (number, (since - today).days, None if until is None else (until - today).days)
            for number, since, until in rows
        ]


async def test_a_move_ends_the_seat_and_begins_another(house: House) -> None:
    """R49: the person's seat ends the day before; the same day again is a correction."""
    await move(house, "3")
    assert await plan(house) == [("3", 0, None)]
    await move(house, "4", since=7)
    assert await plan(house) == [("3", 0, 6), ("4", 7, None)]
    await move(house, "5", since=7)
    assert await plan(house) == [("3", 0, 6), ("5", 7, None)]
    async with house.services.database.read() as connection:
        rows = await connection.execute(select(Journal.actor, Journal.data).where(Journal.action == "seat"))
        said = [(actor, data["until"]) for actor, data in rows]
    assert said == [(CHIEF.label, None)] * 3


async def test_who_is_lent_comes_back(house: House) -> None:
    """R49: somebody who covers elsewhere for some days has his own seat again afterwards."""
    await move(house, "3")
    lent = await move(house, "4", since=2, until=4)
    assert (lent.name, lent.back and lent.back.number) == ("clerk", "3")
    assert await plan(house) == [("3", 0, 1), ("4", 2, 4), ("3", 5, None)]
    async with house.services.database.read() as connection:
        today, staff = await today_of(house), await person(house)
        hall = await hall_of(house)
        found = [await seats.planned(connection, staff, today + timedelta(days=ahead)) for ahead in (0, 2, 4, 5, 99)]
        assert await seats.planned(connection, staff, today - timedelta(days=1)) is None
    assert [hall.windows[one or 0].number for one in found] == ["3", "4", "4", "3", "3"]


async def test_what_is_in_the_way_is_named_and_nothing_changes(house: House) -> None:
    """R49: a window has one person a day, a person one seat; a later plan is never lost without a word."""
    await move(house, "3", since=5, until=9)
    await move(house, "4", since=5, until=9, who="guide")
    before = await everything(house)
    wrong: list[tuple[dict[str, Any], type[Problem], str]] = [
        ({"number": "4", "since": 9}, Conflict, "seat_window_taken"),
        ({"number": "5", "since": 1}, Conflict, "seat_staff_taken"),
        ({"number": "5", "since": 1, "until": 5}, Conflict, "seat_staff_taken"),
        ({"number": "5", "since": -1}, Invalid, "seat_past"),
        ({"number": "5", "since": 2, "until": 1}, Invalid, "seat_backwards"),
        ({"number": "5", "since": 800}, Invalid, "seat_too_far"),
        ({"number": "5", "staff": 999}, NotFound, "unknown_staff"),
    ]
    for asked, kind, code in wrong:
        with pytest.raises(kind) as refused:
            await move(house, **asked)
        assert refused.value.code == code, asked
    assert await everything(house) == before
    with pytest.raises(Conflict) as told:
        await move(house, "4", since=9)
    assert told.value.params == {"window": "4", "name": "guide"}
    await move(house, "5", since=1, until=4)
    assert await plan(house) == [("5", 1, 4), ("3", 5, 9)]


async def test_somebody_of_another_hall_is_nobody_here(house: House) -> None:
    await open_second_hall(house)
    other = await house.services.halls.get("other")
    async with house.services.database.write() as tx:
        await tx.execute(text("UPDATE staff SET hall_id = :hall WHERE name = 'guide'"), {"hall": other.id})
    with pytest.raises(NotFound):
        await move(house, "3", who="guide")


async def test_a_move_of_today_signs_out_and_closes_the_window(house: House) -> None:
    """R49: who begins elsewhere today leaves his window, and the board sees it close; who served stays known."""
    three, four = await house.window("3"), await house.window("4")
    async with house.client(Caller.CLERK) as clerk:
        assert (await clerk.post(f"/windows/{three}/open")).status_code == 200
        moved = await move(house, "4")
        assert moved.left is not None
        assert (moved.left.id, moved.busy) == (three, None)
        said = (await clerk.get("/session")).json()
        assert (said["window"], said["seat"]) == (None, four)
        assert (await clerk.post(f"/windows/{four}/open")).status_code == 200
    hall, staff, today = await hall_of(house), await person(house), await today_of(house)
    async with house.services.database.read() as connection:
        state = (await connection.execute(select(Window.state).where(Window.id == three))).scalar_one()
        mine = await seats.served(connection, hall, today, staff_id=staff)
        there = await seats.served(connection, hall, today, window_id=four)
        assert await seats.served(connection, hall, today - timedelta(days=1)) == []
        assert await seats.served(connection, hall, today + timedelta(days=1), window_id=three) == []
    assert state == WindowState.CLOSED
    assert [(one.window_id, one.name, one.until is None) for one in mine] == [
        (three, "clerk", False),
        (four, "clerk", True),
    ]
    assert [one.staff_id for one in there] == [staff]


async def test_nobody_is_left_standing(house: House) -> None:
    """R49: with somebody before him he stays signed in, and his seat is planned all the same."""
    three = await house.window("3")
    async with house.client(Caller.CLERK) as clerk, house.client(Caller.KIOSK) as kiosk:
        await clerk.post(f"/windows/{three}/open")
        async with house.services.moving((await hall_of(house)).id, What.HALL) as tx:
            await tx.execute(text("UPDATE hall SET always_open = true"))
        issued = await kiosk.post("/halls/small/tickets", json={"item": "S-001", "channel": "kiosk"})
        assert issued.status_code == 201, issued.text
        called = await clerk.post(f"/windows/{three}/call-next")
        assert called.status_code == 200, called.text
        moved = await move(house, "4")
        assert moved.left is None
        assert moved.busy is not None
        assert moved.busy.id == three
        assert (await clerk.get("/session")).json()["window"] == three
    assert await plan(house) == [("4", 0, None)]


INSERT = "INSERT INTO seat (hall_id, staff_id, window_id, since, until) VALUES (:hall, :staff, :window, :since, :until)"


async def test_two_who_plan_at_once_do_not_both_succeed(house: House) -> None:
    """R49: the second waits for the first, and is refused; straight on the database, past the service's turn."""
    database, today, hall = house.services.database, await today_of(house), await hall_of(house)
    seat = {"hall": hall.id, "window": await house.window("4"), "since": today, "until": None}

    async def second() -> None:
        async with database.write() as tx:
            await tx.execute(text(INSERT).bindparams(**seat, staff=guide))

    clerk, guide = await person(house), await person(house, "guide")
    async with database.write() as tx:
        await tx.execute(text(INSERT).bindparams(**seat, staff=clerk))
        waits = asyncio.create_task(second())
        if not database.sqlite:
            blocked = text("SELECT 1 FROM pg_locks WHERE NOT granted")
            async with asyncio.timeout(10), database.read() as connection:
                while (await connection.execute(blocked)).first() is None:
                    pass
    with pytest.raises(IntegrityError) as refused:
        await waits
    assert violated(refused.value) == "seat_window_taken"
    assert await plan(house) == [("4", 0, None)]
    assert await plan(house, "guide") == []


async def test_the_database_holds_it_whoever_writes(house: House) -> None:
    """R49: attacked with plain SQL on both databases."""
    await open_second_hall(house)
    hall, other = await hall_of(house), await house.services.halls.get("other")
    clerk, guide = await person(house), await person(house, "guide")
    three, four = await house.window("3"), await house.window("4")
    await move(house, "3", since=5, until=9)
    await move(house, "4", since=20, who="guide")
    today = await today_of(house)
    good: dict[str, Any] = {"hall": hall.id, "staff": clerk, "window": four, "since": 1, "until": 2}

    async def refused(statement: str, **values: Any) -> str | None:
        for name in ("since", "until"):
            if isinstance(values.get(name), int):
                values[name] = today + timedelta(days=values[name])
        with pytest.raises(IntegrityError) as error:
            async with house.services.database.write() as tx:
                await tx.execute(text(statement).bindparams(**values))
        return violated(error.value)

    before = await everything(house)
    foreign = next(iter(other.windows))
    for changed, name in [
        ({"since": 9, "until": 9}, "seat_staff_taken"),
        ({"since": 1, "until": 5}, "seat_staff_taken"),
        ({"staff": guide, "window": three, "since": 1, "until": 5}, "seat_window_taken"),
        ({"since": 99, "until": 100}, "seat_window_taken"),
        ({"hall": other.id, "window": foreign}, "seat_same_hall"),
        ({"since": 2, "until": 1}, "ck_seat_since_before_until"),
    ]:
        assert await refused(INSERT, **good | changed) == name, changed
    named = None if house.services.database.sqlite else "fk_seat_window"  # SQLite has no names for foreign keys
    assert await refused(INSERT, **good | {"window": foreign}) == named
    for change, name in [
        (f"staff_id = {clerk}, since = :since WHERE staff_id = {guide}", "seat_staff_taken"),
        (f"window_id = {three}, since = :since WHERE staff_id = {guide}", "seat_window_taken"),
        (f"hall_id = {other.id} WHERE staff_id = {guide}", "seat_same_hall"),
    ]:
        said = {"since": 7} if ":since" in change else {}
        assert await refused(f"UPDATE seat SET {change}", **said) == name, change
    assert await everything(house) == before
    async with house.services.database.write() as tx:
        await tx.execute(text("UPDATE seat SET until = since WHERE until IS NULL"))
