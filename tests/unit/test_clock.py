"""The legal clock: known dates, ten thousand histories against the reference, and what cannot have happened."""

from datetime import date
from random import Random

import msgspec
import pytest
from clock_reference import history
from paihao.cases.clock import Deadline, History, Light, Suspension, Why, deadline
from paihao.cases.clock_text import line
from paihao.core.calendar import Override, WorkingDays
from paihao.core.errors import Invalid
from paihao.queue.hall import CaseKind
from paihao.samples.replay.reference import expected

HISTORIES = 10_000
PUBLISHED = WorkingDays()


def day(text: str) -> date:
    """``09-18`` of 2026, or a whole date."""
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def told(received: str, days: int = 0, today: str = "01-01", *pauses: str, **more: object) -> Deadline:
    """A case's deadline; ``pauses`` as ``09-20:09-25``."""
    began = [one.partition(":") for one in pauses]
    suspensions = [Suspension(day(one), day(other) if other else None) for one, _, other in began]
    dates = {name: day(value) if isinstance(value, str) else value for name, value in more.items()}
    kind = CaseKind.PROMISED if days else CaseKind.IMMEDIATE
    asked = {"kind": kind, "received_on": day(received), "days": days, "suspensions": suspensions} | dates
    return deadline(History(**asked), day(today), PUBLISHED)  # type: ignore[arg-type]


def test_ten_thousand_histories_agree_with_the_reference() -> None:
    """R16, R17, R22, R23, R24, R25, R35, R36, R39."""
    chance, seen = Random(20261123), set()
    for _ in range(HISTORIES):
        case, today, overrides = history(chance)
        calendar = WorkingDays({when: Override(works, "") for when, works in overrides.items()})
        found, wanted = deadline(case, today, calendar), expected(case, today, overrides)
        assert (found.accepted_on, found.due_on, found.provisional, found.light) == wanted, (case, today, overrides)
        seen.add((wanted.light, wanted.provisional, wanted.accepted_on == case.received_on))
    assert len(seen) >= 12, "the histories are too much alike"


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("09-18", 1, "09-20"),  # Friday; 20 September is a working Sunday (R23, R39)
        ("09-18", 3, "09-22"),  # the ordinary promise (R31)
        ("09-18", 7, "09-29"),  # the complex one (R31); 25 to 27 September are free
        ("09-30", 1, "10-08"),  # over the National Day
        ("09-30", 3, "10-10"),  # 10 October is a working Saturday
        ("09-26", 1, "09-28"),  # accepted on a free day on which the hall serves
        ("02-13", 1, "02-14"),  # over the Spring Festival, with its working Saturday before it
        ("02-14", 1, "02-24"),
        ("2024-02-28", 1, "2024-02-29"),
        ("2025-12-31", 1, "2026-01-04"),
    ],
)
def test_due_on_the_nth_working_day_after_the_acceptance(received: str, days: int, due: str) -> None:
    """R23, R31, R39."""
    found = told(received, days)
    assert (found.accepted_on, found.due_on, found.provisional) == (day(received), day(due), False)


def test_an_immediate_matter_is_due_the_same_day() -> None:
    """R22, R26: also on a day that is no working day."""
    assert told("09-26").due_on == day("09-26")
    late = told("09-18", today="09-19")
    assert (late.due_on, late.light) == (day("09-18"), Light.RED)
    assert told("09-18", complete=False, completed_on="09-21").due_on == day("09-21")


def test_materials_completed_within_the_notice_days_move_the_acceptance() -> None:
    """R24, R16: with or without a notice."""
    for notice in ({}, {"noticed_on": "09-18"}):
        found = told("09-18", 1, complete=False, completed_on="09-22", **notice)
        assert (found.accepted_on, found.due_on) == (day("09-22"), day("09-23"))


def test_the_notice_is_owed_for_five_working_days() -> None:
    """R16, R17: 20 September counts; after the 24th the case is accepted as of its receipt."""
    waits = told("09-18", 3, "09-24", complete=False)
    assert (waits.accepted_on, waits.due_on, waits.light, waits.notice_by) == (None, None, None, day("09-24"))
    over = told("09-18", 3, "09-25", complete=False)
    assert (over.accepted_on, over.due_on, over.notice_by) == (day("09-18"), day("09-22"), None)
    late = told("09-18", 3, "09-30", complete=False, noticed_on="09-28", completed_on="09-29")
    assert (late.accepted_on, late.light) == (day("09-18"), Light.RED)
    assert Why.NOTICE_MISSED in [step.why for step in late.trace]


def test_noticed_in_time_it_is_accepted_when_complete() -> None:
    """R15, R16, R24."""
    waits = told("09-18", 3, "11-30", complete=False, noticed_on="09-24")
    assert (waits.accepted_on, waits.due_on, waits.light, waits.notice_by) == (None, None, None, None)
    found = told("09-18", 3, "11-30", complete=False, noticed_on="09-24", completed_on="11-02")
    assert (found.accepted_on, found.due_on) == (day("11-02"), day("11-05"))


