"""A hall's files, whatever they come as: the rules between the sheets, and directories of CSV files.

The files are the whole truth about what they describe: an optional file that is missing means the same as one without
rows. `hallarchive` reads and writes a ZIP of them, `hallbook` one workbook, both by `assemble` and `pages` of here.
Nothing here touches the database; `hallstore` does.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any

import msgspec

from ..core.calendar import Regular
from ..core.i18n import N_
from . import hallcsv, itemrules
from .hallcells import CellError, short
from .hallmessages import MESSAGES, MessageRow, message_rules
from .hallrows import (
    SHEETS,
    UNNAMED,
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
    usual_limit,
)
from .hallsheets import BrokenFiles, Fault, Grid, Note, Page, Sheet, Table, page, parse

__all__ = ["BrokenFiles", "Fault", "HallFiles", "assemble", "pages", "read", "write"]

NAMES = tuple(sheet.name for sheet in SHEETS)
_ORDER = {name: place for place, name in enumerate(NAMES)}

# Files that share the keys in a column: no key may come twice.
_KEYS = (
    ("code", ("departments.csv",)),
    ("prefix", ("lines.csv",)),
    ("name", ("agencies.csv",)),
    ("code", ("items.csv", "outside_items.csv")),
    ("code", ("guides.csv",)),
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
    grids = {name: grid for name in NAMES if (grid := _grid(directory / name)) is not None}
    strangers = sorted({path.name for path in directory.glob("*.csv")} - _ORDER.keys())
    code = re.sub(r"[ _.]+", "-", directory.resolve().name.lower()).strip("-")
    nameless: HallRow | Fault = HallRow(code, code)
    if not re.fullmatch(r"[a-z0-9-]{1,40}", code):
        nameless = Fault("hall.csv", 0, "code", N_("没有 hall.csv 时，目录名须由小写字母、数字和连字符组成"))
    return assemble(grids, nameless, [Fault(name, 0, "", N_("不认识这个文件")) for name in strangers])


def _grid(path: Path) -> Grid | None:
    try:
        return hallcsv.grid(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError:
        return Grid((), [Note(0, CellError(N_("无法读取这个文件")))])


def assemble(
    grids: Mapping[str, Grid],
    nameless: HallRow | Fault,
    found: Iterable[Fault] = (),
    *,
    missing: str = N_("缺少这个文件"),
) -> HallFiles:
    """The hall of these sheets, by their files' names. ``nameless``: the hall, or the fault, if no sheet says which.

    Raises BrokenFiles with every fault of every sheet and those ``found`` before, ordered by sheet and line.
    """
    tables = {sheet.name: _table(sheet, grids.get(sheet.name), missing) for sheet in SHEETS}
    halls = tables["hall.csv"]
    _name_limits(tables["items.csv"])
    faults = [fault for table in tables.values() for fault in table.faults]
    faults += _repeated(tables)
    faults += _unknown(tables)
    faults += _item_rules(tables["items.csv"])
    faults += _guide_rules(tables["guides.csv"], tables["items.csv"], tables["outside_items.csv"])
    faults += _seasons(tables["hours.csv"])
    faults += _spells("hours.csv", tables["hours.csv"], "open", "close", "line", "since", "until")
    faults += _exceptions(tables["exceptions.csv"])
    faults += message_rules(tables[MESSAGES.name])
    faults += _spells("arrivals.csv", tables["arrivals.csv"], "start", "end")
    faults += _shares(tables["arrivals.csv"])
    faults += [Fault("hall.csv", row.line, "", N_("大厅只能有一行")) for row in halls.rows[1:]]
    hall, *_ = [*halls.rows, nameless]
    if isinstance(hall, Fault) and not halls.faults:
        faults.append(hall)
    faults += found
    if faults or isinstance(hall, Fault):
        raise BrokenFiles(sorted(faults, key=lambda fault: (_ORDER.get(fault.file, len(_ORDER)), fault.line)))

    def rows(file: str, kind: type[Any]) -> tuple[Any, ...]:
        return tuple(kind(**row.values) for row in tables[file].rows)

    items = rows("items.csv", ItemRow) + rows("outside_items.csv", ItemRow)
    return HallFiles(
        hall=hall if isinstance(hall, HallRow) else HallRow(**hall.values),
        departments=rows("departments.csv", DepartmentRow),
        lines=rows("lines.csv", LineRow),
        agencies=rows("agencies.csv", AgencyRow),
        items=tuple(sorted(items, key=lambda item: item.outside)),
        guides=tuple(sorted(rows("guides.csv", GuideRow))),
        windows=rows("windows.csv", WindowRow),
        priorities=rows("priorities.csv", PriorityRow),
        hours=tuple(sorted(rows("hours.csv", HoursRow))),
        exceptions=tuple(sorted(rows("exceptions.csv", ExceptionRow))),
        working_days=tuple(sorted(rows("working_days.csv", WorkingDayRow))),
        messages=tuple(sorted(rows(MESSAGES.name, MessageRow))),
    )


def _table(sheet: Sheet, grid: Grid | None, missing: str) -> Table:
    if grid is not None:
        return parse(sheet, grid)
    if sheet.optional:
        return Table(frozenset(column.name for column in sheet.columns), [], [])
    return Table(frozenset(), [], [Fault(sheet.name, 0, "", missing)])


def pages(files: HallFiles, *, whole: bool = False) -> dict[str, Page]:
    """Every sheet but arrivals.csv by its file's name, empty ones too: `assemble` gives the hall back."""
    rows: dict[str, tuple[msgspec.Struct, ...]] = {
        "hall.csv": (files.hall,),
        "departments.csv": files.departments,
        "lines.csv": files.lines,
        "agencies.csv": files.agencies,
        "items.csv": tuple(item for item in files.items if not item.outside),
        "outside_items.csv": tuple(item for item in files.items if item.outside),
        "guides.csv": files.guides,
        "windows.csv": files.windows,
        "priorities.csv": files.priorities,
        "hours.csv": files.hours,
        "exceptions.csv": files.exceptions,
        "working_days.csv": files.working_days,
        MESSAGES.name: files.messages,
    }
    return {name: page(SHEETS[_ORDER[name]], rows[name], whole=whole) for name in rows}


