"""Matters (R9): what an officer puts before his leaders because it is doubtful, major or urgent, and their answer.

Leaders are told at once, and have the hall's hours to answer; a matter that waits longer becomes an alert and climbs.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Row,
    Select,
    String,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, aliased, mapped_column

from ..core import clock, journal, messages
from ..core.db import Base
from ..core.errors import Conflict, Forbidden, Invalid, NotFound
from ..core.gateways import Channel
from ..core.i18n import N_, moment_text, translate
from ..core.journal import Id
from ..core.messages import Letter
from ..core.types import Moment, one_of
from ..queue.actor import Actor
from ..queue.staff import Staff
from ..queue.ticket import Ticket
from ..queue.told import Told
from . import chains, numbers
from .alert_tables import Chain
from .alert_text import LANGUAGE
from .office import Office
from .tables import Case

MatterRow = Row[Any]

LONGEST_TEXT: Final = 500


class Kind(StrEnum):
    DOUBTFUL = "doubtful"
    MAJOR = "major"
    URGENT = "urgent"
    EXTENSION = "extension"
    """A case that needs more days than were promised."""


KINDS: Final = MappingProxyType(
    {
        Kind.DOUBTFUL: N_("疑难事项"),
        Kind.MAJOR: N_("重大事项"),
        Kind.URGENT: N_("紧急事项"),
        Kind.EXTENSION: N_("延期申请"),
    }
)


class State(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"


class Action(StrEnum):
    ANSWER = "answer"


TRANSITIONS: Final = MappingProxyType({(State.OPEN, Action.ANSWER): State.ANSWERED})


class MatterCounter(numbers.DayCounter, Base):
    __tablename__ = "matter_counter"


class Matter(Base):
    """A question to the leaders. ``text`` and ``answer`` are sealed: an officer may name who it is about (R61)."""

    __tablename__ = "matter"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    number: Mapped[str] = mapped_column(String(24), unique=True)
    officer_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    # Whose chain it climbs.
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[str] = mapped_column(String(10))
    urgent: Mapped[bool]
    text: Mapped[bytes | None] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(Moment)
    answer_by: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(10), default=State.OPEN)
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        one_of("kind", Kind),
        one_of("state", State),
        CheckConstraint("urgent OR kind <> 'urgent'", name="urgent_is_urgent"),
        CheckConstraint("at < answer_by", name="answer_later"),
        CheckConstraint("(state = 'answered') = (answered_at IS NOT NULL)", name="answered_has_moment"),
        CheckConstraint("(answered_at IS NULL) = (answered_by_id IS NULL)", name="answered_by_somebody"),
        CheckConstraint("(answer IS NULL) = (state = 'open' OR text IS NULL)", name="answered_has_text"),
        # Nothing is forgotten before it has been answered.
        CheckConstraint("text IS NOT NULL OR state = 'answered'", name="forgotten_wholly"),
        Index(
            "ix_matter_pending",
            "hall_id",
            "answer_by",
            postgresql_where=state == State.OPEN,
            sqlite_where=state == State.OPEN,
        ),
        Index("ix_matter_hall_id_id", "hall_id", "id"),
        Index("ix_matter_officer_id", "officer_id", "id"),
    )


_OFFICER, _ANSWERER = aliased(Staff), aliased(Staff)
_NOW = bindparam("now", type_=Moment)
_HALL = Matter.hall_id == bindparam("hall")
_MINE = or_(bindparam("anywhere", type_=Boolean()), Matter.officer_id == bindparam("me", type_=Id))
_NEXT = numbers.upsert(MatterCounter)
_INSERT = insert(Matter).returning(Matter.id)
_ROWS: Select[Any] = (
    select(
        *Matter.__table__.columns,
        Case.number.label("case_number"),
        Ticket.number.label("ticket_number"),
        Ticket.key.label("ticket_key"),
        _OFFICER.name.label("officer"),
        _OFFICER.phone.label("phone"),
        _ANSWERER.name.label("answered_by"),
    )
    .join(_OFFICER, _OFFICER.id == Matter.officer_id)
    .join(_ANSWERER, _ANSWERER.id == Matter.answered_by_id, isouter=True)
    .join(Case, Case.id == Matter.case_id, isouter=True)
    .join(Ticket, Ticket.id == Matter.ticket_id, isouter=True)
)
_FIND = _ROWS.where(Matter.number == bindparam("number"), _MINE)
_LISTED = (
    _ROWS.where(_HALL, _MINE, Matter.id < bindparam("below"), Matter.state.in_(bindparam("states", expanding=True)))
    .order_by(Matter.id.desc())
    .limit(bindparam("most"))
)
_COUNT = select(func.count()).select_from(Matter).where(_HALL, Matter.state == State.OPEN, _MINE)
_ANSWER = (
    update(Matter)
    .where(
        Matter.id == bindparam("matter"),
        Matter.state.in_([state for state, action in TRANSITIONS if action is Action.ANSWER]),
    )
    .values(state=State.ANSWERED, answer=bindparam("sealed"), answered_by_id=bindparam("by"), answered_at=_NOW)
    .returning(Matter.id)
)
_FORGET = (
    update(Matter)
    .where(_HALL, Matter.answered_at < bindparam("before", type_=Moment), Matter.text.is_not(None))
    .values(text=None, answer=None)
)


async def put(
    tx: AsyncConnection,
    office: Office,
    text: str,
    kind: Kind,
    *,
    urgent: bool = False,
    department_id: int | None = None,
    case_id: int | None = None,
    ticket_id: int | None = None,
) -> str:
    """Put something before the leaders (R9); gives its number, such as ``BG01-20261123-0001``.

    The first rung of the chain of first responsibility is told at once; what is not urgent waits for the morning.
    Raises Forbidden for who is no officer, Invalid for a text that cannot be.
    """
    hall, now, by = office.hall, office.now, office.by
    if by.staff_id is None:
        raise Forbidden
    text, urgent = _text(text, N_("请写明请示的内容")), urgent or kind is Kind.URGENT
    ways = await chains.load(tx, hall.id)
    number, answer_by = (
        await numbers.draw(tx, _NEXT, f"BG{hall.id:02d}-", hall, now),
        now + timedelta(hours=office.rules.matter_hours),
    )
    row = {
        "hall_id": hall.id,
        "number": number,
        "officer_id": by.staff_id,
        "department_id": department_id,
        "case_id": case_id,
        "ticket_id": ticket_id,
        "kind": kind,
        "urgent": urgent,
        "text": office.vault.seal(text),
        "at": now,
        "answer_by": answer_by,
        "state": State.OPEN,
    }
    about = (await tx.execute(_INSERT, row)).scalar_one()
    await journal.write(
        tx, hall_id=hall.id, at=now, actor=by.label, action="matter", ticket_id=ticket_id, matter=number, kind=kind
    )
    leader = next(iter(ways.of(Chain.FIRST, department_id)), None)
    if leader is not None and leader.phone:
        until = moment_text(clock.local(answer_by, hall.timezone), LANGUAGE)
        said = hall.says(Told.MATTER_PUT, LANGUAGE, kind=translate(LANGUAGE, KINDS[kind]), number=number, by=until)
        due = now if urgent else clock.not_at_night(now, hall.timezone)
        await _tell(tx, office, f"matter:{about}:put", leader.phone, said, due)
    return number


async def find(connection: AsyncConnection, number: str, by: Actor) -> MatterRow:
    """A matter that this officer put, or that a supervisor may answer. Raises NotFound."""
    asked = {"number": number, "me": by.staff_id, "anywhere": by.anywhere}
    row: MatterRow | None = (await connection.execute(_FIND, asked)).one_or_none()
    if row is None:
        raise NotFound(N_("没有这条请示"), code="unknown_matter")
    return row


async def listed(
    connection: AsyncConnection, hall_id: int, by: Actor, states: Sequence[State], below: int, most: int
) -> Sequence[MatterRow]:
    """A hall's matters with ids under ``below``, newest first; officers see their own, supervisors all."""
    asked = {"hall": hall_id, "me": by.staff_id, "anywhere": by.anywhere, "states": list(states)}
    rows: Sequence[MatterRow] = (await connection.execute(_LISTED, asked | {"below": below, "most": most})).all()
    return rows


