"""The made day: as many as asked for, spread as the files say, and the same again for the same seed."""

from collections import Counter
from pathlib import Path
from statistics import mean, stdev

import msgspec
import pytest
from paihao.booking.state import Channel
from paihao.queue.hall import Kind
from paihao.samples.replay import day
from paihao.samples.replay.report import percentile

SAMPLE = Path(day.__file__).parents[1] / "longquanyi"
SMALL = Path(__file__).parents[1] / "data" / "small"

FILES, SPELLS = day.read(SAMPLE)
DAY = day.make(FILES, SPELLS, 6000, seed=1)
BOOKED = day.book(DAY, FILES, 0.3, seed=1)


def share(count: int) -> float:
    return count / len(DAY)


def test_everybody_comes_in_order() -> None:
    assert len(DAY) == 6000
    assert sorted(DAY, key=lambda visitor: visitor.comes) == DAY


@pytest.mark.parametrize("visitors", [1, 7, 60, 999])
def test_a_smaller_day_has_exactly_as_many(visitors: int) -> None:
    assert len(day.make(FILES, SPELLS, visitors, seed=1)) == visitors


def test_arrivals_follow_the_file() -> None:
    assert SPELLS[0] == (8 * 60 + 30, 9 * 60, 0.08833)
    for spell in SPELLS:
        came = sum(spell.start <= visitor.comes < spell.end for visitor in DAY)
        assert came == pytest.approx(6000 * spell.share, abs=1.5)


def test_another_weekday_has_other_arrivals() -> None:
    assert day.read(SAMPLE, weekday=6)[1] != SPELLS
    assert day.read(SMALL)[1] == []


def test_a_seed_makes_the_same_day_again() -> None:
    assert day.make(FILES, SPELLS, 6000, seed=1) == DAY
    assert day.make(FILES, SPELLS, 6000, seed=2) != DAY


def test_items_are_asked_for_as_often_as_they_are_popular() -> None:
    asked = Counter(visitor.item for visitor in DAY)
    total = sum(item.popularity for item in FILES.items)
    for item in sorted(FILES.items, key=lambda item: -item.popularity)[1:10]:
        if item.line_prefix not in {line.prefix for line in FILES.lines if line.kind is Kind.FIRST_INQUIRY}:
            assert share(asked[item.code]) == pytest.approx(item.popularity / total, rel=0.25)
    assert not any(asked[item.code] for item in FILES.items if not item.line_prefix)


def test_handling_takes_what_the_file_says() -> None:
    item = max((item for item in FILES.items if item.line_prefix != "X"), key=lambda item: item.popularity)
    minutes = [visitor.minutes for visitor in day.make(FILES, SPELLS, 20_000, 3) if visitor.item == item.code]
    assert mean(minutes) == pytest.approx(item.minutes_mean, rel=0.1)
    assert stdev(minutes) == pytest.approx(item.minutes_sd, rel=0.2)
    assert min(minutes) >= day.LEAST_MINUTES
    assert max(minutes) <= day.MOST_TIMES_MEAN * item.minutes_mean


def test_handling_without_deviation_takes_the_mean() -> None:
    fixed = msgspec.structs.replace(FILES.items[0], minutes_mean=7.0, minutes_sd=0.0)
    made = day.make(msgspec.structs.replace(FILES, items=(fixed,)), SPELLS, 20, seed=1)
    assert {visitor.minutes for visitor in made} == {7.0}


def test_fates_have_their_shares() -> None:
    assert share(sum(visitor.item is None for visitor in DAY)) == pytest.approx(day.UNSURE, abs=0.01)
    assert share(sum(visitor.missed for visitor in DAY)) == pytest.approx(day.MISSED, abs=0.01)
    assert share(sum(visitor.transfer is not None for visitor in DAY)) == pytest.approx(day.TRANSFERRED, abs=0.01)
    assert share(sum(visitor.parked for visitor in DAY)) == pytest.approx(day.PARKED, abs=0.005)
    assert share(sum(visitor.priority is not None for visitor in DAY)) == pytest.approx(day.PRIORITY, abs=0.015)
    returns = sum(visitor.returns for visitor in DAY)
    assert returns / sum(visitor.missed for visitor in DAY) == pytest.approx(day.RETURNING, abs=0.2)
    assert all(visitor.missed for visitor in DAY if visitor.returns)


def test_nobody_has_two_fates() -> None:
    assert all(visitor.missed + visitor.parked + (visitor.transfer is not None) <= 1 for visitor in DAY)


def test_a_transfer_leads_to_another_line_with_a_window() -> None:
    lines = {item.code: item.line_prefix for item in FILES.items}
    served = {prefix for window in FILES.windows for prefix, _ in window.line_prefixes}
    for visitor in DAY:
        if visitor.transfer is not None:
            assert visitor.transfer.line in served
            assert visitor.item is None or visitor.transfer.line != lines[visitor.item]


def test_priorities_are_the_published_ones() -> None:
    known = {priority.code for priority in FILES.priorities}
    assert {visitor.priority for visitor in DAY} == {*known, None}
    without = day.make(msgspec.structs.replace(FILES, priorities=()), SPELLS, 100, seed=1)
    assert {visitor.priority for visitor in without} == {None}


def test_a_hall_without_a_first_desk_has_its_share_of_unsure_visitors() -> None:
    lines = tuple(line for line in FILES.lines if line.kind is not Kind.FIRST_INQUIRY)
    made = day.make(msgspec.structs.replace(FILES, lines=lines), SPELLS, 6000, seed=1)
    assert sum(visitor.item is None for visitor in made) / 6000 == pytest.approx(day.UNSURE, abs=0.01)


def test_bookings_have_their_shares() -> None:
    bookings = [visitor.booking for visitor in BOOKED if visitor.booking is not None]
    assert len(bookings) == 1800
    channels = Counter(booking.channel for booking in bookings)
    assert channels == {Channel.ONLINE: 900, Channel.PHONE: 450, Channel.ONSITE: 450}
    fates = Counter(booking.fate for booking in bookings)
    for fate, wanted in day.FATES.items():
        assert fates[fate] / 1800 == pytest.approx(wanted, abs=0.02)
    assert sum(day.FATES.values()) == pytest.approx(1)
    assert all(0 <= booking.delay < 1 for booking in bookings)


def test_only_what_can_be_booked_is_booked_and_the_day_stays_what_it_is() -> None:
    bookable = {item.code for item in FILES.items if item.bookable}
    assert {visitor.item for visitor in BOOKED if visitor.booking} <= bookable
    assert [visitor.comes for visitor in BOOKED] == [visitor.comes for visitor in DAY]
    assert day.book(DAY, FILES, 0.3, seed=1) == BOOKED
    assert day.book(DAY, FILES, 0, seed=1) == DAY
    everybody = day.book(DAY, FILES, 1, seed=1)
    assert {visitor.item for visitor in everybody if visitor.booking} == bookable & {visitor.item for visitor in DAY}


def test_percentiles_are_values_that_occurred() -> None:
    assert [percentile([3, 1, 2, 4], share) for share in (0.0, 0.5, 0.9, 1.0)] == [1, 2, 4, 4]
    with pytest.raises(ValueError, match=r"0\.5"):
        percentile([], 0.5)
