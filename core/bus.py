"""The bus says *that* something moved, never *what*: listeners read the new state themselves.

`MemoryBus` serves one process. `PostgresBus` adds the other processes through LISTEN/NOTIFY: sent after the commit,
several halls in one statement, by a task of its own so that no request waits for it. What others say while the
connection is broken is lost: the slow polls of hub and `queue.halls` repair that.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

import asyncpg
import structlog

log = structlog.get_logger()

CHANNEL = "paihao"
GATHER_SECONDS = 0.005
RECONNECT_SECONDS = 1.0


class What(StrEnum):
    QUEUE = "queue"
    """Tickets moved."""
    HALL = "hall"
    """Windows opened or closed, or the configuration changed: what is kept in memory about the hall is stale."""


class Moved(NamedTuple):
    hall_id: int
    what: What


Listener = Callable[[Moved], None]


class Bus(Protocol):
    def publish(self, moved: Moved) -> None: ...
    def subscribe(self, listener: Listener) -> None: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...


class MemoryBus:
    """One process: listeners are called at once, in order, on the loop's own thread."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def publish(self, moved: Moved) -> None:
        for listener in self._listeners:
            try:
                listener(moved)
            except Exception:
                log.exception("bus_listener_failed", hall_id=moved.hall_id)

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class PostgresBus(MemoryBus):
    """Several processes: local listeners at once, the others through the database."""

    def __init__(self, dsn: str) -> None:
        super().__init__()
        self._dsn = dsn
        self._pending: set[Moved] = set()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._connection: asyncpg.Connection | None = None

    def publish(self, moved: Moved) -> None:
        super().publish(moved)
        self._pending.add(moved)
        self._wake.set()

    async def start(self) -> None:
        await self._connect()
        self._task = asyncio.create_task(self._run(), name="bus")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._connection is not None:
            await self._connection.close(timeout=2)

    async def _connect(self) -> asyncpg.Connection:
        self._connection = connection = await asyncpg.connect(self._dsn)
        await connection.add_listener(CHANNEL, self._heard)
        connection.add_termination_listener(lambda _: self._wake.set())  # listen again even when nothing is said here
        return connection

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(GATHER_SECONDS)
            self._wake.clear()
            moved, self._pending = self._pending, set()
            try:
                connection = self._connection
                if connection is None or connection.is_closed():
                    connection = await self._connect()
                notices = [f"{hall_id}:{what}" for hall_id, what in moved]
                await connection.execute("SELECT pg_notify($1, n) FROM unnest($2::text[]) n", CHANNEL, notices)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("bus_lost", error=str(error))
                self._pending |= moved
                await asyncio.sleep(RECONNECT_SECONDS)
                self._wake.set()

    def _heard(self, connection: Any, pid: int, _channel: str, payload: object) -> None:
        if pid == connection.get_server_pid():
            return  # our own notice; our listeners heard it when it was published
        hall_id, _, what = str(payload).partition(":")
        super().publish(Moved(int(hall_id), What(what)))
