"""Custody (代收, R7): who is not there has his papers taken in for him, passed on later, and tracked until he has them.

Whoever took them in answers for it until the receiver has acknowledged; the receipt says so in print (R11).
"""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

import msgspec
from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    Row,
    Select,
    String,
    UniqueConstraint,
    bindparam,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, aliased, mapped_column

from ..core import journal
from ..core.clock import business_day
from ..core.db import Base
from ..core.errors import Conflict, Forbidden, Invalid, NotFound
from ..core.i18n import N_
from ..core.journal import Id
from ..core.types import Moment, one_of
from ..queue.actor import Actor
from ..queue.facts import HallFacts
from ..queue.hall import Department, Item
from ..queue.staff import Staff
from ..queue.ticket import Ticket
from . import alerts, applicant, numbers
from .alert_tables import AlertKind
from .alerts import Cause
from .applicant import Party
from .office import Office
from .receipt import MOST_ROWS, Material

CustodyRow = Row[Any]

LONGEST_MATTER: Final = 200


class State(StrEnum):
    TAKEN = "taken"
    PASSED = "passed"
    """It is on its way to whom it is for; he has not said that he has it."""
    ACKNOWLEDGED = "acknowledged"


class Action(StrEnum):
    PASS = "pass"  # noqa: S105 - a verb
    ACKNOWLEDGE = "acknowledge"


TRANSITIONS: Final = MappingProxyType(
    {
        (State.TAKEN, Action.PASS): State.PASSED,
        (State.PASSED, Action.PASS): State.PASSED,
        (State.PASSED, Action.ACKNOWLEDGE): State.ACKNOWLEDGED,
    }
)
STATES: Final = MappingProxyType(
    {
        State.TAKEN: N_("已代收，待转交"),
        State.PASSED: N_("已转交，待接收"),
        State.ACKNOWLEDGED: N_("承接人已接收"),
    }
)


class CustodyCounter(numbers.DayCounter, Base):
    __tablename__ = "custody_counter"


class Custody(Base):
    """What was taken in for a department or an officer. ``key``: the unguessable name in the receipt's link."""

    __tablename__ = "custody"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(22), unique=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    number: Mapped[str] = mapped_column(String(20))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    # Whom it is for.
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    # What it is about.
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"))
    matter: Mapped[str] = mapped_column(String(LONGEST_MATTER))
    materials: Mapped[list[Any]] = mapped_column(JSON)
    # Who brought it: in full only sealed; blind indexes to find him by; masked for lists (R61).
    applicant: Mapped[str] = mapped_column(String(80))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    name_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))

    officer_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    pass_by: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12), default=State.TAKEN)
    passed_to_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    passed_at: Mapped[datetime | None] = mapped_column(Moment)
    acknowledged_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        UniqueConstraint("hall_id", "number", name="uq_custody_number"),
        one_of("state", State),
        CheckConstraint("department_id IS NOT NULL OR staff_id IS NOT NULL", name="for_somebody"),
        CheckConstraint("matter <> ''", name="about_something"),
        CheckConstraint("(state = 'taken') = (passed_at IS NULL)", name="passed_has_moment"),
        CheckConstraint("(passed_at IS NULL) = (passed_to_id IS NULL)", name="passed_to_somebody"),
        CheckConstraint("passed_to_id <> officer_id", name="passed_to_another"),
        CheckConstraint("(state = 'acknowledged') = (acknowledged_at IS NOT NULL)", name="acknowledged_has_moment"),
        # What is forgotten is forgotten wholly, and nobody before his papers have arrived.
        CheckConstraint(
            "sealed IS NOT NULL OR (state = 'acknowledged' AND applicant = '' AND name_index IS NULL "
            "AND phone_index IS NULL)",
            name="forgotten_wholly",
        ),
        Index(
            "ix_custody_pending",
            "hall_id",
            "pass_by",
            postgresql_where=state != State.ACKNOWLEDGED,
            sqlite_where=state != State.ACKNOWLEDGED,
        ),
        Index("ix_custody_hall_id_at", "hall_id", "at"),
        Index("ix_custody_name_index", "name_index"),
        Index("ix_custody_phone_index", "phone_index"),
    )


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What is taken in: from whom, for whom, about what. Ids are of the office's hall."""

    party: Party
    matter: str
    materials: Sequence[Material]
    department_id: int | None = None
    staff_id: int | None = None
    item_id: int | None = None
    ticket_id: int | None = None


