"""A hall as a workbook: it comes back the same, typed cells are read as what they mean, and every fault is told."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import msgspec
import openpyxl
import pytest
from house import SAMPLE, SMALL
from openpyxl.styles import Font
from paihao.core.i18n import LANGUAGES
from paihao.queue import hallwords
from paihao.queue.hallarchive import LARGEST
from paihao.queue.hallbook import read_book, write_book
from paihao.queue.hallfiles import read
from paihao.queue.hallrows import SHEETS, ExceptionRow, HallFiles, HoursRow, WorkingDayRow
from paihao.queue.hallsheets import BrokenFiles
from workbooks import BROKEN, Edit, broken_all_over, cells, edited, fill, part, repacked

SHEET = "xl/worksheets/sheet{}.xml"


@pytest.fixture(scope="module")
def small() -> HallFiles:
    return read(SMALL)


@pytest.fixture(scope="module")
def book(small: HallFiles) -> bytes:
    return write_book(small)


def refused(data: bytes) -> list[tuple[str, str]]:
    with pytest.raises(BrokenFiles) as caught:
        read_book(data)
    return [(fault.place, fault.describe()) for fault in caught.value.faults]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sample_comes_back_cell_by_cell(language: Any) -> None:
    files = read(SAMPLE)
    data = write_book(files, language)
    again = read_book(data)
    assert again == files
    assert cells(write_book(again, language)) == cells(data)


def test_a_sheet_for_each_file_with_its_columns(book: bytes) -> None:
    sheets = openpyxl.load_workbook(BytesIO(book))
    assert sheets.sheetnames == [sheet.name.removesuffix(".csv") for sheet in SHEETS if sheet.name != "arrivals.csv"]
    for sheet in SHEETS[:-1]:
        ws = sheets[sheet.name.removesuffix(".csv")]
        assert [cell.value for cell in ws[1]] == [column.name for column in sheet.columns]
        assert all(cell.font.b for cell in ws[1])
        assert ws.freeze_panes == "A2"
        assert all(ws.column_dimensions[cell.column_letter].width >= 12 for cell in ws[1])
    # What somebody types below the last row is kept as the column is: a code keeps its zeros.
    assert sheets["departments"].column_dimensions["A"].number_format == "@"
    assert sheets["hours"].column_dimensions["B"].number_format == "hh:mm"
    assert sheets["hours"]["B2"].value == time(8, 30)
    assert sheets["items"]["K2"].value == 6
    assert sheets["items"]["J2"].value == "no"
    kinds = next(rule for rule in sheets["windows"].data_validations.dataValidation if "D2" in rule.sqref)
    assert kinds.formula1 == '"ordinary,comprehensive,first_inquiry,complaint"'


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_column_says_what_it_is(language: Any) -> None:
    for sheet in SHEETS:
        assert hallwords.sheet_word(sheet.name, language)
        for column in sheet.columns:
            assert hallwords.column_word(column.name, language)
    ws = openpyxl.load_workbook(BytesIO(write_book(read(SMALL), language)))["windows"]
    assert ws["E1"].comment.text.split("\n")[0] == {"zh_CN": "办理的队列", "en": "Lines served here"}[language]


MEANT: Mapping[str, tuple[Edit, Edit]] = {
    "whole numbers with a point": (fill(hours_A2=1.0, items_H2=1.0), fill()),
    "numbers as text": (fill(hours_A2="1", items_H2=" 1 ", items_K2="6"), fill()),
    "numbers for codes": (fill(windows_A2=1, windows_A3=2.0), fill()),
    "yes and no": (fill(items_J2=False, items_J3=True, hall_H2="FALSE", hall_I2="是"), fill()),
    "spaces at the ends": (fill(windows_C4="  社保1号窗口\u3000", lines_A2="X ", hours_B2=" 08:30"), fill()),
    "times as text": (fill(hours_B2="8:30", hours_C2="12:00:00", hours_B3="14：00"), fill()),
    "times as spans and moments": (fill(hours_B2=timedelta(hours=8, minutes=30)), fill()),
    "cells with spaces only": (fill(agencies_C2="  "), fill(agencies_C2=None)),
}


@pytest.mark.parametrize("case", MEANT)
def test_typed_cells_are_read_as_what_they_mean(case: str, book: bytes) -> None:
    typed, meant = MEANT[case]
    assert read_book(edited(book, typed)) == read_book(edited(book, meant))


def test_codes_keep_their_zeros(book: bytes) -> None:
    def edit(sheets: Any) -> None:
        for row in (["001", "档案局", "B区1楼"], [2, "税务局", "B区1楼"], [3, "统计局", "B区1楼"]):
            sheets["departments"].append(row)
        sheets["departments"]["A5"].number_format = "General"
        sheets["departments"]["A6"].number_format = "000"
        sheets["departments"]["A7"].number_format = "General"

    assert [row.code for row in read_book(edited(book, edit)).departments[3:]] == ["001", "002", "3"]


def test_real_dates(book: bytes) -> None:
    def edit(sheets: Any) -> None:
        sheets["hours"].append([6, time(9), time(12), None, date(2026, 7, 1), datetime(2026, 8, 31)])
        sheets["exceptions"].append([date(2026, 10, 8), "A", "09:00-11:00", "系统升级", None])
        sheets["exceptions"].append(["2026/10/9", None, None, "停电", None])
        sheets["exceptions"].append(["2026年10月10日", None, None, "停电", None])
        sheets["working_days"].append([datetime(2027, 10, 1), False, "国庆节"])

    files = read_book(edited(book, edit))
    assert files.hours[-1] == HoursRow(6, time(9), time(12), "", date(2026, 7, 1), date(2026, 8, 31))
    assert files.exceptions == (
        ExceptionRow(date(2026, 10, 8), "A", (time(9), time(11)), "系统升级"),
        ExceptionRow(date(2026, 10, 9), "", (), "停电"),
        ExceptionRow(date(2026, 10, 10), "", (), "停电"),
    )
    assert files.working_days == (WorkingDayRow(date(2027, 10, 1), working=False, name="国庆节"),)
    assert read_book(write_book(files)) == files


def test_what_is_empty_around_and_between_is_nothing(book: bytes, small: HallFiles) -> None:
    def edit(sheets: Any) -> None:
        ws = sheets["windows"]
        ws.insert_rows(4, 3)
        ws["C5"] = " "
        for row in (40, 5000):  # formatted, and empty
            ws.cell(row, 3).font = Font(bold=True)
        ws.cell(2, 60).font = Font(bold=True)
        ws.cell(1, 12).value = "  "
        sheets.create_sheet("Sheet1")
        sheets["lines"].title = "old"  # two titles must not differ by case alone, not even with themselves
        sheets["old"].title = " Lines "

    assert read_book(edited(book, edit)) == small


def test_rows_are_told_as_excel_numbers_them(book: bytes) -> None:
    def edit(sheets: Any) -> None:
        sheets["windows"].insert_rows(1, 2)
        sheets["windows"].insert_rows(6, 3)
        sheets["windows"].insert_cols(1)
        sheets["windows"]["D9"] = None

    assert refused(edited(book, edit)) == [("windows!D9 [name]", "不能为空")]


def test_a_cell_merged_downwards_stands_in_each_row(book: bytes, small: HallFiles) -> None:
    def edit(sheets: Any) -> None:
        sheets["windows"].merge_cells("B4:B6")  # B区1楼
        sheets["departments"].merge_cells("C3:C4")
        sheets["agencies"].merge_cells("B9:C12")  # nothing

    data = edited(book, edit)
    assert openpyxl.load_workbook(BytesIO(data))["windows"]["B5"].value is None
    assert read_book(data) == small


def test_words_that_look_like_formulas_are_words(small: HallFiles) -> None:
    hall = msgspec.structs.replace(small.hall, ticker="=1+1", name="+86", name_en="@home")
    files = msgspec.structs.replace(small, hall=hall)
    assert read_book(write_book(files)) == files


@pytest.mark.parametrize("case", BROKEN)
def test_every_fault_is_told_with_its_place(case: str, book: bytes) -> None:
    edit, expected = BROKEN[case]
    assert refused(edited(book, edit)) == expected


def test_faults_of_all_sheets_are_told_at_once_in_both_languages(book: bytes) -> None:
    with pytest.raises(BrokenFiles) as caught:
        read_book(edited(book, broken_all_over))
    faults = caught.value.faults
    sheets = "hall departments lines agencies items items windows priorities hours hours hours"
    assert [fault.file for fault in faults] == sheets.split()
    for fault in faults:
        chinese, english = (fault.describe(language) for language in LANGUAGES)
        assert chinese != english
        assert english.isascii() or "“" in english


def test_what_is_no_workbook(book: bytes) -> None:
    broken = "不是 Excel 工作簿（.xlsx），或者已损坏"
    for data, reason in (
        (b"", "不是 Excel 工作簿（.xlsx）"),
        (b"code,name\n1,2\n", "不是 Excel 工作簿（.xlsx）"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
            "是旧版 .xls 文件或设有密码，请另存为不带密码的 .xlsx 文件",
        ),
        (book[: len(book) // 2], "压缩包已损坏"),
        (book[:2000] + b"\0" * 500 + book[2500:], "压缩包已损坏"),
        (repacked(b"PK\5\6" + b"\0" * 18, {"departments.csv": b"code\n"}), broken),
        (repacked(book, {"xl/workbook.xml": b"<workbook"}), broken),
        (repacked(book, {"xl/styles.xml": b"<styleSheet><cellXfs count='x'/></styleSheet>"}), broken),
        (repacked(book, {"xl/_rels/workbook.xml.rels": None}), broken),
        (repacked(book, {"xl/vbaProject.bin": b"macro"}), "含有宏，请另存为不含宏的 .xlsx 文件"),
    ):
        assert refused(data) == [("hall.xlsx", reason)]


SPREAD = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<dimension ref="A1:XFD1048576"/><sheetData>%s</row></sheetData>%s</worksheet>'
)


def test_a_sheet_that_cannot_be_read_does_not_hide_the_others(book: bytes) -> None:
    names = openpyxl.load_workbook(BytesIO(book)).sheetnames
    lines = SHEET.format(names.index("lines") + 1)
    data = repacked(edited(book, fill(windows_D4="x")), {lines: SPREAD % (b'<row r="x">', b"")})
    assert refused(data) == [
        ("windows!D4 [kind]", "“x”不在可选值之内：ordinary、comprehensive、first_inquiry、complaint"),
        ("lines", "无法读取这个工作表"),
    ]


ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("name", ["[Content_Types].xml", "xl/workbook.xml", SHEET.format(3), "xl/styles.xml"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
def test_external_entities_are_refused_unread(name: str, coding: str, book: bytes) -> None:
    content = part(book, name).removeprefix(b'<?xml version="1.0"?>').decode()
    evil = (ENTITY.decode() + content.replace("><", ">&e;<", 1)).encode(coding)
    assert refused(repacked(book, {name: evil})) == [("hall.xlsx", "含有不安全的 XML 定义")]


def test_archives_that_would_fill_the_memory(book: bytes) -> None:
    much = repacked(book, {"xl/media/a.xml": b"0" * (LARGEST + 1)})
    assert len(much) < LARGEST / 20
    assert refused(much) == [("hall.xlsx", "解压后超过 16 MB")]
    many = repacked(book, {f"xl/media/{number}.png": b"" for number in range(200)})
    assert refused(many) == [("hall.xlsx", "里面的文件超过 200 个")]


HEAD = b'<row r="1">' + b"".join(
    b'<c r="%c1" t="inlineStr"><is><t>%s</t></is></c>' % (letter, name)
    for letter, name in zip(b"ABC", (b"code", b"name", b"zone"), strict=True)
)


def test_sheets_that_claim_to_be_huge(book: bytes) -> None:
    """A far cell, a size that is not true, a merged range over everything: nothing is made of what is empty."""
    departments = SHEET.format(2)
    far = b'</row><row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c>'
    merged = b'<mergeCells count="1"><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    data = repacked(book, {departments: SPREAD % (HEAD + far, merged)})
    assert ("departments:1", "XFD 列有内容，但没有列名") in refused(data)
    wide = b'</row><row><c r="XFD2"/>' * 100
    assert refused(repacked(book, {departments: SPREAD % (HEAD + wide, b"")}))[0] == (
        "departments",
        "工作表过大（到第 63 行已超过 1000000 个单元格），请删除空行空列",
    )


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_workbook_as_excel_saves_it(book: bytes, small: HallFiles) -> None:
    """Shared text in runs of several fonts, with its reading; an extension nobody knows; a date beyond calendars."""
    shared = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><r><rPr><b/></rPr><t>社保1号</t></r>'
        '<r><t xml:space="preserve">窗口 </t></r><rPh sb="0" eb="1"><t>sb</t></rPh></si></sst>'
    )
    override = (
        '<Override PartName="/xl/sharedStrings.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    windows, types = SHEET.format(8), "[Content_Types].xml"
    inline = 't="inlineStr"><is><t>社保1号窗口</t></is></c>'
    sheet = part(book, windows).decode()
    assert inline in sheet
    extension = '<extLst><ext uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}"/></extLst></worksheet>'
    changes: dict[str, bytes | None] = {
        "xl/sharedStrings.xml": shared.encode(),
        windows: sheet.replace(inline, 't="s"><v>0</v></c>').replace("</worksheet>", extension).encode(),
        types: part(book, types).decode().replace("</Types>", override).encode(),
    }
    assert read_book(repacked(book, changes)) == small

    def late(sheets: Any) -> None:
        sheets["working_days"].append([99_999_999, "no", "末日"])
        sheets["working_days"]["A2"].number_format = "yyyy-mm-dd"

    assert refused(edited(book, late)) == [("working_days!A2 [day]", "单元格是错误值“#VALUE!”")]
