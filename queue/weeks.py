"""A week of hours copied: of the hall or a line onto lines, or as a season (R37, R38).

The copy takes the place of the week that the target had for the same time of the year; its other seasons stay.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import journal
from ..core.calendar import Regular
from ..core.errors import Conflict, Invalid, NotFound
from ..core.i18n import N_
from . import turn
from .actor import Actor
from .hall import Hours, Line

_WEEKS = select(Hours.id, *(getattr(Hours, name) for name in Regular._fields)).where(Hours.hall_id == bindparam("hall"))
_LINES = select(Line.id, Line.prefix).where(Line.hall_id == bindparam("hall"))
_REMOVE = delete(Hours).where(Hours.id.in_(bindparam("ids", expanding=True)))
_ADD = insert(Hours)


class Season(NamedTuple):
    """The dates between which a week holds, both of them included; neither: all the year."""

    since: date | None = None
    until: date | None = None


ALL_YEAR = Season()


class Week(NamedTuple):
    """Whose week it is (None: the hall's), and when in the year."""

    line_id: int | None = None
    season: Season = ALL_YEAR


def copied(known: Sequence[Regular], source: Week, target: Week) -> tuple[list[Regular], list[Regular]]:
    """The target's new spells, and those of ``known`` whose place they take. Pure.

    Raises Invalid for a season without sense, or a copy onto itself; NotFound where the source has no week; Conflict
    where the target has another season that the copy would overlap.
    """
    since, until = target.season
    if (since is None) != (until is None):
        raise Invalid(N_("起止日期要么都填，要么都不填"), code="half_season")
    if since is not None and until is not None and since > until:
        raise Invalid(N_("结束日期不能早于开始日期"), code="season_backwards")
    if source == target:
        raise Invalid(N_("不能复制到自己"), code="same_week")
    week = [spell for spell in known if _of(spell) == source]
    if not week:
        raise NotFound(N_("没有可以复制的每周时间"), code="no_week")
    new = [spell._replace(line_id=target.line_id, since=since, until=until) for spell in week]
    others = [spell for spell in known if spell.line_id == target.line_id and _of(spell) != target]
    if met := next((other for other in others for spell in new if spell.meets(other)), None):
        raise Conflict(
            N_("与已有的时令（{since} 至 {until}）重叠，请改用其他日期"),
            code="season_overlaps",
            since=met.since,
            until=met.until,
        )
    return new, [spell for spell in known if _of(spell) == target]


async def copy(
    tx: AsyncConnection,
    hall_id: int,
    source: Week,
    targets: Sequence[Week],
    by: Actor,
    now: datetime,
) -> list[Regular]:
    """Copy a week onto others of the hall; gives the spells that were replaced. Raises as `copied`, and NotFound for a
    line that is not the hall's; then nothing is changed."""
    await turn.take(tx, hall_id)
    lines = {row.id: row.prefix for row in await tx.execute(_LINES, {"hall": hall_id})}
    for week in (source, *targets):
        if week.line_id is not None and week.line_id not in lines:
            raise NotFound(N_("没有这个队列"), code="unknown_line")
    rows = (await tx.execute(_WEEKS, {"hall": hall_id})).all()
    known = {Regular(*row[1:]): row.id for row in rows}
    made = [copied(list(known), source, target) for target in dict.fromkeys(targets)]
    replaced = [spell for _, old in made for spell in old]
    if replaced:
        await tx.execute(_REMOVE, {"ids": [known[spell] for spell in replaced]})
    await tx.execute(_ADD, [spell._asdict() | {"hall_id": hall_id} for new, _ in made for spell in new])
    for target in dict.fromkeys(targets):
        said = {"source": lines.get(source.line_id or 0), "line": lines.get(target.line_id or 0)}
        said |= {"since": _said(target.season.since), "until": _said(target.season.until)}
        await journal.write(tx, hall_id=hall_id, at=now, actor=by.label, action="week_copy", **said)
    return replaced


def _of(spell: Regular) -> Week:
    return Week(spell.line_id, Season(spell.since, spell.until))


def _said(day: date | None) -> str | None:
    return day.isoformat() if day else None
