"""The application in the test's own process, with the small hall and somebody of every kind in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx
import msgspec
from litestar import Litestar
from paihao.api.accounts import add_device, insert_staff
from paihao.api.app import create
from paihao.api.identity import piccolo_now
from paihao.api.permissions import Caller
from paihao.api.services import Services
from paihao.core import clock
from paihao.core.accounts import Session, User
from paihao.core.settings import Settings
from paihao.queue import hallfiles, hallstore
from paihao.queue.staff import TALKING, DeviceKind, Role
from piccolo.apps.user.tables import BaseUser
from sqlalchemy import insert, select

PASSWORD = "hall-password"
_HASHED = BaseUser.hash_password(PASSWORD, iterations=1)
SMALL = Path(__file__).parent / "data" / "small"
SAMPLE = Path(__file__).parent.parent / "samples" / "longquanyi"


def noon_break_zone() -> str:
    """A time zone where it is past twelve now: far from midnight, and in the small hall's break until two o'clock.

    Tests must not turn out otherwise because of the hour at which they run.
    """
    ahead = 12 - clock.now().hour
    # Not UTC itself: calendar files write it otherwise than any zone that a hall can be in.
    return f"Etc/GMT{-ahead:+d}" if ahead else "Africa/Bissau"


ZONE: Final = noon_break_zone()
"""Of halls with a server of their own, and of whoever looks at them."""


class House:
    """The application in this process over a real database, with the small hall and somebody of every kind in it."""

    def __init__(self, app: Litestar, services: Services, tokens: dict[Caller, str]) -> None:
        self.app = app
        self.services = services
        self._tokens = tokens

    def client(self, caller: Caller = Caller.PUBLIC, *, token: str | None = None) -> httpx.AsyncClient:
        """A client that is ``caller``; officers come with session cookie and CSRF word, devices with their token."""
        token = token or self._tokens.get(caller)
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://hall.test/api/v1")
        if caller in (Caller.KIOSK, Caller.BOARD):
            client.headers["authorization"] = f"Bearer {token}"
        elif token is not None:
            client.cookies.set("id", token)
            client.headers["x-csrftoken"] = self.services.identities.csrf(token)
        return client

    async def window(self, number: str) -> int:
        hall = await self.services.halls.get("small")
        return next(window.id for window in hall.windows.values() if window.number == number)


async def _staff(services: Services, hall: int | None, role: Role, name: str) -> str:
    """An account of this `PASSWORD` with an open session, without the costly hashing; gives the session's token."""
    moment, token = clock.now(), f"session-of-{name}"
    async with services.database.write() as tx:
        await insert_staff(tx, [(name, name, name)], role, hall, _HASHED, moment)
        user = (await tx.execute(select(User.id).where(User.username == name))).scalar_one()
        ends = piccolo_now() + timedelta(hours=1)
        await tx.execute(
            insert(Session), {"token": token, "user_id": user, "expiry_date": ends, "max_expiry_date": ends}
        )
    return token


def small_hall(code: str = "small") -> hallfiles.HallFiles:
    files = hallfiles.read(SMALL)
    hall = msgspec.structs.replace(files.hall, code=code, timezone=noon_break_zone())
    return msgspec.structs.replace(files, hall=hall)


@asynccontextmanager
async def open_house(database_url: str, **chosen: Any) -> AsyncIterator[House]:
    """The house over this database; ``chosen`` settings are otherwise than usual."""
    with TemporaryDirectory() as var:
        settings = Settings(
            database_url=database_url,
            secret="s" * 40,
            sweep_seconds=3600,
            media=f"{var}/media",
            media_mb=2,
            **chosen,
        )
        async with _opened(create(settings)) as house:
            yield house


@asynccontextmanager
async def _opened(app: Litestar) -> AsyncIterator[House]:
    async with app.lifespan():
        services: Services = app.state.services
        async with services.database.write() as tx:
            hall = await hallstore.save(tx, small_hall())
        tokens = {Caller(role): await _staff(services, hall, role, role.value) for role in Role}
        for kind in TALKING:
            tokens[Caller(kind)] = await add_device(services.database, kind, "small", None, kind)
        yield House(app, services, tokens)


async def open_second_hall(house: House) -> str:
    """A second hall beside the first; gives the token of its kiosk."""
    database = house.services.database
    async with database.write() as tx:
        await hallstore.save(tx, small_hall(code="other"))
    return await add_device(database, DeviceKind.KIOSK, "other", None, "kiosk")


async def sign_in_everywhere(house: House) -> str:
    """An admin of all halls; gives his session's token."""
    return await _staff(house.services, None, Role.ADMIN, "everywhere")


async def sign_in_clerk(house: House, name: str) -> str:
    """One more clerk of the small hall; gives his session's token."""
    hall = await house.services.halls.get("small")
    return await _staff(house.services, hall.id, Role.CLERK, name)
