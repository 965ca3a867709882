"""Every table of every room, and the upgrade that brings a database to them."""

from ..booking import tables as booking
from ..booking import triggers as booking_triggers
from ..cases import enquiry, receipt
from ..cases import triggers as cases_triggers
from ..core import accounts, idempotency, journal, messages, migrate
from ..core.db import Base, Database
from ..display import printjob
from ..queue import hall, staff, ticket, triggers, window

TABLES = Base.metadata.tables
ROOMS = (accounts, idempotency, journal, messages, hall, staff, ticket, window, printjob, receipt, enquiry, booking)


async def upgrade(database: Database) -> None:
    """Bring tables and triggers up to date; safe to repeat, safe for several processes at once."""
    dialect = "sqlite" if database.sqlite else "postgresql"
    rooms = (triggers, cases_triggers, booking_triggers)
    await migrate.upgrade(database, [statement for room in rooms for statement in room.statements(dialect)])
