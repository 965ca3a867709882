"""What a process holds while it runs, built once by the app factory."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litestar.di import NamedDependency
from prometheus_client import Gauge, Histogram
from sqlalchemy.ext.asyncio import AsyncConnection

from ..booking import holds
from ..booking.rulebook import Rulebook, Rulebooks
from ..core import gateways
from ..core.bus import Bus, MemoryBus, Moved, PostgresBus, What
from ..core.clock import now
from ..core.db import Database
from ..core.i18n import Language
from ..core.outbox import Outbox
from ..core.privacy import Vault
from ..core.settings import Settings
from ..display import picture
from ..display.clips import Clips, Espeak
from ..display.editions import Editions
from ..display.followers import Followers
from ..display.hub import Hub
from ..display.media import MEGABYTE, Shelf
from ..display.printing import Printing
from ..display.seen import Seen
from ..display.state import BoardState
from ..queue.facts import HallFacts
from ..queue.figures import Figures
from ..queue.halls import Halls
from ..queue.standing import Standing, standings
from .identity import Identities
from .limits import Bucket
from .routes.followed import followed
from .upkeep import Upkeep
from .watch import Watch

DIGITS_A_DAY = 30
WRONG_AN_HOUR = 30
GUESSES_A_MINUTE = 6
"""How often an address may try a phone number on one appointment."""

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
    followers: Followers
    editions: Editions
    seen: Seen
    clips: Clips
    shelf: Shelf
    identities: Identities
    vault: Vault
    printing: Printing
    messages: Outbox
    rulebooks: Rulebooks
    upkeep: Upkeep
    asking: Bucket
    """How often an address of the public may look at slots and appointments."""
    taking: Bucket
    """How often it may hold, confirm, or ask for a code."""
    texting: Bucket
    """How many codes may go to one phone in an hour, whoever asks for them."""
    guessing: Bucket
    """How often it may try a phone number on one code."""
    digits: Bucket
    """How often the last digits of a case's phone may be tried in a day, whoever tries."""
    wrong: Bucket
    """How often an address may be wrong about cases in an hour, whichever they are."""
    watch: Watch

    @asynccontextmanager
    async def moving(self, hall_id: int, what: What | None = What.QUEUE) -> AsyncIterator[AsyncConnection]:
        """One transaction about a hall; once it is committed everybody who looks at the hall is told.

        ``what`` is None for what no screen shows, such as a booking.
        """
        with _MOVES_SECONDS.time():
            async with self.database.write() as tx:
                yield tx
        if what is not None:
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

    figures = Figures(database)

    async def read_followed(hall_id: int, keys: Collection[str]) -> tuple[HallFacts, dict[str, Standing]]:
        hall = await halls.by_id(hall_id)
        return hall, await standings(database, figures, hall, keys, now())

    def show(hall: HallFacts, standing: Standing, language: Language) -> dict[str, Any]:
        return followed(standing.ticket, hall, standing.place, language)

    rulebooks = Rulebooks(database, bus)

    async def read_configured(hall_id: int) -> tuple[HallFacts, Rulebook]:
        return await halls.by_id(hall_id), await rulebooks.get(hall_id)

    hub, followers = Hub(bus, read), Followers(bus, read_followed, show)
    vault = Vault(settings.secret)
    _SCREENS.set_function(lambda: hub.screens)
    return Services(
        settings,
        database,
        bus,
        halls,
        figures,
        hub,
        followers,
        Editions(bus, read_configured),
        Seen(database),
        Clips(Espeak(settings.voice_command), Path(settings.voice_cache)),
        Shelf(Path(settings.media), settings.media_mb * MEGABYTE),
        Identities(settings, database, vault),
        vault,
        Printing(database),
        Outbox(database, vault, gateways.build(settings)),
        rulebooks,
        Upkeep(),
        Bucket(settings.booking_asks),
        Bucket(settings.booking_takes),
        Bucket(holds.MOST_TEXTS, minutes=60),
        Bucket(GUESSES_A_MINUTE),
        Bucket(DIGITS_A_DAY, minutes=24 * 60),
        Bucket(WRONG_AN_HOUR, minutes=60),
        Watch(),
    )
