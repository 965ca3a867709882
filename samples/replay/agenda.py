"""Simulated time: what is to be done when, in order, and what is near one another in time at once."""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from contextlib import suppress

AT_ONCE = 32
"""Things done at the same real moment, at most."""
GRAIN = 5 / 60
"""Simulated minutes: as fast as it goes, nothing starts before what was due so much earlier is done."""

Do = Callable[[float], Awaitable[None]]


class Agenda:
    """``speed``: simulated seconds per real second; 0 is as fast as it goes."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._due: list[tuple[float, int, Do]] = []
        self._running: dict[asyncio.Task[None], float] = {}
        self._count = itertools.count()
        self._stirred = asyncio.Event()
        self._origin: tuple[float, float] | None = None
        self._minute = 0.0
        self._awaited = 0

    def at(self, minute: float, do: Callable[..., Awaitable[None]], *arguments: object) -> None:
        """Have ``do(minute, *arguments)`` done at that simulated minute."""
        heapq.heappush(self._due, (minute, next(self._count), lambda when: do(when, *arguments)))
        self._stirred.set()

    def after(self, seconds: float, do: Callable[..., Awaitable[None]], *arguments: object) -> None:
        """Have it done so many real seconds from now, at whatever minute it is then: the server's clock is real."""
        self._awaited += 1
        asyncio.get_running_loop().call_later(seconds, self._reached, do, *arguments)

    def _reached(self, do: Callable[..., Awaitable[None]], *arguments: object) -> None:
        self._awaited -= 1
        self.at(self._minute, do, *arguments)

    async def run(self) -> None:
        """Until nothing is left to do. Raises the first error of what was done, in a group."""
        async with asyncio.TaskGroup() as tasks:
            while self._due or self._running or self._awaited:
                self._stirred.clear()
                pause = self._pause()
                if pause is None or pause > 0:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(pause):
                            await self._stirred.wait()
                    continue
                minute, _, do = heapq.heappop(self._due)
                self._minute = max(self._minute, minute)
                task = tasks.create_task(_done(do, minute))
                self._running[task] = minute
                task.add_done_callback(self._ended)

    def _pause(self) -> float | None:
        """Real seconds until the next thing may start; None: not before something has ended."""
        if not self._due or len(self._running) >= AT_ONCE:
            return None
        minute = self._due[0][0]
        if not self._speed:
            return 0.0 if minute <= min(self._running.values(), default=minute) + GRAIN else None
        now = asyncio.get_running_loop().time()
        if self._origin is None:
            self._origin = (minute, now)
        return max(0.0, self._origin[1] + (minute - self._origin[0]) * 60 / self._speed - now)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._stirred.set()


async def _done(do: Do, minute: float) -> None:
    await do(minute)
