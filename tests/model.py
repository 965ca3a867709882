"""The queue as it should be, in memory and in plain words: what the state machine compares the real one with."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from paihao.core.clock import MINUTE, business_day, micros, moment
from paihao.core.errors import Forbidden, Invalid, Problem, TicketConflict, WindowConflict
from paihao.queue.actor import SYSTEM, Actor
from paihao.queue.facts import HallFacts
from paihao.queue.ticket import TRANSITIONS, UNDOABLE, Action, Status
from paihao.queue.window import WindowState

AT_WINDOW = (Status.CALLED, Status.SERVING)


class Refused(Exception):
    """What must be raised: a class of problems and its code."""

    def __init__(self, kind: type[Problem], code: str) -> None:
        super().__init__(kind, code)
        self.kind, self.code = kind, code


class Row(NamedTuple):
    """What the journal must say of a move."""

    ticket: int
    action: str
    before: str | None
    after: str
    window: int | None
    line: int


@dataclass
class Place:
    """A ticket; moments of arrival and rank in microseconds, ``credit`` in minutes."""

    id: int
    number: str
    day: date
    line: int
    arrival: int
    credit: int
    rank: int
    changed: datetime
    actor: str
    callable: int
    action: Action = Action.ISSUE
    postponed: bool = False
    bound: int | None = None
    status: Status = Status.WAITING
    window: int | None = None
    staff: int | None = None
    recalls: int = 0
    moves: int = 0

    @property
    def displaced(self) -> bool:
        """It was queued again, so that others may pass it."""
        return self.rank != self.arrival - self.credit * MINUTE


@dataclass
class Desk:
    """A window. ``lanes``: line -> handicap in minutes."""

    id: int
    lanes: Mapping[int, int]
    state: WindowState = WindowState.CLOSED
    sitting: int | None = None


@dataclass
class Model:
    """``told``: the rows that the journal has got since somebody looked."""

    facts: HallFacts
    desks: dict[int, Desk] = field(init=False)
    places: dict[int, Place] = field(default_factory=dict)
    before: dict[int, Place] = field(default_factory=dict)
    """Each ticket as it was before its last move."""
    given: Counter[tuple[int, date]] = field(default_factory=Counter)
    told: list[Row] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desks = {window.id: Desk(window.id, window.handicaps) for window in self.facts.windows.values()}

    # Giving numbers.

    def ahead(self, line: int, rank: int) -> int:
        return sum(place.rank <= rank for place in self.waiting(line))

    def number(self, line: int, day: date) -> str:
        return f"{self.facts.lines[line].prefix}{self.given[line, day] + 1:03d}"

    def issue(self, ticket: int, line: int, credit: int, bound: int | None, now: datetime) -> Place:
        day, arrival = business_day(now, self.facts.timezone), micros(now)
        number = self.number(line, day)
        self.given[line, day] += 1
        place = Place(ticket, number, day, line, arrival, credit, arrival - credit * MINUTE, now, SYSTEM.label, arrival)
        place.bound = bound
        self.places[ticket] = place
        self.told.append(Row(ticket, Action.ISSUE, None, Status.WAITING, None, line))
        return place

    # Calling.

    def waiting(self, line: int) -> list[Place]:
        return [p for p in self.places.values() if (p.status, p.line, p.bound) == (Status.WAITING, line, None)]

    def front(self, window: int) -> Place | None:
        return next((p for p in self.places.values() if p.window == window and p.status in AT_WINDOW), None)

    def candidates(self, window: int, now: datetime) -> list[tuple[int, int, int]]:
        """Whom the window may call now, in order: rank with handicap, id, handicap in minutes."""
        lanes = self.desks[window].lanes
        own = [(p, 0) for p in self.places.values() if p.status is Status.WAITING and p.bound == window]
        found = own + [(p, minutes) for line, minutes in lanes.items() for p in self.waiting(line)]
        return sorted((p.rank + minutes * MINUTE, p.id, minutes) for p, minutes in found if p.callable <= micros(now))

    def _free(self, window: int, by: Actor) -> None:
        if self.desks[window].state is not WindowState.OPEN:
            raise Refused(WindowConflict, "window_closed")
        if not by.anywhere and self.desks[window].sitting != by.staff_id:
            raise Refused(Forbidden, "foreign_window")
        if self.front(window):
            raise Refused(WindowConflict, "window_busy")

    def call_next(self, window: int, by: Actor, now: datetime) -> tuple[Place, str] | None:
        """Who is called, and by which rule."""
        self._free(window, by)
        for _, ticket, minutes in self.candidates(window, now):
            place = self.places[ticket]
            rule = "help" if minutes else "own" if place.bound is None else "bound"
            return self._called(place, window, by, now), rule
        return None

    def call(self, window: int, ticket: int, by: Actor, now: datetime) -> Place:
        self._free(window, by)
        if self.places[ticket].status is not Status.WAITING:
            raise Refused(TicketConflict, "ticket_conflict")
        return self._called(self.places[ticket], window, by, now)

    def _called(self, place: Place, window: int, by: Actor, now: datetime) -> Place:
        return self._moved(place, Action.CALL, by, now, window=window, staff=self._sitting(window, by), recalls=0)

    def _sitting(self, window: int, by: Actor) -> int | None:
        """Whose visitor it is: the officer's who sits there, else whoever acts."""
        sitting = self.desks[window].sitting
        return by.staff_id if sitting is None else sitting

    # Moving.

    def lawful(self) -> dict[Action, list[int]]:
        """What is in the table for the tickets as they are; calls and the day's end have their own ways."""
        found: dict[Action, list[int]] = {}
        for place in self.places.values():
            for status, action in TRANSITIONS:
                if status is place.status and action not in (Action.CALL, Action.EXPIRE):
                    found.setdefault(action, []).append(place.id)
        return found

    def move(
        self, seen: Place, action: Action, by: Actor, now: datetime, window: int | None, line: int | None
    ) -> Place:
        """``seen``: the ticket as it was when somebody looked at it."""
        place = self.places[seen.id]
        if (seen.status, action) not in TRANSITIONS:
            raise Refused(TicketConflict, "ticket_conflict")
        if TRANSITIONS[seen.status, action] is Status.WAITING and seen.day < business_day(now, self.facts.timezone):
            raise Refused(TicketConflict, "day_over")
        anywhere = {Action.RESUME, Action.REQUEUE}
        if seen.status in AT_WINDOW and action not in anywhere and not by.anywhere and seen.staff != by.staff_id:
            raise Refused(Forbidden, "foreign_window")
        if action is Action.MISS and seen.recalls < self.facts.recalls_before_missed:
            raise Refused(TicketConflict, "too_early_to_miss")
        if action is Action.RESUME and (window is None or self.desks[window].state is not WindowState.OPEN):
            raise Refused(WindowConflict, "window_closed")
        goal = self._goal(seen, window, line) if action is Action.TRANSFER else (seen.line, None)
        if action is Action.POSTPONE:
            self._may_postpone(seen, now)
        if seen.moves != place.moves:
            raise Refused(TicketConflict, "ticket_conflict")
        if action is Action.RESUME and window is not None and self.front(window):
            raise Refused(WindowConflict, "window_busy")
        changes: dict[str, object] = {}
        match action:
            case Action.RECALL:
                changes = {"recalls": place.recalls + 1}
            case Action.RESUME if window is not None:
                changes = {"window": window, "staff": self._sitting(window, by)}
            case Action.TRANSFER:
                changes = {"line": goal[0], "bound": goal[1], "window": None}
            case Action.REQUEUE:
                rank = max(place.rank, self._returning(place.line, now))
                changes = {"rank": rank, "bound": None, "window": None}
            case Action.POSTPONE:
                more = self.facts.postpone_minutes * MINUTE
                changes = {"rank": place.rank + more, "callable": micros(now) + more, "postponed": True}
        return self._moved(place, action, by, now, **changes)

    def _may_postpone(self, seen: Place, now: datetime) -> None:
        if self.facts.postpone_minutes == 0:
            raise Refused(TicketConflict, "postpone_off")
        if seen.postponed:
            raise Refused(TicketConflict, "postponed_already")
        if not self.facts.takes_visitors(moment(micros(now) + self.facts.postpone_minutes * MINUTE)):
            raise Refused(TicketConflict, "closing_soon")

    def undo(self, seen: Place, by: Actor, now: datetime) -> Place:
        """Everything as it was before the last action, but for who moved it, when, and how often."""
        if seen.action not in UNDOABLE:
            raise Refused(TicketConflict, "not_undoable")
        if seen.actor != by.label:
            raise Refused(Forbidden, "not_your_action")
        if micros(now) - micros(seen.changed) > 10_000_000:
            raise Refused(TicketConflict, "too_late_to_undo")
        place, before = self.places[seen.id], self.before[seen.id]
        if seen.moves != place.moves:
            raise Refused(TicketConflict, "ticket_conflict")
        at_window = before.window if before.status in AT_WINDOW else None
        goal = before.bound if before.status is Status.WAITING else at_window
        if goal is not None and self.desks[goal].state is WindowState.CLOSED:
            raise Refused(WindowConflict, "window_closed")
        if at_window is not None:
            if self.desks[at_window].sitting not in (None, seen.staff):
                raise Refused(WindowConflict, "window_taken")
            if (other := self.front(at_window)) and other.id != place.id:
                raise Refused(WindowConflict, "window_busy")
        where = {"line": before.line, "window": before.window, "bound": before.bound}
        return self._moved(place, Action.UNDO, by, now, to=before.status, **where)

    def _goal(self, seen: Place, window: int | None, line: int | None) -> tuple[int, int | None]:
        if window is not None:
            lanes = self.desks[window].lanes
            if self.desks[window].state is WindowState.CLOSED:
                raise Refused(Invalid, "window_closed")
            return (seen.line if seen.line in lanes else min(lanes, key=lambda lane: (lanes[lane], lane))), window
        if line is None or (line == seen.line and seen.status is Status.WAITING and seen.bound is None):
            raise Refused(Invalid, "transfer_nowhere")
        if not any(line in desk.lanes for desk in self.desks.values() if desk.state is not WindowState.CLOSED):
            raise Refused(Invalid, "line_unserved")
        return line, None

    def _returning(self, line: int, now: datetime) -> int:
        """Behind the next few of the line; behind all when there are fewer."""
        after, ranks = self.facts.return_after, sorted(place.rank for place in self.waiting(line))
        return min(micros(now), ranks[after - 1] + 1) if 0 < after <= len(ranks) else micros(now)

    def _moved(
        self, place: Place, action: Action, by: Actor, now: datetime, to: Status | None = None, **changes: object
    ) -> Place:
        before, after, window = place.status, to or TRANSITIONS[place.status, action], place.window
        said = {"status": after, "moves": place.moves + 1, "changed": now, "action": action, "actor": by.label}
        moved = replace(place, **said, **changes)  # type: ignore[arg-type]
        self.before[place.id], self.places[place.id] = place, moved
        window = window if moved.window is None else moved.window
        self.told.append(Row(place.id, action, before, after, window, moved.line))
        return moved

    # Windows and the day's end.

    def open(self, window: int, by: Actor, now: datetime) -> None:
        desk = self.desks[window]
        if not by.anywhere and desk.sitting is None:
            if any(other.sitting == by.staff_id for other in self.desks.values()):
                raise Refused(WindowConflict, "signed_in_elsewhere")
            desk.sitting = by.staff_id
        elif not by.anywhere and desk.sitting != by.staff_id:
            raise Refused(WindowConflict, "window_taken")
        desk.state = WindowState.OPEN

    def _own(self, window: int, by: Actor) -> None:
        sitting = self.desks[window].sitting
        if not by.anywhere and sitting is None:
            raise Refused(WindowConflict, "window_closed")
        if not by.anywhere and sitting != by.staff_id:
            raise Refused(Forbidden, "foreign_window")

    def pause(self, window: int, by: Actor, now: datetime) -> None:
        self._own(window, by)
        if self.desks[window].state is WindowState.CLOSED:
            raise Refused(WindowConflict, "window_closed")
        self.desks[window].state = WindowState.PAUSED

    def close(self, window: int, by: Actor, now: datetime) -> None:
        self._own(window, by)
        if self.front(window):
            raise Refused(WindowConflict, "window_busy")
        self.desks[window].state, self.desks[window].sitting = WindowState.CLOSED, None
        for place in list(self.places.values()):
            if place.status is Status.WAITING and place.bound == window:
                self._moved(place, Action.TRANSFER, by, now, bound=None)

    def expire(self, day: date, now: datetime) -> int:
        midnight = datetime.combine(day, time.min, ZoneInfo(self.facts.timezone))
        ending = {Status.WAITING, *AT_WINDOW} | (set() if self.facts.keep_parked else {Status.PARKED})
        over = [p for p in self.places.values() if p.status in ending and p.day < day and p.changed < midnight]
        for place in over:
            self._moved(place, Action.EXPIRE, SYSTEM, now)
        return len(over)
