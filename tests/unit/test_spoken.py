"""What is spoken: 200 calls against a table made by other means, and templates that cannot be spoken."""

import random
from string import ascii_uppercase

import pytest
from paihao.core.errors import Invalid
from paihao.display import spoken
from paihao.queue import calltext
from paihao.queue.hall import CALL_TEXT, CALL_TEXT_EN

DIGIT = {"0": "零", "1": "一", "2": "二", "3": "三", "4": "四", "5": "五", "6": "六", "7": "七", "8": "八", "9": "九"}
ONES = ["", *"一二三四五六七八九"]
COUNTED = [a + b for a in ["", "十", *(f"{ten}十" for ten in "二三四五六七八九")] for b in ONES]
"""What people say when they count: COUNTED[41] is 四十一."""
CHANCE = random.Random(20261123)


def draw() -> tuple[str, str]:
    """A ticket's number and a window's, of every form that halls use."""
    letters = "".join(CHANCE.choices(ascii_uppercase, k=CHANCE.choice([1, 1, 2, 3])))
    number = letters + f"{CHANCE.randint(1, 1999):03d}"
    window = CHANCE.choice([str(CHANCE.randint(1, 151)), f"{CHANCE.choice('ABCD')}{CHANCE.randint(1, 60):02d}", "07"])
    return number, window


FIELDS = calltext.FIELDS
CALLS = [draw() for _ in range(200)]


@pytest.mark.parametrize(("number", "window"), CALLS)
def test_two_hundred_calls_in_both_languages(number: str, window: str) -> None:
    fields = {"number": number, "window": window, "zone": "A区1楼", "line": "社保"}
    plain = window.isdigit() and len(window) < 3 and window[0] != "0"
    said = " ".join(DIGIT.get(sign, sign) for sign in number)
    at = COUNTED[int(window)] if plain else " ".join(DIGIT.get(sign, sign) for sign in window)
    assert spoken.chinese(CALL_TEXT, **fields) == f"请{said}号到{at}号窗口办理"
    said, at = ", ".join(number), window if plain else ", ".join(window)
    assert spoken.english(CALL_TEXT_EN, **fields) == f"Ticket {said}, please go to window {at}"


@pytest.mark.parametrize(
    ("number", "window", "said"),
    [
        ("A012", "3", "请A 零 一 二号到三号窗口办理"),
        ("B105", "12", "请B 一 零 五号到十二号窗口办理"),
        ("TJ040", "41", "请T J 零 四 零号到四十一号窗口办理"),
        ("a001", "A01", "请A 零 零 一号到A 零 一号窗口办理"),
        ("X１２", "101", "请X 一 二号到一 零 一号窗口办理"),
        ("社保012", "综合1", "请社保 零 一 二号到综合 一号窗口办理"),
    ],
)
def test_as_people_say_it(number: str, window: str, said: str) -> None:
    assert spoken.chinese(CALL_TEXT, number=number, window=window, zone="", line="") == said


def test_zone_and_line_and_what_an_english_voice_cannot_read() -> None:
    fields = {"number": "A1", "window": "3", "zone": "B区1楼", "line": "社保"}
    template = "{line}{number}到{zone}{window}号窗口"
    assert spoken.chinese(template, **fields) == "社保A 一到B区1楼三号窗口"
    assert spoken.english("{number} to {window}, {zone}{line}", **fields) == "A, 1 to 3, B 1"
    assert spoken.english("", **fields) == ""


@pytest.mark.parametrize(
    ("template", "code", "named"),
    [
        ("请{nummer}号到{window}号窗口", "unknown_field", "{nummer}"),
        ("请{number}号到{window}号窗口{}", "unknown_field", "{}"),
        ("{number.__class__}{window}", "unknown_field", "{number.__class__}"),
        ("{number[0]}{window}", "unknown_field", "{number[0]}"),
        ("{number!r}{window}", "unknown_field", "{number!r}"),
        ("{number:>99999999}{window}", "unknown_field", "{number:>99999999}"),
        ("{number:{zone}}{window}", "unknown_field", "{number:{zone}}"),
        ("请{number}号", "missing_field", "{window}"),
        ("请到{window}号窗口", "missing_field", "{number}"),
        ("请{number号到{window}号窗口", "broken_template", ""),
        ("请{number}号到{window}号窗口}", "broken_template", ""),
    ],
)
def test_a_template_that_cannot_be_filled_is_refused_by_name(template: str, code: str, named: str) -> None:
    for refuse in (lambda: calltext.check(template), lambda: calltext.fill(template, **dict.fromkeys(FIELDS, ""))):
        with pytest.raises(Invalid) as refused:
            refuse()
        assert refused.value.code == code
        assert refused.value.params.get("field", "") == named
        if code == "unknown_field":
            assert "{number}{window}{zone}{line}" in refused.value.detail.format(**refused.value.params)


def test_good_templates_pass_and_are_filled_as_they_stand() -> None:
    fields = {"number": "A012", "window": "3", "zone": "{zone}", "line": "x"}
    for template in (CALL_TEXT, CALL_TEXT_EN, ""):
        calltext.check(template)
    assert calltext.fill(CALL_TEXT, **fields) == "请A012号到3号窗口办理"
    assert calltext.fill("{{{number}}} {window} {zone}", **fields) == "{A012} 3 {zone}"
    assert calltext.fill("", **fields) == ""
