"""From zero to the tables in code, on both databases, with nothing left over."""

import pytest
from paihao.api import schema
from paihao.core import migrate
from paihao.core.db import Database


@pytest.mark.anyio
async def test_migrations_end_where_the_tables_are(database: Database) -> None:
    assert await migrate.drift(database) == []


@pytest.mark.anyio
async def test_an_upgrade_can_be_repeated(database: Database) -> None:
    await schema.upgrade(database)
    assert await migrate.drift(database) == []
