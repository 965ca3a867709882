"""Sixteen at once, on both databases: everybody is called once, numbers are given once, a repeat is answered once.

The controls run the same interleaving without the guards and show that it would go wrong: each contender has read
before the first one writes, because a barrier holds them until all have.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from floor import MORNING, Floor, lay
from paihao.core.db import Database
from paihao.core.errors import Problem
from paihao.queue import calling, moves, windows
from paihao.queue.audit import audit
from paihao.queue.ticket import Action, Status
from sqlalchemy import text

pytestmark = pytest.mark.anyio

CALLERS = 16
TICKETS = 160
LONGEST_REQUEST = timedelta(seconds=10)


@pytest.fixture
async def databases(database_url: str) -> AsyncIterator[list[Database]]:
    """What sixteen callers share: sixteen connections to PostgreSQL, or one SQLite file opened twice."""
    made = [Database(database_url, pool_size=CALLERS) for _ in range(2 if database_url.startswith("sqlite") else 1)]
    yield made
    for database in made:
        await database.close()


def now() -> datetime:
    return datetime.now(UTC)


async def test_everybody_is_called_once_and_in_order(databases: list[Database]) -> None:
    lanes = [{"A": 0}, {"A": 0, "B": 15}, {"B": 0}, {"Z": 0, "A": 20, "B": 20}]
    floor = await lay(databases[0], lanes * (CALLERS // len(lanes)))
    await floor.open_all()
    for place in range(TICKETS):
        await floor.issue("ABZ"[place % 3], MORNING + timedelta(seconds=place))

    async def work(place: int) -> list[tuple[str, int]]:
        database, window, by = databases[place % len(databases)], floor.windows[place], floor.officers[place]
        served = []
        while True:
            async with database.write() as tx:
                called: Any = await calling.call_next(tx, window.id, by, now())
            if called is None:
                return served
            served.append((called.number, called.rank))
            for action in (Action.START, Action.COMPLETE):
                async with database.write() as tx:
                    await moves.apply(tx, floor.facts, await moves.find(tx, called.key), action, by, now())

    served = await asyncio.gather(*(work(place) for place in range(CALLERS)))
    numbers = Counter(number for calls in served for number, _ in calls)
    assert len(numbers) == TICKETS
    assert set(numbers.values()) == {1}
    assert {ticket.status for ticket in await floor.tickets()} == {Status.DONE}
    for calls in served:
        for prefix in "ABZ":
            ranks = [rank for number, rank in calls if number.startswith(prefix)]
            assert ranks == sorted(ranks)
    assert audit(await floor.journal(), slack=LONGEST_REQUEST) == []


async def test_numbers_are_unique_and_dense(databases: list[Database]) -> None:
    floor = await lay(databases[0], [{"A": 0, "B": 0}])
    other = Floor(databases[-1], floor.facts, floor.officers)

    async def take(place: int) -> list[str]:
        return [(await (floor, other)[place % 2].issue("AB"[turn % 2], now())).number for turn in range(10)]

    given = [number for numbers in await asyncio.gather(*map(take, range(CALLERS))) for number in numbers]
    assert sorted(given) == [f"{prefix}{last:03d}" for prefix in "AB" for last in range(1, CALLERS * 5 + 1)]


@pytest.fixture
async def floor(postgres: Any) -> AsyncIterator[Floor]:
    """Sixteen windows of one line on PostgreSQL, all open: there transactions really run side by side."""
    database = Database(await postgres.create(), pool_size=CALLERS + 2)
    made = await lay(database, [{"A": 0}] * CALLERS)
    await made.open_all()
    yield made
    await database.close()


async def held_up(database: Database, task: asyncio.Task[Any]) -> None:
    """Wait until the task's transaction waits for another one, or is through."""
    query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(10), database.read() as connection:
        while not task.done() and not (await connection.execute(query)).scalar_one():
            pass


async def outcome(work: Awaitable[Any]) -> Any:
    try:
        return await work
    except Problem as error:
        return error.code


async def in_transaction(database: Database, work: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
    async with database.write() as tx:
        return await work(tx, *arguments)


async def test_nobody_waits_is_not_said_while_somebody_waits(floor: Floor) -> None:
    """Fifteen windows have claimed and not yet committed; the sixteenth gets the sixteenth visitor."""
    for place in range(CALLERS):
        await floor.issue("A", MORNING + timedelta(seconds=place))
    called: list[Any] = []
    async with AsyncExitStack() as stack:
        for window, by in zip(floor.windows, floor.officers, strict=True):
            tx = await stack.enter_async_context(floor.database.write())
            called.append(await calling.call_next(tx, window.id, by, MORNING + timedelta(hours=1)))
    assert [row and row.number for row in called] == [f"A{last:03d}" for last in range(1, CALLERS + 1)]


async def test_a_double_press_calls_one_person(floor: Floor) -> None:
    for _ in range(2):
        await floor.issue("A")
    window, by, later = floor.windows[0], floor.officers[0], MORNING + timedelta(hours=1)
    async with floor.database.write() as tx:
        await calling.call_next(tx, window.id, by, later)
        second = asyncio.create_task(
            outcome(in_transaction(floor.database, calling.call_next, window.id, by, later))
        )
        await held_up(floor.database, second)
    assert await second == "window_busy"
    assert [ticket.status for ticket in await floor.tickets()] == [Status.CALLED, Status.WAITING]


async def test_a_window_does_not_close_over_somebody_just_called(floor: Floor) -> None:
    await floor.issue("A")
    window, by, later = floor.windows[0], floor.officers[0], MORNING + timedelta(hours=1)
    async with floor.database.write() as tx:
        await calling.call_next(tx, window.id, by, later)
        closing = asyncio.create_task(
            outcome(in_transaction(floor.database, windows.close, floor.facts.id, window, by, later))
        )
        await held_up(floor.database, closing)
    assert await closing == "window_busy"


async def test_nobody_is_called_to_a_window_that_just_closes(floor: Floor) -> None:
    await floor.issue("A")
    window, by, later = floor.windows[0], floor.officers[0], MORNING + timedelta(hours=1)
    async with floor.database.write() as tx:
        await windows.close(tx, floor.facts.id, window, by, later)
        call = asyncio.create_task(outcome(in_transaction(floor.database, calling.call_next, window.id, by, later)))
        await held_up(floor.database, call)
    assert await call == "window_closed"


GATE = 42
_SHADOW = (
    "CREATE SCHEMA gated",
    f"""CREATE VIEW gated."window" AS SELECT w.* FROM public."window" w
    CROSS JOIN (SELECT pg_advisory_xact_lock_shared({GATE})) gate""",
)


async def test_a_claim_looks_again_at_what_it_claims(floor: Floor) -> None:
    """Between the claim's look and its lock the visitor was sent to another line: he stays there.

    The claim is held up in between: for its connection ``window`` is a view that waits at a gate.
    """
    await floor.issue("A")
