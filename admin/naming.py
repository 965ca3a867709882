"""What a row is called where another refers to it: by what people know it by (`mirror.LABEL`), else by its key.

Who did something stands in the journal and the audit trail as a label (`queue.actor`); people are told his name.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, String, Table, bindparam, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.i18n import N_, Language, translate
from ..queue.staff import Device, Staff
from .mirror import LABEL

_STAFF = select(Staff.id, Staff.name, Staff.badge).where(Staff.id.in_(bindparam("ids", expanding=True)))
_DEVICES = select(Device.id, Device.name).where(Device.id.in_(bindparam("ids", expanding=True)))
_ACTORS = {"public": N_("办事人"), "system": N_("系统")}


def named(table: Table) -> list[str]:
    """The columns that a row is called by, one of each group of `LABEL` that the table has."""
    found = [next((name for name in group if name in table.c), None) for group in LABEL]
    return [name for name in found if name] or [next(iter(table.primary_key.columns)).name]


def called(table: Table) -> ColumnElement[str]:
    """The name as piccolo-admin shows it: ``3 社保1号窗口``."""
    first, *more = (cast(table.c[name], String) for name in named(table))
    said: ColumnElement[str] = first
    for other in more:
        said = said.concat(" ").concat(other)
    return said


async def actors(connection: AsyncConnection, labels: Iterable[str], language: Language) -> dict[str, str]:
    """Who is meant by labels such as ``staff:12``, by name and badge; a label of nobody known is left out."""
    numbers: dict[str, set[int]] = {"staff": set(), "device": set()}
    for label in labels:
        kind, _, number = label.partition(":")
        if kind in numbers and number.isdigit():
            numbers[kind].add(int(number))
    known = {label: translate(language, word) for label, word in _ACTORS.items()}
    if numbers["staff"]:
        for key, name, badge in await connection.execute(_STAFF, {"ids": sorted(numbers["staff"])}):
            known[f"staff:{key}"] = translate(language, N_("{name}（{badge}）"), name=name, badge=badge)
    if numbers["device"]:
        for key, name in await connection.execute(_DEVICES, {"ids": sorted(numbers["device"])}):
            known[f"device:{key}"] = translate(language, N_("设备 {name}"), name=name)
    return known
