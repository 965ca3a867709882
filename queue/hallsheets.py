"""One CSV file between bytes and rows: every fault of it is told, with its place. Pure; knows no particular file.

A file is UTF-8 without BOM; its header has exactly the known columns, in any order. Each row is one line of the file
(no field may hold a line break), so a broken row never hides the ones after it.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from ..core.i18n import N_, Language, translate
from .hallcells import Cell, CellError, clean, short

BOM = b"\xef\xbb\xbf"


class Fault(msgspec.Struct, frozen=True):
    """What is wrong, and where: ``line`` 1 is the header, 0 the whole file; ``column`` is empty for a whole line."""

    file: str
    line: int
    column: str
    reason: str
    params: Mapping[str, object] = {}

    def describe(self, language: Language = "zh_CN") -> str:
        """The reason in the language, its fields filled."""
        return translate(language, self.reason, **self.params)


class BrokenFiles(Exception):
    """The files cannot be used; ``faults`` tells all that is wrong with them."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(f"{at.file}:{at.line}:{at.column}: {at.describe()}" for at in self.faults))


class Column(NamedTuple):
    """A column. ``empty`` is what an empty field means, None when it must be filled; a header may lack ``optional``."""

    name: str
    cell: Cell
    empty: Any = None
    optional: bool = False


class Sheet(NamedTuple):
    """What a file must look like, and whether a hall can do without it."""

    name: str
    columns: tuple[Column, ...]
    optional: bool = False


class Row(NamedTuple):
    """The fields of a line that could be read, by column."""

    line: int
    values: dict[str, Any]


class Table(NamedTuple):
    """What could be read of a file: the known columns of its header, its rows, and what was wrong."""

    columns: frozenset[str]
    rows: list[Row]
    faults: list[Fault]


def parse(sheet: Sheet, data: bytes) -> Table:
    """Read a file's content; never raises for what it says."""
    rows: list[Row] = []
    faults: list[Fault] = []

    def blame(line: int, column: str, error: CellError) -> None:
        faults.append(Fault(sheet.name, line, column, error.reason, error.params))

    if data.startswith(BOM):
        blame(1, "", CellError(N_("文件开头有 BOM，请另存为不带 BOM 的 UTF-8")))
        data = data.removeprefix(BOM)
    if not data.strip():
        blame(0, "", CellError(N_("文件是空的")))
        return Table(frozenset(), rows, faults)
    first, *lines = data.removesuffix(b"\n").split(b"\n")
    try:
        header = _fields(first)
    except CellError as error:
        blame(1, "", error)
        return Table(frozenset(), rows, faults)

    known = {column.name: column for column in sheet.columns}
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        if name not in known:
            blame(1, short(name), CellError(N_("不认识这一列")))
        elif name in places:
            blame(1, name, CellError(N_("这一列重复")))
        else:
            places[name] = place
    lacking = [column for column in sheet.columns if column.name not in places]
    for column in lacking:
        if not column.optional:
            blame(1, column.name, CellError(N_("缺少这一列")))

    for line, raw in enumerate(lines, 2):
        try:
            fields = _fields(raw)
            if len(fields) != len(header):
                raise CellError(N_("应有 {expected} 栏，实有 {found} 栏"), expected=len(header), found=len(fields))
        except CellError as error:
            blame(line, "", error)
            continue
        values = {column.name: column.empty for column in lacking if column.optional}
        for name, place in places.items():
            try:
                values[name] = _value(known[name], fields[place])
            except CellError as error:
                blame(line, name, error)
        rows.append(Row(line, values))
    return Table(frozenset(places), rows, faults)


def _fields(raw: bytes) -> list[str]:
    try:
        return next(csv.reader([raw.removesuffix(b"\r").decode()], strict=True))
    except UnicodeDecodeError:
        raise CellError(N_("不是有效的 UTF-8 文字")) from None
    except csv.Error:
        raise CellError(N_("引号或换行的用法有误")) from None


def _value(column: Column, field: str) -> Any:
    if field:
        clean(field)
        return column.cell.read(field)
    if column.empty is None:
        raise CellError(N_("不能为空"))
    return column.empty


def render(sheet: Sheet, rows: Iterable[msgspec.Struct]) -> str:
    """The file's text for rows with attributes named like the columns; an optional column only when a row fills it."""
    rows = list(rows)
    columns = [
        column
        for column in sheet.columns
        if not column.optional or any(getattr(row, column.name) != column.empty for row in rows)
    ]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.name for column in columns)
    for row in rows:
        values = [getattr(row, column.name) for column in columns]
        writer.writerow(
            "" if value == column.empty else column.cell.show(value)
            for column, value in zip(columns, values, strict=True)
        )
    return out.getvalue()