def write(files: HallFiles, directory: Path) -> None:
    """Write every file but arrivals.csv, empty ones too: nothing older stays, and `read` gives it back."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, laid in pages(files).items():
        (directory / name).write_bytes(hallcsv.content(laid))


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


def _name_limits(items: Table) -> None:
    """Where no limit is named, the usual one (R31); none where the kind cannot be read."""
    for _, values in items.rows:
        if values.get("promised_working_days") == UNNAMED:
            del values["promised_working_days"]
            if {"case_kind", "complex"} <= values.keys():
                values["promised_working_days"] = usual_limit(values["case_kind"], complex_=values["complex"])


def _item_rules(items: Table) -> Iterator[Fault]:
    for line, values in items.rows:
        for fault in itemrules.between(itemrules.called(values)):
            column = itemrules.IN_FILES.get(fault.column, fault.column)
            yield Fault("items.csv", line, column, fault.reason, fault.params)


def _guide_rules(guides: Table, items: Table, outside: Table) -> Iterator[Fault]:
    """A guide says something, of an item that there is; the steps of one served here keep to its promised limit."""
    here = {row.values.get("code"): row.values.get("promised_working_days") for row in items.rows}
    known = here.keys() | {row.values.get("code") for row in outside.rows}
    for line, values in guides.rows:
        code = values.get("code")
        if code is not None and code not in known and "code" in items.columns & outside.columns:
            params = {"file": "items.csv", "value": short(code)}
            yield Fault("guides.csv", line, "code", N_("{file} 中没有“{value}”"), params)
        if len(values) == len(guides.columns) and not any(value for name, value in values.items() if name != "code"):
            yield Fault("guides.csv", line, "", N_("这一行除事项编码外没有内容"))
        if (limit := here.get(code)) is not None:
            for fault in itemrules.between({"steps": values.get("steps", ()), "promised_days": limit}):
                yield Fault("guides.csv", line, fault.column, fault.reason, fault.params)


def _seasons(hours: Table) -> Iterator[Fault]:
    for line, values in hours.rows:
        match values:
            case {"since": since, "until": until} if (since == date.min) != (until == date.max):
                yield Fault("hours.csv", line, "until", N_("起止日期要么都填，要么都不填"))
            case {"since": since, "until": until} if since > until:
                yield Fault("hours.csv", line, "until", N_("结束日期不能早于开始日期"))


def _spells(file: str, table: Table, start: str, end: str, *more: str) -> Iterator[Fault]:
    """Spells of one weekday must not overlap; a line's own, and those of a season, are apart from the others."""
    weeks: dict[str, list[tuple[int, Regular]]] = defaultdict(list)
    for line, values in table.rows:
        if not {"weekday", start, end, *more} <= values.keys():
            continue
        season = values.get("since", date.min), values.get("until", date.max)
        since, until = (None, None) if season[0] == date.min else season
        spell = Regular(values["weekday"], values[start], values[end], None, since, until)
        if spell.opens >= spell.closes:
            yield Fault(file, line, end, N_("结束时间必须晚于开始时间"))
            continue
        spells = weeks[values.get("line", "")]
        if first := next((other for other, known in spells if spell.meets(known)), 0):
            yield Fault(file, line, start, N_("与第 {line} 行的时段重叠"), {"line": first})
        spells.append((line, spell))


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


def faults(files: HallFiles) -> tuple[Fault, ...]:
    """What `read` would say of a hall if these were its files; empty when nothing is wrong."""
    grids = {name: hallcsv.grid(hallcsv.content(page)) for name, page in pages(files).items()}
    try:
        assemble(grids, files.hall)
    except BrokenFiles as broken:
        return broken.faults
    return ()
