"""Officers by the badge that they wear (R43)."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.errors import NotFound, Problem
from ..core.i18n import N_
from .staff import Staff

_BADGES = select(Staff.badge, Staff.id).where(
    Staff.hall_id == bindparam("hall"), Staff.badge.in_(bindparam("badges", expanding=True))
)


async def by_badge(
    connection: AsyncConnection, hall_id: int, badges: Iterable[str], refused: type[Problem] = NotFound
) -> dict[str, int]:
    """The ids of a hall's officers by their badges. Raises ``refused`` for a badge that is nobody's there."""
    wanted = sorted(set(badges))
    found = await connection.execute(_BADGES, {"hall": hall_id, "badges": wanted})
    known = {row.badge: row.id for row in found}
    for badge in wanted:
        if badge not in known:
            raise refused(N_("本大厅没有工号为 {badge} 的工作人员"), code="unknown_badge", badge=badge)
    return known


async def with_badge(connection: AsyncConnection, hall_id: int, badge: str) -> int:
    """The id of the hall's officer with this badge. Raises NotFound."""
    return (await by_badge(connection, hall_id, [badge]))[badge]
