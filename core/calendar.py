"""Working days and opening hours as values: no database, no clock (R37-R39).

`WorkingDays` is what deadlines count, `Timetable` is when the doors are open. The two differ: a hall may serve on a
Saturday, which is no working day, and rest on a day that is one.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeVar

import chinese_calendar
import msgspec

from .clock import local, start_of

DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
FRIDAY, MONDAY = 5, 1
FARTHEST = 400
"""Days ahead in which the next opening is looked for: more than a year, as a hall may open for one season only."""

At = TypeVar("At", time, datetime)


class Day(NamedTuple):
    """What the calendar says of a date. ``holiday``: free, and not for being a weekend; ``name`` says which.

    ``provisional``: the year is not published yet, so that weekdays count; it may still turn out otherwise.
    """

    working: bool
    holiday: bool = False
    name: str = ""
    name_en: str = ""
    provisional: bool = False


class Override(NamedTuple):
    """A date that counts otherwise than published."""

    working: bool
    name: str


class Counted(NamedTuple):
    """A date that was counted to; ``provisional`` when any date on the way is."""

    day: date
    provisional: bool


@lru_cache(maxsize=4096)
def _published(day: date) -> Day:
    try:
        free, festival = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:  # the library's word for a year that it does not know
        return Day(day.isoweekday() <= FRIDAY, provisional=True)
    if festival is None:
        return Day(not free)
    named = chinese_calendar.Holiday(festival)
    return Day(not free, free, named.chinese, named.value)


class WorkingDays(msgspec.Struct, frozen=True):
    """The working days of mainland China with their make-up days (调休), and what a hall overrides (R39)."""

    overrides: Mapping[date, Override] = {}

    def on(self, day: date) -> Day:
        """What a date is; never provisional where an override says it."""
        said = self.overrides.get(day)
        return _published(day) if said is None else Day(said.working, not said.working, said.name)

    def after(self, day: date, count: int) -> Counted:
        """The ``count``-th working day after a date, which itself is not counted; the date for a count of 0."""
        provisional = False
        while count > 0:
            day += DAY
            found = self.on(day)
            provisional |= found.provisional
            count -= found.working
        return Counted(day, provisional)


class Spell(NamedTuple):
    """One unbroken stretch of opening in local time; a noon break makes two of them."""

    opens: time
    closes: time


class Regular(NamedTuple):
    """A spell of a weekday (1 = Monday), of the hall or a line, all the year or from ``since`` through ``until``."""

    weekday: int
    opens: time
    closes: time
    line_id: int | None = None
    since: date | None = None
    until: date | None = None

    def meets(self, other: "Regular") -> bool:
        """Whether both would hold at one moment, whosever they are: an all-year week and a season are apart."""
        if self.weekday != other.weekday or self.closes <= other.opens or other.closes <= self.opens:
            return False
        if self.since is None or self.until is None or other.since is None or other.until is None:
            return self.since is other.since
        return self.since <= other.until and other.since <= self.until


class Exceptional(NamedTuple):
    """A spell of one date instead of the regular ones, of the hall or a line; without times: closed all day."""

    day: date
    opens: time | None
    closes: time | None
    line_id: int | None = None
    reason: str = ""
    reason_en: str = ""


class Why(StrEnum):
    """What decides the hours of a date."""

    WEEK = "week"
    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    EXCEPTION = "exception"


class ServiceDay(NamedTuple):
    """The hours of a date. ``reason``: the exception's, or the festival's name; empty for an ordinary day."""

    spells: Sequence[Spell]
    why: Why
    reason: str = ""
    reason_en: str = ""
    provisional: bool = False


class Timetable(msgspec.Struct, frozen=True, dict=True):
    """When a hall and its lines are open (R37, R38). Moments are aware, dates and times the hall's own.

    The first of these that says something about a date decides it: an exception of the line; one of the hall; a public
    holiday, unless the hall opens on holidays; the week. A make-up day has the hours of a Monday. The week is the
    line's own where it has one on that date, else the hall's; in either a season's week stands for the year-round one.
    A week is taken whole: a weekday that it does not name is closed.
    """

    timezone: str
    regular: Sequence[Regular] = ()
    exceptions: Sequence[Exceptional] = ()
    working_days: WorkingDays = WorkingDays()
    open_on_holidays: bool = False

    @cached_property
    def _weeks(self) -> Mapping[int | None, Sequence[Regular]]:
        weeks: dict[int | None, list[Regular]] = {}
        for spell in self.regular:
            weeks.setdefault(spell.line_id, []).append(spell)
        return weeks

    @cached_property
    def _special(self) -> Mapping[tuple[int | None, date], Sequence[Exceptional]]:
        special: dict[tuple[int | None, date], list[Exceptional]] = {}
        for spell in self.exceptions:
            special.setdefault((spell.line_id, spell.day), []).append(spell)
        return special

    def week(self, day: date, line_id: int | None = None) -> Sequence[Regular]:
        """The week that holds on a date, of a line or of the hall."""
        for owner in dict.fromkeys((line_id, None)):
            spells = self._weeks.get(owner, ())
            if season := [each for each in spells if each.since and each.until and each.since <= day <= each.until]:
                return season
            if all_year := [each for each in spells if each.since is None]:
                return all_year
        return ()

    def on(self, day: date, line_id: int | None = None) -> ServiceDay:
        """The hours of a date, and why they are so."""
        for owner in dict.fromkeys((line_id, None)):
            if special := self._special.get((owner, day)):
                times = [
                    (each.opens, each.closes) for each in special if each.opens is not None and each.closes is not None
                ]
                spells = _spells(times) if len(times) == len(special) else []  # closed outweighs hours beside it
                return ServiceDay(spells, Why.EXCEPTION, special[0].reason, special[0].reason_en)
        found = self.working_days.on(day)
        if found.holiday and not self.open_on_holidays:
            return ServiceDay([], Why.HOLIDAY, found.name, found.name_en)
        make_up = found.working and day.isoweekday() > FRIDAY
        weekday = MONDAY if make_up else day.isoweekday()
        spells = _spells((each.opens, each.closes) for each in self.week(day, line_id) if each.weekday == weekday)
        if make_up:
            return ServiceDay(spells, Why.MAKE_UP, found.name, found.name_en)
        return ServiceDay(spells, Why.WEEK, provisional=found.provisional)

    def spells_on(self, day: date, line_id: int | None = None) -> Sequence[Spell]:
        """The spells of a date in order, none touching another; empty when closed."""
        return self.on(day, line_id).spells

    def open_at(self, now: datetime, line_id: int | None = None) -> bool:
        """Whether the hall's clocks show a time within a spell: its start is, its end is not."""
        at = local(now, self.timezone)
        return any(spell.opens <= at.time() < spell.closes for spell in self.spells_on(at.date(), line_id))

    def next_opening(self, now: datetime, line_id: int | None = None) -> datetime | None:
        """When doors open next after ``now``, local; while they are open, the time after. None: not in `FARTHEST`."""
        if not (self.regular or self.exceptions):
            return None
        today = local(now, self.timezone).date()
        openings = (opens for opens, _ in self._stretches(today, today + FARTHEST * DAY, line_id) if opens > now)
        found = next(openings, None)
        return None if found is None else local(found, self.timezone)

    def minutes_open(self, since: datetime, until: datetime, line_id: int | None = None) -> float:
        """Minutes of real time between two moments in which the doors are open."""
        days = local(since, self.timezone).date(), local(until, self.timezone).date()
        parts = (min(closes, until) - max(opens, since) for opens, closes in self._stretches(*days, line_id))
        return sum((part for part in parts if part > timedelta()), timedelta()) / MINUTE

    def _stretches(self, first: date, last: date, line_id: int | None) -> Iterator[tuple[datetime, datetime]]:
        """Opening in real time (UTC) from the first date through the last, in order, none touching another."""
        for ahead in range((last - first).days + 1):
            day = first + ahead * DAY
            spells = self.spells_on(day, line_id)
            yield from _joined(stretch for spell in spells for stretch in _real(day, spell, self.timezone))


