"""A rush on a few places through HTTP: none is oversold and none is lost, whoever looks and whenever.

PostgreSQL is served by two processes, SQLite by one; `bench/rush.py` does the same with thousands. The controls take a
guard away and show that a place is sold twice then.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import Any

import pytest
from crowd import Rush
from diary import ITEM, Diary, open_diary
from house import SMALL
from paihao.booking import holds
from paihao.booking.office import Office
from paihao.booking.state import Channel
from paihao.core.clock import now
from paihao.core.db import Database
from paihao.core.errors import SlotFull
from paihao.queue.actor import PUBLIC
from postgres import Postgres
from server import Server, serving
from sqlalchemy import text

pytestmark = pytest.mark.anyio

PEOPLE, SLOTS, EACH = 300, 5, 6


@pytest.fixture
async def diary(database_url: str) -> AsyncIterator[Diary]:
    async with open_diary(database_url) as made:
        yield made


async def planned(database: Database) -> None:
    """Until the first sweep has made the slots."""
    async with asyncio.timeout(20), database.read() as connection:
        while not (await connection.execute(text("SELECT count(*) FROM slot"))).scalar_one():
            pass


async def test_none_is_oversold_and_none_is_lost(database_url: str, tmp_path: Path) -> None:
    with ExitStack() as running:
        servers = [running.enter_context(serving(database_url, tmp_path, SMALL))]
        if database_url.startswith("postgresql"):
            second = Server(database_url, tmp_path)
            running.callback(second.kill)
            second.start()
            servers.append(second)
        database = Database(database_url, pool_size=8)
        await planned(database)
        rush = Rush(database, [server.port for server in servers], "small", ITEM)
        await rush.prepare(SLOTS, EACH)
        outcome = await rush.run(PEOPLE, connections=24, seed=1)
        await database.close()
    assert outcome.wrong == []
    assert outcome.booked == SLOTS * EACH
    assert outcome.looks > 10
    for what in ("full", "reloaded", "run out", "booked", "cancelled"):
        assert outcome.done[what], outcome.done


async def scarce(diary: Diary) -> tuple[Office, int]:
    """The hall's booking, and a slot in which a single place is left."""
    services = diary.house.services
    hall = await services.halls.get("small")
    office = Office(services.vault, hall, await services.rulebooks.get(hall.id), "", PUBLIC, now())
    slot = int((await diary.free_slot(-1))["id"].partition(".")[0])
    await run(services.database, f"UPDATE slot SET capacity = 1, online_cap = 1 WHERE id = {slot}")
    return office, slot


async def run(database: Database, *statements: str) -> None:
    async with database.write() as tx:
        for statement in statements:
            await tx.execute(text(statement))


async def both_at_once(database: Database, office: Office, slot: int) -> list[Any]:
    """Two take the place; each has seen that it is free before the other one has it. Gives what each got."""
    item, results = office.hall.items[ITEM], []
    async with AsyncExitStack() as first:
        tx = await first.enter_async_context(database.write())
        results.append(await holds.hold(tx, office, item, slot, Channel.ONLINE))
        other = asyncio.create_task(take(database, office, slot))
        await held_up(database, other)
    return [*results, await other]


async def take(database: Database, office: Office, slot: int) -> Any:
    try:
        async with database.write() as tx:
            return await holds.hold(tx, office, office.hall.items[ITEM], slot, Channel.ONLINE)
    except SlotFull as full:
        return full


async def held_up(database: Database, task: asyncio.Task[Any]) -> None:
    """Until the task's transaction waits for another one."""
    query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(10), database.read() as connection:
        while not task.done() and not (await connection.execute(query)).scalar_one():
            pass


async def held(database: Database, slot: int) -> int:
    async with database.read() as connection:
        query = text("SELECT count(*) FROM hold WHERE slot_id = :slot AND state = 'held'")
        return int((await connection.execute(query, {"slot": slot})).scalar_one())


async def test_the_last_place_goes_to_one(postgres: Postgres) -> None:
    async with open_diary(await postgres.create()) as diary:
        office, slot = await scarce(diary)
        first, second = await both_at_once(diary.house.services.database, office, slot)
        assert isinstance(first, holds.Held)
        assert isinstance(second, SlotFull)
        assert await held(diary.house.services.database, slot) == 1


async def test_control_without_the_check_the_last_place_goes_to_two(postgres: Postgres) -> None:
    """On PostgreSQL, where transactions run side by side: looking before taking is not enough."""
    async with open_diary(await postgres.create()) as diary:
        office, slot = await scarce(diary)
        database = diary.house.services.database
        drop = "ALTER TABLE slot DROP CONSTRAINT ck_slot_{}"
        await run(database, drop.format("not_oversold"), drop.format("online_capped"))
        assert all(isinstance(got, holds.Held) for got in await both_at_once(database, office, slot))
        assert await held(database, slot) == 2


async def test_control_without_the_counts_the_last_place_goes_to_everybody(diary: Diary) -> None:
    """On both: what the trigger does not count, nobody sees."""
    office, slot = await scarce(diary)
    database = diary.house.services.database
    triggers = ("hold_counted_new", "hold_counted_end") if database.sqlite else ("hold_counted",)
    await run(database, *(f"DROP TRIGGER {name}{'' if database.sqlite else ' ON hold'}" for name in triggers))
    for _ in range(3):
        assert isinstance(await take(database, office, slot), holds.Held)
    assert await held(database, slot) == 3
