"""Which edition of a hall visitors' pages show: pages that are open learn that it changed, and ask for what holds now.

An edition is a digest of what visitors can see of a hall's configuration. It is made once for all sockets of a hall,
and only when the hall's facts are others than before: tickets, which move many times a second, cost it nothing. Equal
facts give equal editions in every process, so that a page may be served by one and told by another.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

import msgspec

from ..core.bus import Bus, What
from ..queue.facts import HallFacts
from .hub import Lookout, Lookouts, wake_in_turn

UNSEEN: Final = frozenset({"ticker", "slides", "roster", "staff", "covers", "windows"})
"""What neither kiosk nor booking shows, and the windows, which are taken apart."""
STATES: Final = ("state", "pause_reason", "back_at")
PLANNED: Final = ("id", "number", "name", "zone_id", "kind", "department_id", "handicaps")
DIGEST_BYTES = 6

Read = Callable[[int], Awaitable[tuple[HallFacts, Any]]]
"""A hall's facts now, and its rules of booking: anything that msgspec encodes."""


class Edition(NamedTuple):
    """``booking``: of what can be booked. ``edition``: of that, and of how the windows stand."""

    edition: str
    booking: str


def edition_of(hall: HallFacts, rules: Any) -> Edition:
    """The digests of a hall as visitors see it."""
    seen = {name: value for name, value in msgspec.structs.asdict(hall).items() if name not in UNSEEN}
    planned = [[getattr(window, name) for name in PLANNED] for window in hall.windows.values()]
    states = [[getattr(window, name) for name in STATES] for window in hall.windows.values()]
    booking = _digest([seen, planned, rules])
    return Edition(_digest([booking, states]), booking)


def _digest(value: Any) -> str:
    plain = msgspec.to_builtins(value, str_keys=True, order="deterministic")
    return hashlib.blake2b(msgspec.json.encode(plain), digest_size=DIGEST_BYTES).hexdigest()


class Page:
    """One socket's place."""

    def __init__(self, hall: "HallEditions") -> None:
        self._hall = hall
        self._sent = b""
        self.wake = asyncio.Event()

    @property
    def behind(self) -> bool:
        """It has not been told the newest edition yet."""
        return self._hall.frame != self._sent

    async def frames(self) -> list[bytes]:
        """Wait until the hall's edition is another than this page was told."""
        while not self.behind:
            self.wake.clear()
            await self.wake.wait()
        self._sent = self._hall.frame
        return [self._sent]


class HallEditions(Lookout):
    """The pages that are open at one hall. ``frame`` is empty until the hall was looked at."""

    gap = 0.5
    heeds = frozenset({What.HALL})

    def __init__(self, hall_id: int, read: Read, of: Callable[[HallFacts, Any], Edition]) -> None:
        super().__init__(hall_id)
        self._read = read
        self._of = of
        self.frame = b""
        self.pages: set[Page] = set()

    @property
    def empty(self) -> bool:
        return not self.pages

    async def look(self) -> None:
        """Make the edition's frame, and wake the pages that were told another."""
        edition = self._of(*await self._read(self.hall_id))
        self.frame = msgspec.json.encode({"type": "edition", **edition._asdict()})
        await wake_in_turn([page for page in self.pages if page.behind])


class Editions(Lookouts[HallEditions]):
    """The editions of every hall."""

    def __init__(self, bus: Bus, read: Read) -> None:
        super().__init__(bus, lambda hall_id: HallEditions(hall_id, read, self.of))
        self._made: dict[int, tuple[HallFacts, Any, Edition]] = {}

    def of(self, hall: HallFacts, rules: Any) -> Edition:
        """The edition of these facts; made again only where they are others than last time."""
        known = self._made.get(hall.id)
        if known is None or known[0] is not hall or known[1] != rules:
            known = self._made[hall.id] = (hall, rules, edition_of(hall, rules))
        return known[2]

    @asynccontextmanager
    async def page(self, hall_id: int) -> AsyncIterator[Page]:
        """A place for one socket of a page that shows this hall."""
        async with self.at(hall_id) as hall:
            page = Page(hall)
            hall.pages.add(page)
            try:
                yield page
            finally:
                hall.pages.discard(page)
