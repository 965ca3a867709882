"""Windows and the lines they serve."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..core.db import Base
from ..core.journal import Id
from ..core.types import Moment, one_of
from .hall import Kind


class WindowState(StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class Window(Base):
    """A counter. ``number`` is what stands above it, such as ``A01``."""

    __tablename__ = "window"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    number: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(60))
    zone_id: Mapped[int] = mapped_column(ForeignKey("zone.id"))
    kind: Mapped[str] = mapped_column(String(16))
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    state: Mapped[str] = mapped_column(String(8), default=WindowState.CLOSED)
    pause_reason: Mapped[str] = mapped_column(String(60), default="")
    back_at: Mapped[datetime | None] = mapped_column(Moment)
    # When it was last opened, paused or closed.
    state_since: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        UniqueConstraint("hall_id", "number"),
        UniqueConstraint("id", "hall_id", name="uq_window_id_hall_id"),
        one_of("kind", Kind),
        one_of("state", WindowState),
        CheckConstraint("state = 'paused' OR (pause_reason = '' AND back_at IS NULL)", name="reason_while_paused"),
    )


class WindowLine(Base):
    """A window serves a line. Handicap 0: its own; else it helps once somebody waited so many minutes longer (R42)."""

    __tablename__ = "window_line"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    window_id: Mapped[int] = mapped_column(Id)
    line_id: Mapped[int] = mapped_column(Id)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    handicap_minutes: Mapped[int] = mapped_column(SmallInteger, default=0)

    __table_args__ = (
        UniqueConstraint("window_id", "line_id"),
        ForeignKeyConstraint(["window_id", "hall_id"], ["window.id", "window.hall_id"], name="fk_window_line_window"),
        ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_window_line_line"),
        CheckConstraint("handicap_minutes BETWEEN 0 AND 240", name="handicap_bounded"),
        Index("ix_window_line_line_id", "line_id"),
    )
