"""Workbooks of a hall as somebody leaves them: edited in a spreadsheet, or made to do harm."""

from collections.abc import Callable, Mapping
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl

Edit = Callable[[Any], object]
"""What somebody does to a workbook of openpyxl."""


def edited(data: bytes, edit: Edit) -> bytes:
    """The workbook after somebody opened it, did something and saved it."""
    book = openpyxl.load_workbook(BytesIO(data))
    edit(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def cells(data: bytes) -> dict[str, list[list[tuple[Any, str]]]]:
    """Every cell of every sheet: its value and as what it is shown."""
    book = openpyxl.load_workbook(BytesIO(data))
    return {ws.title: [[(cell.value, cell.number_format) for cell in row] for row in ws.rows] for ws in book}


def repacked(data: bytes, changes: Mapping[str, bytes | None]) -> bytes:
    """The archive with other contents of some files, None: without."""
    out = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        contents: dict[str, bytes | None] = {name: old.read(name) for name in old.namelist()}
        for name, content in {**contents, **changes}.items():
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


def part(data: bytes, name: str) -> bytes:
    """What a file in the archive says."""
    with ZipFile(BytesIO(data)) as archive:
        return archive.read(name)


def _rename(old: str, new: str) -> Edit:
    def edit(book: Any) -> None:
        book[old].title = new

    return edit


def _drop(*names: str) -> Edit:
    def edit(book: Any) -> None:
        for name in names:
            del book[name]

    return edit


def fill(**places: Any) -> Edit:
    """Put values into cells: ``windows_C4="甲"``."""

    def edit(book: Any) -> None:
        for place, value in places.items():
            sheet, cell = place.rsplit("_", 1)
            book[sheet][cell] = value

    return edit


def _append(sheet: str, *rows: list[Any]) -> Edit:
    def edit(book: Any) -> None:
        for row in rows:
            book[sheet].append(row)

    return edit


def _all(*edits: Edit) -> Edit:
    def edit(book: Any) -> None:
        for each in edits:
            each(book)

    return edit


def _empty(book: Any) -> None:
    book["priorities"].delete_rows(1, book["priorities"].max_row)


def _merge(book: Any) -> None:
    book["agencies"].merge_cells("B2:C2")


def _stranger(book: Any) -> None:
    book.create_sheet("说明").append(["请先看这里"])


_CHOICES = "ordinary、comprehensive、first_inquiry、complaint"

BROKEN: Mapping[str, tuple[Edit, list[tuple[str, str]]]] = {
    "formulas": (
        fill(windows_C4='="社保"&"1号"', lines_B3="=A1", items_J2="=5+1"),
        [
            ("lines!B3 [name]", "单元格是公式，请粘贴为数值"),
            ("items!J2 [bookable]", "单元格是公式，请粘贴为数值"),
            ("windows!C4 [name]", "单元格是公式，请粘贴为数值"),
        ],
    ),
    "errors of formulas that were pasted": (
        fill(windows_C4="#N/A", agencies_B2="#REF!"),
        [
            ("agencies!B2 [address]", "单元格是错误值“#REF!”"),
            ("windows!C4 [name]", "单元格是错误值“#N/A”"),
        ],
    ),
    "missing sheets": (
        _drop("lines", "hall", "hours"),
        [
            ("hall", "没有写明是哪个大厅"),
            ("lines", "缺少这个工作表"),
            ("hours", "缺少这个工作表"),
        ],
    ),
    "unknown sheets": (
        _all(_rename("guides", "办事指南"), _stranger),
        [("办事指南", "不认识这个工作表"), ("说明", "不认识这个工作表")],
    ),
    "columns": (
        fill(windows_C1="窗口名称", windows_D1="number", lines_C1=None),
        [
            ("lines:1", "C 列有内容，但没有列名"),
            ("lines:1 [zone]", "缺少这一列"),
            ("windows!C1 [窗口名称]", "不认识这一列"),
            ("windows!A1 [number]", "这一列重复"),
            ("windows:1 [name]", "缺少这一列"),
            ("windows:1 [kind]", "缺少这一列"),
        ],
    ),
    "an empty sheet": (_empty, [("priorities", "工作表是空的")]),
    "cells merged sideways": (_merge, [("agencies!B2 [address]", "与右边的单元格合并了，请取消合并后分别填写")]),
    "text that Excel made a date": (
        fill(windows_C4=date(2026, 1, 2), departments_B2=date(2026, 3, 1)),
        [
            ("departments!B2 [name]", "Excel 把内容变成了日期或时间，请把单元格设为文本后重新填写"),
            ("windows!C4 [name]", "Excel 把内容变成了日期或时间，请把单元格设为文本后重新填写"),
        ],
    ),
    "codes of which Excel lost the end": (
        fill(items_A2=5.10112000000000e17),
        [("items!A2 [code]", "数字超过 15 位，Excel 没有保留末尾几位，请把单元格设为文本后重新填写")],
    ),
    "required cells left empty": (
        fill(windows_C4=None, windows_D4="  ", lines_B2=None),
        [
            ("lines!B2 [name]", "不能为空"),
            ("windows!C4 [name]", "不能为空"),
            ("windows!D4 [kind]", "不能为空"),
        ],
    ),
    "what nobody sees": (
        fill(departments_B2="行政\n审批局", windows_C4="社\u202e保"),
        [
            ("departments!B2 [name]", "含有不可见的字符"),
            ("windows!C4 [name]", "含有不可见的字符"),
        ],
    ),
    "numbers": (
        fill(hours_A2=8, hours_A3=1.5, hours_A4=-1, items_H2="半天", hall_F2=True),
        [
            ("hall!F2 [recalls_before_missed]", "“TRUE”不是整数（只能用半角数字）"),
            ("items!H2 [statutory_working_days]", "“半天”不是整数（只能用半角数字）"),
            ("hours!A2 [weekday]", "应在 1 到 7 之间"),
            ("hours!A3 [weekday]", "“1.5”不是整数（只能用半角数字）"),
            ("hours!A4 [weekday]", "“-1”不是整数（只能用半角数字）"),
        ],
    ),
    "times and dates": (
        _all(
            fill(hours_B2="早上", hours_B3=date(2026, 1, 1), hours_C4=0.5, hours_C6="18:90"),
            _append("exceptions", ["2026/2/30", None, None, "停电"], ["国庆", None, "9点到11点", "停电"]),
        ),
        [
            ("hours!B2 [open]", "“早上”不是 08:30 这样的时间"),
            ("hours!B3 [open]", "“2026-01-01”不是 08:30 这样的时间"),
            ("hours!C6 [close]", "“18:90”不是 08:30 这样的时间"),
            ("exceptions!A2 [day]", "“2026-02-30”不是 2026-10-01 这样的日期"),
            ("exceptions!A3 [day]", "“国庆”不是 2026-10-01 这样的日期"),
            ("exceptions!C3 [spell]", "“9点到11点”不是 12:00-14:00 这样的时段"),
        ],
    ),
    "words that are no choices": (
        fill(windows_D4="普通", windows_D5=True, items_G2="立等可取", hall_H2="也许"),
        [
            ("hall!H2 [keep_parked]", "“也许”不在可选值之内：yes、no"),
            ("items!G2 [case_kind]", "“立等可取”不在可选值之内：即办件、承诺件、上报件、转办件、联办件"),
            ("windows!D4 [kind]", f"“普通”不在可选值之内：{_CHOICES}"),
            ("windows!D5 [kind]", f"“TRUE”不在可选值之内：{_CHOICES}"),
        ],
    ),
    "what is named twice, or nowhere": (
        _all(
            fill(windows_A4=2, windows_F5="NO", items_C3="QQ", guides_A2="S-009", guides_B2="依据"),
            _append("departments", ["GAJ", "又一公安局", "B区1楼"]),
        ),
        [
            ("departments!A5 [code]", "与 departments 第 4 行重复"),
            ("items!C3 [line_prefix]", "lines 中没有“QQ”"),
            ("guides!A2 [code]", "items 中没有“S-009”"),
            ("windows!A4 [number]", "与 windows 第 3 行重复"),
            ("windows!F5 [department_code]", "departments 中没有“NO”"),
        ],
    ),
    "rules": (
        _all(
            fill(items_I2=1, items_I3=11, hours_C2="08:00", windows_E3="Z;Z", lines_E2="请{number"),
            _append("hall", ["second", "二厅", None, "Asia/Shanghai", None, 2, 3, "no", "no"]),
        ),
        [
            ("hall:3", "大厅只能有一行"),
            ("lines!E2 [call_text]", "花括号不成对"),
            ("items!I2 [promised_working_days]", "即办件的承诺时限必须为 0"),
            ("items!I3 [promised_working_days]", "承诺时限不能超过法定时限"),
            ("windows!E3 [line_prefixes]", "队列 Z 重复"),
            ("hours!C2 [close]", "结束时间必须晚于开始时间"),
        ],
    ),
}
"""Workbooks of the small hall that somebody broke, and all that is wrong with them: where, and why."""


def broken_all_over(book: Any) -> None:
    """Something wrong on nearly every sheet at once."""
    for kind in ("formulas", "cells merged sideways", "text that Excel made a date", "an empty sheet", "numbers"):
        BROKEN[kind][0](book)
