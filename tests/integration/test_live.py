"""The screens' socket over the wire: open to guests, shut to other halls; only the hall's own boards are counted."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from house import SMALL
from server import serving
from shop import Shop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)]


@pytest.fixture
def shop(database_url: str, tmp_path: Path) -> Iterator[Shop]:
    with serving(database_url, tmp_path, SMALL) as server:
        yield Shop(server, tmp_path)


def live(shop: Shop, token: str | None = None) -> connect:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    address = f"{shop.server.base}/api/v1/halls/small/board/live".replace("http", "ws", 1)
    return connect(address, additional_headers=headers)


async def frame(socket: ClientConnection, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while (said := json.loads(await socket.recv()))["type"] != kind:
            pass
    return dict(said)


@contextmanager
def chief(shop: Shop) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{shop.server.base}/api/v1", timeout=30) as client:
        account = {"username": "supervisor", "password": shop.passwords["supervisor"]}
        client.headers["x-csrftoken"] = client.post("/session", json=account).json()["csrf"]
        yield client


def the_screen(client: httpx.Client) -> dict[str, Any]:
    (screen,) = client.get("/halls/small/screens").json()["screens"]
    return dict(screen)


async def test_guests_look_on_and_are_not_counted(shop: Shop) -> None:
    with chief(shop) as client:
        window = client.get("/halls/small").json()["windows"][0]["id"]
        async with live(shop) as guest, live(shop) as forged:
            await frame(guest, "snapshot")
            await forged.send(json.dumps({"type": "hello", "token": "forged"}))
            client.post(f"/windows/{window}/open").raise_for_status()
            for socket in (guest, forged):
                change = await frame(socket, "change")
                await socket.send(json.dumps({"type": "ack", "revision": change["revision"]}))
            client.post(f"/windows/{window}/close").raise_for_status()
            await frame(guest, "change")
        screen = the_screen(client)
    assert (screen["alive"], screen["revision"]) == (False, None)


async def test_a_board_is_alive_and_confirms_what_it_shows(shop: Shop) -> None:
    with chief(shop) as client:
        async with live(shop, shop.devices["board"]) as board:
            revision = (await frame(board, "snapshot"))["revision"]
            await board.send(json.dumps({"type": "ack", "revision": revision}))
            async with asyncio.timeout(20):
                while not (screen := await asyncio.to_thread(the_screen, client))["alive"]:
                    pass
    assert screen["revision"] == revision


async def test_how_far_a_screen_lags_is_known(shop: Shop) -> None:
    with chief(shop) as client:
        async with live(shop, shop.devices["board"]) as board:
            revision = (await frame(board, "snapshot"))["revision"]
            assert (the_screen(client))["lag_ms"] is None
            for _ in range(2):  # what is said again later is no second measurement
                await board.send(json.dumps({"type": "ack", "revision": revision}))
            async with asyncio.timeout(20):
                while (lag := (await asyncio.to_thread(the_screen, client))["lag_ms"]) is None:
                    pass
    assert 0 <= lag < 20_000


async def both(socket: ClientConnection) -> dict[str, dict[str, Any]]:
    """The refusal and the picture: whichever comes first."""
    came: dict[str, dict[str, Any]] = {}
    async with asyncio.timeout(20):
        while not came.keys() >= {"refused", "snapshot"}:
            said = json.loads(await socket.recv())
            came[said["type"]] = said
    return came


async def test_a_strip_is_refused_at_another_window(shop: Shop) -> None:
    token = shop.server.command("device", "add", "board", "--window", "3").strip()
    with chief(shop) as client:
        for window, refused in (("3", False), ("4", True), ("", False)):
            async with live(shop) as strip:
                await strip.send(json.dumps({"type": "hello", "token": token, "window": window}))
                came = await both(strip) if refused else {"snapshot": await frame(strip, "snapshot")}
                assert came.get("refused", {}).get("code") == ("foreign_window" if refused else None)
                revision = came["snapshot"]["revision"]
                await strip.send(json.dumps({"type": "ack", "revision": revision}))
        screens = client.get("/halls/small/screens").json()["screens"]
    assert [screen["window"] for screen in screens] == [None, "3"]


async def test_a_forged_token_is_told_so_and_the_picture_goes_on(shop: Shop) -> None:
    async with live(shop) as strip:
        await frame(strip, "snapshot")
        await strip.send(json.dumps({"type": "hello", "token": "forged", "window": "3"}))
        assert (await frame(strip, "refused"))["code"] == "unknown_device"
        await strip.send(json.dumps({"type": "resync"}))
        await frame(strip, "snapshot")


NONSENSE = ["nonsense", "[]", '{"type":"ack","revision":-7}', '{"type":"ack","revision":1e99}', "x" * 600]


async def until_shown_out(socket: ClientConnection) -> None:
    async with asyncio.timeout(20):
        while True:
            await socket.recv()


@pytest.mark.parametrize("said", NONSENSE)
async def test_who_talks_nonsense_is_shown_out(shop: Shop, said: str) -> None:
    async with live(shop) as socket:
        await socket.send(said)
        with pytest.raises(ConnectionClosed):
            await until_shown_out(socket)


async def test_another_halls_board_is_not_let_in(shop: Shop, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(SMALL, other)
    hall = (other / "hall.csv").read_text(encoding="utf-8").replace("\nsmall,", "\nother,")
    (other / "hall.csv").write_text(hall, encoding="utf-8")
    shop.server.command("hall", "import", str(other))
    token = shop.server.command("device", "add", "board", "--hall", "other").strip()
    for foreign, status in ((token, 403), ("forged", 401)):
        with pytest.raises(InvalidStatus) as refused:
            await live(shop, foreign).__aenter__()
        assert refused.value.response.status_code in (status, 403)
    async with live(shop) as socket:
        await socket.send(json.dumps({"type": "hello", "token": token}))
        assert (await frame(socket, "refused"))["code"] == "foreign_hall"
        await socket.send(json.dumps({"type": "resync"}))
        await frame(socket, "snapshot")
