"""What befalls cases without anybody doing anything: days that pass, notices not given, a calendar that arrives.

Each finding is a guarded UPDATE or an alert with a name of its own: run twice, by two processes, or after a day's
silence, it comes to the same.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import Date, and_, bindparam, case, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.calendar import DAY
from ..core.clock import start_of
from ..core.errors import CaseConflict
from ..core.types import Moment
from ..queue.hall import Department
from ..queue.told import Told
from . import alerts, filing, moves, steps, wording
from .alert_tables import AlertKind
from .alerts import Cause
from .applicant import opened
from .clock import NOTICE_DAYS, Light
from .file import Ask, judged
from .filing import CaseRow
from .office import Office
from .state import RUNNING, Action, State
from .tables import Case, Part, StepRun, Suspended

log = structlog.get_logger()

MOST: Final = 500
"""Cases that a sweep looks at closely in one transaction; what is left is there for the next."""

_TODAY: Any = bindparam("today", type_=Date())
_OPEN = (Case.hall_id == bindparam("hall"), Case.outcome.is_(None))
_CALM = Case.light == Light.GREEN
_YELLOW_NOW = and_(_CALM, Case.yellow_on <= _TODAY, Case.due_on >= _TODAY)
_RED_NOW = and_(Case.light != Light.RED, Case.due_on < _TODAY)


# One statement turns all lights: the trigger raises the alerts and ends those of the old light.
_LIGHTS = (
    update(Case)
    .where(*_OPEN, Case.state.in_(RUNNING), or_(_YELLOW_NOW, _RED_NOW))
    .values(
        light=case((Case.due_on < _TODAY, Light.RED), else_=Light.YELLOW),
        judged_at=bindparam("now", type_=Moment),
    )
)
_UNNOTICED = (
    select(Case.id).where(*_OPEN, Case.state == State.RECEIVED, Case.notice_by < _TODAY).order_by(Case.id).limit(MOST)
)
_NOTICE_DUE = select(Case.id, Case.number, Case.holder_id, Case.unit_id, Case.notice_by).where(
    *_OPEN, Case.state == State.RECEIVED, Case.notice_by == _TODAY
)
_LATE_STEPS = (
    select(StepRun.id, StepRun.name, StepRun.due_on, Case.id.label("case"), Case.number, Case.holder_id, Case.unit_id)
    .join(Case, Case.id == StepRun.case_id)
    .where(*_OPEN, Case.state.in_(RUNNING), StepRun.ended_on.is_(None), StepRun.due_on < _TODAY)
    .where(alerts.untold("step:", StepRun.id, ":late:", StepRun.due_on))
)
_LATE_PARTS = (
    select(
        Part.id, Part.due_on, Department.name, Case.id.label("case"), Case.number, Case.holder_id, Part.department_id
    )
    .join(Case, Case.id == Part.case_id)
    .join(Department, Department.id == Part.department_id)
    .where(*_OPEN, Case.state.in_(RUNNING), Part.done_on.is_(None), Part.due_on < _TODAY)
    .where(alerts.untold("part:", Part.id, ":late:", Part.due_on))
)
_LATE_DELIVERIES = select(Case.id, Case.number, Case.holder_id, Case.unit_id, Case.deliver_by).where(
    Case.hall_id == bindparam("hall"),
    Case.outcome.is_not(None),
    Case.delivered_on.is_(None),
    Case.deliver_by < _TODAY,
    alerts.untold("case:", Case.id, ":delivery"),
)
# Whose clock is behind leaves alone what has been judged on a later day: a light never turns back with a clock.
_NOT_LATER = Case.judged_at < bindparam("tomorrow", type_=Moment)
_TO_REVISE = (
    select(Case.id)
    .where(Case.hall_id == bindparam("hall"), Case.id > bindparam("after"))
    .where(
        or_(
            and_(Case.outcome.is_(None), or_(Case.due_on.is_not(None), Case.notice_by.is_not(None))),
            # Of what is decided, the term for its delivery.
            and_(Case.outcome.is_not(None), Case.delivered_on.is_(None), Case.deliver_by.is_not(None)),
        )
    )
    .where(_NOT_LATER)
    .order_by(Case.id)
    .limit(MOST)
)
_ROWS = filing.ROWS.where(Case.id.in_(bindparam("cases", expanding=True))).order_by(Case.id)
_PAUSES = (
    select(Suspended.case_id, Suspended.began_on, Suspended.ended_on)
    .where(Suspended.case_id.in_(bindparam("cases", expanding=True)))
    .order_by(Suspended.case_id, Suspended.began_on, Suspended.id)
)
_REVISE = update(Case).where(Case.id == bindparam("case"), Case.moves == bindparam("seen"), _NOT_LATER)


async def run(tx: AsyncConnection, office: Office) -> None:
    """A hall's cases as they stand today. Safe to repeat; what was missed is caught up by the next run."""
    asked = {"hall": office.hall.id, "today": office.today, "now": office.now}
    await tx.execute(_LIGHTS, asked)
    await _deem(tx, office, asked)
    found = [
        *[_notice(row, AlertKind.NOTICE_DUE) for row in await tx.execute(_NOTICE_DUE, asked)],
        *[_step(row) for row in await tx.execute(_LATE_STEPS, asked)],
        *[_part(row) for row in await tx.execute(_LATE_PARTS, asked)],
        *[_delivery(row) for row in await tx.execute(_LATE_DELIVERIES, asked)],
    ]
    await alerts.raise_all(tx, office.hall.id, found, office.now)
    await filing.forget(tx, office.hall.id, office.today - timedelta(days=office.rules.keep_days))


