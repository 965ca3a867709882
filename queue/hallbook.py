"""A hall's files as one Excel workbook: a sheet for each, named like the file, with the same columns. Pure.

Codes are text, so that ``001`` keeps its zeros; numbers, dates and times are real ones. What somebody types is read as
what it means: ``5.0`` is 5, TRUE is yes, spaces at the ends are nothing, and so are rows without content; a cell merged
downwards stands in each of its rows.

What comes from outside is unpacked within bounds (`hallarchive.unpack`) and must hold no macros and no document type
definition, without which no entity can be. openpyxl reads it in its streaming mode: the other one makes a cell for
everything that a merged range or a link names, a whole sheet for a word. With defusedxml, which comes with Paihao,
openpyxl refuses entities by itself; it never follows links to other files.
"""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, Final, NamedTuple

import msgspec
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.xml.constants import SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from ..core.i18n import N_, Language
from . import hallarchive, hallwords
from .hallbookcells import FORMATS, blank, field, kept
from .hallcells import CellError, Form
from .hallfiles import BrokenFiles, Fault, HallFiles, assemble, pages
from .hallrows import SHEETS
from .hallsheets import Column, Grid, Line, Note, Page, Sheet

_TITLES: Final = {sheet.name.removesuffix(".csv"): sheet for sheet in SHEETS}
_LAST_ROW: Final = 1_048_576
LONGEST_LIST = 255
"""Excel takes a workbook with a longer list of choices for a broken one."""
MOST_CELLS: Final = 1_000_000
"""Cells of a sheet that are looked at, empty ones too; the sample's largest has a hundredth of it."""
_MERGED: Final = f"{{{SHEET_MAIN_NS}}}mergeCell"


class _Layout(NamedTuple):
    """A sheet as people see it: what it says, and which letter each of its columns has."""

    grid: Grid
    letters: Mapping[str, str]


def read_book(data: bytes, name: str = "hall.xlsx") -> HallFiles:
    """The hall of a workbook.

    Raises BrokenFiles with every fault of every sheet, each with its sheet, row and column as Excel shows them; for the
    file ``name`` if it is no workbook that can be read.
    """
    reader = _open(data, name)
    layouts: dict[str, _Layout] = {}
    faults: list[Fault] = []
    targets = {sheet.name: rel.target for sheet, rel in reader.parser.find_sheets()}
    for ws in reader.wb.worksheets:
        sheet = _TITLES.get(ws.title.strip().lower())
        try:
            if sheet is None or sheet.name in layouts:
                if sheet is not None or not _is_blank(ws):
                    faults.append(Fault(ws.title, 0, "", N_("不认识这个工作表")))
                continue
            with reader.archive.open(targets[ws.title]) as source:
                merged = _merged(source)
            layouts[sheet.name] = _layout(ws, sheet, merged)
        except Exception:  # openpyxl raises whatever a broken part leads to
            faults.append(Fault(ws.title, 0, "", N_("无法读取这个工作表")))
            if sheet is not None:
                layouts.setdefault(sheet.name, _Layout(Grid(()), {}))
    grids = {file: layout.grid for file, layout in layouts.items()}
    try:
        return assemble(grids, hallarchive.NAMELESS, faults, missing=N_("缺少这个工作表"))
    except BrokenFiles as error:
        raise BrokenFiles(as_seen(fault, layouts) for fault in error.faults) from None


def _open(data: bytes, name: str) -> ExcelReader:
    reason = ""
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        reason = N_("是旧版 .xls 文件或设有密码，请另存为不带密码的 .xlsx 文件")
    elif not data.startswith(b"PK"):
        reason = N_("不是 Excel 工作簿（.xlsx）")
    if reason:
        raise BrokenFiles([Fault(name, 0, "", reason)])
    parts = hallarchive.unpack(data, name)
    plain = {path: content for path, content in parts if path.lower().endswith((".xml", ".rels"))}
    if any("vbaproject" in path.lower() for path, _ in parts):
        reason = N_("含有宏，请另存为不含宏的 .xlsx 文件")
    elif any(b"<!DOCTYPE" in content or b"\0" in content for content in plain.values()):
        reason = N_("含有不安全的 XML 定义")  # a NUL: UTF-16, in which it could be hidden
    if not reason:
        try:
            reader = ExcelReader(BytesIO(hallarchive.pack(plain)), read_only=True, keep_links=False)
            reader.read()
        except Exception:  # openpyxl raises whatever a broken part leads to
            reason = N_("不是 Excel 工作簿（.xlsx），或者已损坏")
    if reason:
        raise BrokenFiles([Fault(name, 0, "", reason)])
    return reader


def _rows(ws: Any) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows with content, by their number. What a sheet says of its own size is not believed."""
    ws.reset_dimensions()
    looked = 0
    for number, row in enumerate(ws.iter_rows(max_row=_LAST_ROW), 1):
        looked += len(row)
        if looked > MOST_CELLS:
            raise CellError(
                N_("工作表过大（到第 {line} 行已超过 {count} 个单元格），请删除空行空列"), line=number, count=MOST_CELLS
            )
        if not all(map(blank, row)):
            yield number, row


def _is_blank(ws: Any) -> bool:
    return next(_rows(ws), None) is None


def _merged(source: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """The merged ranges of a sheet: (first row, column) -> (last row, last column)."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for _, element in iterparse(source):
        if element.tag == _MERGED:
            left, top, right, bottom = range_boundaries(element.get("ref"))
            found[top, left] = bottom, right
        element.clear()
    return found


