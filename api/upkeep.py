"""What booking needs done without anybody pressing a button: slots of new days, what ran out, what was missed."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from ..booking import appointments, holds, overdue, slots, waiting
from ..booking.office import Office
from ..cases import custody, enquiry, matter
from ..core import messages
from ..core.clock import start_of
from ..queue import moves

REPLANNED = timedelta(minutes=10)


class Upkeep:
    """Keeps in mind what was planned last, so that a sweep in which nothing changed reads no slots."""

    def __init__(self) -> None:
        self._planned: dict[int, tuple[datetime, Any]] = {}
        self._forgotten: dict[int, date] = {}

    def again(self, hall_id: int) -> None:
        """What was done for a hall did not last: the next run does all of it."""
        self._planned.pop(hall_id, None)
        self._forgotten.pop(hall_id, None)

    async def run(self, tx: AsyncConnection, office: Office) -> None:
        """A hall's booking as it should be now. Safe to repeat; a run that was missed is caught up by the next."""
        await self._plan(tx, office)
        await waiting.run_out(tx, office)
        await overdue.miss(tx, office)
        await waiting.close(tx, office)
        await waiting.offer_all(tx, office)
        if self._forgotten.get(office.hall.id) != office.today:
            await _forget(tx, office)
            self._forgotten[office.hall.id] = office.today

    async def _plan(self, tx: AsyncConnection, office: Office) -> None:
        days = office.open_days
        want = slots.wanted(office.hall, office.book, days)
        at, known = self._planned.get(office.hall.id, (datetime.min.replace(tzinfo=office.now.tzinfo), None))
        if want != known or office.now - at > REPLANNED:
            await slots.plan(tx, office.hall, office.book, days, office.now)
            self._planned[office.hall.id] = office.now, want


async def _forget(tx: AsyncConnection, office: Office) -> None:
    """Personal data go when the hall's days are over (R61)."""
    before = office.today - timedelta(days=office.rules.keep_days)
    await moves.forget(tx, office.hall.id, before)
    await appointments.forget(tx, office.hall.id, before)
    await waiting.forget(tx, office.hall.id, before)
    midnight = start_of(before, office.hall.timezone)
    await holds.forget(tx, office.hall.id, midnight)
    await enquiry.forget(tx, office.hall.id, midnight)
    await custody.forget(tx, office.hall.id, midnight)
    await matter.forget(tx, office.hall.id, midnight)
    await messages.forget(tx, office.hall.id, midnight)
