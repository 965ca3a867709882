"""A hall that was changed by hand is one that its files could describe: the rules between rows are the import's."""

import msgspec
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.errors import Invalid
from ..core.i18n import N_, Language, translate
from ..queue import hallfiles, hallread

FAULTS_NAMED = 3
DESCRIBED = frozenset(
    {
        *("hall", "zone", "department", "line", "window", "window_line", "agency", "priority", "item"),
        *("hours", "hours_exception", "working_day", "message_template"),
    }
)
"""The tables that a hall's files tell of."""


async def check(tx: AsyncConnection, table: Table, hall_id: int | None, language: Language) -> None:
    """Raises Invalid with what the import would say of the hall as it stands in this transaction."""
    if table.name not in DESCRIBED or hall_id is None:
        return
    try:
        faults = hallfiles.faults(await hallread.load(tx, hall_id))
    except msgspec.ValidationError as error:
        raise Invalid(code="invalid") from error
    if faults:
        said = [fault.describe(language) for fault in faults[:FAULTS_NAMED]]
        raise Invalid(N_("{faults}"), code="not_whole", faults=translate(language, N_("；")).join(said))
