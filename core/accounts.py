"""Who may sign in: three tables in the shapes that piccolo-admin's session backend and its MFA read and write.

Piccolo's moments in the first two are naive local times (``TIMESTAMP``, ``datetime.now()``), so ours are too: an
account that one side makes, and a session that one side opens, holds on the other. Piccolo on SQLite goes by the
declared type: DATETIME would come back as text.
"""

from datetime import datetime

from sqlalchemy import TIMESTAMP, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base
from .types import Moment, Moments, Texts


class User(Base):
    """``piccolo.apps.user.tables.BaseUser``; ``password`` is its PBKDF2 form."""

    __tablename__ = "piccolo_user"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    username: Mapped[str] = mapped_column(String(100), unique=True)
    password: Mapped[str] = mapped_column(String(255))
    first_name: Mapped[str | None] = mapped_column(String(255))
    last_name: Mapped[str | None] = mapped_column(String(255))
    email: Mapped[str] = mapped_column(String(255), unique=True)
    active: Mapped[bool] = mapped_column(default=False)
    admin: Mapped[bool] = mapped_column(default=False)
    superuser: Mapped[bool] = mapped_column(default=False)
    last_login: Mapped[datetime | None] = mapped_column(TIMESTAMP)


class Session(Base):
    """``piccolo_api.session_auth.tables.SessionsBase``, and where it began; Piccolo's own do not say that."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    token: Mapped[str] = mapped_column(String(100), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("piccolo_user.id", ondelete="CASCADE"))
    expiry_date: Mapped[datetime] = mapped_column(TIMESTAMP)
    max_expiry_date: Mapped[datetime] = mapped_column(TIMESTAMP)
    began_at: Mapped[datetime | None] = mapped_column(Moment)
    address: Mapped[str | None] = mapped_column(String(45))
    agent: Mapped[str | None] = mapped_column(String(60))

    __table_args__ = (Index("ix_sessions_user_id", "user_id"),)


class AuthenticatorSecret(Base):
    """``piccolo_api.mfa.authenticator.tables.AuthenticatorSecret``, and the time step of the newest code that was used.

    ``secret`` is sealed (`second_factor.SealedSecrets`), recovery codes are hashed like passwords.
    """

    __tablename__ = "authenticator_secret"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("piccolo_user.id", ondelete="CASCADE"))
    secret: Mapped[str] = mapped_column(Text)
    recovery_codes: Mapped[list[str]] = mapped_column(Texts)
    recovery_codes_used_at: Mapped[list[datetime]] = mapped_column(Moments)
    created_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)
    last_used_code: Mapped[str | None] = mapped_column(Text)
    last_step: Mapped[int | None]

    __table_args__ = (
        # An account has one second factor at a time.
        Index(
            "uq_authenticator_secret_active",
            "user_id",
            unique=True,
            postgresql_where=revoked_at.is_(None),
            sqlite_where=revoked_at.is_(None),
        ),
    )
