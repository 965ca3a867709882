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

import httpx
import pytest
from floor import MORNING, Floor, lay
from house import House
from paihao.api.permissions import Caller
from paihao.core.db import Database
from paihao.core.errors import Problem
from paihao.queue import calling, issuing, moves, windows
from paihao.queue.actor import SYSTEM
from paihao.queue.audit import audit
from paihao.queue.routing import Reason, to_line
from paihao.queue.ticket import Action, Channel, Status
from postgres import Postgres
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

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
        served: list[tuple[str, int]] = []
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
    other = Floor(databases[-1], floor.facts, floor.officers, floor.supervisor)

    async def take(place: int) -> list[str]:
        return [(await (floor, other)[place % 2].issue("AB"[turn % 2], now())).number for turn in range(10)]

    given = [number for numbers in await asyncio.gather(*map(take, range(CALLERS))) for number in numbers]
    assert sorted(given) == [f"{prefix}{last:03d}" for prefix in "AB" for last in range(1, CALLERS * 5 + 1)]


@pytest.fixture
async def postgresql(postgres: Postgres) -> AsyncIterator[Database]:
    """PostgreSQL alone: there transactions really run side by side."""
    database = Database(await postgres.create(), pool_size=CALLERS + 2)
    yield database
    await database.close()


@pytest.fixture
async def floor(postgresql: Database) -> Floor:
    """Sixteen windows of one line, all open."""
    made = await lay(postgresql, [{"A": 0}] * CALLERS)
    await made.open_all()
    return made


LATER = MORNING + timedelta(hours=1)


async def held_up(database: Database, task: asyncio.Task[Any]) -> None:
    """Until the task's transaction waits for another one, or is through."""
    query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(10), database.read() as connection:
        while not task.done() and not (await connection.execute(query)).scalar_one():
            pass


def beside(database: Database, work: Callable[..., Awaitable[Any]], *arguments: Any) -> asyncio.Task[Any]:
    """Start a piece of work in a transaction of its own; its task gives the answer, or the code of the refusal."""

    async def run() -> Any:
        try:
            async with database.write() as tx:
                return await work(tx, *arguments)
        except Problem as error:
            return error.code

    return asyncio.create_task(run())


async def test_nobody_waits_is_not_said_while_somebody_waits(floor: Floor) -> None:
    """Fifteen windows have claimed and not yet committed; the sixteenth gets the sixteenth visitor."""
    for place in range(CALLERS):
        await floor.issue("A", MORNING + timedelta(seconds=place))
    called: list[Any] = []
    async with AsyncExitStack() as stack:
        for window, by in zip(floor.windows, floor.officers, strict=True):
            tx = await stack.enter_async_context(floor.database.write())
            called.append(await calling.call_next(tx, window.id, by, LATER))
    assert [row and row.number for row in called] == [f"A{last:03d}" for last in range(1, CALLERS + 1)]


async def test_a_double_press_calls_one_person(floor: Floor) -> None:
    for _ in range(2):
        await floor.issue("A")
    window, by = floor.windows[0], floor.officers[0]
    async with floor.database.write() as tx:
        await calling.call_next(tx, window.id, by, LATER)
        second = beside(floor.database, calling.call_next, window.id, by, LATER)
        await held_up(floor.database, second)
    assert await second == "window_busy"
    assert [ticket.status for ticket in await floor.tickets()] == [Status.CALLED, Status.WAITING]


async def test_a_window_does_not_close_over_somebody_just_called(floor: Floor) -> None:
    await floor.issue("A")
    window, by = floor.windows[0], floor.officers[0]
    async with floor.database.write() as tx:
        await calling.call_next(tx, window.id, by, LATER)
        closing = beside(floor.database, windows.close, floor.facts.id, window, by, LATER)
        await held_up(floor.database, closing)
    assert await closing == "window_busy"


async def test_nobody_is_called_to_a_window_that_just_closes(floor: Floor) -> None:
    await floor.issue("A")
    window, by = floor.windows[0], floor.officers[0]
    async with floor.database.write() as tx:
        await windows.close(tx, floor.facts.id, window, by, LATER)
        call = beside(floor.database, calling.call_next, window.id, by, LATER)
        await held_up(floor.database, call)
    assert await call == "window_closed"


async def test_nobody_is_sent_to_a_window_that_just_closes(floor: Floor) -> None:
    """Neither by a transfer nor by B's cover, though both were decided while it was open."""
    key, window, by = (await floor.issue("A")).key, floor.windows[0], floor.officers[0]
    route = to_line(floor.line("B"), floor.facts)._replace(reason=Reason.COVER, bound=window)

    async def transfer(tx: AsyncConnection) -> None:
        await moves.apply(tx, floor.facts, await moves.find(tx, key), Action.TRANSFER, SYSTEM, LATER, window=window)

    async def cover(tx: AsyncConnection) -> None:
        await issuing.issue(tx, floor.facts, issuing.Wish(route, Channel.KIOSK), SYSTEM, LATER)

    async with floor.database.write() as tx:
        await windows.close(tx, floor.facts.id, window, by, LATER)
        sent = [beside(floor.database, transfer), beside(floor.database, cover)]
        for task in sent:
            await held_up(floor.database, task)
    assert await asyncio.gather(*sent) == ["window_closed", None]
    assert [(ticket.number, ticket.bound_window_id) for ticket in await floor.tickets()] == [
        ("A001", None),
        ("B001", None),
    ]


GATE = 42