async def count(connection: AsyncConnection, hall_id: int, by: Actor) -> int:
    """How many of them wait for an answer."""
    asked = {"hall": hall_id, "me": by.staff_id, "anywhere": by.anywhere}
    return int((await connection.execute(_COUNT, asked)).scalar_one())


async def answer(tx: AsyncConnection, office: Office, row: MatterRow, text: str) -> None:
    """What the officer is to do; he is told that it is there. Raises Invalid, Conflict ``matter_answered``."""
    text = _text(text, N_("请填写答复内容"))
    asked = {"matter": row.id, "sealed": office.vault.seal(text), "by": office.by.staff_id, "now": office.now}
    if (await tx.execute(_ANSWER, asked)).first() is None:
        raise Conflict(N_("这条请示已经答复"), code="matter_answered")
    await journal.write(
        tx, hall_id=row.hall_id, at=office.now, actor=office.by.label, action="matter_answer", matter=row.number
    )
    if row.phone:
        said = office.hall.says(Told.MATTER_ANSWERED, LANGUAGE, number=row.number)
        due = clock.not_at_night(office.now, office.hall.timezone)
        await _tell(tx, office, f"matter:{row.id}:answered", row.phone, said, due)


async def forget(tx: AsyncConnection, hall_id: int, before: datetime) -> int:
    """Wipe the words of what was answered before then (R61); how many there were."""
    return (await tx.execute(_FORGET, {"hall": hall_id, "before": before})).rowcount


async def _tell(tx: AsyncConnection, office: Office, event: str, to: str, text: str, due: datetime) -> None:
    letter = Letter(office.hall.id, event, Channel.SMS, to, text, LANGUAGE, due=due)
    await messages.post_all(tx, office.vault, [letter], office.now)


def _text(text: str, needed: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid(needed, code="text_needed")
    if len(text) > LONGEST_TEXT:
        raise Invalid(N_("内容最多 {most} 个字"), code="text_too_long", most=LONGEST_TEXT)
    return text
