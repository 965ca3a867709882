"""The hub: per hall one newest picture, per socket one place for it. The newest frame wins.

A socket asks with `Screen.frames` when it is ready to send; whatever came in between is one difference. So a slow phone
never delays a board, and nothing piles up. The bus only says that a hall moved; a slow poll repairs a lost notice.
Boards are woken first; phones look at most once a second.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress

import msgspec
import structlog

from ..core.bus import Bus, Moved
from .state import BoardState, frames, snapshot

log = structlog.get_logger()

LEAST_GAP = 0.01
"""Seconds between two readings of the picture: a rush of moves is one new picture."""
POLL = 5.0
"""Seconds after which the picture is read again though nobody said that it moved."""
PHONE_GAP = 1.0
PHONES_AT_ONCE = 10
PHONES_BREATH = 0.005

Read = Callable[[int], Awaitable[BoardState]]


class Screen:
    """One socket's place. ``board``: woken first and at once; else a phone, which can wait a moment."""

    def __init__(self, hall: "HallHub", *, board: bool) -> None:
        self._hall = hall
        self._sent: BoardState | None = None
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
        return [self._hall.snapshot(state)] if sent is None else self._hall.frames(sent, state)

    def known(self) -> None:
        """It said that it is a board: woken first from now on, and now, since its turn as a phone may not have come."""
        self.board = True
        self.wake.set()

    def resync(self) -> None:
        """The screen noticed a gap: the next frames are a snapshot."""
        self._sent = None
        self.wake.set()


class HallHub:
    """The newest picture of one hall, kept while at least one screen looks at it."""

    def __init__(self, hall_id: int, read: Read) -> None:
        self._hall_id = hall_id
        self._read = read
        self._moved = asyncio.Event()
        self._encoded: dict[tuple[int, int], list[bytes]] = {}
        self.state: BoardState | None = None
        self.screens: set[Screen] = set()

    def moved(self) -> None:
        self._moved.set()

    async def run(self) -> None:
        """Keep the picture and wake the screens, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._look())
            tasks.create_task(self._serve_phones())

    async def _look(self) -> None:
        while True:
            self._moved.clear()
            try:
                if self._take(await self._read(self._hall_id)):
                    self._wake(screen for screen in self.screens if screen.board)
            except Exception:
                log.exception("picture_failed", hall_id=self._hall_id)
            await asyncio.sleep(LEAST_GAP)
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL):
                    await self._moved.wait()

    async def _serve_phones(self) -> None:
        """Wake the phones a few at a time, so that a call never waits behind a thousand of them."""
        while True:
            phones = [screen for screen in self.screens if not screen.board and screen.behind]
            for start in range(0, len(phones), PHONES_AT_ONCE):
                self._wake(phones[start : start + PHONES_AT_ONCE])
                await asyncio.sleep(PHONES_BREATH)
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
        self.state = state
        self._encoded.clear()
        return True

    @staticmethod
    def _wake(screens: Iterable[Screen]) -> None:
        for screen in screens:
            screen.wake.set()


class Hub:
    """Every hall that somebody looks at."""

    def __init__(self, bus: Bus, read: Read) -> None:
        self._read = read
        self._halls: dict[int, HallHub] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        bus.subscribe(self._moved)

    @asynccontextmanager
    async def screen(self, hall_id: int, *, board: bool) -> AsyncIterator[Screen]:
        """A place for one socket; the hall's picture is read while there is at least one."""
        hall = self._halls.get(hall_id)
        if hall is None:
            hall = self._halls[hall_id] = HallHub(hall_id, self._read)
            self._tasks[hall_id] = asyncio.create_task(hall.run(), name=f"hub-{hall_id}")
        screen = Screen(hall, board=board)
        hall.screens.add(screen)
        try:
            yield screen
        finally:
            hall.screens.discard(screen)
            if not hall.screens and self._halls.get(hall_id) is hall:
                del self._halls[hall_id]
                self._tasks.pop(hall_id).cancel()

    @property
    def screens(self) -> int:
        """How many sockets are connected to this process."""
        return sum(len(hall.screens) for hall in self._halls.values())

    async def stop(self) -> None:
        for task in self._tasks.values():
            task.cancel()

    def _moved(self, moved: Moved) -> None:
        if (hall := self._halls.get(moved.hall_id)) is not None:
            hall.moved()
