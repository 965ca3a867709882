"""The journal: who did what, when, from which state to which. Append-only, and the database holds it to that.

Rows about tickets are written by a trigger with the change itself (`queue.triggers`), so no writer can forget them;
rows about windows, people and configuration are written with `write`. Its ids are the revisions of a hall's picture.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base
from .types import Moment

Id = BigInteger().with_variant(Integer, "sqlite")
"""Integer keys: BIGINT, and on SQLite the INTEGER that its rowid needs."""


class Journal(Base):
    """One thing that happened. ``actor`` is ``staff:<id>``, ``device:<id>``, ``public`` or ``system``."""

    __tablename__ = "journal"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(20))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    window_id: Mapped[int | None] = mapped_column(ForeignKey("window.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("line.id"))
    from_status: Mapped[str | None] = mapped_column(String(12))
    to_status: Mapped[str | None] = mapped_column(String(12))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (
        Index("ix_journal_hall_id_id", "hall_id", "id"),
        # What boards announce: looked up newest first at every change of the picture.
        Index(
            "ix_journal_calls",
            "hall_id",
            "id",
            postgresql_where=action.in_(("call", "recall")),
            sqlite_where=action.in_(("call", "recall")),
        ),
        Index("ix_journal_ticket_id", "ticket_id"),
    )


_INSERT = insert(Journal)


async def write_all(
    tx: AsyncConnection, windows: Sequence[int], *, hall_id: int, at: datetime, actor: str, action: str
) -> None:
    """Add a row for each of these windows."""
    row = {"hall_id": hall_id, "at": at, "actor": actor, "action": action, "data": {}}
    await tx.execute(_INSERT, [row | {"window_id": window} for window in windows])


async def write(
    tx: AsyncConnection,
    *,
    hall_id: int,
    at: datetime,
    actor: str,
    action: str,
    ticket_id: int | None = None,
    window_id: int | None = None,
    **data: Any,
) -> None:
    """Add a row about something that is not a ticket's move; ``data`` must be JSON."""
    about = {"ticket_id": ticket_id, "window_id": window_id, "data": data}
    await tx.execute(_INSERT, {"hall_id": hall_id, "at": at, "actor": actor, "action": action, **about})
