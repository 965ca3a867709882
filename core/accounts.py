"""Who may sign in: the two tables in the shapes that piccolo-admin's session backend reads and writes.

Piccolo's moments in these two tables are naive local times (``TIMESTAMP``, ``datetime.now()``), so ours are too: an
account that one side makes, and a session that one side opens, holds on the other. Piccolo on SQLite goes by the
declared type: DATETIME would come back as text.
"""

from datetime import datetime

from sqlalchemy import TIMESTAMP, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base


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
    """``piccolo_api.session_auth.tables.SessionsBase``."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    token: Mapped[str] = mapped_column(String(100), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("piccolo_user.id", ondelete="CASCADE"))
    expiry_date: Mapped[datetime] = mapped_column(TIMESTAMP)
    max_expiry_date: Mapped[datetime] = mapped_column(TIMESTAMP)
