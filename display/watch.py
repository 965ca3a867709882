"""A hall's live picture for a program: connects, applies the frames, notices gaps and silence, comes back by itself."""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, InvalidURI, WebSocketException

from ..core.clock import now
from .mirror import Mirror, apply
from .state import BoardState, CallShown

SILENCE_SECONDS = 40.0
"""The server pings every 15 s; without any frame for so long it is lost."""
CONNECT_SECONDS = 10.0
FIRST_RETRY = 0.5
LAST_RETRY = 15.0
MOST_TRIES = 5


class Refused(Exception):
    """The server does not take this screen here; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Seen(NamedTuple):
    """``state`` None: no picture yet. ``away``: since when the server is lost, None while it is there."""

    state: BoardState | None
    news: Sequence[CallShown] = ()
    away: datetime | None = None


class Watch:
    """A screen of a hall. ``window``: the number of the one that it hangs above, '' for a board over the hall."""

    def __init__(self, url: str, hall: str, token: str, window: str = "") -> None:
        self._address = f"{url.rstrip('/').replace('http', 'ws', 1)}/api/v1/halls/{quote(hall, safe='')}/board/live"
        self._hello = {"type": "hello", "token": token, "window": window}
        self._mirror = Mirror()
        self._asked = True
        self._ahead = timedelta()
        self._last_word = now()

    async def pictures(self) -> AsyncGenerator[Seen, None]:
        """The picture whenever it changes, and once for every try to reach a server that is away; for ever.

        Raises Refused: ``foreign_hall``, ``foreign_window``, ``unknown_device``, ``unknown_hall``, ``invalid_url``.
        """
        tries = 0
        while True:
            with suppress(OSError, WebSocketException, TimeoutError, msgspec.DecodeError):
                async with self._connection() as socket:
                    async for news in self._listen(socket):
                        tries = 0
                        yield Seen(self._mirror.state, news)
            yield Seen(self._mirror.state, away=self._last_word)
            # Between half and all of it, so that a restarted server is not met by every screen at once.
            await asyncio.sleep(min(LAST_RETRY, FIRST_RETRY * 2**tries) * random.uniform(0.5, 1))  # noqa: S311
            tries = min(tries + 1, MOST_TRIES)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[ClientConnection]:
        # The server pings by frames of its own, and a picture may be large.
        dial = connect(self._address, open_timeout=CONNECT_SECONDS, ping_interval=None, max_size=None)
        try:
            socket = await dial
        except InvalidStatus as error:
            if error.response.status_code in (403, 404):
                raise Refused("unknown_hall") from None
            raise
        except InvalidURI:
            raise Refused("invalid_url") from None
        try:
            yield socket
        finally:
            await socket.close()

    async def _listen(self, socket: ClientConnection) -> AsyncIterator[Sequence[CallShown]]:
        """The news, if any, after each frame that changed the picture. Raises TimeoutError for a silent server."""
        self._asked = True
        await _say(socket, self._hello)
        while True:
            async with asyncio.timeout(SILENCE_SECONDS):
                frame = msgspec.json.decode(await socket.recv())
            self._last_word = now()
            match frame["type"]:
                case "refused":
                    raise Refused(frame["code"])
                case "ping":
                    self._ahead = datetime.fromisoformat(frame["at"]) - now()  # our own clock may be wrong
                    await _say(socket, {"type": "pong"})
                    await self._confirm(socket)  # once more: the server notes it only every few seconds
                case _:
                    step = apply(self._mirror, frame, now() + self._ahead)
                    if step.gap and not self._asked:
                        self._asked = True
                        await _say(socket, {"type": "resync"})
                    if step.mirror is self._mirror:
                        continue
                    self._mirror = step.mirror
                    self._asked = self._asked and frame["type"] != "snapshot"
                    yield step.news
                    if frame["type"] != "call":
                        await self._confirm(socket)

    async def _confirm(self, socket: ClientConnection) -> None:
        if self._mirror.state is not None:
            await _say(socket, {"type": "ack", "revision": self._mirror.state.revision})


async def _say(socket: ClientConnection, said: dict[str, Any]) -> None:
    await socket.send(msgspec.json.encode(said).decode())
