"""Enquiries (R12): what somebody asked, on whatever channel, who he is, and the duty to answer within a day (R32).

The first officer (R1) never changes; another one may take the duty on. It ends when the caller has been told.
Complaints are confidential (R8): for everybody but supervisors, who took one down and who holds it they do not exist.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Row,
    Select,
    String,
    UniqueConstraint,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, aliased, mapped_column

from ..core import journal
from ..core.db import Base
from ..core.errors import Conflict, Invalid, NotFound
from ..core.i18n import N_
from ..core.journal import Id
from ..core.privacy import Vault, mask_name, mask_phone, person_name, phone_number
from ..core.types import Moment, one_of
from ..queue.actor import Actor
from ..queue.facts import HallFacts, ItemFacts
from ..queue.staff import Staff
from . import numbers

EnquiryRow = Row[Any]

CALL_BACK: Final = timedelta(hours=24)
LONGEST_TEXT: Final = 500
LONGEST_UNIT: Final = 100


class State(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    """The answer is known; the caller has not been told."""
    CLOSED = "closed"
    """The caller has been told."""


class Channel(StrEnum):
    """How it came in (R1)."""

    PHONE = "phone"
    DESK = "desk"
    FAX = "fax"
    LETTER = "letter"
    WEB = "web"


class Kind(StrEnum):
    ENQUIRY = "enquiry"
    COMPLAINT = "complaint"


class Action(StrEnum):
    ANSWER = "answer"
    CLOSE = "close"


TRANSITIONS: Final = MappingProxyType(
    {
        (State.OPEN, Action.ANSWER): State.ANSWERED,
        (State.OPEN, Action.CLOSE): State.CLOSED,
        (State.ANSWERED, Action.ANSWER): State.ANSWERED,
        (State.ANSWERED, Action.CLOSE): State.CLOSED,
    }
)


class Said(msgspec.Struct, frozen=True):
    """What is kept sealed: who called, and his question in his own words."""

    name: str
    phone: str
    question: str


class EnquiryCounter(numbers.DayCounter, Base):
    __tablename__ = "enquiry_counter"


class Enquiry(Base):
    """A question whose asker is to be called back. ``officer``: who met him first; ``holder``: whose duty it is now."""

    __tablename__ = "enquiry"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    number: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(8), default=Channel.PHONE)
    kind: Mapped[str] = mapped_column(String(10), default=Kind.ENQUIRY)
    officer_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    holder_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    unit: Mapped[str] = mapped_column(String(LONGEST_UNIT))
    # Masked for lists; in full only sealed, with a blind index to find him by (R61).
    caller: Mapped[str] = mapped_column(String(60))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    call_back_by: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(10), default=State.OPEN)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        UniqueConstraint("hall_id", "number", name="uq_enquiry_number"),
        one_of("channel", Channel),
        one_of("kind", Kind),
        one_of("state", State),
        CheckConstraint("at < call_back_by", name="call_back_later"),
        CheckConstraint("(state = 'open') = (answered_at IS NULL)", name="answered_has_moment"),
        CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="answered_by_somebody"),
        CheckConstraint("(answer IS NULL) = (state = 'open' OR sealed IS NULL)", name="answered_has_text"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_moment"),
        # What is forgotten is forgotten wholly, and nobody is forgotten before he has been told.
        CheckConstraint(
            "sealed IS NOT NULL OR (state = 'closed' AND caller = '' AND phone_index IS NULL)", name="forgotten_wholly"
        ),
        Index(
            "ix_enquiry_pending",
            "hall_id",
            "call_back_by",
            postgresql_where=state != State.CLOSED,
            sqlite_where=state != State.CLOSED,
        ),
        Index("ix_enquiry_phone_index", "phone_index"),
        Index("ix_enquiry_hall_id_at", "hall_id", "at"),
        Index(
            "ix_enquiry_kept",
            "hall_id",
            "closed_at",
            postgresql_where=sealed.is_not(None),
            sqlite_where=sealed.is_not(None),
        ),
    )


_OFFICER, _HOLDER, _ANSWERER = aliased(Staff), aliased(Staff), aliased(Staff)
_HALL = Enquiry.hall_id == bindparam("hall")
_PENDING = Enquiry.state != State.CLOSED
_MINE = (Enquiry.officer_id == bindparam("me", type_=Id), Enquiry.holder_id == bindparam("me", type_=Id))
_VISIBLE = or_(Enquiry.kind != Kind.COMPLAINT, bindparam("anywhere", type_=Boolean()), *_MINE)
_NOW = bindparam("now", type_=Moment)
_NEXT = numbers.upsert(EnquiryCounter)
_INSERT = insert(Enquiry)
_ROWS: Select[Any] = (
    select(
        *Enquiry.__table__.columns,
        _OFFICER.name.label("officer"),
        _HOLDER.name.label("holder"),
        _ANSWERER.name.label("answered_by"),
    )
    .join(_OFFICER, _OFFICER.id == Enquiry.officer_id)
    .join(_HOLDER, _HOLDER.id == Enquiry.holder_id)
    .join(_ANSWERER, _ANSWERER.id == Enquiry.answered_by_id, isouter=True)
)
_FIND: Select[Any] = _ROWS.where(_HALL, Enquiry.number == bindparam("number"), _VISIBLE)
_DUE: Select[Any] = (
    _ROWS.where(
        _HALL,
        _PENDING,
        _VISIBLE,
        or_(bindparam("phone", type_=LargeBinary()).is_(None), Enquiry.phone_index == bindparam("phone")),
    )
    .order_by(Enquiry.call_back_by, Enquiry.id)
    .limit(bindparam("most"))
    .offset(bindparam("after"))
)
_COUNT = select(
    func.count().label("pending"),
    func.coalesce(func.sum(case((Enquiry.call_back_by < _NOW, 1), else_=0)), 0).label("overdue"),
).where(_HALL, _PENDING, _VISIBLE)


def _end(action: Action, **values: Any) -> Any:
    sources = [state for state, taken in TRANSITIONS if taken is action]
    return (
        update(Enquiry)
        .where(Enquiry.id == bindparam("enquiry"), Enquiry.state.in_(sources))
        .values(answer=bindparam("sealed_answer"), answered_by_id=bindparam("by"), answered_at=_NOW, **values)
        .returning(Enquiry.id)
    )


_ENDS = {
    Action.ANSWER: _end(Action.ANSWER, state=State.ANSWERED),
    Action.CLOSE: _end(Action.CLOSE, state=State.CLOSED, closed_at=_NOW),
}
_TAKE = (
    update(Enquiry)
    .where(Enquiry.id == bindparam("enquiry"), Enquiry.holder_id == bindparam("seen"), _PENDING)
    .values(holder_id=bindparam("by"))
    .returning(Enquiry.id)
)
_FORGET = (
    update(Enquiry)
    .where(_HALL, Enquiry.closed_at < bindparam("before", type_=Moment), Enquiry.sealed.is_not(None))
    .values(caller="", sealed=None, phone_index=None, answer=None)
)


async def register(
    tx: AsyncConnection,
    vault: Vault,
    hall: HallFacts,
    said: Said,
    by: Actor,
    now: datetime,
    *,
    unit: str = "",
    item: ItemFacts | None = None,
    channel: Channel = Channel.PHONE,
    kind: Kind = Kind.ENQUIRY,
) -> str:
    """Write a call down (R12); gives its number, such as ``LX20261123-0001``. He is to be called back within a day.
    A complaint's number does not tell that it is one.

    Raises Invalid for a name, phone number or text that cannot be. The counter's row is locked last.
    """
    name, phone = person_name(said.name), phone_number(said.phone)
    question = _text(said.question, N_("请填写来电内容"), "question_needed")
    unit = " ".join(unit.split())
    if len(unit) > LONGEST_UNIT:
        raise Invalid(N_("单位名称最多 {most} 个字"), code="unit_too_long", most=LONGEST_UNIT)
    number = await numbers.draw(tx, _NEXT, "LX", hall, now)
    await tx.execute(
        _INSERT,
        {
            "hall_id": hall.id,
            "number": number,
            "channel": channel,
            "kind": kind,
            "officer_id": by.staff_id,
            "holder_id": by.staff_id,
            "unit": unit,
            "caller": f"{mask_name(name)} {mask_phone(phone)}",
            "sealed": vault.seal(msgspec.json.encode(Said(name, phone, question)).decode()),
            "phone_index": vault.index("phone", phone),
            "item_id": item.id if item else None,
            "at": now,
            "call_back_by": now + CALL_BACK,
        },
    )
    await journal.write(tx, hall_id=hall.id, at=now, actor=by.label, action="enquiry", enquiry=number)
    return number


def _seen_by(by: Actor) -> dict[str, Any]:
    return {"me": by.staff_id, "anywhere": by.anywhere}


async def find(connection: AsyncConnection, hall_id: int, number: str, by: Actor) -> EnquiryRow:
    """An enquiry that this officer may see, with the names of its ``officer``, its ``holder`` and who answered.

    Raises NotFound, also for a complaint that is none of his business (R8).
    """
    asked = {"hall": hall_id, "number": number} | _seen_by(by)
    row: EnquiryRow | None = (await connection.execute(_FIND, asked)).one_or_none()
    if row is None:
        raise NotFound(N_("没有这条咨询登记"), code="unknown_enquiry")
    return row


async def pending(
    connection: AsyncConnection, hall_id: int, by: Actor, most: int, after: int = 0, phone: bytes | None = None
) -> Sequence[EnquiryRow]:
    """Who is still to be called back, as far as this officer may know, due first; one caller by his phone's index."""
    asked = {"hall": hall_id, "most": most, "after": after, "phone": phone} | _seen_by(by)
    rows: Sequence[EnquiryRow] = (await connection.execute(_DUE, asked)).all()
    return rows


