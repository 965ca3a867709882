"""A transfer that would send a visitor back to where he was sent away from: found out, told, and refused."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from ..cases import alerts
from ..cases.alert_tables import AlertKind
from ..cases.alerts import Cause
from ..queue import circles
from ..queue.actor import Actor
from ..queue.facts import LineFacts, WindowFacts
from ..queue.moves import TicketRow

EVENT: Final = "pingpong:{ticket}"


async def look(
    tx: AsyncConnection,
    ticket: TicketRow,
    line: LineFacts | None,
    window: WindowFacts | None,
    by: Actor,
    now: datetime,
) -> None:
    """Before a transfer. Raises SentInCircles, and then `tell` is due in a transaction of its own."""
    trail = await circles.trail(tx, ticket.id)
    if circles.closes(trail, ticket, line, window):
        circles.refuse(trail, line, window, by)
        await tell(tx, ticket, by, now)


async def tell(tx: AsyncConnection, ticket: TicketRow, by: Actor, now: datetime) -> None:
    """Once for a visitor; his first officer sees it through to the end (R1)."""
    officer = ticket.first_officer_id or by.staff_id
    cause = Cause(EVENT.format(ticket=ticket.id), AlertKind.PING_PONG, officer, ticket_id=ticket.id)
    await alerts.raise_all(tx, ticket.hall_id, [cause], now)
