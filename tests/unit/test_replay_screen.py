"""The replay's board: each call once, also after a reconnection; a gap is noticed."""

from collections import Counter
from typing import Any, cast

import msgspec
import pytest
from paihao.samples.replay.screen import Screen
from websockets.asyncio.client import ClientConnection

pytestmark = pytest.mark.anyio


class Socket:
    """Remembers what the screen says."""

    def __init__(self) -> None:
        self.said: list[dict[str, Any]] = []

    async def send(self, text: str) -> None:
        self.said.append(msgspec.json.decode(text))


def call(id_: int, number: str = "A001", *, again: bool = False) -> dict[str, Any]:
    return {"id": id_, "number": number, "window": "W1", "again": again}


def snapshot(revision: int, *calls: dict[str, Any], windows: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    return {"type": "snapshot", "revision": revision, "calls": calls, "windows": windows, "lines": ()}


async def shown(*frames: dict[str, Any]) -> tuple[Screen, Socket]:
    screen, socket = Screen("http://hall.test", "small", "token", patient=False), Socket()
    for frame in frames:
        await screen.take(cast(ClientConnection, socket), frame)
    return screen, socket


async def test_calls_of_before_do_not_count() -> None:
    screen, socket = await shown(snapshot(7, call(5)))
    assert screen.calls == Counter()
    assert socket.said == [{"type": "ack", "revision": 7}]


async def test_a_call_counts_once_and_a_repetition_is_noticed() -> None:
    frame = {"type": "call", "revision": 8, "call": call(8)}
    screen, _ = await shown(snapshot(7), frame, frame)
    assert screen.calls == Counter({("A001", "W1", False): 1})
    assert screen.repeated == [8]


async def test_calls_made_while_the_server_was_away_are_seen_once() -> None:
    frame = {"type": "call", "revision": 8, "call": call(8)}
    screen, _ = await shown(snapshot(7), frame, snapshot(9, call(9, again=True), call(8)))
    assert screen.calls == Counter({("A001", "W1", False): 1, ("A001", "W1", True): 1})
    assert screen.repeated == []


async def test_a_change_is_taken_over_and_confirmed() -> None:
    change = {"type": "change", "base": 7, "revision": 9, "windows": [{"id": 1, "number": "A001"}]}
    screen, socket = await shown(snapshot(7, windows=({"id": 1, "number": None}, {"id": 2, "number": None})), change)
    assert socket.said[-1] == {"type": "ack", "revision": 9}
    picture = snapshot(9, windows=({"id": 1, "number": "A001"}, {"id": 2, "number": None}))
    assert await screen.shows(Counter(), picture)


async def test_a_gap_asks_for_a_snapshot() -> None:
    screen, socket = await shown(snapshot(7), {"type": "change", "base": 8, "revision": 9})
    assert socket.said[-1] == {"type": "resync"}
    assert screen.gaps == 1


async def test_the_way_to_the_screen_is_timed_from_the_request() -> None:
    screen, socket = await shown(snapshot(7))
    screen.asks("W1")
    screen.withdraws("W1", screen.asks("W1"))
    for id_ in (8, 9):
        await screen.take(cast(ClientConnection, socket), {"type": "call", "revision": id_, "call": call(id_)})
    assert len(screen.latencies) == 1


async def test_a_ping_is_answered() -> None:
    _, socket = await shown({"type": "ping", "revision": 1})
    assert socket.said == [{"type": "pong"}]
