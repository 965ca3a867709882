"""A hall as a directory of CSV files: the rules between the files, `read` and `write`.

The files are the whole truth about what they describe: an optional file that is missing means the same as one without
rows. Nothing here touches the database; `hallstore` does.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any

import msgspec

from ..core.i18n import N_
from .hall import CaseKind
from .hallcells import short
from .hallrows import (
    SHEETS,
    AgencyRow,
    DepartmentRow,
    ExceptionRow,
    HallFiles,
    HallRow,
    HoursRow,
    ItemRow,
    LineRow,
    PriorityRow,
    WindowRow,
    WorkingDayRow,
)
from .hallsheets import BrokenFiles, Fault, Sheet, Table, parse, render

__all__ = ["BrokenFiles", "Fault", "HallFiles", "read", "write"]

_ORDER = {sheet.name: place for place, sheet in enumerate(SHEETS)}

# Files that share the keys in a column: no key may come twice.
_KEYS = (
    ("code", ("departments.csv",)),
    ("prefix", ("lines.csv",)),
    ("name", ("agencies.csv",)),
    ("code", ("items.csv", "outside_items.csv")),
    ("number", ("windows.csv",)),
    ("code", ("priorities.csv",)),
    ("day", ("working_days.csv",)),
)

# A column that names a row of another file, by that file's key.
_REFERENCES = (
    ("items.csv", "department_code", "departments.csv", "code"),
    ("items.csv", "line_prefix", "lines.csv", "prefix"),
    ("items.csv", "agency", "agencies.csv", "name"),
    ("outside_items.csv", "department_code", "departments.csv", "code"),
    ("outside_items.csv", "agency", "agencies.csv", "name"),
    ("windows.csv", "line_prefixes", "lines.csv", "prefix"),
    ("windows.csv", "department_code", "departments.csv", "code"),
    ("hours.csv", "line", "lines.csv", "prefix"),
    ("exceptions.csv", "line", "lines.csv", "prefix"),
)


def read(directory: Path) -> HallFiles:
    """The hall that a directory describes. Without hall.csv the directory's name is its code and name.

    Raises BrokenFiles with every fault of every file, ordered by file and line.
    """
    if not directory.is_dir():
        raise BrokenFiles([Fault(str(directory), 0, "", N_("没有这个目录"))])
    tables = {sheet.name: _table(directory, sheet) for sheet in SHEETS}
    faults = [fault for table in tables.values() for fault in table.faults]
    faults += _repeated(tables)
    faults += _unknown(tables)
    faults += _item_rules(tables["items.csv"])
    faults += _seasons(tables["hours.csv"])
    faults += _spells("hours.csv", tables["hours.csv"], "open", "close", "line", "since", "until")
    faults += _exceptions(tables["exceptions.csv"])
    faults += _spells("arrivals.csv", tables["arrivals.csv"], "start", "end")
    faults += _shares(tables["arrivals.csv"])
    faults += [Fault("hall.csv", row.line, "", N_("大厅只能有一行")) for row in tables["hall.csv"].rows[1:]]
    strangers = sorted({path.name for path in directory.glob("*.csv")} - _ORDER.keys())
    faults += [Fault(name, 0, "", N_("不认识这个文件")) for name in strangers]
    code = re.sub(r"[ _.]+", "-", directory.resolve().name.lower()).strip("-")
    nameless = not tables["hall.csv"].rows and not tables["hall.csv"].faults
    if nameless and not re.fullmatch(r"[a-z0-9-]{1,40}", code):
        faults.append(Fault("hall.csv", 0, "code", N_("没有 hall.csv 时，目录名须由小写字母、数字和连字符组成")))
    if faults:
        raise BrokenFiles(sorted(faults, key=lambda fault: (_ORDER.get(fault.file, len(_ORDER)), fault.line)))

    def rows(file: str, kind: type[Any]) -> tuple[Any, ...]:
        return tuple(kind(**row.values) for row in tables[file].rows)

    items = rows("items.csv", ItemRow) + rows("outside_items.csv", ItemRow)
    return HallFiles(
        hall=next(iter(rows("hall.csv", HallRow)), HallRow(code, code)),
        departments=rows("departments.csv", DepartmentRow),
        lines=rows("lines.csv", LineRow),
        agencies=rows("agencies.csv", AgencyRow),
        items=tuple(sorted(items, key=lambda item: item.outside)),
        windows=rows("windows.csv", WindowRow),
        priorities=rows("priorities.csv", PriorityRow),
        hours=tuple(sorted(rows("hours.csv", HoursRow))),
        exceptions=tuple(sorted(rows("exceptions.csv", ExceptionRow))),
        working_days=tuple(sorted(rows("working_days.csv", WorkingDayRow))),
    )


def write(files: HallFiles, directory: Path) -> None:
    """Write every file but arrivals.csv, empty ones too: nothing older stays, and `read` gives it back."""
    sheets: dict[str, tuple[msgspec.Struct, ...]] = {
        "hall.csv": (files.hall,),
        "departments.csv": files.departments,
        "lines.csv": files.lines,
        "agencies.csv": files.agencies,
        "items.csv": tuple(item for item in files.items if not item.outside),
        "outside_items.csv": tuple(item for item in files.items if item.outside),
        "windows.csv": files.windows,
        "priorities.csv": files.priorities,
        "hours.csv": files.hours,
        "exceptions.csv": files.exceptions,
        "working_days.csv": files.working_days,
    }
    directory.mkdir(parents=True, exist_ok=True)
    for name, rows in sheets.items():
        (directory / name).write_text(render(SHEETS[_ORDER[name]], rows), encoding="utf-8", newline="\n")


def _table(directory: Path, sheet: Sheet) -> Table:
    try:
        return parse(sheet, (directory / sheet.name).read_bytes())
    except FileNotFoundError:
        if sheet.optional:
            return Table(frozenset(column.name for column in sheet.columns), [], [])
        fault = Fault(sheet.name, 0, "", N_("缺少这个文件"))
    except OSError:
        fault = Fault(sheet.name, 0, "", N_("无法读取这个文件"))
    return Table(frozenset(), [], [fault])


def _repeated(tables: Mapping[str, Table]) -> Iterator[Fault]:
    for column, files in _KEYS:
        first: dict[str, tuple[str, int]] = {}
        for file in files:
            for row in tables[file].rows:
                if column in row.values:
                    known = first.setdefault(row.values[column], (file, row.line))
                    if known != (file, row.line):
                        params = {"file": known[0], "line": known[1]}
                        yield Fault(file, row.line, column, N_("与 {file} 第 {line} 行重复"), params)


def _unknown(tables: Mapping[str, Table]) -> Iterator[Fault]:
    for file, column, target, key in _REFERENCES:
        if key not in tables[target].columns:
            continue  # its own fault is told; every reference to it would be noise
        known = {row.values.get(key) for row in tables[target].rows}
        for row in tables[file].rows:
            value = row.values.get(column, ())
            names = [value] if isinstance(value, str) else [prefix for prefix, _ in value]
            for name in names:
                if name and name not in known:
                    params = {"file": target, "value": short(name)}
                    yield Fault(file, row.line, column, N_("{file} 中没有“{value}”"), params)


def _item_rules(items: Table) -> Iterator[Fault]:
    for line, values in items.rows:
        match values:
            case {"line_prefix": "", "agency": ""}:
                yield Fault("items.csv", line, "line_prefix", N_("队列和外部机构至少填一个"))
            case {"line_prefix": str(prefix), "agency": str(agency)} if prefix and agency:
                yield Fault("items.csv", line, "agency", N_("队列和外部机构只能填一个"))
        match values:
            case {"statutory_working_days": statutory, "promised_working_days": promised} if promised > statutory:
                yield Fault("items.csv", line, "promised_working_days", N_("承诺时限不能超过法定时限"))
        match values:
            case {"case_kind": CaseKind.IMMEDIATE, "promised_working_days": promised} if promised:
                yield Fault("items.csv", line, "promised_working_days", N_("即办件的承诺时限必须为 0"))


def _seasons(hours: Table) -> Iterator[Fault]:
    for line, values in hours.rows:
        match values:
            case {"since": since, "until": until} if (since == date.min) != (until == date.max):
                yield Fault("hours.csv", line, "until", N_("起止日期要么都填，要么都不填"))
            case {"since": since, "until": until} if since > until:
                yield Fault("hours.csv", line, "until", N_("结束日期不能早于开始日期"))


def _spells(file: str, table: Table, start: str, end: str, *more: str) -> Iterator[Fault]:
    """Spells of one weekday must not overlap; a line's own, and those of a season, are apart from the others."""
    weeks: dict[tuple[Any, ...], list[tuple[int, time, time, date, date]]] = defaultdict(list)
    for line, values in table.rows:
        if not {"weekday", start, end, *more} <= values.keys():
            continue
        begins, ends = values[start], values[end]
        since, until = values.get("since", date.min), values.get("until", date.max)
        if begins >= ends:
            yield Fault(file, line, end, N_("结束时间必须晚于开始时间"))
            continue
        spells = weeks[values["weekday"], values.get("line", ""), since == date.min]
        for other, opened, closed, first, last in spells:
            if begins < closed and opened < ends and since <= last and first <= until:
                yield Fault(file, line, start, N_("与第 {line} 行的时段重叠"), {"line": other})
                break
        spells.append((line, begins, ends, since, until))


