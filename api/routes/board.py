"""The board's picture, once and live.

A socket gets a snapshot at once, then each call and each change. It may say (JSON): ``hello`` with a board's token,
which makes it a known screen that is served first; ``ack`` with the revision that it shows; ``resync`` after a gap;
``pong``.
"""

import asyncio
from contextlib import suppress
from typing import Annotated, Any

import msgspec
from litestar import MediaType, Response, Router, WebSocket, get, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath

from ...core.clock import now
from ...core.errors import Problem
from ...display import picture
from ...display.hub import Screen
from ...display.state import snapshot
from ..guard import of_hall
from ..identity import Identity
from ..permissions import Caller
from ..services import Provided, Services

PING_SECONDS = 15.0
SILENCE_SECONDS = 45.0
"""A screen that has not said anything for so long is gone; its place is given up."""
LONGEST_MESSAGE = 500
POLICY_VIOLATION = 1008

Socket = WebSocket[Any, Any, Any]


class Said(msgspec.Struct):
    """What a screen says."""

    type: str
    token: Annotated[str, msgspec.Meta(max_length=100)] = ""
    revision: Annotated[int, msgspec.Meta(ge=0, le=2**53)] | None = None


_decode = msgspec.json.Decoder(Said).decode


@get("/halls/{hall:str}/board", name="board")
async def board(hall: FromPath[str], services: Provided) -> Response[bytes]:
    """The picture now, in the form of the snapshot frame."""
    facts = await services.halls.get(hall)
    return Response(snapshot(await picture.read(services.database, facts, now())), media_type=MediaType.JSON)


class Conversation:
    """One socket: a task that sends frames, one that pings, and what the screen says in between."""

    def __init__(self, socket: Socket, screen: Screen, services: Services, hall_id: int, identity: Identity) -> None:
        self._socket = socket
        self._screen = screen
        self._services = services
        self._hall_id = hall_id
        self._identity = identity

    async def run(self) -> None:
        """Until the screen goes, falls silent or talks nonsense."""
        with suppress(WebSocketDisconnect, TimeoutError, msgspec.DecodeError, ExceptionGroup):
            async with asyncio.TaskGroup() as tasks:
                sending = [tasks.create_task(self._ping()), tasks.create_task(self._send())]
                try:
                    await self._listen()
                finally:
                    for task in sending:
                        task.cancel()
        with suppress(Exception):
            await self._socket.close(POLICY_VIOLATION)

    async def _send(self) -> None:
        while True:
            for frame in await self._screen.frames():
                await self._socket.send_text(frame.decode())
                await asyncio.sleep(0)  # every screen hears of a call before any is told the rest

    async def _ping(self) -> None:
        while True:
            # The moment, at once and before the first snapshot: a screen's own clock may be wrong.
            ping = {"type": "ping", "revision": self._screen.revision, "at": now()}
            await self._socket.send_text(msgspec.json.encode(ping).decode())
            await asyncio.sleep(PING_SECONDS)

    async def _listen(self) -> None:
        while True:
            async with asyncio.timeout(SILENCE_SECONDS):
                text = await self._socket.receive_text()
            if len(text) > LONGEST_MESSAGE:
                return
            said = _decode(text)
            match said.type:
                case "hello":
                    await self._hello(said.token)
                case "resync":
                    self._screen.resync()
                case "ack" if said.revision is not None:
                    device = self._identity.device_id
                    if device is not None and self._identity.caller is Caller.BOARD:
                        self._services.seen.confirm(device, now(), said.revision)

    async def _hello(self, token: str) -> None:
        try:
            identity = await self._services.identities.of_device(token)
        except Problem:
            return  # an unknown token stays a guest: the picture is public
        if identity.hall_id == self._hall_id:
            self._identity = identity
            if identity.caller is Caller.BOARD:
                self._screen.known()


@websocket("/halls/{hall:str}/board/live", name="board_live")
async def live(socket: Socket, hall: FromPath[str], services: Provided) -> None:
    """Frames ``snapshot``, ``call``, ``change``, ``ping``."""
    facts = await services.halls.get(hall)
    identity: Identity = socket.user
    of_hall(identity, facts)
    await socket.accept()
    async with services.hub.screen(facts.id, board=identity.caller is Caller.BOARD) as screen:
        await Conversation(socket, screen, services, facts.id, identity).run()


router = Router("/", route_handlers=[board, live])
