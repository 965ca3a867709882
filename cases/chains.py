"""Chains of responsibility as data: who is told when what is below has not been dealt with (R14, R34)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from msgspec import Meta
from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.errors import Invalid
from ..core.i18n import N_
from ..core.privacy import phone_number
from ..queue import officers
from ..queue.facts import HallFacts
from ..queue.staff import Staff
from .alert_tables import Chain, ChainStep

MOST_RUNGS: Final = 9
MOST_STEPS: Final = 500
LONGEST_TITLE: Final = 60
LONGEST_WAIT: Final = 720


class Rung(NamedTuple):
    """One rung: ``phone`` is where its holder is reached, "" when only his console tells him."""

    title: str
    staff_id: int | None
    phone: str
    after_hours: int


class Chains(NamedTuple):
    """A hall's chains from below upwards; a department without its own has the hall's (None)."""

    rungs: Mapping[tuple[Chain, int | None], Sequence[Rung]]

    def of(self, chain: Chain, department_id: int | None) -> Sequence[Rung]:
        return self.rungs.get((chain, department_id)) or self.rungs.get((chain, None), ())


Plain = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*$")]
"""PostgreSQL keeps no text with a NUL in it."""


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rung as an administrator writes it; ``department``: its code, None for all without a chain of their own.

    ``level``: from 1 upwards without gaps; ``badge`` of an officer, or else ``phone``; ``after_hours``: how long the
    one below has before this one is told.
    """

    chain: Chain
    department: Plain | None = None
    level: int
    title: Plain
    badge: Plain | None = None
    phone: Plain = ""
    after_hours: int


_HALL = ChainStep.hall_id == bindparam("hall")
_STEPS = (
    select(
        *(getattr(ChainStep, name) for name in ("chain", "department_id", "level", "title", "staff_id", "phone")),
        ChainStep.after_hours,
        Staff.badge,
        Staff.phone.label("own_phone"),
    )
    .join(Staff, Staff.id == ChainStep.staff_id, isouter=True)
    .where(_HALL)
    .order_by(ChainStep.chain, ChainStep.department_id, ChainStep.level)
)
_DELETE = delete(ChainStep).where(_HALL)
_INSERT = insert(ChainStep)


async def load(connection: AsyncConnection, hall_id: int) -> Chains:
    """A hall's chains as they stand."""
    rungs: dict[tuple[Chain, int | None], list[Rung]] = {}
    for row in await connection.execute(_STEPS, {"hall": hall_id}):
        rung = Rung(row.title, row.staff_id, row.phone or row.own_phone or "", row.after_hours)
        rungs.setdefault((Chain(row.chain), row.department_id), []).append(rung)
    return Chains(rungs)


async def listed(connection: AsyncConnection, hall: HallFacts) -> list[Step]:
    """A hall's chains as `replace` takes them."""
    rows: Iterable[Any] = await connection.execute(_STEPS, {"hall": hall.id})
    return [
        Step(
            chain=Chain(row.chain),
            department=hall.departments[row.department_id].code if row.department_id is not None else None,
            level=row.level,
            title=row.title,
            badge=row.badge,
            phone=row.phone,
            after_hours=row.after_hours,
        )
        for row in rows
    ]


async def replace(tx: AsyncConnection, hall: HallFacts, steps: Sequence[Step]) -> None:
    """Put these chains in the place of all that the hall has. Raises Invalid, and then nothing is changed."""
    if len(steps) > MOST_STEPS:
        raise Invalid(N_("责任链最多 {most} 级"), code="too_many_steps", most=MOST_STEPS)
    departments = {one.code: one.id for one in hall.departments.values()}
    known = await officers.by_badge(tx, hall.id, {step.badge for step in steps if step.badge}, Invalid)
    rows = [_row(hall, step, departments, known) for step in steps]
    places = Counter((row["chain"], row["department_id"], row["level"]) for row in rows)
    highest = Counter((row["chain"], row["department_id"]) for row in rows)
    if any(count > 1 for count in places.values()) or any(level > highest[chain, of] for chain, of, level in places):
        raise Invalid(N_("每条责任链的级别应从 1 起连续编号，不能重复"), code="levels_not_in_order")
    await tx.execute(_DELETE, {"hall": hall.id})
    if rows:
        await tx.execute(_INSERT, rows)


def _row(hall: HallFacts, step: Step, departments: Mapping[str, int], known: Mapping[str, int]) -> dict[str, Any]:
    title = " ".join(step.title.split())
    if not 0 < len(title) <= LONGEST_TITLE:
        raise Invalid(N_("请填写职务名称，最多 {most} 个字"), code="invalid_title", most=LONGEST_TITLE)
    if not (1 <= step.level <= MOST_RUNGS and 0 <= step.after_hours <= LONGEST_WAIT):
        text = N_("责任链最多 {rungs} 级，每级等候 0 到 {hours} 小时")
        raise Invalid(text, code="step_out_of_bounds", rungs=MOST_RUNGS, hours=LONGEST_WAIT)
    if step.department is not None and step.department not in departments:
        raise Invalid(N_("没有这个部门：{department}"), code="unknown_department", department=step.department)
    if not step.badge and not step.phone:
        raise Invalid(N_("请填写工号或手机号，以便提醒"), code="reaches_nobody")
    return {
        "hall_id": hall.id,
        "chain": step.chain,
        "department_id": departments[step.department] if step.department is not None else None,
        "level": step.level,
        "title": title,
        "staff_id": known[step.badge] if step.badge else None,
        "phone": phone_number(step.phone) if step.phone else "",
        "after_hours": step.after_hours,
    }
