"""Appointments: confirmed from a hold, moved, cancelled, used at check-in, missed. Every UPDATE repeats the guard."""

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import BigInteger, Row, bindparam, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import journal, messages
from ..core.clock import local
from ..core.db import violated
from ..core.errors import BookingRefused, Invalid, NotFound, SlotFull
from ..core.i18n import N_, day_text, negotiate
from ..core.types import Moment
from ..queue.facts import ItemFacts
from ..queue.told import Told
from . import consequences, holds, records, slots, wording
from .office import Office
from .people import FORGOTTEN, Party, columns, opened
from .rules import Bar, Verdict, refuse_barred
from .state import Action, Channel, HoldState, Status
from .tables import Appointment, Booker, Hold, Slot

AppointmentRow = Row[Any]

CODE_SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Signs that nobody mistakes for one another, written or said."""
CODE_LENGTH: Final = 8
MOST_FOUND: Final = 50

_NOW = bindparam("now", type_=Moment)
COLUMNS = (
    *Appointment.__table__.columns,
    Slot.line_id,
    Slot.starts_at,
    Slot.ends_at,
    Slot.closed,
)
_ROWS = select(*COLUMNS).join(Slot, Slot.id == Appointment.slot_id)
_BY_CODE = _ROWS.where(Appointment.code == bindparam("code"))
_BY_ID = _ROWS.where(Appointment.id == bindparam("appointment"))
_OF_HALL = _ROWS.where(Appointment.hall_id == bindparam("hall"))
_SEARCH = {
    what: _OF_HALL.where(column == bindparam("found"), Appointment.day >= bindparam("first"))
    .order_by(Appointment.day, Slot.starts_at, Appointment.id)
    .limit(MOST_FOUND)
    for what, column in (("phone", Appointment.phone_index), ("name", Appointment.name_index))
}
_OF_DAY = _OF_HALL.where(
    Appointment.day == bindparam("day"),
    or_(bindparam("line", type_=BigInteger).is_(None), Slot.line_id == bindparam("line", type_=BigInteger)),
    Appointment.id > bindparam("after"),
).order_by(Appointment.id)
_IN_SLOTS = _OF_HALL.where(
    Appointment.slot_id.in_(bindparam("slots", expanding=True)), Appointment.status == Status.BOOKED
).order_by(Slot.starts_at, Appointment.id)
_CONFIRM = (
    update(Hold)
    .where(
        Hold.key == bindparam("hold"),
        Hold.hall_id == bindparam("hall"),
        Hold.state == HoldState.HELD,
        Hold.expires_at > _NOW,
    )
    .values(state=HoldState.CONFIRMED)
    .returning(Hold.slot_id, Hold.item_id, Hold.channel, Hold.verified, Hold.phone_index)
)
_TAKEN_THAT_DAY = (
    select(func.count())
    .where(
        Appointment.person == bindparam("person"),
        Appointment.hall_id == Slot.hall_id,
        Appointment.day == Slot.day,
        Appointment.status.in_((Status.BOOKED, Status.CHECKED_IN)),
    )
    .correlate(Slot)
    .scalar_subquery()
)
_TAKEN_ON = select(func.count()).where(
    Appointment.person == bindparam("person"),
    Appointment.hall_id == bindparam("hall"),
    Appointment.day == bindparam("on"),
    Appointment.status.in_((Status.BOOKED, Status.CHECKED_IN)),
)
_SEEN = tuple(
    select(column).where(Slot.id == bindparam("slot")).scalar_subquery().label(column.key)
    for column in COLUMNS[len(Appointment.__table__.columns) :]
)
_OWN = (*Booker.__annotations__, "code", "item_id", "channel", "at", "actor", "changed_at")


def _book() -> Any:
    """Insert the appointment, unless the slot is closed by now or the person has too many that day; gives it whole."""
    own = [bindparam(name, type_=Appointment.__table__.c[name].type) for name in _OWN]
    source = select(Slot.hall_id, Slot.id, Slot.day, *own).where(
        Slot.id == bindparam("slot"), ~Slot.closed, bindparam("most") > _TAKEN_THAT_DAY
    )
    into = insert(Appointment).from_select(["hall_id", "slot_id", "day", *_OWN], source)
    return into.returning(*Appointment.__table__.columns, *_SEEN)


_BOOK = _book()


def step(action: Action, status: Status, **values: Any) -> dict[str, Any]:
    """What every move of an appointment writes, by ``by`` at ``now``; ``values`` besides."""
    own = {"status": status, "action": action, "moves": Appointment.moves + 1}
    return own | {"actor": bindparam("by"), "changed_at": _NOW} | values


def _move(action: Action, status: Status, **values: Any) -> Any:
    return (
        update(Appointment)
        .where(
            Appointment.id == bindparam("appointment"),
            Appointment.moves == bindparam("seen"),
            Appointment.status == Status.BOOKED,
        )
        .values(step(action, status, note=bindparam("why"), **values))
        .returning(Appointment.id)
    )


_CANCEL = _move(Action.CANCEL, Status.CANCELLED, ended_at=_NOW)
_CHECK_IN = _move(Action.CHECK_IN, Status.CHECKED_IN, ended_at=_NOW, ticket_id=bindparam("ticket"))
_MOVE = _move(Action.MOVE, Status.BOOKED, slot_id=bindparam("to"), day=bindparam("new_day"))
_THESE = _ROWS.where(Appointment.id.in_(bindparam("ids", expanding=True))).order_by(Appointment.id)
_FORGET = (
    update(Appointment)
    .where(
        Appointment.hall_id == bindparam("hall"), Appointment.day < bindparam("before"), Appointment.sealed.is_not(None)
    )
    .where(Appointment.status != Status.BOOKED)
    .values(FORGOTTEN)
)


def plain_code(text: str) -> str:
    """A code as it is stored, however it was typed or said."""
    return "".join(sign for sign in text.upper() if sign.isalnum())[: CODE_LENGTH + 1]


async def confirm(
    tx: AsyncConnection, office: Office, key: str, party: Party, need: str, language: str, *, proven: bool
) -> AppointmentRow:
    """Make a held place an appointment. ``proven``: an online hold must have answered a code sent to this phone.

    Raises BookingRefused for a hold that is over or a person with too many or the same appointment that day, Invalid
    for an unproven phone, Forbidden for somebody who is barred from booking online.
    """
    asked = {"hold": key, "hall": office.hall.id, "now": office.now}
    held = (await tx.execute(_CONFIRM, asked)).one_or_none()
    if held is None:
        await holds.find(tx, office, key)
        raise BookingRefused
    values = columns(office.vault, party, need, language)
    channel = Channel(held.channel)
    if proven and channel is Channel.ONLINE and not (held.verified and held.phone_index == values["phone_index"]):
        raise Invalid(N_("请先填写发到这个手机上的验证码"), code="phone_unverified")
    record = await records.lock(tx, office.hall.id, values["person"])
    if channel is Channel.ONLINE and records.barred(record, office.now):
        until = day_text(local(record.barred_until, office.hall.timezone).date(), negotiate(language))
        raise refuse_barred(Bar(record.barred_for), until, office.rules)
    values |= {
        "code": "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH)),
        "slot": held.slot_id,
        "item_id": held.item_id,
        "channel": channel,
        "at": office.now,
        "actor": office.by.label,
        "changed_at": office.now,
        "most": office.rules.a_day,
    }
    try:
        row = (await tx.execute(_BOOK, values)).one_or_none()
    except IntegrityError as error:
        if violated(error) == "uq_appointment_person":
            raise BookingRefused(N_("您当天已预约此事项，不能重复预约"), code="booked_already") from error
        raise
    if row is None:
        if (await slots.find(tx, office.hall.id, held.slot_id)).closed:
            raise slots.closed()
        raise _too_many(office)
    await _tell(tx, office, row, party, Told.APPOINTMENT_BOOKED, "booked")
    return row


async def by_id(connection: AsyncConnection, appointment: int) -> AppointmentRow:
    """An appointment with its slot's times and line."""
    return (await connection.execute(_BY_ID, {"appointment": appointment})).one()


