"""A hall in the database as its files: what `hallstore.save` was given, or would find unchanged."""

from collections import defaultdict
from datetime import date, time
from typing import Any

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.errors import Invalid, NotFound
from ..core.i18n import N_
from .hall import Agency, Department, Hall, Hours, HoursException, Item, Line, Priority, WorkingDay, Zone
from .hallcells import by_handicap
from .hallmessages import MessageRow
from .hallrows import (
    AgencyRow,
    DepartmentRow,
    ExceptionRow,
    GuideRow,
    HallFiles,
    HallRow,
    HoursRow,
    ItemRow,
    LineRow,
    PriorityRow,
    WindowRow,
    WorkingDayRow,
)
from .templates import MessageTemplate
from .window import Window, WindowLine

Values = dict[str, Any]

_ZONE = Zone.name.label("zone")
_DEPARTMENT = Department.code.label("department_code")
_DEPARTMENTS = select(Department.code, Department.name, _ZONE).join(Zone, Zone.id == Department.zone_id)
_LINES = select(
    Line.prefix,
    Line.name,
    _ZONE,
    Line.kind,
    Line.call_text,
    Line.call_text_en,
    func.coalesce(Line.wait_limit_minutes, 0).label("wait_limit_minutes"),
).join(Zone, Zone.id == Line.zone_id)
_AGENCIES = select(Agency.name, Agency.address, Agency.phone)
_PRIORITIES = select(Priority.code, Priority.name, Priority.name_en, Priority.credit_minutes)
_HOURS = select(
    Hours.weekday,
    Hours.opens.label("open"),
    Hours.closes.label("close"),
    func.coalesce(Line.prefix, "").label("line"),
    Hours.since,
    Hours.until,
).outerjoin(Line, Line.id == Hours.line_id)
_EXCEPTIONS = select(
    HoursException.day,
    func.coalesce(Line.prefix, "").label("line"),
    HoursException.opens,
    HoursException.closes,
    HoursException.reason,
    HoursException.reason_en,
).outerjoin(Line, Line.id == HoursException.line_id)
_WORKING_DAYS = select(WorkingDay.day, WorkingDay.working, WorkingDay.name).order_by(WorkingDay.day)
_MESSAGES = select(MessageTemplate.kind, MessageTemplate.language, MessageTemplate.text)
_ITEMS = (
    select(
        Item.code,
        _DEPARTMENT,
        func.coalesce(Line.prefix, "").label("line_prefix"),
        func.coalesce(Agency.name, "").label("agency"),
        Item.name,
        Item.audience,
        Item.case_kind,
        Item.statutory_days.label("statutory_working_days"),
        Item.promised_days.label("promised_working_days"),
        Item.bookable,
        Item.minutes_mean,
        Item.minutes_sd,
        Item.popularity,
        Item.fee_yuan,
        Item.materials,
        Item.form_only,
        Item.complex,
    )
    .join(Department, Department.id == Item.department_id)
    .outerjoin(Line, Line.id == Item.line_id)
    .outerjoin(Agency, Agency.id == Item.agency_id)
)
_GUIDES = select(Item.code, Item.basis, Item.conditions, Item.procedure, Item.steps)
_WINDOWS = (
    select(Window.number, _ZONE, Window.name, Window.kind, _DEPARTMENT)
    .join(Zone, Zone.id == Window.zone_id)
    .join(Department, Department.id == Window.department_id)
)
_WINDOW_LINES = (
    select(Window.number, Line.prefix, WindowLine.handicap_minutes)
    .join(Window, Window.id == WindowLine.window_id)
    .join(Line, Line.id == WindowLine.line_id)
)


async def hall_id(connection: AsyncConnection, code: str | None) -> int:
    """The hall with this code, or the only one there is. Raises NotFound, and Invalid when there are several."""
    halls: dict[str, int] = {
        row.code: row.id for row in await connection.execute(select(Hall.code, Hall.id).order_by(Hall.code))
    }
    if code is None and len(halls) > 1:
        raise Invalid(N_("有多个大厅，请指明大厅代码：{codes}"), code="which_hall", codes="、".join(halls))
    found = halls.get(code) if code is not None else next(iter(halls.values()), None)
    if found is None:
        raise NotFound(N_("没有这个大厅"), code="unknown_hall")
    return found


def _hall(found: Values) -> HallRow:
    values = {name: found[name] for name in HallRow.__struct_fields__ if name != "quiet"}
    quiet = (found["quiet_from"], found["quiet_until"]) if found["quiet_from"] is not None else ()
    return HallRow(**values, quiet=quiet)


def _hours_row(found: Values) -> HoursRow:
    return HoursRow(**{name: value for name, value in found.items() if value is not None})


def _exception_row(day: date, line: str, opens: time | None, closes: time | None, *reasons: str) -> ExceptionRow:
    return ExceptionRow(day, line, () if opens is None or closes is None else (opens, closes), *reasons)


async def load(connection: AsyncConnection, hall: int) -> HallFiles:
    """The hall with this id as files that `hallstore.save` finds unchanged; rows in the order of their first import.

    Raises NotFound. Asks several times: only a connection in a transaction sees one moment of the hall.
    """
    found = (await connection.execute(select(Hall.__table__).where(Hall.id == hall))).mappings().one_or_none()
    if found is None:
        raise NotFound(N_("没有这个大厅"), code="unknown_hall")

    async def rows(query: Select[*tuple[Any, ...]], model: Any) -> list[Values]:
        answer = await connection.execute(query.where(model.hall_id == hall).order_by(model.id))
        return [dict(row) for row in answer.mappings()]

    serves: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for number, prefix, minutes in await connection.execute(_WINDOW_LINES.where(WindowLine.hall_id == hall)):
        serves[number].append((prefix, minutes))
    days = await connection.execute(_WORKING_DAYS.where(WorkingDay.hall_id == hall))
    windows = await rows(_WINDOWS, Window)
    items = msgspec.convert(await rows(_ITEMS, Item), list[ItemRow])
    guides = msgspec.convert(await rows(_GUIDES, Item), list[GuideRow])
    return HallFiles(
        hall=_hall(dict(found)),
        departments=msgspec.convert(await rows(_DEPARTMENTS, Department), tuple[DepartmentRow, ...]),
        lines=msgspec.convert(await rows(_LINES, Line), tuple[LineRow, ...]),
        agencies=msgspec.convert(await rows(_AGENCIES, Agency), tuple[AgencyRow, ...]),
        items=tuple(sorted(items, key=lambda item: item.outside)),
        guides=tuple(sorted(guide for guide in guides if guide != GuideRow(guide.code))),
        windows=msgspec.convert(
            [row | {"line_prefixes": by_handicap(serves[row["number"]])} for row in windows], tuple[WindowRow, ...]
        ),
        priorities=msgspec.convert(await rows(_PRIORITIES, Priority), tuple[PriorityRow, ...]),
        hours=tuple(sorted(_hours_row(row) for row in await rows(_HOURS, Hours))),
        exceptions=tuple(sorted(_exception_row(*row.values()) for row in await rows(_EXCEPTIONS, HoursException))),
        working_days=tuple(WorkingDayRow(*row) for row in days),
        messages=tuple(sorted(msgspec.convert(await rows(_MESSAGES, MessageTemplate), list[MessageRow]))),
    )
