"""What is held against somebody: no-shows and cancellations that bar online booking, and the lifting of it by staff."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, bindparam, case, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import journal
from ..core.errors import NotFound
from ..core.i18n import N_
from ..core.types import Moment
from ..queue.actor import PUBLIC, Actor
from .rules import RulesFacts, Verdict, verdict
from .state import Status
from .tables import Appointment, Record

_DIALECTS = (sqlite, postgresql)


def _upsert(dialect: Any, **values: Any) -> Any:
    insert = dialect.insert(Record)
    return insert.on_conflict_do_update(index_elements=["hall_id", "person"], set_=values)


# Whoever books for somebody locks his row with an empty change, and reads it.
_LOCK = {
    dialect.dialect.name: _upsert(dialect, hall_id=Record.hall_id)
    .values(hall_id=bindparam("hall"), person=bindparam("who"), barred_for="", lifted_by="", lifted_why="")
    .returning(Record.barred_until, Record.barred_for)
    for dialect in _DIALECTS
}
_BAR = {
    dialect.dialect.name: _upsert(
        dialect,
        barred_until=bindparam("until", type_=Moment),
        barred_for=bindparam("why"),
        counted_from=bindparam("now", type_=Moment),
    ).values(
        hall_id=bindparam("hall"),
        person=bindparam("who"),
        barred_until=bindparam("until", type_=Moment),
        barred_for=bindparam("why"),
        counted_from=bindparam("now", type_=Moment),
        lifted_by="",
        lifted_why="",
    )
    for dialect in _DIALECTS
}
_COUNTS = (
    select(
        Appointment.person,
        func.sum(case((Appointment.status == Status.MISSED, 1), else_=0)).label("no_shows"),
        func.sum(case((Appointment.status == Status.CANCELLED, 1), else_=0)).label("cancellations"),
    )
    .join(Record, and_(Record.hall_id == Appointment.hall_id, Record.person == Appointment.person), isouter=True)
    .where(
        Appointment.hall_id == bindparam("hall"),
        Appointment.person.in_(bindparam("people", expanding=True)),
        Appointment.changed_at > bindparam("since", type_=Moment),
        or_(Record.counted_from.is_(None), Appointment.changed_at > Record.counted_from),
        # What the hall cancels is not held against the visitor.
        or_(Appointment.status == Status.MISSED, Appointment.actor == PUBLIC.label),
    )
    .group_by(Appointment.person)
)
_FIND = select(*Record.__table__.columns).where(
    Record.hall_id == bindparam("hall"), Record.person.in_(bindparam("people", expanding=True))
)
_LIFT = (
    update(Record)
    .where(
        Record.hall_id == bindparam("hall"),
        Record.person == bindparam("who"),
        Record.barred_until > bindparam("now", type_=Moment),
    )
    .values(
        barred_until=None,
        barred_for="",
        counted_from=bindparam("now", type_=Moment),
        lifted_by=bindparam("by"),
        lifted_why=bindparam("reason"),
    )
    .returning(Record.person)
)


async def lock(tx: AsyncConnection, hall_id: int, person: bytes) -> Row[Any]:
    """Make everybody else who books for this person wait; a row of ``barred_until`` and ``barred_for``."""
    return (await tx.execute(_LOCK[tx.dialect.name], {"hall": hall_id, "who": person})).one()


async def judge(
    tx: AsyncConnection, hall_id: int, people: Sequence[bytes], rules: RulesFacts, now: datetime
) -> dict[bytes, Verdict]:
    """Judge these people by their last days, and bar who has done it too often."""
    if not people:
        return {}
    since = now - timedelta(days=rules.counted_days)
    asked = {"hall": hall_id, "people": list(set(people)), "since": since}
    found = {
        bytes(row.person): verdict(int(row.no_shows), int(row.cancellations), rules)
        for row in await tx.execute(_COUNTS, asked)
    }
    until = now + timedelta(days=rules.barred_days)
    if barred := [
        {"hall": hall_id, "who": who, "until": until, "why": what.bar, "now": now}
        for who, what in found.items()
        if what.bar and rules.barred_days
    ]:
        await tx.execute(_BAR[tx.dialect.name], barred)
    return found


def barred(record: Row[Any] | None, now: datetime) -> bool:
    """Whether somebody with this record may not book online now."""
    return record is not None and record.barred_until is not None and record.barred_until > now


class Outlook(NamedTuple):
    """What stands against somebody (``record``), and what his last days come to."""

    record: Row[Any] | None
    verdict: Verdict


async def outlooks(
    connection: AsyncConnection, hall_id: int, people: Sequence[bytes], rules: RulesFacts, now: datetime
) -> dict[bytes, Outlook]:
    """How each of these people stands; changes nothing."""
    asked = {"hall": hall_id, "people": people, "since": now - timedelta(days=rules.counted_days)}
    records = {bytes(row.person): row for row in await connection.execute(_FIND, asked)}
    verdicts = {
        bytes(row.person): verdict(int(row.no_shows), int(row.cancellations), rules)
        for row in await connection.execute(_COUNTS, asked)
    }
    return {who: Outlook(records.get(who), verdicts.get(who, Verdict())) for who in people}


async def outlook(
    connection: AsyncConnection, hall_id: int, person: bytes, rules: RulesFacts, now: datetime
) -> Outlook:
    """How one person stands; changes nothing."""
    return (await outlooks(connection, hall_id, [person], rules, now))[person]


async def lift(tx: AsyncConnection, hall_id: int, person: bytes, reason: str, by: Actor, now: datetime) -> None:
    """Let somebody book online again; what he did before counts no more. Raises NotFound when he is not barred."""
    asked = {"hall": hall_id, "who": person, "now": now, "by": by.label, "reason": reason}
    if (await tx.execute(_LIFT, asked)).first() is None:
        raise NotFound(N_("此人没有被限制预约"), code="not_barred")
    await journal.write(tx, hall_id=hall_id, at=now, actor=by.label, action="bar_lift", reason=reason)
