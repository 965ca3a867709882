"""The real queue on real databases against the model: whatever happens in a hall, in any order, on both engines.

Time is moved by the machine, so it meets equal moments, long waits and several days. Every refusal must be the one that
the model foresees and must change nothing; every move must leave exactly its row in the journal.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import astuple, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from floor import MORNING, Floor, lay
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from model import AT_WINDOW, Model, Place, Refused, Row
from paihao.core.clock import MINUTE, business_day, micros
from paihao.core.db import Database
from paihao.core.errors import Problem
from paihao.queue import calling, issuing, moves, undoing, windows
from paihao.queue.actor import SYSTEM, Actor
from paihao.queue.audit import audit
from paihao.queue.routing import Reason, to_line
from paihao.queue.ticket import UNDOABLE, Action, Channel
from paihao.queue.window import WindowState
from sqlalchemy.ext.asyncio import AsyncConnection

Run = Callable[[Coroutine[Any, Any, Any]], Any]

LANES = [
    {"X": 0},
    {"A": 0},
    {"A": 0},
    {"A": 0, "B": 15},
    {"B": 0, "A": 30},
    {"B": 0, "Z": 0},
    {"Z": 0, "A": 5, "B": 5, "X": 120},
]
LARGEST_CREDIT = 15 * MINUTE

some_window = st.integers(0, len(LANES) - 1)
some_prefix = st.sampled_from("AABBZX")
some_priority = st.sampled_from([None, None, "elderly", "military"])
some_actor = st.integers(-2, len(LANES) - 1)
"""An officer; -1 the supervisor, -2 the system."""
usually_his_own = st.none() | st.none() | some_actor
"""Who acts: None for the officer whose window or visitor it is."""
perhaps_window = st.none() | st.none() | some_window
some = st.integers(0, 999)
"""Which of those that there are."""


DESK_STEPS = ["open", "open", "open", "pause", "close"]
STEPS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "issue": {"prefix": some_prefix, "priority": some_priority, "cover": perhaps_window, "people": st.integers(1, 3)},
    "call_next": {"number": some_window, "by": usually_his_own},
    "call": {"pick": some, "number": some_window, "by": some_actor},
    "move": {"action": some, "pick": some, "goal": some_window, "prefix": st.none() | some_prefix},
    "move_anyhow": {
        "pick": some,
        "action": st.sampled_from(sorted({*Action} - {Action.ISSUE, Action.CALL, Action.EXPIRE, Action.UNDO})),
        "by": usually_his_own,
        "goal": perhaps_window,
        "prefix": st.none() | some_prefix,
        "looks": st.booleans(),
    },
    "undo": {"pick": some, "by": usually_his_own, "looks": st.booleans()},
    "at_window": {"number": some_window, "by": usually_his_own, "what": st.sampled_from(DESK_STEPS)},
    "wait": {"minutes": st.sampled_from([0.1, 0.5, 1, 5, 15, 40])},
    "sweep": {"hours": st.sampled_from([0, 16])},
}
OFTEN = Counter(issue=3, call_next=6, call=1, move=8, move_anyhow=4, undo=3, at_window=3, wait=2, sweep=1)


@st.composite
def steps(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """What may happen next, as often as its weight says (rules of their own would be left out of many a run)."""
    name = draw(st.sampled_from(sorted(OFTEN.elements())))
    return name, draw(st.fixed_dictionaries(STEPS[name]))


class QueueMachine(RuleBasedStateMachine):
    """A hall of its own for every run; nothing is ever deleted from the database."""

    floor: Floor

    def __init__(self, database: Database, run: Run) -> None:
        super().__init__()
        self.database, self._run = database, run
        self.now, self.last = MORNING, 0
        # Tickets as somebody saw them: the row, and the model's picture of it.
        self.seen: dict[int, tuple[Any, Place]] = {}

    @initialize(
        recalls=st.integers(0, 2),
        after=st.integers(0, 3),
        keep=st.booleans(),
        opened=st.integers(3, 7),
        people=st.lists(st.tuples(some_prefix, some_priority), min_size=3, max_size=8),
    )
    def lay(self, recalls: int, after: int, keep: bool, opened: int, people: list[tuple[str, str | None]]) -> None:
        rules = {"recalls_before_missed": recalls, "return_after": after, "keep_parked": keep}
        self.floor = self._run(lay(self.database, LANES, **rules))
        self.model = Model(self.floor.facts)
        for number in range(opened):
            self.at_window(number, None, "open")
        for prefix, priority in people:
            self.issue(prefix, priority, None, 1)
            self.wait(5)

    @rule(step=steps())
    def happens(self, step: tuple[str, dict[str, Any]]) -> None:
        name, arguments = step
        getattr(self, name)(**arguments)

    # What both do.

    def really(self, work: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
        async def inside() -> Any:
            async with self.database.write() as tx:
                return await work(tx)

        return self._run(inside())

    def both(self, work: Callable[[AsyncConnection], Awaitable[Any]], foreseen: Callable[[], Any]) -> tuple[Any, Any]:
        """Do it for real and in the model; (False, False) when both refuse it for the same reason."""
        refusal: Refused | None = None
        try:
            expected = foreseen()
        except Refused as error:
            refusal = error
        if refusal is None:
            return self.really(work), expected
        with pytest.raises(Problem) as problem:
            self.really(work)
        assert (type(problem.value), problem.value.code) == (refusal.kind, refusal.code)
        return False, False

    def who(self, number: int) -> Actor:
        return {-1: self.floor.supervisor, -2: SYSTEM}.get(number) or self.floor.officers[number]

    def officer(self, ticket: int) -> Actor:
        staff = self.model.places[ticket].staff
        return next((by for by in self.floor.officers if by.staff_id == staff), self.floor.supervisor)

    def ticket(self, pick: int) -> int:
        return sorted(self.seen)[pick % len(self.seen)]

    # Visitors.

    def issue(self, prefix: str, priority: str | None, cover: int | None, people: int) -> None:
        """``cover``: B sits there, and the visitor waits for him alone, if his window is not closed."""
        facts, line = self.floor.facts, self.floor.line(prefix)
        way, bound = to_line(line, facts), None
        if cover is not None:
            window = self.floor.windows[cover]
            way, bound = way._replace(reason=Reason.COVER, bound=window), window.id if window.staffed else None
        chosen = facts.priorities[priority] if priority else None
        credit = chosen.credit_minutes if chosen else 0
        for _ in range(people):
            ahead = self.model.ahead(line.id, micros(self.now) - credit * MINUTE)
            wish = issuing.Wish(way, Channel.KIOSK, priority=chosen)
            given = self.really(partial(issuing.issue, hall=facts, wish=wish, by=SYSTEM, now=self.now))
            row = self.really(partial(moves.find, key=given.key))
            place = self.model.issue(row.id, line.id, credit, bound, self.now)
            assert (given.number, given.ahead, given.rank) == (place.number, ahead, place.rank)
            self.seen[row.id] = (row, place)

    # Officers.

    def call_next(self, number: int, by: int | None) -> None:
        """``by`` None: somebody at an open window, if there is one."""
        ready = [place for place, window in enumerate(self.floor.windows) if window.state is WindowState.OPEN]
        if by is None and ready:
            number = ready[number % len(ready)]
        window, actor = self.floor.windows[number].id, self.who(number if by is None else by)
        candidates, places = self.model.candidates(window, self.now), dict(self.model.places)
        called, expected = self.both(
            partial(calling.call_next, window_id=window, by=actor, now=self.now),
            partial(self.model.call_next, window, actor, self.now),
        )
        if not expected:
            assert called is expected
            return
        place, why = expected
        assert (called.id, called.number, called.why_rule) == (place.id, place.number, why)
        assert called.why_handicap == candidates[0][-1]
        for _, ticket, minutes in candidates[1:]:
            # Nobody is passed by someone who came later than the largest credit, and the handicap, after him.
            passed = places[ticket]
            assert passed.displaced or place.arrival <= passed.arrival + LARGEST_CREDIT + minutes * MINUTE

    def call(self, pick: int, number: int, by: int) -> None:
        ticket, window, actor = self.ticket(pick), self.floor.windows[number].id, self.who(by)
        self.both(
            partial(calling.call, window_id=window, ticket_id=ticket, reason="行动不便", by=actor, now=self.now),
            partial(self.model.call, window, ticket, actor, self.now),
        )

    def move(self, action: int, pick: int, goal: int, prefix: str | None) -> None:
        """Something that the table allows, by whom it allows it to."""
        lawful = self.model.lawful()
        if not lawful:
            return
        act = sorted(lawful, key=list(Action).index)[action % len(lawful)]
        ticket = lawful[act][pick % len(lawful[act])]
        officer = self.officer(ticket)
        self.look(ticket)
        while act is Action.MISS and self.model.places[ticket].recalls < self.floor.facts.recalls_before_missed:
            self._move(ticket, Action.RECALL, officer, None, None)
            self.look(ticket)
        self._move(ticket, act, officer, None if act is Action.TRANSFER and prefix else goal, prefix)

    def move_anyhow(
        self, pick: int, action: Action, by: int | None, goal: int | None, prefix: str | None, looks: bool
    ) -> None:
        """Anything by anybody, on the ticket as it is or as somebody saw it some time ago."""
        ticket = self.ticket(pick)
        if looks:
            self.look(ticket)
        self._move(ticket, action, self.officer(ticket) if by is None else self.who(by), goal, prefix)

    def look(self, ticket: int) -> None:
        row = self.really(partial(moves.find, key=self.seen[ticket][0].key))
        self.seen[ticket] = (row, replace(self.model.places[ticket]))

    def _move(self, ticket: int, action: Action, by: Actor, goal: int | None, prefix: str | None) -> None:
        facts, (row, place) = self.floor.facts, self.seen[ticket]
        window = self.floor.windows[goal] if goal is not None else None
        line = self.floor.line(prefix) if prefix is not None else None
        to_window, to_line = window.id if window else None, line.id if line else None
        self.both(
            lambda tx: moves.apply(tx, facts, row, action, by, self.now, window=window, line=line),
            lambda: self.model.move(place, action, by, self.now, to_window, to_line),
        )

    def undo(self, pick: int, by: int | None, looks: bool) -> None:
        """Of those whose last action may be taken back, if there are any: by whoever did it, or by somebody else."""
        undoable = [ticket for ticket, place in self.model.places.items() if place.action in UNDOABLE]
        ticket = sorted(undoable)[pick % len(undoable)] if undoable else self.ticket(pick)
        if looks:
            self.look(ticket)
        row, place = self.seen[ticket]
        everybody = [*self.floor.officers, self.floor.supervisor, SYSTEM]
        actor = next(one for one in everybody if one.label == place.actor) if by is None else self.who(by)
        self.both(
            lambda tx: undoing.undo(tx, row, actor, self.now),
            lambda: self.model.undo(place, actor, self.now),
        )

    # Windows and time.

    def at_window(self, number: int, by: int | None, what: str) -> None:
        window, actor = self.floor.windows[number], self.who(number if by is None else by)
        work = {"open": windows.open_, "pause": windows.pause, "close": windows.close}[what]
        foreseen = {"open": self.model.open, "pause": self.model.pause, "close": self.model.close}[what]
        self.both(
            lambda tx: work(tx, self.floor.facts.id, window, actor, self.now),
            lambda: foreseen(window.id, actor, self.now),
        )
        self._run(self.floor.look())

    def wait(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)

    def sweep(self, hours: int) -> None:
        """The sweep runs all day long; it ends the day when one is over."""
        self.now += timedelta(hours=hours)
        day = business_day(self.now, self.floor.facts.timezone)
        ended, expected = self.both(
            partial(moves.expire, hall=self.floor.facts, by=SYSTEM, now=self.now, day=day),
            partial(self.model.expire, day, self.now),
        )
        assert ended == expected

    # What holds after every step.

    @invariant()
    def the_tickets_are_the_models(self) -> None:
        rows = self._run(self.floor.tickets())
        assert [_place(row) for row in rows] == [astuple(place) for place in self.model.places.values()]
        at_windows = [row.window_id for row in rows if row.status in AT_WINDOW]
        assert len(at_windows) == len(set(at_windows))
        numbers = [(row.business_day, row.number) for row in rows]
        assert len(numbers) == len(set(numbers))

    @invariant()
    def the_windows_are_the_models(self) -> None:
        for window in self.floor.windows:
            desk = self.model.desks[window.id]
            assert (window.state, window.officer and window.officer.staff_id) == (desk.state, desk.sitting)

    @invariant()
    def every_move_has_its_row(self) -> None:
        entries = self._run(self.floor.journal(after=self.last))
        self.last = max((entry.id for entry in entries), default=self.last)
        rows = [
            Row(entry.ticket, entry.action, entry.before, entry.after, entry.window, entry.line)
            for entry in entries
            if entry.ticket is not None
        ]
        assert sorted(rows, key=repr) == sorted(self.model.told, key=repr)
        self.model.told.clear()

    def teardown(self) -> None:
        if hasattr(self, "floor"):
            assert audit(self._run(self.floor.journal())) == []


def _place(row: Any) -> tuple[Any, ...]:
    """A row as the model tells it."""
    return (
        row.id,
        row.number,
        row.business_day,
        row.line_id,
        micros(row.arrival),
        row.credit_minutes,
        row.rank,
        row.changed_at,
        row.actor,
        micros(row.callable_at),
        row.action,
        row.postponed,
        row.bound_window_id,
        row.status,
        row.window_id,
        row.staff_id,
        row.recalls,
        row.moves,
    )


@pytest.fixture
def run() -> Iterator[Run]:
    with asyncio.Runner() as runner:
        yield runner.run


def test_the_queue_is_the_models(database_url: str, run: Run) -> None:
    database = Database(database_url, pool_size=2)
    try:
        run_state_machine_as_test(
            partial(QueueMachine, database, run),  # type: ignore[arg-type]  # called like a class
            settings=settings(
                max_examples=40,
                stateful_step_count=40,
                deadline=None,
                database=None,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        run(database.close())
