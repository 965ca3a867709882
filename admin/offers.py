"""What a form offers while somebody types: the lines, windows, officers, devices and items that there are."""

from typing import Any, Final

from sqlalchemy import bindparam, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.accounts import User
from ..core.journal import Id
from ..queue.facts import HallFacts
from ..queue.staff import Device, DeviceKind, Staff
from .asking import NAMES, Named
from .house import House, Officer

OFFERS: Final = "offers"
"""Under this name a field's schema has what can be written, each with what it is called."""

_HALL: Final = bindparam("hall", type_=Id)
_STAFF = select(Staff.name).join(User, User.id == Staff.user_id).where(Staff.hall_id == _HALL, User.active)
_DEVICES = (
    select(Device.name, literal("").label("called"))
    .where(Device.hall_id == _HALL, Device.revoked_at.is_(None))
    .distinct()
    .order_by(Device.name)
)
_STORED = {
    Named.BADGE: _STAFF.with_only_columns(Staff.badge, Staff.name).order_by(Staff.badge),
    Named.ACCOUNT: _STAFF.with_only_columns(User.username, Staff.name).order_by(User.username),
    Named.DEVICE: _DEVICES,
    Named.PRINTER: _DEVICES.where(Device.kind == DeviceKind.PRINTER),
}


async def offered(house: House, officer: Officer, schema: dict[str, Any]) -> dict[str, Any]:
    """A form's schema with what its fields can name, where only one hall can be meant; else it offers halls alone.

    Nothing to those who change nothing.
    """
    asked = [(Named(field.pop(NAMES)), field) for field in schema["properties"].values() if NAMES in field]
    if not officer.may_edit:
        return schema
    halls = [hall for hall in await house.halls.all() if officer.hall_id in (None, hall.id)]
    async with house.database.read() as connection:
        for named, field in asked:
            if named is Named.HALL:
                field[OFFERS] = [(hall.code, hall.name) for hall in halls]
            elif len(halls) == 1:
                field[OFFERS] = await _of(connection, halls[0], named)
    return schema


async def _of(connection: AsyncConnection, hall: HallFacts, named: Named) -> list[tuple[str, str]]:
    """What can be written, and what it is called."""
    match named:
        case Named.LINE:
            return [(line.prefix, line.name) for line in hall.lines.values()]
        case Named.WINDOW:
            return [(window.number, window.name) for window in hall.windows.values()]
        case Named.ITEM:
            return [(item.code, item.name) for item in hall.items.values()]
    rows = await connection.execute(_STORED[named], {"hall": hall.id})
    return [(word, called) for word, called in rows]
