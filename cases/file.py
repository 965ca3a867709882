"""What a case is and what each action makes of it, as values: no database, no clock (R15-R35)."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from ..core.calendar import WorkingDays
from ..core.errors import CaseConflict, Invalid
from ..core.i18n import N_
from ..queue.hall import CaseKind
from . import clock
from .clock import Deadline, History, Suspension
from .receipt import MOST_COPIES, MOST_ROWS
from .state import OUTCOMES, TRANSITIONS, Action, Outcome, Procedure, State

DELIVERY_DAYS: Final = 10
"""Working days after the decision in which it must reach the applicant (R35)."""
MOST_PARTS: Final = 20

_PLAIN: Final = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]"
"""No signs that steer a printer, a terminal or the direction of a line: these words go into messages and papers."""
Text = Annotated[str, Meta(max_length=500, pattern=rf"^{_PLAIN}*$")]
Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=rf"^(?=.*\S){_PLAIN}*$")]


class Brought(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was handed in, and how many of it."""

    name: Name
    count: Annotated[int, Meta(ge=1, le=MOST_COPIES)] = 1


Materials = Annotated[list[Name | Brought], Meta(max_length=MOST_ROWS)]
Names = Annotated[list[Name], Meta(max_length=MOST_ROWS)]


class PartAsk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What another department is asked to do of a joint case, in so many working days; ``department``: its code."""

    department: Annotated[str, Meta(max_length=20)]
    days: Annotated[int, Meta(ge=1, le=clock.LONGEST_PROMISE)]


class Ask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an action needs; each takes what is its own.

    ``missing``: what is missing or wrong besides the item's own list. ``force``: a second notice, which a supervisor
    answers for (R15). Days without a date are today.
    """

    materials: Materials = []
    missing: Names = []
    complete: bool = False
    reason: Text = ""
    note: Text = ""
    procedure: Procedure | None = None
    began_on: date | None = None
    ended_on: date | None = None
    days: int | None = None
    department: Annotated[str, Meta(max_length=20)] = ""
    parts: Annotated[list[PartAsk], Meta(max_length=MOST_PARTS)] = []
    dated_on: date | None = None
    delivered_on: date | None = None
    force: bool = False


