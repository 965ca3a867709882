"""What an officer does with a case, one transaction each: the pure rule, the row, the paper, and the applicant told."""

from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import journal
from ..core.errors import CaseConflict, Invalid
from ..core.i18n import N_
from ..queue import officers
from ..queue.facts import DepartmentFacts
from . import alerts, filing, papers, steps, wording
from .alert_tables import AlertKind
from .applicant import opened
from .clock import Suspension
from .file import Ask, effective, moved
from .filing import CaseRow
from .office import Office
from .state import Action, Procedure, State
from .tables import Case, PaperKind, Part, Suspended

_SUSPEND = insert(Suspended)
_RESUME = (
    update(Suspended)
    .where(Suspended.case_id == bindparam("case"), Suspended.ended_on.is_(None))
    .values(ended_on=bindparam("ended"))
    .returning(Suspended.id, Suspended.procedure, Suspended.began_on)
)
_PART = insert(Part).returning(Part.id)
_CLOSE_PART = (
    update(Part)
    .where(Part.id == bindparam("part"), Part.case_id == bindparam("case"), Part.done_on.is_(None))
    .values(done_on=bindparam("today"), done_by_id=bindparam("by"), opinion=bindparam("said"))
    .returning(Part.id)
)
_ASSIGN = (
    update(Case)
    .where(Case.id == bindparam("case"), Case.holder_id == bindparam("seen"), Case.outcome.is_(None))
    .values(holder_id=bindparam("to"))
    .returning(Case.id)
)
_PAPERS = {
    Action.COMPLETE: PaperKind.ACCEPTANCE,
    Action.DEEM: PaperKind.ACCEPTANCE,
    Action.NOTICE: PaperKind.NOTICE,
    Action.REFUSE: PaperKind.REFUSAL,
    Action.DECIDE: PaperKind.APPROVAL,
    Action.REJECT: PaperKind.REJECTION,
}


async def act(tx: AsyncConnection, office: Office, row: CaseRow, asked: Action, ask: Ask) -> CaseRow:
    """Move a case on; gives it as it stands then.

    Raises CaseConflict where its state or time does not allow it, or when it has moved since it was read; Invalid for
    fields that are missing, out of bounds or out of order. Nothing is changed then.
    """
    file = filing.file_of(row)
    action = effective(file, asked, ask, office.today)
    after = moved(file, action, ask, office.today)
    more: dict[str, Any] = {}
    said: dict[str, Any] = {}
    if action is Action.FORWARD:
        unit = _other(office, row, ask.department)
        more, said = {"unit_id": unit.id}, {"authority": unit.name, "reason": ask.note.strip()}
    elif action is Action.TAKE:
        more = {"holder_id": office.by.staff_id}
    elif action is Action.RESUME or (action is Action.WITHDRAW and file.state is State.SUSPENDED):
        said = await _resumed(tx, office, row, ask)
    stops = filing.pauses(await filing.suspensions(tx, row.id))
    if action is Action.SUSPEND:
        began = ask.began_on or office.today
        stops.append(Suspension(began))
    now = await filing.store(tx, office, row, action, after, stops, **more)
    if action is Action.SUSPEND:
        said = await _suspended(tx, now, ask, began, after.note)
    await _beside(tx, office, row, now, action, ask)
    await _written(tx, office, row, now, action, said)
    await wording.tell(tx, office, now, opened(office.vault, now.sealed), action)
    return await filing.by_id(tx, row.id) if action is Action.JOIN else now  # with its parts counted


async def close_part(tx: AsyncConnection, office: Office, row: CaseRow, part: int, opinion: str) -> CaseRow:
    """A department has done its part of a joint case (R3). Raises CaseConflict if it is done, Invalid without words."""
    if len(opinion.strip()) < 2:
        raise Invalid(N_("请填写办理意见"), code="opinion_needed")
    if row.state not in (State.JOINED, State.SUSPENDED):
        raise CaseConflict
    asked = {"part": part, "case": row.id, "today": office.today, "by": office.by.staff_id, "said": opinion.strip()}
    # A number that is none of its parts' may be beyond what the database can hold.
    known = next((one for one in await filing.parts(tx, row.id) if one.id == part), None)
    if known is None or (await tx.execute(_CLOSE_PART, asked)).first() is None:
        raise CaseConflict(N_("该部门的联办部分已办结，或不属于此办件"), code="part_done")
    await alerts.end(tx, alerts.late("part", part, known.due_on), office.now)
    return await filing.by_id(tx, row.id)


async def assign(tx: AsyncConnection, office: Office, row: CaseRow, badge: str) -> CaseRow:
    """Another officer of the hall answers for the case from now on; who met the applicant first stays (R1).

    Raises NotFound for a badge that is nobody's, CaseConflict for a case that is over or is his already.
    """
    holder = await officers.with_badge(tx, row.hall_id, badge.strip())
    if row.outcome is not None or holder == row.holder_id:
        raise CaseConflict(N_("该办件已办结，或已由此人负责"), code="not_assigned")
    if (await tx.execute(_ASSIGN, {"case": row.id, "seen": row.holder_id, "to": holder})).first() is None:
        raise CaseConflict(N_("该办件刚有变动，请刷新后再操作"), code="case_moved")
    await journal.write(
        tx,
        hall_id=row.hall_id,
        at=office.now,
        actor=office.by.label,
        action="case_assign",
        case=row.number,
        from_holder=row.holder_id,
        to_holder=holder,
    )
    return await filing.by_id(tx, row.id)


