"""What an import would change: row by row, field by field, and told so that somebody can judge it."""

from datetime import date, time
from typing import Any

import msgspec
import pytest
from house import SAMPLE, SMALL
from paihao.queue.facts import StepFacts
from paihao.queue.hallchanges import Changed, Difference, Entry, SheetChanges, compare, describe, excerpts
from paihao.queue.hallfiles import HallFiles, read
from paihao.queue.hallmessages import MessageRow
from paihao.queue.hallrows import SHEETS, ExceptionRow, GuideRow, HoursRow, WorkingDayRow
from paihao.queue.ticket import Language
from paihao.queue.told import Told

replace = msgspec.structs.replace


@pytest.fixture(scope="module")
def small() -> HallFiles:
    return read(SMALL)


def only(files: HallFiles, old: HallFiles) -> SheetChanges:
    (sheet,) = compare(old, files).sheets
    return sheet


def test_the_same_hall_in_any_order_changes_nothing(small: HallFiles) -> None:
    turned = replace(small, windows=small.windows[::-1], items=small.items[::-1], hours=small.hours[::-1])
    changes = compare(small, turned)
    assert (changes.count, changes.sheets, changes.new) == (0, (), False)
    assert describe(changes, "zh_CN") == ["没有变更"]
    assert describe(changes, "en") == ["No changes"]


def test_rows_that_come_go_and_change(small: HallFiles) -> None:
    first, second, *others = small.windows
    changed = replace(first, name="咨询台", line_prefixes=(("X", 0), ("T", 30)))
    extra = replace(second, number="9", name="新窗口")
    assert only(replace(small, windows=(changed, *others, extra)), small) == SheetChanges(
        "windows.csv",
        added=(Entry((("number", "9"),), "新窗口"),),
        changed=(
            Changed(
                Entry((("number", "1"),), "首问责任岗"),
                (Difference("name", "首问责任岗", "咨询台"), Difference("line_prefixes", "X", "X;T:30")),
            ),
        ),
        removed=(Entry((("number", "2"),), "综合窗口"),),
    )


def test_the_lines_of_text(small: HallFiles) -> None:
    first, second, *others = small.windows
    files = replace(
        small,
        hall=replace(small.hall, ticker="", always_open=False),
        windows=(replace(first, name="咨询台"), *others, replace(second, number="9", name="新窗口")),
        hours=(*small.hours, HoursRow(6, time(9), time(12), "A", date(2026, 7, 1), date(2026, 8, 31))),
    )
    assert describe(compare(small, files), "zh_CN") == [
        "共 5 处变更：新增 2，修改 2，删除 1",
        "大厅 1 处：修改 1",
        "  * 小城政务服务大厅：大屏滚动文字 “请听到叫号后到窗口办理” → （空），办公时间外也可取号 “yes” → “no”",
        "窗口 3 处：新增 1，修改 1，删除 1",
        "  + 9 新窗口",
        "  * 1 首问责任岗：名称 “首问责任岗” → “咨询台”",
        "  - 2 综合窗口",
        "办公时间 1 处：新增 1",
        "  + 星期 6，开门时间 09:00，关门时间 12:00，队列 A，开始日期 2026-07-01，结束日期 2026-08-31",
    ]
    english = describe(compare(small, files), "en")
    assert english[0] == "5 changes: 2 added, 2 changed, 1 removed"
    assert english[5] == "  * 1 首问责任岗: Name “首问责任岗” → “咨询台”"


def test_long_lists_are_cut_with_a_count() -> None:
    files = read(SAMPLE)
    lines = describe(compare(None, files), "zh_CN", most=3)
    assert lines[0] == "新的大厅，共 922 行：新增 922"
    at = next(place for place, line in enumerate(lines) if line.startswith("窗口"))
    assert lines[at : at + 5] == [
        "窗口 151 处：新增 151",
        "  + A01 首问责任岗1号",
        "  + A02 首问责任岗2号",
        "  + A03 首问责任岗3号",
        "  … 另有 148 处",
    ]
    assert len(lines) < 50


