"""Holding a place for a few minutes while somebody says who he is. Reloading does not prolong it."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, bindparam, delete, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import messages
from ..core.db import violated
from ..core.errors import BookingRefused, Invalid, Problem, SlotFull, TooMany
from ..core.gateways import Channel as By
from ..core.i18n import N_, Language
from ..core.privacy import phone_number
from ..core.types import Moment
from ..queue.facts import ItemFacts
from . import slots, wording
from .office import Office
from .state import Channel, HoldState
from .tables import Hold, Slot, Waiting

MOST_CODES: Final = 3
MOST_TRIES: Final = 5
CODE_DIGITS: Final = 6
MOST_TEXTS: Final = 6
"""Codes that go to one phone in an hour, whoever asks for them: it may belong to somebody else."""
_HALL_BYTES: Final = 4
_GONE = N_("保留时间已过，请重新选择时段")
_NOW = bindparam("now", type_=Moment)
_OWN = ("key", "item_id", "channel", "expires_at")


def _take(channel: Channel) -> Any:
    """Insert the hold if the slot is of the item's line, open, in time and has room; its counts follow by trigger."""
    taken, cap = slots.CAPS[channel]
    columns = Hold.__table__.c
    own = [bindparam(name, type_=columns[name].type) for name in _OWN]
    source = select(
        Slot.hall_id, Slot.id, literal(HoldState.HELD.value), _NOW, literal(0), literal(0), literal(False), *own
    ).where(
        Slot.id == bindparam("slot"),
        Slot.hall_id == bindparam("hall"),
        Slot.line_id == bindparam("line"),
        Slot.starts_at >= bindparam("earliest", type_=Moment),
        Slot.day <= bindparam("last"),
        ~Slot.closed,
        Slot.booked + Slot.held < Slot.capacity,
        taken < cap,
    )
    into = ["hall_id", "slot_id", "state", "at", "codes_sent", "tries", "verified", *_OWN]
    return insert(Hold).from_select(into, source).returning(Hold.id)


_TAKE = {channel: _take(channel) for channel in Channel}
_LIVE = (Hold.key == bindparam("hold"), Hold.state == HoldState.HELD)
_FIND = select(*Hold.__table__.columns).where(Hold.key == bindparam("hold"))
_FIND_LOCKED = _FIND.with_for_update(key_share=True)
_RELEASE = update(Hold).where(*_LIVE).values(state=HoldState.RELEASED).returning(Hold.id, Hold.slot_id)
_DUE = select(Hold.id, Hold.slot_id).where(
    Hold.hall_id == bindparam("hall"), Hold.state == HoldState.HELD, Hold.expires_at <= _NOW
)
_DUE_IN = _DUE.where(Hold.slot_id == bindparam("slot"))
_ENDING, _ENDING_IN = (due.with_for_update(skip_locked=True) for due in (_DUE, _DUE_IN))
_EXPIRE = (
    update(Hold)
    .where(Hold.id.in_(bindparam("ended", expanding=True)))
    .values(state=HoldState.EXPIRED)
    .returning(Hold.id, Hold.slot_id)
)
_CODE = (
    update(Hold)
    .where(*_LIVE, Hold.expires_at > _NOW, Hold.codes_sent < MOST_CODES)
    .values(
        phone_index=bindparam("phone"),
        code_index=bindparam("code"),
        codes_sent=Hold.codes_sent + 1,
        tries=0,
        verified=False,
    )
    .returning(Hold.id, Hold.codes_sent)
)
_TEXTS = select(func.coalesce(func.sum(Hold.codes_sent), 0)).where(
    Hold.phone_index == bindparam("phone"), Hold.at > bindparam("since", type_=Moment)
)
_TRY = (
    update(Hold)
    .where(*_LIVE, Hold.expires_at > _NOW, Hold.tries < MOST_TRIES)
    .values(tries=Hold.tries + 1, verified=func.coalesce(Hold.code_index == bindparam("code"), False))
    .returning(Hold.verified)
)


_HELD_IN = (
    select(Hold.id)
    .where(Hold.slot_id.in_(bindparam("slots", expanding=True)), Hold.state == HoldState.HELD)
    .order_by(Hold.id)
    .with_for_update()
)
_END_IN = (
    update(Hold)
    .where(Hold.slot_id.in_(bindparam("slots", expanding=True)), Hold.state == HoldState.HELD)
    .values(state=HoldState.RELEASED)
    .returning(Hold.id, Hold.slot_id)
)
_FORGET = delete(Hold).where(
    Hold.hall_id == bindparam("hall"),
    Hold.state != HoldState.HELD,
    Hold.at < bindparam("before", type_=Moment),
    Hold.id.not_in(select(Waiting.hold_id).where(Waiting.hold_id.is_not(None))),
)


