"""Accounts of staff: made with their officer, given new passwords. Who is told a password is told it once (R61)."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from piccolo.apps.user.tables import BaseUser
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import journal
from ..core.accounts import Session, User
from ..core.db import violated
from ..core.errors import Conflict, Invalid, NotFound
from ..core.i18n import N_
from .actor import SYSTEM, Actor
from .staff import Role, Staff

_ADD_STAFF = insert(Staff)
_ADD_USERS = insert(User)
_IDS = select(User.username, User.id).where(User.username.in_(bindparam("names", expanding=True)))
_SET_PASSWORD = update(User).where(User.id == bindparam("user")).values(password=bindparam("hashed")).returning(User.id)
_END_SESSIONS = delete(Session).where(Session.user_id == bindparam("of_user"))
_ACCOUNT = (
    select(User.id, User.username, Staff.id.label("staff_id"), Staff.hall_id, Staff.name)
    .outerjoin(Staff, Staff.user_id == User.id)
    .where(User.username == bindparam("username"))
)


class Member(NamedTuple):
    """Somebody who is to sign in; ``badge`` is what the public sees."""

    username: str
    name: str
    badge: str


class Account(NamedTuple):
    """``staff_id``, ``hall_id``, ``name``: of the officer whose account it is, as far as there is one."""

    id: int
    username: str
    staff_id: int | None
    hall_id: int | None
    name: str | None


def new_password() -> str:
    """Twelve letters and figures that are not mistaken for one another."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(12))


def hashed(password: str) -> str:
    """As it is stored; takes a good part of a second, so never within a transaction, nor in the event loop."""
    return BaseUser.hash_password(password)


def checked(member: Member) -> Member:
    """Somebody in plain form. Raises Invalid."""
    plain = Member(*(" ".join(word.split()) for word in member))
    if not (0 < len(plain.username) <= 100 and 0 < len(plain.name) <= 60 and 0 < len(plain.badge) <= 20):
        raise Invalid(N_("用户名最多100个字，姓名60个字，工号20个字"), code="too_long")
    if not all(word.isprintable() for word in plain) or " " in plain.username:
        raise Invalid(N_("用户名不能有空格，姓名和工号不能有不可见的字符"), code="invalid_name")
    return plain


async def insert_staff(
    tx: AsyncConnection,
    people: Sequence[tuple[str, str, str]],
    role: Role,
    hall_id: int | None,
    stored: str,
    now: datetime,
    by: Actor = SYSTEM,
) -> None:
    """Accounts and officers at once, as (username, name, badge), all with the password that is ``stored`` as such.

    Without a hall: an admin of all halls. Raises Conflict when a name or badge is taken.
    """
    users = [
        {
            "username": username,
            "password": stored,
            "email": f"{username}@localhost",
            "active": True,
        }
        for username, _, _ in people
    ]
    try:
        await tx.execute(_ADD_USERS, users)
        ids = {row.username: row.id for row in await tx.execute(_IDS, {"names": [one[0] for one in people]})}
        await tx.execute(
            _ADD_STAFF,
            [
                {"user_id": ids[username], "hall_id": hall_id, "role": role, "name": name, "badge": badge}
                for username, name, badge in people
            ],
        )
    except IntegrityError as error:
        if (broken := violated(error) or "").startswith(("uq_piccolo_user", "uq_staff")):
            raise Conflict(N_("用户名或工号已被使用"), code=broken) from error
        raise
    if hall_id is not None:
        await journal.write(tx, hall_id=hall_id, at=now, actor=by.label, action="staff", people=len(people))


async def find(connection: AsyncConnection, username: str) -> Account:
    """The account of this name. Raises NotFound."""
    row = (await connection.execute(_ACCOUNT, {"username": username})).one_or_none()
    if row is None:
        raise unknown()
    return Account(*row)


def unknown() -> NotFound:
    return NotFound(N_("没有这个账号"), code="unknown_user")


async def set_password(tx: AsyncConnection, account: Account, stored: str, now: datetime, by: Actor = SYSTEM) -> None:
    """Give an account the password that is ``stored`` as such, and end its sessions. Raises NotFound."""
    if (await tx.execute(_SET_PASSWORD, {"user": account.id, "hashed": stored})).first() is None:
        raise unknown()
    await tx.execute(_END_SESSIONS, {"of_user": account.id})
    if account.hall_id is not None:
        said = {"staff": account.staff_id}
        await journal.write(tx, hall_id=account.hall_id, at=now, actor=by.label, action="password", **said)
