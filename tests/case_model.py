"""What cases must do, as plain objects without a database: what the real ones are compared with.

The dates come from the replay's reference, which counts days one by one from the rules alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import chinese_calendar
from paihao.cases.clock import History, Suspension
from paihao.queue.hall import CaseKind
from paihao.samples.replay.reference import Expected, expected

ONE = timedelta(days=1)
WORKED_ON = {
    "immediate": "accepted",
    "promised": "accepted",
    "reported": "accepted",
    "forwarded": "handled",
    "joint": "joined",
}
"""In which state a case of a kind is dealt with."""
NOTHING = Expected(None, None, provisional=False, light=None)


class Refused(Exception):
    """This must not be possible."""


def must(condition: bool) -> None:
    if not condition:
        raise Refused


@dataclass
class Asked:
    """What somebody fills in. ``on``: a day that he writes into the form, else today."""

    on: date | None = None
    words: bool = True
    days: int = 1
    department: str = "GAJ"
    brought: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    flag: bool = False
    """``complete`` of a supplement, ``force`` of a notice."""
    parts: Sequence[tuple[str, int]] = ()


@dataclass
class Part:
    sent: date
    days: int
    due: date
    done: bool = False
    id: int = 0

    @property
    def late(self) -> str:
        """The event that it is late."""
        return f"part:{self.id}:late:{self.due}"


@dataclass
class Case:
    kind: str
    state: str
    received: date
    days: int
    missing: set[str]
    unit: str
    brought: set[str]
    complete: bool = True
    id: int = 0
    moves: int = 0
    noticed: date | None = None
    completed: date | None = None
    spells: list[Suspension] = field(default_factory=list)
    extended: int = 0
    ended: date | None = None
    decided: date | None = None
    delivered: date | None = None
    over: bool = False
    parts: list[Part] = field(default_factory=list)
    stands: Expected = NOTHING
    notice_by: date | None = None
    deliver_by: date | None = None

    @property
    def home(self) -> str:
        return WORKED_ON.get(self.kind, "")

    @property
    def runs(self) -> bool:
        """Whether the watch looks at its light."""
        return self.state in ("accepted", "forwarded", "handled", "joined")

    @property
    def history(self) -> History:
        return History(
            kind=CaseKind(self.kind),
            received_on=self.received,
            days=self.days,
            complete=self.complete,
            completed_on=self.completed,
            noticed_on=self.noticed,
            suspensions=self.spells,
            extended=self.extended,
            ended_on=self.ended,
        )


class Model:
    """The cases of a hall; ``events``: every alert that was ever raised, and whether it is open."""

    def __init__(self, materials: Mapping[str, frozenset[str]], owner: Mapping[str, str]) -> None:
        self.materials, self.owner = materials, owner
        self.cases: list[Case] = []
        self.overrides: dict[date, bool] = {}
        self.events: dict[str, bool] = {}

    def after(self, day: date, count: int) -> date:
        """The so manieth working day after a day."""
        while count:
            day += ONE
            count -= self.works(day)
        return day

    def works(self, day: date) -> bool:
        if day in self.overrides:
            return self.overrides[day]
        try:
            return bool(chinese_calendar.is_workday(day))
        except NotImplementedError:  # a year that is not published
            return day.weekday() < 5

    # What happens.

    def accept(self, item: str, kind: str, days: int, asked: Asked, today: date, how: str) -> Case:
        """``how``: ``now``, ``later`` with a notice to come, or ``refused``."""
        missing = set(self.materials[item] | asked.missing) - asked.brought
        case = Case(kind, "accepted", today, days, missing, self.owner[item], set(asked.brought))
        if how == "refused":
            must(asked.words)
            case.kind, case.state, case.complete, case.over, case.days = "returned", "refused", False, True, 0
        elif asked.flag:
            must(not missing)
        else:
            must(bool(missing))
            case.complete = False
            case.state = "received" if how == "later" else "noticed"
            case.noticed = today if how == "now" else None
            must(how == "now" or asked.words)
        return case

    def add(self, case: Case, number: int, today: date) -> None:
        case.id = number
        self.cases.append(case)
        self.judge(case, today)

    def move(self, case: Case, action: str, asked: Asked, today: date) -> None:
        before = case.state
        must(action in ("notice", "supplement", "refuse", "withdraw", "deliver") or not case.over)
        getattr(self, f"_{action}")(case, asked, today)
        case.moves += 1
        if action == "notice" and before == "noticed":
            self.events[f"case:{case.id}:second_notice:{case.moves}"] = True
        self.judge(case, today)

    def _notice(self, case: Case, asked: Asked, today: date) -> None:
        self._before_it_counts_as_accepted(case, today)
        if case.state == "received":
            case.noticed = today
        else:
            must(asked.flag and bool(asked.missing))
        case.missing |= asked.missing
        case.brought -= asked.missing
        case.state = "noticed"

    def _before_it_counts_as_accepted(self, case: Case, today: date) -> None:
        """Noticed, or received so lately that a notice is still in time (R17)."""
        must(case.state == "noticed" or (case.notice_by is not None and today <= case.notice_by))

    def _supplement(self, case: Case, asked: Asked, today: date) -> None:
        self._before_it_counts_as_accepted(case, today)
        must(not asked.brought <= case.brought)
        left = case.missing - asked.brought
        must(not (left and asked.flag))
        case.missing = left
        case.brought |= asked.brought
        if not left:
            case.state, case.completed = "accepted", today

    def _refuse(self, case: Case, asked: Asked, today: date) -> None:
        self._before_it_counts_as_accepted(case, today)
        must(asked.words)
        case.kind, case.state, case.over = "returned", "refused", True

    def _withdraw(self, case: Case, asked: Asked, today: date) -> None:
        must(asked.words and not case.over)
        must(case.state in ("received", "noticed", "accepted", "suspended", "forwarded", "reported", case.home))
        if case.state == "suspended":
            self._end_spell(case, asked, today)
        if case.stands.accepted_on is not None and case.ended is None:
            case.ended = today
        case.state, case.over = "withdrawn", True

    def _suspend(self, case: Case, asked: Asked, today: date) -> None:
        began, due, accepted = asked.on or today, case.stands.due_on, case.stands.accepted_on
        must(case.state == case.home and case.kind != "immediate" and asked.words)
        must(due is not None and today <= due and accepted is not None and accepted <= began <= today)
        must(not case.spells or (case.spells[-1].ended_on or began) <= began)
        case.spells.append(Suspension(began))
        case.state = "suspended"

    def _resume(self, case: Case, asked: Asked, today: date) -> None:
        must(case.state == "suspended")
        self._end_spell(case, asked, today)
        case.state = case.home
        self._prolong_parts(case)

    def _end_spell(self, case: Case, asked: Asked, today: date) -> None:
        ended, began = asked.on or today, case.spells[-1].began_on
        must(began <= ended <= today)
        case.spells[-1] = Suspension(began, ended)

    def _extend(self, case: Case, asked: Asked, today: date) -> None:
        must(case.state == case.home and case.kind != "immediate" and asked.words)
        must(case.stands.due_on is not None and today <= case.stands.due_on)
        must(not case.extended and 1 <= asked.days <= 10)
        case.extended = asked.days

    def _forward(self, case: Case, asked: Asked, today: date) -> None:
        must(case.kind == "forwarded" and case.state in ("accepted", "forwarded") and asked.department != case.unit)
        case.state, case.unit = "forwarded", asked.department

    def _take(self, case: Case, asked: Asked, today: date) -> None:
        must(case.state == "forwarded")
        case.state = "handled"

    def _join(self, case: Case, asked: Asked, today: date) -> None:
        must(case.kind == "joint" and case.state == "accepted" and bool(asked.parts))
        units = [unit for unit, _ in asked.parts]
        must(len(set(units)) == len(units) and case.unit not in units)
        parts = [Part(today, days, self.after(today, days)) for _, days in asked.parts]
        must(case.stands.due_on is not None and max(part.due for part in parts) <= case.stands.due_on)
        case.parts = parts
        case.state = "joined"

    def _step(self, case: Case, asked: Asked, today: date) -> None:
        raise Refused  # these items have no procedure

    def _report(self, case: Case, asked: Asked, today: date) -> None:
        must(case.kind == "reported" and case.state == "accepted" and asked.words)
        case.state, case.ended = "reported", today

    def _decide(self, case: Case, asked: Asked, today: date) -> None:
        self._conclude(case, asked, today)
        case.state = "decided"

    def _reject(self, case: Case, asked: Asked, today: date) -> None:
        must(asked.words)
        self._conclude(case, asked, today)
        case.state = "rejected"

    def _conclude(self, case: Case, asked: Asked, today: date) -> None:
        must(case.state == ("reported" if case.kind == "reported" else case.home))
        must(all(part.done for part in case.parts))
        on = asked.on or today
        since = case.ended or case.stands.accepted_on or case.received
        must(since <= on <= today)
        case.decided, case.ended, case.over = on, case.ended or on, True
        case.deliver_by = self.after(on, 10)

    def _deliver(self, case: Case, asked: Asked, today: date) -> None:
        on = asked.on or today
        must(case.state in ("decided", "rejected") and case.decided is not None and case.decided <= on <= today)
        case.state, case.delivered = "delivered", on

    def close(self, case: Case, part: int, *, words: bool) -> None:
        must(words and case.state in ("joined", "suspended") and part < len(case.parts) and not case.parts[part].done)
        case.parts[part].done = True
        self._settle(case.parts[part].late)

    # What follows.

    def judge(self, case: Case, today: date) -> None:
        was = case.stands
        returned = case.state == "refused"
        case.stands = NOTHING if returned else expected(case.history, today, self.overrides)
        case.notice_by = self.after(case.received, 5) if case.state == "received" else None
        light = case.stands.light
        told = light == "red" or (light == "yellow" and case.kind != "immediate")
        if told and light != was.light:
            self.events.setdefault(f"case:{case.id}:{light}:{case.stands.due_on}", True)
        for event in [one for one in self.events if one.startswith(f"case:{case.id}:")]:
            kind = event.split(":")[2]
            if kind in ("yellow", "red") and (light != kind or case.ended is not None):
                self.events[event] = False
            if (kind == "notice_due" and case.state != "received") or (kind == "delivery" and case.delivered):
                self.events[event] = False
        for part in case.parts if case.over else ():
            self._settle(part.late)

    def _prolong_parts(self, case: Case) -> None:
        """The clock of a part stands still with the whole, and follows the calendar."""
        for part in case.parts:
            if not part.done and (due := self._part_due(part, case.spells)) != part.due:
                self._settle(part.late)
                part.due = due

    def _part_due(self, part: Part, spells: Sequence[Suspension]) -> date:
        day, left = part.sent, part.days
        while left:
            day += ONE
            stop = next(
                (one for one in spells if one.began_on <= day and (not one.ended_on or day < one.ended_on)), None
            )
            if stop is not None and stop.ended_on is None:
                return part.due
            left -= stop is None and self.works(day)
        return day

    def _settle(self, event: str) -> None:
        if event in self.events:
            self.events[event] = False

    def watch(self, today: date) -> None:
        """A sweep: nothing else may happen by itself."""
        for case in self.cases:
            if case.runs:
                self.judge(case, today)
        for case in self.cases:
            if case.state == "received" and case.notice_by is not None and case.notice_by < today:
                self.events[f"case:{case.id}:notice_missed"] = True
                case.state, case.moves = "accepted", case.moves + 1
                self.judge(case, today)
            elif case.state == "received" and case.notice_by == today:
                self.events.setdefault(f"case:{case.id}:notice_due", True)
            for part in case.parts:
                if case.state == "joined" and not part.done and part.due < today:
                    self.events.setdefault(part.late, True)
            if case.deliver_by and not case.delivered and case.deliver_by < today:
                self.events.setdefault(f"case:{case.id}:delivery", True)

    def publish(self, days: Mapping[date, bool], today: date) -> None:
        """The calendar says otherwise of days to come, and the sweep has seen it."""
        self.overrides |= days
        for case in self.cases:
            overdue = case.state == "received" and self.after(case.received, 5) < today
            if not case.over and not overdue and (case.stands.due_on or case.notice_by):
                self.judge(case, today)
                self._prolong_parts(case)
            if case.decided and not case.delivered:
                case.deliver_by = self.after(case.decided, 10)
