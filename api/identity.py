"""Who a request comes from: a session cookie, a device's bearer token, or nobody we know.

Sessions live in the tables of piccolo-admin's session backend, so one sign-in serves both. Both kinds of credentials
are looked up in the database at most every few seconds; an ended session or a revoked device is out within that time.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from piccolo.apps.user.tables import BaseUser
from sqlalchemy import and_, bindparam, delete, insert, select, update
from sqlalchemy.orm import aliased

from ..core.accounts import Session, User
from ..core.db import Database
from ..core.errors import TooMany, Unauthorized
from ..core.i18n import N_
from ..core.settings import Settings
from ..queue.actor import PUBLIC, Actor, device, officer
from ..queue.staff import Device, Staff
from .permissions import STEERING, Caller

COOKIE = "id"
"""The name that piccolo-admin's session backend reads."""
KEPT_SECONDS = 5.0
MOST_KEPT = 10_000
FAILURE_WINDOW = timedelta(minutes=15)
HASHING_AT_ONCE = 4


class Identity(NamedTuple):
    """``hall_id`` None: every hall (some admins, and the public). ``token``: the session's, for its CSRF word."""

    caller: Caller
    actor: Actor
    hall_id: int | None = None
    name: str = ""
    badge: str = ""
    username: str = ""
    window_id: int | None = None
    printer_id: int | None = None
    token: str = ""

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
_SESSION = (
    select(Staff.id, Staff.hall_id, Staff.role, Staff.name, Staff.badge, User.username)
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
_USER = select(User.id, User.password).where(User.username == bindparam("username"), User.active)
_SIGNED_IN = update(User).where(User.id == bindparam("user")).values(last_login=bindparam("now"))
_OPEN = insert(Session)
_END = delete(Session).where(Session.token == bindparam("token"))
_SWEEP = delete(Session).where(Session.max_expiry_date < bindparam("now"))


def piccolo_now() -> datetime:
    """Piccolo's session tables hold naive local times (see `core.accounts`)."""
    return datetime.now()  # noqa: DTZ005


def digest(token: str) -> bytes:
    """How a device's token is stored."""
    return hashlib.sha256(token.encode()).digest()


class Identities:
    """Finds identities, opens and ends sessions, and counts failures of signing in."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._kept: OrderedDict[tuple[str, str], tuple[float, Identity]] = OrderedDict()
        self._failures: dict[str, list[datetime]] = {}
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

    async def sign_in(self, username: str, password: str, address: str) -> Identity:
        """Open a session. Raises Unauthorized, or TooMany after repeated failures of the name or from the address."""
        now = piccolo_now()
        # A guesser is stopped where he guesses; it takes many addresses to lock an officer out of his own account.
        keys = (f"{username} at {address}", f"name {username}", f"address {address}")
        async with self._database.read() as connection:
            row = (await connection.execute(_USER, {"username": username})).first()
        stored = row.password if row else "pbkdf2_sha256$600000$none$none"
        _, rounds, salt, _ = BaseUser.split_stored_password(stored)
        async with self._hashing:  # failures are counted before the next few are let in
            self._refuse_after_failures(keys, now)
            # Hashed for unknown names too: the time taken must not tell which names exist.
            given = await asyncio.to_thread(BaseUser.hash_password, password, salt, int(rounds))
            if row is None or not secrets.compare_digest(given, stored):
                for key in keys:
                    self._failures.setdefault(key, []).append(now)
                raise Unauthorized(N_("用户名或密码不正确"), code="wrong_credentials")
        self._failures.pop(keys[0], None)
        self._failures.pop(keys[1], None)
        token = secrets.token_urlsafe(32)
        ends = now + timedelta(hours=self._settings.session_hours)
        async with self._database.write() as tx:
            await tx.execute(_OPEN, {"token": token, "user_id": row.id, "expiry_date": ends, "max_expiry_date": ends})
            await tx.execute(_SIGNED_IN, {"user": row.id, "now": now})
        return await self.of_session(token)

    async def sign_out(self, token: str) -> None:
        self._kept.pop(("session", token), None)
        async with self._database.write() as tx:
            await tx.execute(_END, {"token": token})

    async def sweep(self) -> None:
        """Forget sessions that can never be used again, and failures that no longer count."""
        now = piccolo_now()
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
        found = await (self._read_device(token) if kind == "device" else self._read_session(token))
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
        return Identity(caller, by, row.hall_id, row.name, row.badge, row.username, token=token)

    def _refuse_after_failures(self, keys: Iterable[str], now: datetime) -> None:
        most = self._settings.sign_in_failures
        for key, limit in zip(keys, (most, 10 * most, 30 * most), strict=True):
            failed = [at for at in self._failures.get(key, ()) if now - at < FAILURE_WINDOW]
            if len(failed) >= limit:
                raise TooMany(N_("登录失败次数过多，请15分钟后再试"), code="too_many_failures")
