"""The steps of an item's procedure, each with its time and responsible post (R27), as a case goes through them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.errors import CaseConflict
from ..core.i18n import N_
from . import alerts
from .clock import Suspension, after
from .filing import CaseRow, parts
from .filing import steps as gone_through
from .office import Office
from .tables import Part, StepRun

_PROLONG = {
    table: update(table).where(table.id == bindparam("which")).values(due_on=bindparam("due"))
    for table in (StepRun, Part)
}
_BEGIN = insert(StepRun)
_END = (
    update(StepRun)
    .where(StepRun.case_id == bindparam("case"), StepRun.ended_on.is_(None))
    .values(ended_on=bindparam("today"), ended_by_id=bindparam("by"))
    .returning(StepRun.id, StepRun.position, StepRun.due_on)
)


async def begin(tx: AsyncConnection, office: Office, row: CaseRow, position: int = 0) -> None:
    """Begin a step of the version that the case keeps; nothing where it has no more."""
    if position >= len(row.steps):
        return
    step = row.steps[position]
    await tx.execute(
        _BEGIN,
        {
            "case_id": row.id,
            "position": position,
            "name": step["name"],
            "post": step["post"],
            "days": step["days"],
            "began_on": office.today,
            "due_on": office.working_days.after(office.today, step["days"]).day,
        },
    )


async def prolong(tx: AsyncConnection, office: Office, row: CaseRow, stops: Sequence[Suspension]) -> None:
    """What is under way has as much more time as the clock stood still (R35), or as the calendar gives it.

    What was late by the old day is not late by it any more; whether it is by the new one, the next sweep finds.
    """
    for what, rows in (("step", await gone_through(tx, row.id)), ("part", await parts(tx, row.id))):
        table, began, ended = (StepRun, "began_on", "ended_on") if what == "step" else (Part, "sent_on", "done_on")
        for one in rows:
            due = after(getattr(one, began), one.days, stops, office.working_days)
            if getattr(one, ended) is None and due not in (None, one.due_on):
                await tx.execute(_PROLONG[table], {"which": one.id, "due": due})
                await alerts.end(tx, alerts.late(what, one.id, one.due_on), office.now)


async def end(tx: AsyncConnection, office: Office, row: CaseRow) -> int | None:
    """End the step that runs; gives its position, None where none does."""
    asked = {"case": row.id, "today": office.today, "by": office.by.staff_id}
    ended = (await tx.execute(_END, asked)).one_or_none()
    if ended is None:
        return None
    await alerts.end(tx, alerts.late("step", ended.id, ended.due_on), office.now)
    return int(ended.position)


async def forward(tx: AsyncConnection, office: Office, row: CaseRow) -> None:
    """The next step begins. Raises CaseConflict where nothing is left to step to."""
    ended = await end(tx, office, row)
    if ended is None:
        raise CaseConflict(N_("该办件没有可流转的环节"), code="no_step")
    await begin(tx, office, row, ended + 1)


async def listed(connection: AsyncConnection, case: int) -> list[Any]:
    """The steps that have begun, in order, with the name of who ended each (``by``)."""
    return list(await gone_through(connection, case))
