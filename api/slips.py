"""Tickets and appointments on paper: the slip as a sheet, asked for in the transaction in which they are made."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Request
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.i18n import Language
from ..display import printjob
from ..display.paper import booking_sheet, ticket_sheet
from ..queue.facts import HallFacts
from .links import root_of
from .services import Services


def subject_of(key: str) -> str:
    """What a ticket's print jobs are about."""
    return f"ticket:{key}"


def link(request: Request[Any, Any, Any], services: Services, key: str) -> str:
    """The whole address of a ticket's follow page, as a visitor's phone reaches it."""
    return f"{root_of(request, services)}/t/{key}"


async def ask_for(
    tx: AsyncConnection,
    hall: HallFacts,
    ticket: Mapping[str, Any],
    url: str,
    language: Language,
    printer_id: int,
    now: datetime,
) -> int:
    """Have a ticket (as `shown.held_ticket` gives it) printed, and give the number of the copy.

    The first paper of a ticket is its original, 0; every later one is a marked reprint with the figures of ``now``.
    """
    sheet, subject = ticket_sheet(hall, ticket, url, language), subject_of(ticket["id"])
    if await printjob.enqueue(tx, hall_id=hall.id, printer_id=printer_id, subject=subject, sheet=sheet, now=now):
        return 0
    return await printjob.reprint(tx, subject, now, sheet=sheet, printer_id=printer_id)


async def ask_for_booking(
    tx: AsyncConnection,
    hall: HallFacts,
    booking: Mapping[str, Any],
    url: str,
    language: Language,
    printer_id: int,
    now: datetime,
) -> None:
    """Have an appointment (as `booked.appointment` gives it) printed for whoever made it in the hall."""
    sheet, subject = booking_sheet(hall, booking, url, language), f"appointment:{booking['code']}"
    await printjob.enqueue(tx, hall_id=hall.id, printer_id=printer_id, subject=subject, sheet=sheet, now=now)
