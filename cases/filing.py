"""Cases as rows: found, listed, stored with what the clock makes of them. Every UPDATE repeats the guard."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import msgspec
from sqlalchemy import BigInteger, Boolean, Row, Select, String, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from ..core import journal
from ..core.errors import CaseConflict, NotFound
from ..core.i18n import N_
from ..core.types import NEWEST
from ..queue.hall import ItemVersion, Kind
from ..queue.staff import Staff
from .applicant import FORGOTTEN
from .clock import Deadline, Light, Suspension, taken
from .file import DELIVERY_DAYS, File, judged
from .office import Office
from .state import RUNNING, Action, Outcome, State
from .tables import Case, Document, Part, StepRun, Suspended

CaseRow = Row[Any]
NUMBER_PLACES: Final = 5
ALL: Final = "all"
OPEN: Final = "open"
OVER: Final = "over"

_FILE = tuple(name for name in File.__struct_fields__ if name not in ("received_on", "days", "complete", "why_later"))
_FIRST, _OFFICER, _HOLDER = aliased(Staff), aliased(Staff), aliased(Staff)
ROWS: Select[Any] = (
    select(
        *Case.__table__.columns,
        ItemVersion.version,
        ItemVersion.name.label("item_name"),
        ItemVersion.steps,
        _FIRST.name.label("first_officer"),
        _OFFICER.name.label("officer"),
        _HOLDER.name.label("holder"),
    )
    .join(ItemVersion, ItemVersion.id == Case.version_id)
    .join(_FIRST, _FIRST.id == Case.first_officer_id)
    .join(_OFFICER, _OFFICER.id == Case.officer_id)
    .join(_HOLDER, _HOLDER.id == Case.holder_id)
)
_FIND = ROWS.where(Case.number == bindparam("number"))
_BY_ID = ROWS.where(Case.id == bindparam("case"))
_STORE = update(Case).where(Case.id == bindparam("case"), Case.moves == bindparam("seen")).returning(Case.id)
_HOLDER_IS = bindparam("by", type_=BigInteger)
_WHICH = {
    ALL: Case.id > 0,
    OPEN: Case.outcome.is_(None),
    OVER: Case.outcome.is_not(None),
}
# A complaint is not there for whom it is none of his business (R8).
_SEEN = or_(
    Case.confidential.is_(False),
    bindparam("complaints", type_=Boolean()),
    Case.holder_id == bindparam("me", type_=BigInteger),
)
_MINE = or_(_HOLDER_IS.is_(None), Case.holder_id == _HOLDER_IS)
_LIGHT = bindparam("light", type_=String)
_SOUGHT = (_SEEN, _MINE, or_(_LIGHT.is_(None), Case.light == _LIGHT))
_LISTED = {
    which: ROWS.where(Case.hall_id == bindparam("hall"), condition, *_SOUGHT, Case.id < bindparam("below"))
    .order_by(Case.id.desc())
    .limit(bindparam("most"))
    for which, condition in _WHICH.items()
}
# What is due first stands first.
_LISTED[OPEN] = (
    ROWS.where(Case.hall_id == bindparam("hall"), Case.outcome.is_(None), *_SOUGHT)
    .order_by(Case.due_on.is_(None), Case.due_on, Case.id)
    .limit(bindparam("most"))
    .offset(bindparam("after"))
)
_SOUGHT_BY = {
    what: ROWS.where(Case.hall_id == bindparam("hall"), column == bindparam("found"), _SEEN)
    .order_by(Case.id.desc())
    .limit(50)
    for what, column in (("name", Case.name_index), ("phone", Case.phone_index), ("number", Case.number))
}
_COUNT = (
    select(Case.light, func.count())
    .where(Case.hall_id == bindparam("hall"), Case.outcome.is_(None), _SEEN, _MINE)
    .group_by(Case.light)
)
_OF_TICKET = ROWS.where(Case.ticket_id == bindparam("ticket")).order_by(Case.id)


def _of_case(table: Any, *order: Any) -> Any:
    return select(*table.__table__.columns).where(table.case_id == bindparam("case")).order_by(*order)


_SUSPENSIONS = _of_case(Suspended, Suspended.began_on, Suspended.id)
_PARTS = _of_case(Part, Part.id)
_STEPS = (
    select(*StepRun.__table__.columns, Staff.name.label("by"))
    .outerjoin(Staff, Staff.id == StepRun.ended_by_id)
    .where(StepRun.case_id == bindparam("case"))
    .order_by(StepRun.position)
)
_PAPERS = _of_case(Document, Document.id)
_FORGET = (
    update(Case)
    .where(
        Case.hall_id == bindparam("hall"),
        Case.received_on < bindparam("before"),  # along the index; nothing ends before it came
        func.coalesce(Case.delivered_on, Case.decided_on, Case.received_on) < bindparam("before"),
        Case.outcome.is_not(None),
        Case.sealed.is_not(None),
    )
    .values({**FORGOTTEN, "reason": "", "note": "", "why_later": ""})
)


async def find(connection: AsyncConnection, number: str) -> CaseRow:
    """The case with this number, however it was typed. Raises NotFound."""
    row: CaseRow | None = (await connection.execute(_FIND, {"number": plain_number(number)})).one_or_none()
    if row is None:
        raise unknown()
    return row


async def by_id(connection: AsyncConnection, case: int) -> CaseRow:
    row: CaseRow = (await connection.execute(_BY_ID, {"case": case})).one()
    return row


def unknown() -> NotFound:
    """Says the same of a number that is not and of digits that are wrong: nobody learns which numbers there are."""
    return NotFound(N_("没有找到该办件，请核对办件编号和手机号后四位"), code="unknown_case")


def sees(office: Office, row: CaseRow) -> None:
    """A complaint exists for its holder, for who sits at a window for complaints, and for supervisors (R8).

    Raises NotFound for anybody else.
    """
    if row.confidential and row.holder_id != office.by.staff_id and not _hears_complaints(office):
        raise unknown()


def _hears_complaints(office: Office) -> bool:
    sits = office.hall.seat_of(office.by.staff_id)
    return office.by.anywhere or (sits is not None and sits.kind is Kind.COMPLAINT)


def _asked(office: Office, **more: Any) -> dict[str, Any]:
    """What every list asks: of which hall, and who wants to know."""
    return {"hall": office.hall.id, "me": office.by.staff_id, "complaints": _hears_complaints(office)} | more


def plain_number(text: str) -> str:
    """``bj01 20261123 00042`` -> ``BJ01-20261123-00042``."""
    signs = "".join(sign for sign in text.upper() if sign.isascii() and sign.isalnum())
    cut, day = len(signs) - NUMBER_PLACES, len(signs) - NUMBER_PLACES - 8
    return f"{signs[:day]}-{signs[day:cut]}-{signs[cut:]}" if day > 0 else signs


async def listed(
    connection: AsyncConnection,
    office: Office,
    which: str,
    most: int,
    *,
    holder: int | None = None,
    light: Light | None = None,
    after: int = 0,
    below: int = NEWEST,
) -> Sequence[CaseRow]:
    """A hall's cases that the office's officer may see (R8): `OPEN`, due first, from the ``after``-th on; `OVER` or
    `ALL`, newest first, under ``below``."""
    asked = _asked(office, by=holder, light=light, most=most)
    asked |= {"after": after} if which == OPEN else {"below": below}
    rows: Sequence[CaseRow] = (await connection.execute(_LISTED[which], asked)).all()
    return rows


async def search(connection: AsyncConnection, office: Office, what: str, found: Any) -> Sequence[CaseRow]:
    """Likewise by ``number``, or by the blind index of a ``name`` or ``phone``, newest first."""
    rows: Sequence[CaseRow] = (await connection.execute(_SOUGHT_BY[what], _asked(office, found=found))).all()
    return rows


async def of_ticket(connection: AsyncConnection, ticket_id: int) -> Sequence[CaseRow]:
    """What was accepted from a ticket."""
    rows: Sequence[CaseRow] = (await connection.execute(_OF_TICKET, {"ticket": ticket_id})).all()
    return rows


async def count(connection: AsyncConnection, office: Office, holder: int | None = None) -> Mapping[str, int]:
    """Open cases that the office's officer may see, by light; ``still``: those whose clock does not run."""
    rows = await connection.execute(_COUNT, _asked(office, by=holder))
    return {"green": 0, "yellow": 0, "red": 0, "still": 0} | {light or "still": number for light, number in rows}


