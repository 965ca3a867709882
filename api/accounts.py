"""Making accounts and devices; the secret is returned once and only its hash is kept."""

import secrets
from datetime import datetime

from piccolo.apps.user.tables import BaseUser
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import journal
from ..core.accounts import Session, User
from ..core.clock import now
from ..core.db import Database, violated
from ..core.errors import Conflict, Invalid, NotFound
from ..core.i18n import N_
from ..core.types import Moment
from ..display.printer import Address
from ..queue import hallstore
from ..queue.actor import SYSTEM
from ..queue.staff import TALKING, Device, DeviceKind, Role, Staff
from ..queue.window import Window
from .identity import digest

_SET_PASSWORD = (
    update(User).where(User.username == bindparam("name")).values(password=bindparam("hashed")).returning(User.id)
)
_END_SESSIONS = delete(Session).where(Session.user_id == bindparam("user"))
_REVOKE = (
    update(Device)
    .where(Device.hall_id == bindparam("hall"), Device.name == bindparam("called"), Device.revoked_at.is_(None))
    .values(revoked_at=bindparam("at", type_=Moment))
    .returning(Device.id)
)
_PRINTER = select(Device.id).where(
    Device.hall_id == bindparam("hall"),
    Device.name == bindparam("called"),
    Device.kind == DeviceKind.PRINTER,
    Device.revoked_at.is_(None),
)
_WINDOW = select(Window.id).where(Window.hall_id == bindparam("hall"), Window.number == bindparam("number"))


def new_password() -> str:
    """Twelve letters and figures that are not mistaken for one another."""
    return "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(12))


async def add_user(database: Database, username: str, role: Role, hall_code: str | None, name: str, badge: str) -> str:
    """Make an account with a role and give its password; an admin without a hall is one of all halls.

    Raises Conflict for a name or badge that is taken, NotFound for an unknown hall, Invalid when it is not clear which.
    """
    if not (0 < len(username) <= 100 and 0 < len(name) <= 60 and 0 < len(badge) <= 20):
        raise Invalid(N_("用户名最多100个字，姓名60个字，工号20个字"), code="too_long")
    password = new_password()
    hashed = BaseUser.hash_password(password)
    async with database.write() as tx:
        everywhere = hall_code is None and role is Role.ADMIN
        hall = None if everywhere else await hallstore.hall_id(tx, hall_code)
        await insert_staff(tx, [(username, name, badge)], role, hall, hashed, now())
    return password


async def insert_staff(
    tx: AsyncConnection,
    people: list[tuple[str, str, str]],
    role: Role,
    hall: int | None,
    hashed: str,
    moment: datetime,
) -> None:
    """Insert people as (username, name, badge) with one password. Raises Conflict when a name or badge is taken."""
    admin = role is Role.ADMIN
    users = [
        {
            "username": username,
            "password": hashed,
            "email": f"{username}@localhost",
            "active": True,
            "admin": admin,
            "superuser": admin,
        }
        for username, _, _ in people
    ]
    try:
        await tx.execute(insert(User), users)
        names = select(User.username, User.id).where(User.username.in_([username for username, _, _ in people]))
        ids = {row.username: row.id for row in await tx.execute(names)}
        await tx.execute(
            insert(Staff),
            [
                {"user_id": ids[username], "hall_id": hall, "role": role, "name": name, "badge": badge}
                for username, name, badge in people
            ],
        )
    except IntegrityError as error:
        if (broken := violated(error) or "").startswith(("uq_piccolo_user", "uq_staff")):
            raise Conflict(N_("用户名或工号已被使用"), code=broken) from error
        raise
    if hall is not None:
        await journal.write(tx, hall_id=hall, at=moment, actor=SYSTEM.label, action="staff", people=len(people))


async def add_device(
    database: Database,
    kind: DeviceKind,
    hall_code: str | None,
    number: str | None,
    name: str,
    *,
    address: str | None = None,
    printer: str | None = None,
) -> str:
    """Make a device and give its token; a printer has none, it is gone to at its ``address``.

    ``printer``: the name of the printer that a kiosk prints on. Raises NotFound for an unknown hall, window or printer,
    Invalid for an address, printer or window that belongs to another kind, Conflict for a second printer of a name.
    """
    if (address is not None) is not (kind is DeviceKind.PRINTER):
        raise Invalid(N_("打印机必须有地址，其他设备没有"), code="address_of_printers")
    if printer is not None and kind is not DeviceKind.KIOSK:
        raise Invalid(N_("只有取号机可以指定打印机"), code="only_kiosks_print")
    if number is not None and kind is not DeviceKind.BOARD:
        raise Invalid(N_("只有屏幕可以指定窗口"), code="only_screens_hang_above")
    if address is not None:
        Address.parse(address)
    token = secrets.token_urlsafe(32) if kind in TALKING else ""
    async with database.write() as tx:
        hall = await hallstore.hall_id(tx, hall_code)
        window = None
        if number is not None:
            window = (await tx.execute(_WINDOW, {"hall": hall, "number": number})).scalar_one_or_none()
            if window is None:
                raise NotFound(N_("没有这个窗口"), code="unknown_window")
        printer_id = None
        if printer is not None and (printer_id := await _printer(tx, hall, printer)) is None:
            raise NotFound(N_("没有这台打印机"), code="unknown_printer")
        if kind is DeviceKind.PRINTER and await _printer(tx, hall, name) is not None:
            raise Conflict(N_("已有同名的打印机"), code="printer_name_taken")
        made: dict[str, object] = {"hall_id": hall, "window_id": window, "kind": kind, "name": name, "address": address}
        made |= {"printer_id": printer_id, "token_hash": digest(token) if token else None}
        await tx.execute(insert(Device), made)
        await journal.write(tx, hall_id=hall, at=now(), actor=SYSTEM.label, action="device", kind=kind, name=name)
    return token


async def _printer(tx: AsyncConnection, hall: int, name: str) -> int | None:
    printer: int | None = (await tx.execute(_PRINTER, {"hall": hall, "called": name})).scalar_one_or_none()
    return printer


async def new_password_of(database: Database, username: str) -> str:
    """Give an account a new password and end its sessions. Raises NotFound."""
    password = new_password()
    hashed = BaseUser.hash_password(password)
    async with database.write() as tx:
        user = (await tx.execute(_SET_PASSWORD, {"name": username, "hashed": hashed})).scalar_one_or_none()
        if user is None:
            raise NotFound(N_("没有这个账号"), code="unknown_user")
        await tx.execute(_END_SESSIONS, {"user": user})
    return password


async def revoke_device(database: Database, name: str, hall_code: str | None) -> int:
    """Revoke a hall's devices of this name; how many there were. Raises NotFound when there are none."""
    moment = now()
    async with database.write() as tx:
        hall = await hallstore.hall_id(tx, hall_code)
        revoked = (await tx.execute(_REVOKE, {"hall": hall, "called": name, "at": moment})).all()
        if not revoked:
            raise NotFound(N_("没有这个设备"), code="unknown_device")
        await journal.write(tx, hall_id=hall, at=moment, actor=SYSTEM.label, action="revoke", name=name)
    return len(revoked)
