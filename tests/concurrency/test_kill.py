"""``kill -9`` in the middle of the work, and a new start on the same database: nothing acknowledged is lost."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest
from house import SMALL
from live import PATIENCE, Board, People, key, showing
from paihao.queue.audit import Entry, audit
from server import at_noon, serving
from shop import Shop

TICKETS = 40
CALLS = 12
"""Acknowledged before the server is killed."""
VISITORS = 150


class Said(NamedTuple):
    """A request and its answer; ``status`` None: the server died before it answered."""

    client: httpx.AsyncClient
    path: str
    key: Mapping[str, str]
    body: Any
    status: int | None = None
    answer: bytes = b""

    async def again(self) -> httpx.Response:
        return await self.client.post(self.path, headers=dict(self.key), json=self.body)


class Load:
    """Kiosks and clerks who work as fast as they can until the server is gone."""

    def __init__(self) -> None:
        self.said: list[Said] = []
        self.enough = asyncio.Event()
        self._answers = {"tickets": 0, "calls": 0}

    async def press(self, client: httpx.AsyncClient, path: str, body: Any = None) -> Any:
        """Raises httpx.TransportError."""
        pressed = Said(client, path, key(), body)
        try:
            response = await pressed.again()
        except httpx.TransportError:
            self.said.append(pressed)
            raise
        assert response.is_success, response.text
        self.said.append(pressed._replace(status=response.status_code, answer=response.content))
        self._answers["tickets"] += response.status_code == 201
        self._answers["calls"] += path.endswith("call-next") and response.status_code == 200
        if self._answers["tickets"] >= TICKETS and self._answers["calls"] >= CALLS:
            self.enough.set()
        return response.json() if response.content else None

    async def visitors(self, kiosk: httpx.AsyncClient, line: str) -> None:
        try:
            while True:
                await self.press(kiosk, "/halls/small/tickets", {"channel": "kiosk", "line": line})
        except httpx.TransportError:
            return

    async def clerk(self, client: httpx.AsyncClient, window: str) -> None:
        try:
            while True:
                called = await self.press(client, f"{window}/call-next")
                for action in ("recall", "start", "complete") if called else ():
                    await self.press(client, f"/tickets/{called['ticket']['id']}/{action}")
        except httpx.TransportError:
            return


@pytest.mark.anyio
async def test_nothing_acknowledged_is_lost(database_url: str, tmp_path: Path) -> None:
    with serving(database_url, tmp_path, SMALL) as server:
        shop, load = Shop(server, tmp_path), Load()
        async with People(shop) as people, showing(Board(server, shop)) as board:
            clerks = [await people.clerk(server, number) for number in ("3", "4", "5")]
            kiosk = await people.kiosk(server)
            async with asyncio.TaskGroup() as tasks:
                for line in ("A", "B"):
                    tasks.create_task(load.visitors(kiosk, line))
                for client, window in clerks:
                    tasks.create_task(load.clerk(client, window))
                async with asyncio.timeout(PATIENCE):
                    await load.enough.wait()
                server.kill()
            await asyncio.to_thread(server.start)

            tickets: dict[str, tuple[str, str]] = {}
            for said in load.said:
                response = await said.again()
                assert response.is_success, response.text
                if said.status is not None:
                    assert (response.status_code, response.content) == (said.status, said.answer)
                if response.content:
                    ticket = response.json().get("ticket", response.json())
                    tickets[ticket["id"]] = (ticket["number"], ticket["status"])
            for ticket_id, known in tickets.items():
                ticket = (await kiosk.get(f"/tickets/{ticket_id}")).json()
                assert (ticket["number"], ticket["status"]) == known

            rows = await people.journal(server)
            issued = [row["data"]["number"] for row in rows if row["action"] == "issue"]
            assert sorted(issued) == sorted(number for number, _ in tickets.values())
            assert audit(msgspec.convert(rows, list[Entry]), slack=timedelta(seconds=PATIENCE)) == []
            calls = {row["id"] for row in rows if row["action"] in ("call", "recall")}
            await board.until(lambda: board.known >= calls)
            assert board.known == calls
            assert board.snapshots >= 2
            assert len(board.announced) == len(set(board.announced))


@pytest.mark.anyio
async def test_a_replay_outlives_it(database_url: str, tmp_path: Path) -> None:
    hall = at_noon(SMALL, tmp_path / "hall")
    (hall / "arrivals.csv").write_text("weekday,start,end,share,visitors\n1,08:30,10:30,1.0,150\n")
    with serving(database_url, tmp_path, hall) as server:
        async with showing(Board(server, Shop(server, tmp_path))) as board:
            visitors = ("--visitors", str(VISITORS), "--booked", "0")
            command = ("replay", str(hall), "--url", server.base, *visitors, "--patient")
            replay = asyncio.create_task(asyncio.to_thread(server.command, *command))
            await board.until(lambda: len(board.known) >= VISITORS // 2)
            server.kill()
            await asyncio.to_thread(server.start)
            assert "通过" in (await replay).splitlines()[-1]
