"""An authenticator app on somebody's phone, and Piccolo's side of the accounts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pyotp
from house import PASSWORD, House
from paihao.core import clock
from paihao.core.second_factor import DRIFT, STEP_SECONDS
from piccolo.apps.user.tables import BaseUser
from piccolo.engine.postgres import PostgresEngine
from piccolo.engine.sqlite import SQLiteEngine
from piccolo_api.mfa.authenticator.tables import AuthenticatorSecret
from piccolo_api.session_auth.tables import SessionsBase


class App:
    """What shows codes for a secret that was typed or photographed."""

    def __init__(self, secret: str) -> None:
        self.totp = pyotp.TOTP(secret.replace(" ", ""))
        self._last = 0

    def code(self) -> str:
        """A code that it has not shown before; its clock may go as far ahead as the server puts up with."""
        now = int(clock.now().timestamp()) // STEP_SECONDS
        self._last = max(self._last + 1, now)
        assert self._last <= now + DRIFT, "a code would have to be waited for"
        return self.totp.generate_otp(self._last)

    def again(self) -> str:
        """The last code once more."""
        return self.totp.generate_otp(self._last)

    def wrong(self) -> str:
        """No code of these minutes."""
        now = int(clock.now().timestamp()) // STEP_SECONDS
        codes = {self.totp.generate_otp(now + near) for near in range(-20, 21)}
        return next(code for code in (f"{number:06}" for number in range(100)) if code not in codes)


async def set_up(client: httpx.AsyncClient, password: str = PASSWORD) -> tuple[App, list[str]]:
    """Turn a second factor on for who this client is: his app, and his recovery codes."""
    offer = (await client.post("/account/second-factor")).raise_for_status().json()
    app = App(offer["secret"])
    proof = {"offer": offer["offer"], "code": app.code(), "password": password}
    said: dict[str, Any] = (await client.post("/account/second-factor/on", json=proof)).raise_for_status().json()
    return app, said["recovery_codes"]


@asynccontextmanager
async def piccolo(house: House) -> AsyncIterator[None]:
    """Piccolo's own tables over the house's database."""
    url = house.services.database.url
    engine: SQLiteEngine | PostgresEngine
    if house.services.database.sqlite:
        engine = SQLiteEngine(path=str(url.database))
    else:
        engine = PostgresEngine({"user": "postgres", "database": url.database, "host": url.query["host"]})
    BaseUser._meta._db = SessionsBase._meta._db = AuthenticatorSecret._meta._db = engine
    yield
