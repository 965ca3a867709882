"""Kiosks, screens and printers: made with a token that is shown once, and revoked (R61)."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import journal
from ..core.errors import Conflict, Invalid, NotFound
from ..core.i18n import N_
from ..core.types import Moment
from . import turn
from .actor import SYSTEM, Actor
from .address import Address
from .staff import TALKING, Device, DeviceKind
from .window import Window

LONGEST_NAME = 60

_ADD = insert(Device).returning(Device.id)
_REVOKE = (
    update(Device)
    .where(
        Device.hall_id == bindparam("hall"),
        Device.id.in_(bindparam("ids", expanding=True)),
        Device.revoked_at.is_(None),
    )
    .values(revoked_at=bindparam("at", type_=Moment))
    .returning(Device.name)
)
_NAMED = (
    select(Device.id, Device.kind)
    .where(Device.hall_id == bindparam("hall"), Device.name == bindparam("called"), Device.revoked_at.is_(None))
    .order_by(Device.id)
)
_WINDOW = select(Window.id).where(Window.hall_id == bindparam("hall"), Window.number == bindparam("number"))


class NewDevice(NamedTuple):
    """``number``: of the window above which a screen hangs. ``address``: of a printer. ``printer``: by its name, the
    one that a kiosk prints on."""

    kind: DeviceKind
    name: str
    number: str | None = None
    address: str | None = None
    printer: str | None = None


class Made(NamedTuple):
    """``token``: empty for a printer; it is kept nowhere."""

    id: int
    token: str


def digest(token: str) -> bytes:
    """How a device's token is stored."""
    return hashlib.sha256(token.encode()).digest()


def checked(wish: NewDevice) -> None:
    """Raises Invalid for an address, a printer or a window that belongs to another kind, and for a name without end."""
    if (wish.address is not None) is not (wish.kind is DeviceKind.PRINTER):
        raise Invalid(N_("打印机必须有地址，其他设备没有"), code="address_of_printers")
    if wish.printer is not None and wish.kind is not DeviceKind.KIOSK:
        raise Invalid(N_("只有取号机可以指定打印机"), code="only_kiosks_print")
    if wish.number is not None and wish.kind is not DeviceKind.BOARD:
        raise Invalid(N_("只有屏幕可以指定窗口"), code="only_screens_hang_above")
    if not 0 < len(wish.name) <= LONGEST_NAME or not wish.name.isprintable():
        raise Invalid(N_("设备名称不能为空，最多 {most} 个字"), code="device_name", most=LONGEST_NAME)
    if wish.address is not None:
        Address.parse(wish.address)


async def add(tx: AsyncConnection, hall_id: int, wish: NewDevice, now: datetime, by: Actor = SYSTEM) -> Made:
    """Make a device and give its token; a printer has none, it is gone to at its address.

    Raises Invalid as `checked`, NotFound for an unknown window or printer, Conflict for a second printer of a name.
    """
    checked(wish)
    await turn.take(tx, hall_id)
    window = None
    if wish.number is not None:
        window = (await tx.execute(_WINDOW, {"hall": hall_id, "number": wish.number})).scalar_one_or_none()
        if window is None:
            raise NotFound(N_("没有这个窗口"), code="unknown_window")
    printer = None
    if wish.printer is not None and (printer := await _printer(tx, hall_id, wish.printer)) is None:
        raise NotFound(N_("没有这台打印机"), code="unknown_printer")
    if wish.kind is DeviceKind.PRINTER:
        await free(tx, hall_id, wish.name)
    token = secrets.token_urlsafe(32) if wish.kind in TALKING else ""
    row: dict[str, object] = {
        "hall_id": hall_id,
        "window_id": window,
        "kind": wish.kind,
        "name": wish.name,
        "address": wish.address,
    }
    row |= {"printer_id": printer, "token_hash": digest(token) if token else None}
    made = (await tx.execute(_ADD, row)).scalar_one()
    about: dict[str, Any] = {"kind": wish.kind, "name": wish.name}
    await journal.write(tx, hall_id=hall_id, at=now, actor=by.label, action="device", **about)
    return Made(made, token)


async def free(connection: AsyncConnection, hall_id: int, name: str) -> None:
    """Raises Conflict when a printer in use has this name: kiosks are told theirs by it."""
    if await _printer(connection, hall_id, name) is not None:
        raise Conflict(N_("已有同名的打印机"), code="printer_name_taken")


async def named(connection: AsyncConnection, hall_id: int, name: str) -> list[int]:
    """The ids of a hall's devices of this name that are in use."""
    return [row.id for row in await connection.execute(_NAMED, {"hall": hall_id, "called": name})]


async def revoke(
    tx: AsyncConnection, hall_id: int, ids: Collection[int], now: datetime, by: Actor = SYSTEM
) -> Sequence[str]:
    """Revoke these devices of a hall: their tokens are refused, a printer is left alone. Gives their names.

    Raises NotFound when none of them is in use.
    """
    revoked = list((await tx.execute(_REVOKE, {"hall": hall_id, "ids": list(ids), "at": now})).scalars())
    if not revoked:
        raise NotFound(N_("没有这个设备"), code="unknown_device")
    for name in sorted(set(revoked)):
        await journal.write(tx, hall_id=hall_id, at=now, actor=by.label, action="revoke", name=name)
    return revoked


async def _printer(tx: AsyncConnection, hall_id: int, name: str) -> int | None:
    found = await tx.execute(_NAMED, {"hall": hall_id, "called": name})
    return next((row.id for row in found if row.kind == DeviceKind.PRINTER), None)
