"""Opening hours as pure functions over a week of spells (R37, R38)."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import NamedTuple


class Spell(NamedTuple):
    """One unbroken stretch of opening on a weekday (1 = Monday); a noon break makes two of them."""

    weekday: int
    opens: time
    closes: time


def spell_at(week: Iterable[Spell], local: datetime) -> Spell | None:
    """The spell that holds at the hall's local time, or None when it is closed."""
    weekday, at = local.isoweekday(), local.time()
    return next((spell for spell in week if spell.weekday == weekday and spell.opens <= at < spell.closes), None)


def next_opening(week: Iterable[Spell], local: datetime) -> datetime | None:
    """When the hall opens next after ``local``, within a week; None for a hall without hours."""
    starts = (
        datetime.combine(local.date() + timedelta(days=ahead), spell.opens, local.tzinfo)
        for spell in week
        for ahead in ((spell.weekday - local.isoweekday()) % 7, (spell.weekday - local.isoweekday()) % 7 + 7)
    )
    return min((start for start in starts if start > local), default=None)
