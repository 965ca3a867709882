"""A crowd that wants the same few places at once, and a checker that looks at the slots all the time.

People come each from an address of their own. They reload, change their minds, give back, walk away so that their hold
runs out, book, move and cancel. Whatever they do, no slot may ever have more taken than places, nor a count that is not
what its holds and appointments say, and in the end everybody has exactly what he was told.
"""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from time import perf_counter
from typing import Any, NamedTuple

import msgspec
from paihao.core.clock import now
from paihao.core.db import Database
from paihao.core.types import Moment
from sqlalchemy import bindparam, text
from web import HOST, Line, request

PREFIX = "/api/v1"
_LOOK = """SELECT id, capacity, booked, held, online, online_cap,
    (SELECT count(*) FROM appointment WHERE slot_id = slot.id AND status <> 'cancelled') AS appointments,
    (SELECT count(*) FROM hold WHERE slot_id = slot.id AND state = 'held') AS holds
FROM slot WHERE fixed"""
_LEFT = text("UPDATE hold SET expires_at = :now WHERE key = :key AND state = 'held' AND at < :now").bindparams(
    bindparam("now", type_=Moment)
)
_OVER = text("UPDATE hold SET expires_at = :now WHERE state = 'held' AND at < :now").bindparams(
    bindparam("now", type_=Moment)
)
_PLACES = text(
    "UPDATE slot SET capacity = :each, online_cap = :each, fixed = true WHERE id IN (SELECT slot.id FROM slot "
    "JOIN item ON item.line_id = slot.line_id WHERE item.code = :item AND slot.starts_at > :after "
    "ORDER BY slot.starts_at, slot.id LIMIT :slots)"
).bindparams(bindparam("after", type_=Moment))
_BOOKED = "SELECT code, slot_id FROM appointment WHERE status = 'booked'"

_DECISIONS = {"book": 11, "reload": 4, "change": 2, "give back": 1, "walk away": 2}
_AFTERWARDS = {"keep": 14, "move": 3, "cancel": 3}
"""Of 20 people so many do this: dealt like cards, so that everything happens in a small crowd too."""

_numbers = itertools.count(1)


