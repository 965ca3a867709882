"""What becomes of a case after its day at the window: who does what with it, when, and what he must be refused.

Pure. A course only plans; whether something was in time is for the clock to say. So days are chosen wide of what the
rules forbid, except where a step is there to be refused.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

import msgspec

from ...cases.clock import LONGEST_EXTENSION, NOTICE_DAYS
from ...cases.file import Ask, PartAsk
from ...cases.state import Action, Procedure
from ...queue.hall import CaseKind
from .cards import Cards

BESIDES: Final = "授权委托书"
"""What a second notice asks for."""
WEEK: Final = 5
LEAST_ROOM: Final = 3
"""Working days with which something may happen before the end."""
LATE_NOTICE: Final = frozenset({"notice_too_late", "accepted_already"})


class By(StrEnum):
    """Who takes a step."""

    HOLDER = "holder"
    SUPERVISOR = "supervisor"
    COLLEAGUE = "colleague"
    """Somebody of the unit that the case was sent to."""


class Opening(StrEnum):
    """What comes of the visit at the window."""

    COMPLETE = "complete"
    NOTICED = "noticed"
    """Something is missing, and he is told at once."""
    LATER = "later"
    """Something is missing, and he will be told later."""
    REFUSED = "refused"


class Step(NamedTuple):
    """An ``action``, None for a department that does its part of a joint case, ``after`` so many working days.

    ``rest``: on the first free day from then on. ``refused``: codes of which one must be the answer.
    """

    after: int
    action: Action | None
    ask: Ask = Ask()
    by: By = By.HOLDER
    rest: bool = False
    refused: frozenset[str] = frozenset()


class Matter(NamedTuple):
    """A case as it will be accepted. ``days``: promised; ``steps``: of its procedure; ``units``: other departments."""

    kind: CaseKind
    opening: Opening
    days: int
    missing: Sequence[str] = ()
    steps: int = 0
    units: Sequence[str] = ()


class Application(msgspec.Struct, frozen=True, eq=False):
    """What a window is asked for, as it sends it, and the steps that follow."""

    kind: CaseKind
    opening: Opening
    body: dict[str, Any]
    course: Sequence[Step]


NOTICED: Final = {"whole": 5, "in parts": 3, "again": 1, "never": 1, "withdrawn": 1, "refused": 1}
LATER: Final = {"in time": 3, "last day": 1, "brought": 2, "withdrawn": 1, "refused": 1}
LATER_OR_MISSED: Final = LATER | {"too late": 2, "missed": 2}
IMMEDIATE: Final = {"at once": 36, "rejected": 2, "late": 1, "forgotten": 1, "withdrawn": 1}
HURRIED: Final = {"straight": 5, "rejected": 1, "late": 2, "forgotten": 1}
"""When no working day is to spare."""
WAYS: Final = {
    "straight": 4,
    "in steps": 2,
    "last day": 2,
    "rejected": 2,
    "withdrawn": 1,
    "suspended": 2,
    "suspended at a weekend": 1,
    "suspended twice": 1,
    "withdrawn while suspended": 1,
    "extended": 2,
    "extended twice": 1,
    "suspended and extended": 1,
    "late": 2,
    "too late to extend": 1,
    "forgotten": 2,
}
DELIVERY: Final = {"soon": 6, "at once": 5, "touched again": 1, "late": 1, "never": 1}


def course(matter: Matter, cards: Cards) -> list[Step]:
    """The steps of a case in order, from the window to its end or to where everybody forgets it."""
    match matter.opening:
        case Opening.COMPLETE:
            return _accepted(matter, cards)
        case Opening.NOTICED:
            return _noticed(matter, cards)
        case Opening.LATER:
            return _later(matter, cards)
    return []


def _noticed(matter: Matter, cards: Cards) -> list[Step]:
    chance, missing = cards.chance, matter.missing
    match cards.deal(NOTICED):
        case "in parts":
            parts = [Step(chance.randint(1, 4), Action.SUPPLEMENT, Ask(materials=[name])) for name in missing]
            return [*parts, *_accepted(matter, cards)]
        case "again":
            again = Ask(missing=[BESIDES], note="窗口漏告")
            return [
                Step(1, Action.NOTICE, again, refused=frozenset({"noticed_already"})),
                Step(0, Action.NOTICE, Ask(missing=[BESIDES], note="窗口漏告", force=True), By.SUPERVISOR),
                _brought([*missing, BESIDES], cards),
                *_accepted(matter, cards),
            ]
        case "never":
            return []
        case "withdrawn":
            return [_withdrawn(chance.randint(1, 6))]
        case "refused":
            return [_refused(chance.randint(1, 6))]
    return [_brought(missing, cards), *_accepted(matter, cards)]


def _later(matter: Matter, cards: Cards) -> list[Step]:
    """Who is to be told later is told within five working days, or not (R16, R17)."""
    chance, missing = cards.chance, matter.missing
    # The parts of a joint case cannot be due after the case: it must not begin late.
    match cards.deal(LATER if matter.kind is CaseKind.JOINT else LATER_OR_MISSED):
        case "last day":
            return [Step(NOTICE_DAYS, Action.NOTICE), _brought(missing, cards), *_accepted(matter, cards)]
        case "brought":
            whole = Step(chance.randint(1, NOTICE_DAYS - 1), Action.SUPPLEMENT, Ask(materials=list(missing)))
            return [whole, *_accepted(matter, cards)]
        case "withdrawn":
            return [_withdrawn(chance.randint(1, NOTICE_DAYS - 1))]
        case "refused":
            return [_refused(chance.randint(1, NOTICE_DAYS - 1))]
        case "too late":
            late = Step(NOTICE_DAYS + chance.randint(1, 2), Action.NOTICE, refused=LATE_NOTICE)
            return [late, *_hurried(matter, cards, 2)]
        case "missed":
            return _hurried(matter, cards, NOTICE_DAYS + chance.randint(3, 6))
    notice = Step(chance.randint(1, NOTICE_DAYS - 1), Action.NOTICE)
    return [notice, _brought(missing, cards), *_accepted(matter, cards)]


def _accepted(matter: Matter, cards: Cards) -> list[Step]:
    """From the acceptance on."""
    chance = cards.chance
    if matter.kind is CaseKind.IMMEDIATE:
        way = cards.deal(IMMEDIATE)
        after = chance.randint(1, 4) if way == "late" else 0
        return _ended(matter, cards, way, after)
    first = _sent(matter, cards, 1)
    start, room = (0, matter.days - 1) if first else (1, matter.days)
    if room < LEAST_ROOM:
        way = cards.deal(HURRIED)
        return [*first, *_ended(matter, cards, way, room + 1 if way == "late" else max(start, room))]
    return [*first, *_way(matter, cards, cards.deal(WAYS), start, room)]


def _hurried(matter: Matter, cards: Cards, after: int) -> list[Step]:
    """Accepted as of the day of receipt because nobody told him: little of its time is left."""
    first, way = _sent(matter, cards, after), cards.deal(HURRIED)
    return [*first, *_ended(matter, cards, way, cards.chance.randint(0, 3) if first else after)]


def _sent(matter: Matter, cards: Cards, after: int) -> list[Step]:
    """What sends a case to where it is worked on."""
    units = cards.chance.sample(matter.units, k=min(2, len(matter.units)))
    if matter.kind is CaseKind.FORWARDED:
        sent = [Step(after, Action.FORWARD, Ask(department=units[0], note="属该单位职责"))]
        if len(units) > 1 and cards.deal({"taken": 3, "sent on": 1}) == "sent on":
            sent.append(Step(0, Action.FORWARD, Ask(department=units[1], note="职责已调整")))
        return [*sent, Step(0, Action.TAKE, by=By.COLLEAGUE)]
    if matter.kind is CaseKind.JOINT:
        most = max(1, matter.days - after)
        parts = [PartAsk(department=unit, days=cards.chance.randint(1, most)) for unit in units]
        return [Step(after, Action.JOIN, Ask(parts=parts))]
    return []


def _way(matter: Matter, cards: Cards, way: str, start: int, room: int) -> list[Step]:
    """``start``: the first working day on which something may happen; ``room``: the last one, which is the due day."""
    chance = cards.chance
    some = chance.randint(start, room - 1)
    more = chance.randint(1, LONGEST_EXTENSION)
    extended = Step(some, Action.EXTEND, Ask(days=more, reason="情况复杂，需进一步核实"), By.SUPERVISOR)
    match way:
        case "in steps" if matter.steps > 1 and matter.kind in (CaseKind.PROMISED, CaseKind.REPORTED):
            gaps = [start, *(chance.randint(0, 2) for _ in range(matter.steps - 2))]
            return [*(Step(gap, Action.STEP) for gap in gaps), *_ended(matter, cards, way, chance.randint(0, 2))]
        case "last day":
            return _ended(matter, cards, way, room)
        case "late":
            return _ended(matter, cards, way, room + chance.randint(1, 5))
        case "suspended" | "withdrawn while suspended":
            stopped = [_suspended(some, cards)]
            if way == "withdrawn while suspended":
                return [*stopped, _withdrawn(chance.randint(1, 5))]
            return [*stopped, _resumed(cards), *_ended(matter, cards, way, chance.randint(0, room - some))]
        case "suspended at a weekend":
            # From the working day on it may take a week until the next free one, which must not be after the due day.
            early = room > WEEK
            once = _suspended(start if early else some, cards)._replace(rest=early)
            ended = _ended(matter, cards, way, chance.randint(1, room - some + 2))
            return [once, _resumed(cards)._replace(rest=True), *ended]
        case "suspended twice":
            again = chance.randint(0, room - some - 1)
            twice = [_suspended(some, cards), _resumed(cards), _suspended(again, cards, 2), _resumed(cards)]
            needless = Step(0, Action.RESUME, refused=frozenset({"not_suspended"}))
            return [*twice, needless, *_ended(matter, cards, way, chance.randint(0, 3))]
        case "extended":
            return [extended, *_ended(matter, cards, way, chance.randint(0, room - some + more))]
        case "extended twice":
            again_ = extended._replace(after=0, refused=frozenset({"extended_already"}))
            return [extended, again_, *_ended(matter, cards, way, chance.randint(0, room - some + more + 2))]
        case "suspended and extended":
            stopped = [_suspended(some, cards), _resumed(cards), extended._replace(after=0)]
            return [*stopped, *_ended(matter, cards, way, chance.randint(0, more + 2))]
        case "too late to extend":
            late = extended._replace(after=room + chance.randint(1, 3), refused=frozenset({"overdue"}))
            return [late, *_ended(matter, cards, way, chance.randint(0, 3))]
    return _ended(matter, cards, way, some)


def _ended(matter: Matter, cards: Cards, way: str, after: int) -> list[Step]:
    if way == "forgotten":
        return []
    if way == "withdrawn":
        return [_withdrawn(after)]
    chance, steps = cards.chance, list[Step]()
    if matter.kind is CaseKind.REPORTED:
        steps, after = [Step(after, Action.REPORT, Ask(note="市级主管部门"))], chance.randint(0, 6)
    elif matter.kind is CaseKind.JOINT:
        steps = [Step(after, Action.DECIDE, refused=frozenset({"parts_open"}))]
        steps += [Step(0, None, Ask(note="同意")) for _ in range(min(2, len(matter.units)))]
        after = 0
    if way == "rejected":
        steps.append(Step(after, Action.REJECT, Ask(reason="不符合法定条件")))
    else:
        steps.append(Step(after, Action.DECIDE))
    match cards.deal(DELIVERY):
        case "never":
            return steps
        case "late":
            return [*steps, Step(chance.randint(11, 13), Action.DELIVER)]
        case "touched again":
            over = Ask(procedure=Procedure.HEARING, reason="补充听证")
            return [
                *steps,
                Step(0, Action.DELIVER),
                Step(1, Action.SUSPEND, over, refused=frozenset({"case_over"})),
            ]
        case "at once":
            return [*steps, Step(0, Action.DELIVER)]
    return [*steps, Step(chance.randint(0 if matter.kind is CaseKind.IMMEDIATE else 1, 5), Action.DELIVER)]


def _brought(missing: Sequence[str], cards: Cards) -> Step:
    return Step(cards.chance.randint(1, 6), Action.SUPPLEMENT, Ask(materials=list(missing)))


def _withdrawn(after: int) -> Step:
    return Step(after, Action.WITHDRAW, Ask(reason="申请人另有安排"))


def _refused(after: int) -> Step:
    return Step(after, Action.REFUSE, Ask(reason="申请事项不属于本机关职权范围"))


def _suspended(after: int, cards: Cards, times: int = 1) -> Step:
    """``times``: told besides, for no two messages of a case are the same."""
    procedure = cards.deal(dict.fromkeys(Procedure, 1))
    return Step(after, Action.SUSPEND, Ask(procedure=procedure, reason=f"依法需经特别程序（第{times}次）"))


def _resumed(cards: Cards) -> Step:
    return Step(cards.chance.randint(1, 6), Action.RESUME)
