"""The walk: every route with every caller, against the one permission table. A route without a row fails."""

import re

import httpx
import pytest
from house import House
from litestar.handlers import ASGIRouteHandler, HTTPRouteHandler, WebsocketRouteHandler
from paihao.api.guard import permission_of
from paihao.api.permissions import PERMISSIONS, Caller
from pictures import picture

pytestmark = [pytest.mark.anyio, pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)]

BODIES = {"session_create": {"username": "nobody", "password": "wrong"}}
REFUSED = {401, 403}


def handlers(house: House) -> list[tuple[str, str, str]]:
    """(permission, method, path) of everything that can be requested; OPTIONS is the framework's and closed to all."""
    found = []
    for route in house.app.routes:
        for handler in getattr(route, "route_handlers", None) or [route.route_handler]:
            if isinstance(handler, HTTPRouteHandler):
                methods = handler.http_methods - {"OPTIONS"}
                found += [(permission_of(handler), method, route.path) for method in methods]
            elif isinstance(handler, WebsocketRouteHandler):
                found.append((permission_of(handler), "WEBSOCKET", route.path))
            elif isinstance(handler, ASGIRouteHandler):  # the administration, which has tests of its own
                found.append((permission_of(handler), "ASGI", route.path))
    return found


def concrete(path: str) -> str:
    """A path with its parameters filled: of this hall, but nothing that exists besides it."""
    filled = {
        "hall": "small",
        "window": "999999",
        "slot": "999999",
        "part": "999999",
        "session": "999999",
        "key": "no-such-ticket",
        "action": "start",
        "file_path": "none.css",
    }
    return re.sub(r"\{(\w+):\w+\}", lambda match: filled.get(match[1], "x"), path)


async def test_every_route_has_its_row_and_every_row_its_route(house: House) -> None:
    named = {permission for permission, _, _ in handlers(house)}
    assert named == set(PERMISSIONS)


@pytest.mark.parametrize("caller", list(Caller))
async def test_everybody_reaches_what_he_may_and_nothing_else(house: House, caller: Caller) -> None:
    wrong = []
    async with house.client(caller) as client:
        for permission, method, path in handlers(house):
            if method in ("WEBSOCKET", "ASGI") or permission == "session_delete":
                continue
            answer = await client.request(
                method, f"http://hall.test{concrete(path)}", json=BODIES.get(permission) if method == "POST" else None
            )
            refused = answer.status_code in REFUSED and answer.json()["code"] not in ("wrong_credentials",)
            if refused is (caller in PERMISSIONS[permission]):
                wrong.append((method, path, answer.status_code, answer.text))
            assert answer.status_code < 500, (method, path, answer.text)
    assert wrong == []


async def test_nobody_reaches_a_route_that_the_table_does_not_name(house: House) -> None:
    async with house.client(Caller.ADMIN) as client:
        answer = await client.options("/halls")
    assert (answer.status_code, answer.json()["code"]) == (403, "unnamed_route")


async def test_a_session_without_its_csrf_word_changes_nothing(house: House) -> None:
    async with house.client(Caller.CLERK) as client:
        del client.headers["x-csrftoken"]
        answer = await client.post(f"/windows/{await house.window('3')}/open")
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
        client.headers["x-csrftoken"] = "0" * 64
        answer = await client.post(f"/windows/{await house.window('3')}/open")
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    async with house.client(Caller.SUPERVISOR) as supervisor:  # a file's bytes are what a form elsewhere could send
        del supervisor.headers["x-csrftoken"]
        answer = await supervisor.post("/halls/small/media", content=picture())
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    hall = await house.services.halls.get("small")
    assert not any(window.staffed for window in hall.windows.values())


async def test_signing_out_ends_the_session(house: House) -> None:
    async with house.client(Caller.CLERK) as client:
        assert (await client.delete("/session")).status_code == 204
    async with house.client(Caller.CLERK) as client:
        assert (await client.get("/session")).json()["role"] == "public"


async def test_the_screens_socket_is_open_to_all_and_shut_to_other_halls(house: House) -> None:
    async with house.client() as client:
        answer = await client.get("/halls/small/board")
    assert isinstance(answer, httpx.Response)
    assert answer.json()["type"] == "snapshot"
