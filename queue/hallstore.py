"""A hall's files in the database: `save` makes the hall what the files say, `hallread.load` tells it again.

Rows are known by what people call them (code, prefix, number, name) and keep their ids. What goes on in the hall
(window states, tickets, journal, posts, duties, devices) is never touched, and what it refers to is never removed.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from pypinyin import Style, lazy_pinyin
from sqlalchemy import ColumnElement, and_, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.db import Base
from ..core.i18n import N_
from .hall import Agency, Department, Hall, Hours, HoursException, Item, ItemVersion, Line, Priority, WorkingDay, Zone
from .hallrows import (
    ExceptionRow,
    GuideRow,
    HallFiles,
    HallRow,
    HoursRow,
    ItemRow,
    LineRow,
    WindowRow,
)
from .hallsheets import BrokenFiles, Fault
from .staff import Device, Duty, Post, Seat
from .templates import MessageTemplate
from .ticket import Counter, Ticket
from .window import Window, WindowLine

# What names a row of each table, and the file that tells of it; each refers only to later ones.
_NAMED: Mapping[type[Base], tuple[str, str]] = {
    Item: ("code", "items.csv"),
    Window: ("number", "windows.csv"),
    Priority: ("code", "priorities.csv"),
    Agency: ("name", "agencies.csv"),
    Line: ("prefix", "lines.csv"),
    Department: ("code", "departments.csv"),
    Zone: ("name", "departments.csv"),
}
_RULES: tuple[type[Base], ...] = (WindowLine, Hours, HoursException)
_OWN = {*(model.__tablename__ for model in (*_NAMED, *_RULES)), ItemVersion.__tablename__}  # these go with theirs

_ELSEWHERE = N_("“{value}”仍在使用，不能删除")
_VISITS = N_("“{value}”已有取号、叫号或开窗记录，不能删除")
_IN_USE = {
    Ticket.__tablename__: _VISITS,
    Counter.__tablename__: _VISITS,
    "journal": _VISITS,
    Post.__tablename__: N_("“{value}”设有岗位，不能删除"),
    Duty.__tablename__: N_("“{value}”有人员签到记录，不能删除"),
    Seat.__tablename__: N_("“{value}”安排有工作人员，不能删除"),
    Device.__tablename__: N_("“{value}”登记有设备，不能删除"),
}

Values = dict[str, Any]
Ids = dict[str, int]


def initials(name: str) -> str:
    """Pinyin initials of a name in lower case, its Latin letters and digits kept: 办理（A4）gives ``bla4``."""
    letters = "".join(lazy_pinyin(unicodedata.normalize("NFKC", name), style=Style.FIRST_LETTER)).lower()
    return re.sub(r"[^a-z0-9]", "", letters)


async def save(tx: AsyncConnection, files: HallFiles) -> int:
    """Make the hall of this code, new or known, what the files say; gives its id. Unchanged rows are not written.

    Raises BrokenFiles when something still uses rows that the files have no more; the caller rolls back.
    """
    hall_id = await _save_hall(tx, files.hall)
    zones = await _merge(tx, hall_id, Zone, ({"name": name} for name in files.zones))
    departments = await _merge(
        tx,
        hall_id,
        Department,
        ({"code": row.code, "name": row.name, "zone_id": zones[row.zone]} for row in files.departments),
    )
    lines = await _merge(tx, hall_id, Line, (_line(row, zones) for row in files.lines))
    agencies = await _merge(tx, hall_id, Agency, map(msgspec.structs.asdict, files.agencies))
    priorities = await _merge(tx, hall_id, Priority, map(msgspec.structs.asdict, files.priorities))
    guides = {guide.code: guide for guide in files.guides}
    known = (_item(row, departments, lines, agencies) | _guide(guides, row.code) for row in files.items)
    items = await _merge(tx, hall_id, Item, known)
    windows = await _merge(tx, hall_id, Window, (_window(row, zones, departments) for row in files.windows))
    serves = (
        {"window_id": windows[row.number], "line_id": lines[prefix], "handicap_minutes": minutes}
        for row in files.windows
        for prefix, minutes in row.line_prefixes
    )
    await _replace(tx, hall_id, WindowLine, serves)
    await _replace(tx, hall_id, Hours, (_hours(row, lines) for row in files.hours))
    await _replace(tx, hall_id, HoursException, (_exception(row, lines) for row in files.exceptions))
    await _replace(tx, hall_id, WorkingDay, map(msgspec.structs.asdict, files.working_days))
    await _replace(tx, hall_id, MessageTemplate, map(msgspec.structs.asdict, files.messages))
    kept = {Item: items, Window: windows, Priority: priorities, Agency: agencies, Line: lines}
    await _remove_others(tx, hall_id, {**kept, Department: departments, Zone: zones})
    return hall_id


def _line(row: LineRow, zones: Ids) -> Values:
    return {
        "prefix": row.prefix,
        "name": row.name,
        "zone_id": zones[row.zone],
        "kind": row.kind,
        "call_text": row.call_text,
        "call_text_en": row.call_text_en,
        "wait_limit_minutes": row.wait_limit_minutes or None,
    }


def _item(row: ItemRow, departments: Ids, lines: Ids, agencies: Ids) -> Values:
    return {
        "code": row.code,
        "department_id": departments[row.department_code],
        "line_id": lines[row.line_prefix] if row.line_prefix else None,
        "agency_id": agencies[row.agency] if row.agency else None,
        "name": row.name,
        "initials": initials(row.name),
        "audience": row.audience,
        "case_kind": row.case_kind,
        "statutory_days": row.statutory_working_days,
        "promised_days": row.promised_working_days,
        "bookable": row.bookable,
        "minutes_mean": row.minutes_mean,
        "minutes_sd": row.minutes_sd,
        "popularity": row.popularity,
        "fee_yuan": row.fee_yuan,
        "materials": list(row.materials),
        "form_only": row.form_only,
        "complex": row.complex,
    }


def _guide(guides: Mapping[str, GuideRow], code: str) -> Values:
    values = msgspec.structs.asdict(guides.get(code, GuideRow(code)))
    return values | {"steps": [msgspec.structs.asdict(step) for step in values["steps"]]}


def _window(row: WindowRow, zones: Ids, departments: Ids) -> Values:
    return {
        "number": row.number,
        "name": row.name,
        "zone_id": zones[row.zone],
        "kind": row.kind,
        "department_id": departments[row.department_code],
    }


def _hours(row: HoursRow, lines: Ids) -> Values:
    since, until = row.season
    spell = {"line_id": lines.get(row.line), "weekday": row.weekday, "opens": row.open, "closes": row.close}
    return spell | {"since": since, "until": until}


def _exception(row: ExceptionRow, lines: Ids) -> Values:
    opens, closes = row.spell or (None, None)
    spell = {"line_id": lines.get(row.line), "day": row.day, "opens": opens, "closes": closes}
    return spell | {"reason": row.reason, "reason_en": row.reason_en}


async def claim(tx: AsyncConnection, code: str) -> int | None:
    """The id of the hall with this code, if there is one; from here to the end of ``tx`` nobody else imports it."""
    # FOR NO KEY UPDATE lets tickets be issued meanwhile.
    query = select(Hall.id).where(Hall.code == code).with_for_update(key_share=True)
    return (await tx.execute(query)).scalar_one_or_none()


async def _save_hall(tx: AsyncConnection, row: HallRow) -> int:
    table = Base.metadata.tables[Hall.__tablename__]
    values = msgspec.structs.asdict(row)
    values["quiet_from"], values["quiet_until"] = values.pop("quiet") or (None, None)
    await claim(tx, row.code)
    query = select(table).where(table.c.code == row.code)
    if known := (await tx.execute(query)).mappings().one_or_none():
        if any(known[name] != value for name, value in values.items()):
            await tx.execute(update(table).where(table.c.id == known["id"]).values(values))
    else:
        await tx.execute(insert(table).values(values))
        known = (await tx.execute(query)).mappings().one()
    return int(known["id"])


async def _merge(tx: AsyncConnection, hall_id: int, model: type[Base], rows: Iterable[Values]) -> Ids:
    """Insert new rows and update changed ones, known by their name; gives the ids of ``rows`` by name."""
    table = Base.metadata.tables[model.__tablename__]
    key, _ = _NAMED[model]
    wanted = {row[key]: row for row in rows}
    query = select(table).where(table.c.hall_id == hall_id)
    known = {row[key]: row for row in (await tx.execute(query)).mappings()}
    new = [row | {"hall_id": hall_id} for name, row in wanted.items() if name not in known]
    changed = [
        {f"new_{column}": value for column, value in row.items() if column != key} | {"row_id": known[name]["id"]}
        for name, row in wanted.items()
        if name in known and any(known[name][column] != value for column, value in row.items())
    ]
    if changed:
        values: Values = {name.removeprefix("new_"): bindparam(name) for name in changed[0] if name != "row_id"}
        await tx.execute(update(table).where(table.c.id == bindparam("row_id")).values(values), changed)
    if new:
        await tx.execute(insert(table), new)
    ids = await tx.execute(select(table.c[key], table.c.id).where(table.c.hall_id == hall_id))
    return {name: row_id for name, row_id in ids if name in wanted}


async def _replace(tx: AsyncConnection, hall_id: int, model: type[Base], rows: Iterable[Values]) -> None:
    """Make a table that nothing refers to hold exactly ``rows`` of the hall, leaving alone those it holds already."""
    table = Base.metadata.tables[model.__tablename__]
    names = [column.name for column in table.c if column.name not in {"id", "hall_id"}]
    wanted = {tuple(row[name] for name in names): row for row in rows}
    query = select(*(table.c[name] for name in names)).where(table.c.hall_id == hall_id)
    known = {tuple(row) for row in await tx.execute(query)}
    if gone := [
        {f"old_{name}": value for name, value in zip(names, row, strict=True)} for row in known - wanted.keys()
    ]:
        same = and_(table.c.hall_id == hall_id, *(_same(table.c[name], f"old_{name}") for name in names))
        await tx.execute(delete(table).where(same), gone)
    if new := [row | {"hall_id": hall_id} for values, row in wanted.items() if values not in known]:
        await tx.execute(insert(table), new)


def _same(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Equal, where NULL is equal to NULL."""
    return column.is_not_distinct_from(bindparam(name, type_=column.type))


