"""Somebody's socket, spoken to as a server speaks to the application."""

import asyncio
import json
from typing import Any, Self

from house import House

PATIENCE = 30.0


class Ear:
    """One socket of the house at a path of the interface; what it is told it gives frame by frame."""

    def __init__(self, house: House, path: str, query: str = "") -> None:
        path = f"/api/v1{path}"
        self._scope = {
            "type": "websocket",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "scheme": "ws",
            "headers": [],
            "subprotocols": [],
            "client": ("192.0.2.1", 1),
            "server": ("hall.test", 80),
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
        }
        self._house = house
        self._said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        self._said.put_nowait({"type": "websocket.connect"})
        self._task = asyncio.create_task(self._house.app(self._scope, self._said.get, self._heard.put))  # type: ignore[arg-type]
        assert (await self._next())["type"] == "websocket.accept"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._said.put_nowait({"type": "websocket.disconnect", "code": 1000})
        async with asyncio.timeout(PATIENCE):
            await self._task

    async def frame(self, kind: str, **wanted: Any) -> dict[str, Any]:
        """The next frame of a kind in which these fields are so."""
        while True:
            frame = json.loads((await self._next())["text"])
            if frame.pop("type") == kind and wanted.items() <= frame.items():
                return dict(frame)

    async def closed(self) -> int:
        """The close code, after whatever else is said."""
        while (message := await self._next())["type"] != "websocket.close":
            pass
        return int(message["code"])

    def say(self, text: str) -> None:
        self._said.put_nowait({"type": "websocket.receive", "text": text})

    async def _next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            return await self._heard.get()
