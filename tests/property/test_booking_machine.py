"""Real booking on real databases against the model: slots, holds, appointments and the waiting list, in any order.

Time is moved by the machine. Every refusal must be the one that the model foresees and must change nothing; after every
step each slot's counts are what its holds and appointments say, and every move has left its row in the journal.
"""

import asyncio
import copy
import itertools
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from booking_model import CHANNELS, VISITOR, Item, Model, Record, Slot
from floor import MORNING, Floor, lay
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from model import Refused
from paihao.api.routes.slots import kept
from paihao.api.upkeep import Upkeep
from paihao.booking import appointments, holds, records, rules, slots, waiting
from paihao.booking import tables as rows
from paihao.booking.office import Office
from paihao.booking.people import Party, Person
from paihao.booking.rulebook import LineFacts, Rulebook
from paihao.booking.state import Channel, Late
from paihao.core.db import Database
from paihao.core.errors import Problem
from paihao.core.journal import Journal
from paihao.core.message import Message
from paihao.core.privacy import Vault
from paihao.queue import issuing
from paihao.queue.actor import PUBLIC, SYSTEM, Actor
from paihao.queue.figures import prior
from paihao.queue.routing import to_line
from paihao.queue.ticket import Channel as Way
from paihao.queue.ticket import Ticket
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

Run = Callable[[Coroutine[Any, Any, Any]], Any]

VAULT = Vault("s" * 40)
PEOPLE = tuple("012345")
"""The last digits of their phones; the others are the run's, as a phone gets only so many codes, in whatever hall."""
_runs = itertools.count(1)
CODES = ("S-002", "S-003")
PERCENTS = {"online": 80, "phone": 50, "onsite": 50}
LAST = datetime(2026, 3, 30, tzinfo=UTC)
"""The machine does not live beyond: holidays are the calendar's tests."""
FEW = ("missed", "warned", "barred", "offered", "lapsed")

some = st.integers(0, 999)
"""Which of those that there are."""
some_channel = st.sampled_from(["online", "online", *CHANNELS])
some_item = st.sampled_from(CODES)
some_phone = st.sampled_from(PEOPLE)
ours = st.booleans()
"""Whether an officer does it for the visitor."""
stale = st.sampled_from([False, False, False, True])
"""Whether the appointment is taken as somebody saw it some time ago."""
likely = st.sampled_from([True, True, True, False])
"""Whether to choose from what may succeed."""
some_share = st.sampled_from([4, 4, 8, 12, 0])

STEPS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "hold": {"item": some_item, "slot": some, "channel": some_channel, "before": st.none() | some, "likely": likely},
    "release": {"pick": some},
    "send_code": {"pick": some, "phone": some_phone},
    "verify": {"pick": some, "right": st.booleans()},
    "confirm": {"pick": some, "phone": some_phone, "proven": st.sampled_from([False, False, True]), "likely": likely},
    "book": {"item": some_item, "slot": some, "channel": some_channel, "phone": some_phone},
    "move": {"pick": some, "slot": some, "ours": ours, "stale": stale, "likely": likely},
    "cancel": {"pick": some, "ours": ours, "stale": stale},
    "check_in": {"pick": some, "minutes": st.sampled_from([None, -31, -30, -5, 0, 15, 16, 60]), "stale": stale},
    "join": {
        "item": some_item,
        "day": st.sampled_from([0, 0, 1, 1, 1, 2, 2, -1, 4]),
        "channel": some_channel,
        "phone": some_phone,
        "when": st.sampled_from([(0, 0), (0, 0), (0, 12), (12, 0)]),
    },
    "accept": {"pick": some, "likely": likely},
    "leave": {"pick": some, "likely": likely},
    "lift": {"phone": some_phone, "likely": likely},
    "replan": {"code": some_item, "share": some_share},
    "resize": {"slot": some, "places": st.integers(0, 4)},
    "wait": {"minutes": st.sampled_from([1, 4, 5, 6, 6, 31, 31, 60, 960]), "sweeps": st.booleans()},
    "sweep": {},
}
OFTEN = Counter(hold=6, release=2, send_code=2, verify=3, confirm=3, book=10, move=5, cancel=7, check_in=4, join=5)
OFTEN |= Counter(accept=8, leave=3, lift=1, replan=2, resize=1, wait=7, sweep=2)


