"""Two server processes on one PostgreSQL are one hall: what happens through one is seen through the other."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from house import SMALL
from live import PATIENCE, Board, People, showing
from paihao.display.hub import POLL
from postgres import Postgres
from server import Server, serving
from shop import Shop

pytestmark = pytest.mark.anyio

CALLS = 5


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where both processes run."""
    return tmp_path_factory.mktemp("processes")


@pytest.fixture(scope="module")
def name(postgres: Postgres) -> str:
    """Of an empty, upgraded database."""
    return asyncio.run(postgres.create()).split("@/")[1].split("?")[0]


@pytest.fixture(scope="module")
def servers(postgres: Postgres, name: str, directory: Path) -> Iterator[tuple[Server, Server]]:
    with serving(postgres.url(name), directory, SMALL) as first:
        second = Server(postgres.url(name), directory)
        second.start()
        yield first, second
        second.kill()


class Hall:
    """The kiosk and window 3 at the first server; a kiosk and a board at the second."""

    def __init__(self, near: httpx.AsyncClient, far: httpx.AsyncClient, clerk: httpx.AsyncClient, window: str) -> None:
        self.near, self.far, self.clerk, self.window = near, far, clerk, window

    async def issue(self, kiosk: httpx.AsyncClient, **wish: Any) -> Any:
        said = await kiosk.post("/halls/small/tickets", json={"channel": "kiosk"} | wish)
        return said.raise_for_status().json()

    async def serve_next(self, board: Board) -> None:
        """Issue, call and complete, all through the first server; the board at the second shows each call."""
        await self.issue(self.near, line="A")
        ticket = (await self.clerk.post(f"{self.window}/call-next")).raise_for_status().json()["ticket"]
        await board.until(lambda: board.numbers["3"] == ticket["number"])
        for action in ("start", "complete"):
            (await self.clerk.post(f"/tickets/{ticket['id']}/{action}")).raise_for_status()

    async def serve_some(self, board: Board) -> None:
        """Sooner than polls could bring them: after each picture that a poll brings, the next one takes a whole gap."""
        async with asyncio.timeout((CALLS - 1) * POLL):
            for _ in range(CALLS):
                await self.serve_next(board)


@pytest.fixture
async def hall(servers: tuple[Server, Server], directory: Path) -> AsyncIterator[Hall]:
    near, far = servers
    async with People(Shop(near, directory)) as people:
        clerk, window = await people.clerk(near, "3")
        yield Hall(await people.kiosk(near), await people.kiosk(far), clerk, window)


@pytest.fixture
async def board(servers: tuple[Server, Server], hall: Hall, directory: Path) -> AsyncIterator[Board]:
    async with showing(Board(servers[1], Shop(servers[1], directory))) as board:
        yield board


async def test_a_call_through_one_reaches_a_board_at_the_other(hall: Hall, board: Board) -> None:
    await hall.serve_some(board)
    assert len(board.announced) == len(set(board.announced)) == CALLS


async def test_a_window_closed_through_one_leaves_the_ways_of_the_other(hall: Hall, board: Board) -> None:
    assert (await hall.issue(hall.far, item="S-001"))["route"]["windows"] == ["3"]
    (await hall.clerk.post(f"{hall.window}/pause")).raise_for_status()
    await board.until(lambda: board.states["3"] == "paused")
    assert (await hall.issue(hall.far, item="S-001"))["route"]["windows"] == ["3"]
    (await hall.clerk.post(f"{hall.window}/close")).raise_for_status()
    await board.until(lambda: board.states["3"] == "closed")
    assert (await hall.issue(hall.far, item="S-001"))["route"]["windows"] == []


@asynccontextmanager
async def deaf(postgres: Postgres, name: str) -> AsyncIterator[None]:
    """Nobody hears anything: the connections that listen are cut and cannot be made again, for a while."""
    connection = await asyncpg.connect(postgres.url("postgres"))
    try:
        await connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND query ~ $2"
        assert len(await connection.fetch(cut, name, "^(LISTEN|SELECT pg_notify)")) == 2
        yield
    finally:
        await connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        await connection.close()


async def heard(postgres: Postgres, name: str) -> None:
    """Until both servers listen again."""
    connection = await asyncpg.connect(postgres.url("postgres"))
    listening = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND query ~ $2"
    async with asyncio.timeout(PATIENCE):
        while await connection.fetchval(listening, name, "^(LISTEN|SELECT pg_notify)") < 2:
            pass
    await connection.close()


async def test_what_was_not_heard_is_seen_all_the_same(hall: Hall, board: Board, postgres: Postgres, name: str) -> None:
    """By the hub's polls while nobody listens; and afterwards everybody listens again."""
    await asyncio.gather(*(client.get("/halls/small") for client in (hall.near, hall.far) for _ in range(8)))
    async with deaf(postgres, name):
        await hall.serve_next(board)
        (await hall.clerk.post(f"{hall.window}/pause")).raise_for_status()
        await board.until(lambda: board.states["3"] == "paused")
    await heard(postgres, name)
    (await hall.clerk.post(f"{hall.window}/open")).raise_for_status()
    await hall.serve_some(board)
