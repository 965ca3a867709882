"""Hand-overs that nobody acknowledges: their sender is reminded, once for each (R4)."""

from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..queue import receiving
from ..queue.facts import HallFacts
from . import alerts
from .alert_tables import Alert, AlertKind
from .alerts import Cause
from .office import Office

_RAISED = select(Alert.event).where(
    Alert.hall_id == bindparam("hall"), Alert.kind == AlertKind.HAND_OVER, Alert.ended_at.is_(None)
)


def event(handover_id: int) -> str:
    """The name of the alert about the hand-over with this row in the journal."""
    return f"handover:{handover_id}"


async def sweep(tx: AsyncConnection, office: Office) -> None:
    """Raise what waits longer than the hall's minutes, and end what was acknowledged or taken, or is gone."""
    hall, now = office.hall, office.now
    late = await receiving.pending(tx, hall, now, office.rules.handover_minutes)
    causes = [_cause(row, hall) for row in late]
    raised = set((await tx.execute(_RAISED, {"hall": hall.id})).scalars())
    known = {cause.event for cause in causes}
    await alerts.raise_all(tx, hall.id, [cause for cause in causes if cause.event not in raised], now)
    for over in sorted(raised - known):
        await alerts.end(tx, over, now)


def _cause(row: Any, hall: HallFacts) -> Cause:
    window, bound = hall.windows.get(row.from_window or 0), hall.windows.get(row.bound or 0)
    line, came_from = hall.lines[row.line_id], hall.lines.get(row.from_line or 0)
    return Cause(
        event(row.id),
        AlertKind.HAND_OVER,
        row.sender_id,
        ticket_id=row.ticket_id,
        facts={
            "number": row.number,
            "from": window.number if window else came_from.name if came_from else "",
            "to": bound.number if bound else line.name,
        },
    )