async def suspensions(connection: AsyncConnection, case: int) -> Sequence[Any]:
    return (await connection.execute(_SUSPENSIONS, {"case": case})).all()


async def parts(connection: AsyncConnection, case: int) -> Sequence[Any]:
    return (await connection.execute(_PARTS, {"case": case})).all()


async def steps(connection: AsyncConnection, case: int) -> Sequence[Any]:
    return (await connection.execute(_STEPS, {"case": case})).all()


async def papers(connection: AsyncConnection, case: int) -> Sequence[Any]:
    return (await connection.execute(_PAPERS, {"case": case})).all()


def file_of(row: CaseRow) -> File:
    """The case as its moves change it."""
    return msgspec.convert(row._asdict(), File, strict=False)


def pauses(rows: Sequence[Any]) -> list[Suspension]:
    return [Suspension(row.began_on, row.ended_on) for row in rows]


def columns(office: Office, file: File, stops: Sequence[Suspension]) -> dict[str, Any]:
    """What is stored of a case: what happened, and what the clock makes of it. Raises CaseConflict where the calendar
    has changed so that it cannot have happened."""
    found = judged(file, stops, office.today, office.working_days, office.rules.warning_days)
    clock_runs = file.state in (*RUNNING, State.REPORTED)
    if file.outcome is None and clock_runs != (found.due_on is not None):
        # He went by the days as they counted before; the next sweep counts them anew (R39).
        raise CaseConflict(N_("放假安排刚有调整，请稍后刷新再操作"), code="calendar_changed")
    values = {name: getattr(file, name) for name in _FILE}
    values["materials"] = msgspec.to_builtins(file.materials)
    return values | follows(office, file, stops, found)


