"""People and screens in front of a running server."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Self

import httpx
from server import Server
from shop import Shop
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

PATIENCE = 30.0
"""Seconds after which what was to happen will not."""
BREATH = 0.02
"""Seconds between two tries of a board to reach the server."""


class People:
    """Officers and devices of a hall, each with a client of his own; ``server``: which one he talks to."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def client(self, server: Server, **headers: str) -> httpx.AsyncClient:
        client = httpx.AsyncClient(base_url=f"{server.base}/api/v1", headers=headers, timeout=PATIENCE)
        return await self._stack.enter_async_context(client)

    async def kiosk(self, server: Server) -> httpx.AsyncClient:
        return await self.client(server, authorization=f"Bearer {self._shop.devices['kiosk']}")

    async def officer(self, server: Server, role: str, name: str | None = None) -> httpx.AsyncClient:
        client = await self.client(server)
        word = {"username": name or role, "password": self._shop.passwords[role]}
        said = (await client.post("/session", json=word)).raise_for_status()
        client.headers["x-csrftoken"] = said.json()["csrf"]
        return client

    async def clerk(self, server: Server, number: str) -> tuple[httpx.AsyncClient, str]:
        """The officer of a window, with the window open; and the window's path."""
        client = await self.officer(server, "clerk", number)
        windows = (await client.get(f"/halls/{self._shop.hall}")).json()["windows"]
        path = next(f"/windows/{window['id']}" for window in windows if window["number"] == number)
        (await client.post(f"{path}/open")).raise_for_status()
        return client, path

    async def journal(self, server: Server) -> list[dict[str, Any]]:
        supervisor = await self.officer(server, "supervisor")
        rows: list[dict[str, Any]] = []
        while True:
            after = {"cursor": str(rows[-1]["id"] if rows else 0)}
            said = (await supervisor.get(f"/halls/{self._shop.hall}/journal", params=after)).json()
            rows += said["rows"]
            if said["cursor"] is None:
                return rows


def key() -> dict[str, str]:
    return {"Idempotency-Key": secrets.token_urlsafe(16)}


class Board:
    """A hall board that comes back whenever it loses the server; what it was told over all its connections."""

    def __init__(self, server: Server, shop: Shop) -> None:
        self._url = f"{server.base.replace('http', 'ws')}/api/v1/halls/{shop.hall}/board/live"
        self._hello = json.dumps({"type": "hello", "token": shop.devices["board"]})
        self._told = asyncio.Condition()
        self.snapshots = 0
        self.known: set[int] = set()
        """Ids of calls that it shows or has shown."""
        self.announced: list[int] = []
        self.states: dict[str, str] = {}
        """Window -> open, paused or closed."""
        self.numbers: dict[str, str | None] = {}
        """Window -> number in front of it."""

    async def run(self) -> None:
        while True:
            with suppress(OSError, WebSocketException):
                async with connect(self._url) as socket:
                    await socket.send(self._hello)
                    async for text in socket:
                        async with self._told:
                            self._take(json.loads(text))
                            self._told.notify_all()
            await asyncio.sleep(BREATH)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for the frame after which it holds. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE), self._told:
            await self._told.wait_for(holds)

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "snapshot":
            self.snapshots += 1
            self.known |= {call["id"] for call in frame["calls"]}
        if frame["type"] == "call" and frame["call"]["id"] not in self.known:
            self.announced.append(frame["call"]["id"])
            self.known.add(frame["call"]["id"])
        for window in frame.get("windows", ()):
            self.states[window["window"]] = window["state"]
            self.numbers[window["window"]] = window.get("number")


@asynccontextmanager
async def showing(board: Board) -> AsyncIterator[Board]:
    """A board that is on, with its first picture."""
    task = asyncio.create_task(board.run())
    try:
        await board.until(lambda: board.snapshots > 0)
        yield board
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
