"""A hall with officers straight on a database: what tests of the queue's services stand on."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from paihao.api.accounts import insert_staff
from paihao.core.db import Database
from paihao.core.journal import Journal
from paihao.queue import hallfiles, hallstore, issuing, windows
from paihao.queue.actor import SYSTEM, Actor, officer
from paihao.queue.audit import Entry
from paihao.queue.facts import HallFacts, LineFacts, WindowFacts
from paihao.queue.hall import Kind
from paihao.queue.hallrows import WindowRow
from paihao.queue.halls import load
from paihao.queue.routing import to_line
from paihao.queue.staff import Role, Staff
from paihao.queue.ticket import Channel, Ticket
from sqlalchemy import select

SMALL = Path(__file__).parent / "data" / "small"
MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""A Monday, nine o'clock in the hall."""

Lanes = Mapping[str, int]
"""What a window serves: prefix -> handicap in minutes."""

_names = itertools.count(1)


class Floor:
    """A hall with some windows, one officer for each and a supervisor; ``facts`` are as they were at the last look."""

    def __init__(self, database: Database, facts: HallFacts, officers: list[Actor], supervisor: Actor) -> None:
        self.database = database
        self.facts = facts
        self.officers = officers
        self.supervisor = supervisor

    @property
    def windows(self) -> list[WindowFacts]:
        return list(self.facts.windows.values())

    def line(self, prefix: str) -> LineFacts:
        line = self.facts.line(prefix)
        assert line is not None
        return line

    async def look(self) -> HallFacts:
        async with self.database.read() as connection:
            self.facts = await load(connection, self.facts.code)
        return self.facts

    async def open_all(self, now: datetime = MORNING) -> None:
        """Every officer opens his window."""
        for window, by in zip(self.windows, self.officers, strict=True):
            async with self.database.write() as tx:
                await windows.open_(tx, self.facts.id, window, by, now)
        await self.look()

    async def issue(self, prefix: str, now: datetime = MORNING) -> issuing.Issued:
        wish = issuing.Wish(to_line(self.line(prefix), self.facts), Channel.KIOSK)
        async with self.database.write() as tx:
            return await issuing.issue(tx, self.facts, wish, SYSTEM, now)

    async def tickets(self) -> list[Any]:
        """Every ticket of the hall, in the order of their ids."""
        query = select(Ticket.__table__).where(Ticket.hall_id == self.facts.id).order_by(Ticket.id)
        async with self.database.read() as connection:
            return list(await connection.execute(query))

    async def journal(self, after: int = 0) -> list[Entry]:
        """The hall's journal as `queue.audit` reads it."""
        query = (
            select(Journal.__table__, Ticket.business_day)
            .join(Ticket, Ticket.id == Journal.ticket_id, isouter=True)
            .where(Journal.hall_id == self.facts.id, Journal.id > after)
            .order_by(Journal.id)
        )
        async with self.database.read() as connection:
            rows = await connection.execute(query)
            return [
                msgspec.convert(
                    {
                        "id": row.id,
                        "at": row.at,
                        "action": row.action,
                        "ticket": row.ticket_id,
                        "day": row.business_day,
                        "window": row.window_id,
                        "line": row.line_id,
                        "from": row.from_status,
                        "to": row.to_status,
                        "data": row.data,
                    },
                    Entry,
                )
                for row in rows
            ]


async def lay(database: Database, lanes: Sequence[Lanes], **rules: Any) -> Floor:
    """A new hall like the small one, with these windows and rules (columns of ``hall``) instead of its own."""
    small, code = hallfiles.read(SMALL), f"hall-{next(_names)}"
    rows = tuple(
        WindowRow(f"W{place}", small.lines[0].zone, f"{place}号窗口", Kind.ORDINARY, tuple(serves.items()), "XZSP")
        for place, serves in enumerate(lanes, 1)
    )
    hall = msgspec.structs.replace(small.hall, code=code, **rules)
    people = [(f"{code}-{place}", f"{place}号", f"{place:03d}") for place in range(len(lanes) + 1)]
    async with database.write() as tx:
        hall_id = await hallstore.save(tx, msgspec.structs.replace(small, hall=hall, windows=rows))
        await insert_staff(tx, people, Role.CLERK, hall_id, "pbkdf2_sha256$1$x$x", MORNING)
        staff = (await tx.execute(select(Staff.id).where(Staff.hall_id == hall_id).order_by(Staff.id))).scalars()
        first, *others = staff
        officers = [officer(staff_id) for staff_id in others]
        return Floor(database, await load(tx, code), officers, officer(first, anywhere=True))
