"""How long a call takes to the screens, with a full house of them connected.

From sending the call-next request to the call's frame at each board, and at the phone that follows the called ticket.
Boards say hello with a token of their own and confirm what they show, as real ones do; each phone follows a ticket, as
the page behind the QR code does, and hears of it at most once a second by design.
"""

import asyncio
import resource
from collections.abc import Callable
from contextlib import suppress
from statistics import quantiles
from time import perf_counter
from typing import NamedTuple

import msgspec
from stage import Hall
from web import HOST, Clients, Socket, request

CONNECTING_AT_ONCE = 50
SECONDS_AFTER = 10
"""What a screen has not been shown so long after the last call is lost."""


class Reached(NamedTuple):
    """``p50``, ``p99``: milliseconds, over all calls and whoever was to hear of them; ``lost``: what nobody heard."""

    screens: str
    connected: int
    p50: float
    p99: float
    lost: int


class _Said(msgspec.Struct):
    type: str
    revision: int


class _Shown(msgspec.Struct):
    number: str


class _Ticket(_Shown):
    status: str


class _Call(msgspec.Struct):
    call: _Shown


class _Called(msgspec.Struct):
    ticket: _Shown


_said = msgspec.json.Decoder(_Said).decode
_ticket = msgspec.json.Decoder(_Ticket).decode
_call = msgspec.json.Decoder(_Call).decode
_called = msgspec.json.Decoder(_Called).decode


class _Audience:
    """When which number was heard of, by all screens of a kind."""

    def __init__(self) -> None:
        self.came: list[tuple[str, float]] = []
        self.sockets: list[Socket] = []
        self._awaited = 0
        self._heard = asyncio.Event()

    def phone(self, frame: bytes, came: float) -> None:
        if frame.startswith(b'{"type":"ticket"') and (ticket := _ticket(frame)).status == "called":
            self._hear(ticket.number, came)

    def board(self, frame: bytes, came: float) -> bytes | None:
        if frame.startswith(b'{"type":"call"'):
            self._hear(_call(frame).call.number, came)
        said = _said(frame)
        return None if said.type == "call" else b'{"type":"ack","revision":%d}' % said.revision

    def _hear(self, number: str, came: float) -> None:
        self.came.append((number, came))
        if len(self.came) == self._awaited:
            self._heard.set()

    async def connect(self, port: int, make: list[Callable[[], Socket]]) -> None:
        loop = asyncio.get_running_loop()
        for start in range(0, len(make), CONNECTING_AT_ONCE):
            some = [loop.create_connection(factory, HOST, port) for factory in make[start : start + CONNECTING_AT_ONCE]]
            sockets = [socket for _, socket in await asyncio.gather(*some)]
            await asyncio.gather(*(socket.open for socket in sockets))
            self.sockets += sockets

    async def all_heard(self, count: int) -> None:
        """Wait until so many calls came to them all together, but not for ever: the rest is lost."""
        self._awaited = count
        if len(self.came) < count:
            with suppress(TimeoutError):
                async with asyncio.timeout(SECONDS_AFTER):
                    await self._heard.wait()

    def reached(self, screens: str, sent: dict[str, float], each: int) -> Reached:
        """``each``: how many are to hear of one call."""
        took = [1000 * (came - sent[number]) for number, came in self.came if number in sent]
        cuts = quantiles(took, n=100)
        return Reached(screens, len(self.sockets), cuts[49], cuts[98], len(sent) * each - len(took))


async def measure(hall: Hall, port: int, *, boards: int, phones: int, calls: int, pause: float) -> list[Reached]:
    """``calls`` calls at different windows, one every ``pause`` seconds."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # the server inherits it
    await hall.clear(everybody=True)
    await hall.wait_in_line(phones)
    keys = [str(row[0]) for row in await hall.run("SELECT key FROM ticket WHERE status = 'waiting' ORDER BY id")]
    tokens = await hall.add_boards(boards)
    windows = [int(row[0]) for row in await hall.run('SELECT id FROM "window" ORDER BY id')]
    path = f"/api/v1/halls/{hall.made['hall']}/board/live"
    at_boards, at_phones = _Audience(), _Audience()
    with hall.server(port) as supervisor:
        hellos = [b'{"type":"hello","token":"%s"}' % token.encode() for token in tokens]
        await at_boards.connect(port, [lambda say=say: Socket(path, at_boards.board, say) for say in hellos])  # type: ignore[misc]
        ways = [f"/api/v1/tickets/{key}/live" for key in keys]
        await at_phones.connect(port, [lambda way=way: Socket(way, at_phones.phone) for way in ways])  # type: ignore[misc]
        clients = await Clients.connect(port, 1)
        sent: dict[str, float] = {}
        try:
            await clients.ask(
                [request("POST", f"/api/v1/windows/{windows[-1]}/call-next", supervisor)], 200
            )  # warms up
            await asyncio.sleep(pause)
            for place in range(calls):
                window = windows[place]
                asked = request("POST", f"/api/v1/windows/{window}/call-next", supervisor)
                at = perf_counter()
                [answer] = (await clients.ask([asked], 200)).bodies
                sent[_called(answer).ticket.number] = at
                await asyncio.sleep(pause)
            await at_boards.all_heard((calls + 1) * boards)
            await at_phones.all_heard(calls + 1)
        finally:
            for socket in at_boards.sockets + at_phones.sockets:
                socket.close()
            clients.close()
    return [at_boards.reached("boards", sent, boards), at_phones.reached("phones", sent, 1)]
