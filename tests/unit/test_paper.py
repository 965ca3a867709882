"""The slip as bytes, read back as a printer reads them, beside a golden one that was looked at."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import printed as reading
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paihao.core.i18n import Language
from paihao.display import paper
from paihao.display.paper import Bullets, Foot, Lines, Number, Qr, Rows, Sheet, Title, escpos_bytes, wrap
from paihao.queue import hallfiles

DATA = Path(__file__).parent.parent / "data"
GOLDEN = DATA / "ticket.golden.txt"
HALL: Any = hallfiles.read(DATA / "small").hall
URL = "https://hall.example/t/Qm9zc2Vyb25l"
LATER = datetime(2026, 3, 2, 1, 42, tzinfo=UTC)


def ticket(language: Language, **changes: Any) -> dict[str, Any]:
    """As `shown.held_ticket` gives it, with a name that does not fit a line."""
    said = {"zh_CN": "请在B区1楼等候叫号", "en": "Please wait in B区1楼 until your number is called"}
    name = "机关事业单位退休人员死亡后抚恤金、丧葬补助费和供养直系亲属生活困难补助费申领（个人账户）"
    return {
        "number": "A012",
        "line_name": "社会保险",
        "item": {"name": name, "materials": ("居民身份证", "解除劳动关系证明（原件及复印件各一份，由原单位盖章）")},
        "route": {"text": said[language], "windows": ["3", "4"], "agency": None},
        "ahead": 5,
        "wait": {"low": 10, "high": 25},
        "arrival": "2026-03-02T09:05:17+08:00",
    } | changes


def slip(language: Language, **changes: Any) -> Sheet:
    return paper.ticket_sheet(HALL, ticket(language, **changes), URL, language)


def lines(text: str) -> Sheet:
    return Sheet(parts=(Lines((text,)),), language="zh_CN", timezone="Asia/Shanghai")


def test_the_slip_is_the_golden_one_in_both_languages_and_as_a_reprint() -> None:
    sheets = [slip("zh_CN"), slip("en"), paper.reprinted(slip("zh_CN"), 1, LATER)]
    printed = "\n".join(reading.picture(escpos_bytes(sheet)) for sheet in sheets)
    assert printed == GOLDEN.read_text(encoding="utf-8")


def test_a_reprint_says_so_first_in_its_language_with_the_halls_time() -> None:
    for language, mark in (("zh_CN", "补打 2  2026-03-02 09:42"), ("en", "Reprint 2  2026-03-02 09:42")):
        first = reading.picture(escpos_bytes(paper.reprinted(slip(language), 2, LATER))).splitlines()[2]
        assert (first[0], first[4:].strip()) == ("B", mark)


def test_a_booked_time_stands_on_the_slip_instead_of_the_wait() -> None:
    """R40: and who came too late for it reads that he waits like a walk-in."""
    arrived = "2026-03-02T09:05:17+08:00"
    kept = reading.picture(escpos_bytes(slip("zh_CN", booked_for=arrived)))
    assert "按预约时间叫号" in kept
    assert "预计等候" not in kept
    assert "预约时间 2026-03-02 09:05" in kept
    late = reading.picture(escpos_bytes(slip("zh_CN", booked_for="2026-03-02T08:30:00+08:00")))
    assert "已过预约时间 08:30，按现场取号排队" in late
    assert "预计等候" in late
    assert "取号时间 2026-03-02 09:05" in late


def test_an_appointment_made_in_the_hall_is_printed_with_its_code_and_link() -> None:
    item = {"name": "居民身份证换领", "materials": ["户口簿"]}
    booking = {"code": "ABCD2345", "when": "3月3日（周二）09:30", "item": item}
    booking |= {"zone": "B区1楼", "line_name": "户政业务", "visitor": "张*三 138****5678", "check_in_minutes": 30}
    printed = escpos_bytes(paper.booking_sheet(HALL, booking, URL, "zh_CN"))
    picture = reading.picture(printed)
    for words in ("ABCD 2345", "3月3日（周二）09:30", "居民身份证换领", "户口簿", "预约时间前30分钟内到大厅签到"):
        assert words in picture
    assert reading.codes(printed) == [URL]


def test_the_code_leads_to_the_follow_page() -> None:
    assert reading.codes(escpos_bytes(slip("en"))) == [URL]


def test_an_item_of_another_agency_is_shown_with_its_telephone_and_without_materials() -> None:
    agency = {"name": "人民法院", "address": "中心路8号", "phone": "028-84850000"}
    printed = reading.picture(escpos_bytes(slip("zh_CN", route={"text": "请到", "windows": [], "agency": agency})))
    assert "电话：028-84850000" in printed
    assert "请带好材料" not in printed


@pytest.mark.parametrize(
    ("wait", "said"),
    [
        (None, "开窗后叫号"),
        ({"low": 0, "high": 5}, "5分钟以内"),
        ({"low": 5, "high": 5}, "约5分钟"),
        ({"low": 5, "high": 9}, "约5–9分钟"),
    ],
)
def test_waiting_is_said_as_on_the_page(wait: dict[str, int] | None, said: str) -> None:
    assert f"预计等候{said:>{48 - 8 - reading.width(said) + len(said)}}" in reading.picture(
        escpos_bytes(slip("zh_CN", wait=wait))
    )


def test_who_waits_no_longer_is_told_no_figures() -> None:
    called = {name: value for name, value in ticket("zh_CN").items() if name not in ("ahead", "wait")}
    printed = reading.picture(escpos_bytes(paper.ticket_sheet(HALL, called, URL, "zh_CN")))
    assert "预计等候" not in printed


def test_many_windows_are_counted() -> None:
    route = {"text": "请在B区1楼等候叫号", "windows": [str(number) for number in range(1, 10)], "agency": None}
    assert "办理窗口：1、2、3、4、5、6等9个窗口" in reading.picture(escpos_bytes(slip("zh_CN", route=route)))


def test_a_long_number_is_as_large_as_the_paper_allows() -> None:
    sheet = Sheet(parts=(Number("AB-000123456789"),), language="zh_CN", timezone="Asia/Shanghai")
    assert "B3x|AB-000123456789" in reading.picture(escpos_bytes(sheet)).replace(" ", "")


def test_a_sheet_survives_being_kept_as_json() -> None:
    parts = (Title("厅"), Number("A1"), Rows((("a", "b"),)), Bullets("t", ("i",)), Qr("u", "c"), Foot(("f",)))
    sheet = Sheet(parts=parts, language="en", timezone="Asia/Shanghai", copy=1, mark="Reprint 1")
    assert msgspec.convert(msgspec.to_builtins(sheet), Sheet) == sheet


def test_a_name_cannot_command_the_printer() -> None:
    printed = escpos_bytes(lines("张\x1bp0\x10\x14\x01三\x00\x9b\n\t四\ud800"))
    assert reading.picture(printed).splitlines()[2] == "   |" + " " * 19 + "张p0三  四"


@pytest.mark.parametrize(
    ("text", "width", "broken"),
    [
        ("", 10, []),
        ("请到窗口办理", 8, ["请到窗口", "办理"]),
        ("请到窗口，办理", 8, ["请到窗", "口，办理"]),
        ("请到（窗口）", 6, ["请到", "（窗", "口）"]),
        ("Please wait here", 11, ["Please wait", "here"]),
        ("x" * 25, 10, ["x" * 10, "x" * 10, "x" * 5]),
        ("窗口window 3号", 8, ["窗口", "window 3", "号"]),
        ("约5–10分钟", 6, ["约5–", "10分钟"]),
    ],
)
def test_lines_are_broken_where_a_reader_would(text: str, width: int, broken: list[str]) -> None:
    assert wrap(text, width) == broken


@given(st.text(max_size=200), st.integers(2, 48))
def test_nothing_that_can_be_printed_is_lost_cut_or_too_wide(text: str, width: int) -> None:
    broken = wrap(text, width)
    assert all(0 < paper.columns(line) <= width for line in broken)
    assert "".join(broken).replace(" ", "") == paper.clean(text).replace(" ", "")
    assert all(paper.columns(line) == reading.width(line) for line in broken)


@given(st.text(max_size=80), st.text(max_size=80))
def test_whatever_it_says_a_printer_understands_every_byte(label: str, value: str) -> None:
    parts = (Title(label), Number(value), Rows(((label, value),)), Bullets(label, (value,)), Foot((value,)))
    reading.picture(escpos_bytes(Sheet(parts=parts, language="zh_CN", timezone="Asia/Shanghai")))
