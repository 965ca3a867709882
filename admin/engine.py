"""Piccolo's engine over the database of the house. What it writes, and what it asks for, has the form of ours."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, time
from typing import Any, Final

from piccolo.engine.postgres import PostgresEngine
from piccolo.engine.sqlite import SQLiteEngine

from ..core.db import Database, prepare_sqlite
from ..core.types import moment_text

Engine = SQLiteEngine | PostgresEngine

POOL_SIZE: Final = 4
"""A few officers at their pages; the counters' connections are not theirs."""


class _Connection(sqlite3.Connection):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        prepare_sqlite(self)


def engine_of(database: Database) -> Engine:
    """An engine of Piccolo's for the same database; `pooled` gives it connections to keep."""
    (*path,), arguments = database.engine.dialect.create_connect_args(database.url)
    if not database.sqlite:
        return PostgresEngine(dict(arguments))
    # Piccolo's own adapters leave out microseconds that are zero: that text is not equal to ours, nor sorts with it.
    sqlite3.register_adapter(datetime, moment_text)
    sqlite3.register_adapter(time, _time_text)
    return SQLiteEngine(str(path[0]), factory=_Connection)


def _time_text(value: time) -> str:
    return value.isoformat("microseconds")


@asynccontextmanager
async def pooled(engine: Engine, size: int = POOL_SIZE) -> AsyncIterator[None]:
    """Up to ``size`` connections are kept while the block runs; SQLite's are opened for each query."""
    if isinstance(engine, SQLiteEngine):
        yield
        return
    await engine.start_connection_pool(min_size=1, max_size=size)
    try:
        yield
    finally:
        await engine.close_connection_pool()
