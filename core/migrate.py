"""Bringing a database up to date: Alembic's versions for the tables, then whatever is derived from code anew.

Tables have versions; triggers are generated from the rules and replaced at every upgrade, so they can never lag behind.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from .db import Base, Database


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config


async def upgrade(database: Database, derived: Sequence[str] = (), *, version: str = "head") -> None:
    """Run every missing version up to ``version``, then what is ``derived``, in one transaction. Safe to repeat."""

    def run(connection: Connection) -> None:
        if database.sqlite and derived:
            _lay_aside(connection)
        command.upgrade(_config(connection), version)
        for statement in derived:
            connection.exec_driver_sql(statement)

    async with database.migrate() as tx:
        if not database.sqlite:
            # Several processes may start at once: one upgrades, the others wait and find nothing to do.
            await tx.exec_driver_sql("SELECT pg_advisory_xact_lock(7263001)")
        await tx.run_sync(run)


def _lay_aside(connection: Connection) -> None:
    """Drop all triggers: SQLite rebuilds a table by renaming, which fails while another's trigger names it."""
    rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in rows.all():
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')


async def drift(database: Database) -> list[Any]:
    """What the tables in code and the migrated database disagree on; empty when they agree."""

    def compare(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, Base.metadata))

    async with database.read() as connection:
        return await connection.run_sync(compare)


def revise(connection: Connection, message: str) -> Iterable[Any]:
    """Write a new version from the difference between tables and database (for developers, from a checkout)."""
    made = command.revision(_config(connection), message, autogenerate=True)
    return made if isinstance(made, list) else [made]
