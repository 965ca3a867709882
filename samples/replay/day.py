"""The making of a day: who comes when, for what, for how long, and what happens to him. Pure and seeded.

Minutes are minutes of the simulated day since midnight, or lengths of time.
"""

import csv
import random
from collections.abc import Sequence
from datetime import time
from enum import StrEnum
from itertools import accumulate, cycle, pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec

from ...booking.state import Channel
from ...queue import hallfiles
from ...queue.hall import Kind
from ...queue.hallrows import HallFiles, ItemRow
from .courses import Application

MONDAY = 1

UNSURE = 0.04
"""Do not know their item and are sent to the first desk (R6)."""
PRIORITY = 0.08
MISSED = 0.03
RETURNING = 0.5
"""Of the missed: come back and are queued again."""
PARKED = 0.01
TRANSFERRED = 0.03
TO_WINDOW = 0.2
"""Of the transferred: sent to one window instead of a line."""

LEAST_MINUTES = 0.5
MOST_TIMES_MEAN = 4.0


CHANNELS = (Channel.ONLINE, Channel.PHONE, Channel.ONLINE, Channel.ONSITE)
"""Half of those who book do so online."""


class Fate(StrEnum):
    """What becomes of a booking."""

    COMES = "comes"
    """At his minute of the day, however long before his slot that really is."""
    GRACE = "grace"
    LATE = "late"
    NEVER = "never"
    CANCELS = "cancels"
    MOVES = "moves"
    """Books a later day, then moves to this one."""
    WAITS = "waits"
    """Hopes for a place that somebody gives back."""


FATES = {
    Fate.COMES: 0.70,
    Fate.GRACE: 0.10,
    Fate.LATE: 0.05,
    Fate.NEVER: 0.04,
    Fate.CANCELS: 0.04,
    Fate.MOVES: 0.04,
    Fate.WAITS: 0.03,
}


class Booking(NamedTuple):
    """How somebody books. ``delay``: how far into the grace he comes, 0 to 1."""

    channel: Channel
    fate: Fate
    delay: float


class Spell(NamedTuple):
    """A piece of the day in minutes with its share of the day's visitors."""

    start: float
    end: float
    share: float


class Transfer(NamedTuple):
    """Half-way through the visitor is sent on to ``line`` (or to one of its windows), for so many minutes there."""

    line: str
    minutes: float
    to_window: bool


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """One visitor's day. ``item`` None: does not know what he needs. ``walk``: from the call to the window.

    ``away``: until a missed visitor returns, or a parked one.
    """

    comes: float
    item: str | None
    minutes: float
    walk: float
    away: float
    priority: str | None = None
    missed: bool = False
    returns: bool = False
    parked: bool = False
    transfer: Transfer | None = None
    booking: Booking | None = None
    application: Application | None = None


def read(directory: Path, weekday: int = MONDAY) -> tuple[HallFiles, list[Spell]]:
    """A hall's files and the arrivals of a weekday (1 is Monday), none of which may be known. Raises BrokenFiles."""
    files = hallfiles.read(directory)
    path = directory / "arrivals.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) if path.exists() else []
    spells = [
        Spell(_minute(row["start"]), _minute(row["end"]), float(row["share"]))
        for row in rows
        if int(row["weekday"]) == weekday
    ]
    return files, spells


def make(files: HallFiles, spells: Sequence[Spell], visitors: int, seed: int) -> list[Visitor]:
    """The visitors of a day, in the order in which they come; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - a simulation
    items = [item for item in files.items if item.line_prefix and item.popularity > 0]
    weights = list(accumulate(item.popularity for item in items))
    first_desk = {line.prefix for line in files.lines if line.kind is Kind.FIRST_INQUIRY}
    there = sum(item.popularity for item in items if item.line_prefix in first_desk) / weights[-1]
    goals = {prefix for window in files.windows for prefix, _ in window.line_prefixes}
    # Whoever does not know his item would mostly have come to the first desk anyway: its load stays what it is.
    unsure_there = min(1.0, UNSURE / there) if there else 0.0
    unsure_elsewhere = (UNSURE - there * unsure_there) / (1 - there) if there < 1 else 0.0

    def made(comes: float) -> Visitor:
        item, other = chance.choices(items, cum_weights=weights, k=2)
        unsure = chance.random() < (unsure_there if item.line_prefix in first_desk else unsure_elsewhere)
        fate = chance.random()
        missed = fate < MISSED
        transferred = MISSED <= fate < MISSED + TRANSFERRED and other.line_prefix in goals - {item.line_prefix}
        return Visitor(
            comes=comes,
            item=None if unsure else item.code,
            minutes=_minutes(item, chance),
            walk=chance.uniform(0.1, 0.5),
            away=chance.uniform(5, 20),
            priority=chance.choice(files.priorities).code if files.priorities and chance.random() < PRIORITY else None,
            missed=missed,
            returns=missed and chance.random() < RETURNING,
            parked=MISSED + TRANSFERRED <= fate < MISSED + TRANSFERRED + PARKED,
            transfer=Transfer(other.line_prefix, _minutes(other, chance), chance.random() < TO_WINDOW)
            if transferred
            else None,
        )

    return [made(comes) for comes in _arrivals(spells, visitors, chance)]


def book(visitors: Sequence[Visitor], files: HallFiles, share: float, seed: int) -> list[Visitor]:
    """Have this share of the visitors book, among those whose item takes bookings; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - a simulation
    bookable = {item.code for item in files.items if item.bookable}
    able = [place for place, visitor in enumerate(visitors) if visitor.item in bookable]
    chosen = chance.sample(able, min(len(able), round(share * len(visitors))))
    fates = chance.choices(list(FATES), list(FATES.values()), k=len(chosen))
    made = list(visitors)
    for place, fate, channel in zip(chosen, fates, cycle(CHANNELS), strict=False):
        booking = Booking(channel, fate, chance.random())
        made[place] = msgspec.structs.replace(made[place], booking=booking, priority=None)
    return made


def _arrivals(spells: Sequence[Spell], visitors: int, chance: random.Random) -> list[float]:
    """Each spell gets its share to within one visitor; inside a spell they come at any moment."""
    total = sum(spell.share for spell in spells)
    bounds = [0, *(round(visitors * share / total) for share in accumulate(spell.share for spell in spells))]
    counts = [after - before for before, after in pairwise(bounds)]
    return sorted(
        chance.uniform(spell.start, spell.end)
        for spell, count in zip(spells, counts, strict=True)
        for _ in range(count)
    )


def _minutes(item: ItemRow, chance: random.Random) -> float:
    """Handling minutes: gamma with the item's mean and deviation, within what is believable."""
    mean, sd = item.minutes_mean, item.minutes_sd
    drawn = chance.gammavariate((mean / sd) ** 2, sd**2 / mean) if sd else mean
    return min(max(drawn, LEAST_MINUTES), MOST_TIMES_MEAN * mean)


def _minute(text: str) -> float:
    at = time.fromisoformat(text)
    return at.hour * 60 + at.minute
