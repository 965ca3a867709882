"""Officers of the small hall at their desks and windows, over the interface."""

from contextlib import AsyncExitStack
from typing import Any

import httpx
from house import House, sign_in_clerk
from paihao.api.permissions import Caller
from paihao.core.journal import Journal
from sqlalchemy import select


class Hall:
    """A guide, and clerks at windows."""

    def __init__(self, house: House, stack: AsyncExitStack) -> None:
        self.house = house
        self._stack = stack
        self._clerks: dict[str, httpx.AsyncClient] = {}

    async def client(self, caller: Caller, token: str | None = None) -> httpx.AsyncClient:
        return await self._stack.enter_async_context(self.house.client(caller, token=token))

    async def clerk(self, number: str) -> httpx.AsyncClient:
        """Somebody with this window open."""
        if number not in self._clerks:
            token = await sign_in_clerk(self.house, f"clerk-{number}")
            self._clerks[number] = await self.client(Caller.CLERK, token)
            await self.post(self._clerks[number], f"/windows/{await self.house.window(number)}/open")
        return self._clerks[number]

    async def post(self, client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
        said = await client.post(path, json=body or None)
        assert said.status_code in (200, 201), said.text
        return dict(said.json())

    async def take(self, client: httpx.AsyncClient, **wish: Any) -> dict[str, Any]:
        return await self.post(client, "/halls/small/tickets", **{"channel": "desk"} | wish)

    async def call(self, number: str) -> dict[str, Any]:
        """The window calls its next one; gives the ticket."""
        called = await self.post(await self.clerk(number), f"/windows/{await self.house.window(number)}/call-next")
        return dict(called["ticket"])

    async def sent_on(self, client: httpx.AsyncClient, *, mine: bool = False) -> list[dict[str, Any]]:
        said = await client.get("/halls/small/handovers", params={"mine": mine})
        assert said.status_code == 200, said.text
        return list(said.json()["handovers"])

    async def journal(self, action: str) -> list[Any]:
        query = select(Journal.__table__).where(Journal.action == action).order_by(Journal.id)
        async with self.house.services.database.read() as connection:
            return list(await connection.execute(query))
