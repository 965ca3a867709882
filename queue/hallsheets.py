"""One sheet of a hall between fields and rows: every fault of it is told, with its place. Pure; knows no file's format.

Whatever kind of file it comes from, a sheet is a `Grid`: fields as text, line by line. Its header has exactly the known
columns, in any order.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from ..core.i18n import N_, Language, translate
from .hallcells import Cell, CellError, clean, short


class Fault(msgspec.Struct, frozen=True):
    """What is wrong, and where: ``line`` 1 is the header, 0 the whole file; ``column`` is empty for a whole line.

    ``file`` is as a person sees it, of a workbook the sheet; there ``letter`` is the column's.
    """

    file: str
    line: int
    column: str
    reason: str
    params: Mapping[str, object] = {}
    letter: str = ""

    @property
    def place(self) -> str:
        """Where it is: ``windows.csv:4 [name]``, in a workbook ``windows!C4 [name]``."""
        where = self.file if not self.line else f"{self.file}:{self.line}"
        where = f"{self.file}!{self.letter}{self.line}" if self.letter else where
        return f"{where} [{self.column}]" if self.column else where

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

    def show(self, value: Any) -> str:
        """The field that says ``value``."""
        return "" if value == self.empty else self.cell.show(value)


class Sheet(NamedTuple):
    """What a file must look like, and whether a hall can do without it."""

    name: str
    columns: tuple[Column, ...]
    optional: bool = False


class Line(NamedTuple):
    """A line as it was written; an error stands for what is no text, a field or the whole line."""

    number: int
    fields: Sequence[str | CellError] | CellError


class Note(NamedTuple):
    """Something wrong with a sheet as such, before anybody asks what its fields mean."""

    line: int
    error: CellError


class Grid(NamedTuple):
    """A sheet as it was written, the header first; without ``lines`` nothing of it can be read, and a note says why."""

    lines: Sequence[Line]
    notes: Sequence[Note] = ()


class Row(NamedTuple):
    """The fields of a line that could be read, by column."""

    line: int
    values: dict[str, Any]


class Table(NamedTuple):
    """What could be read of a file: the known columns of its header, its rows, and what was wrong."""

    columns: frozenset[str]
    rows: list[Row]
    faults: list[Fault]


def parse(sheet: Sheet, grid: Grid) -> Table:
    """Read what a sheet says; never raises for it."""
    rows: list[Row] = []
    faults: list[Fault] = []

    def blame(line: int, column: str, error: CellError) -> None:
        faults.append(Fault(sheet.name, line, column, error.reason, error.params))

    for note in grid.notes:
        blame(note.line, "", note.error)
    if not grid.lines:
        return Table(frozenset(), rows, faults)
    (top, header), *lines = grid.lines
    if isinstance(header, CellError):
        blame(top, "", header)
        return Table(frozenset(), rows, faults)

    known = {column.name: column for column in sheet.columns}
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        if isinstance(name, CellError):
            blame(top, "", name)
        elif name not in known:
            blame(top, short(name), CellError(N_("不认识这一列")))
        elif name in places:
            blame(top, name, CellError(N_("这一列重复")))
        else:
            places[name] = place
    lacking = [column for column in sheet.columns if column.name not in places]
    for column in lacking:
        if not column.optional:
            blame(top, column.name, CellError(N_("缺少这一列")))

    for line, fields in lines:
        if not isinstance(fields, CellError) and len(fields) != len(header):
            fields = CellError(N_("应有 {expected} 栏，实有 {found} 栏"), expected=len(header), found=len(fields))
        if isinstance(fields, CellError):
            blame(line, "", fields)
            continue
        values = {column.name: column.empty for column in lacking if column.optional}
        for name, place in places.items():
            try:
                values[name] = value_of(known[name], fields[place])
            except CellError as error:
                blame(line, name, error)
        rows.append(Row(line, values))
    return Table(frozenset(places), rows, faults)


def value_of(column: Column, field: str | CellError) -> Any:
    """What a field of a column means. Raises CellError."""
    if isinstance(field, CellError):
        raise field
    if field:
        clean(field)
        return column.cell.read(field)
    if column.empty is None:
        raise CellError(N_("不能为空"))
    return column.empty


class Page(NamedTuple):
    """A sheet to be written: its columns and the fields of each row."""

    columns: tuple[Column, ...]
    rows: list[list[str]]


def page(sheet: Sheet, rows: Iterable[msgspec.Struct], *, whole: bool = False) -> Page:
    """The fields for rows with attributes named like the columns; an optional column only when a row fills it.

    ``whole``: every column, so that people see what they may fill.
    """
    rows = list(rows)
    columns = tuple(
        column
        for column in sheet.columns
        if whole or not column.optional or any(getattr(row, column.name) != column.empty for row in rows)
    )
    return Page(columns, [[column.show(getattr(row, column.name)) for column in columns] for row in rows])