async def these(connection: AsyncConnection, ids: Sequence[int]) -> Sequence[AppointmentRow]:
    """Appointments by their ids, in the order of these."""
    return (await connection.execute(_THESE, {"ids": ids})).all()


async def find(connection: AsyncConnection, code: str) -> AppointmentRow:
    """The appointment with this code. Raises NotFound."""
    row = (await connection.execute(_BY_CODE, {"code": plain_code(code)})).one_or_none()
    if row is None:
        raise NotFound(N_("没有找到这个预约，请核对预约码和手机号"), code="unknown_appointment")
    return row


async def search(
    connection: AsyncConnection, office: Office, what: str, found: bytes, since: date | None = None
) -> Sequence[AppointmentRow]:
    """Appointments from today on, or ``since`` an earlier day, of a ``phone`` or ``name``, by its blind index."""
    asked = {"hall": office.hall.id, "found": found, "first": since or office.today}
    return (await connection.execute(_SEARCH[what], asked)).all()


async def of_day(
    connection: AsyncConnection, hall_id: int, day: Any, line_id: int | None, after: int, limit: int
) -> Sequence[AppointmentRow]:
    """A day's appointments of a hall or one line, whatever became of them, by id after ``after``."""
    asked = {"hall": hall_id, "day": day, "line": line_id, "after": after}
    return (await connection.execute(_OF_DAY.limit(limit), asked)).all()


