"""Who a request comes from: a session cookie, a device's bearer token, or nobody we know.

Sessions live in the tables of piccolo-admin's session backend, so one sign-in serves both. Both kinds of credentials
are looked up in the database at most every few seconds; an ended session or a revoked device is out within that time.
"""

import asyncio
import hmac
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from piccolo.apps.user.tables import BaseUser
from sqlalchemy import and_, bindparam, delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from ..core import audit, clock, second_factor
from ..core.accounts import AuthenticatorSecret, Session, User
from ..core.db import Database
from ..core.errors import TooMany, Unauthorized
from ..core.i18n import N_
from ..core.privacy import Vault
from ..core.settings import Settings
from ..queue.actor import PUBLIC, Actor, device, officer
from ..queue.devices import digest
from ..queue.staff import Device, Staff
from .permissions import STEERING, Caller

COOKIE = "id"
"""The name that piccolo-admin's session backend reads."""
KEPT_SECONDS = 5.0
MOST_KEPT = 10_000
FAILURE_WINDOW = timedelta(minutes=15)
HASHING_AT_ONCE = 4


class Identity(NamedTuple):
    """``hall_id`` None: every hall (some admins, and the public). ``token``: the session's, for its CSRF word.

    ``second_factor``: the account has one, so whoever signed in gave its code.
    """

    caller: Caller
    actor: Actor
    hall_id: int | None = None
    name: str = ""
    badge: str = ""
    username: str = ""
    window_id: int | None = None
    printer_id: int | None = None
    token: str = ""
    user_id: int | None = None
    session_id: int | None = None
    second_factor: bool = False

    @property
    def device_id(self) -> int | None:
        label, _, number = self.actor.label.partition(":")
        return int(number) if label == "device" else None


NOBODY = Identity(Caller.PUBLIC, PUBLIC)

_PRINTER = aliased(Device)
_DEVICE = (
    select(Device.id, Device.hall_id, Device.kind, Device.name, Device.window_id, _PRINTER.id.label("printer_id"))
    .join(_PRINTER, and_(_PRINTER.id == Device.printer_id, _PRINTER.revoked_at.is_(None)), isouter=True)
    .where(Device.token_hash == bindparam("digest"), Device.revoked_at.is_(None))
)
_ENROLLED = exists().where(AuthenticatorSecret.user_id == User.id, AuthenticatorSecret.revoked_at.is_(None))
_SESSION = (
    select(Staff.id, Staff.hall_id, Staff.role, Staff.name, Staff.badge, User.username)
    .add_columns(User.id.label("user_id"), Session.id.label("session_id"), _ENROLLED.label("second_factor"))
    .select_from(Session)
    .join(User, User.id == Session.user_id)
    .join(Staff, Staff.user_id == User.id)
    .where(
        Session.token == bindparam("token"),
        Session.expiry_date > bindparam("now"),
        Session.max_expiry_date > bindparam("now"),
        User.active,
    )
)
_ACCOUNT = (
    select(User.id, User.password, Staff.id.label("staff_id"), Staff.hall_id, _ENROLLED.label("second_factor"))
    .join(Staff, Staff.user_id == User.id)
    .where(User.username == bindparam("username"), User.active)
)
_SIGNED_IN = update(User).where(User.id == bindparam("user")).values(last_login=bindparam("now"))
_OPEN = insert(Session)
_END = delete(Session).where(Session.token == bindparam("token"))
_SWEEP = delete(Session).where(Session.max_expiry_date < bindparam("now"))


def piccolo_now() -> datetime:
    """Piccolo's session tables hold naive local times (see `core.accounts`)."""
    return datetime.now()  # noqa: DTZ005


class Place(NamedTuple):
    """Where somebody sits: his address, and what he sits at (`agents.short`)."""

    address: str
    agent: str = ""


class Account(NamedTuple):
    """An account as it stands before its password was looked at; nobody's where there is none of that name."""

    user_id: int = 0
    password: str = "pbkdf2_sha256$600000$none$none"  # noqa: S105 - no password has this hash
    staff_id: int | None = None
    hall_id: int | None = None
    second_factor: bool = False