class Material(msgspec.Struct, frozen=True):
    """A material of a case; ``on``: the day it was handed in, None while it is missing."""

    name: str
    count: int = 1
    on: date | None = None


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A case as its moves change it; the columns of `tables.Case` with the same names."""

    kind: CaseKind
    state: State
    received_on: date
    days: int
    complete: bool
    materials: list[Material]
    outcome: Outcome | None = None
    why_later: str = ""
    reason: str = ""
    note: str = ""
    noticed_on: date | None = None
    completed_on: date | None = None
    extended: int = 0
    extended_on: date | None = None
    decided_on: date | None = None
    ended_on: date | None = None
    delivered_on: date | None = None
    accepted_on: date | None = None
    due_on: date | None = None
    notice_by: date | None = None
    parts_open: int = 0

    @property
    def missing(self) -> list[str]:
        """What has not been handed in."""
        return [one.name for one in self.materials if one.on is None]


def opened(
    kind: CaseKind, days: int, listed: Sequence[str], ask: Ask, today: date, *, why_later: str, refused: str
) -> File:
    """A case on the day it is received: accepted, noticed at once, owed a notice (R16), or refused with a reason.

    Raises Invalid when ``complete`` is said of what is not, and when something is missing and nothing said why (R20).
    """
    materials = _ticked([Material(name) for name in listed], ask, today)
    file = File(kind=kind, state=State.ACCEPTED, received_on=today, days=days, complete=True, materials=materials)
    if refused:
        return msgspec.structs.replace(
            file,
            kind=CaseKind.RETURNED,
            state=State.REFUSED,
            outcome=Outcome.REFUSED,
            complete=False,
            reason=reasoned(refused),
            days=0,
        )
    if ask.complete:
        _nothing_missing(file)
        return file
    if not file.missing:
        raise Invalid(N_("材料已全部勾选，请确认是否齐全"), code="nothing_missing")
    if why_later:
        return msgspec.structs.replace(file, state=State.RECEIVED, complete=False, why_later=reasoned(why_later))
    return msgspec.structs.replace(file, state=State.NOTICED, complete=False, noticed_on=today)


def moved(file: File, action: Action, ask: Ask, today: date) -> File:
    """The case after an action. Raises CaseConflict where its state or time does not allow it, Invalid for bad fields.

    ``complete`` is never asked for: a supplement that leaves nothing missing is one. See `effective`.
    """
    target = TRANSITIONS.get((file.kind, file.state, action))
    if target is None:
        raise refused(file, action)
    changes: dict[str, Any] = {"state": target, "outcome": OUTCOMES.get(action), "note": ask.note.strip()}
    match action:
        case Action.NOTICE:
            changes |= _noticed(file, ask, today)
        case Action.SUPPLEMENT | Action.COMPLETE:
            changes |= _supplemented(file, ask, today)
        case Action.DEEM:
            _deemed(file, today)
        case Action.REFUSE:
            _in_notice_time(file, today)
            changes |= {"kind": CaseKind.RETURNED, "reason": reasoned(ask.reason)}
        case Action.SUSPEND | Action.EXTEND:
            changes |= _prolonged(file, action, ask, today)
        case Action.REPORT:
            changes |= {"ended_on": today, "note": reasoned(ask.note or ask.reason)}
        case Action.DECIDE | Action.REJECT:
            changes |= _ended(file, action, ask, today)
        case Action.WITHDRAW:
            changes |= {"reason": reasoned(ask.reason)}
            if file.accepted_on is not None and file.ended_on is None:
                changes |= {"ended_on": today}
        case Action.DELIVER:
            on = ask.delivered_on or today
            if file.decided_on is None or not file.decided_on <= on <= today:
                raise Invalid(N_("送达日期不能早于决定日期，也不能晚于今天"), code="dates_out_of_order")
            changes |= {"delivered_on": on, "outcome": file.outcome}
    return msgspec.structs.replace(file, **changes)


def effective(file: File, action: Action, ask: Ask, today: date) -> Action:
    """A supplement after which nothing is missing completes the case (R24); other actions are what they are."""
    if action is not Action.SUPPLEMENT:
        return action
    whole = all(one.on is not None for one in _ticked(file.materials, ask, today))
    return Action.COMPLETE if whole or ask.complete else action


def judged(file: File, suspensions: Sequence[Suspension], today: date, days: WorkingDays, warning: int) -> Deadline:
    """What the clock makes of a case. Raises Invalid for what cannot have happened so."""
    if file.kind is CaseKind.RETURNED:
        return Deadline(None, None, provisional=False, light=None, trace=())
    history = History(
        kind=file.kind,
        received_on=file.received_on,
        days=file.days,
        complete=file.complete,
        completed_on=file.completed_on,
        noticed_on=file.noticed_on,
        in_time=True,  # nobody is let notice or complete after the last day as it was counted then
        suspensions=suspensions,
        extended=file.extended,
        ended_on=file.ended_on,
    )
    return clock.deadline(history, today, days, warning)


def refused(file: File, action: Action) -> CaseConflict:
    """Why an action is not possible now, in words that say what to do."""
    if file.outcome is not None and action is not Action.DELIVER:
        return CaseConflict(N_("该办件已办结，不能再作此操作"), code="case_over")
    if action is Action.RESUME:
        return CaseConflict(N_("该办件没有中止，无需恢复"), code="not_suspended")
    if file.state is State.SUSPENDED:
        return CaseConflict(N_("该办件正在特别程序中，请先恢复办理"), code="suspended")
    if action is Action.NOTICE:
        return CaseConflict(N_("该办件已受理，不能再作补正告知"), code="accepted_already")
    if file.kind is CaseKind.IMMEDIATE and action in (Action.SUSPEND, Action.EXTEND):
        return CaseConflict(N_("即办件当日办结，不能中止或延期"), code="immediate_has_no_pause")
    return CaseConflict()


def _noticed(file: File, ask: Ask, today: date) -> dict[str, Any]:
    """One notice lists everything (R15), in five working days (R16)."""
    if file.state is State.NOTICED and not ask.force:
        raise CaseConflict(N_("已作过一次性告知，不得再次告知其他材料"), code="noticed_already")
    _in_notice_time(file, today)
    materials = _with(file.materials, ask.missing)
    if file.state is State.NOTICED and not ask.missing:
        raise Invalid(N_("请写明还需补正的材料"), code="missing_needed")
    if all(one.on is not None for one in materials):
        raise Invalid(N_("请写明需补正的全部材料"), code="missing_needed")
    return {"materials": materials, "noticed_on": file.noticed_on or today}


def _in_notice_time(file: File, today: date) -> None:
    """After five working days without a notice the case is accepted (R17), and nothing else can be made of it."""
    if file.state is State.RECEIVED and file.notice_by is not None and today > file.notice_by:
        raise CaseConflict(N_("已超过5个工作日的告知期限，自收件之日起即为受理"), code="notice_too_late")


def _supplemented(file: File, ask: Ask, today: date) -> dict[str, Any]:
    """What was brought; to ask for anything else would be a second notice (R15)."""
    _in_notice_time(file, today)
    if ask.missing:
        raise Invalid(N_("补交材料时不能再要求其他材料"), code="nothing_more")
    materials = _ticked(file.materials, ask, today)
    if all(one.on is not None for one in materials):
        return {"materials": materials, "completed_on": today}
    if ask.complete:
        _nothing_missing(msgspec.structs.replace(file, materials=materials))
    if materials == file.materials:
        raise Invalid(N_("请勾选补交的材料"), code="no_materials")
    return {"materials": materials}


def _deemed(file: File, today: date) -> None:
    if file.notice_by is None or today <= file.notice_by:
        raise CaseConflict(N_("告知期限未到"), code="notice_not_over")


def _prolonged(file: File, action: Action, ask: Ask, today: date) -> dict[str, Any]:
    """A special procedure or the one extension: with its reason, and before the time is over (R30, R35)."""
    reason = reasoned(ask.reason)
    if file.due_on is None or today > file.due_on:
        raise CaseConflict(N_("已超过办结期限，不能再中止或延期"), code="overdue")
    if action is Action.SUSPEND:
        began = ask.began_on or today
        if ask.procedure is None:
            raise Invalid(N_("请选择特别程序"), code="procedure_needed")
        if file.accepted_on is None or not file.accepted_on <= began <= today:
            raise Invalid(N_("中止日期不能早于受理日，也不能晚于今天"), code="dates_out_of_order")
        return {"note": reason}
    if file.extended:
        raise CaseConflict(N_("该办件已延期一次，不能再延"), code="extended_already")
    if ask.days is None or not 1 <= ask.days <= clock.LONGEST_EXTENSION:
        raise Invalid(N_("延长期限应为1至{most}个工作日"), code="extended_too_long", most=clock.LONGEST_EXTENSION)
    return {"extended": ask.days, "extended_on": today, "note": reason}


def _ended(file: File, action: Action, ask: Ask, today: date) -> dict[str, Any]:
    """The date on the decision, or the day on which a refusal was told (R25)."""
    on = ask.dated_on or today
    since = max(day for day in (file.accepted_on, file.ended_on, file.received_on) if day is not None)
    if not since <= on <= today:
        raise Invalid(N_("决定日期不能早于受理日，也不能晚于今天"), code="dates_out_of_order")
    if file.parts_open:
        raise CaseConflict(N_("还有{left}个部门未办结，请待全部办结"), code="parts_open", left=file.parts_open)
    reason = reasoned(ask.reason) if action is Action.REJECT else ask.reason.strip()
    return {"decided_on": on, "ended_on": file.ended_on or on, "reason": reason}


def _ticked(materials: Sequence[Material], ask: Ask, today: date) -> list[Material]:
    """The list with what was handed in today, and what came besides it; what is said to be wrong is not in."""
    given = (Brought(each) if isinstance(each, str) else each for each in ask.materials)
    wrong = {name.strip() for name in ask.missing}
    brought = {one.name.strip(): one for one in given if one.name.strip() not in wrong}
    kept = [
        Material(one.name, brought[one.name].count, today) if one.on is None and one.name in brought else one
        for one in _with(materials, ask.missing)
    ]
    known = {one.name for one in kept}
    return kept + [Material(one.name.strip(), one.count, today) for name, one in brought.items() if name not in known]


def _with(materials: Sequence[Material], missing: Sequence[str]) -> list[Material]:
    """The list with what is missing besides; what was handed in and is wrong counts as missing again."""
    wanted = dict.fromkeys(name.strip() for name in missing)
    kept = [Material(one.name) if one.name in wanted else one for one in materials]
    known = {one.name for one in materials}
    return kept + [Material(name) for name in wanted if name not in known]


def _nothing_missing(file: File) -> None:
    if file.missing:
        raise Invalid(
            N_("材料还缺{left}份：{names}"),
            code="materials_missing",
            left=len(file.missing),
            names="、".join(file.missing),
        )


def reasoned(text: str) -> str:
    """Why somebody does something, in one line. Raises Invalid for none."""
    text = " ".join(text.split())
    if len(text) < 2:
        raise Invalid(N_("请写明理由"), code="reason_needed")
    return text
