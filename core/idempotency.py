"""A repeated request gets the first answer (kiosk issues, window buttons). Kept for a day.

The row is written in the transaction of the work itself: either both are there or neither. Two copies of one request
that run at the same time meet at the primary key; the loser rolls its work back and reads the winner's answer.
"""

from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, SmallInteger, String, bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base
from .errors import Unprocessable
from .types import Moment

KEPT = timedelta(days=1)
LONGEST_KEY = 100


class Answer(Base):
    """The answer to a request: ``scope`` is the caller, ``fingerprint`` a digest of route and body."""

    __tablename__ = "answer"

    scope: Mapped[str] = mapped_column(String(60), primary_key=True)
    key: Mapped[str] = mapped_column(String(LONGEST_KEY), primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary(16))
    status: Mapped[int] = mapped_column(SmallInteger)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(Moment, index=True)


_SELECT = select(Answer.fingerprint, Answer.status, Answer.body).where(
    Answer.scope == bindparam("scope"), Answer.key == bindparam("key")
)
_INSERT = insert(Answer)
_FORGET = delete(Answer).where(Answer.at < bindparam("before"))


async def recall(tx: AsyncConnection, scope: str, key: str, fingerprint: bytes) -> tuple[int, bytes] | None:
    """Status and body of an earlier answer, or None. Raises Unprocessable when the key came with another body."""
    row = (await tx.execute(_SELECT, {"scope": scope, "key": key})).first()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise Unprocessable
    return row.status, row.body


async def remember(
    tx: AsyncConnection, scope: str, key: str, fingerprint: bytes, status: int, body: bytes, now: datetime
) -> None:
    await tx.execute(
        _INSERT,
        {"scope": scope, "key": key, "fingerprint": fingerprint, "status": status, "body": body, "at": now},
    )


async def forget(tx: AsyncConnection, now: datetime) -> None:
    await tx.execute(_FORGET, {"before": now - KEPT})
