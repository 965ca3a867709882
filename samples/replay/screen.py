"""A board of the hall, as a program: keeps the picture, confirms it, and watches that each call comes exactly once."""

import asyncio
import time
from collections import Counter, defaultdict, deque
from contextlib import suppress
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from .client import PATIENCE

PAUSE = 0.2
"""Seconds before the next try when the server is away."""

Seen = tuple[str, str, bool]
"""A call on a screen: number, window, whether it was a recall."""


class Screen:
    """``calls``: those seen; ``repeated``: ids that came twice; ``gaps``: how often it had to ask for a snapshot."""

    def __init__(self, url: str, hall: str, token: str, *, patient: bool) -> None:
        self._address = f"{url.replace('http', 'ws', 1)}/api/v1/halls/{hall}/board/live"
        self._token = token
        self._patient = patient
        self._ids: set[int] = set()
        self._asked: defaultdict[tuple[str, bool], deque[float]] = defaultdict(deque)
        self._moved = asyncio.Event()
        self.revision = 0
        self._picture: dict[str, dict[int, Any]] | None = None
        self.calls: Counter[Seen] = Counter()
        self.repeated: list[int] = []
        self.latencies: list[float] = []
        self.gaps = 0

    async def run(self) -> None:
        """Show the hall until cancelled. Raises OSError or WebSocketException when the server stays away."""
        last = time.perf_counter()
        while True:
            try:
                async with connect(self._address, compression=None, max_size=None) as socket:
                    await self._say(socket, type="hello", token=self._token)
                    async for frame in socket:
                        await self.take(socket, msgspec.json.decode(frame))
                        last = time.perf_counter()
                    raise ConnectionError(self._address)
            except (OSError, WebSocketException):
                if not self._patient or time.perf_counter() - last > PATIENCE:
                    raise
            await asyncio.sleep(PAUSE)

    def asks(self, window: str, *, again: bool = False) -> float:
        """A call is about to be asked for at this window: from now on its way to the screen is timed."""
        now = time.perf_counter()
        self._asked[window, again].append(now)
        return now

    def withdraws(self, window: str, asked: float, *, again: bool = False) -> None:
        """Nobody was called after all."""
        with suppress(ValueError):
            self._asked[window, again].remove(asked)

    async def shows(self, expected: Counter[Seen], picture: dict[str, Any]) -> bool:
        """Wait until the screen has seen these calls and shows this picture; False if not within 10 seconds."""
        wanted = _picture(picture)
        try:
            async with asyncio.timeout(10):
                while not (self.calls >= expected and self._picture == wanted):
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            return False
        return True

    async def ready(self) -> None:
        """Wait for the first picture."""
        while self._picture is None:
            self._moved.clear()
            await self._moved.wait()

    async def take(self, socket: ClientConnection, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "snapshot":
                self._take_calls(frame["calls"])
                self._picture, self.revision = _picture(frame), frame["revision"]
                await self._say(socket, type="ack", revision=self.revision)
            case "call":
                self._show(frame["call"], live=True)
            case "change" if frame["base"] == self.revision and self._picture is not None:
                for part, shown in self._picture.items():
                    shown.update((row["id"], row) for row in frame.get(part, ()))
                self.revision = frame["revision"]
                await self._say(socket, type="ack", revision=self.revision)
            case "change":
                self.gaps += 1
                await self._say(socket, type="resync")
            case "ping":
                await self._say(socket, type="pong")
        self._moved.set()

    def _take_calls(self, calls: list[dict[str, Any]]) -> None:
        """The first snapshot shows calls of before; a later one also those that came while the server was away."""
        if self._picture is None:
            self._ids.update(call["id"] for call in calls)
        for call in reversed(calls):
            if call["id"] not in self._ids:
                self._show(call, live=False)

    def _show(self, call: dict[str, Any], *, live: bool) -> None:
        if call["id"] in self._ids:
            self.repeated.append(call["id"])
            return
        self._ids.add(call["id"])
        self.calls[call["number"], call["window"], call["again"]] += 1
        asked = self._asked[call["window"], call["again"]]
        since = asked.popleft() if asked else None
        if live and since is not None:
            self.latencies.append(time.perf_counter() - since)

    async def _say(self, socket: ClientConnection, **said: Any) -> None:
        await socket.send(msgspec.json.encode(said).decode())


def _picture(frame: dict[str, Any]) -> dict[str, dict[int, Any]]:
    return {part: {row["id"]: row for row in frame[part]} for part in ("windows", "lines")}