class Visitor:
    """Somebody with a phone and an address of his own."""

    def __init__(self, line: Line) -> None:
        number = next(_numbers)
        self.line = line
        self.phone = f"13{number:09d}"
        self._headers = {"X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}

    async def ask(self, path: str, method: str = "POST", **body: Any) -> tuple[int, Any]:
        """Status and answer."""
        said = msgspec.json.encode(body) if method == "POST" else b""
        status, answer = await self.line.ask(request(method, f"{PREFIX}{path}", self._headers, said))
        return status, msgspec.json.decode(answer) if answer else None


async def connect(ports: Sequence[int], count: int) -> list[Line]:
    """So many connections, in turn to each port."""
    loop = asyncio.get_running_loop()
    places = itertools.islice(itertools.cycle(ports), count)
    return [(await loop.create_connection(Line, HOST, port))[1] for port in places]


def _dealt(counts: Mapping[str, int], choice: random.Random) -> Iterator[str]:
    """For ever, each so often, in a mixed order."""
    cards = [what for what, count in counts.items() for _ in range(count)]
    choice.shuffle(cards)
    return itertools.cycle(cards)


class Outcome(NamedTuple):
    """``done``: how often what happened; ``wrong``: what the checker saw, or somebody was told and does not have."""

    people: int
    places: int
    booked: int
    seconds: float
    looks: int
    done: Counter[str]
    wrong: list[str]


class Rush:
    """So many people at the slots of an item, of whose ``places`` all together there are too few."""

    def __init__(self, database: Database, ports: Sequence[int], hall: str, item: str) -> None:
        self._database = database
        self._ports = ports
        self._hall = hall
        self._item = item
        self._slots: list[str] = []
        self._told: dict[str, int] = {}  # what people were told: code -> slot
        self._done: Counter[str] = Counter()
        self._wrong: list[str] = []
        self._looks = 0

    async def prepare(self, slots: int, each: int) -> None:
        """So many slots from tomorrow on with so many places each are wanted; planning leaves them alone."""
        after = now() + timedelta(days=1)
        async with self._database.write() as tx:
            await tx.execute(_PLACES, {"each": each, "item": self._item, "after": after, "slots": slots})
            rows = await tx.execute(text("SELECT id FROM slot WHERE fixed ORDER BY id"))
            self._slots = [f"{number}.{self._item}" for (number,) in rows]
        self._places = slots * each
        assert len(self._slots) == slots

    async def run(self, people: int, connections: int, seed: int) -> Outcome:
        """All want a place at once; in the end whatever is left free is taken, so that nothing was lost."""
        lines, began = await connect(self._ports, connections), perf_counter()
        crowd, choice = iter(range(people)), random.Random(seed)
        self._decisions, self._afterwards = _dealt(_DECISIONS, choice), _dealt(_AFTERWARDS, choice)

        async def come(line: Line) -> None:
            for _ in crowd:
                await self._visit(Visitor(line), choice)

        checker = asyncio.create_task(self._check())
        await asyncio.gather(*map(come, lines))
        seconds = perf_counter() - began
        async with self._database.write() as tx:
            await tx.execute(_OVER, {"now": now()})
        await self._fill(Visitor(lines[0]))
        checker.cancel()
        for line in lines:
            line.close()
        await self._compare()
        return Outcome(people, self._places, len(self._told), seconds, self._looks, self._done, self._wrong)

    async def _visit(self, visitor: Visitor, choice: random.Random) -> None:
        wishes = choice.sample(self._slots, k=min(2, len(self._slots)))
        for slot in wishes:
            status, held = await visitor.ask(f"/halls/{self._hall}/holds", slot=slot, channel="online")
            if status == 201:
                return await self._decide(visitor, slot, held, choice)
            self._note("full", status == 409 and held["code"] == "slot_full", held)
        return None

    async def _decide(self, visitor: Visitor, slot: str, held: Any, choice: random.Random) -> None:
        """With a place in his hands, somebody does one of what people do."""
        key, other = held["id"], choice.choice(self._slots)
        match next(self._decisions):
            case "reload":
                again = await visitor.ask(f"/halls/{self._hall}/holds", slot=slot, channel="online", hold=key)
                self._note("reloaded", again == (201, held), again)
            case "change":
                status, changed = await visitor.ask(
                    f"/halls/{self._hall}/holds", slot=other, channel="online", hold=key
                )
                self._note("changed" if status == 201 else "not changed", status in (201, 409), changed)
                key = changed["id"] if status == 201 else key
            case "give back":
                status, said = await visitor.ask(f"/holds/{key}", "DELETE")
                return self._note("given back", status == 204, said)
            case "walk away":
                async with self._database.single() as connection:
                    await connection.execute(_LEFT, {"now": now(), "key": key})
                return self._note("run out", True, None)
        status, made = await visitor.ask(f"/holds/{key}/confirm", name="张小三", phone=visitor.phone)
        self._note("booked", status == 201, made)
        if status == 201:
            await self._change(visitor, made, choice)
        return None

    async def _change(self, visitor: Visitor, made: Any, choice: random.Random) -> None:
        code, other = made["code"], choice.choice(self._slots)
        async with self._database.read() as connection:
            found = await connection.execute(text("SELECT slot_id FROM appointment WHERE code = :code"), {"code": code})
            self._told[code] = found.scalar_one()
        match next(self._afterwards):
            case "move" if int(other.partition(".")[0]) != self._told[code]:
                status, moved = await visitor.ask(f"/appointments/{code}/move", slot=other, phone=visitor.phone)
                self._note("moved" if status == 200 else "not moved", status in (200, 409), moved)
                if status == 200:
                    self._told[code] = int(other.partition(".")[0])
            case "cancel":
                status, gone = await visitor.ask(f"/appointments/{code}/cancel", phone=visitor.phone)
                self._note("cancelled", status == 200, gone)
                del self._told[code]

    async def _fill(self, first: Visitor) -> None:
        """Whatever is free can be booked: no place was lost."""
        for slot in self._slots:
            while True:
                visitor = Visitor(first.line)
                status, held = await visitor.ask(f"/halls/{self._hall}/holds", slot=slot, channel="online")
                if status != 201:
                    break
                status, made = await visitor.ask(f"/holds/{held['id']}/confirm", name="张小三", phone=visitor.phone)
                self._note("booked afterwards", status == 201, made)
                self._told[made["code"]] = int(slot.partition(".")[0])

    async def _check(self) -> None:
        async with self._database.read() as connection:
            while True:
                for row in await connection.execute(text(_LOOK)):
                    if row.booked + row.held > row.capacity or row.online > row.online_cap:
                        self._wrong.append(f"oversold: {tuple(row)}")
                    if (row.booked, row.held) != (row.appointments, row.holds) or row.online != row.booked + row.held:
                        self._wrong.append(f"miscounted: {tuple(row)}")
                self._looks += 1
                await asyncio.sleep(0)

    async def _compare(self) -> None:
        """Everybody has what he was told, and all places are taken."""
        async with self._database.read() as connection:
            have = {row.code: row.slot_id for row in await connection.execute(text(_BOOKED))}
            rows = (await connection.execute(text(_LOOK))).all()
        if have != self._told:
            self._wrong.append(f"told and not had, or had and not told: {have.items() ^ self._told.items()}")
        if sum(row.booked for row in rows) != self._places:
            self._wrong.append(f"places lost: {[tuple(row) for row in rows]}")

    def _note(self, what: str, expected: bool, said: Any) -> None:
        self._done[what] += 1
        if not expected:
            self._wrong.append(f"{what}: {said}")