_OFFICER, _FOR, _TO = aliased(Staff), aliased(Staff), aliased(Staff)
_HALL = Custody.hall_id == bindparam("hall")
_PENDING = Custody.state != State.ACKNOWLEDGED
_NEXT = numbers.upsert(CustodyCounter)
_INSERT = insert(Custody)
_ROWS: Select[Any] = (
    select(
        *Custody.__table__.columns,
        _OFFICER.name.label("officer"),
        _OFFICER.badge,
        _OFFICER.phone,
        _FOR.name.label("staff"),
        Department.name.label("department"),
        Item.name.label("item"),
        Ticket.number.label("ticket"),
        _TO.name.label("passed_to"),
        _TO.badge.label("passed_to_badge"),
    )
    .join(_OFFICER, _OFFICER.id == Custody.officer_id)
    .join(_FOR, _FOR.id == Custody.staff_id, isouter=True)
    .join(Department, Department.id == Custody.department_id, isouter=True)
    .join(Item, Item.id == Custody.item_id, isouter=True)
    .join(Ticket, Ticket.id == Custody.ticket_id, isouter=True)
    .join(_TO, _TO.id == Custody.passed_to_id, isouter=True)
)
_FIND = _ROWS.where(_HALL, Custody.number == bindparam("number"))
_BY_KEY = _ROWS.where(Custody.key == bindparam("key"))
_ME = bindparam("me", type_=Id)
_MINE = or_(_ME.is_(None), Custody.officer_id == _ME, Custody.staff_id == _ME, Custody.passed_to_id == _ME)
_LIST = {
    pending: _ROWS.where(_HALL, _MINE, _PENDING if pending else true(), Custody.id < bindparam("below"))
    .order_by(Custody.id.desc())
    .limit(bindparam("most"))
    for pending in (True, False)
}
_SOURCES = {action: [state for state, known in TRANSITIONS if known is action] for action in Action}
_NOW = bindparam("now", type_=Moment)
_MOVES = {
    Action.PASS: update(Custody)
    .where(Custody.id == bindparam("custody"), Custody.state.in_(_SOURCES[Action.PASS]))
    .values(state=State.PASSED, passed_to_id=bindparam("to"), passed_at=_NOW)
    .returning(Custody.id),
    Action.ACKNOWLEDGE: update(Custody)
    .where(
        Custody.id == bindparam("custody"),
        Custody.state.in_(_SOURCES[Action.ACKNOWLEDGE]),
        Custody.passed_to_id == bindparam("to"),
    )
    .values(state=State.ACKNOWLEDGED, acknowledged_at=_NOW)
    .returning(Custody.id),
}
_LATE = select(Custody.id, Custody.number, Custody.officer_id, Custody.department_id, Custody.pass_by).where(
    _HALL, _PENDING, Custody.pass_by < bindparam("today", type_=Date()), alerts.untold("custody:", Custody.id, "")
)
_FORGET = (
    update(Custody)
    .where(_HALL, Custody.acknowledged_at < bindparam("before", type_=Moment), Custody.sealed.is_not(None))
    .values(**applicant.FORGOTTEN)
)


async def take(tx: AsyncConnection, office: Office, taken: Taken) -> str:
    """Take papers in for somebody who is not there (R7); gives their number, such as ``DS20261123-0001``.

    They are to be passed on within the hall's working days. Raises Invalid for what cannot be. The counter's row is
    locked last.
    """
    matter = " ".join(taken.matter.split())
    if not 0 < len(matter) <= LONGEST_MATTER:
        raise Invalid(N_("请填写办理事项，最多 {most} 个字"), code="matter_needed", most=LONGEST_MATTER)
    if not 0 < len(taken.materials) <= MOST_ROWS:
        raise Invalid(N_("请填写代收的材料，最多 {most} 行"), code="no_materials", most=MOST_ROWS)
    if taken.department_id is None and taken.staff_id is None:
        raise Invalid(N_("请写明代哪个部门或哪位工作人员收件"), code="receiver_needed")
    if taken.staff_id is not None and taken.staff_id == office.by.staff_id:
        raise Invalid(N_("不能代自己收件，请开具收件回执"), code="for_yourself")
    party = applicant.checked(taken.party, office.today)
    number = await numbers.draw(tx, _NEXT, "DS", office.hall, office.now)
    row = {
        "key": secrets.token_urlsafe(16),
        "hall_id": office.hall.id,
        "number": number,
        "ticket_id": taken.ticket_id,
        "department_id": taken.department_id,
        "staff_id": taken.staff_id,
        "item_id": taken.item_id,
        "matter": matter,
        "materials": msgspec.to_builtins(taken.materials),
        "officer_id": office.by.staff_id,
        "at": office.now,
        "pass_by": office.working_days.after(office.today, office.rules.custody_days).day,
    }
    await tx.execute(_INSERT, row | applicant.columns(office.vault, party))
    await _write(tx, office, number, "custody", ticket_id=taken.ticket_id)
    return number


async def find(connection: AsyncConnection, hall_id: int, number: str) -> CustodyRow:
    """Papers in custody with the names of everybody they concern. Raises NotFound."""
    return _found((await connection.execute(_FIND, {"hall": hall_id, "number": number})).one_or_none())


