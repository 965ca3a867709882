"""What may happen at the edges of a day in the queue: windows that close, days that end, officers who help out."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
from floor import MORNING, Floor, lay
from paihao.core.clock import business_day, micros
from paihao.core.db import Database
from paihao.core.errors import Problem
from paihao.queue import calling, moves, windows
from paihao.queue.actor import SYSTEM, Actor
from paihao.queue.audit import audit
from paihao.queue.ticket import Action, Status
from sqlalchemy.ext.asyncio import AsyncConnection

pytestmark = pytest.mark.anyio

T = TypeVar("T")
LATER = MORNING + timedelta(hours=1)
TOMORROW = MORNING + timedelta(days=1)


class Story:
    """A hall with two windows of line A and one of B, told move by move."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.officer, self.colleague, self.other = floor.officers

    async def does(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        async with self.floor.database.write() as tx:
            return await work(tx)

    async def refused(self, work: Callable[[AsyncConnection], Awaitable[Any]]) -> str:
        """The code of the refusal; nothing has changed."""
        before = await self.floor.tickets(), await self.floor.journal()
        with pytest.raises(Problem) as problem:
            await self.does(work)
        assert (await self.floor.tickets(), await self.floor.journal()) == before
        return problem.value.code

    async def call(self, window: int = 0, by: Actor | None = None, now: Any = LATER) -> Any:
        who = by or self.floor.officers[window]
        return await self.does(lambda tx: calling.call_next(tx, self.floor.windows[window].id, who, now))

    def acts(self, ticket: Any, action: Action, by: Actor, now: Any = LATER, **goal: Any) -> Any:
        """A move of a ticket as it was seen."""
        return lambda tx: moves.apply(tx, self.floor.facts, ticket, action, by, now, **goal)

    async def act(self, action: Action, by: Actor, now: Any = LATER, *, number: str = "A001", **goal: Any) -> Any:
        return await self.does(self.acts(await self.ticket(number), action, by, now, **goal))

    async def ticket(self, number: str = "A001") -> Any:
        return next(ticket for ticket in await self.floor.tickets() if ticket.number == number)

    async def close(self, window: int, now: Any = LATER) -> None:
        facts, by = self.floor.facts, self.floor.officers[window]
        await self.does(lambda tx: windows.close(tx, facts.id, self.floor.windows[window], by, now))
        await self.floor.look()

    async def sweep(self, now: Any) -> int:
        day = business_day(now, self.floor.facts.timezone)
        return await self.does(lambda tx: moves.expire(tx, self.floor.facts, SYSTEM, now, day))


@pytest.fixture
async def story(database: Database) -> Story:
    floor = await lay(database, [{"A": 0}, {"A": 0}, {"B": 0}], keep_parked=True, return_after=2)
    await floor.open_all()
    return Story(floor)


async def test_who_waits_for_one_window_alone_goes_back_to_his_line_when_it_closes(story: Story) -> None:
    for _ in range(2):
        await story.floor.issue("A")
    await story.act(Action.TRANSFER, SYSTEM, window=story.floor.windows[1])
    await story.close(1)
    called = await story.call()
    assert (called.number, called.why_rule) == ("A001", "own")
    assert audit(await story.floor.journal()) == []


async def test_a_ticket_that_moved_since_it_was_seen_is_not_moved(story: Story) -> None:
    """The guide saw him waiting; meanwhile he was called, and is no longer the guide's to send on."""
    await story.floor.issue("A")
    seen = await story.ticket()
    await story.call()
    line = story.floor.line("B")
    assert await story.refused(story.acts(seen, Action.TRANSFER, story.other, line=line)) == "ticket_conflict"
    assert await story.refused(story.acts(seen, Action.CANCEL, story.other)) == "ticket_conflict"


async def test_who_is_called_by_a_supervisor_is_the_officers_who_sits_there(story: Story) -> None:
    await story.floor.issue("A")
    window, supervisor = story.floor.windows[0].id, story.floor.supervisor
    ticket = await story.ticket()
    await story.does(lambda tx: calling.call(tx, window, ticket.id, "行动不便", supervisor, LATER))
    assert await story.refused(story.acts(await story.ticket(), Action.START, story.colleague)) == "foreign_window"
    await story.act(Action.START, story.officer)
    await story.act(Action.PARK, story.officer)
    await story.act(Action.RESUME, supervisor, window=story.floor.windows[1])
    done = await story.act(Action.COMPLETE, story.colleague)
    assert (done.status, done.staff_id) == (Status.DONE, story.colleague.staff_id)


async def test_only_an_open_window_can_be_paused(story: Story) -> None:
    await story.close(0)
    hall, window = story.floor.facts.id, story.floor.windows[0]
    for by in (story.officer, story.floor.supervisor):
        pause = partial(windows.pause, hall_id=hall, window=window, by=by, now=LATER)
        assert await story.refused(pause) == "window_closed"


async def test_a_parked_ticket_that_was_kept_is_served_the_next_day(story: Story) -> None:
    await story.floor.issue("A")
    await story.call()
    await story.act(Action.PARK, story.officer)
    assert await story.sweep(TOMORROW) == 0
    await story.act(Action.RESUME, story.officer, TOMORROW, window=story.floor.windows[0])
    assert await story.sweep(TOMORROW + timedelta(minutes=1)) == 0
    await story.act(Action.COMPLETE, story.officer, TOMORROW + timedelta(minutes=5))


async def test_a_number_is_good_for_its_day(story: Story) -> None:
    await story.floor.issue("A")
    await story.call()
    await story.act(Action.PARK, story.officer)
    parked, line = await story.ticket(), story.floor.line("B")
    for work in (
        story.acts(parked, Action.REQUEUE, story.officer, TOMORROW),
        story.acts(parked, Action.TRANSFER, story.officer, TOMORROW, line=line),
    ):
        assert await story.refused(work) == "day_over"


async def test_at_the_days_end_who_waits_or_stands_at_a_window_expires(story: Story) -> None:
    for _ in range(3):
        await story.floor.issue("A")
    await story.call(0)
    await story.call(1)
    await story.act(Action.START, story.colleague, number="A002")
    assert await story.sweep(MORNING + timedelta(hours=14)) == 0
    assert await story.sweep(TOMORROW) == 3
    assert {ticket.status for ticket in await story.floor.tickets()} == {Status.EXPIRED}
    assert audit(await story.floor.journal()) == []


async def test_who_returns_never_comes_before_people_he_was_behind(story: Story) -> None:
    """He came later than two who were sent over from another line meanwhile, and returns behind them."""
    early = [await story.floor.issue("B", MORNING + timedelta(minutes=minute)) for minute in range(3)]
    await story.floor.issue("A", MORNING + timedelta(minutes=30))
    called = await story.call()
    await story.act(Action.PARK, story.officer)
    for ticket in early:
        await story.act(Action.TRANSFER, SYSTEM, number=ticket.number, line=story.floor.line("A"))
    back = await story.act(Action.REQUEUE, story.officer)
    assert back.rank == called.rank > max(ticket.rank for ticket in early)


async def test_who_missed_his_call_returns_behind_the_next_two(story: Story) -> None:
    for minute in range(5):
        await story.floor.issue("A", MORNING + timedelta(minutes=minute))
    await story.call()
    for _ in range(2):
        await story.act(Action.RECALL, story.officer)
    await story.act(Action.MISS, story.officer)
    back = await story.act(Action.REQUEUE, story.other)
    assert back.rank == micros(MORNING + timedelta(minutes=2)) + 1
    order = [await story.call(turn % 2) for turn in range(2)]
    for turn, ticket in enumerate(order):
        await story.act(Action.PARK, story.floor.officers[turn], number=ticket.number)
    assert [ticket.number for ticket in order] == ["A002", "A003"]
    assert (await story.call()).number == "A001"
