"""What a process holds while it runs, built once by the app factory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from litestar.di import NamedDependency
from prometheus_client import Gauge, Histogram
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.bus import Bus, MemoryBus, Moved, PostgresBus, What
from ..core.clock import now
from ..core.db import Database
from ..core.settings import Settings
from ..display import picture
from ..display.hub import Hub
from ..display.seen import Seen
from ..display.state import BoardState
from ..queue.facts import Halls
from ..queue.figures import Figures
from .identity import Identities

_MOVES_SECONDS = Histogram("paihao_move_seconds", "Transactions that moved a hall, and how long each took")
_SCREENS = Gauge("paihao_screens", "Screens connected to this process")


@dataclass(frozen=True)
class Services:
    settings: Settings
    database: Database
    bus: Bus
    halls: Halls
    figures: Figures
    hub: Hub
    seen: Seen
    identities: Identities

    @asynccontextmanager
    async def moving(self, hall_id: int, what: What = What.QUEUE) -> AsyncIterator[AsyncConnection]:
        """One transaction about a hall; once it is committed everybody who looks at the hall is told."""
        with _MOVES_SECONDS.time():
            async with self.database.write() as tx:
                yield tx
        self.bus.publish(Moved(hall_id, what))


Provided = NamedDependency[Services]
"""How a route asks for them."""


def build(settings: Settings) -> Services:
    """Wire a process together; nothing is opened yet."""
    database = Database(settings.database_url, password=settings.database_password, pool_size=settings.pool_size)
    dsn = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    bus: Bus = MemoryBus() if database.sqlite else PostgresBus(dsn)
    halls = Halls(database, bus)

    async def read(hall_id: int) -> BoardState:
        return await picture.read(database, await halls.by_id(hall_id), now())

    hub = Hub(bus, read)
    _SCREENS.set_function(lambda: hub.screens)
    return Services(
        settings,
        database,
        bus,
        halls,
        Figures(database),
        Hub(bus, read),
        Seen(database),
        Identities(settings, database),
    )
