"""Sessions are listed and ended by their owners and by the administration; passwords change; sign-ins are recorded."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

import httpx
import pytest
from house import House, open_second_hall
from paihao.api.accounts import add_user
from paihao.api.identity import Identities, Identity, Place
from paihao.api.permissions import Caller
from paihao.core.accounts import Session
from paihao.core.audit import Audit
from paihao.core.db import Database
from paihao.core.errors import Unauthorized
from paihao.queue.staff import Role
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

pytestmark = pytest.mark.anyio

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
)


class Desk:
    """Somebody with an account of his own, who signs in from several places."""

    def __init__(self, house: House, name: str, password: str, open_: AsyncExitStack) -> None:
        self.house, self.name, self.password, self._open = house, name, password, open_

    async def sign_in(self, agent: str = CHROME) -> httpx.AsyncClient:
        client = await self._open.enter_async_context(self.house.client())
        client.headers["user-agent"] = agent
        said = await client.post("/session", json={"username": self.name, "password": self.password})
        client.headers["x-csrftoken"] = said.raise_for_status().json()["csrf"]
        return client


@pytest.fixture
async def stack() -> Any:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def wang(house: House, stack: AsyncExitStack) -> Desk:
    password = await add_user(house.services.database, "wang", Role.CLERK, "small", "王某", "W1")
    return Desk(house, "wang", password, stack)


async def role_of(client: httpx.AsyncClient) -> str:
    return str((await client.get("/session")).json()["role"])


async def trail(house: House) -> list[Any]:
    async with house.services.database.read() as connection:
        return list((await connection.execute(select(Audit).order_by(Audit.id))).all())


async def test_my_sessions_say_since_when_and_from_where_and_never_their_token(wang: Desk) -> None:
    first, second = await wang.sign_in(), await wang.sign_in("python-httpx/0.28")
    said = (await first.get("/account")).raise_for_status()
    newest, oldest = said.json()["sessions"]
    assert (newest["agent"], oldest["agent"]) == ("python-httpx", "Chrome 130 · Windows")
    assert (newest["current"], oldest["current"]) == (False, True)
    assert datetime.fromisoformat(oldest["since"]) <= datetime.fromisoformat(newest["since"])
    assert datetime.fromisoformat(oldest["since"]) < datetime.fromisoformat(oldest["until"])
    assert oldest["address"] == "127.0.0.1"
    for client in (first, second):
        assert client.cookies["id"] not in said.text
    assert [one["what"] for one in said.json()["sign_ins"]] == ["sign_in", "sign_in"]


async def test_i_end_one_of_mine_or_all_others_and_nobody_elses(wang: Desk) -> None:
    here, phone, tablet = await wang.sign_in(), await wang.sign_in(), await wang.sign_in()
    mine = [one["id"] for one in (await here.get("/account")).json()["sessions"]]
    assert [await role_of(client) for client in (here, phone, tablet)] == ["clerk"] * 3
    assert (await here.delete(f"/account/sessions/{mine[1]}")).status_code == 204
    assert [await role_of(client) for client in (here, phone, tablet)] == ["clerk", "public", "clerk"]
    assert (await here.delete(f"/account/sessions/{mine[1]}")).json()["code"] == "unknown_session"
    assert (await here.delete("/account/sessions")).status_code == 204
    assert [await role_of(client) for client in (here, phone, tablet)] == ["clerk", "public", "public"]
    async with wang.house.services.database.read() as connection:
        others = list((await connection.execute(select(Session.id).where(Session.id.not_in(mine)))).scalars())
    answer = await here.delete(f"/account/sessions/{others[0]}")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_session")
    # An admin's own page ends his own sessions alone, though he may end anybody's elsewhere.
    async with wang.house.client(Caller.ADMIN) as admin:
        assert (await admin.delete(f"/account/sessions/{mine[2]}")).status_code == 404
    assert await role_of(here) == "clerk"


async def test_a_session_without_its_word_ends_nothing(wang: Desk) -> None:
    here = await wang.sign_in()
    del here.headers["x-csrftoken"]
    for method, path in (("DELETE", "/account/sessions"), ("POST", "/account/second-factor")):
        assert (await here.request(method, path)).json()["code"] == "csrf"


async def test_a_halls_admin_sees_and_ends_its_sessions_and_supervisors_only_see_them(wang: Desk) -> None:
    house = wang.house
    await open_second_hall(house)
    elsewhere = await add_user(house.services.database, "zhao", Role.ADMIN, "other", "赵某", "Z1")
    everywhere = await add_user(house.services.database, "qian", Role.ADMIN, None, "钱某", "Q1")
    here = await wang.sign_in()
    zhao = Desk(house, "zhao", elsewhere, wang._open)
    qian = Desk(house, "qian", everywhere, wang._open)
    async with house.client(Caller.ADMIN) as admin, house.client(Caller.SUPERVISOR) as supervisor:
        seen = (await admin.get("/sessions")).raise_for_status()
        listed = {one["staff"]["badge"]: one for one in seen.json()["sessions"]}
        assert set(listed) == {"W1", "clerk", "guide", "operator", "supervisor", "admin"}
        assert here.cookies["id"] not in seen.text
        assert listed["clerk"]["since"] is None  # made without signing in, as Piccolo would
        assert (await supervisor.get("/sessions")).json()["sessions"][0]["staff"]["name"] == "王某"
        path = f"/sessions/{listed['W1']['id']}"
        assert (await supervisor.delete(path)).status_code == 403
        assert (await (await zhao.sign_in()).delete(path)).json()["code"] == "unknown_session"
        assert [
            one["staff"]["badge"] for one in (await (await zhao.sign_in()).get("/sessions")).json()["sessions"]
        ] == [
            "Z1",
            "Z1",
        ]
        above = await qian.sign_in()
        all_ = {one["staff"]["badge"]: one["id"] for one in (await above.get("/sessions")).json()["sessions"]}
        assert {"W1", "Z1", "Q1"} <= set(all_)
        assert (await admin.delete(f"/sessions/{all_['Q1']}")).status_code == 404  # he is of all halls
        assert (await admin.delete(path)).status_code == 204
        assert await role_of(here) == "public"
        assert (await above.delete(f"/sessions/{all_['Z1']}")).status_code == 204
    ended = [row for row in await trail(house) if row.action == "session_end"]
    assert [row.actor.partition(":")[0] for row in ended] == ["staff"] * 2
    assert ended[0].after == {"session": listed["W1"]["id"]}
    assert ended[0].row_id == listed["W1"]["staff"]["id"]


async def test_an_ended_session_is_out_elsewhere_within_five_seconds(
    wang: Desk, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, database = wang.house.services, Database(database_url)
    elsewhere = Identities(services.settings, database, services.vault)
    here, phone = await wang.sign_in(), await wang.sign_in()
    token = phone.cookies["id"]
    assert (await elsewhere.of_session(token)).name == "王某"
    assert (await here.delete("/account/sessions")).status_code == 204
    monkeypatch.setattr("paihao.api.identity.KEPT_SECONDS", 0.0)  # they have passed
    with pytest.raises(Unauthorized):
        await elsewhere.of_session(token)
    await database.close()


async def test_an_ended_session_is_not_remembered_by_who_read_it_just_before(
    wang: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, phone = await wang.sign_in(), await wang.sign_in()
    identities, token = wang.house.services.identities, phone.cookies["id"]
    identities.forget(token)
    read, done = identities._read_session, asyncio.Event()

    async def slowly(token: str) -> Identity:
        found = await read(token)
        monkeypatch.undo()
        assert (await here.delete("/account/sessions")).status_code == 204
        done.set()
        return found

    monkeypatch.setattr(identities, "_read_session", slowly)
    assert (await identities.of_session(token)).name == "王某"  # it was still open when this request came
    assert done.is_set()
    with pytest.raises(Unauthorized):
        await identities.of_session(token)


async def test_a_new_password_of_my_own_ends_my_other_sessions(wang: Desk) -> None:
    here, phone = await wang.sign_in(), await wang.sign_in()
    for old, new, code in (
        ("guess", "long enough 1", "wrong_credentials"),
        (wang.password, "too short", "password_short"),
        (wang.password, wang.password, "password_same"),
    ):
        answer = await here.post("/account/password", json={"old": old, "new": new})
        assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert await role_of(phone) == "clerk"
    answer = await here.post("/account/password", json={"old": wang.password, "new": "long enough 1"})
    assert answer.json() == {"ended": 1}
    assert [await role_of(client) for client in (here, phone)] == ["clerk", "public"]
    async with wang.house.client() as client:
        said = await client.post("/session", json={"username": "wang", "password": wang.password})
        assert said.json()["code"] == "wrong_credentials"
    wang.password = "long enough 1"
    assert await role_of(await wang.sign_in()) == "clerk"


async def test_guessing_the_old_password_is_stopped_too(wang: Desk) -> None:
    here = await wang.sign_in()
    body = {"old": "guess", "new": "long enough 1"}
    codes = [(await here.post("/account/password", json=body)).json()["code"] for _ in range(11)]
    assert codes == ["wrong_credentials"] * 10 + ["too_many_failures"]


async def test_sign_ins_are_recorded_and_what_is_no_name_is_kept_nowhere(wang: Desk) -> None:
    here = await wang.sign_in()
    async with wang.house.client() as client:
        for name in ("wang", "my secret password"):
            await client.post("/session", json={"username": name, "password": "guess"})
    await here.delete("/session")
    rows = [row for row in await trail(wang.house) if row.actor != "system"]  # which made the accounts
    assert [(row.action, row.actor.partition(":")[0], row.subject) for row in rows] == [
        ("sign_in", "staff", "staff"),
        ("sign_in_failed", "public", "staff"),
        ("sign_in_failed", "public", ""),
        ("sign_out", "staff", "staff"),
    ]
    hall = await wang.house.services.halls.get("small")
    assert [row.hall_id for row in rows] == [hall.id, hall.id, None, hall.id]
    assert rows[0].after == {"address": "127.0.0.1", "agent": "Chrome 130 · Windows"}
    assert rows[1].after["reason"] == rows[2].after["reason"] == "wrong_credentials"
    assert "my secret password" not in str(rows)
    assert wang.password not in str(rows)


@pytest.mark.parametrize("change", ["UPDATE audit SET note = 'x'", "DELETE FROM audit"])
async def test_the_audit_trail_is_never_rewritten(wang: Desk, change: str) -> None:
    await wang.sign_in()
    before = await trail(wang.house)
    with pytest.raises(IntegrityError):
        async with wang.house.services.database.write() as tx:
            await tx.exec_driver_sql(change)
    assert await trail(wang.house) == before


async def test_an_account_is_kept_by_no_browser_and_no_proxy(house: House) -> None:
    async with house.client(Caller.CLERK) as client:
        for path in ("/account", "/account/second-factor"):
            answer = await client.request("POST" if "-" in path else "GET", path)
            assert set(answer.headers["cache-control"].split(", ")) == {"private", "no-store"}


async def test_who_is_not_signed_in_has_no_account(house: House) -> None:
    async with house.client() as client:
        assert (await client.get("/account")).status_code == 401
        assert (await client.post("/account/second-factor")).status_code == 401
    with pytest.raises(Unauthorized):
        await house.services.identities.sign_in("nobody", "guess", Place("10.0.0.1"))
