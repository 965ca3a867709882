"""The board's picture, once and live.

A socket gets a snapshot at once, then each call and each change. It may say (JSON): ``hello`` with a board's token,
which makes it a known screen that is served first, and the number of the window that it hangs above, if any; ``ack``
with the revision that it shows; ``resync`` after a gap; ``pong``. A token of another place is answered by ``refused``:
the picture is public and goes on, but the screen is nobody's.
"""

from typing import Any

import msgspec
from litestar import MediaType, Response, Router, get, websocket
from litestar.params import FromPath

from ...core.clock import now
from ...core.errors import Forbidden, Problem
from ...core.i18n import N_
from ...display import picture
from ...display.hub import Screen
from ...display.state import snapshot
from ..conversation import Conversation, Said, Socket
from ..guard import of_hall
from ..identity import Identity
from ..permissions import Caller
from ..services import Provided, Services


@get("/halls/{hall:str}/board", name="board")
async def board(hall: FromPath[str], services: Provided) -> Response[bytes]:
    """The picture now, in the form of the snapshot frame."""
    facts = await services.halls.get(hall)
    return Response(snapshot(await picture.read(services.database, facts, now())), media_type=MediaType.JSON)


class Talk(Conversation):
    """With a board, a strip or a guest who looks on."""

    def __init__(self, socket: Socket, screen: Screen, services: Services, hall_id: int, identity: Identity) -> None:
        super().__init__(socket, screen)
        self._screen = screen
        self._services = services
        self._hall_id = hall_id
        self._identity = identity

    def ping(self) -> dict[str, Any]:
        return {"revision": self._screen.revision}

    async def hear(self, said: Said) -> None:
        match said.type:
            case "hello":
                await self._hello(said.token, said.window)
            case "resync":
                self._screen.resync()
            case "ack" if said.revision is not None:
                device = self._identity.device_id
                lag = self._screen.confirmed(said.revision)
                if device is not None and self._identity.caller is Caller.BOARD:
                    self._services.seen.confirm(device, now(), said.revision, lag)

    async def _hello(self, token: str, window: str) -> None:
        if not token:
            return
        try:
            identity = await self._services.identities.of_device(token)
            await self._belongs(identity, window)
        except Problem as refusal:
            await self._socket.send_text(msgspec.json.encode({"type": "refused", "code": refusal.code}).decode())
            return
        self._identity = identity
        if identity.caller is Caller.BOARD:
            self._screen.known()

    async def _belongs(self, identity: Identity, window: str) -> None:
        """Raises ForeignHall, or Forbidden for a strip made for another window than the one that it shows."""
        hall = await self._services.halls.by_id(self._hall_id)
        of_hall(identity, hall)
        own = hall.windows.get(identity.window_id or 0)
        if window and own and own.number != window:
            raise Forbidden(N_("此设备不属于本窗口"), code="foreign_window")


@websocket("/halls/{hall:str}/board/live", name="board_live")
async def live(socket: Socket, hall: FromPath[str], services: Provided) -> None:
    """Frames ``snapshot``, ``call``, ``change``, ``ping``."""
    facts = await services.halls.get(hall)
    identity: Identity = socket.user
    of_hall(identity, facts)
    await socket.accept()
    async with services.hub.screen(facts.id, board=identity.caller is Caller.BOARD) as screen:
        await Talk(socket, screen, services, facts.id, identity).run()


router = Router("/", route_handlers=[board, live])