def follows(office: Office, file: File, stops: Sequence[Suspension], found: Deadline) -> dict[str, Any]:
    """The columns that follow from what happened."""
    spent = None
    if found.accepted_on is not None and file.ended_on is not None:
        spent = taken(found.accepted_on, file.ended_on, stops, office.working_days)
    decided = file.outcome in (Outcome.APPROVED, Outcome.REJECTED)
    deliver_by = office.working_days.after(file.decided_on, DELIVERY_DAYS).day if decided and file.decided_on else None
    return {
        "accepted_on": found.accepted_on,
        "due_on": found.due_on,
        "yellow_on": found.yellow_on,
        "provisional": found.provisional,
        "light": found.light,
        "notice_by": found.notice_by if file.state is State.RECEIVED else None,
        "deliver_by": deliver_by,
        "actual_days": spent,
        "judged_at": office.now,
    }


async def store(
    tx: AsyncConnection,
    office: Office,
    row: CaseRow,
    action: Action,
    file: File,
    stops: Sequence[Suspension],
    **more: Any,
) -> CaseRow:
    """Write a move down. Raises CaseConflict when the case has moved since it was read."""
    values = columns(office, file, stops) | more
    values |= {"moves": row.moves + 1, "action": action, "actor": office.by.label, "changed_at": office.now}
    if (await tx.execute(_STORE, {"case": row.id, "seen": row.moves} | values)).first() is None:
        raise CaseConflict(N_("该办件刚有变动，请刷新后再操作"), code="case_moved")
    return await by_id(tx, row.id)


async def looked_at(tx: AsyncConnection, office: Office, row: CaseRow) -> None:
    """Leave in the journal that an officer read who it is."""
    await journal.write(
        tx, hall_id=row.hall_id, at=office.now, actor=office.by.label, action="person_shown", case=row.number
    )


async def forget(tx: AsyncConnection, hall_id: int, before: date) -> int:
    """Wipe who it was from cases that were over before then; how many there were (R61)."""
    return (await tx.execute(_FORGET, {"hall": hall_id, "before": before})).rowcount


def running(row: CaseRow) -> bool:
    return row.state in RUNNING