class Held(NamedTuple):
    """A place kept until ``expires_at``."""

    key: str
    slot_id: int
    expires_at: datetime


def new_key(hall_id: int) -> str:
    """A secret key of 22 signs; it names its hall, so that nobody looks it up to know whose rules apply."""
    return urlsafe_b64encode(hall_id.to_bytes(_HALL_BYTES) + secrets.token_bytes(16 - _HALL_BYTES)).decode().rstrip("=")


def hall_in(key: str) -> int:
    """The hall that a key names; whether there is such a hold is not said. Raises BookingRefused for what is no key."""
    try:
        return int.from_bytes(urlsafe_b64decode(f"{key}==")[:_HALL_BYTES])
    except ValueError:
        raise over(None) from None


async def hold(tx: AsyncConnection, office: Office, item: ItemFacts, slot_id: int, channel: Channel) -> Held:
    """Keep a place of a slot. Raises SlotFull, NotFound for an unknown slot, BookingRefused for one out of bounds."""
    key = new_key(office.hall.id)
    expires = office.now + timedelta(minutes=office.rules.hold_minutes)
    asked = {
        "key": key,
        "slot": slot_id,
        "hall": office.hall.id,
        "line": item.line_id,
        "item_id": item.id,
        "channel": channel,
        "now": office.now,
        "expires_at": expires,
        "earliest": office.rules.earliest(channel, office.now),
        "last": office.last_day,
    }
    try:
        if (await tx.execute(_TAKE[channel], asked)).first() is None:
            raise await why_not(tx, office, item, slot_id, channel)
    except IntegrityError as error:
        if violated(error) in _FULL:  # the last place went while we looked
            raise SlotFull from error
        raise
    return Held(key, slot_id, expires)


_FULL = {f"ck_slot_{name}" for name in ("not_oversold", "online_capped", "phone_capped", "onsite_capped")}


def is_full(error: IntegrityError) -> bool:
    """Whether a statement was refused because it would have oversold a slot."""
    return violated(error) in _FULL


async def why_not(tx: AsyncConnection, office: Office, item: ItemFacts, slot_id: int, channel: Channel) -> Problem:
    """Why a slot cannot be taken now. Raises NotFound for one that this hall does not have."""
    slot = await slots.find(tx, office.hall.id, slot_id)
    if slot.line_id != item.line_id:
        return Invalid(N_("该时段不办理此事项，请重新选择"), code="foreign_slot")
    if slot.closed:
        return slots.closed()
    if slot.starts_at <= office.now:
        return BookingRefused(N_("该时段已过，请另选时间"), code="slot_past")
    if slot.starts_at < office.rules.earliest(channel, office.now):
        return BookingRefused(
            N_("须提前{minutes}分钟预约，请另选时间"), code="too_late_to_book", minutes=office.rules.notice_minutes
        )
    if slot.day > office.last_day:
        return BookingRefused(
            N_("该日尚未开放预约，可预约{days}个工作日内的时段"), code="not_open_yet", days=office.rules.days_ahead
        )
    if slots.places(slot, channel).why == "channel":
        return SlotFull(N_("该时段此渠道的名额已约满，请另选时间"), code="channel_full")
    return SlotFull()


async def find(connection: AsyncConnection, office: Office, key: str, *, lock: bool = False) -> Row[Any]:
    """A hold that still runs. Raises BookingRefused ``hold_over`` for one that ran out, was used or never was."""
    row = (await connection.execute(_FIND_LOCKED if lock else _FIND, {"hold": key})).first()
    if row is None or row.hall_id != office.hall.id or row.state != HoldState.HELD or row.expires_at <= office.now:
        raise over(row)
    return row


async def known(connection: AsyncConnection, office: Office, key: str) -> Row[Any] | None:
    """A hold of this hall, whatever became of it."""
    row = (await connection.execute(_FIND, {"hold": key})).first()
    return row if row is not None and row.hall_id == office.hall.id else None


async def end(tx: AsyncConnection, found: Sequence[int]) -> Sequence[Row[Any]]:
    """Give back what is held in these slots, which the hall closes: rows of hold ``id`` and ``slot_id``."""
    await tx.execute(_HELD_IN, {"slots": list(found)})
    await slots.lock(tx, found)
    return list(await tx.execute(_END_IN, {"slots": list(found)}))


async def running(connection: AsyncConnection, office: Office, key: str, *, lock: bool = False) -> Row[Any] | None:
    """A hold that still runs, or None; ``lock``: nobody else ends it meanwhile."""
    try:
        return await find(connection, office, key, lock=lock)
    except BookingRefused:
        return None


