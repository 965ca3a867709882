"""What was not answered in time (R32, R9), not taken over (R4) and not passed on (R7): an alert for each, once."""

from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.types import Moment
from ..queue.hall import Item
from . import alerts, custody, enquiry, handover_watch, matter
from .alert_tables import AlertKind
from .alerts import Cause
from .enquiry import Enquiry
from .matter import Matter
from .office import Office

BATCH: Final = 500
"""How many are found in one sweep; the next one goes on."""

_NOW = bindparam("now", type_=Moment)

# Locked, so that nobody answers between the look and the alert; who is answering now is looked at next time.
_CALLS = (
    select(Enquiry.id, Enquiry.number, Enquiry.kind, Enquiry.holder_id, Enquiry.call_back_by, Item.department_id)
    .join(Item, Item.id == Enquiry.item_id, isouter=True)
    .where(Enquiry.hall_id == bindparam("hall"), Enquiry.state != enquiry.State.CLOSED, Enquiry.call_back_by < _NOW)
    .where(alerts.untold("enquiry:", Enquiry.id, ":late"))
    .order_by(Enquiry.call_back_by, Enquiry.id)
    .limit(BATCH)
    .with_for_update(of=Enquiry, skip_locked=True)
)
_MATTERS = (
    select(*(getattr(Matter, name) for name in ("id", "number", "officer_id", "department_id", "case_id", "ticket_id")))
    .add_columns(Matter.answer_by)
    .where(Matter.hall_id == bindparam("hall"), Matter.state == matter.State.OPEN, Matter.answer_by < _NOW)
    .where(alerts.untold("matter:", Matter.id, ":late"))
    .order_by(Matter.answer_by, Matter.id)
    .limit(BATCH)
    .with_for_update(of=Matter, skip_locked=True)
)


async def run(tx: AsyncConnection, office: Office) -> None:
    """Find what is overdue, then tell whoever is due to hear of anything (R34). Safe to repeat."""
    await call_backs(tx, office)
    await matters(tx, office)
    await handover_watch.sweep(tx, office)
    await custody.sweep(tx, office)
    await alerts.climb(tx, office, office.now)


async def call_backs(tx: AsyncConnection, office: Office) -> int:
    """An alert for every caller who was not told within a day (R32), once; how many there were."""
    rows = (await tx.execute(_CALLS, {"hall": office.hall.id, "now": office.now})).all()
    causes = [
        Cause(
            f"enquiry:{row.id}:late",
            AlertKind.CALL_BACK,
            officer_id=row.holder_id,
            department_id=row.department_id,
            enquiry_id=row.id,
            facts={
                "number": row.number,
                "due": row.call_back_by.isoformat(),
                "complaint": row.kind == enquiry.Kind.COMPLAINT,
            },
        )
        for row in rows
    ]
    await alerts.raise_all(tx, office.hall.id, causes, office.now)
    return len(causes)


async def matters(tx: AsyncConnection, office: Office) -> int:
    """An alert for every matter that the leaders have not answered in time (R9), once; how many there were."""
    rows = (await tx.execute(_MATTERS, {"hall": office.hall.id, "now": office.now})).all()
    causes = [
        Cause(
            f"matter:{row.id}:late",
            AlertKind.MATTER,
            officer_id=row.officer_id,
            department_id=row.department_id,
            case_id=row.case_id,
            ticket_id=row.ticket_id,
            facts={"number": row.number, "due": row.answer_by.isoformat()},
        )
        for row in rows
    ]
    await alerts.raise_all(tx, office.hall.id, causes, office.now)
    return len(causes)
