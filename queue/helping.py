"""Helping who asked for it (帮办, R53): who needs what and where he is, and which officer goes to him."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import journal
from ..core.clock import business_day
from ..core.errors import TicketConflict
from ..core.i18n import N_
from .actor import Actor
from .facts import HallFacts
from .moves import COLUMNS, TicketRow
from .needs import NAMES
from .staff import Staff
from .ticket import Ticket

OTHER = "other"
_LIST = (
    select(*COLUMNS, Staff.name.label("helper"))
    .outerjoin(Staff, Staff.id == Ticket.helper_id)
    .where(
        Ticket.hall_id == bindparam("hall"),
        Ticket.business_day == bindparam("day"),
        Ticket.ended_at.is_(None),
        Ticket.need != "",
    )
    .order_by(Ticket.id)
)
_GO = (
    update(Ticket)
    .where(Ticket.id == bindparam("ticket"), Ticket.helper_id.is_(None), Ticket.ended_at.is_(None), Ticket.need != "")
    .values(helper_id=bindparam("helper"))
    .returning(Ticket.id)
)


async def read(connection: AsyncConnection, hall: HallFacts, now: datetime) -> Sequence[TicketRow]:
    """Today's visitors with a need who are still here, those who came first before the others; ``helper``: a name."""
    asked = {"hall": hall.id, "day": business_day(now, hall.timezone)}
    rows: Sequence[Any] = (await connection.execute(_LIST, asked)).all()
    return rows


async def go(tx: AsyncConnection, hall: HallFacts, ticket: TicketRow, by: Actor, now: datetime) -> None:
    """The officer goes to help; no move of the ticket, so nothing about its place changes.

    Raises TicketConflict when somebody else already goes, when it is over, or when nothing was asked for.
    """
    if (await tx.execute(_GO, {"ticket": ticket.id, "helper": by.staff_id})).first() is None:
        if ticket.ended_at is not None or not ticket.need:
            raise TicketConflict(N_("该号不需要帮办，或已经办结"), code="no_help_needed")
        raise TicketConflict(N_("已有同事前去帮办"), code="helped_already")
    # Free words may say who he is and what he suffers from, and nothing is ever taken out of the journal (R61).
    need = ticket.need if ticket.need in NAMES else OTHER
    await journal.write(tx, hall_id=hall.id, at=now, actor=by.label, action="help", ticket_id=ticket.id, need=need)