async def mine(connection: AsyncConnection, office: Office, key: str) -> int | None:
    """The slot of which somebody's own hold keeps a place, or None."""
    row = await running(connection, office, key)
    return None if row is None else int(row.slot_id)


def over(row: Row[Any] | None) -> BookingRefused:
    """What whoever comes with a hold that does not run reads."""
    if row is not None and row.state == HoldState.CONFIRMED:
        return BookingRefused(N_("该时段已预约成功，请勿重复提交"), code="hold_used")
    return BookingRefused(_GONE, code="hold_over")


async def release(tx: AsyncConnection, key: str) -> int | None:
    """Give a place back; the slot's id, or None when it was not held any more."""
    row = (await tx.execute(_RELEASE, {"hold": key})).first()
    return None if row is None else int(row.slot_id)


async def due(connection: AsyncConnection, office: Office, slot_id: int) -> bool:
    """Whether a hold of this slot has run out, and nobody has swept it yet."""
    asked = {"hall": office.hall.id, "now": office.now, "slot": slot_id}
    return (await connection.execute(_DUE_IN, asked)).first() is not None


async def expire(tx: AsyncConnection, office: Office, slot_id: int | None = None) -> Sequence[Row[Any]]:
    """End what has run out in the hall or in one slot: rows of hold ``id`` and ``slot_id``.

    First the holds, as by everybody, but without waiting for one that somebody else is about to end; then the slots.
    """
    asked = {"hall": office.hall.id, "now": office.now, "slot": slot_id}
    ended = (await tx.execute(_ENDING if slot_id is None else _ENDING_IN, asked)).all()
    if not ended:
        return []
    await slots.lock(tx, {row.slot_id for row in ended})
    return list(await tx.execute(_EXPIRE, {"ended": [row.id for row in ended]}))


def new_code() -> str:
    """A code to send to a phone."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def typed_code(text: str) -> str:
    """A code as somebody typed it, without its blanks. Raises Invalid for what can be none."""
    number = "".join(text.split())
    if not (number.isascii() and number.isdigit() and len(number) == CODE_DIGITS):
        raise Invalid(N_("请填写短信里的{digits}位数字验证码"), code="code_needed", digits=CODE_DIGITS)
    return number


async def send_code(tx: AsyncConnection, office: Office, key: str, phone: str, language: Language) -> None:
    """Send a code to the phone of whoever holds a place (验证码), so that nobody books in another's name.

    Raises BookingRefused when the hold is over, TooMany after `MOST_CODES` or `MOST_TEXTS`, Invalid for a wrong number.
    """
    phone = phone_number(phone)
    number = new_code()
    asked = {
        "hold": key,
        "now": office.now,
        "phone": office.vault.index("phone", phone),
        "code": office.vault.index("code", f"{key}:{number}"),
    }
    lately = {"phone": asked["phone"], "since": office.now - timedelta(hours=1)}
    if (await tx.execute(_TEXTS, lately)).scalar_one() >= MOST_TEXTS:
        raise TooMany(N_("这个手机收到的验证码过多，请一小时后再试，或电话预约"), code="too_many_texts")
    row = (await tx.execute(_CODE, asked)).first()
    if row is None:
        await find(tx, office, key)
        raise TooMany(N_("验证码发送次数过多，请重新选择时段"), code="too_many_codes")
    await messages.post(
        tx,
        office.vault,
        hall_id=office.hall.id,
        event=f"hold:{row.id}:code:{row.codes_sent}",
        channel=By.SMS,
        to=phone,
        text=wording.code_text(office, number, language),
        language=language,
        now=office.now,
        until=office.now + timedelta(minutes=office.rules.hold_minutes),
    )


async def verify(tx: AsyncConnection, office: Office, key: str, number: str) -> bool:
    """Whether this is the code that was sent; a wrong one counts as a try, so the caller must commit.

    Raises BookingRefused when the hold is over, TooMany after `MOST_TRIES`.
    """
    asked = {"hold": key, "now": office.now, "code": office.vault.index("code", f"{key}:{number.strip()}")}
    row = (await tx.execute(_TRY, asked)).first()
    if row is None:
        await find(tx, office, key)
        raise TooMany(N_("验证码输错次数过多，请重新获取"), code="too_many_tries")
    return bool(row.verified)


async def forget(tx: AsyncConnection, hall_id: int, before: datetime) -> int:
    """Drop what ended before then and no offer tells of; how many there were."""
    return (await tx.execute(_FORGET, {"hall": hall_id, "before": before})).rowcount
