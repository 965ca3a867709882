"""A table with every kind of column, seen by SQLAlchemy and by its mirror at once."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import sqlalchemy as sa
from paihao.admin.engine import engine_of, pooled
from paihao.admin.mirror import mirror
from paihao.core.db import Database
from paihao.core.journal import Id
from paihao.core.types import Moment, one_of
from paihao.queue.hall import Kind
from piccolo.table import Table

SAMPLE: Final = sa.Table(
    "sample",
    sa.MetaData(),
    sa.Column("id", Id, primary_key=True),
    sa.Column("moment", Moment),
    sa.Column("naive", sa.TIMESTAMP),
    sa.Column("day", sa.Date),
    sa.Column("clock", sa.Time),
    sa.Column("told", sa.JSON),
    sa.Column("price", sa.Numeric(12, 2)),
    sa.Column("figure", sa.Double),
    sa.Column("large", sa.BigInteger),
    sa.Column("whole", sa.Integer),
    sa.Column("small", sa.SmallInteger),
    sa.Column("kind", sa.String(16)),
    sa.Column("words", sa.Text),
    sa.Column("yes", sa.Boolean),
    sa.Column("sealed", sa.LargeBinary),
    one_of("kind", Kind),
)


class Both:
    """Writing and reading one column of `SAMPLE`, as our own code does it and as Piccolo does it."""

    def __init__(self, database: Database, shown: type[Table]) -> None:
        self.database = database
        self.shown = shown

    async def write_ours(self, column: str, values: Sequence[Any]) -> None:
        async with self.database.write() as tx:
            await tx.execute(sa.insert(SAMPLE), [{column: value} for value in values])

    async def write_piccolos(self, column: str, values: Sequence[Any]) -> None:
        await self.shown.insert(*(self.shown(**{column: value}) for value in values))

    async def read_ours(self, column: str) -> list[Any]:
        async with self.database.read() as connection:
            return list((await connection.execute(sa.select(SAMPLE.c[column]).order_by(SAMPLE.c.id))).scalars())

    async def read_piccolos(self, column: str) -> list[Any]:
        asked = self.shown.select(getattr(self.shown, column)).order_by(self.shown._meta.primary_key)
        return [row[column] for row in await asked.output(load_json=True)]

    async def stored(self, column: str) -> list[Any]:
        """As it lies in the database; bytes in hex."""
        shown = f"CAST({column} AS TEXT)" if column != "sealed" or not self.database.sqlite else "hex(sealed)"
        async with self.database.read() as connection:
            rows = await connection.exec_driver_sql(f"SELECT {shown} FROM sample ORDER BY id")
            return list(rows.scalars())

    async def clear(self) -> None:
        async with self.database.write() as tx:
            await tx.execute(sa.delete(SAMPLE))


@asynccontextmanager
async def both(database: Database) -> AsyncIterator[Both]:
    async with database.write() as tx:
        await tx.run_sync(SAMPLE.metadata.create_all)
    engine = engine_of(database)
    async with pooled(engine):
        yield Both(database, mirror(SAMPLE, engine, {}))
