"""Second thoughts: the visitor needs ten minutes more, the officer takes his last action back."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from floor import MORNING, Floor, lay
from paihao.core.clock import MINUTE
from paihao.core.db import Database
from paihao.core.errors import Problem
from paihao.queue import calling, moves, undoing, windows
from paihao.queue.actor import PUBLIC, Actor
from paihao.queue.audit import audit
from paihao.queue.ticket import Action, Status

pytestmark = pytest.mark.anyio

LATER = MORNING + timedelta(hours=1)
SOON = timedelta(seconds=9)


class Story:
    """Two windows of line A and one of B, with three people waiting in A since nine o'clock."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.officer, self.colleague, _ = floor.officers

    async def does(self, work: Any) -> Any:
        async with self.floor.database.write() as tx:
            return await work(tx)

    async def call(self, window: int = 0, now: Any = LATER) -> Any:
        by = self.floor.officers[window]
        return await self.does(lambda tx: calling.call_next(tx, self.floor.windows[window].id, by, now))

    async def ticket(self, number: str = "A001") -> Any:
        return next(ticket for ticket in await self.floor.tickets() if ticket.number == number)

    async def act(self, action: Action, by: Actor, now: Any = LATER, number: str = "A001", **goal: Any) -> Any:
        seen = await self.ticket(number)
        return await self.does(lambda tx: moves.apply(tx, self.floor.facts, seen, action, by, now, **goal))

    async def undo(self, by: Actor, now: Any = LATER + SOON, number: str = "A001") -> Any:
        return await self.does(partial(undoing.undo, ticket=await self.ticket(number), by=by, now=now))

    async def refused(self, work: Any) -> str:
        """The code of the refusal; nothing has changed."""
        before = await self.floor.tickets(), await self.floor.journal()
        with pytest.raises(Problem) as problem:
            await work
        assert (await self.floor.tickets(), await self.floor.journal()) == before
        return problem.value.code


@pytest.fixture
async def story(database: Database) -> Story:
    floor = await lay(database, [{"A": 0}, {"A": 0}, {"B": 0}], always_open=False)
    await floor.open_all()
    for minute in range(3):
        await floor.issue("A", MORNING + timedelta(minutes=4 * minute))
    return Story(floor)


async def test_ten_minutes_more_puts_him_behind_those_who_came_ten_minutes_later(story: Story) -> None:
    before = await story.ticket()
    moved = await story.act(Action.POSTPONE, PUBLIC)
    assert (moved.rank - before.rank, moved.callable_at, moved.status) == (
        10 * MINUTE,
        LATER + timedelta(minutes=10),
        Status.WAITING,
    )
    assert [(await story.call(window)).number for window in (0, 1)] == ["A002", "A003"]
    assert audit(await story.floor.journal()) == []


async def test_he_is_not_called_before_though_nobody_else_waits(story: Story) -> None:
    await story.act(Action.POSTPONE, PUBLIC)
    for window in (0, 1):
        await story.call(window)
        await story.act(Action.PARK, story.floor.officers[window], number=f"A00{window + 2}")
    assert await story.call(0, LATER + timedelta(minutes=10) - timedelta(seconds=1)) is None
    assert (await story.call(0, LATER + timedelta(minutes=10))).number == "A001"
    assert audit(await story.floor.journal()) == []


async def test_once_only_while_he_waits_and_not_into_the_evening(story: Story) -> None:
    closing = MORNING + timedelta(hours=8, minutes=25)
    assert await story.refused(story.act(Action.POSTPONE, PUBLIC, closing)) == "closing_soon"
    await story.act(Action.POSTPONE, PUBLIC)
    assert await story.refused(story.act(Action.POSTPONE, PUBLIC)) == "postponed_already"
    await story.call()
    assert await story.refused(story.act(Action.POSTPONE, PUBLIC, number="A002")) == "ticket_conflict"


async def test_a_hall_may_not_allow_it(database: Database) -> None:
    floor = await lay(database, [{"A": 0}], postpone_minutes=0)
    await floor.issue("A")
    story = Story.__new__(Story)
    story.floor = floor
    assert await story.refused(story.act(Action.POSTPONE, PUBLIC)) == "postpone_off"