def _spells(times: Iterable[tuple[time, time]]) -> list[Spell]:
    return [Spell(*spell) for spell in _joined(times)]


def _joined(stretches: Iterable[tuple[At, At]]) -> list[tuple[At, At]]:
    """In order, without empty ones, those that touch or overlap made one."""
    joined: list[tuple[At, At]] = []
    for begins, ends in sorted(stretches):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        elif begins < ends:
            joined.append((begins, ends))
    return joined


def _real(day: date, spell: Spell, timezone: str) -> Iterator[tuple[datetime, datetime]]:
    """When the hall's clocks show the spell, in UTC; on a day on which they are changed, before and after that."""
    midnight, end = start_of(day, timezone), start_of(day + DAY, timezone)
    before, after = midnight.utcoffset() or timedelta(), end.utcoffset() or timedelta()
    opens, closes = datetime.combine(day, spell.opens, UTC), datetime.combine(day, spell.closes, UTC)
    if before == after:
        yield opens - before, closes - before
        return
    start = midnight.astimezone(UTC)
    seconds = range((end.astimezone(UTC) - start) // SECOND)
    changed = bisect_left(seconds, True, key=lambda at: local(start + at * SECOND, timezone).utcoffset() != before)
    turn = start + changed * SECOND
    yield opens - before, min(closes - before, turn)
    yield max(opens - after, turn), closes - after
