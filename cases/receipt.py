"""Receipts for what a visitor hands in (收件回执, R11): numbered without gaps, printed, never changed."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta
from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from ..core import journal
from ..core.db import Base
from ..core.errors import Invalid, NotFound, TicketConflict
from ..core.i18n import N_
from ..core.journal import Id
from ..core.types import Moment
from ..queue.actor import Actor
from ..queue.facts import HallFacts, WindowFacts
from ..queue.moves import TicketRow
from ..queue.staff import Staff
from ..queue.ticket import Status, Ticket
from . import numbers

MOST_ROWS: Final = 50
MOST_COPIES: Final = 999
NOT_CAME: Final = (Status.CANCELLED, Status.EXPIRED)


class Material(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was handed in, and how many of it."""

    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
    count: Annotated[int, Meta(ge=1, le=MOST_COPIES)] = 1


class ReceiptCounter(numbers.DayCounter, Base):
    __tablename__ = "receipt_counter"


class Receipt(Base):
    """One receipt, as it was handed out. ``key``: the unguessable name in its link."""

    __tablename__ = "receipt"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(22), unique=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    number: Mapped[str] = mapped_column(String(20))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    # Where it was handed in; empty for a guide on his way through the hall.
    window_number: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Moment)
    item_name: Mapped[str] = mapped_column(String(200))
    materials: Mapped[list[Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(String(200))

    __table_args__ = (
        UniqueConstraint("hall_id", "number", name="uq_receipt_number"),
        Index("ix_receipt_hall_id_at", "hall_id", "at"),
    )


_NEXT = numbers.upsert(ReceiptCounter)
_INSERT = insert(Receipt)
_FIND = (
    select(*Receipt.__table__.columns, Ticket.number.label("ticket"), Staff.name.label("officer"), Staff.badge)
    .join(Ticket, Ticket.id == Receipt.ticket_id)
    .join(Staff, Staff.id == Receipt.staff_id)
    .where(Receipt.key == bindparam("key"))
)


async def give(
    tx: AsyncConnection,
    hall: HallFacts,
    ticket: TicketRow,
    materials: Sequence[Material],
    by: Actor,
    now: datetime,
    *,
    item_name: str,
    window: WindowFacts | None = None,
    note: str = "",
) -> tuple[str, str]:
    """Write the next receipt of the day (R11); gives its key and its number, such as ``SJ20261122-0001``.

    Raises Invalid for no or too many rows, TicketConflict for a visitor who gave up or never came. The counter's row is
    locked last.
    """
    if not materials:
        raise Invalid(N_("请至少填写一份材料"), code="no_materials")
    if len(materials) > MOST_ROWS:
        raise Invalid(N_("材料最多 {most} 行"), code="too_many_materials", most=MOST_ROWS)
    if ticket.status in NOT_CAME:
        raise TicketConflict(N_("该号已取消或失效，不能开具收件回执"))
    key, number = secrets.token_urlsafe(16), await numbers.draw(tx, _NEXT, "SJ", hall, now)
    await tx.execute(
        _INSERT,
        {
            "key": key,
            "hall_id": hall.id,
            "number": number,
            "ticket_id": ticket.id,
            "staff_id": by.staff_id,
            "window_number": window.number if window else "",
            "at": now,
            "item_name": item_name,
            "materials": msgspec.to_builtins(materials),
            "note": note,
        },
    )
    await journal.write(
        tx, hall_id=hall.id, at=now, actor=by.label, action="receipt", ticket_id=ticket.id, receipt=number
    )
    return key, number


async def find(connection: AsyncConnection, key: str) -> Any:
    """A receipt with its visitor's number (``ticket``), ``officer`` and ``badge``. Raises NotFound."""
    row: Any = (await connection.execute(_FIND, {"key": key})).first()
    if row is None:
        raise NotFound(N_("没有这张收件回执"), code="unknown_receipt")
    return row