@st.composite
def steps(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """What may happen next, as often as its weight says."""
    name = draw(st.sampled_from(sorted(OFTEN.elements())))
    return name, draw(st.fixed_dictionaries(STEPS[name]))


class BookingMachine(RuleBasedStateMachine):
    """A hall of its own for every run."""

    floor: Floor
    model: Model

    def __init__(self, database: Database, run: Run) -> None:
        super().__init__()
        self.database, self._run = database, run
        self.now, self.journaled, self.posted, self.lived = MORNING, 0, 0, next(_runs)
        self.keys: dict[int, str] = {}  # of visitors' holds, by their place in the model
        self.codes: list[str] = []  # of appointments, in the model's order
        self.seen: dict[int, tuple[Any, Any]] = {}  # appointments as somebody saw them: the row, the model's picture
        self.entries: list[str] = []  # keys of the waiting list, in the model's order

    @initialize(
        late=st.sampled_from(Late),
        a_day=st.integers(1, 3),
        no_shows=st.integers(1, 2),
        cancellations=st.sampled_from([2, 3, 5]),
        share=st.sampled_from([4, 8]),
        crowd=st.lists(st.fixed_dictionaries(STEPS["book"]), min_size=6, max_size=10),
        late_comers=st.lists(st.fixed_dictionaries(STEPS["join"]), min_size=2, max_size=4),
    )
    def lay(self, share: int, crowd: list[Any], late_comers: list[Any], **chosen: Any) -> None:
        self.floor = self._run(lay(self.database, [{"A": 0}, {"B": 0}]))
        facts = self.floor.facts
        self.items = {code: facts.items[code] for code in CODES}
        known = {
            item.id: Item(item.id, item.line_id or 0, prior(facts, item.line_id or 0).mean)
            for item in self.items.values()
        }
        self.rules = rules.RulesFacts(
            slot_minutes=210,
            days_ahead=2,
            counted_days=7,
            barred_days=5,
            keep_days=3650,
            **{f"{channel}_percent": percent for channel, percent in PERCENTS.items()},
            **chosen,
        )
        self.model = Model(known, {item.line: 4 for item in known.values()}, PERCENTS, self.rules, self.now)
        self.replan(CODES[0], share)
        for one in crowd:
            self.book(**one)
        for one in late_comers:
            self.join(**one)

    @rule(step=steps())
    def happens(self, step: tuple[str, dict[str, Any]]) -> None:
        name, arguments = step
        getattr(self, name)(**arguments)

    # What both do.

    def office(self, by: Actor = PUBLIC) -> Office:
        lines = {line: LineFacts(windows=1, share_percent=share) for line, share in self.model.shares.items()}
        return Office(VAULT, self.floor.facts, Rulebook(self.rules, lines), "http://hall.test", by, self.now)

    def really(self, work: Callable[[AsyncConnection], Awaitable[Any]]) -> Any:
        async def inside() -> Any:
            async with self.database.write() as tx:
                return await work(tx)

        return self._run(inside())

    def both(self, work: Callable[[AsyncConnection], Awaitable[Any]], foreseen: Callable[[Model], Any]) -> Any:
        """Do it for real and in the model; None when both refuse it for the same reason, and nothing has changed."""
        self.model.now = self.now
        later = copy.deepcopy(self.model)
        refusal: Refused | None = None
        try:
            expected = foreseen(later)
        except Refused as error:
            refusal = error
        if refusal is None:
            done, self.model = self.really(work), later
            return done, expected
        with pytest.raises(Problem) as problem:
            self.really(work)
        assert (type(problem.value), problem.value.code) == (refusal.kind, refusal.code)
        return None

    def slot(self, pick: int, item: str | None = None) -> int:
        """A slot; with ``item`` one of its line that is neither closed nor past, if there is one."""
        line = self.items[item].line_id if item else None
        good = [
            n for n, one in self.model.slots.items() if one.line == line and not one.closed and one.starts > self.now
        ]
        numbers = good or list(self.model.slots)
        return numbers[pick % len(numbers)]

    def held(self, pick: int, *, likely: bool = False) -> int | None:
        running = [n for n in self.keys if likely and self.model.running(n)]
        numbers = running or list(self.keys)
        return numbers[pick % len(numbers)] if numbers else None

    def look(self, place: int) -> tuple[Any, Any]:
        row = self.really(partial(appointments.find, code=self.codes[place]))
        self.seen[place] = row, copy.copy(self.model.booked[place])
        return self.seen[place]

    def appointment(self, pick: int, *, stale: bool) -> tuple[int, Any, Any] | None:
        """One that is booked, if there is one: its place, the row and the model's picture of it as they were seen."""
        if not self.codes:
            return None
        booked = [n for n, one in enumerate(self.model.booked) if one.status == "booked" and pick % 7]
        place = (booked or range(len(self.codes)))[pick % len(booked or self.codes)]
        return (place, *(self.seen[place] if stale and place in self.seen else self.look(place)))

    def party(self, phone: str) -> Party:
        return Party(Person("张小三", self.number(phone)))

    def number(self, phone: str) -> str:
        return f"138{self.lived:07d}{phone}"

    # Visitors: holds.

    def hold(self, item: str, slot: int, channel: str, before: int | None, likely: bool) -> int | None:
        if not self.model.slots:
            return None
        number, old = self.slot(slot, item if likely else None), self.held(before, likely=True) if before else None
        if old is not None and before and before % 2:  # he reloads
            had = self.model.holds[old]
            number, channel = had.slot, had.channel
            item = next(code for code, one in self.items.items() if one.id == had.item)
        wish = self.items[item]
        key = self.keys[old] if old is not None else ""
        done = self.both(
            lambda tx: kept(tx, self.office(), wish, number, Channel(channel), key),
            lambda model: model.hold(wish.id, number, channel, old),
        )
        if done is None:
            return None
        taken, place = done
        assert taken.expires_at == self.model.holds[place].expires
        assert self.keys.setdefault(place, taken.key) == taken.key  # the same again, where nothing was changed
        return int(place)

    def release(self, pick: int) -> None:
        if (place := self.held(pick)) is None:
            return

        async def work(tx: AsyncConnection) -> None:
            if (freed := await holds.release(tx, self.keys[place])) is not None:
                await waiting.offer(tx, self.office(), [freed])

        self.both(work, lambda model: model.release(place))

    def send_code(self, pick: int, phone: str) -> None:
        if (place := self.held(pick, likely=True)) is None:
            return
        done = self.both(
            lambda tx: holds.send_code(tx, self.office(), self.keys[place], self.number(phone), "zh_CN"),
            lambda model: model.send_code(place, phone),
        )
        if done is not None:
            last = select(Message.content).order_by(Message.id.desc()).limit(1)
            found = re.search(r"验证码(\d{6})", VAULT.open(self.really(lambda tx: tx.scalar(last))))
            assert found is not None
            self.model.holds[place].code = found[1]

    def verify(self, pick: int, right: bool) -> None:
        if (place := self.held(pick, likely=True)) is None:
            return
        sent = self.model.holds[place].code
        code = sent if right and sent else f"{(int(sent or 0) + 1) % 10**6:06d}"
        done = self.both(
            lambda tx: holds.verify(tx, self.office(), self.keys[place], code),
            lambda model: model.verify(place, code),
        )
        assert done is None or done[0] == done[1]

    def confirm(self, pick: int, phone: str, proven: bool, likely: bool) -> None:
        if (place := self.held(pick, likely=likely)) is None:
            return
        if likely and self.model.holds[place].verified:
            phone, proven = self.model.holds[place].phone, True
        done = self.both(
            lambda tx: appointments.confirm(
                tx, self.office(), self.keys[place], self.party(phone), "", "zh_CN", proven=proven
            ),
            lambda model: model.confirm(place, phone, proven=proven),
        )
        if done is not None:
            self.made(*done)

    def made(self, row: Any, expected: Any) -> None:
        slot = self.model.slots[expected.slot]
        assert (row.line_id, row.starts_at, row.day, row.closed) == (slot.line, slot.starts, slot.day, slot.closed)
        expected.id = row.id
        self.codes.append(row.code)

    def book(self, item: str, slot: int, channel: str, phone: str) -> None:
        """Hold and confirm in one go, so that many get there."""
        place = self.hold(item, slot, channel, None, likely=True)
        if place is not None:
            self.confirm(list(self.keys).index(place), phone, proven=False, likely=False)

    # Appointments.

    def move(self, pick: int, slot: int, ours: bool, stale: bool, likely: bool) -> None:
        if (found := self.appointment(pick, stale=stale)) is None:
            return
        place, row, seen = found
        item = next(code for code, one in self.items.items() if one.id == row.item_id)
        number, by = self.slot(slot, item if likely else None), self.floor.supervisor if ours else PUBLIC

        async def work(tx: AsyncConnection) -> None:
            await appointments.move(tx, self.office(by), row, number)
            await waiting.offer(tx, self.office(by), [row.slot_id])

        self.both(work, lambda model: model.move(model.booked[place], seen, number, by.label))

    def cancel(self, pick: int, ours: bool, stale: bool) -> None:
        if (found := self.appointment(pick, stale=stale)) is None:
            return
        place, row, seen = found
        by = self.floor.supervisor if ours else PUBLIC

        async def work(tx: AsyncConnection) -> None:
            await appointments.cancel(tx, self.office(by), row)
            await waiting.offer(tx, self.office(by), [row.slot_id])

        self.both(work, lambda model: model.cancel(model.booked[place], seen, by.label))

    def check_in(self, pick: int, minutes: int | None, stale: bool) -> None:
        """``minutes``: he comes so long after the time he has booked, if that is still to come."""
        if (found := self.appointment(pick, stale=stale)) is None:
            return
        place, row, seen = found
        if minutes is not None:
            self.now = min(max(self.now, row.starts_at + timedelta(minutes=minutes)), max(self.now, LAST))
        facts, office = self.floor.facts, self.office()

        async def work(tx: AsyncConnection) -> tuple[datetime, bool]:
            appointments.still_booked(row)
            stands = rules.arrival(row.starts_at, self.now, self.rules)
            way = to_line(facts.lines[row.line_id], facts)
            wish = issuing.Wish(way, Way.WEB, arrival=stands.arrival, booked_for=row.starts_at)
            issued = await issuing.issue(tx, facts, wish, PUBLIC, self.now)
            used = await appointments.use(tx, office, row, issued.id)
            assert used.ticket_id == issued.id
            arrival = await tx.scalar(select(Ticket.arrival).where(Ticket.id == issued.id))
            assert arrival is not None
            return arrival, stands.kept

        done = self.both(work, lambda model: model.check_in(model.booked[place], seen, VISITOR))
        assert done is None or done[0] == done[1]

    def lift(self, phone: str, likely: bool) -> None:
        barred = [one for one, record in self.model.records.items() if record.until and likely]
        phone = barred[0] if barred else phone
        who, by = VAULT.index("phone", self.number(phone)), self.floor.supervisor
        self.both(
            lambda tx: records.lift(tx, self.floor.facts.id, who, "情况属实", by, self.now),
            lambda model: model.lift(phone),
        )

    # The waiting list.

    def join(self, item: str, day: int, channel: str, phone: str, when: tuple[int, int]) -> None:
        wish, on = self.items[item], self.office().today + timedelta(days=day)
        since, until = time(when[0]), time(when[1]) if when[1] else time.max
        done = self.both(
            lambda tx: waiting.join(
                tx, self.office(), wish, on, Channel(channel), self.party(phone), "", "zh_CN", since, until
            ),
            lambda model: model.join(wish.id, on, channel, phone, since, until),
        )
        if done is not None:
            key, entry = done
            entry.id = self.really(partial(waiting.find, key=key)).id
            self.entries.append(key)

    def entry(self, pick: int, *, likely: bool) -> int | None:
        offered = [n for n, one in enumerate(self.model.waits) if one.status == "offered"]
        places = offered if likely else range(len(self.entries))
        return places[pick % len(places)] if places else None

    def accept(self, pick: int, likely: bool) -> None:
        if (place := self.entry(pick, likely=likely)) is None:
            return
        row = self.really(partial(waiting.find, key=self.entries[place]))
        done = self.both(
            lambda tx: waiting.accept(tx, self.office(), row), lambda model: model.accept(model.waits[place])
        )
        if done is not None:
            self.made(*done)

    def leave(self, pick: int, likely: bool) -> None:
        if (place := self.entry(pick, likely=likely)) is None:
            return
        row = self.really(partial(waiting.find, key=self.entries[place]))

        async def work(tx: AsyncConnection) -> None:
            if (freed := await waiting.leave(tx, self.office(), row)) is not None:
                await waiting.offer(tx, self.office(), [freed])

        self.both(work, lambda model: model.leave(model.waits[place]))

    # The hall and time.

    def replan(self, code: str, share: int) -> None:
        """Other windows or hours: more places, fewer, or none any more."""
        self.model.shares[self.items[code].line_id or 0] = share
        self.sweep()

    def resize(self, slot: int, places: int) -> None:
        if not self.model.slots:
            return
        number = self.slot(slot)

        async def work(tx: AsyncConnection) -> bool:
            row = await slots.find(tx, self.floor.facts.id, number)
            return await slots.resize(tx, row, places, self.rules) is not None

        done = self.both(work, lambda model: model.resize(number, places))
        assert done[0] == done[1]

    def wait(self, minutes: int, sweeps: bool) -> None:
        if self.now + timedelta(minutes=minutes) < LAST:
            self.now += timedelta(minutes=minutes)
        if sweeps:
            self.sweep()

    def sweep(self) -> None:
        def foreseen(model: Model) -> None:
            # What is new has a number only when it is there.
            for number, (line, starts, places) in zip(self.numbers(new := model.plan()), new, strict=True):
                model.slots[number] = Slot(line, starts, places, model.caps(places))
            model.run_out()
            model.miss()
            model.close()
            model.offer(model.slots)

        self.model.now = self.now
        self.really(lambda tx: Upkeep().run(tx, self.office(SYSTEM)))
        foreseen(self.model)

    def numbers(self, new: list[tuple[int, datetime, int]]) -> list[int]:
        query = select(rows.Slot.id, rows.Slot.line_id, rows.Slot.starts_at).where(
            rows.Slot.hall_id == self.floor.facts.id
        )
        found = {(line, starts): number for number, line, starts in self.really(lambda tx: tx.execute(query))}
        return [found[line, starts] for line, starts, _ in new]

    # What holds after every step.

    def all(self, table: Any) -> list[Any]:
        query = select(table.__table__).where(table.hall_id == self.floor.facts.id).order_by(table.__table__.c[0])
        return list(self.really(lambda tx: tx.execute(query)))

    @invariant()
    def every_slot_adds_up(self) -> None:
        for row in self.all(rows.Slot):
            one = self.model.slots[row.id]
            assert (row.capacity, row.closed, row.fixed) == (one.capacity, one.closed, one.fixed)
            assert (row.booked, row.held) == self.model.taken(row.id)
            assert 0 <= row.booked + row.held <= row.capacity
            for channel in CHANNELS:
                count, cap = getattr(row, channel), getattr(row, f"{channel}_cap")
                assert (count, cap) == (sum(self.model.taken(row.id, channel)), one.caps[channel])
                assert count <= cap

    @invariant()
    def rows_are_the_models(self) -> None:
        told = [
            (h.slot_id, h.item_id, h.channel, h.expires_at, h.state, h.codes_sent, h.tries, h.verified)
            for h in self.all(rows.Hold)
        ]
        assert told == [
            (h.slot, h.item, h.channel, h.expires, h.state, h.codes, h.tries, h.verified) for h in self.model.holds
        ]
        booked = self.all(rows.Appointment)
        assert [(a.id, a.slot_id, a.day, a.channel, a.status, a.moves, a.actor, a.changed_at) for a in booked] == [
            (a.id, a.slot, a.day, a.channel, a.status, a.moves, a.actor, a.changed) for a in self.model.booked
        ]
        active = Counter((a.person, a.item_id, a.day) for a in booked if a.status == "booked")
        assert set(active.values()) <= {1}
        waits = [(w.id, w.status, w.hold_id is not None) for w in self.all(rows.Waiting)]
        assert waits == [(w.id, w.status, w.hold is not None) for w in self.model.waits]

    @invariant()
    def records_are_the_models(self) -> None:
        found = {row.person: (row.barred_until, row.barred_for, row.counted_from) for row in self.all(rows.Record)}
        for phone in PEOPLE:
            one = self.model.records.get(phone, Record())
            assert found.get(VAULT.index("phone", self.number(phone)), (None, "", None)) == (
                one.until,
                one.why,
                one.counted,
            )

    @invariant()
    def every_move_has_its_row_and_everybody_is_told(self) -> None:
        of_hall = (Journal.hall_id == self.floor.facts.id, Journal.id > self.journaled)
        entries = self.really(
            lambda tx: tx.execute(select(Journal.id, Journal.action, Journal.data).where(*of_hall))
        ).all()
        self.journaled = max((entry.id for entry in entries), default=self.journaled)
        moves = [
            (entry.data["appointment"], entry.action.removeprefix("appointment_"))
            for entry in entries
            if entry.action.startswith("appointment_")
        ]
        assert sorted(moves) == sorted((one.id, action) for one, action in self.model.told)
        self.model.told.clear()
        query = select(Message.id, Message.event).where(
            Message.hall_id == self.floor.facts.id, Message.id > self.posted
        )
        posted = self.really(lambda tx: tx.execute(query)).all()
        self.posted = max((row.id for row in posted), default=self.posted)
        few = [event for _, event in posted if event.rpartition(":")[2] in FEW]
        kinds = {True: "waiting", False: "appointment"}
        said = [f"{kinds[hasattr(one, 'since')]}:{one.id}:{what}" for one, what in self.model.letters]
        assert sorted(few) == sorted(said)
        self.model.letters.clear()


@pytest.fixture
def run() -> Iterator[Run]:
    with asyncio.Runner() as runner:
        yield runner.run


def test_booking_is_the_models(database_url: str, run: Run) -> None:
    database = Database(database_url, pool_size=2)
    try:
        run_state_machine_as_test(
            partial(BookingMachine, database, run),  # type: ignore[arg-type]  # called like a class
            settings=settings(
                max_examples=25,
                stateful_step_count=40,
                deadline=None,
                database=None,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        run(database.close())
