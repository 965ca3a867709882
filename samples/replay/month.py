"""The days after the replayed one, in simulated time: officers take the steps of their cases, and the watch wakes up.

Straight on the server's database and with the same services, to which ``now`` is handed in. The server runs on
meanwhile by the real clock; so transactions are short, and each move stands by itself.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ...cases import alerts, filing, moves, watch
from ...cases.filing import CaseRow
from ...cases.office import Office
from ...cases.rules import RulesFacts
from ...cases.state import Action
from ...core.calendar import DAY
from ...core.db import Database
from ...core.errors import Problem
from ...core.i18n import N_
from ...core.privacy import Vault
from ...queue import halls
from ...queue.actor import SYSTEM, Actor, officer
from ...queue.facts import HallFacts
from ...queue.hall import WorkingDay
from ...queue.staff import Role, Staff
from .accepting import Taken
from .booked import Wrong
from .cards import Cards
from .courses import By, Step
from .play import Done
from .publication import published, unpublished

AT_ONCE: Final = 20
"""Steps in one transaction: a fraction of a second in which nobody else writes."""
ARRIVES: Final = 3
"""Days before the end, or before it begins, when the calendar of the next year arrives."""
FIRST_STEP, BETWEEN = time(9), timedelta(minutes=30)
WAKES: Final[Mapping[Sequence[int], int]] = {(8, 12, 18): 4, (8, 8, 12, 12, 18): 2, (8, 18): 2, (18,): 1, (): 1}
"""Hours of a day at which the watch wakes up; twice at once as after a restart, or not at all."""
EVERY: Final = (8, 12, 18)

_REFUSED: Final = N_("{number} 于 {day} 的操作 {what} 被拒绝：{code}")
_NOT_REFUSED: Final = N_("{number} 于 {day} 的操作 {what} 本应被拒绝：{wanted}")
_STAFF = select(Staff.id, Staff.role).where(Staff.hall_id == bindparam("hall")).order_by(Staff.id)
_PUBLISH = insert(WorkingDay)


class Month:
    """So many ``days`` after ``first`` in one hall. ``wrong``: what ought not to have been refused, or to have been."""

    def __init__(
        self, database: Database, vault: Vault, root: str, hall: HallFacts, book: RulesFacts, first: date, days: int
    ) -> None:
        self._database, self._vault, self._root, self._book = database, vault, root, book
        self.hall, self.first, self.last = hall, first, first + days * DAY
        self._staff: dict[str, list[int]] = {}
        self._due: defaultdict[date, list[Taken]] = defaultdict(list)
        self.published: dict[date, bool] = {}
        """The days that arrived, and whether they are worked on; ``arrived``: when."""
        self.arrived: datetime | None = None
        self.counts: Counter[str] = Counter()
        self.wrong: list[Wrong] = []

    async def run(self, taken: Sequence[Taken], seed: int, done: Done) -> None:
        """Live through the days, ``done`` after each; what is due then and there is taken, and no more."""
        cards = Cards(seed)
        async with self._database.read() as connection:
            for row in await connection.execute(_STAFF, {"hall": self.hall.id}):
                self._staff.setdefault(row.role, []).append(row.id)
        for one in taken:
            self._plan(one, self.first)
        year = unpublished(self.hall.hours.working_days, self.last)
        arrival = None if year is None else self._arrival(year)
        hours: Sequence[int] = EVERY
        today = self.first
        while today < self.last:
            today += DAY
            if year is not None and today == arrival:
                await self._publish(year, self._at(today, time(7)))
            slept = not hours
            hours = cards.deal(WAKES)
            # It never sleeps for two days on end, nor on the last one: what it owes is due by then.
            hours = EVERY if today == self.last or (slept and not hours) else hours
            await self._wake(today, [hour for hour in hours if hour < FIRST_STEP.hour])
            await self._work(today, cards)
            await self._wake(today, [hour for hour in hours if hour >= FIRST_STEP.hour])
            done()

    def _arrival(self, year: int) -> date:
        """Near the end, and as in life before the year begins."""
        return max(self.first + DAY, min(self.last, date(year, 1, 1)) - ARRIVES * DAY)

    def _plan(self, taken: Taken, today: date) -> None:
        """When the next step of a case is due; never before the first day of ours, nor back in time."""
        if not taken.left:
            return
        step, days = taken.left[0], self.hall.hours.working_days
        day = days.after(today, step.after).day
        while step.rest and days.on(day).working:
            day += DAY
        self._due[max(day, self.first + DAY)].append(taken)

    async def _work(self, today: date, cards: Cards) -> None:
        """The steps of a day, round after round: who has another one on the same day takes it half an hour later."""
        at = self._at(today, FIRST_STEP)
        while ready := self._due.pop(today, []):
            cards.chance.shuffle(ready)
            for begins in range(0, len(ready), AT_ONCE):
                async with self._database.write() as tx:
                    for taken in ready[begins : begins + AT_ONCE]:
                        await self._step(tx, taken, at, cards)
            for taken in ready:
                self._plan(taken, today)
            at += BETWEEN

    async def _step(self, tx: AsyncConnection, taken: Taken, now: datetime, cards: Cards) -> None:
        """Take a step, or be refused as it ought to be. What cannot go on ends there, and is reported."""
        step = taken.left.popleft()
        row = await filing.find(tx, taken.number)
        office = self._office(now, self._who(step, row, cards))
        code = ""
        try:
            async with tx.begin_nested():
                after = await _taken(tx, office, row, step)
        except Problem as problem:
            code = problem.code
        if code in step.refused or not (code or step.refused):
            self.counts["refused" if code else "step"] += 1
            if not code and step.action is not None:
                taken.done.append(Action(after.action))
            return
        what, wanted = step.action or "close", "/".join(sorted(step.refused))
        fields = {"number": taken.number, "what": what, "day": office.today, "code": code, "wanted": wanted}
        self.wrong.append((_REFUSED if code else _NOT_REFUSED, fields))
        taken.left.clear()

    def _who(self, step: Step, row: CaseRow, cards: Cards) -> Actor:
        if step.by is By.SUPERVISOR:
            return officer(self._staff[Role.SUPERVISOR][0], anywhere=True)
        return officer(cards.chance.choice(self._staff[Role.CLERK]) if step.by is By.COLLEAGUE else row.holder_id)

    async def _wake(self, today: date, hours: Iterable[int]) -> None:
        """What a sweep does about cases: lights, notices, and whoever is to be reminded."""
        for hour in hours:
            office = self._office(self._at(today, time(hour)), SYSTEM)
            async with self._database.write() as tx:
                await watch.run(tx, office)
            async with self._database.write() as tx:
                self.counts["told"] += await alerts.climb(tx, office, office.now)
            self.counts["wake"] += 1

    async def _publish(self, year: int, now: datetime) -> None:
        """The calendar of a year arrives; what is open is judged anew."""
        rows = [msgspec.structs.asdict(row) | {"hall_id": self.hall.id} for row in published(year)]
        async with self._database.write() as tx:
            await tx.execute(_PUBLISH, rows)
        async with self._database.read() as connection:
            self.hall = await halls.load(connection, self.hall.code)
        self.arrived, self.published = now, {row["day"]: row["working"] for row in rows}
        after: int | None = 0
        while after is not None:
            async with self._database.write() as tx:
                after = await watch.revise(tx, self._office(now, SYSTEM), after)

    def _office(self, now: datetime, by: Actor) -> Office:
        return Office(self._vault, self.hall, self._book, self._root, by, now)

    def _at(self, day: date, hour: time) -> datetime:
        return datetime.combine(day, hour, ZoneInfo(self.hall.timezone)).astimezone(UTC)


async def _taken(tx: AsyncConnection, office: Office, row: CaseRow, step: Step) -> CaseRow:
    if step.action is not None:
        return await moves.act(tx, office, row, step.action, step.ask)
    part = next(part for part in await filing.parts(tx, row.id) if part.done_on is None)
    return await moves.close_part(tx, office, row, part.id, step.ask.note)
