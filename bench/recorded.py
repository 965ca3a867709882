"""The very statements of the service: recorded while it answers a request, then run again bare by the driver."""

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from time import perf_counter
from typing import Any, NamedTuple

import asyncpg
from litestar.testing import AsyncTestClient
from paihao.api.app import create
from paihao.core import settings
from sqlalchemy import event
from stage import Hall

MOST_TRIES = 100

Fresh = Mapping[str, Any]
"""What differs from run to run: parameter name -> value."""


class Statement(NamedTuple):
    sql: str
    names: Sequence[str]
    values: Sequence[Any]

    @property
    def gives(self) -> bool:
        """It must give a row: a number, a ticket, a claim."""
        return "RETURNING" in self.sql

    def bound(self, fresh: Fresh) -> list[Any]:
        return [fresh.get(name, value) for name, value in zip(self.names, self.values, strict=True)]


class Recorder:
    """The service in this process, on the hall's database; notes what it says to the driver."""

    def __init__(self, client: AsyncTestClient[Any], notes: list[Statement]) -> None:
        self._client = client
        self._notes = notes

    async def record(
        self, paths: Sequence[str], headers: Mapping[str, str], body: bytes, status: int
    ) -> list[Statement]:
        """The statements of the last of some requests of one kind: by then everything is kept that can be."""
        for path in paths:
            self._notes.clear()
            key = {"Idempotency-Key": secrets.token_urlsafe(16), "Content-Type": "application/json"}
            answer = await self._client.post(path, headers=dict(headers) | key, content=body)
            assert answer.status_code == status, answer.text
        return list(self._notes)


@asynccontextmanager
async def recorder(hall: Hall) -> AsyncIterator[Recorder]:
    notes: list[Statement] = []

    def note(_c: Any, _cursor: Any, sql: str, values: Any, context: Any, _many: bool) -> None:
        names = context.compiled.positiontup if context.compiled is not None else ()
        notes.append(Statement(sql, tuple(names or ()), tuple(values)))

    app = create(settings.load(hall.environ))
    async with AsyncTestClient(app, base_url="http://127.0.0.1") as client:
        event.listen(app.state.services.database.engine.sync_engine, "before_cursor_execute", note)
        yield Recorder(client, notes)


class BarePostgres:
    """So many connections of the driver, each a transaction after another."""

    def __init__(self, connections: Sequence[asyncpg.Connection]) -> None:
        self._connections = connections

    @classmethod
    async def connect(cls, hall: Hall, count: int) -> "BarePostgres":
        dsn = hall.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return cls([await asyncpg.connect(dsn) for _ in range(count)])

    async def run(self, statements: Sequence[Statement], runs: Sequence[Fresh]) -> float:
        """Every run is one transaction with fresh parameters; gives the seconds for all."""
        waiting = iter(runs)

        async def client(connection: asyncpg.Connection) -> None:
            for fresh in waiting:
                known = dict(fresh)
                async with connection.transaction():
                    for statement in statements:
                        bound = statement.bound(known)
                        for _ in range(MOST_TRIES):  # as the service: others may have been faster
                            rows = await connection.fetch(statement.sql, *bound)
                            if rows or not statement.gives:
                                break
                        else:
                            raise AssertionError("nothing was claimed")
                        if rows and "last" in rows[0].keys():  # noqa: SIM118 - an asyncpg.Record is no mapping
                            known["number"] = f"{known['prefix']}{rows[0]['last']:03d}"

        began = perf_counter()
        await asyncio.gather(*map(client, self._connections))
        return perf_counter() - began

    async def close(self) -> None:
        for connection in self._connections:
            await connection.close()


class BareSqlite:
    """One writer in one thread, as SQLite has it."""

    def __init__(self, hall: Hall) -> None:
        self._connection = sqlite3.connect(str(hall.database.url.database), isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
            self._connection.execute(f"PRAGMA {pragma}")

    async def run(self, statements: Sequence[Statement], runs: Sequence[Fresh]) -> float:
        began = perf_counter()
        for fresh in runs:
            known = dict(fresh)
            for statement in statements:
                rows = self._connection.execute(statement.sql, statement.bound(known)).fetchall()
                assert rows or not statement.gives, "nothing was claimed"
                if rows and "last" in rows[0].keys():  # noqa: SIM118 - a sqlite3.Row is no mapping
                    known["number"] = f"{known['prefix']}{rows[0]['last']:03d}"
            self._connection.execute("COMMIT")
        return perf_counter() - began

    async def close(self) -> None:
        self._connection.close()


Bare = BarePostgres | BareSqlite


async def bare(hall: Hall, connections: int) -> Bare:
    return BareSqlite(hall) if hall.database.sqlite else await BarePostgres.connect(hall, connections)