async def count(connection: AsyncConnection, hall_id: int, by: Actor, now: datetime) -> tuple[int, int]:
    """How many `pending` would list in all, and how many of them are overdue."""
    row = (await connection.execute(_COUNT, {"hall": hall_id, "now": now} | _seen_by(by))).one()
    return row.pending, row.overdue


async def answer(
    tx: AsyncConnection, vault: Vault, row: EnquiryRow, text: str, by: Actor, now: datetime, *, told: bool
) -> None:
    """Keep what is answered; ``told``: the caller has been called back, which closes it. Raises Invalid, Conflict."""
    text = _text(text, N_("请填写答复内容"), "answer_needed")
    action = Action.CLOSE if told else Action.ANSWER
    asked = {"enquiry": row.id, "sealed_answer": vault.seal(text), "by": by.staff_id, "now": now}
    if (State(row.state), action) not in TRANSITIONS or (await tx.execute(_ENDS[action], asked)).first() is None:
        raise _closed()
    await _write(tx, row, by, now, f"enquiry_{action}")


async def take(tx: AsyncConnection, row: EnquiryRow, by: Actor, now: datetime) -> None:
    """Another officer takes the duty on; the first one stays who he is (R1). Raises Conflict."""
    if row.state == State.CLOSED:
        raise _closed()
    if row.holder_id == by.staff_id:
        raise Conflict(N_("这条咨询已由您负责回电"), code="enquiry_yours")
    asked = {"enquiry": row.id, "seen": row.holder_id, "by": by.staff_id}
    if (await tx.execute(_TAKE, asked)).first() is None:
        raise Conflict(N_("这条咨询刚由同事接手，请刷新后再看"), code="enquiry_taken")
    await _write(tx, row, by, now, "enquiry_take", from_holder=row.holder_id)


