"""Reminders that climb (R14, R34): raised once for an event, told to the officer first and then rung by rung upwards.

What is due stands in the row (``next_at``), so a sweep that was missed is caught up by the next one. A rung is told by
a message whose event names alert and level, and the level moves only from where it was seen: neither a repeat, nor a
second process, nor a restart tells anybody twice. At night nothing is told; what is settled by morning never is.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import reduce
from operator import add
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    SQLColumnExpression,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from ..core import clock, journal, messages
from ..core.errors import NotFound
from ..core.gateways import Channel
from ..core.i18n import N_, Language
from ..core.messages import Letter
from ..core.types import Moment
from ..queue.actor import Actor
from ..queue.facts import HallFacts
from ..queue.staff import Staff
from ..queue.ticket import Ticket
from ..queue.told import Told
from . import alert_text, chains
from .alert_tables import Alert, AlertKind, Chain, ChainStep
from .alert_text import LANGUAGE
from .chains import Chains, Rung
from .enquiry import Enquiry
from .office import Office
from .tables import Case

AlertRow = Row[Any]

BATCH: Final = 1000
"""How many are told in one sweep; the next one goes on."""
LATE: Final = frozenset(
    {AlertKind.YELLOW, AlertKind.RED, AlertKind.STEP_LATE, AlertKind.PART_LATE, AlertKind.DELIVERY_LATE}
)
"""What climbs the chain of late cases (R34); everything else that of first responsibility (R14)."""
HIGHEST: Final[Mapping[AlertKind, int]] = {AlertKind.YELLOW: 1}
"""The last rung that hears of a kind: what is not late yet need not go up to the top."""
FINDINGS: Final = frozenset(
    {
        *(AlertKind.RED, AlertKind.NOTICE_MISSED, AlertKind.SECOND_NOTICE, AlertKind.HAND_OVER, AlertKind.PING_PONG),
        *(AlertKind.CUSTODY, AlertKind.CALL_BACK),
    }
)
"""A rule has been broken."""
SETTLED_BY_SEEING: Final = frozenset({AlertKind.NOTICE_MISSED, AlertKind.SECOND_NOTICE, AlertKind.PING_PONG})
"""What nothing can mend any more: it ends when a supervisor has taken note of it."""


class Cause(NamedTuple):
    """Why somebody must be reminded. ``event`` is told once, ever; ``facts`` as `alert_text.said` reads them."""

    event: str
    kind: AlertKind
    officer_id: int | None = None
    department_id: int | None = None
    case_id: int | None = None
    ticket_id: int | None = None
    enquiry_id: int | None = None
    facts: Mapping[str, Any] = {}


_ALERT = Alert.__table__
_NOW = bindparam("now", type_=Moment)
_HALL = Alert.hall_id == bindparam("hall")
_OPEN = Alert.ended_at.is_(None)
_RAISE: Final = {
    dialect.dialect.name: dialect.insert(_ALERT).on_conflict_do_nothing(index_elements=["event"])
    for dialect in (sqlite, postgresql)
}
# Whose clock is behind ends it when it began, not before.
_ENDED = case((Alert.at > _NOW, Alert.at), else_=_NOW)
_END = update(Alert).where(Alert.event == bindparam("about"), _OPEN).values(ended_at=_ENDED)
_OFFICER = aliased(Staff)
_NUMBER = func.coalesce(Case.number, Ticket.number, Enquiry.number).label("number")
_ROWS: Select[Any] = (
    select(_ALERT, _NUMBER)
    .add_columns(
        Case.number.label("case_number"),
        Ticket.number.label("ticket_number"),
        Ticket.key.label("ticket_key"),
        Enquiry.number.label("enquiry_number"),
        _OFFICER.name.label("officer"),
        _OFFICER.badge.label("badge"),
        _OFFICER.phone.label("phone"),
    )
    .join(Case, Case.id == Alert.case_id, isouter=True)
    .join(Ticket, Ticket.id == Alert.ticket_id, isouter=True)
    .join(Enquiry, Enquiry.id == Alert.enquiry_id, isouter=True)
    .join(_OFFICER, _OFFICER.id == Alert.officer_id, isouter=True)
)
_DUE = (
    _ROWS.where(_HALL, _OPEN, Alert.next_at.is_not(None), Alert.next_at <= _NOW)
    .order_by(Alert.next_at, Alert.id)
    .limit(BATCH)
    # Whoever tells now is not waited for: his level moves with his transaction.
    .with_for_update(of=Alert, skip_locked=True)
)
_CLIMB = (
    update(Alert)
    .where(Alert.id == bindparam("alert"), Alert.level == bindparam("seen"), _OPEN)
    .values(level=bindparam("seen") + 1, next_at=bindparam("next", type_=Moment))
)
_CHAIN_OF = case((Alert.kind.in_(sorted(LATE)), Chain.LATE.value), else_=Chain.FIRST.value)
_OWN = aliased(ChainStep)
_HAS_ITS_OWN = (
    exists().where(_OWN.department_id == Alert.department_id, _OWN.chain == ChainStep.chain).correlate(Alert, ChainStep)
)
_REACHED_ME = exists().where(
    ChainStep.hall_id == Alert.hall_id,
    ChainStep.staff_id == bindparam("me"),
    ChainStep.chain == _CHAIN_OF,
    ChainStep.level < Alert.level,
    or_(
        ChainStep.department_id == Alert.department_id,
        and_(ChainStep.department_id.is_(None), ~_HAS_ITS_OWN),
    ),
)
_LISTED = _ROWS.where(_HALL, _OPEN, Alert.id < bindparam("below")).order_by(Alert.id.desc()).limit(bindparam("most"))
_MINE = _LISTED.where(or_(Alert.officer_id == bindparam("me"), _REACHED_ME))
_COUNT = select(func.count()).select_from(Alert).where(_HALL, _OPEN)
_COUNT_MINE = _COUNT.where(or_(Alert.officer_id == bindparam("me"), _REACHED_ME))
_FIND = _ROWS.where(Alert.id == bindparam("alert"))
_FIND_MINE = _FIND.where(or_(Alert.officer_id == bindparam("me"), _REACHED_ME))
_SEEN = (
    update(Alert)
    .where(Alert.id == bindparam("alert"), _OPEN)
    .values(
        seen_at=func.coalesce(Alert.seen_at, _NOW, type_=Moment),
        ended_at=case((bindparam("settles"), _ENDED), else_=Alert.ended_at),
    )
)


def untold(*name: str | SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """The condition that no alert has the name that these words and columns make: what stays late for weeks is not
    found again by every sweep."""
    parts = (literal(one) if isinstance(one, str) else cast(one, String) for one in name)
    return ~exists().where(Alert.event == reduce(add, parts))


def late(what: str, row_id: int, due: date) -> str:
    """The name of the event that a step or a part is late, as `watch` finds it; due on another day, it is another."""
    return f"{what}:{row_id}:late:{due.isoformat()}"


async def raise_all(tx: AsyncConnection, hall_id: int, causes: Sequence[Cause], now: datetime) -> None:
    """Alerts for these causes, each once however often it is found; whoever answers for it is told by `climb`."""
    if causes:
        begins = {"hall_id": hall_id, "at": now, "level": 0, "next_at": now}
        # By event, so that two who find the same wait for each other in one order.
        ordered = sorted(causes, key=lambda cause: cause.event)
        await tx.execute(_RAISE[tx.dialect.name], [cause._asdict() | begins for cause in ordered])


async def end(tx: AsyncConnection, event: str, now: datetime) -> bool:
    """Its cause is settled: nobody is told any more. False when there is no such alert, or it is over."""
    return (await tx.execute(_END, {"about": event, "now": now})).rowcount > 0


async def climb(tx: AsyncConnection, office: Office, now: datetime) -> int:
    """Tell whoever is due, the officer first, then rung by rung (R14, R34); how many alerts moved on.

    Whoever has no phone number finds it in his console only. Three statements and a reading of the chains, however many
    they are; at night none, and what is still open in the morning is told then.
    """
    hall = office.hall
    if clock.not_at_night(now, hall.timezone) > now:
        return 0
    rows = (await tx.execute(_DUE, {"hall": hall.id, "now": now})).all()
    if not rows:
        return 0
    ways = await chains.load(tx, hall.id)
    letters = [letter for row in rows if (letter := _letter(row, hall, ways)) is not None]
    await messages.post_all(tx, office.vault, letters, now)
    moves = [{"alert": row.id, "seen": row.level, "next": _next(row, ways, now)} for row in rows]
    await tx.execute(_CLIMB, moves)
    return len(rows)


def way_of(row: AlertRow, ways: Chains) -> Sequence[Rung]:
    """The rungs above an alert's officer."""
    kind = AlertKind(row.kind)
    rungs = ways.of(Chain.LATE if kind in LATE else Chain.FIRST, row.department_id)
    return rungs[: HIGHEST.get(kind, len(rungs))]


