"""Every table of every room, and the upgrade that brings a database to them."""

from ..booking import tables as booking
from ..booking import triggers as booking_triggers
from ..cases import alert_tables, case_triggers, custody, custody_triggers, enquiry, matter, matter_triggers, receipt
from ..cases import tables as cases
from ..cases import triggers as cases_triggers
from ..core import accounts, audit, idempotency, journal, messages, migrate
from ..core.db import Base, Database
from ..display import printjob
from ..queue import hall, item_triggers, seat_triggers, shows, staff, staff_triggers, ticket, triggers, window

TABLES = Base.metadata.tables
ROOMS = (
    accounts,
    audit,
    idempotency,
    journal,
    messages,
    hall,
    shows,
    staff,
    ticket,
    window,
    printjob,
    receipt,
    enquiry,
    alert_tables,
    booking,
    cases,
    matter,
    custody,
)


async def upgrade(database: Database) -> None:
    """Bring tables and triggers up to date; safe to repeat, safe for several processes at once."""
    dialect = "sqlite" if database.sqlite else "postgresql"
    rooms = (
        audit,
        staff_triggers,
        triggers,
        item_triggers,
        seat_triggers,
        cases_triggers,
        booking_triggers,
        case_triggers,
        matter_triggers,
        custody_triggers,
    )
    await migrate.upgrade(database, [statement for room in rooms for statement in room.statements(dialect)])