async def test_a_claim_takes_nobody_who_was_just_sent_elsewhere(postgresql: Database) -> None:
    """He moved to another line between the claim's look and its lock, and is not called from the old one.

    The claim is held up in between: its connection takes for ``window`` a view that waits at a gate.
    """
    floor = await lay(postgresql, [{"A": 0}, {"B": 0}])
    await floor.open_all()
    key, (window, _), (by, _) = (await floor.issue("A")).key, floor.windows, floor.officers
    async with postgresql.write() as tx:
        await tx.execute(text("CREATE SCHEMA gated"))
        gate = f"(SELECT pg_advisory_xact_lock_shared({GATE})) gate"
        await tx.execute(text(f'CREATE VIEW gated."window" AS SELECT w.* FROM public."window" w CROSS JOIN {gate}'))

    async def call(tx: AsyncConnection) -> Any:
        await tx.execute(text("SET LOCAL search_path = gated, public"))
        return await calling.call_next(tx, window.id, by, LATER)

    async with postgresql.write() as gatekeeper:
        await gatekeeper.execute(text(f"SELECT pg_advisory_xact_lock({GATE})"))
        called = beside(postgresql, call)
        await held_up(postgresql, called)
        assert not called.done()
        async with postgresql.write() as tx:
            ticket = await moves.find(tx, key)
            await moves.apply(tx, floor.facts, ticket, Action.TRANSFER, SYSTEM, LATER, line=floor.line("B"))
    assert await called is None
    assert [ticket.status for ticket in await floor.tickets()] == [Status.WAITING]


# One key, sixteen times.


@pytest.fixture
def gathered(monkeypatch: pytest.MonkeyPatch, dialect: str) -> None:
    """On PostgreSQL nobody starts his work before all sixteen have begun their transactions."""
    if dialect == "sqlite":
        return  # writers take turns
    barrier = asyncio.Barrier(CALLERS)

    def after_all(work: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def run(*arguments: Any, **named: Any) -> Any:
            await barrier.wait()
            return await work(*arguments, **named)

        return run

    for module, name in ((issuing, "issue"), (calling, "call_next"), (moves, "apply")):
        monkeypatch.setattr(module, name, after_all(getattr(module, name)))


async def test_one_key_sixteen_times_is_one_move_and_one_answer(house: House, gathered: None) -> None:
    window = await house.window("3")
    async with house.client(Caller.CLERK) as clerk, house.client(Caller.KIOSK) as kiosk:
        assert (await clerk.post(f"/windows/{window}/open")).status_code == 200
        assert (await kiosk.get("/session")).json()["role"] == "kiosk"

        async def press(client: httpx.AsyncClient, path: str, status: int, **body: Any) -> Any:
            headers = {"Idempotency-Key": f"key of {path}"}
            requests = (client.post(path, headers=headers, json=body or None) for _ in range(CALLERS))
            answers = await asyncio.gather(*requests)
            assert {(answer.status_code, answer.content) for answer in answers} == {(status, answers[0].content)}
            return answers[0].json()

        ticket = await press(kiosk, "/halls/small/tickets", 201, channel="kiosk", line="A")
        called = await press(clerk, f"/windows/{window}/call-next", 200)
        assert called["ticket"]["number"] == ticket["number"] == "A001"
        for action in ("recall", "start", "complete"):
            await press(clerk, f"/tickets/{ticket['id']}/{action}", 200)
    async with house.services.database.read() as connection:
        told = await connection.execute(text("SELECT action FROM journal WHERE ticket_id IS NOT NULL ORDER BY id"))
        assert list(told.scalars()) == ["issue", "call", "recall", "start", "complete"]


# The controls: the same races with the guards off.


class Scratch:
    """A table without a single constraint, and contenders who all have looked before one of them acts."""

    def __init__(self, databases: list[Database]) -> None:
        self._databases = databases

    async def race(self, look: str, act: str) -> list[int | None]:
        """What each got: what he saw when his act changed a row, else None."""
        looked = asyncio.Barrier(CALLERS)

        async def contend(place: int) -> int | None:
            database = self._databases[place % len(self._databases)]
            async with database.read() as connection:
                seen = (await connection.execute(text(look))).scalar_one()
            await looked.wait()
            async with database.write() as tx:
                return int(seen) if (await tx.execute(text(act), {"seen": seen})).rowcount else None

        return await asyncio.gather(*map(contend, range(CALLERS)))


@pytest.fixture
async def scratch(databases: list[Database]) -> Scratch:
    async with databases[0].write() as tx:
        await tx.execute(text("CREATE TABLE scratch (id INTEGER, number INTEGER, status VARCHAR(8))"))
        await tx.execute(text("INSERT INTO scratch VALUES (1, 1, 'waiting'), (2, 2, 'waiting')"))
    return Scratch(databases)


HEAD = "SELECT min(id) FROM scratch WHERE status = 'waiting'"


async def test_control_without_the_guard_one_person_is_called_sixteen_times(scratch: Scratch) -> None:
    assert await scratch.race(HEAD, "UPDATE scratch SET status = 'called' WHERE id = :seen") == [1] * CALLERS


async def test_control_with_the_guard_once(scratch: Scratch) -> None:
    guarded = "UPDATE scratch SET status = 'called' WHERE id = :seen AND status = 'waiting'"
    got = await scratch.race(HEAD, guarded)
    assert Counter(got) == {1: 1, None: CALLERS - 1}


async def test_control_counting_tickets_gives_one_number_sixteen_times(scratch: Scratch) -> None:
    given = await scratch.race("SELECT count(*) + 1 FROM scratch", "INSERT INTO scratch VALUES (0, :seen, 'waiting')")
    assert given == [3] * CALLERS