def _next(row: AlertRow, ways: Chains, now: datetime) -> datetime | None:
    """When the rung above the one that is told now is due; None at the top."""
    rungs = way_of(row, ways)
    return now + timedelta(hours=rungs[row.level].after_hours) if row.level < len(rungs) else None


def _letter(row: AlertRow, hall: HallFacts, ways: Chains) -> Letter | None:
    """What the one who is due now is told; None when a message cannot reach him."""
    said = said_of(row, hall, LANGUAGE)
    if row.level == 0:
        to, told = row.phone, Told.ALERT_OFFICER
    else:
        rungs = way_of(row, ways)
        to = rungs[row.level - 1].phone if row.level <= len(rungs) else ""
        told = Told.ALERT_CHAIN if row.badge else Told.ALERT_UNASSIGNED
    if not to:
        return None
    text = hall.says(told, LANGUAGE, said=said, badge=row.badge)
    return Letter(hall.id, f"alert:{row.id}:{row.level}", Channel.SMS, to, text, LANGUAGE)


def said_of(row: AlertRow, hall: HallFacts, language: Language) -> str:
    """An alert in one line, as console and messages say it."""
    return alert_text.said(AlertKind(row.kind), row.number or "", row.facts, hall.timezone, language)


async def listed(
    connection: AsyncConnection, hall_id: int, below: int, most: int, officer_id: int | None = None
) -> Sequence[AlertRow]:
    """A hall's open alerts with ids under ``below``, newest first; of one officer, those that he was told of."""
    statement = _LISTED if officer_id is None else _MINE
    asked = {"hall": hall_id, "below": below, "most": most} | ({} if officer_id is None else {"me": officer_id})
    rows: Sequence[AlertRow] = (await connection.execute(statement, asked)).all()
    return rows


