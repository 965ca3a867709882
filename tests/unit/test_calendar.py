"""Opening hours as the sample hall has them: noon break, shorter weekends (R37)."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from paihao.core.calendar import Spell, next_opening, spell_at

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = [Spell(day, time(8, 30), time(12)) for day in range(1, 6)]
AFTERNOON = [Spell(day, time(14), time(17, 30)) for day in range(1, 6)]
SATURDAY = [Spell(6, time(9), time(12))]
WEEK = [*MORNING, *AFTERNOON, *SATURDAY]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


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
    assert (spell_at(WEEK, at(moment)) is not None) is is_open


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-23 07:00", "2026-11-23 08:30"),
        ("2026-11-23 08:30", "2026-11-23 14:00"),
        ("2026-11-23 12:30", "2026-11-23 14:00"),
        ("2026-11-27 18:00", "2026-11-28 09:00"),
        ("2026-11-28 13:00", "2026-11-30 08:30"),
        ("2026-12-31 23:00", "2027-01-01 08:30"),
    ],
)
def test_the_next_opening(moment: str, opens: str) -> None:
    assert next_opening(WEEK, at(moment)) == at(opens)


def test_an_only_spell_comes_again_after_a_week() -> None:
    assert next_opening(SATURDAY, at("2026-11-28 09:00")) == at("2026-12-05 09:00")


def test_a_hall_without_hours_never_opens() -> None:
    assert spell_at([], at("2026-11-23 10:00")) is None
    assert next_opening([], at("2026-11-23 10:00")) is None
