"""What was promised and what it took (R33): per kind, for what was decided between two days."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Float, bindparam, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..queue.hall import CaseKind
from .clock import Light
from .tables import Case


class Speed(NamedTuple):
    """``cases`` decided, ``on_time`` of them; means in working days. ``faster``: part of the statutory time saved."""

    kind: CaseKind
    cases: int
    on_time: int
    statutory: float
    promised: float
    actual: float

    @property
    def faster(self) -> float:
        return 1 - self.actual / self.statutory if self.statutory else 0.0


def _mean(column: Any) -> Any:
    return func.avg(cast(column, Float))


_FIGURES = (
    select(
        Case.kind,
        func.count(),
        func.sum(case((Case.light == Light.GREEN, 1), else_=0)),
        _mean(Case.statutory_days),
        _mean(Case.days),
        _mean(Case.actual_days),
    )
    .where(
        Case.hall_id == bindparam("hall"),
        Case.actual_days.is_not(None),
        Case.decided_on.between(bindparam("first"), bindparam("last")),
    )
    .group_by(Case.kind)
)


async def read(connection: AsyncConnection, hall_id: int, first: date, last: date) -> list[Speed]:
    """The figures of each kind of which something was decided, in the order of the kinds."""
    rows = await connection.execute(_FIGURES, {"hall": hall_id, "first": first, "last": last})
    found = {row.kind: Speed(CaseKind(row.kind), *row[1:]) for row in rows}
    return [found[kind] for kind in CaseKind if kind in found]
