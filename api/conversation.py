"""A socket's two directions: frames as they come, a ping now and then, and what the other side says in between."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, Protocol

import msgspec
from litestar import WebSocket
from litestar.exceptions import WebSocketDisconnect

from ..core.clock import now

PING_SECONDS = 15.0
SILENCE_SECONDS = 45.0
"""Who has not said anything for so long is gone; his place is given up."""
LONGEST_MESSAGE = 500
NORMAL = 1000
POLICY_VIOLATION = 1008

Socket = WebSocket[Any, Any, Any]


class Said(msgspec.Struct):
    """What a screen or phone says; ``pong`` says nothing but that it is there."""

    type: str
    token: Annotated[str, msgspec.Meta(max_length=100)] = ""
    window: Annotated[str, msgspec.Meta(max_length=8)] = ""
    revision: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = None


class Place(Protocol):
    """Where a socket's frames come from."""

    async def frames(self) -> list[bytes]:
        """Wait for the next frames; none when all is said."""


_decode = msgspec.json.Decoder(Said).decode


class Conversation:
    """One accepted socket, until all is said or the other side goes, falls silent or talks nonsense."""

    def __init__(self, socket: Socket, place: Place) -> None:
        self._socket = socket
        self._place = place

    async def run(self) -> None:
        """Until it is over; then the socket is closed, normally when all was said."""
        code = POLICY_VIOLATION
        with suppress(WebSocketDisconnect, ExceptionGroup):
            async with asyncio.TaskGroup() as tasks:
                others = [tasks.create_task(self._ping()), tasks.create_task(self._listen())]
                try:
                    await self._send()
                    code = NORMAL
                finally:
                    for task in others:
                        task.cancel()
        with suppress(Exception):
            await self._socket.close(code)

    async def hear(self, said: Said) -> None:
        """What the other side said; a phone has nothing to say."""

    def ping(self) -> Mapping[str, Any]:
        """What a ping tells besides the moment."""
        return {}

    async def _send(self) -> None:
        while frames := await self._place.frames():
            for frame in frames:
                await self._socket.send_text(frame.decode())
                await asyncio.sleep(0)  # every screen hears of a call before any is told the rest

    async def _ping(self) -> None:
        while True:
            # The moment, at once and before the first snapshot: a screen's own clock may be wrong.
            ping = {"type": "ping", **self.ping(), "at": now()}
            await self._socket.send_text(msgspec.json.encode(ping).decode())
            await asyncio.sleep(PING_SECONDS)

    async def _listen(self) -> None:
        while True:
            async with asyncio.timeout(SILENCE_SECONDS):
                text = await self._socket.receive_text()
            if len(text) > LONGEST_MESSAGE:
                raise msgspec.DecodeError("too long")
            await self.hear(_decode(text))
