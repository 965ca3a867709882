"""Follow my number: every phone is told of its own ticket and of nothing else.

However many phones follow tickets of a hall, the hall is read for all of them together: when it moved, at most once a
second, and every few seconds in case a notice was lost. A ticket is shown and encoded once in each language, and only
when it stands otherwise than before. The newest frame wins, as in `hub`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import msgspec

from ..core.bus import Bus
from ..core.i18n import Language
from ..queue.facts import HallFacts
from ..queue.standing import Standing
from ..queue.ticket import Status, actions
from .hub import PHONE_GAP, PHONES_AT_ONCE, Lookout, Lookouts, wake_in_turn

Read = Callable[[int, Collection[str]], Awaitable[tuple[HallFacts, Mapping[str, Standing]]]]
"""(hall, keys of tickets) -> the hall's facts, and the tickets as they stand now."""
Show = Callable[[HallFacts, Standing, Language], Mapping[str, Any]]
"""A ticket as its holder may see it."""

OVER = frozenset(status for status in Status if not actions(status))
"""Nothing comes after these."""

_encode = msgspec.json.Encoder().encode


class Told(NamedTuple):
    """What was made of a ticket, and from what. ``last``: the ticket is over."""

    hall: HallFacts
    standing: Standing
    frame: bytes
    last: bool


class Phone:
    """One socket's place."""

    def __init__(self, key: str, language: Language) -> None:
        self.follows = (key, language)
        self.newest: Told | None = None
        self.wake = asyncio.Event()
        self._sent: Told | None = None

    @property
    def behind(self) -> bool:
        """It has not been told the newest yet."""
        if self.newest is None or self._sent is None:
            return self.newest is not self._sent
        return self.newest.frame is not self._sent.frame

    async def frames(self) -> list[bytes]:
        """Wait until the ticket stands otherwise than this phone was told; empty once it was told the end."""
        if self._sent is not None and self._sent.last:
            return []
        while self.newest is None or not self.behind:
            self.wake.clear()
            await self.wake.wait()
        self._sent = self.newest
        return [self._sent.frame]


class HallFollowers(Lookout):
    """The phones that follow tickets of one hall."""

    gap = PHONE_GAP

    def __init__(self, hall_id: int, read: Read, show: Show) -> None:
        super().__init__(hall_id)
        self._read = read
        self._show = show
        self._told: dict[tuple[str, Language], Told] = {}
        self.phones: set[Phone] = set()

    @property
    def empty(self) -> bool:
        return not self.phones

    async def look(self) -> None:
        """Read once for all, make a frame of each ticket that stands otherwise, and wake its phones."""
        asked = {phone.follows for phone in self.phones}
        hall, standings = await self._read(self.hall_id, {key for key, _ in asked})
        before, self._told = self._told, {}
        for done, (key, language) in enumerate(asked):
            if (standing := standings.get(key)) is not None:
                self._told[key, language] = self._tell(hall, standing, language, before.get((key, language)))
            if done % PHONES_AT_ONCE == 0:
                await asyncio.sleep(0)  # a call must not wait behind a thousand phones
        for phone in self.phones:
            phone.newest = self._told.get(phone.follows, phone.newest)
        await wake_in_turn([phone for phone in self.phones if phone.behind])

    def _tell(self, hall: HallFacts, standing: Standing, language: Language, before: Told | None) -> Told:
        if before is not None and before.hall is hall and before.standing == standing:
            return before
        frame = _encode({"type": "ticket", **self._show(hall, standing, language)})
        if before is not None and before.frame == frame:
            frame = before.frame  # nothing that its holder can see
        return Told(hall, standing, frame, standing.ticket.status in OVER)


class Followers(Lookouts[HallFollowers]):
    """The followers of every hall."""

    def __init__(self, bus: Bus, read: Read, show: Show) -> None:
        super().__init__(bus, lambda hall_id: HallFollowers(hall_id, read, show))

    @asynccontextmanager
    async def phone(self, hall_id: int, key: str, language: Language) -> AsyncIterator[Phone]:
        """A place for one socket that follows a ticket of this hall."""
        async with self.at(hall_id) as hall:
            phone = Phone(key, language)
            hall.phones.add(phone)
            hall.moved()  # its first frame comes with the next reading
            try:
                yield phone
            finally:
                hall.phones.discard(phone)
