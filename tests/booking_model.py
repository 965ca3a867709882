"""Booking as it should be, in memory and in plain words: what the state machine compares the real one with."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from model import Refused
from paihao.core.errors import BookingRefused, Forbidden, Invalid, NotFound, Problem, SlotFull, TooMany

ZONE = ZoneInfo("Asia/Shanghai")
SPELLS = ((time(8, 30), time(12)), (time(14), time(17, 30)))
"""When the small hall serves, Monday to Friday."""
CHANNELS = ("online", "phone", "onsite")
VISITOR = "public"
SLOT_MINUTES = 210
OFFER, HOLD, CHECK_IN, GRACE = (timedelta(minutes=minutes) for minutes in (30, 5, 30, 15))
NOTICE, CANCEL = timedelta(hours=1), timedelta(hours=2)
MOST_CODES, MOST_TRIES, MOST_TEXTS = 3, 5, 6


def refuse(code: str, kind: type[Problem] = BookingRefused) -> Refused:
    return Refused(kind, code)


def working(first: date, count: int) -> date:
    """So many weekdays later; there are no holidays in the weeks that the machine lives through."""
    while count:
        first += timedelta(days=1)
        count -= first.weekday() < 5
    return first


@dataclass
class Item:
    id: int
    line: int
    minutes: float


@dataclass
class Slot:
    line: int
    starts: datetime
    capacity: int
    caps: dict[str, int]
    closed: bool = False
    fixed: bool = False

    @property
    def day(self) -> date:
        return self.starts.astimezone(ZONE).date()


@dataclass
class Hold:
    slot: int
    item: int
    channel: str
    at: datetime
    expires: datetime
    state: str = "held"
    phone: str = ""
    code: str = ""
    codes: int = 0
    tries: int = 0
    verified: bool = False


@dataclass
class Appointment:
    slot: int
    item: int
    day: date
    channel: str
    person: str
    at: datetime
    id: int = 0
    status: str = "booked"
    moves: int = 0
    actor: str = VISITOR
    changed: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.changed = self.at


@dataclass
class Waiting:
    item: int
    line: int
    day: date
    channel: str
    person: str
    since: time
    until: time
    id: int = 0
    status: str = "waiting"
    hold: int | None = None


@dataclass
class Record:
    until: datetime | None = None
    why: str = ""
    counted: datetime | None = None


@dataclass
class Model:
    """``shares``: percent of a line's one window given to booking.

    ``told``: journal rows, ``letters``: events of messages, since somebody looked.
    """

    items: Mapping[int, Item]
    shares: dict[int, int]
    percents: Mapping[str, int]
    rules: Any
    now: datetime
    slots: dict[int, Slot] = field(default_factory=dict)
    holds: list[Hold] = field(default_factory=list)
    booked: list[Appointment] = field(default_factory=list)
    waits: list[Waiting] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    told: list[tuple[Appointment, str]] = field(default_factory=list)
    letters: list[tuple[Appointment | Waiting, str]] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.now.astimezone(ZONE).date()

    @property
    def last_day(self) -> date:
        return working(self.today, self.rules.days_ahead)

    # What is taken.

    def taken(self, slot: int, channel: str | None = None) -> tuple[int, int]:
        """How many are booked there, and held."""
        booked = [a for a in self.booked if a.slot == slot and a.status != "cancelled" and channel in (None, a.channel)]
        held = [h for h in self.holds if h.slot == slot and h.state == "held" and channel in (None, h.channel)]
        return len(booked), len(held)

    def free(self, slot: int, channel: str) -> tuple[int, int]:
        """Free for anybody; free through the channel."""
        one = self.slots[slot]
        return one.capacity - sum(self.taken(slot)), one.caps[channel] - sum(self.taken(slot, channel))

    # Slots.

    def caps(self, places: int) -> dict[str, int]:
        return {channel: ceil(places * self.percents[channel] / 100) for channel in CHANNELS}

    def wanted(self) -> dict[tuple[int, datetime], int]:
        made = {}
        for line, share in self.shares.items():
            minutes = next(item.minutes for item in self.items.values() if item.line == line)
            for n in range((self.last_day - self.today).days + 1):
                day = self.today + timedelta(days=n)
                for opens, _ in SPELLS if day.weekday() < 5 and share else ():
                    made[line, datetime.combine(day, opens, ZONE)] = max(1, int(SLOT_MINUTES / minutes * share / 100))
        return made

    def plan(self) -> list[tuple[int, datetime, int]]:
        """Resize and close what is there; gives what is new."""
        want = self.wanted()
        known = {(one.line, one.starts): number for number, one in self.slots.items()}
        for (line, starts), number in known.items():
            one, places = self.slots[number], want.get((line, starts))
            if not self.today <= one.day <= self.last_day or one.starts <= self.now:
                continue
            one.closed = places is None
            size = one.capacity if places is None or one.fixed else places
            one.capacity = max(size, sum(self.taken(number)))
            one.caps = {ch: max(cap, sum(self.taken(number, ch))) for ch, cap in self.caps(size).items()}
        return [(line, starts, places) for (line, starts), places in want.items() if (line, starts) not in known]

    def resize(self, slot: int, places: int) -> bool:
        one = self.slots[slot]
        if sum(self.taken(slot)) > places:
            return False
        one.capacity, one.fixed = places, True
        one.caps = {ch: max(cap, sum(self.taken(slot, ch))) for ch, cap in self.caps(places).items()}
        return True

    # Holds.

    def earliest(self, channel: str) -> datetime:
        return self.now if channel == "onsite" else self.now + NOTICE

    def _within(self, item: Item, slot: int, channel: str) -> None:
        one = self.slots[slot]
        if one.line != item.line:
            raise refuse("foreign_slot", Invalid)
        if one.closed:
            raise refuse("slot_closed")
        if one.starts <= self.now:
            raise refuse("slot_past")
        if one.starts < self.earliest(channel):
            raise refuse("too_late_to_book")
        if one.day > self.last_day:
            raise refuse("not_open_yet")

    def _room(self, slot: int, channel: str) -> None:
        whole, through = self.free(slot, channel)
        if whole <= 0:
            raise refuse("slot_full", SlotFull)
        if through <= 0:
            raise refuse("channel_full", SlotFull)

    def running(self, hold: int) -> bool:
        return self.holds[hold].state == "held" and self.holds[hold].expires > self.now

    def _run(self, hold: int) -> Hold:
        if not self.running(hold):
            raise refuse("hold_used" if self.holds[hold].state == "confirmed" else "hold_over")
        return self.holds[hold]

    def hold(self, item: int, slot: int, channel: str, before: int | None) -> int:
        had = before if before is not None and self.running(before) else None
        if had is not None and (old := self.holds[had]) and (old.slot, old.item, old.channel) == (slot, item, channel):
            return had
        self._within(self.items[item], slot, channel)
        try:
            self._room(slot, channel)
        except Refused:
            if not self.run_out(slot):
                raise
            self._room(slot, channel)
        self.holds.append(Hold(slot, item, channel, self.now, self.now + HOLD))
        made = len(self.holds) - 1
        if had is not None:
            self.release(had)
        return made

    def release(self, hold: int) -> None:
        if self.holds[hold].state == "held":
            self.holds[hold].state = "released"
            self.offer([self.holds[hold].slot])

    def send_code(self, hold: int, phone: str) -> None:
        lately = (one for one in self.holds if one.phone == phone and one.at > self.now - timedelta(hours=1))
        if sum(one.codes for one in lately) >= MOST_TEXTS:
            raise refuse("too_many_texts", TooMany)
        one = self._run(hold)
        if one.codes == MOST_CODES:
            raise refuse("too_many_codes", TooMany)
        one.phone, one.codes, one.tries, one.verified = phone, one.codes + 1, 0, False

    def verify(self, hold: int, code: str) -> bool:
        one = self._run(hold)
        if one.tries == MOST_TRIES:
            raise refuse("too_many_tries", TooMany)
        one.tries, one.verified = one.tries + 1, bool(one.code) and code == one.code
        return one.verified

    def run_out(self, slot: int | None = None) -> int:
        """What ran out ends; who let an offer lapse is told; the next are offered what is free."""
        due = [
            number
            for number, one in enumerate(self.holds)
            if one.state == "held" and one.expires <= self.now and slot in (None, one.slot)
        ]
        for number in due:
            self.holds[number].state = "expired"
        for entry in self.waits:
            if entry.status == "offered" and entry.hold in due:
                entry.status = "lapsed"
                self.letters.append((entry, "lapsed"))
        self.offer({self.holds[number].slot for number in due})
        return len(due)

    # Appointments.

    def barred(self, person: str, channel: str) -> None:
        record = self.records.setdefault(person, Record())
        if channel == "online" and record.until is not None and record.until > self.now:
            raise refuse("barred", Forbidden)

    def confirm(self, hold: int, person: str, *, proven: bool, actor: str = VISITOR) -> Appointment:
        one = self._run(hold)
        if proven and one.channel == "online" and not (one.verified and one.phone == person):
            raise refuse("phone_unverified", Invalid)
        self.barred(person, one.channel)
        if self.slots[one.slot].closed:
            raise refuse("slot_closed")
        day = self.slots[one.slot].day
        that_day = [a for a in self.booked if (a.person, a.day) == (person, day)]
        if sum(a.status in ("booked", "checked_in") for a in that_day) >= self.rules.a_day:
            raise refuse("too_many_a_day")
        if any((a.item, a.status) == (one.item, "booked") for a in that_day):
            raise refuse("booked_already")
        one.state = "confirmed"
        made = Appointment(one.slot, one.item, day, one.channel, person, self.now, actor=actor)
        self.booked.append(made)
        self.told.append((made, "book"))
        return made

    def _still(self, seen: Appointment) -> None:
        codes = {"checked_in": "checked_in_already", "cancelled": "cancelled_already", "missed": "missed_already"}
        if seen.status in codes:
            raise refuse(codes[seen.status])

    def _in_time(self, seen: Appointment, actor: str) -> None:
        if actor == VISITOR and self.now > self.slots[seen.slot].starts - CANCEL:
            raise refuse("too_late_to_change")

    def _change(self, now_is: Appointment, seen: Appointment, action: str, actor: str, otherwise: str) -> None:
        """As it was seen, or not at all."""
        if (now_is.moves, now_is.status) != (seen.moves, "booked"):
            raise refuse(otherwise)
        now_is.moves += 1
        now_is.actor, now_is.changed = actor, self.now
        self.told.append((now_is, action))

    def move(self, one: Appointment, seen: Appointment, slot: int, actor: str) -> None:
        self._still(seen)
        self._in_time(seen, actor)
        if slot == seen.slot:
            raise refuse("same_slot", Invalid)
        self._within(self.items[one.item], slot, one.channel)
        left, day = one.slot, self.slots[slot].day
        self._change(one, seen, "move", actor, BookingRefused.code)
        others = (a for a in self.booked if a is not one and a.status == "booked")
        if any((a.person, a.item, a.day) == (one.person, one.item, day) for a in others):
            raise refuse("booked_already")
        if min(self.free(slot, one.channel)) <= 0:
            raise refuse("slot_full", SlotFull)
        that_day = [a for a in self.booked if (a.person, a.day) == (one.person, day) and a is not one]
        taken = sum(a.status in ("booked", "checked_in") for a in that_day)
        if actor == VISITOR and day != one.day and taken >= self.rules.a_day:
            raise refuse("too_many_a_day")
        one.slot, one.day = slot, day
        self.offer([left])

    def cancel(self, one: Appointment, seen: Appointment, actor: str) -> None:
        self._still(seen)
        self._in_time(seen, actor)
        self._change(one, seen, "cancel", actor, BookingRefused.code)
        one.status = "cancelled"
        if actor == VISITOR:
            self.letters += [(one, said) for said in self.judge([one.person]).values()]
        self.offer([one.slot])

    def check_in(self, one: Appointment, seen: Appointment, actor: str) -> tuple[datetime, bool]:
        """With which arrival he joins the queue, and whether he keeps his place."""
        self._still(seen)
        starts = self.slots[seen.slot].starts
        if self.now < starts - CHECK_IN:
            raise refuse("too_early")
        kept = self.now <= starts + GRACE
        if not kept and self.rules.late == "rebook":
            raise refuse("too_late")
        self._change(one, seen, "check_in", actor, "checked_in_already")
        one.status = "checked_in"
        return (starts if kept else self.now), kept

    # Sanctions.

    def judge(self, people: Iterable[str]) -> dict[str, str]:
        """Who has done it too often is barred; gives what each is told, a warning or the bar."""
        said = {}
        for person in set(people):
            record = self.records.setdefault(person, Record())
            lately = [
                one
                for one in self.booked
                if one.person == person
                and one.changed > self.now - timedelta(days=self.rules.counted_days)
                and (record.counted is None or one.changed > record.counted)
            ]
            no_shows = sum(one.status == "missed" for one in lately)
            cancelled = sum(one.status == "cancelled" and one.actor == VISITOR for one in lately)
            if no_shows >= self.rules.no_shows or cancelled >= self.rules.cancellations:
                why = "no_shows" if no_shows >= self.rules.no_shows else "cancellations"
                self.records[person] = Record(self.now + timedelta(days=self.rules.barred_days), why, self.now)
                said[person] = "barred"
            elif no_shows == self.rules.no_shows - 1 > 0 or cancelled == self.rules.cancellations - 1 > 0:
                said[person] = "warned"
        return said

    def lift(self, person: str) -> None:
        record = self.records.get(person)
        if record is None or record.until is None or record.until <= self.now:
            raise refuse("not_barred", NotFound)
        self.records[person] = Record(counted=self.now)

    def miss(self) -> None:
        midnight = datetime.combine(self.today, time.min, ZONE)
        before = self.now - GRACE if self.rules.late == "rebook" else midnight
        over = [one for one in self.booked if one.status == "booked" and self.slots[one.slot].starts < before]
        for one in over:
            closed = self.slots[one.slot].closed  # nobody could come, and nobody is blamed
            self._change(one, one, "cancel" if closed else "miss", "system", "")
            one.status = "cancelled" if closed else "missed"
        gone = [one for one in over if one.status == "missed"]
        self.letters += [(one, "missed") for one in gone]
        said = self.judge(one.person for one in gone)
        self.letters += [(one, said.pop(one.person)) for one in gone if one.person in said]  # told once each

    # The waiting list.

    def join(self, item: int, day: date, channel: str, person: str, since: time, until: time) -> Waiting:
        if not self.today <= day <= self.last_day:
            raise refuse("not_open_yet")
        if day.weekday() > 4:
            raise refuse("day_closed")
        self.barred(person, channel)
        if any(
            (w.person, w.item, w.day) == (person, item, day) and w.status in ("waiting", "offered") for w in self.waits
        ):
            raise refuse("waiting_already")
        made = Waiting(item, self.items[item].line, day, channel, person, since, until)
        self.waits.append(made)
        return made

    def offer(self, freed: Collection[int]) -> None:
        """In order of joining, each the first place that suits him."""
        lines = {(self.slots[slot].line, self.slots[slot].day) for slot in freed}
        for entry in [w for w in self.waits if w.status == "waiting" and (w.line, w.day) in lines]:
            for slot in sorted(freed):
                one = self.slots[slot]
                begins, expires = one.starts.astimezone(ZONE).time(), min(self.wakes + OFFER, one.starts)
                suits = (one.line, one.day) == (entry.line, entry.day) and entry.since <= begins < entry.until
                if suits and not one.closed and self.wakes < one.starts and min(self.free(slot, entry.channel)) > 0:
                    self.holds.append(Hold(slot, entry.item, entry.channel, self.now, expires))
                    entry.status, entry.hold = "offered", len(self.holds) - 1
                    self.letters.append((entry, "offered"))
                    break

    @property
    def wakes(self) -> datetime:
        """At night an offer waits for the morning."""
        at = self.now.astimezone(ZONE)
        morning = at.replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=at.hour >= 21)
        return self.now if 8 <= at.hour < 21 else morning

    def accept(self, entry: Waiting) -> Appointment:
        if entry.status != "offered" or entry.hold is None:
            raise refuse("nothing_offered")
        made = self.confirm(entry.hold, entry.person, proven=False)
        entry.status = "taken"
        return made

    def leave(self, entry: Waiting) -> None:
        if entry.status not in ("waiting", "offered"):
            raise refuse("waiting_over")
        offered, entry.status = entry.status == "offered", "lapsed" if entry.status == "offered" else "withdrawn"
        if offered and entry.hold is not None:
            self.release(entry.hold)

    def close(self) -> None:
        for entry in self.waits:
            if entry.status == "waiting" and entry.day < self.today:
                entry.status = "lapsed"