async def in_slots(connection: AsyncConnection, hall_id: int, found: Sequence[int]) -> Sequence[AppointmentRow]:
    """What is booked in these slots."""
    if not found:
        return []
    return (await connection.execute(_IN_SLOTS, {"hall": hall_id, "slots": list(found)})).all()


async def move(
    tx: AsyncConnection, office: Office, row: AppointmentRow, slot_id: int, reason: str = ""
) -> AppointmentRow:
    """Free the old place and take the new one, in one transaction; ``reason``: why the hall moves it.

    Raises SlotFull, and BookingRefused when the rules or the state do not allow it.
    """
    still_booked(row)
    _in_time(office, row)
    item, channel = item_of(office, row), Channel(row.channel)
    slot = await slots.find(tx, office.hall.id, slot_id)
    if slot_id == row.slot_id:
        raise Invalid(N_("请选择另一个时段"), code="same_slot")
    # The own place is of no use there, so it must be free for anybody.
    bounds = (office.rules.earliest(channel, office.now), office.last_day)
    if slot.line_id != item.line_id or slot.closed or slot.starts_at < bounds[0] or slot.day > bounds[1]:
        raise await holds.why_not(tx, office, item, slot_id, channel)
    try:
        moved = (await tx.execute(_MOVE, _asked(office, row, reason) | {"to": slot_id, "new_day": slot.day})).first()
    except IntegrityError as error:
        if holds.is_full(error):
            raise SlotFull from error
        if violated(error) == "uq_appointment_person":
            raise BookingRefused(N_("您当天已预约此事项，不能重复预约"), code="booked_already") from error
        raise
    if moved is None:
        raise BookingRefused
    if office.visitor and slot.day != row.day:
        await _not_too_many(tx, office, row.person, slot.day)
    now_at = await by_id(tx, row.id)
    await _tell(
        tx,
        office,
        now_at,
        party_of(office, row),
        Told.APPOINTMENT_MOVED_BY_HALL if reason else Told.APPOINTMENT_MOVED,
        f"moved:{now_at.moves}",
        reason=reason,
    )
    return now_at


async def _not_too_many(tx: AsyncConnection, office: Office, person: bytes, day: Any) -> None:
    """Raises BookingRefused when the person has more on that day than the hall allows; his record is locked for it."""
    await records.lock(tx, office.hall.id, person)
    taken = await tx.execute(_TAKEN_ON, {"person": person, "hall": office.hall.id, "on": day})
    if taken.scalar_one() > office.rules.a_day:
        raise _too_many(office)


def _too_many(office: Office) -> BookingRefused:
    return BookingRefused(N_("同一人每天最多预约{most}次"), code="too_many_a_day", most=office.rules.a_day)


async def cancel(tx: AsyncConnection, office: Office, row: AppointmentRow, reason: str = "") -> AppointmentRow:
    """Give a place back; ``reason``: why the hall cancels. A visitor's own cancellations are counted.

    Raises BookingRefused when the rules or the state do not allow it.
    """
    still_booked(row)
    _in_time(office, row)
    if (await tx.execute(_CANCEL, _asked(office, row, reason))).first() is None:
        raise BookingRefused
    if office.visitor and row.person is not None:
        verdict = await _verdict(tx, office, row)
        letters = consequences.letters(office, row.id, party_of(office, row).contact, row.language, verdict)
        await messages.post_all(tx, office.vault, list(letters), office.now)
    await _tell(
        tx,
        office,
        row,
        party_of(office, row),
        Told.APPOINTMENT_CANCELLED_BY_HALL if reason else Told.APPOINTMENT_CANCELLED,
        "cancelled",
        reason=reason,
    )
    return await by_id(tx, row.id)