async def count(connection: AsyncConnection, hall_id: int, officer_id: int | None = None) -> int:
    """How many `listed` would list in all."""
    statement = _COUNT if officer_id is None else _COUNT_MINE
    asked = {"hall": hall_id} | ({} if officer_id is None else {"me": officer_id})
    return int((await connection.execute(statement, asked)).scalar_one())


async def find(connection: AsyncConnection, alert_id: int, by: Actor) -> AlertRow:
    """An alert as one may see it who was told of it, or a supervisor. Raises NotFound."""
    statement = _FIND if by.anywhere else _FIND_MINE
    asked = {"alert": alert_id} | ({} if by.anywhere else {"me": by.staff_id})
    row: AlertRow | None = (await connection.execute(statement, asked)).one_or_none()
    if row is None:
        raise NotFound(N_("没有这条提醒"), code="unknown_alert")
    return row


async def seen(tx: AsyncConnection, row: AlertRow, by: Actor, now: datetime) -> None:
    """He knows. It goes on climbing, for knowing is not doing; what nothing can mend ends with a supervisor's look."""
    settles = by.anywhere and AlertKind(row.kind) in SETTLED_BY_SEEING
    await tx.execute(_SEEN, {"alert": row.id, "now": now, "settles": settles})
    await journal.write(tx, hall_id=row.hall_id, at=now, actor=by.label, action="alert_seen", alert=row.id)