def test_a_suspension_stops_the_clock_from_its_first_day_to_the_one_before_its_last() -> None:
    """R35: over the National Day nothing is counted twice."""
    assert told("09-28", 3, "01-01", "09-29:09-30").due_on == day("10-09")
    assert told("09-28", 3, "01-01", "09-29:09-29").due_on == told("09-28", 3).due_on == day("10-08")
    assert told("09-28", 3, "01-01", "09-30:10-09").due_on == day("10-10")
    runs = told("09-28", 3, "12-31", "09-30:")
    assert (runs.accepted_on, runs.due_on, runs.light) == (day("09-28"), None, None)
    assert told("09-28", 3, "12-31", "10-09:").due_on == day("10-08"), "it was due before it stopped"


def test_an_extension_adds_its_days_after_the_promise() -> None:
    """R30, R35."""
    found = told("09-28", 3, "10-09", extended=2)
    assert (found.due_on, found.light) == (day("10-10"), Light.YELLOW)
    assert [step.number for step in found.trace if step.why is Why.EXTENDED] == [4, 5]


def test_lights_turn_with_the_working_days_that_are_left() -> None:
    """R36: over holidays no light turns, since no working day passes."""
    lights = {when: told("09-28", 5, when).light for when in ("09-28", "10-08", "10-09", "10-10", "10-11")}
    assert lights == {
        "09-28": Light.GREEN,
        "10-08": Light.GREEN,
        "10-09": Light.YELLOW,
        "10-10": Light.YELLOW,
        "10-11": Light.RED,
    }
    case = History(kind=CaseKind.PROMISED, received_on=day("09-28"), days=5)
    assert [deadline(case, day("10-08"), PUBLISHED, warning).light for warning in (1, 2)] == [Light.GREEN, Light.YELLOW]
    assert told("09-28", 5, "12-31", ended_on="10-10").light == Light.GREEN
    assert told("09-28", 5, "12-31", ended_on="10-11").light == Light.RED, "late stays late (R25)"


def test_an_unpublished_year_is_provisional_until_the_calendar_arrives() -> None:
    """R39: 2027's Spring Festival is not known yet; an override is what arrives first."""
    before = told("2027-02-04", 3)
    assert (before.due_on, before.provisional) == (day("2027-02-09"), True)
    free = {date(2027, 2, number): Override(working=False, name="春节") for number in range(5, 12)}
    known = {date(2027, 2, number): Override(working=True, name="") for number in range(12, 20)}
    case = History(kind=CaseKind.PROMISED, received_on=date(2027, 2, 4), days=3)
    after = deadline(case, date(2027, 2, 4), WorkingDays(free | known))
    assert (after.due_on, after.provisional) == (date(2027, 2, 14), False)
    assert told("2026-12-31", 1).provisional
    assert not told("2026-12-30", 1).provisional


def test_the_trace_names_every_day_and_its_rule() -> None:
    found = told("09-30", 3)
    assert [line(step, "zh_CN") for step in found.trace] == [
        "2026年9月30日（周三） 收件 [R23]",
        "2026年9月30日（周三） 材料齐全，受理 [R23]",
        *(f"2026年10月{number}日（周{name}） 国庆节，不计入 [R23]" for number, name in enumerate("四五六日一二三", 1)),
        "2026年10月8日（周四） 第1个工作日 [R23]",
        "2026年10月9日（周五） 第2个工作日 [R23]",
        "2026年10月10日（周六） 第3个工作日，调休上班日 [R23]",
        "2026年10月10日（周六） 办结期限，当日24时止 [R23]",
    ]
    assert "counts as a working day" in line(found.trace[-2], "en")


CASE = History(kind=CaseKind.PROMISED, received_on=day("09-18"), days=3)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"days": 0}, "days_out_of_bounds"),
        ({"days": 501}, "days_out_of_bounds"),
        ({"extended": 11}, "extended_too_long"),
        ({"extended": -1}, "extended_too_long"),
        ({"kind": CaseKind.IMMEDIATE, "extended": 1}, "immediate_has_no_pause"),
        ({"kind": CaseKind.IMMEDIATE, "suspensions": [Suspension(day("09-18"))]}, "immediate_has_no_pause"),
        ({"noticed_on": day("09-18")}, "complete_already"),
        ({"completed_on": day("09-18")}, "complete_already"),
        ({"complete": False, "completed_on": day("09-17")}, "before_receipt"),
        ({"complete": False, "noticed_on": day("09-17")}, "before_receipt"),
        ({"ended_on": day("09-17")}, "before_receipt"),
        ({"complete": False, "completed_on": day("09-21"), "ended_on": day("09-20")}, "ended_before_accepted"),
        ({"received_on": day("2003-12-31")}, "date_out_of_range"),
        ({"received_on": day("9999-12-30")}, "date_out_of_range"),
        ({"suspensions": [Suspension(day("09-20"), day("4026-01-01"))]}, "date_out_of_range"),
        ({"complete": False, "noticed_on": day("09-22"), "completed_on": day("09-21")}, "noticed_after_complete"),
        ({"suspensions": [Suspension(day("09-17"))]}, "suspensions_out_of_order"),
        ({"suspensions": [Suspension(day("09-22"), day("09-21"))]}, "suspensions_out_of_order"),
        ({"suspensions": [Suspension(day("09-20")), Suspension(day("09-22"))]}, "suspensions_out_of_order"),
        (
            {"suspensions": [Suspension(day("09-20"), day("09-23")), Suspension(day("09-22"))]},
            "suspensions_out_of_order",
        ),
    ],
)
def test_what_cannot_have_happened_is_refused(wrong: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        deadline(msgspec.structs.replace(CASE, **wrong), day("09-18"), PUBLISHED)
    assert refused.value.code == code
