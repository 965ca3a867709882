"""People, posts and who sat where: officers, A and B cover, planned seats and sign-in at windows, and devices."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from ..core.db import Base
from ..core.journal import Id
from ..core.types import Moment, one_of


class Role(StrEnum):
    CLERK = "clerk"
    GUIDE = "guide"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class DeviceKind(StrEnum):
    KIOSK = "kiosk"
    BOARD = "board"
    """Over the hall, or with a window the strip above it."""
    PRINTER = "printer"


TALKING: Final = (DeviceKind.KIOSK, DeviceKind.BOARD)
"""Devices that come to the server with a token; printers are gone to."""


class Staff(Base):
    """An officer: an account with a role and the badge that the public sees (R43). No hall: all halls (admins)."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("piccolo_user.id"), unique=True)
    hall_id: Mapped[int | None] = mapped_column(ForeignKey("hall.id"))
    role: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(60))
    badge: Mapped[str] = mapped_column(String(20))
    photo_id: Mapped[int | None] = mapped_column(Id)
    # Where he is reached at work: reminders go there (R34), and the register names it (R10).
    phone: Mapped[str] = mapped_column(String(40), default="")

    __table_args__ = (
        UniqueConstraint("hall_id", "badge"),
        ForeignKeyConstraint(["photo_id", "hall_id"], ["media.id", "media.hall_id"], name="fk_staff_photo"),
        one_of("role", Role),
        CheckConstraint("hall_id IS NOT NULL OR role = 'admin'", name="hall_unless_admin"),
    )


class Post(Base):
    """A post with its duties, kept apart from the person who holds it (R50)."""

    __tablename__ = "post"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    line_id: Mapped[int] = mapped_column(Id)
    name: Mapped[str] = mapped_column(String(60))
    duties: Mapped[str] = mapped_column(String(400), default="")

    __table_args__ = (
        UniqueConstraint("hall_id", "name"),
        ForeignKeyConstraint(["line_id", "hall_id"], ["line.id", "line.hall_id"], name="fk_post_line"),
    )


class Part(StrEnum):
    """A holds the post, B covers when A is away (AB岗, R48)."""

    A = "A"
    B = "B"


class PostHolder(Base):
    """Who held a post from which day to which (R49); one A and one B at a time."""

    __tablename__ = "post_holder"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    part: Mapped[str] = mapped_column(String(1))
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (
        one_of("part", Part),
        CheckConstraint("until IS NULL OR since <= until", name="since_before_until"),
        Index(
            "uq_post_holder_current",
            "post_id",
            "part",
            unique=True,
            postgresql_where=until.is_(None),
            sqlite_where=until.is_(None),
        ),
    )


class Duty(Base):
    """A person signed in at a window, from when to when: who served where can be answered years later (R49)."""

    __tablename__ = "duty"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    window_id: Mapped[int] = mapped_column(Id)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    since: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        ForeignKeyConstraint(["window_id", "hall_id"], ["window.id", "window.hall_id"], name="fk_duty_window"),
        CheckConstraint("until IS NULL OR since <= until", name="since_before_until"),
        # One person at a window, and a person at one window.
        Index(
            "uq_duty_window", "window_id", unique=True, postgresql_where=until.is_(None), sqlite_where=until.is_(None)
        ),
        Index("uq_duty_staff", "staff_id", unique=True, postgresql_where=until.is_(None), sqlite_where=until.is_(None)),
        Index("ix_duty_hall_id_since", "hall_id", "since"),
    )


class Seat(Base):
    """A window planned for a person, from a day through another or without end (R48, R49); `Duty` is what came of it.

    A person has one seat a day, and a window one person: `seat_triggers` refuses more as ``seat_staff_taken`` and
    ``seat_window_taken``, and somebody of another hall as ``seat_same_hall``.
    """

    __tablename__ = "seat"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    window_id: Mapped[int] = mapped_column(Id)
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)

    __table_args__ = (
        ForeignKeyConstraint(["window_id", "hall_id"], ["window.id", "window.hall_id"], name="fk_seat_window"),
        CheckConstraint("until IS NULL OR since <= until", name="since_before_until"),
        Index("ix_seat_staff_id_since", "staff_id", "since"),
        Index("ix_seat_window_id_since", "window_id", "since"),
    )


class Device(Base):
    """A kiosk, a screen or a printer. Its token is shown once and stored as a SHA-256 digest; printers have none.

    ``address``: a printer's ``host:port``. ``printer_id``: where a kiosk prints.
    """

    __tablename__ = "device"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    window_id: Mapped[int | None] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    address: Mapped[str | None] = mapped_column(String(80))
    printer_id: Mapped[int | None] = mapped_column(Id)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    # When it was last heard; what a screen last confirmed showing, and how long after the hall stood so.
    seen_at: Mapped[datetime | None] = mapped_column(Moment)
    seen_revision: Mapped[int | None] = mapped_column(Id)
    seen_lag_ms: Mapped[int | None]
    # What is wrong with a printer, as a code; empty when it is well.
    fault: Mapped[str] = mapped_column(String(40), default="")

    __table_args__ = (
        one_of("kind", DeviceKind),
        CheckConstraint("(kind = 'printer') = (address IS NOT NULL)", name="printer_has_address"),
        CheckConstraint("(kind = 'printer') = (token_hash IS NULL)", name="token_unless_printer"),
        CheckConstraint("printer_id IS NULL OR kind = 'kiosk'", name="only_kiosks_print"),
        UniqueConstraint("id", "hall_id", name="uq_device_id_hall_id"),
        ForeignKeyConstraint(["printer_id", "hall_id"], ["device.id", "device.hall_id"], name="fk_device_printer"),
        ForeignKeyConstraint(["window_id", "hall_id"], ["window.id", "window.hall_id"], name="fk_device_window"),
        Index("ix_device_hall_id", "hall_id"),
    )
