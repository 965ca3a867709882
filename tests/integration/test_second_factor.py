"""The second factor: set up, asked for, used once, readable for Piccolo, and required of admins where that is said."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from authenticator import App, piccolo, set_up
from house import PASSWORD, House, open_house
from paihao.api.accounts import add_user, second_factor_off
from paihao.api.identity import Identities, Place
from paihao.api.permissions import Caller
from paihao.core import clock, second_factor
from paihao.core.accounts import AuthenticatorSecret as Kept
from paihao.core.accounts import User
from paihao.core.audit import Audit
from paihao.core.db import Database
from paihao.core.errors import Invalid, NotFound, Unauthorized
from paihao.core.second_factor import SealedSecrets, Typed, WrongCode
from paihao.queue.staff import Role
from piccolo.apps.user.tables import BaseUser
from piccolo_api.mfa.authenticator.provider import AuthenticatorProvider
from piccolo_api.mfa.authenticator.tables import AuthenticatorSecret
from sqlalchemy import select, update

pytestmark = pytest.mark.anyio


class Wang:
    """An admin with a second factor, and what he has in his hands."""

    def __init__(self, house: House, password: str, app: App, recovery: list[str]) -> None:
        self.house, self.password, self.app, self.recovery = house, password, app, recovery

    async def sign_in(self, **said: Any) -> tuple[int, str]:
        """The status and the code of the answer, or the role of who is in."""
        async with self.house.client() as client:
            answer = await client.post("/session", json={"username": "wang", "password": self.password} | said)
        return answer.status_code, answer.json().get("code") or answer.json()["role"]


async def client_of(house: House, password: str, code: str = "") -> httpx.AsyncClient:
    signed_in = await house.services.identities.sign_in("wang", password, Place("127.0.0.1"), code)
    return house.client(Caller.ADMIN, token=signed_in.token)


@pytest.fixture
async def wang(house: House) -> Wang:
    password = await add_user(house.services.database, "wang", Role.ADMIN, "small", "王某", "W1")
    async with await client_of(house, password) as client:
        return Wang(house, password, *await set_up(client, password))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """The clock, put forward."""
    began, ahead = clock.now(), [timedelta()]
    monkeypatch.setattr(clock, "now", lambda: began + ahead[0])
    return lambda more: ahead.__setitem__(0, ahead[0] + more)


async def recorded(house: House, *actions: str) -> list[tuple[str, Any]]:
    async with house.services.database.read() as connection:
        rows = await connection.execute(select(Audit).where(Audit.action.in_(actions)).order_by(Audit.id))
        return [(row.action, row.after) for row in rows]


async def test_it_is_asked_for_after_the_password_and_each_code_is_used_once(wang: Wang) -> None:
    assert await wang.sign_in() == (401, "code_needed")
    assert await wang.sign_in(password="guess", code=wang.app.again()) == (401, "wrong_credentials")
    assert await wang.sign_in(code=wang.app.again()) == (401, "wrong_code")  # it was the first code, when set up
    assert await wang.sign_in(code=wang.app.wrong()) == (401, "wrong_code")
    code = wang.app.code()
    typed = f" {code[:3]} {code[3:]} ".translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    assert await wang.sign_in(code=typed) == (200, "admin")
    assert await wang.sign_in(code=code) == (401, "wrong_code")


async def test_no_code_before_the_newest_that_was_used(wang: Wang, later: Callable[[timedelta], None]) -> None:
    later(timedelta(seconds=60))
    older, newer = wang.app.code(), wang.app.code()
    assert await wang.sign_in(code=newer) == (200, "admin")
    assert await wang.sign_in(code=older) == (401, "wrong_code")
    later(timedelta(seconds=90))
    assert await wang.sign_in(code=newer) == (401, "wrong_code")
    assert await wang.sign_in(code=wang.app.code()) == (200, "admin")


async def test_recovery_codes_work_once_however_they_are_typed(wang: Wang) -> None:
    assert len(set(wang.recovery)) == second_factor.RECOVERY_CODES
    typed = wang.recovery[3].replace("-", " ").upper()
    assert await wang.sign_in(code=typed) == (200, "admin")
    assert await wang.sign_in(code=wang.recovery[3]) == (401, "wrong_code")
    assert await wang.sign_in(code=wang.recovery[0]) == (200, "admin")
    async with await client_of(wang.house, wang.password, code=wang.app.code()) as client:
        said = (await client.get("/account")).json()["second_factor"]
    assert (said["state"], said["recovery_left"]) == ("on", second_factor.RECOVERY_CODES - 2)


async def test_wrong_codes_lock_out_like_wrong_passwords(wang: Wang) -> None:
    said = [await wang.sign_in(code=wang.app.wrong()) for _ in range(9)]
    assert said == [(401, "wrong_code")] * 9
    assert await wang.sign_in() == (401, "code_needed")  # neither counts nor forgives
    assert await wang.sign_in(password="guess") == (401, "wrong_credentials")
    assert await wang.sign_in(code=wang.app.code()) == (429, "too_many_failures")
    assert await wang.sign_in(code=wang.app.again()) == (429, "too_many_failures")
    failures = await recorded(wang.house, "sign_in_failed", "sign_in_locked")
    reasons = [after.get("reason", action) for action, after in failures]
    assert reasons == ["wrong_code"] * 9 + ["wrong_credentials", "sign_in_locked"]


async def test_nothing_is_on_before_the_first_code_was_right(house: House) -> None:
    async with house.client(Caller.CLERK) as client, house.client(Caller.GUIDE) as other:
        offer = (await client.post("/account/second-factor")).json()
        assert offer["qr"].startswith("<svg")
        app = App(offer["secret"])
        for said, code in (
            ({"offer": offer["offer"], "code": app.wrong()}, "wrong_code"),
            ({"offer": "none", "code": app.code()}, "offer_over"),
            ({"offer": offer["offer"], "code": app.code(), "password": "guess"}, "wrong_credentials"),
        ):
            answer = await client.post("/account/second-factor/on", json={"password": PASSWORD} | said)
            assert (answer.status_code, answer.json()["code"]) == (400, code)
        said = {"offer": offer["offer"], "code": app.again(), "password": PASSWORD}
        answer = await other.post("/account/second-factor/on", json=said)  # somebody else's
        assert (answer.status_code, answer.json()["code"]) == (400, "offer_over")
        assert (await client.get("/account")).json()["second_factor"]["state"] == "off"
        first = await client.post("/account/second-factor/on", json=said)
        again = await client.post("/account/second-factor/on", json=said)  # its answer was lost on the way
        assert first.json() == again.json()
        assert (await client.get("/session")).json()["second_factor"] == "on"
        another = (await client.post("/account/second-factor")).json()
        proof = {"offer": another["offer"], "code": App(another["secret"]).code(), "password": PASSWORD}
        answer = await client.post("/account/second-factor/on", json=proof)
        assert (answer.status_code, answer.json()["code"]) == (409, "second_factor_on")
    assert [action for action, _ in await recorded(house, "second_factor_on")] == ["second_factor_on"]


async def test_sessions_that_gave_no_code_end_with_the_first_one(house: House) -> None:
    password = await add_user(house.services.database, "wang", Role.ADMIN, "small", "王某", "W1")
    async with await client_of(house, password) as other, await client_of(house, password) as client:
        assert (await other.get("/account")).status_code == 200
        await set_up(client, password)
        assert (await other.get("/session")).json()["role"] == "public"
        assert (await client.get("/session")).json()["second_factor"] == "on"


async def test_an_offer_does_not_wait_for_ever(house: House, later: Callable[[timedelta], None]) -> None:
    vault = house.services.vault
    made = second_factor.offer(vault, 7, clock.now())
    assert second_factor.offered(vault, 7, made.token, clock.now()) == made
    later(timedelta(minutes=31))
    with pytest.raises(Invalid):
        second_factor.offered(vault, 7, made.token, clock.now())


async def test_it_goes_off_with_password_and_code(wang: Wang) -> None:
    async with await client_of(wang.house, wang.password, code=wang.app.code()) as client:
        for said, code in (
            ({"password": "guess", "code": wang.recovery[0]}, "wrong_credentials"),
            ({"password": wang.password, "code": ""}, "code_needed"),
            ({"password": wang.password, "code": wang.app.wrong()}, "wrong_code"),
        ):
            answer = await client.post("/account/second-factor/off", json=said)
            assert (answer.status_code, answer.json()["code"]) == (400, code)
        said = {"password": wang.password, "code": wang.recovery[0]}
        assert (await client.post("/account/second-factor/off", json=said)).status_code == 204
        assert (await client.get("/session")).json()["second_factor"] == "off"
        assert await wang.sign_in() == (200, "admin")
        app, _ = await set_up(client, wang.password)  # and on again
    assert await wang.sign_in() == (401, "code_needed")
    assert await wang.sign_in(code=wang.recovery[1]) == (401, "wrong_code")
    assert await wang.sign_in(code=app.code()) == (200, "admin")


async def test_nothing_readable_lies_in_the_database(wang: Wang) -> None:
    async with wang.house.services.database.read() as connection:
        rows = str((await connection.exec_driver_sql("SELECT * FROM authenticator_secret")).all())
        trail = str((await connection.exec_driver_sql("SELECT * FROM audit")).all())
    for secret in (wang.app.totp.secret, *wang.recovery):
        assert secret not in rows
        assert secret not in trail


# Two at once ----------------------------------------------------------------------------------------------------------


async def test_two_processes_at_once_let_one_code_in_once(wang: Wang, database_url: str) -> None:
    services, database = wang.house.services, Database(database_url)
    elsewhere = Identities(services.settings, database, services.vault)
    for code in (wang.app.code(), wang.recovery[0]):
        tries = [
            process.sign_in("wang", wang.password, Place("10.0.0.1"), code)
            for process in (services.identities, elsewhere)
        ]
        said = await asyncio.gather(*tries, return_exceptions=True)
        assert sorted(type(one).__name__ for one in said) == ["Identity", "Unauthorized"]
    await database.close()


async def _spend_twice(wang: Wang, monkeypatch: pytest.MonkeyPatch, *, locked: bool) -> list[str]:
    """One code in two transactions, the second of which begins before the first ends; which of them were let in."""
    services, code, judged = wang.house.services, wang.app.code(), second_factor.spent
    begun, read = asyncio.Event(), asyncio.Event()
    user = (await recorded_user(wang.house)).id
    let_in: list[str] = []

    def spent(row: Any, secret: str, typed: Typed, at: datetime) -> dict[str, Any] | None:
        if let_in:  # the second one has seen the row
            read.set()
        return judged(row, secret, typed, at)

    async def second() -> None:
        async with services.database.write() as tx:
            begun.set()
            try:
                await second_factor.spend(tx, services.vault, user, Typed(code), clock.now())
            except WrongCode:
                return
            let_in.append("second")

    monkeypatch.setattr(second_factor, "spent", spent)
    if not locked:
        monkeypatch.setattr(second_factor, "_LOCKED", second_factor._ACTIVE)
    async with services.database.write() as tx:
        await second_factor.spend(tx, services.vault, user, Typed(code), clock.now())
        let_in.append("first")
        other = asyncio.create_task(second())
        await (begun if locked else read).wait()
    await other
    return let_in


async def recorded_user(house: House) -> Any:
    async with house.services.database.read() as connection:
        return (await connection.execute(select(User).where(User.username == "wang"))).one()


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_without_the_lock_a_code_would_be_used_twice(wang: Wang, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await _spend_twice(wang, monkeypatch, locked=False) == ["first", "second"]


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_with_the_lock_it_is_used_once(wang: Wang, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await _spend_twice(wang, monkeypatch, locked=True) == ["first"]


# Piccolo --------------------------------------------------------------------------------------------------------------


async def test_what_we_wrote_piccolo_reads_and_uses(wang: Wang) -> None:
    assert await wang.sign_in(code=wang.recovery[0]) == (200, "admin")
    async with wang.house.services.database.read() as connection:
        ours = (await connection.execute(select(Kept))).one()
    async with piccolo(wang.house):
        theirs = await AuthenticatorSecret.objects().first()
        user = await BaseUser.objects().where(BaseUser.username == "wang").first()
        assert theirs is not None
        assert user is not None
        for column in AuthenticatorSecret._meta.columns:
            assert getattr(theirs, column._meta.name) == getattr(ours, column._meta.name), column._meta.name
        assert theirs.recovery_codes_used_at[0].utcoffset() == timedelta()
        provider = AuthenticatorProvider(SealedSecrets(wang.house.services.vault), valid_window=1)
        assert await provider.is_user_enrolled(user)
        code = wang.app.code()
        assert not await provider.authenticate_user(user, wang.app.wrong())
        assert await provider.authenticate_user(user, code)
        assert await provider.authenticate_user(user, wang.recovery[1])
        assert not await provider.authenticate_user(user, wang.recovery[0])
    # What was used there is used here.
    assert await wang.sign_in(code=code) == (401, "wrong_code")
    assert await wang.sign_in(code=wang.recovery[1]) == (401, "wrong_code")
    assert await wang.sign_in(code=wang.recovery[2]) == (200, "admin")
    async with wang.house.services.database.read() as connection:
        ours = (await connection.execute(select(Kept))).one()
    assert len(ours.recovery_codes) == second_factor.RECOVERY_CODES - 3
    assert [at.utcoffset() for at in ours.recovery_codes_used_at] == [timedelta()] * 3


async def test_what_piccolo_wrote_holds_here(house: House) -> None:
    password = await add_user(house.services.database, "wang", Role.ADMIN, "small", "王某", "W1")
    box = SealedSecrets(house.services.vault)
    async with piccolo(house):
        user = await BaseUser.objects().where(BaseUser.username == "wang").first()
        assert user is not None
        made, recovery = await AuthenticatorSecret.create_new(user.id, box)
        wang = Wang(house, password, App(box.decrypt(made.secret)), recovery)
        assert await wang.sign_in() == (401, "code_needed")
        assert await wang.sign_in(code=wang.app.code()) == (200, "admin")
        assert await wang.sign_in(code=recovery[0]) == (200, "admin")
        await AuthenticatorSecret.revoke(user.id)
    assert await wang.sign_in() == (200, "admin")


async def test_who_lost_phone_and_recovery_codes_is_helped_by_a_command(wang: Wang) -> None:
    await second_factor_off(wang.house.services.database, "wang")
    assert await wang.sign_in() == (200, "admin")
    await second_factor_off(wang.house.services.database, "wang")  # nothing is left to do
    with pytest.raises(NotFound):
        await second_factor_off(wang.house.services.database, "nobody")
    assert [action for action, _ in await recorded(wang.house, "second_factor_off")] == ["second_factor_off"]


# Required of admins ---------------------------------------------------------------------------------------------------


async def test_an_admin_who_must_have_one_can_only_set_it_up(database_url: str) -> None:
    async with open_house(database_url, admin_second_factor="required") as house:
        async with house.client(Caller.ADMIN) as admin:
            assert (await admin.get("/session")).json()["second_factor"] == "needed"
            for method, path in (("GET", "/sessions"), ("GET", "/halls/small/staff"), ("DELETE", "/sessions/1")):
                answer = await admin.request(method, path)
                assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_needed"), path
            answer = await admin.get("/appointments/NOSUCHCD")  # open to the public, and to him as to the public
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown_appointment")
            assert (await admin.get("http://hall.test/account")).status_code == 200
            assert (await admin.get("/account")).json()["second_factor"]["state"] == "needed"
            await set_up(admin)
            assert (await admin.get("/halls/small/staff")).status_code == 200
        async with house.client(Caller.SUPERVISOR) as supervisor:
            assert (await supervisor.get("/session")).json()["second_factor"] == "off"
            assert (await supervisor.get("/sessions")).status_code == 200


async def test_where_it_is_optional_an_admin_is_told_and_not_held_up(house: House) -> None:
    async with house.client(Caller.ADMIN) as admin:
        assert (await admin.get("/session")).json()["second_factor"] == "off"
        assert (await admin.get("/sessions")).status_code == 200


async def test_a_locked_account_keeps_its_second_factor(wang: Wang) -> None:
    async with wang.house.services.database.write() as tx:
        await tx.execute(update(User).where(User.username == "wang").values(active=False))
    with pytest.raises(Unauthorized) as told:
        await wang.house.services.identities.sign_in("wang", wang.password, Place("10.0.0.1"), wang.app.code())
    assert told.value.code == "wrong_credentials"