def test_every_kind_of_row_is_compared(small: HallFiles) -> None:
    """A field more in the files, or a file more, and this must know of it."""
    full = replace(
        small,
        guides=(GuideRow("S-001", "依据", steps=(StepFacts("受理", 0, "岗"),)),),
        exceptions=(ExceptionRow(date(2026, 10, 8), "", (), "停电"),),
        working_days=(WorkingDayRow(date(2027, 10, 1), working=False, name="国庆节"),),
        messages=(MessageRow(Told.BOOKING_CODE, Language.CHINESE, "验证码{digits}"),),
    )
    changes = compare(None, full)
    assert {sheet.file for sheet in changes.sheets} == {sheet.name for sheet in SHEETS} - {
        "outside_items.csv",  # among the items
        "arrivals.csv",
    }
    rows = sum(len(part) if isinstance(part, tuple) else 1 for part in msgspec.structs.astuple(full))
    assert changes.count == rows


@pytest.mark.parametrize(
    ("part", "changed", "expected"),
    [
        ("exceptions", {"reason": "检修"}, ("reason", "停电", "检修")),
        ("working_days", {"working": True}, ("working", "no", "yes")),
        ("guides", {"steps": ()}, ("steps", "受理:0:岗", "")),
        ("priorities", {"credit_minutes": 20}, ("credit_minutes", "15", "20")),
        ("items", {"materials": ("甲", "乙")}, ("materials", "居民身份证", "甲;乙")),
        ("lines", {"wait_limit_minutes": 20}, ("wait_limit_minutes", "", "20")),
    ],
)
def test_a_changed_field_is_told_as_the_files_say_it(
    part: str, changed: dict[str, Any], expected: tuple[str, str, str], small: HallFiles
) -> None:
    full = replace(
        small,
        guides=(GuideRow("S-001", "依据", steps=(StepFacts("受理", 0, "岗"),)),),
        exceptions=(ExceptionRow(date(2026, 10, 8), "", (), "停电"),),
        working_days=(WorkingDayRow(date(2027, 10, 1), working=False, name="国庆节"),),
    )
    first, *others = getattr(full, part)
    sheet = only(replace(full, **{part: (replace(first, **changed), *others)}), full)
    assert [field for row in sheet.changed for field in row.fields] == [Difference(*expected)]
    assert (sheet.added, sheet.removed) == ((), ())


def test_an_item_that_goes_to_an_agency_is_one_change(small: HallFiles) -> None:
    first, *others = small.items
    gone = replace(others[-1], code=first.code, name=first.name)
    assert gone.outside
    sheet = only(replace(small, items=(*others, gone)), small)
    assert (sheet.file, len(sheet.changed), sheet.count) == ("items.csv", 1, 1)
    assert Difference("line_prefix", "A", "") in sheet.changed[0].fields


def test_the_mark_is_of_these_changes_only(small: HallFiles) -> None:
    renamed = replace(small, hall=replace(small.hall, name="新名"))
    other = replace(small, hall=replace(small.hall, name="又一名"))
    marks = {compare(old, new).mark for old in (small, None) for new in (small, renamed, other)}
    assert len(marks) == 6
    assert compare(small, renamed).mark == compare(small, renamed).mark


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("短", "长", ("短", "长")),
        ("甲" * 60 + "乙", "甲" * 60 + "丙", ("…甲甲甲甲甲甲甲甲乙", "…甲甲甲甲甲甲甲甲丙")),
        ("甲" * 60, "甲" * 60 + "丙", ("…甲甲甲甲甲甲甲甲", "…甲甲甲甲甲甲甲甲丙")),
        ("", "甲" * 60, ("", "甲" * 40 + "…")),
        ("乙" + "甲" * 60, "丙", ("乙" + "甲" * 39 + "…", "丙")),
    ],
)
def test_long_fields_are_shown_where_they_part(before: str, after: str, shown: tuple[str, str]) -> None:
    assert excerpts(before, after) == shown
