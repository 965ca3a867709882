"""Every table of every room, and the upgrade that brings a database to them."""

from ..cases import receipt
from ..cases import triggers as cases_triggers
from ..core import accounts, idempotency, journal, migrate
from ..core.db import Base, Database
from ..display import printjob
from ..queue import hall, staff, ticket, triggers, window

TABLES = Base.metadata.tables
ROOMS = (accounts, idempotency, journal, hall, staff, ticket, window, printjob, receipt)


async def upgrade(database: Database) -> None:
    """Bring tables and triggers up to date; safe to repeat, safe for several processes at once."""
    dialect = "sqlite" if database.sqlite else "postgresql"
    await migrate.upgrade(database, (*triggers.statements(dialect), *cases_triggers.statements(dialect)))
