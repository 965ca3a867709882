"""Sessions as their owners and their hall's administration see them: since when, from where; by id, never by token."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import audit
from ..core.accounts import Session, User
from ..core.audit import Audit
from ..core.errors import NotFound
from ..core.i18n import N_
from ..queue.staff import Staff
from .identity import Identity, piccolo_now

MOST = 1000
"""Sessions in a list, newest first."""
SIGN_INS = ("sign_in", "sign_in_failed", "sign_in_locked")
LAST_SIGN_INS = 10

_OPEN = (
    select(Session.id, Session.began_at, Session.expiry_date, Session.max_expiry_date, Session.address, Session.agent)
    .add_columns(Staff.id.label("staff_id"), Staff.name, Staff.badge, Staff.role)
    .join(User, User.id == Session.user_id)
    .join(Staff, Staff.user_id == User.id)
    .where(Session.expiry_date > bindparam("now"), Session.max_expiry_date > bindparam("now"), User.active)
    .order_by(Session.id.desc())
    .limit(MOST)
)
_ENDED = delete(Session).returning(Session.token)
_RECENT = (
    select(Audit.id, Audit.at, Audit.action, Audit.after)
    .where(Audit.subject == "staff", Audit.row_id == bindparam("staff"), Audit.action.in_(SIGN_INS))
    .order_by(Audit.id.desc())
    .limit(LAST_SIGN_INS)
)


class Open(NamedTuple):
    """A session that can be used. ``began_at`` None: Piccolo opened it; ``until``: unless somebody ends it before."""

    id: int
    began_at: datetime | None
    until: datetime
    address: str
    agent: str
    staff_id: int
    name: str
    badge: str
    role: str


def _opened(row: Row[Any]) -> Open:
    until = min(row.expiry_date, row.max_expiry_date).astimezone()  # naive, and so local
    where = (row.address or "", row.agent or "")
    return Open(row.id, row.began_at, until, *where, row.staff_id, row.name, row.badge, row.role)


async def of_account(connection: AsyncConnection, user_id: int) -> list[Open]:
    """The sessions of an account, newest first."""
    rows = await connection.execute(_OPEN.where(Session.user_id == user_id), {"now": piccolo_now()})
    return [_opened(row) for row in rows]


async def of_hall(connection: AsyncConnection, hall_id: int | None) -> list[Open]:
    """The sessions of a hall's officers, newest first; ``hall_id`` None: of everybody."""
    wanted = _OPEN if hall_id is None else _OPEN.where(Staff.hall_id == hall_id)
    return [_opened(row) for row in await connection.execute(wanted, {"now": piccolo_now()})]


async def recent(connection: AsyncConnection, staff_id: int) -> list[Row[Any]]:
    """The last times that somebody signed in to an account, or tried: rows of the audit trail, newest first."""
    return list((await connection.execute(_RECENT, {"staff": staff_id})).all())


async def end(tx: AsyncConnection, session_id: int, by: Identity, at: datetime, *, own: bool = False) -> str:
    """End a session; its token, for `Identities.forget`. ``own``: only if it is one of his.

    Raises NotFound for what is no session, or none of his hall.
    """
    owner = select(Staff.id, Staff.hall_id).join(Session, Session.user_id == Staff.user_id)
    row = (await tx.execute(owner.where(Session.id == session_id))).first()
    his = row is not None and (row.id == by.actor.staff_id or (not own and by.hall_id in (None, row.hall_id)))
    if row is None or not his:
        raise NotFound(N_("没有这个登录，可能已经退出"), code="unknown_session")
    token: str | None = (await tx.execute(_ENDED.where(Session.id == session_id))).scalar_one_or_none()
    if token is None:  # somebody else ended it meanwhile
        raise NotFound(N_("没有这个登录，可能已经退出"), code="unknown_session")
    await _record(tx, by, at, row.id, row.hall_id, session=session_id)
    return token


async def end_others(tx: AsyncConnection, by: Identity, at: datetime) -> list[str]:
    """End all of somebody's sessions but the one that he asks from; their tokens."""
    others = _ENDED.where(Session.user_id == by.user_id, Session.id != by.session_id)
    tokens = list((await tx.execute(others)).scalars())
    if tokens and by.actor.staff_id is not None:
        await _record(tx, by, at, by.actor.staff_id, by.hall_id, sessions=len(tokens))
    return tokens


async def _record(
    tx: AsyncConnection, by: Identity, at: datetime, staff_id: int, hall_id: int | None, **which: int
) -> None:
    about: dict[str, Any] = {"hall_id": hall_id, "subject": "staff", "row_id": staff_id, "after": which}
    await audit.write(tx, at=at, actor=by.actor.label, action="session_end", **about)
