"""What known screens last confirmed showing.

A call is confirmed by every board of the hall at once, so confirmations are gathered and written a few at a time: the
queue's own writes never stand behind two hundred of them.
"""

import asyncio
from datetime import datetime
from itertools import islice

import structlog
from sqlalchemy import Integer, bindparam, func, update
from sqlalchemy.exc import SQLAlchemyError

from ..core.db import Database
from ..core.types import Moment
from ..queue.staff import Device

log = structlog.get_logger()

GATHER_SECONDS = 0.2
AT_ONCE = 20

_SEEN = (
    update(Device)
    .where(Device.id == bindparam("device"))
    .values(
        seen_at=bindparam("at", type_=Moment),
        seen_revision=bindparam("revision"),
        seen_lag_ms=func.coalesce(bindparam("lag", type_=Integer), Device.seen_lag_ms),
    )
)


class Seen:
    """Gathers the newest confirmation of each device and writes them, whoever waits longest first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._newest: dict[int, tuple[datetime, int, int | None]] = {}
        self._task: asyncio.Task[None] | None = None

    def confirm(self, device_id: int, at: datetime, revision: int, lag_ms: int | None = None) -> None:
        """A device said that it shows this revision, so long after the hall stood so; written a moment later."""
        if lag_ms is None and (before := self._newest.get(device_id)):
            lag_ms = before[2]
        self._newest[device_id] = (at, revision, lag_ms)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write(), name="seen")

    async def stop(self) -> None:
        """Forget what is not written yet: screens say it again."""
        if self._task is not None:
            self._task.cancel()

    async def _write(self) -> None:
        while self._newest:
            await asyncio.sleep(GATHER_SECONDS)
            due = sorted(islice(self._newest, AT_ONCE))
            rows = [
                {"device": key, "at": at, "revision": revision, "lag": lag}
                for key, (at, revision, lag) in ((key, self._newest.pop(key)) for key in due)
            ]
            try:
                async with self._database.write() as tx:
                    await tx.execute(_SEEN, rows)
            except (OSError, SQLAlchemyError) as error:
                log.warning("seen_not_written", error=str(error))