async def revise(tx: AsyncConnection, office: Office, after: int = 0) -> int | None:
    """Judge open cases anew after the calendar has changed: 2027 is published, or a day was overridden (R39).

    ``after``: begin with ids above it; gives where to go on, None when all are done. Whoever is due on another day than
    he was told is told.
    """
    asked = {"hall": office.hall.id, "after": after, "tomorrow": _tomorrow(office)}
    ids = list((await tx.execute(_TO_REVISE, asked)).scalars())
    if not ids:
        return None
    rows = (await tx.execute(_ROWS, {"cases": ids})).all()
    pauses: dict[int, list[Any]] = {}
    for pause in await tx.execute(_PAUSES, {"cases": ids}):
        pauses.setdefault(pause.case_id, []).append(pause)
    for row in rows:
        async with _by_itself(tx, row):
            await _revised(tx, office, row, pauses.get(row.id, []))
    return ids[-1]


async def _revised(tx: AsyncConnection, office: Office, row: CaseRow, pauses: Sequence[Any]) -> None:
    file, stops = filing.file_of(row), filing.pauses(pauses)
    found = judged(file, stops, office.today, office.working_days, office.rules.warning_days)
    follows = filing.follows(office, file, stops, found)
    if row.state == State.RECEIVED and found.accepted_on is not None:
        # The notice is overdue by now: that is a move, and `run` makes it.
        follows = {"notice_by": office.working_days.after(row.received_on, NOTICE_DAYS).day}
    if row.outcome is not None:
        follows = {"deliver_by": follows["deliver_by"]}
    if all(getattr(row, name) == value for name, value in follows.items() if name != "judged_at"):
        return
    asked = {"case": row.id, "seen": row.moves, "tomorrow": _tomorrow(office)}
    if (await tx.execute(_REVISE, asked | follows)).rowcount == 0:
        return  # it has moved since
    await steps.prolong(tx, office, row, stops)
    if row.due_on is not None and found.due_on not in (None, row.due_on):
        now = await filing.by_id(tx, row.id)
        party = opened(office.vault, row.sealed)
        await wording.send(tx, office, now, party, Told.CASE_REVISED, f"revised:{now.due_on}")


def _tomorrow(office: Office) -> datetime:
    return start_of(office.today + DAY, office.hall.timezone)


async def _deem(tx: AsyncConnection, office: Office, asked: dict[str, Any]) -> None:
    """No notice in five working days: accepted as of the day of receipt, and somebody answers for it (R17)."""
    ids = list((await tx.execute(_UNNOTICED, asked)).scalars())
    rows = (await tx.execute(_ROWS, {"cases": ids})).all() if ids else []
    await alerts.raise_all(tx, office.hall.id, [_notice(row, AlertKind.NOTICE_MISSED) for row in rows], office.now)
    for row in rows:
        async with _by_itself(tx, row):
            await moves.act(tx, office, row, Action.DEEM, Ask())


@asynccontextmanager
async def _by_itself(tx: AsyncConnection, row: CaseRow) -> AsyncIterator[None]:
    """What a case cannot bear is undone for this case alone: the others, and the hall's lights, do not wait for it."""
    async with tx.begin_nested() as savepoint:
        try:
            yield
        except CaseConflict:  # it has moved since; the next run sees how it stands
            await savepoint.rollback()
        except Exception as error:
            # Only what sort of error it is: its text might say whose case it is (R61).
            await savepoint.rollback()
            log.error("case_not_judged", case=row.number, error=type(error).__name__)


def _notice(row: Any, kind: AlertKind) -> Cause:
    facts = {"number": row.number, "due": row.notice_by.isoformat()}
    return Cause(f"case:{row.id}:{kind}", kind, row.holder_id, row.unit_id, row.id, facts=facts)


def _step(row: Any) -> Cause:
    facts = {"number": row.number, "due": row.due_on.isoformat(), "step": row.name}
    event = alerts.late("step", row.id, row.due_on)
    return Cause(event, AlertKind.STEP_LATE, row.holder_id, row.unit_id, row.case, facts=facts)


def _part(row: Any) -> Cause:
    facts = {"number": row.number, "due": row.due_on.isoformat(), "department": row.name}
    event = alerts.late("part", row.id, row.due_on)
    return Cause(event, AlertKind.PART_LATE, row.holder_id, row.department_id, row.case, facts=facts)


def _delivery(row: Any) -> Cause:
    facts = {"number": row.number, "due": row.deliver_by.isoformat()}
    return Cause(f"case:{row.id}:delivery", AlertKind.DELIVERY_LATE, row.holder_id, row.unit_id, row.id, facts=facts)
