"""One message to a visitor as a row; `messages` says what becomes of it."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base
from .gateways import LONGEST_REF, Channel
from .journal import Id
from .types import Moment, one_of

LONGEST_EVENT: Final = 80


class State(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class Message(Base):
    """``event``: what it tells, such as ``appointment:17:booked:0``; ``due_at``: when it was to go out first.

    ``try_at``: when it is tried next, and of one being sent, when its claim lapses.
    """

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    # In the order of bytes, so that all events of one thing lie together in the index.
    event: Mapped[str] = mapped_column(
        String(LONGEST_EVENT).with_variant(String(LONGEST_EVENT, collation="C"), "postgresql"), unique=True
    )
    channel: Mapped[str] = mapped_column(String(8))
    recipient: Mapped[bytes | None] = mapped_column(LargeBinary)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    language: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12))
    tries: Mapped[int] = mapped_column(SmallInteger)
    at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    try_at: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime] = mapped_column(Moment)
    claimed_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    fault: Mapped[str] = mapped_column(String(40))
    gateway_ref: Mapped[str] = mapped_column(String(LONGEST_REF))

    __table_args__ = (
        one_of("channel", Channel),
        one_of("state", State),
        CheckConstraint("state <> 'sending' OR claimed_at IS NOT NULL", name="sending_has_claim"),
        CheckConstraint("(state IN ('queued', 'sending')) = (ended_at IS NULL)", name="ended_has_moment"),
        # Staff are told why.
        CheckConstraint("state <> 'failed' OR fault <> ''", name="failed_has_fault"),
        # What is forgotten is forgotten whole, and never before it ended.
        CheckConstraint("(recipient IS NULL) = (content IS NULL)", name="forgotten_whole"),
        CheckConstraint("ended_at IS NOT NULL OR recipient IS NOT NULL", name="forgotten_when_ended"),
        # What is to be done, among all the messages of years.
        Index(
            "ix_message_pending",
            "channel",
            "try_at",
            postgresql_where=state.in_((State.QUEUED, State.SENDING)),
            sqlite_where=state.in_((State.QUEUED, State.SENDING)),
        ),
        # What is still to be forgotten.
        Index(
            "ix_message_kept",
            "hall_id",
            "ended_at",
            postgresql_where=recipient.is_not(None),
            sqlite_where=recipient.is_not(None),
        ),
        Index("ix_message_hall_id_state_id", "hall_id", "state", "id"),
    )
