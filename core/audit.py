"""The audit trail: who did what to which row, and how the row stood before and after (R28, R61). Append-only.

The journal tells what happened in a hall; this tells who was at the controls: changes of configuration, looks at
personal data, sign-ins. Nothing sweeps it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base
from .journal import Id
from .triggers import Dialect, Trigger, laid
from .types import Moment


class Audit(Base):
    """One act. ``actor`` as in the journal; ``subject``, ``row_id``: the table and the row that it was about."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    hall_id: Mapped[int | None] = mapped_column(ForeignKey("hall.id"))
    actor: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(40))
    row_id: Mapped[int | None] = mapped_column(Id)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    note: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        Index("ix_audit_hall_id_id", "hall_id", "id"),
        # What happened to one row, newest first.
        Index("ix_audit_row", "subject", "row_id", "id"),
    )


_INSERT = insert(Audit)


async def write(
    tx: AsyncConnection,
    *,
    at: datetime,
    actor: str,
    action: str,
    hall_id: int | None = None,
    subject: str = "",
    row_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str = "",
) -> None:
    """Add a row, in the transaction of what it tells about; ``before`` and ``after`` must be JSON."""
    about = {"hall_id": hall_id, "subject": subject, "row_id": row_id, "before": before, "after": after, "note": note}
    await tx.execute(_INSERT, {"at": at, "actor": actor, "action": action, **about})


def statements(dialect: str) -> Iterator[str]:
    """``audit_kept``: nothing in it is deleted or rewritten. The DDL for ``sqlite`` or ``postgresql``."""
    return laid(Dialect(dialect), [Trigger("audit_kept", "audit", "UPDATE OR DELETE")])