async def _suspended(tx: AsyncConnection, row: CaseRow, ask: Ask, began: Any, reason: str) -> dict[str, Any]:
    values = {"case_id": row.id, "procedure": ask.procedure, "reason": reason, "began_on": began}
    await tx.execute(_SUSPEND, values)
    return {"procedure": ask.procedure, "began_on": began.isoformat(), "reason": reason}


async def _resumed(tx: AsyncConnection, office: Office, row: CaseRow, ask: Ask) -> dict[str, Any]:
    """End the special procedure that runs. Raises Invalid for a day before it began or still to come."""
    ended = ask.ended_on or office.today
    running = [one for one in await filing.suspensions(tx, row.id) if one.ended_on is None]
    if not running or not running[0].began_on <= ended <= office.today:
        raise Invalid(N_("恢复日期不能早于中止日，也不能晚于今天"), code="dates_out_of_order")
    found = (await tx.execute(_RESUME, {"case": row.id, "ended": ended})).one()
    return {
        "procedure": Procedure(found.procedure),
        "began_on": found.began_on.isoformat(),
        "ended_on": ended.isoformat(),
    }


async def _beside(tx: AsyncConnection, office: Office, row: CaseRow, now: CaseRow, action: Action, ask: Ask) -> None:
    """What else an action brings with it: steps, parts, findings."""
    match action:
        case Action.COMPLETE | Action.DEEM:
            await steps.begin(tx, office, now)
        case Action.RESUME:
            await steps.prolong(tx, office, now, filing.pauses(await filing.suspensions(tx, row.id)))
        case Action.STEP:
            await steps.forward(tx, office, now)
        case Action.REPORT | Action.DECIDE | Action.REJECT | Action.WITHDRAW:
            await steps.end(tx, office, now)
        case Action.JOIN:
            await _joined(tx, office, now, ask)
        case Action.NOTICE if row.noticed_on is not None:
            cause = alerts.Cause(
                f"case:{row.id}:second_notice:{now.moves}",
                AlertKind.SECOND_NOTICE,
                officer_id=office.by.staff_id,
                department_id=row.unit_id,
                case_id=row.id,
                facts={"number": row.number, "missing": ask.missing},
            )
            await alerts.raise_all(tx, row.hall_id, [cause], office.now)


async def _joined(tx: AsyncConnection, office: Office, row: CaseRow, ask: Ask) -> None:
    """Send each department its part, with its own clock and notice (R3). Raises Invalid."""
    units = [_other(office, row, one.department) for one in ask.parts]
    if not units or len({unit.id for unit in units}) < len(units):
        raise Invalid(N_("请选择联办部门，每个部门一次"), code="parts_needed")
    own = {"case_id": row.id, "sent_on": office.today}
    for unit, one in zip(units, ask.parts, strict=True):
        due = office.working_days.after(office.today, one.days).day
        if due > row.due_on:
            raise Invalid(N_("联办部门的期限不能晚于办件的办结期限"), code="part_beyond_due")
        part = (await tx.execute(_PART, own | {"department_id": unit.id, "days": one.days, "due_on": due})).scalar_one()
        await papers.issue(
            tx,
            office,
            row,
            PaperKind.JOINT,
            suffix=str(part),
            department=unit.name,
            part=row.item_name,
            due_on=due.isoformat(),
            materials=[material["name"] for material in row.materials],
        )


async def _written(
    tx: AsyncConnection, office: Office, row: CaseRow, now: CaseRow, action: Action, said: dict[str, Any]
) -> None:
    """The paper that goes with an action."""
    if kind := _PAPERS.get(action):
        await papers.issue(tx, office, now, kind, forced=action is Action.NOTICE and row.noticed_on is not None)
    elif action is Action.SUSPEND:
        await papers.issue(tx, office, now, PaperKind.SUSPENSION, **said)
    elif action is Action.RESUME:
        await papers.issue(tx, office, now, PaperKind.RESUMPTION, due_on=now.due_on.isoformat(), **said)
    elif action is Action.FORWARD:
        await papers.issue(tx, office, now, PaperKind.FORWARDING, **said)
    elif action is Action.EXTEND:
        dates = {"due_on": row.due_on.isoformat(), "extended_to": now.due_on.isoformat()}
        await papers.issue(tx, office, now, PaperKind.EXTENSION, days=now.extended, reason=now.note, **dates)
    elif action is Action.DELIVER:
        titles = [paper.number for paper in await filing.papers(tx, row.id) if paper.kind in ("approval", "rejection")]
        await papers.issue(tx, office, now, PaperKind.DELIVERY, documents=titles)


def _other(office: Office, row: CaseRow, code: str) -> DepartmentFacts:
    """Another department of the hall. Raises Invalid."""
    found = next((one for one in office.hall.departments.values() if one.code == code), None)
    if found is None:
        raise Invalid(N_("没有这个部门"), code="unknown_department")
    if found.id == row.unit_id:
        raise Invalid(N_("该办件已在此部门"), code="same_department")
    return found
