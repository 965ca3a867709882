"""What a hall shows beside its calls (R13, R43): its media, the slides of its boards, who is on duty."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from ..core.db import Base
from ..core.journal import Id
from ..core.types import Moment, one_of


class MediaKind(StrEnum):
    PICTURE = "picture"
    VIDEO = "video"


class Media(Base):
    """A picture or video of the hall: a face on a staff card, something to show on boards."""

    __tablename__ = "media"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(100))
    # SHA-256 of the content in hex: the file's name, and what makes an upload that comes twice the same.
    digest: Mapped[str] = mapped_column(String(64))
    type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        UniqueConstraint("hall_id", "digest"),
        # A slide or a face of one hall never shows another's picture.
        UniqueConstraint("id", "hall_id", name="uq_media_id_hall_id"),
        one_of("kind", MediaKind),
        CheckConstraint("size > 0", name="not_empty"),
    )


class Slide(Base):
    """What boards show while nobody is called, in order of ``position``: a notice, or a picture or video."""

    __tablename__ = "slide"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    media_id: Mapped[int | None] = mapped_column(Id)
    text: Mapped[str] = mapped_column(String(400), default="")
    text_en: Mapped[str] = mapped_column(String(600), default="")
    seconds: Mapped[int] = mapped_column(SmallInteger, default=12)
    since: Mapped[datetime | None] = mapped_column(Moment)
    until: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        ForeignKeyConstraint(["media_id", "hall_id"], ["media.id", "media.hall_id"], name="fk_slide_media"),
        CheckConstraint("media_id IS NOT NULL OR text <> ''", name="shows_something"),
        CheckConstraint("seconds BETWEEN 3 AND 600", name="seconds_bounded"),
        CheckConstraint("since < until", name="since_before_until"),
    )


class RosterPart(StrEnum):
    """Who is named on the boards (R13)."""

    FIRST_DESK = "first_desk"
    LEADER = "leader"


class Roster(Base):
    """Who is responsible at the first desk, and which leader is on duty, on a day."""

    __tablename__ = "roster"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    day: Mapped[date] = mapped_column(Date)
    part: Mapped[str] = mapped_column(String(12))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (UniqueConstraint("hall_id", "day", "part"), one_of("part", RosterPart))