async def use(tx: AsyncConnection, office: Office, row: AppointmentRow, ticket_id: int) -> AppointmentRow:
    """The visitor has come and has this ticket. Raises BookingRefused when somebody else was faster."""
    still_booked(row)
    if (await tx.execute(_CHECK_IN, _asked(office, row, "") | {"ticket": ticket_id})).first() is None:
        raise BookingRefused(N_("该预约已签到取号"), code="checked_in_already")
    await messages.withdraw(tx, f"appointment:{row.id}:remind:", office.now)
    return await by_id(tx, row.id)


async def _verdict(tx: AsyncConnection, office: Office, row: AppointmentRow) -> Verdict:
    """What this person's last days come to, and the bar that follows from it."""
    found = await records.judge(tx, office.hall.id, [row.person], office.rules, office.now)
    return found.get(bytes(row.person), Verdict())


async def looked_at(tx: AsyncConnection, office: Office, row: AppointmentRow) -> None:
    """Leave in the journal that an officer read who it is."""
    await journal.write(
        tx, hall_id=row.hall_id, at=office.now, actor=office.by.label, action="person_shown", appointment=row.id
    )


async def forget(tx: AsyncConnection, hall_id: int, before: Any) -> int:
    """Wipe who it was from appointments of days before then; the figures stay. How many there were."""
    return (await tx.execute(_FORGET, {"hall": hall_id, "before": before})).rowcount


def item_of(office: Office, row: AppointmentRow) -> ItemFacts:
    """What the appointment is about."""
    return office.hall.items_by_id[row.item_id]


def _asked(office: Office, row: AppointmentRow, reason: str) -> dict[str, Any]:
    return {"appointment": row.id, "seen": row.moves, "by": office.by.label, "now": office.now, "why": reason}


def still_booked(row: AppointmentRow) -> None:
    """Raises BookingRefused, which says what became of it."""
    if row.status == Status.CHECKED_IN:
        raise BookingRefused(N_("该预约已签到取号"), code="checked_in_already")
    if row.status == Status.CANCELLED:
        raise BookingRefused(N_("该预约已取消"), code="cancelled_already")
    if row.status == Status.MISSED:
        raise BookingRefused(N_("该预约已过期作废"), code="missed_already")


def _in_time(office: Office, row: AppointmentRow) -> None:
    """The hall's notice binds the visitor; staff may help him until his time has come."""
    if office.visitor and not office.rules.may_cancel(row.starts_at, office.now):
        raise BookingRefused(
            N_("距预约时间不足{minutes}分钟，不能在网上改期或取消，请电话联系大厅"),
            code="too_late_to_change",
            minutes=office.rules.cancel_minutes,
        )


def party_of(office: Office, row: AppointmentRow) -> Party:
    """Who it is for, and who booked it."""
    return opened(office.vault, row.sealed)


def fields_of(office: Office, row: AppointmentRow) -> dict[str, Any]:
    """What a message about it names."""
    language = negotiate(row.language)
    item = item_of(office, row)
    return {
        "when": office.when(row.starts_at, language),
        "item": item.name,
        "code": row.code,
        "zone": office.hall.zones[office.hall.lines[row.line_id].zone_id].name,
        "link": office.link(row.code),
    }


async def _tell(
    tx: AsyncConnection, office: Office, row: AppointmentRow, party: Party, told: Told, event: str, **more: Any
) -> None:
    """Tell what happened, and remind of what stands now; earlier reminders are withdrawn."""
    if row.moves or event == "cancelled":
        await messages.withdraw(tx, f"appointment:{row.id}:remind:", office.now)
    fields, to = fields_of(office, row), party.contact
    letters = [wording.letter(office, f"appointment:{row.id}:{event}", to, told, row.language, **fields, **more)]
    if event != "cancelled":
        letters += wording.reminders(office, row.id, row.moves, to, row.language, row.starts_at, **fields)
    await messages.post_all(tx, office.vault, letters, office.now)
