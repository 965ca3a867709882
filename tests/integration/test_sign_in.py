"""One sign-in serves the consoles and piccolo-admin: each side's accounts and sessions hold on the other."""

from datetime import datetime, timedelta

import pytest
from authenticator import piccolo
from house import House, open_second_hall
from paihao.api.accounts import add_device, add_user, new_password_of, revoke_device
from paihao.api.identity import Place
from paihao.api.permissions import Caller
from paihao.core.accounts import Session, User
from paihao.core.audit import Audit
from paihao.core.errors import Conflict, Invalid, NotFound, TooMany, Unauthorized
from paihao.queue.staff import DeviceKind, Role, Staff
from piccolo.apps.user.tables import BaseUser
from piccolo_api.session_auth.tables import SessionsBase
from sqlalchemy import select, update

pytestmark = pytest.mark.anyio


async def test_an_account_and_a_session_of_ours_hold_for_piccolo(house: House) -> None:
    password = await add_user(house.services.database, "wang", Role.CLERK, "small", "王某", "W1")
    signed_in = await house.services.identities.sign_in("wang", password, Place("127.0.0.1"))
    async with piccolo(house):
        user = await BaseUser.login("wang", password)
        assert user is not None
        assert await BaseUser.login("wang", "wrong") is None
        assert await SessionsBase.get_user_id(signed_in.token) == user
        # What it does not know of a session stays as it was when it prolongs one.
        assert await SessionsBase.get_user_id(signed_in.token, timedelta(hours=24)) == user
    async with house.services.database.read() as connection:
        kept = (await connection.execute(select(Session))).all()
    row = next(row for row in kept if row.token == signed_in.token)
    assert (row.address, row.began_at.utcoffset()) == ("127.0.0.1", timedelta())
    assert row.expiry_date > datetime.now() + timedelta(hours=24)


async def test_roles_set_piccolos_flags(house: House) -> None:
    database = house.services.database

    async def flags() -> dict[str, tuple[bool, bool]]:
        async with database.read() as connection:
            rows = await connection.execute(select(User.username, User.admin, User.superuser))
            return {row.username: (row.admin, row.superuser) for row in rows}

    assert await flags() == {
        **dict.fromkeys(("clerk", "guide", "operator"), (False, False)),
        "supervisor": (True, False),
        "admin": (True, True),
    }
    async with database.write() as tx:
        await tx.execute(update(Staff).where(Staff.role == Role.CLERK).values(role=Role.ADMIN))
        await tx.execute(update(Staff).where(Staff.role == Role.SUPERVISOR).values(role=Role.GUIDE))
    now = await flags()
    assert (now["clerk"], now["supervisor"]) == ((True, True), (False, False))


async def test_a_session_of_piccolos_holds_for_us(house: House) -> None:
    password = await add_user(house.services.database, "wang", Role.SUPERVISOR, "small", "王某", "W1")
    async with piccolo(house):
        user = await BaseUser.login("wang", password)
        assert user is not None
        session = await SessionsBase.create_session(user, datetime.now() + timedelta(hours=1))
        ended = await SessionsBase.create_session(user, datetime.now() - timedelta(seconds=1))
    async with house.client(Caller.SUPERVISOR, token=session.token) as client:
        said = (await client.get("/session")).json()
    assert (said["role"], said["name"], said["hall"]) == ("supervisor", "王某", "small")
    async with house.client(Caller.SUPERVISOR, token=ended.token) as client:
        assert (await client.get("/session")).json()["role"] == "public"


async def test_signing_in_over_http_gives_the_cookie_that_piccolo_reads(house: House) -> None:
    password = await add_user(house.services.database, "wang", Role.CLERK, "small", "王某", "W1")
    async with house.client() as client:
        said = await client.post("/session", json={"username": "wang", "password": password})
        assert said.status_code == 200
        cookie = said.headers["set-cookie"]
        assert cookie.startswith("id=")
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
        client.headers["x-csrftoken"] = said.json()["csrf"]
        window = await house.window("3")
        assert (await client.post(f"/windows/{window}/open")).status_code == 200
        assert (await client.get("/session")).json()["window"] == window


async def test_a_device_token_is_kept_only_as_a_digest(house: House) -> None:
    token = await add_device(house.services.database, DeviceKind.BOARD, "small", "3", "strip")
    async with house.client(Caller.BOARD, token=token) as client:
        assert (await client.get("/session")).json()["role"] == "board"
    async with house.services.database.read() as connection:
        rows = (await connection.exec_driver_sql("SELECT * FROM device")).all()
    assert token not in str(rows)


async def test_a_new_password_ends_the_sessions_and_a_revoked_device_is_out(house: House) -> None:
    services = house.services
    old = await add_user(services.database, "wang", Role.CLERK, "small", "王某", "W1")
    session = await services.identities.sign_in("wang", old, Place("127.0.0.1"))
    new = await new_password_of(services.database, "wang")
    token = await add_device(services.database, DeviceKind.BOARD, "small", None, "east wall")
    assert await revoke_device(services.database, "east wall", "small") == 1
    for looked in (services.identities.sign_in("wang", old, Place("127.0.0.1")), services.identities.of_device(token)):
        with pytest.raises(Unauthorized):
            await looked
    assert (await services.identities.sign_in("wang", new, Place("127.0.0.1"))).token != session.token
    with pytest.raises(NotFound):
        await new_password_of(services.database, "nobody")
    with pytest.raises(NotFound):
        await revoke_device(services.database, "nowhere", "small")
    async with services.database.read() as connection:
        done = (await connection.execute(select(Audit.action, Audit.actor).order_by(Audit.id))).all()
    told = [action for action, actor in done if actor == "system"]
    assert told[-4:] == ["staff_add", "password", "device_add", "device_revoke"]


async def test_an_officer_is_not_locked_out_by_somebody_elses_guesses(house: House) -> None:
    password = await add_user(house.services.database, "wang", Role.CLERK, "small", "王某", "W1")
    identities = house.services.identities
    for _ in range(10):
        with pytest.raises(Unauthorized):
            await identities.sign_in("wang", "guess", Place("10.0.0.66"))
    with pytest.raises(TooMany):
        await identities.sign_in("wang", password, Place("10.0.0.66"))
    assert (await identities.sign_in("wang", password, Place("10.0.0.1"))).name == "王某"


async def test_accounts_that_cannot_be(house: House) -> None:
    database = house.services.database
    with pytest.raises(Conflict):
        await add_user(database, "clerk", Role.CLERK, "small", "李某", "L9")
    await add_user(database, "wu", Role.CLERK, None, "吴某", "L8")  # of the only hall there is
    await open_second_hall(house)
    with pytest.raises(Invalid) as told:
        await add_user(database, "li", Role.CLERK, None, "李某", "L9")
    assert told.value.params == {"codes": "other、small"}
    with pytest.raises(NotFound):
        await add_user(database, "li", Role.CLERK, "nowhere", "李某", "L9")
    with pytest.raises(NotFound):
        await add_device(database, DeviceKind.BOARD, "small", "99", "strip")
    with pytest.raises(Invalid) as told:
        await add_device(database, DeviceKind.KIOSK, "small", "3", "kiosk")
    assert told.value.code == "only_screens_hang_above"