@pytest.mark.parametrize("action", [Action.START, Action.PARK, Action.TRANSFER, Action.COMPLETE, Action.MISS])
async def test_what_was_done_is_undone(story: Story, action: Action) -> None:
    await story.call()
    if action is Action.COMPLETE:
        await story.act(Action.START, story.officer)
    if action is Action.MISS:
        for _ in range(2):
            await story.act(Action.RECALL, story.officer)
    before = (await story.ticket())._asdict()
    goal = {"line": story.floor.line("B")} if action is Action.TRANSFER else {}
    await story.act(action, story.officer, **goal)
    after = (await story.undo(story.officer))._asdict()
    # Whoever met him first has met him, even by mistake (R1).
    told = {"action", "moves", "changed_at", "actor", "note", "first_officer_id"}
    assert {name: value for name, value in after.items() if name not in told} == {
        name: value for name, value in before.items() if name not in told
    }
    assert (after["action"], after["moves"]) == (Action.UNDO, before["moves"] + 2)
    assert audit(await story.floor.journal()) == []


async def test_a_transfer_to_one_window_goes_back_to_the_window_it_was_bound_to(story: Story) -> None:
    await story.act(Action.TRANSFER, story.floor.supervisor, window=story.floor.windows[0])
    await story.call()
    await story.act(Action.TRANSFER, story.officer, line=story.floor.line("B"))
    undone = await story.undo(story.officer)
    assert (undone.bound_window_id, undone.window_id, undone.line_id) == (
        story.floor.windows[0].id,
        story.floor.windows[0].id,
        story.floor.line("A").id,
    )


async def test_ten_seconds_one_officer_one_action(story: Story) -> None:
    await story.call()
    assert await story.refused(story.undo(story.officer)) == "not_undoable"  # it has been heard
    await story.act(Action.START, story.officer)
    assert await story.refused(story.undo(story.colleague)) == "not_your_action"
    late = LATER + undoing.UNDO_WITHIN + timedelta(microseconds=1)
    assert await story.refused(story.undo(story.officer, late)) == "too_late_to_undo"
    await story.undo(story.officer, LATER + undoing.UNDO_WITHIN)
    assert await story.refused(story.undo(story.officer)) == "not_undoable"


async def test_not_into_a_window_that_has_somebody_else_or_is_closed(story: Story) -> None:
    await story.call()
    await story.act(Action.START, story.officer)
    await story.act(Action.COMPLETE, story.officer)
    await story.call()
    assert await story.refused(story.undo(story.officer)) == "window_busy"
    await story.act(Action.PARK, story.officer, number="A002")
    facts, window = story.floor.facts, story.floor.windows[0]
    await story.does(lambda tx: windows.close(tx, facts.id, window, story.officer, LATER))
    assert await story.refused(story.undo(story.officer)) == "window_closed"


async def test_not_into_a_window_that_a_colleague_has_taken_over(story: Story) -> None:
    facts, (first, second, _) = story.floor.facts, story.floor.windows
    await story.call()
    await story.act(Action.START, story.officer)
    await story.act(Action.COMPLETE, story.officer)
    for window, by in ((first, story.officer), (second, story.colleague)):
        await story.does(partial(windows.close, hall_id=facts.id, window=window, by=by, now=LATER))
    await story.does(partial(windows.open_, hall_id=facts.id, window=first, by=story.colleague, now=LATER))
    assert await story.refused(story.undo(story.officer)) == "window_taken"


async def test_nobody_waits_again_for_a_window_that_has_closed(story: Story) -> None:
    facts, window = story.floor.facts, story.floor.windows[0]
    await story.act(Action.TRANSFER, story.floor.supervisor, window=window)
    await story.does(lambda tx: windows.close(tx, facts.id, window, story.officer, LATER))
    released = await story.ticket()
    assert (released.action, released.bound_window_id) == (Action.TRANSFER, None)
    assert await story.refused(story.undo(story.officer)) == "window_closed"


async def test_not_when_somebody_has_taken_it_on(story: Story) -> None:
    await story.call()
    await story.act(Action.TRANSFER, story.officer, window=story.floor.windows[1])
    seen = await story.ticket()
    called = await story.call(1)
    assert called.number == "A001"
    stale = partial(undoing.undo, ticket=seen, by=story.officer, now=LATER + SOON)
    assert await story.refused(story.does(stale)) == "ticket_conflict"