def _exceptions(exceptions: Table) -> Iterator[Fault]:
    """A date has one row that closes it, or spells that do not overlap."""
    days: dict[tuple[date, str], list[tuple[int, time, time]]] = defaultdict(list)
    for line, values in exceptions.rows:
        if not {"day", "line", "spell"} <= values.keys():
            continue
        begins, ends = values["spell"] or (time.min, time.max)
        if begins >= ends:
            yield Fault("exceptions.csv", line, "spell", N_("结束时间必须晚于开始时间"))
            continue
        spells = days[values["day"], values["line"]]
        if first := next((other for other, opened, closed in spells if begins < closed and opened < ends), 0):
            yield Fault("exceptions.csv", line, "spell", N_("与第 {line} 行的时段重叠"), {"line": first})
        spells.append((line, begins, ends))


def _shares(arrivals: Table) -> Iterator[Fault]:
    if any(fault.column in ("", "weekday") for fault in arrivals.faults):
        return  # nobody knows which sums would lack these rows
    days: dict[int, dict[int, float]] = defaultdict(dict)
    for line, values in arrivals.rows:
        days[values["weekday"]][line] = values.get("share", math.nan)
    for weekday, shares in days.items():
        total = math.fsum(shares.values())
        if abs(total - 1) > 1e-3:  # never with an unknown share: then the total is no number
            params = {"weekday": weekday, "total": round(total, 5)}
            yield Fault("arrivals.csv", min(shares), "share", N_("星期 {weekday} 的比例合计为 {total}，应为 1"), params)
