"""The watch over cases: once a day and hall, and whenever its calendar or rules change. A day missed is caught up."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from ..cases import watch
from ..cases.office import Office
from ..core.db import Database

AGAIN = timedelta(minutes=10)
"""At the latest so long after the last time: another process may have changed what this one did not see."""

Alone = Callable[[AsyncConnection], Awaitable[bool]]


class Watch:
    """Keeps in mind what was judged last, so that a sweep in which no day passed reads no cases."""

    def __init__(self) -> None:
        self._done: dict[int, tuple[datetime, date]] = {}
        self._counted: dict[int, Any] = {}

    def again(self, hall_id: int) -> None:
        """What was done for a hall did not last: the next run does all of it."""
        self._done.pop(hall_id, None)
        self._counted.pop(hall_id, None)

    async def run(self, database: Database, office: Office, alone: Alone) -> None:
        """A hall's cases as they stand now, where this process is the one that sweeps. Safe to repeat."""
        await self._revise(database, office, alone)
        at, day = self._done.get(office.hall.id, (None, None))
        if at is None or day != office.today or office.now - at > AGAIN:
            async with database.write() as tx:
                if not await alone(tx):
                    return
                await watch.run(tx, office)
            self._done[office.hall.id] = office.now, office.today

    async def _revise(self, database: Database, office: Office, alone: Alone) -> None:
        """Judge open cases anew, some hundred at a time, when the days count otherwise than before."""
        counted = office.working_days, office.rules
        if self._counted.get(office.hall.id) == counted:
            return
        after: int | None = 0
        while after is not None:
            async with database.write() as tx:
                if not await alone(tx):
                    return
                after = await watch.revise(tx, office, after)
        self._counted[office.hall.id] = counted
