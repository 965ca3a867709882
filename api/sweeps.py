"""What must happen without anybody pressing a button. APScheduler only wakes; the services check the state again.

Of several processes the one that holds a PostgreSQL advisory lock sweeps; the others find the lock taken and leave.
"""

import asyncio
from datetime import datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from ..cases import overdue
from ..core import idempotency
from ..core.bus import Moved, What
from ..core.clock import business_day, now
from ..queue import moves, windows
from ..queue.actor import SYSTEM
from ..queue.facts import HallFacts
from . import case_offices
from .offices import own_office
from .services import Services

log = structlog.get_logger()

_LOCK = text("SELECT pg_try_advisory_xact_lock(7263002)")


async def sweep(services: Services) -> None:
    """The day's end of every hall, its booking, old answers, ended sessions. Safe at any time, any number of times."""
    moment, halls = now(), await services.halls.all()
    async with services.database.write() as tx:
        if not await _alone(tx):
            return
        ended = []
        for hall in halls:
            day = business_day(moment, hall.timezone)
            expired = await moves.expire(tx, hall, SYSTEM, moment, day)
            if await windows.leave(tx, hall, SYSTEM, moment, day):
                ended.append(Moved(hall.id, What.HALL))
            elif expired:
                ended.append(Moved(hall.id, What.QUEUE))
        await idempotency.forget(tx, moment)
    for moved in ended:
        services.bus.publish(moved)
    for hall in halls:
        for care in (_keep_up, _watch, _remind):
            try:
                await care(services, hall, moment)
            except Exception:  # one hall's trouble must not stop the others, nor its booking the reminders
                log.exception("upkeep_failed", hall=hall.code, care=care.__name__)
                services.upkeep.again(hall.id)
                services.watch.again(hall.id)
    services.messages.wake()
    await services.identities.sweep()


async def _keep_up(services: Services, hall: HallFacts, moment: datetime) -> None:
    office = await own_office(services, hall, moment)
    async with services.database.write() as tx:
        if await _alone(tx):
            await services.upkeep.run(tx, office)


async def _watch(services: Services, hall: HallFacts, moment: datetime) -> None:
    """What the day brings to cases: lights, notices that are owed, a calendar that arrived."""
    await services.watch.run(services.database, await case_offices.own_office(services, hall, moment), _alone)


async def _remind(services: Services, hall: HallFacts, moment: datetime) -> None:
    """What was not answered in time, and whoever is to be reminded now (R32, R34)."""
    office = await case_offices.own_office(services, hall, moment)
    async with services.database.write() as tx:
        if await _alone(tx):
            await overdue.run(tx, office)


async def _alone(tx: AsyncConnection) -> bool:
    """Whether this process is the one that sweeps until the transaction ends."""
    return tx.dialect.name == "sqlite" or bool((await tx.execute(_LOCK)).scalar_one())


class Sweeps:
    """Wakes the sweep; a missed wake-up is caught up once. A sweep that was begun ends before the house closes."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._running: asyncio.Future[None] | None = None
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._scheduler.add_job(
            self._run,
            "interval",
            seconds=services.settings.sweep_seconds,
            next_run_time=now(),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        self._scheduler.start()

    async def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
        if self._running is not None:
            await asyncio.wait([self._running])

    async def _run(self) -> None:
        self._running = asyncio.ensure_future(sweep(self._services))
        await asyncio.shield(self._running)  # cancelled in the middle it would keep its connection
