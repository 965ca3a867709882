"""The database: one declarative base, one engine, and transactions that begin and end at the edge.

SQLite: WAL, one writer at a time in ``BEGIN IMMEDIATE``, the writers of a process queue up in order instead of polling
the file lock. PostgreSQL: a pool that never overflows, because every new connection would prepare its statements anew.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, MetaData, PrimaryKeyConstraint, UniqueConstraint, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.orm import DeclarativeBase

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}


class Base(DeclarativeBase):
    """The base of every table; names of constraints follow one convention and appear in errors."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database:
    """An engine with ways in: `read` (each statement sees what is committed), `write` (one transaction), `single`."""

    def __init__(self, url: str, *, password: str = "", pool_size: int = 16) -> None:
        parsed = make_url(url)
        if password:
            parsed = parsed.set(password=password)
        self.url = parsed.set(drivername=DRIVERS.get(parsed.drivername, parsed.drivername))
        self.sqlite = self.url.get_backend_name() == "sqlite"
        # What a statement that failed was given are people's names and tokens: not for the log (R61).
        self.engine = create_async_engine(
            self.url, pool_size=pool_size, max_overflow=0, pool_timeout=30, hide_parameters=True
        )
        self._writer = self.engine.execution_options(writes=True)
        self._reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._turn = asyncio.Lock()
        if self.sqlite:
            event.listen(self.engine.sync_engine, "connect", prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_immediate)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with self._reader.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        if not self.sqlite:
            async with self.engine.begin() as connection:
                yield connection
        else:
            async with self._turn, self._writer.begin() as connection:
                yield connection

    @asynccontextmanager
    async def single(self) -> AsyncIterator[AsyncConnection]:
        """For one statement that changes something: a transaction of its own, without trips for BEGIN and COMMIT."""
        if not self.sqlite:
            async with self._reader.connect() as connection:
                yield connection
        else:
            async with self._turn, self._reader.connect() as connection:
                yield connection

    @asynccontextmanager
    async def migrate(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that may rebuild tables, as SQLite must to change a constraint.

        Foreign keys rest meanwhile, which SQLite does not allow inside a transaction, and are all checked at its end.
        """
        if not self.sqlite:
            async with self.write() as connection:
                yield connection
            return
        async with self._turn, self._reader.connect() as connection:
            await connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                broken = (await connection.exec_driver_sql("PRAGMA foreign_key_check")).all()
                if broken:
                    raise RuntimeError(f"foreign keys broken by a migration: {broken[:5]}")
                await connection.exec_driver_sql("COMMIT")
            except BaseException:
                await connection.exec_driver_sql("ROLLBACK")
                raise
            finally:
                await connection.exec_driver_sql("PRAGMA foreign_keys=ON")

    async def close(self) -> None:
        await self.engine.dispose()


def prepare_sqlite(connection: Any, _record: object = None) -> None:
    """What every connection to SQLite is told first, whoever opens it."""
    connection.isolation_level = None  # the driver's own BEGIN would be a deferred one
    cursor = connection.cursor()
    pragmas = ["journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"]
    for pragma in [*pragmas, "recursive_triggers=ON"]:  # else REPLACE would delete past the triggers
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def violated(error: IntegrityError) -> str | None:
    """The name of the constraint that refused a statement, the same on both databases; None when it has no name."""
    cause = error.orig.__cause__ if error.orig is not None else None
    if name := getattr(cause, "constraint_name", None):
        return str(name)
    message = str(error.orig)
    if re.fullmatch(r"\w+", message):  # raised by a trigger of ours
        return message
    if match := re.search(r"CHECK constraint failed: (\w+)", message):
        return match[1]
    if match := re.search(r"UNIQUE constraint failed: index '(\w+)'", message):
        return match[1]
    if match := re.search(r"UNIQUE constraint failed: (.+)", message):
        return _unique_over(match[1].split(", "))
    return None


def _unique_over(qualified: list[str]) -> str | None:
    """SQLite names the columns of a broken UNIQUE, not the constraint: look it up."""
    table = Base.metadata.tables.get(qualified[0].split(".")[0])
    columns = [name.split(".")[1] for name in qualified]
    if table is None:
        return None
    keyed = (UniqueConstraint, PrimaryKeyConstraint)
    uniques: list[Any] = [constraint for constraint in table.constraints if isinstance(constraint, keyed)]
    uniques += [index for index in table.indexes if index.unique]
    return next((str(unique.name) for unique in uniques if list(unique.columns.keys()) == columns), None)
