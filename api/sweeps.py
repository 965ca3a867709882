"""What must happen without anybody pressing a button. APScheduler only wakes; the services check the state again.

Of several processes the one that holds a PostgreSQL advisory lock sweeps; the others find the lock taken and leave.
"""

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import text

from ..core import idempotency
from ..core.bus import Moved, What
from ..core.clock import business_day, now
from ..queue import moves
from ..queue.actor import SYSTEM
from .services import Services

_LOCK = text("SELECT pg_try_advisory_xact_lock(7263002)")


async def sweep(services: Services) -> None:
    """The day's end of every hall, old answers, ended sessions. Safe to run at any time, any number of times."""
    moment, halls = now(), await services.halls.all()
    async with services.database.write() as tx:
        if not services.database.sqlite and not (await tx.execute(_LOCK)).scalar_one():
            return
        ended = [
            hall.id
            for hall in halls
            if await moves.expire(tx, hall, SYSTEM, moment, business_day(moment, hall.timezone))
        ]
        await idempotency.forget(tx, moment)
    for hall_id in ended:
        services.bus.publish(Moved(hall_id, What.QUEUE))
    await services.identities.sweep()


def scheduler(services: Services) -> AsyncIOScheduler:
    """A scheduler with the sweep in it; a missed wake-up is caught up once."""
    made = AsyncIOScheduler(timezone="UTC")
    made.add_job(
        sweep,
        "interval",
        seconds=services.settings.sweep_seconds,
        args=[services],
        next_run_time=now(),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    return made