async def looked_at(tx: AsyncConnection, row: EnquiryRow, by: Actor, now: datetime) -> None:
    """Leave in the journal that an officer read who it is."""
    await _write(tx, row, by, now, "person_shown")


async def forget(tx: AsyncConnection, hall_id: int, before: datetime) -> int:
    """Wipe who asked what from enquiries that were closed before then; the figures stay. How many there were."""
    return (await tx.execute(_FORGET, {"hall": hall_id, "before": before})).rowcount


def opened(vault: Vault, row: EnquiryRow) -> Said | None:
    """Who called and what he asked; None once it is forgotten."""
    return None if row.sealed is None else msgspec.json.decode(vault.open(row.sealed), type=Said)


async def _write(tx: AsyncConnection, row: EnquiryRow, by: Actor, now: datetime, action: str, **data: Any) -> None:
    await journal.write(tx, hall_id=row.hall_id, at=now, actor=by.label, action=action, enquiry=row.number, **data)


def _text(text: str, needed: str, code: str) -> str:
    """Words in their plain form. Raises Invalid for none, or too many."""
    text = text.strip()
    if not text:
        raise Invalid(needed, code=code)
    if len(text) > LONGEST_TEXT:
        raise Invalid(N_("内容最多 {most} 个字"), code="text_too_long", most=LONGEST_TEXT)
    return text


def _closed() -> Conflict:
    return Conflict(N_("这条咨询已回电办结"), code="enquiry_closed")
