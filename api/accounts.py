"""Making accounts and devices by command: halls and devices by the names that people call them.

Whoever may run commands is known to the machine alone: the audit trail says that the system did it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import audit, second_factor
from ..core.clock import now
from ..core.db import Database
from ..queue import accounts, devices, hallread
from ..queue.accounts import hashed, insert_staff, new_password
from ..queue.actor import SYSTEM
from ..queue.staff import DeviceKind, Role

__all__ = [
    "add_device",
    "add_user",
    "insert_staff",
    "new_password",
    "new_password_of",
    "revoke_device",
    "second_factor_off",
]


async def add_user(database: Database, username: str, role: Role, hall_code: str | None, name: str, badge: str) -> str:
    """Make an account with a role and give its password; an admin without a hall is one of all halls.

    Raises Conflict for a name or badge that is taken, NotFound for an unknown hall, Invalid when it is not clear which.
    """
    member, password = accounts.checked(accounts.Member(username, name, badge)), new_password()
    stored, moment = hashed(password), now()
    async with database.write() as tx:
        everywhere = hall_code is None and role is Role.ADMIN
        hall = None if everywhere else await hallread.hall_id(tx, hall_code)
        await insert_staff(tx, [member], role, hall, stored, moment)
        made = await accounts.find(tx, member.username)
        said = {**member._asdict(), "role": role}
        await _noted(tx, moment, "staff_add", "staff", made.staff_id, hall, after=said)
    return password


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
    wish = devices.NewDevice(kind, name, number, address, printer)
    devices.checked(wish)
    moment = now()
    async with database.write() as tx:
        hall = await hallread.hall_id(tx, hall_code)
        made = await devices.add(tx, hall, wish, moment)
        said = {name: value for name, value in wish._asdict().items() if value}
        await _noted(tx, moment, "device_add", "device", made.id, hall, after=said)
    return made.token


async def new_password_of(database: Database, username: str) -> str:
    """Give an account a new password and end its sessions. Raises NotFound."""
    password = new_password()
    stored, moment = hashed(password), now()
    async with database.write() as tx:
        who = await accounts.find(tx, username)
        await accounts.set_password(tx, who, stored, moment)
        await _noted(tx, moment, "password", "piccolo_user", who.id, who.hall_id)
    return password


async def second_factor_off(database: Database, username: str) -> None:
    """Take an account's second factor away, for whoever lost his phone and his recovery codes. Raises NotFound."""
    moment = now()
    async with database.write() as tx:
        who = await accounts.find(tx, username)
        if await second_factor.revoke(tx, who.id, moment):
            await _noted(tx, moment, "second_factor_off", "staff", who.staff_id, who.hall_id)


async def revoke_device(database: Database, name: str, hall_code: str | None) -> int:
    """Revoke a hall's devices of this name; how many there were. Raises NotFound when there are none."""
    moment = now()
    async with database.write() as tx:
        hall = await hallread.hall_id(tx, hall_code)
        ids = await devices.named(tx, hall, name)
        revoked = await devices.revoke(tx, hall, ids, moment)
        for one in ids:
            await _noted(tx, moment, "device_revoke", "device", one, hall, before={"name": name})
    return len(revoked)


async def _noted(
    tx: AsyncConnection,
    at: datetime,
    action: str,
    subject: str,
    row_id: int | None,
    hall_id: int | None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    await audit.write(
        tx,
        at=at,
        actor=SYSTEM.label,
        action=action,
        hall_id=hall_id,
        subject=subject,
        row_id=row_id,
        before=before,
        after=after,
    )