def _layout(ws: Any, sheet: Sheet, merged: Mapping[tuple[int, int], tuple[int, int]]) -> _Layout:
    lines: list[Line] = []
    notes: list[Note] = []
    below: dict[int, tuple[int, str | CellError]] = {}
    heads: dict[int, str] = {}
    unnamed: set[int] = set()
    columns = {column.name: column.cell for column in sheet.columns}
    try:
        for number, row in _rows(ws):
            if not heads:
                heads = {place: str(cell.value).strip() for place, cell in enumerate(row, 1) if not blank(cell)}
                lines.append(Line(number, list(heads.values())))
                continue
            fields: dict[int, str | CellError] = dict.fromkeys(heads, "")
            for place, cell in enumerate(row, 1):
                if blank(cell):
                    continue
                if place not in heads:
                    unnamed.add(place)
                    continue
                fields[place] = field(cell, columns.get(heads[place]))
                bottom, right = merged.get((number, place), (number, place))
                if right > place:
                    fields[place] = CellError(N_("与右边的单元格合并了，请取消合并后分别填写"))
                elif bottom > number:
                    below[place] = bottom, fields[place]
            for place, (bottom, said) in below.items():
                if number <= bottom and place in heads:
                    fields[place] = said
            lines.append(Line(number, list(fields.values())))
    except CellError as error:
        return _Layout(Grid((), [Note(0, error)]), {})
    if not lines:
        notes.append(Note(0, CellError(N_("工作表是空的"))))
    notes += [
        Note(1, CellError(N_("{column} 列有内容，但没有列名"), column=get_column_letter(place)))
        for place in sorted(unnamed)
    ]
    return _Layout(Grid(lines, notes), {name: get_column_letter(place) for place, name in reversed(heads.items())})


def as_seen(fault: Fault, layouts: Mapping[str, _Layout] | None = None) -> Fault:
    """A fault of a hall's files as people see it in the workbook: by sheets, and letters where the layout is known."""
    letters = layouts[fault.file].letters if layouts and fault.file in layouts else {}
    params = dict(fault.params)
    if isinstance(file := params.get("file"), str):
        params["file"] = file.removesuffix(".csv")
    letter = letters.get(fault.column, "") if fault.line else ""
    return msgspec.structs.replace(fault, file=fault.file.removesuffix(".csv"), params=params, letter=letter)


def write_book(files: HallFiles, language: Language = "zh_CN") -> bytes:
    """The hall as a workbook that `read_book` gives back; notes at the columns' names say what they are.

    Empty sheets and columns are there too, so that somebody can fill them.
    """
    book = Workbook(write_only=True)
    for name, page in pages(files, whole=True).items():
        _fill(book.create_sheet(name.removesuffix(".csv")), page, language)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(ws: Any, page: Page, language: Language) -> None:
    ws.freeze_panes = "A2"
    for place, column in enumerate(page.columns):
        letter = get_column_letter(place + 1)
        # Of the whole column: what somebody adds below is kept in the same way.
        ws.column_dimensions[letter].number_format = FORMATS[column.cell.form]
        ws.column_dimensions[letter].width = _width(column, [row[place] for row in page.rows])
        listed = f'"{",".join(column.cell.choices)}"'
        if column.cell.choices and len(listed) <= LONGEST_LIST:
            choices = DataValidation("list", formula1=listed, allow_blank=True, showErrorMessage=True)
            choices.add(f"{letter}2:{letter}{_LAST_ROW}")
            ws.data_validations.append(choices)
    ws.append([_head(ws, column, language) for column in page.columns])
    for row in page.rows:
        ws.append([_cell(ws, said, column.cell.form) for column, said in zip(page.columns, row, strict=True)])


def _head(ws: Any, column: Column, language: Language) -> Any:
    cell = WriteOnlyCell(ws, column.name)
    cell.font = Font(bold=True)
    words = hallwords.column_word(column.name, language), hallwords.column_help(ws.title, column.name, language)
    cell.comment = Comment("\n".join(filter(None, words)), "Paihao", height=90, width=260)
    return cell


def _cell(ws: Any, said: str, form: Form) -> Any:
    if not said:
        return None
    cell = WriteOnlyCell(ws, kept(said, form))
    cell.number_format = FORMATS[form]
    if form is Form.TEXT:
        cell.data_type = "s"  # never a formula, whatever it begins with
    return cell


def _width(column: Column, fields: list[str]) -> int:
    """Signs that fit nearly every field; Chinese ones are twice as wide."""
    longest = max((sum(2 if sign > "\u2e7f" else 1 for sign in said) for said in (column.name, *fields)), default=0)
    return min(max(longest + 3, 12), 60)