async def by_key(connection: AsyncConnection, key: str) -> CustodyRow:
    """Likewise by the name in the receipt's link. Raises NotFound."""
    return _found((await connection.execute(_BY_KEY, {"key": key})).one_or_none())


async def listed(
    connection: AsyncConnection, hall_id: int, below: int, most: int, *, pending: bool, mine: int | None = None
) -> Sequence[CustodyRow]:
    """A hall's custodies with ids under ``below``, newest first; ``mine``: taken in by, meant for or passed to him."""
    asked = {"hall": hall_id, "below": below, "most": most, "me": mine}
    rows: Sequence[CustodyRow] = (await connection.execute(_LIST[pending], asked)).all()
    return rows


async def pass_on(tx: AsyncConnection, office: Office, row: CustodyRow, to: int) -> None:
    """Pass the papers on to an officer, who is to acknowledge them (R7).

    Raises Conflict, Invalid, and Forbidden for anybody but who took them in, has them now, or supervises.
    """
    if not _has(row, office.by):
        raise Forbidden(N_("只有代收人、现承接人或值班长可以转交"), code="not_keeper")
    if to == row.officer_id:
        raise Invalid(N_("请转交给承办人，不能转交给代收人自己"), code="passed_to_yourself")
    await _move(tx, office, row, Action.PASS, to)


async def acknowledge(tx: AsyncConnection, office: Office, row: CustodyRow) -> None:
    """They have arrived: from now on they are the receiver's (R7).

    Raises Conflict, and Forbidden for anybody but the receiver, his department's windows, or a supervisor.
    """
    if row.passed_to_id is not None and not _receives(row, office.hall, office.by):
        raise Forbidden(N_("只有承接人、其部门窗口或值班长可以确认接收"), code="not_receiver")
    await _move(tx, office, row, Action.ACKNOWLEDGE, row.passed_to_id)


async def sweep(tx: AsyncConnection, office: Office) -> int:
    """Remind whoever took in what has not arrived in time, once (R7); how many there were. A trigger ends it when it
    has arrived."""
    rows: Sequence[Any] = (await tx.execute(_LATE, {"hall": office.hall.id, "today": office.today})).all()
    causes = [
        Cause(
            f"custody:{row.id}",
            AlertKind.CUSTODY,
            row.officer_id,
            row.department_id,
            facts={"number": row.number, "due": row.pass_by.isoformat()},
        )
        for row in rows
    ]
    await alerts.raise_all(tx, office.hall.id, causes, office.now)
    return len(causes)


async def forget(tx: AsyncConnection, hall_id: int, before: datetime) -> int:
    """Wipe who brought what was acknowledged before then (R61); how many there were."""
    return (await tx.execute(_FORGET, {"hall": hall_id, "before": before})).rowcount


def actions(row: CustodyRow, hall: HallFacts, by: Actor) -> list[Action]:
    """What this officer can do with it now."""
    known = [action for state, action in TRANSITIONS if state == row.state]
    return [action for action in known if (_has(row, by) if action is Action.PASS else _receives(row, hall, by))]


def is_late(row: CustodyRow, now: datetime, timezone: str) -> bool:
    """It should have arrived by now."""
    return row.state != State.ACKNOWLEDGED and bool(row.pass_by < business_day(now, timezone))


def _has(row: CustodyRow, by: Actor) -> bool:
    """Whose papers they are to pass on."""
    return by.anywhere or by.staff_id in (row.officer_id, row.passed_to_id)


def _receives(row: CustodyRow, hall: HallFacts, by: Actor) -> bool:
    """Who can say that they have arrived; never who took them in, who answers for them until then."""
    sits = hall.seat_of(by.staff_id)
    ours = sits is not None and sits.department_id == row.department_id
    return by.staff_id != row.officer_id and (by.anywhere or ours or by.staff_id == row.passed_to_id)


async def _move(tx: AsyncConnection, office: Office, row: CustodyRow, action: Action, to: int | None) -> None:
    asked = {"custody": row.id, "to": to, "now": office.now}
    lawful = (State(row.state), action) in TRANSITIONS
    if not lawful or (await tx.execute(_MOVES[action], asked)).first() is None:
        raise Conflict(N_("这份代收材料的状态已变化，请刷新后再看"), code="custody_moved")
    await _write(tx, office, row.number, f"custody_{action}", ticket_id=row.ticket_id, to=to)


async def _write(tx: AsyncConnection, office: Office, number: str, action: str, **about: Any) -> None:
    await journal.write(
        tx, hall_id=office.hall.id, at=office.now, actor=office.by.label, action=action, custody=number, **about
    )


def _found(row: CustodyRow | None) -> CustodyRow:
    if row is None:
        raise NotFound(N_("没有这份代收材料"), code="unknown_custody")
    return row