class Identities:
    """Finds identities, opens and ends sessions, counts failures of signing in, and writes all that to the audit trail.

    What is recorded: ``sign_in``, ``sign_in_failed`` with the reason, ``sign_in_locked`` once when a lock-out begins,
    ``sign_out``. The name of an account that there is not is kept nowhere: it may be a password in the wrong field.
    """

    def __init__(self, settings: Settings, database: Database, vault: Vault) -> None:
        self._settings = settings
        self._database = database
        self._vault = vault
        self._kept: OrderedDict[tuple[str, str], tuple[float, Identity]] = OrderedDict()
        self._failures: dict[str, list[datetime]] = {}
        self._locked: dict[str, datetime] = {}
        self._forgotten = 0
        self._hashing = asyncio.Semaphore(HASHING_AT_ONCE)

    async def of_device(self, token: str) -> Identity:
        """The device with this token. Raises Unauthorized."""
        return await self._look("device", token)

    async def of_session(self, token: str) -> Identity:
        """The officer with this session. Raises Unauthorized."""
        return await self._look("session", token)

    def csrf(self, token: str) -> str:
        """The word that a page must repeat in a header; it belongs to one session and cannot be guessed."""
        return hmac.digest(self._settings.secret.encode(), token.encode(), "sha256").hex()

    async def sign_in(self, username: str, password: str, place: Place, code: str = "") -> Identity:
        """Open a session. Raises Unauthorized (also ``code_needed``), or TooMany after repeated failures."""
        token, began = secrets.token_urlsafe(32), piccolo_now()
        ends = began + timedelta(hours=self._settings.session_hours)
        async with self.proved(username, password, place, code) as (tx, account):
            at = clock.now()
            row = {"token": token, "user_id": account.user_id, "expiry_date": ends, "max_expiry_date": ends}
            await tx.execute(_OPEN, row | {"began_at": at, "address": place.address[:45], "agent": place.agent})
            await tx.execute(_SIGNED_IN, {"user": account.user_id, "now": began})
            await self._record(tx, "sign_in", account, place, at, actor=f"staff:{account.staff_id}")
        return await self.of_session(token)

    @asynccontextmanager
    async def proved(
        self, username: str, password: str, place: Place, code: str | None = ""
    ) -> AsyncIterator[tuple[AsyncConnection, Account]]:
        """A transaction for who is proved to be the owner of an account: by his password, and by his code if he has
        a second factor, which is spent in this same transaction. ``code`` None: the password will do.

        Raises Unauthorized (``wrong_credentials``, ``code_needed``, ``wrong_code``), or TooMany after repeated failures
        of the name or from the address; those of the code count like those of the password.
        """
        # A guesser is stopped where he guesses; it takes many addresses to lock an officer out of his own account.
        keys = (f"{username} at {place.address}", f"name {username}", f"address {place.address}")
        async with self._database.read() as connection:
            row = (await connection.execute(_ACCOUNT, {"username": username})).first()
            account = Account(*row) if row else Account()
            salt = await second_factor.salt_of(connection, account.user_id) if account.second_factor else None
        async with self._hashing:  # failures are counted before the next few are let in
            await self._refuse_after_failures(keys, account, place)
            try:
                await _check_password(account, password)
                needed = account.second_factor and code is not None
                if needed and not code:
                    raise Unauthorized(N_("请输入验证码"), code="code_needed")
                typed = await asyncio.to_thread(second_factor.typed, code or "", salt)
                async with self._database.write() as tx:
                    if needed:
                        await second_factor.spend(tx, self._vault, account.user_id, typed, clock.now())
                    yield tx, account
            except second_factor.WrongCode:
                await self._count(keys, "wrong_code", account, place)
                raise Unauthorized(second_factor.WRONG, code="wrong_code") from None
            except Unauthorized as error:
                if error.code == "wrong_credentials":
                    await self._count(keys, error.code, account, place)
                raise
        self._failures.pop(keys[0], None)
        self._failures.pop(keys[1], None)

    async def sign_out(self, identity: Identity, place: Place) -> None:
        account = Account(staff_id=identity.actor.staff_id, hall_id=identity.hall_id)
        async with self._database.write() as tx:
            await tx.execute(_END, {"token": identity.token})
            await self._record(tx, "sign_out", account, place, clock.now(), actor=identity.actor.label)
        self.forget(identity.token)

    def forget(self, *tokens: str) -> None:
        """Sessions were ended, or their account is otherwise than before: the next request looks again."""
        self._forgotten += 1
        for token in tokens:
            self._kept.pop(("session", token), None)

    async def sweep(self) -> None:
        """Forget sessions that can never be used again, and failures that no longer count."""
        now = piccolo_now()
        self._locked = {key: at for key, at in self._locked.items() if now - at < FAILURE_WINDOW}
        async with self._database.write() as tx:
            await tx.execute(_SWEEP, {"now": now})
        self._failures = {
            key: kept
            for key, failed in self._failures.items()
            if (kept := [at for at in failed if now - at < FAILURE_WINDOW])
        }

    async def _look(self, kind: str, token: str) -> Identity:
        now = asyncio.get_running_loop().time()
        kept = self._kept.get((kind, token))
        if kept is not None and now - kept[0] < KEPT_SECONDS:
            return kept[1]
        forgotten = self._forgotten
        found = await (self._read_device(token) if kind == "device" else self._read_session(token))
        if forgotten != self._forgotten:  # perhaps this very one, after it was read
            return found
        self._kept[kind, token] = (now, found)
        self._kept.move_to_end((kind, token))
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return found

    async def _read_device(self, token: str) -> Identity:
        async with self._database.read() as connection:
            row = (await connection.execute(_DEVICE, {"digest": digest(token)})).first()
        if row is None:
            raise Unauthorized(N_("设备令牌无效或已停用"), code="unknown_device")
        made = Identity(Caller(row.kind), device(row.id), row.hall_id, row.name)
        return made._replace(window_id=row.window_id, printer_id=row.printer_id)

    async def _read_session(self, token: str) -> Identity:
        async with self._database.read() as connection:
            row = (await connection.execute(_SESSION, {"token": token, "now": piccolo_now()})).first()
        if row is None:
            raise Unauthorized(N_("登录已失效，请重新登录"), code="session_ended")
        caller = Caller(row.role)
        by = officer(row.id, anywhere=caller in STEERING)
        made = Identity(caller, by, row.hall_id, row.name, row.badge, row.username, token=token)
        return made._replace(user_id=row.user_id, session_id=row.session_id, second_factor=row.second_factor)

    async def _refuse_after_failures(self, keys: Iterable[str], account: Account, place: Place) -> None:
        most, now = self._settings.sign_in_failures, piccolo_now()
        for key, limit in zip(keys, (most, 10 * most, 30 * most), strict=True):
            failed = [at for at in self._failures.get(key, ()) if now - at < FAILURE_WINDOW]
            if len(failed) < limit:
                continue
            last = self._locked.get(key)
            if last is None or now - last >= FAILURE_WINDOW:  # once, and not at each of a thousand knocks
                self._locked[key] = now
                async with self._database.write() as tx:
                    await self._record(tx, "sign_in_locked", account, place, clock.now())
            raise TooMany(N_("登录失败次数过多，请15分钟后再试"), code="too_many_failures")

    async def _count(self, keys: Iterable[str], reason: str, account: Account, place: Place) -> None:
        for key in keys:
            self._failures.setdefault(key, []).append(piccolo_now())
        async with self._database.write() as tx:
            await self._record(tx, "sign_in_failed", account, place, clock.now(), reason=reason)

    async def _record(
        self,
        tx: AsyncConnection,
        action: str,
        account: Account,
        place: Place,
        at: datetime,
        actor: str = PUBLIC.label,
        **more: str,
    ) -> None:
        said = {"address": place.address, "agent": place.agent} | more
        await audit.write(
            tx,
            at=at,
            actor=actor,
            action=action,
            hall_id=account.hall_id,
            subject="staff" if account.staff_id else "",
            row_id=account.staff_id,
            after=said,
        )


async def _check_password(account: Account, password: str) -> None:
    """Raises Unauthorized. Hashed for unknown names too: the time taken must not tell which names exist."""
    _, rounds, salt, _ = BaseUser.split_stored_password(account.password)
    given = await asyncio.to_thread(BaseUser.hash_password, password, salt, int(rounds))
    if not account.user_id or not secrets.compare_digest(given, account.password):
        raise Unauthorized(N_("用户名或密码不正确"), code="wrong_credentials")