async def _remove_others(tx: AsyncConnection, hall_id: int, kept: Mapping[type[Base], Ids]) -> None:
    """Remove the hall's rows that are not ``kept``; raises BrokenFiles, before removing any, if one is in use."""
    gone: dict[type[Base], dict[int, str]] = {}
    faults: list[Fault] = []
    for model, (key, file) in _NAMED.items():
        table = Base.metadata.tables[model.__tablename__]
        others = (table.c.hall_id == hall_id) & table.c.id.not_in(list(kept[model].values()))
        # Locked, so that nobody begins to use one between the look and the removal.
        query = select(table.c.id, table.c[key]).where(others).order_by(table.c.id).with_for_update()
        if names := dict((await tx.execute(query)).all()):
            gone[model] = names
            uses = await _uses(tx, model, list(names))
            faults += [Fault(file, 0, key, reason, {"value": names[row_id]}) for row_id, reason in uses]
    if faults:
        raise BrokenFiles(faults)
    for model, names in gone.items():
        table = Base.metadata.tables[model.__tablename__]
        await tx.execute(delete(table).where(table.c.id.in_(list(names))))


async def _uses(tx: AsyncConnection, model: type[Base], row_ids: list[int]) -> list[tuple[int, str]]:
    """Which of these rows cannot go, and why: every other table with a foreign key to them is asked."""
    target = f"{model.__tablename__}.id"
    uses: set[tuple[int, str]] = set()
    for user in Base.metadata.tables.values():
        for key in user.foreign_keys:
            if key.target_fullname == target and user.name not in _OWN:
                found = await tx.execute(select(key.parent).where(key.parent.in_(row_ids)).distinct())
                uses |= {(row_id, _IN_USE.get(user.name, _ELSEWHERE)) for row_id in found.scalars()}
    return sorted(uses)
