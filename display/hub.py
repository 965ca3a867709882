"""The hub: per hall one newest picture, per socket one place for it. The newest frame wins.

A socket asks with `Screen.frames` when it is ready to send; whatever came in between is one difference. So a slow phone
never delays a board, and nothing piles up. The bus only says that a hall moved; a slow poll repairs a lost notice.
Boards are woken first; phones look at most once a second.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Generic, Protocol, TypeVar

import msgspec
import structlog

from ..core.bus import Bus, Moved, What
from .state import BoardState, frames, snapshot

log = structlog.get_logger()

LEAST_GAP = 0.01
"""Seconds between two readings of the picture: a rush of moves is one new picture."""
POLL = 5.0
"""Seconds after which the picture is read again though nobody said that it moved."""
PHONE_GAP = 1.0
PHONES_AT_ONCE = 10
PHONES_BREATH = 0.005
UNCONFIRMED_KEPT = 50
LONGEST_LAG_MS = 86_400_000

Read = Callable[[int], Awaitable[BoardState]]


class Screen:
    """One socket's place. ``board``: woken first and at once; else a phone, which can wait a moment."""

    def __init__(self, hall: "HallHub", *, board: bool) -> None:
        self._hall = hall
        self._sent: BoardState | None = None
        self._since = monotonic()
        self._unconfirmed: deque[tuple[int, float]] = deque(maxlen=UNCONFIRMED_KEPT)
        self.board = board
        self.wake = asyncio.Event()

    @property
    def behind(self) -> bool:
        """It has not been given the newest picture yet."""
        return self._sent is not self._hall.state

    @property
    def revision(self) -> int:
        """The revision that this screen was last given."""
        return self._sent.revision if self._sent is not None else 0

    async def frames(self) -> list[bytes]:
        """Wait until the picture differs from what this screen has, then give the frames that bring it up to date."""
        while (state := self._hall.state) is None or not self.behind:
            self.wake.clear()
            await self.wake.wait()
        sent, self._sent = self._sent, state
        self._unconfirmed.append((state.revision, max(self._since, self._hall.made)))
        return [self._hall.snapshot(state)] if sent is None else self._hall.frames(sent, state)

    def known(self) -> None:
        """It said that it is a board: woken first from now on, and now, since its turn as a phone may not have come."""
        self.board = True
        self.wake.set()

    def confirmed(self, revision: int) -> int | None:
        """It shows this revision: how many milliseconds after the hall stood so, or after it asked for a picture.

        None for a revision that it was not given, or has confirmed before.
        """
        given: tuple[int, float] | None = None
        while self._unconfirmed and self._unconfirmed[0][0] <= revision:
            given = self._unconfirmed.popleft()
        if given is None or given[0] != revision:
            return None
        return min(LONGEST_LAG_MS, round(1000 * (monotonic() - given[1])))

    def resync(self) -> None:
        """The screen noticed a gap: the next frames are a snapshot."""
        self._sent = None
        self._since = monotonic()
        self.wake.set()


class Waiting(Protocol):
    """Whoever waits to be woken: a socket's place."""

    wake: asyncio.Event


async def wake_in_turn(phones: Sequence[Waiting]) -> None:
    """Wake phones a few at a time, so that a call never waits behind a thousand of them."""
    for start in range(0, len(phones), PHONES_AT_ONCE):
        for phone in phones[start : start + PHONES_AT_ONCE]:
            phone.wake.set()
        await asyncio.sleep(PHONES_BREATH)


class Lookout(ABC):
    """Looks at one hall again and again: when it moved, and now and then in case a notice was lost.

    ``gap``: seconds between two looks at least. ``heeds``: what must have moved for it to look at once.
    """

    gap: float
    heeds: frozenset[What] = frozenset(What)

    def __init__(self, hall_id: int) -> None:
        self.hall_id = hall_id
        self._moved = asyncio.Event()

    @property
    @abstractmethod
    def empty(self) -> bool:
        """Nobody needs it any more."""

    @abstractmethod
    async def look(self) -> None:
        """Read the hall and tell who is to be told."""

    def moved(self) -> None:
        self._moved.set()

    async def run(self) -> None:
        """Look until cancelled; a reading that fails does not end it."""
        while True:
            self._moved.clear()
            look = asyncio.ensure_future(self.look())
            try:
                await asyncio.shield(look)
            except asyncio.CancelledError:
                await asyncio.wait([look])  # a reading that was begun gives its connection back
                raise
            except Exception:
                log.exception("look_failed", hall_id=self.hall_id)
            await asyncio.sleep(self.gap)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await self._moved.wait()


