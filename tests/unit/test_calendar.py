"""Working days and opening hours (R37-R39): real days by name, and any hall against a look at every single minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paihao.core.calendar import Exceptional, Override, Regular, Spell, Timetable, Why, WorkingDays

SHANGHAI = "Asia/Shanghai"
MORNING = [Regular(day, time(8, 30), time(12)) for day in range(1, 6)]
AFTERNOON = [Regular(day, time(14), time(17, 30)) for day in range(1, 6)]
SATURDAY = [Regular(6, time(9), time(12))]
HALL = Timetable(SHANGHAI, [*MORNING, *AFTERNOON, *SATURDAY])
ORDINARY = [Spell(time(8, 30), time(12)), Spell(time(14), time(17, 30))]
MINUTE = timedelta(minutes=1)


def at(text: str, zone: str = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def day(text: str) -> date:
    return date.fromisoformat(text)


# The week ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23 08:29:59.999999", False),
        ("2026-11-23 08:30", True),
        ("2026-11-23 11:59:59", True),
        ("2026-11-23 12:00", False),
        ("2026-11-23 13:00", False),
        ("2026-11-23 14:00", True),
        ("2026-11-23 17:30", False),
        ("2026-11-28 09:00", True),
        ("2026-11-29 09:00", False),
    ],
)
def test_spells_hold_from_their_start_until_their_end(moment: str, is_open: bool) -> None:
    assert HALL.open_at(at(moment)) is is_open


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-23 07:00", "2026-11-23 08:30"),
        ("2026-11-23 08:30", "2026-11-23 14:00"),
        ("2026-11-23 12:30", "2026-11-23 14:00"),
        ("2026-11-27 18:00", "2026-11-28 09:00"),
        ("2026-11-28 13:00", "2026-11-30 08:30"),
        ("2026-12-31 23:00", "2027-01-01 08:30"),
        ("2026-09-30 17:30", "2026-10-08 08:30"),
    ],
)
def test_the_next_opening(moment: str, opens: str) -> None:
    assert HALL.next_opening(at(moment)) == at(opens)
    assert HALL.next_opening(at(moment).astimezone(UTC)) == at(opens)


def test_an_only_spell_comes_again_after_a_week() -> None:
    assert Timetable(SHANGHAI, SATURDAY).next_opening(at("2026-11-28 09:00")) == at("2026-12-05 09:00")


def test_a_hall_without_hours_never_opens() -> None:
    never = Timetable(SHANGHAI)
    assert not never.open_at(at("2026-11-23 10:00"))
    assert never.next_opening(at("2026-11-23 10:00")) is None
    assert never.minutes_open(at("2026-11-23 10:00"), at("2026-12-23 10:00")) == 0


def test_a_season_that_is_over_opens_no_more() -> None:
    over = Timetable(SHANGHAI, [SATURDAY[0]._replace(since=day("2025-07-01"), until=day("2025-08-31"))])
    assert over.next_opening(at("2026-11-23 10:00")) is None
    assert over.next_opening(at("2024-08-01 10:00")) == at("2025-07-05 09:00")


def test_minutes_open() -> None:
    friday_to_monday = at("2026-11-27 17:00"), at("2026-11-30 09:00")
    assert HALL.minutes_open(*friday_to_monday) == 30 + 180 + 30
    assert HALL.minutes_open(*reversed(friday_to_monday)) == 0
    assert HALL.minutes_open(at("2026-11-23 11:59:30"), at("2026-11-23 14:00:15")) == 0.75


# Working days --------------------------------------------------------------------------------------------------------

FREE_2026 = {*range(925, 928), *range(1001, 1008), *range(101, 104), *range(215, 224), *range(404, 407)}
FREE_2026 |= {*range(501, 506), *range(619, 622)}
MADE_UP_2026 = {104, 214, 228, 509, 920, 1010}
"""As month and day: what the State Council published for 2026."""


def test_the_working_days_of_2026() -> None:
    """R39."""
    days = WorkingDays()
    for ahead in range(365):
        found = day("2026-01-01") + timedelta(days=ahead)
        number = 100 * found.month + found.day
        wanted = number in MADE_UP_2026 or (found.weekday() < 5 and number not in FREE_2026)
        told = days.on(found)
        assert (told.working, told.holiday, told.provisional) == (wanted, number in FREE_2026, False), found
    assert days.on(day("2026-10-07"))[2:4] == ("国庆节", "National Day")


def test_beyond_the_published_years_weekdays_count_provisionally() -> None:
    """R39."""
    days = WorkingDays({day("2027-10-01"): Override(working=False, name="国庆节")})
    assert [days.on(day(text))[:1] + days.on(day(text))[4:] for text in ("2027-02-08", "2027-10-02")] == [
        (True, True),
        (False, True),
    ]
    assert days.on(day("2027-10-01")) == (False, True, "国庆节", "", False)
    assert days.after(day("2026-12-30"), 1) == (day("2026-12-31"), False)
    assert days.after(day("2026-12-30"), 2) == (day("2027-01-01"), True)


def test_counting_working_days() -> None:
    """R39."""
    days = WorkingDays()
    assert days.after(day("2026-09-30"), 0) == (day("2026-09-30"), False)
    assert days.after(day("2026-09-30"), 1).day == day("2026-10-08")
    assert days.after(day("2026-10-08"), 2).day == day("2026-10-10")
    assert days.after(day("2026-09-18"), 6).day == day("2026-09-28")
    shifted = WorkingDays({day("2026-10-08"): Override(False, "停电"), day("2026-10-07"): Override(True, "加班")})
    assert shifted.after(day("2026-09-30"), 2).day == day("2026-10-09")


# What decides the hours of a date ------------------------------------------------------------------------------------


def test_a_holiday_closes_the_hall_and_says_which() -> None:
    found = HALL.on(day("2026-10-01"))
    assert (found.spells, found.why, found.reason, found.reason_en) == ([], Why.HOLIDAY, "国庆节", "National Day")
    assert HALL.on(day("2026-10-03")).why is Why.HOLIDAY  # a Saturday, but not an ordinary one


def test_a_hall_may_open_on_holidays_r38() -> None:
    always = Timetable(SHANGHAI, [Regular(each, time(8), time(21)) for each in range(1, 8)], open_on_holidays=True)
    assert always.on(day("2026-10-03")) == ([Spell(time(8), time(21))], Why.WEEK, "", "", False)


def test_a_make_up_day_has_the_hours_of_a_monday() -> None:
    """R37, R39."""
    assert HALL.on(day("2026-10-10"))[:3] == (ORDINARY, Why.MAKE_UP, "国庆节")  # a Saturday
    assert HALL.spells_on(day("2026-09-20")) == ORDINARY  # a Sunday
    assert HALL.spells_on(day("2026-10-17")) == [Spell(time(9), time(12))]


def test_overrides_win_over_what_is_published() -> None:
    """R39."""
    days = {
        day("2026-10-01"): Override(working=True, name="加班"),
        day("2026-11-28"): Override(working=True, name="调休"),
        day("2026-11-23"): Override(working=False, name="建县纪念日"),
    }
    hall = Timetable(SHANGHAI, HALL.regular, working_days=WorkingDays(days))
    assert hall.on(day("2026-10-01"))[:2] == (ORDINARY, Why.WEEK)
    assert hall.on(day("2026-11-28"))[:2] == (ORDINARY, Why.MAKE_UP)
    assert hall.on(day("2026-11-23"))[:3] == ([], Why.HOLIDAY, "建县纪念日")


def test_an_exception_of_the_line_then_of_the_hall_then_the_holiday() -> None:
    hall = Timetable(
        SHANGHAI,
        HALL.regular,
        [
            Exceptional(day("2026-10-01"), time(9), time(11), reason="便民服务", reason_en="Extra service"),
            Exceptional(day("2026-10-01"), time(15), time(16), reason="便民服务"),
            Exceptional(day("2026-10-01"), None, None, 7, "设备检修"),
            Exceptional(day("2026-11-24"), None, None, reason="停电"),
            Exceptional(day("2026-11-24"), time(10), time(11), 7, "应急办理"),
        ],
    )
    extra = [Spell(time(9), time(11)), Spell(time(15), time(16))]
    assert hall.on(day("2026-10-01")) == (extra, Why.EXCEPTION, "便民服务", "Extra service", False)
    assert hall.on(day("2026-10-01"), 8).spells == extra
    assert hall.on(day("2026-10-01"), 7)[:3] == ([], Why.EXCEPTION, "设备检修")
    assert hall.on(day("2026-11-24"))[:3] == ([], Why.EXCEPTION, "停电")
    assert hall.spells_on(day("2026-11-24"), 7) == [Spell(time(10), time(11))]
    assert hall.next_opening(at("2026-09-30 17:30")) == at("2026-10-01 09:00")


def test_a_lines_week_stands_for_the_halls_and_a_seasons_for_the_year_round_one() -> None:
    """R38."""
    summer = {"since": day("2026-07-01"), "until": day("2026-08-31")}
    hall = Timetable(
        SHANGHAI,
        [
            *HALL.regular,
            *(Regular(each, time(8), time(13), **summer) for each in range(1, 6)),
            *(Regular(each, time(10), time(16), 7) for each in range(1, 4)),
        ],
    )
    assert hall.spells_on(day("2026-06-30")) == ORDINARY
    assert hall.spells_on(day("2026-07-01")) == [Spell(time(8), time(13))]
    assert hall.spells_on(day("2026-08-31")) == [Spell(time(8), time(13))]
    assert hall.spells_on(day("2026-07-04")) == []  # a Saturday: the summer's week has none
    assert hall.spells_on(day("2026-07-01"), 7) == [Spell(time(10), time(16))]  # a Wednesday
    assert hall.spells_on(day("2026-07-02"), 7) == []  # the line's week ends on Wednesday
    assert hall.spells_on(day("2026-07-02"), 8) == [Spell(time(8), time(13))]


def test_an_unpublished_year_is_provisional_until_somebody_says_otherwise() -> None:
    """R39."""
    hall = Timetable(
        SHANGHAI,
        HALL.regular,
        [Exceptional(day("2027-03-02"), None, None, reason="搬迁")],
        WorkingDays({day("2027-03-03"): Override(working=True, name="正常上班")}),
    )
    assert [hall.on(day(f"2027-03-0{n}")).provisional for n in (1, 2, 3)] == [True, False, False]


@pytest.mark.parametrize(
    ("zone", "changed", "minutes", "after"),
    [
        ("Europe/Berlin", "2026-03-29", 2 * 60, "03:00"),  # two o'clock becomes three
        ("Europe/Berlin", "2026-10-25", 4 * 60, "02:00"),  # three o'clock becomes two
        ("Australia/Lord_Howe", "2026-04-05", 210, "01:30"),
        (SHANGHAI, "2026-10-25", 3 * 60, "02:00"),
    ],
)
def test_minutes_are_real_ones_when_the_clocks_are_changed(zone: str, changed: str, minutes: int, after: str) -> None:
    hall = Timetable(zone, [Regular(7, time(1), time(4))], open_on_holidays=True)
    opens, closes = at(f"{changed} 01:00", zone), at(f"{changed} 04:00", zone)
    assert hall.minutes_open(opens - 60 * MINUTE, closes + 60 * MINUTE) == minutes
    late = Timetable(zone, [Regular(7, time.fromisoformat(after), time(4))], open_on_holidays=True)
    assert late.next_opening(opens) == at(f"{changed} {after}", zone)


# Any hall, minute by minute ------------------------------------------------------------------------------------------

STARTS = (
    *((SHANGHAI, f"2026-{start}") for start in ("02-13", "09-18", "09-24", "09-30", "10-08", "12-30")),
    *((SHANGHAI, "2027-01-01"), ("Europe/Berlin", "2026-03-28"), ("Europe/Berlin", "2026-10-23")),
    *(("America/New_York", "2026-03-07"), ("Australia/Lord_Howe", "2026-04-03"), ("Australia/Lord_Howe", "2026-10-02")),
    *(("America/Havana", "2026-03-07"), ("America/Havana", "2026-10-31"), ("Africa/Cairo", "2026-04-23")),
    *(("Africa/Cairo", "2026-10-28"), ("America/Santiago", "2026-04-03"), ("America/Santiago", "2026-09-05")),
)
"""Around holidays and the end of the year, and changes of the clocks: by an hour, by half of one, at midnight."""
LINES = (None, 1, 2)
DAYS_LOOKED_AT = 4

spells = st.lists(st.one_of(st.integers(0, 240), st.integers(0, 1439)), min_size=2, max_size=2, unique=True).map(
    lambda found: tuple(time(*divmod(minute, 60)) for minute in sorted(found))
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Timetable, datetime]:
    """A hall with whatever rules, and midnight of a day on which something is going on."""
    zone, start = draw(st.sampled_from([(zone, day(start)) for zone, start in STARTS]))
    near = st.integers(-2, DAYS_LOOKED_AT).map(lambda days: start + timedelta(days=days))
    lines = st.sampled_from(LINES)
    regular = []
    for _ in range(draw(st.integers(0, 12))):
        season = sorted(draw(st.tuples(near, near))) if draw(st.booleans()) else (None, None)
        regular.append(Regular(draw(near).isoweekday(), *draw(spells), draw(lines), *season))
    exceptions = [
        Exceptional(draw(near), *(draw(spells) if draw(st.booleans()) else (None, None)), draw(lines), "检修")
        for _ in range(draw(st.integers(0, 3)))
    ]
    overrides = draw(st.dictionaries(near, st.builds(Override, st.booleans(), st.just("临时")), max_size=3))
    hall = Timetable(zone, regular, exceptions, WorkingDays(overrides), draw(st.booleans()))
    return hall, datetime(start.year, start.month, start.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def is_open(hall: Timetable, now: datetime, line: int | None) -> bool:
    """The rules once more, for one moment and without any of the calendar's own means."""
    there = now.astimezone(ZoneInfo(hall.timezone))
    today, clock = there.date(), there.time()
    for owner in (line, None):
        if special := [each for each in hall.exceptions if (each.line_id, each.day) == (owner, today)]:
            closed = any(each.opens is None for each in special)
            return not closed and any(each.opens <= clock < each.closes for each in special)  # type: ignore[operator]
    weekday, number = today.isoweekday(), 100 * today.month + today.day
    working = weekday < 6
    holiday = today.year == 2026 and number in FREE_2026
    if holiday:
        working = False
    if today.year == 2026 and number in MADE_UP_2026:
        working = True
    if today in hall.working_days.overrides:
        working = hall.working_days.overrides[today].working
        holiday = not working
    if holiday and not hall.open_on_holidays:
        return False
    if working and weekday > 5:
        weekday = 1
    for owner in (line, None):
        for seasonal in (True, False):
            week = [each for each in hall.regular if each.line_id == owner and (each.since is not None) == seasonal]
            week = [each for each in week if each.since is None or each.since <= today <= (each.until or today)]
            if week:
                return any(each.weekday == weekday and each.opens <= clock < each.closes for each in week)
    return False


@settings(max_examples=150, deadline=None)
@given(cases(), st.sampled_from(LINES), st.lists(st.integers(0, DAYS_LOOKED_AT * 1440 - 1), min_size=2, max_size=6))
def test_any_hall_agrees_with_a_look_at_every_minute(
    case: tuple[Timetable, datetime], line: int | None, asked: list[int]
) -> None:
    hall, start = case
    minutes = [is_open(hall, start + minute * MINUTE, line) for minute in range(DAYS_LOOKED_AT * 1440)]
    openings = [minute for minute in range(1, len(minutes)) if minutes[minute] and not minutes[minute - 1]]
    for minute in asked:
        now = start + minute * MINUTE
        assert hall.open_at(now, line) is minutes[minute]
        # In UTC, for a time that the clocks show twice is equal to no other zone's.
        found = (opening := hall.next_opening(now, line)) and opening.astimezone(UTC)
        wanted = next((start + opening * MINUTE for opening in openings if opening > minute), None)
        assert found == wanted if wanted else found is None or found >= start + len(minutes) * MINUTE
    first, last = min(asked), max(asked)
    assert hall.minutes_open(start + first * MINUTE, start + last * MINUTE, line) == sum(minutes[first:last])
