"""The HTTP client: one pool of connections, every caller with his own credentials, every POST with its own key."""

import asyncio
import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self

import httpx
import msgspec

from .agenda import AT_ONCE

KEPT_ALIVE = 4.0
"""Seconds; less than the server's, so that it never hangs up just when we speak."""
PATIENCE = 60.0
LONGEST_PAUSE = 2.0
HELD_UP = 5.0
"""Seconds before somebody whose address asks too often asks again."""
COOKIE = "id"


class Refused(Exception):
    """The server said no; ``code`` is its problem's."""

    def __init__(self, kind: str, status: int, code: str) -> None:
        super().__init__(f"{kind}: {status} {code}")
        self.kind, self.status, self.code = kind, status, code


class Client:
    """``patient``: while the server is away, say the same again, with the same key, for up to a minute."""

    def __init__(self, url: str, *, patient: bool) -> None:
        self._patient = patient
        self._http = httpx.AsyncClient(
            base_url=f"{url}/api/v1",
            timeout=httpx.Timeout(30.0, pool=None),
            limits=httpx.Limits(max_connections=AT_ONCE, keepalive_expiry=KEPT_ALIVE),
            # Credentials belong to callers, not to the pool: it keeps no cookies.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        )
        self.latencies: defaultdict[str, list[float]] = defaultdict(list)
        self.conflicts: Counter[str] = Counter()
        self.held_up = 0
        """How often we were told to go slower."""
        self.attempts = 0
        self.longest = 0.0
        """Seconds of the longest attempt since this was last set to zero."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def sign_in(self, username: str, password: str) -> "Caller":
        """An officer's session. Raises Refused."""
        response = await self._send("sign_in", "POST", "/session", {}, {"username": username, "password": password})
        word = msgspec.json.decode(response.content)["csrf"]
        return Caller(self, {"cookie": f"{COOKIE}={response.cookies[COOKIE]}", "x-csrftoken": word})

    def device(self, token: str) -> "Caller":
        return Caller(self, {"authorization": f"Bearer {token}"})

    def visitor(self, address: str) -> "Caller":
        """Somebody of the public; a server that runs on this machine believes the address."""
        return Caller(self, {"x-forwarded-for": address})

    async def request(self, kind: str, method: str, path: str, headers: Mapping[str, str], body: Any = None) -> Any:
        """The answer's JSON, None for 204. Raises Refused, or httpx.TransportError when the server is away."""
        response = await self._send(kind, method, path, headers, body)
        return msgspec.json.decode(response.content) if response.content else None

    async def _send(self, kind: str, method: str, path: str, headers: Mapping[str, str], body: Any) -> httpx.Response:
        content = msgspec.json.encode(body) if body is not None else None
        typed = {"content-type": "application/json"} if body is not None else {}
        request = self._http.build_request(method, path.lstrip("/"), headers={**headers, **typed}, content=content)
        response = await self._persist(kind, request)
        while (code := _problem(response)) == "too_many_requests":
            self.held_up += 1
            await asyncio.sleep(HELD_UP)
            response = await self._persist(kind, request)
        if response.is_success:
            return response
        if response.status_code == httpx.codes.CONFLICT:
            self.conflicts[code] += 1
        raise Refused(kind, response.status_code, code)

    async def _persist(self, kind: str, request: httpx.Request) -> httpx.Response:
        first, pause = time.perf_counter(), 0.1
        while True:
            self.attempts += 1
            started = time.perf_counter()
            try:
                response = await self._http.send(request)
            except httpx.TransportError:
                if not self._patient or time.perf_counter() - first > PATIENCE:
                    raise
            else:
                self.latencies[kind].append(time.perf_counter() - started)
                return response
            finally:
                self.longest = max(self.longest, time.perf_counter() - started)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)


class Caller:
    """Somebody with credentials: an officer, or a device."""

    def __init__(self, client: Client, headers: Mapping[str, str]) -> None:
        self._client = client
        self._headers = headers

    async def get(self, kind: str, path: str) -> Any:
        return await self._client.request(kind, "GET", path, self._headers)

    async def post(self, kind: str, path: str, body: Any = None, *, method: str = "POST") -> Any:
        key = {"idempotency-key": secrets.token_hex(16)}
        return await self._client.request(kind, method, path, {**self._headers, **key}, body)

    async def sign_out(self) -> None:
        await self._client.request("sign_out", "DELETE", "/session", self._headers)


def _problem(response: httpx.Response) -> str:
    """The code of a refusal; empty for an answer."""
    if response.is_success:
        return ""
    try:
        return str(msgspec.json.decode(response.content)["code"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return response.reason_phrase
