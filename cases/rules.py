"""A hall's rules for its cases as facts: in bounds, or refused by name."""

import msgspec
from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.errors import Invalid
from ..core.i18n import N_
from .tables import Rules


class RulesFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a hall keeps its word; what each means says `tables.Rules`."""

    warning_days: int = 1
    handover_minutes: int = 15
    matter_hours: int = 4
    custody_days: int = 1
    keep_days: int = 1825


_SELECT = select(*(getattr(Rules, name) for name in RulesFacts.__struct_fields__)).where(
    Rules.hall_id == bindparam("hall")
)
_DELETE = delete(Rules).where(Rules.hall_id == bindparam("hall"))
_INSERT = insert(Rules)


async def load(connection: AsyncConnection, hall_id: int) -> RulesFacts:
    """A hall's rules as they stand in the database."""
    row = (await connection.execute(_SELECT, {"hall": hall_id})).one_or_none()
    return RulesFacts(**row._asdict()) if row is not None else RulesFacts()


async def change(tx: AsyncConnection, hall_id: int, rules: RulesFacts) -> None:
    """Set a hall's rules. Raises Invalid for what is out of bounds."""
    await tx.execute(_DELETE, {"hall": hall_id})
    try:
        await tx.execute(_INSERT, {"hall_id": hall_id} | msgspec.to_builtins(rules))
    except IntegrityError as error:
        raise Invalid(N_("办件规则有误，数值超出允许范围"), code="rules_out_of_bounds") from error
