"""The rules of booking and the plan of slots, without a database (R37, R40, R45)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paihao.booking.plan import capacity, slots
from paihao.booking.rules import Bar, RulesFacts, Verdict, arrival, verdict
from paihao.booking.state import Channel, Late
from paihao.core.errors import BookingRefused

START = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
RULES = RulesFacts()


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("no_shows", "cancellations", "expected"),
    [
        (0, 0, Verdict()),
        (1, 0, Verdict(warning=Bar.NO_SHOWS)),
        (2, 0, Verdict(bar=Bar.NO_SHOWS)),
        (3, 9, Verdict(bar=Bar.NO_SHOWS)),
        (0, 3, Verdict()),
        (0, 4, Verdict(warning=Bar.CANCELLATIONS)),
        (1, 4, Verdict(warning=Bar.NO_SHOWS)),
        (1, 5, Verdict(bar=Bar.CANCELLATIONS)),
    ],
)
def test_who_is_warned_and_who_is_barred(no_shows: int, cancellations: int, expected: Verdict) -> None:
    assert verdict(no_shows, cancellations, RULES) == expected


def test_one_strike_needs_no_warning() -> None:
    strict = RulesFacts(no_shows=1, cancellations=1)
    assert verdict(0, 0, strict) == Verdict()
    assert verdict(1, 0, strict) == Verdict(bar=Bar.NO_SHOWS)


@pytest.mark.parametrize(("early", "code"), [(31, "too_early"), (30.001, "too_early")])
def test_too_early_to_check_in(early: float, code: str) -> None:
    with pytest.raises(BookingRefused) as refused:
        arrival(START, START - minutes(early), RULES)
    assert refused.value.code == code


@pytest.mark.parametrize("late", [-30, -1, 0, 1, 15])
def test_in_time_and_within_the_grace_the_place_is_kept(late: float) -> None:
    assert arrival(START, START + minutes(late), RULES) == (START, True)


def test_later_it_is_a_walk_ins_place_or_none() -> None:
    late = START + minutes(15.001)
    assert arrival(START, late, RULES) == (late, False)
    with pytest.raises(BookingRefused) as refused:
        arrival(START, late, RulesFacts(late=Late.REBOOK))
    assert refused.value.code == "too_late"


def test_notice_binds_whoever_is_not_in_the_hall() -> None:
    assert RULES.earliest(Channel.ONLINE, START) == START + minutes(60)
    assert RULES.earliest(Channel.ONSITE, START) == START
    assert RULES.may_cancel(START, START - minutes(120))
    assert not RULES.may_cancel(START, START - minutes(119.99))


@given(st.integers(0, 400), st.integers(0, 100))
def test_a_channels_cap_is_never_more_than_the_slot(places: int, percent: int) -> None:
    caps = RulesFacts(online_percent=percent).caps(places)
    assert 0 <= caps["online_cap"] <= places
    assert (caps["online_cap"] > 0) == (places > 0 and percent > 0)


@given(st.floats(0, 50), st.integers(5, 240), st.floats(1, 120), st.integers(0, 100))
def test_places_are_what_the_windows_can_take(windows: float, length: int, case: float, share: int) -> None:
    made = capacity(windows, length, case, share)
    if windows == 0 or share == 0:
        assert made == 0
    else:
        assert made == 1 or made * case <= windows * length * share / 100 + 1e-6


def test_slots_fill_the_spells_and_leave_out_what_is_too_short() -> None:
    spells = [(time(8, 30), time(12)), (time(14), time(15, 20))]
    made = slots(spells, date(2026, 11, 24), "Asia/Shanghai", 30, 4)
    begins = [f"{slot.starts_at:%H:%M}" for slot in made]
    assert begins == ["08:30", "09:00", "09:30", "10:00", "10:30", "11:00", "11:30", "14:00", "14:30"]
    assert all(slot.ends_at - slot.starts_at == minutes(30) and slot.capacity == 4 for slot in made)
    assert made[0].starts_at == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