Kind = TypeVar("Kind", bound=Lookout)


class Lookouts(Generic[Kind]):
    """A lookout for every hall that somebody needs one for."""

    def __init__(self, bus: Bus, make: Callable[[int], Kind]) -> None:
        self._make = make
        self._halls: dict[int, Kind] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        bus.subscribe(self._moved)

    @asynccontextmanager
    async def at(self, hall_id: int) -> AsyncIterator[Kind]:
        """The hall's lookout; it looks until the last one leaves who came in by here."""
        hall = self._halls.get(hall_id)
        if hall is None:
            hall = self._halls[hall_id] = self._make(hall_id)
            self._tasks[hall_id] = asyncio.create_task(hall.run(), name=f"{type(hall).__name__}-{hall_id}")
        try:
            yield hall
        finally:
            if hall.empty and self._halls.get(hall_id) is hall:
                del self._halls[hall_id]
                ending = self._tasks.pop(hall_id)
                self._ending.add(ending)
                ending.add_done_callback(self._ending.discard)
                ending.cancel()

    async def stop(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), *self._ending, return_exceptions=True)

    def _moved(self, moved: Moved) -> None:
        hall = self._halls.get(moved.hall_id)
        if hall is not None and moved.what in hall.heeds:
            hall.moved()


class HallHub(Lookout):
    """The newest picture of one hall, kept while at least one screen looks at it."""

    gap = LEAST_GAP

    def __init__(self, hall_id: int, read: Read) -> None:
        super().__init__(hall_id)
        self._read = read
        self._encoded: dict[tuple[int, int], list[bytes]] = {}
        self.state: BoardState | None = None
        self.made = 0.0
        """When the picture became this one (monotonic)."""
        self.screens: set[Screen] = set()

    @property
    def empty(self) -> bool:
        return not self.screens

    async def run(self) -> None:
        """Keep the picture and wake the screens, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(super().run())
            tasks.create_task(self._serve_phones())

    async def look(self) -> None:
        """Take the picture; boards hear of a new one at once."""
        if self._take(await self._read(self.hall_id)):
            self._wake(screen for screen in self.screens if screen.board)

    async def _serve_phones(self) -> None:
        while True:
            await wake_in_turn([screen for screen in self.screens if not screen.board and screen.behind])
            await asyncio.sleep(PHONE_GAP)

    def snapshot(self, state: BoardState) -> bytes:
        """Encoded once for all screens that connect to the same picture."""
        return self._once((id(state), id(state)), lambda: [snapshot(state)])[0]

    def frames(self, sent: BoardState, state: BoardState) -> list[bytes]:
        """Encoded once for all screens that make the same step."""
        return self._once((id(sent), id(state)), lambda: frames(sent, state))

    def _once(self, step: tuple[int, int], make: Callable[[], list[bytes]]) -> list[bytes]:
        if step not in self._encoded:
            self._encoded[step] = make()
        return self._encoded[step]

    def _take(self, state: BoardState) -> bool:
        old = self.state
        if old is not None:
            if state == msgspec.structs.replace(old, revision=state.revision):
                return False
            # Two transactions may commit in the other order than their journal ids: the revision still grows.
            if state.revision <= old.revision:
                state = msgspec.structs.replace(state, revision=old.revision + 1)
        self.state, self.made = state, monotonic()
        self._encoded.clear()
        return True

    @staticmethod
    def _wake(screens: Iterable[Screen]) -> None:
        for screen in screens:
            screen.wake.set()


class Hub(Lookouts[HallHub]):
    """Every hall that somebody looks at."""

    def __init__(self, bus: Bus, read: Read) -> None:
        super().__init__(bus, lambda hall_id: HallHub(hall_id, read))

    @asynccontextmanager
    async def screen(self, hall_id: int, *, board: bool) -> AsyncIterator[Screen]:
        """A place for one socket; the hall's picture is read while there is at least one."""
        async with self.at(hall_id) as hall:
            screen = Screen(hall, board=board)
            hall.screens.add(screen)
            try:
                yield screen
            finally:
                hall.screens.discard(screen)

    @property
    def screens(self) -> int:
        """How many sockets are connected to this process."""
        return sum(len(hall.screens) for hall in self._halls.values())
