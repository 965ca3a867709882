"""The waiting list (候补): whoever found a day full is offered freed places in order, each with a time to accept.

An offer is a hold: the place cannot go to anybody else meanwhile. When it runs out, the next one is asked. What is
freed at night is held at once, and told in the morning; then the time to accept begins.
"""

import secrets
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import BigInteger, Row, bindparam, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import messages
from ..core.clock import local
from ..core.db import violated
from ..core.errors import BookingRefused, Invalid, NotFound
from ..core.i18n import N_, day_text, negotiate
from ..core.types import Moment
from ..queue.facts import ItemFacts
from ..queue.told import Told
from . import appointments, holds, records, slots, wording
from .office import Office
from .people import FORGOTTEN, Party, columns, opened
from .rules import Bar, refuse_barred
from .state import Channel, WaitingStatus
from .tables import Hold, Slot, Waiting

WaitingRow = Row[Any]
MOST_ASKED = 200
LINK = "waiting"

_NOW = bindparam("now", type_=Moment)
_INSERT = insert(Waiting)
_FIND = select(*Waiting.__table__.columns, Hold.key.label("hold"), Hold.slot_id, Hold.expires_at).join(
    Hold, Hold.id == Waiting.hold_id, isouter=True
)
_BY_KEY = _FIND.where(Waiting.key == bindparam("key"))
_AHEAD = select(func.count()).where(
    Waiting.line_id == bindparam("line"),
    Waiting.day == bindparam("day"),
    Waiting.status == WaitingStatus.WAITING,
    Waiting.id < bindparam("before"),
)
_FREED = (
    select(*slots.COLUMNS)
    .where(
        Slot.id.in_(bindparam("slots", expanding=True)),
        ~Slot.closed,
        Slot.booked + Slot.held < Slot.capacity,
        Slot.starts_at > _NOW,
    )
    .order_by(Slot.id)
    .with_for_update(key_share=True)
)
_OPEN = select(Slot.id).where(
    Slot.hall_id == bindparam("hall"),
    ~Slot.closed,
    Slot.booked + Slot.held < Slot.capacity,
    Slot.starts_at > _NOW,
    select(Waiting.id)
    .where(Waiting.line_id == Slot.line_id, Waiting.day == Slot.day, Waiting.status == WaitingStatus.WAITING)
    .exists(),
)
_NEXT = (
    select(*Waiting.__table__.columns)
    .where(
        Waiting.status == WaitingStatus.WAITING,
        Waiting.line_id.in_(bindparam("lines", expanding=True)),
        Waiting.day.in_(bindparam("days", expanding=True)),
        Waiting.since <= bindparam("latest"),
        Waiting.until > bindparam("earliest"),
        Waiting.channel.in_(bindparam("channels", expanding=True)),
    )
    .order_by(Waiting.id)
    .limit(MOST_ASKED)
    .with_for_update(skip_locked=True)
)
_HOLD = insert(Hold)
_OFFER = (
    update(Waiting)
    .where(Waiting.id == bindparam("entry"), Waiting.status == WaitingStatus.WAITING)
    .values(
        status=WaitingStatus.OFFERED, hold_id=select(Hold.id).where(Hold.key == bindparam("held")).scalar_subquery()
    )
)
_END = (
    update(Waiting)
    .where(Waiting.id == bindparam("entry"), Waiting.status == bindparam("was"))
    .values(status=bindparam("becomes"), ended_at=_NOW)
    .returning(Waiting.id)
)
_LAPSE = (
    update(Waiting)
    .where(Waiting.hold_id.in_(bindparam("held", expanding=True)), Waiting.status == WaitingStatus.OFFERED)
    .values(status=WaitingStatus.LAPSED, ended_at=_NOW)
    .returning(*Waiting.__table__.columns)
)
_SHUT = (
    update(Waiting)
    .where(
        Waiting.hall_id == bindparam("hall"),
        Waiting.day == bindparam("on"),
        or_(bindparam("line", type_=BigInteger).is_(None), Waiting.line_id == bindparam("line", type_=BigInteger)),
        Waiting.ended_at.is_(None),
    )
    .values(status=WaitingStatus.LAPSED, ended_at=_NOW)
    .returning(*Waiting.__table__.columns)
)
_OVER = (
    update(Waiting)
    .where(
        Waiting.hall_id == bindparam("hall"), Waiting.status == WaitingStatus.WAITING, Waiting.day < bindparam("today")
    )
    .values(status=WaitingStatus.LAPSED, ended_at=_NOW)
)
_FORGET = (
    update(Waiting)
    .where(Waiting.hall_id == bindparam("hall"), Waiting.day < bindparam("before"), Waiting.sealed.is_not(None))
    .where(Waiting.ended_at.is_not(None))
    .values(FORGOTTEN)
)


async def join(
    tx: AsyncConnection,
    office: Office,
    item: ItemFacts,
    day: date,
    channel: Channel,
    party: Party,
    need: str,
    language: str,
    since: time = time.min,
    until: time = time.max,
) -> str:
    """Wait for a place of an item's line on a day, between two local times; gives the key of the entry.

    Raises Invalid for times turned round, BookingRefused for a day that is not open or for waiting twice, Forbidden for
    somebody who is barred.
    """
    if since >= until:
        raise Invalid(N_("候补的结束时间应晚于开始时间"), code="since_after_until")
    if not office.today <= day <= office.last_day:
        raise BookingRefused(
            N_("该日尚未开放预约，可预约{days}个工作日内的时段"), code="not_open_yet", days=office.rules.days_ahead
        )
    if not office.hall.spells_on(day, item.line_id):
        raise BookingRefused(N_("该日不办理此事项，请另选日期"), code="day_closed")
    values = columns(office.vault, party, need, language)
    record = await records.lock(tx, office.hall.id, values["person"])
    if channel is Channel.ONLINE and records.barred(record, office.now):
        until_text = office.when(record.barred_until, negotiate(language))
        raise refuse_barred(Bar(record.barred_for), until_text, office.rules)
    key = secrets.token_urlsafe(16)
    values |= {
        "key": key,
        "hall_id": office.hall.id,
        "line_id": item.line_id,
        "item_id": item.id,
        "day": day,
        "since": since,
        "until": until,
        "channel": channel,
        "at": office.now,
    }
    try:
        await tx.execute(_INSERT, values)
    except IntegrityError as error:
        if violated(error) == "uq_waiting_person":
            raise BookingRefused(N_("您已在候补名单中，有空位会短信通知您"), code="waiting_already") from error
        raise
    made = await find(tx, key)
    letter = _letter(
        office, made, "joined", Told.WAITING_JOINED, day=day_text(day, negotiate(language)), link=_link(office, key)
    )
    await messages.post_all(tx, office.vault, [letter], office.now)
    return key


async def find(connection: AsyncConnection, key: str) -> Any:
    """An entry by its key, with the hold of its offer (``hold``, ``slot_id``, ``expires_at``). Raises NotFound."""
    row: Any = (await connection.execute(_BY_KEY, {"key": key})).one_or_none()
    if row is None:
        raise NotFound(N_("没有找到这条候补登记"), code="unknown_waiting")
    return row


async def ahead(connection: AsyncConnection, row: WaitingRow) -> int:
    """How many wait before this entry."""
    asked = {"line": row.line_id, "day": row.day, "before": row.id}
    return int((await connection.execute(_AHEAD, asked)).scalar_one())


async def offer(tx: AsyncConnection, office: Office, freed: Collection[int]) -> int:
    """Offer what is free in these slots to whoever waits for it, in order; how many offers were made."""
    if not freed:
        return 0
    free = (await tx.execute(_FREED, {"slots": list(freed), "now": office.now})).all()
    if not free:
        return 0
    begins: list[Any] = [_begins(office, slot) for slot in free]
    where = {"lines": list({slot.line_id for slot in free}), "days": list({slot.day for slot in free})}
    # Else those whom none suits would fill the look.
    where |= {"earliest": min(begins), "latest": max(begins), "channels": _through(free)}
    made = list(_matched(office, free, (await tx.execute(_NEXT, where)).all()))
    if not made:
        return 0
    keys = [holds.new_key(office.hall.id) for _ in made]
    held = [
        {
            "key": key,
            "hall_id": office.hall.id,
            "slot_id": slot.id,
            "item_id": entry.item_id,
            "channel": entry.channel,
            "at": office.now,
            "expires_at": expires,
        }
        for key, (entry, slot, expires) in zip(keys, made, strict=True)
    ]
    await tx.execute(_HOLD, held)
    offers = [{"entry": entry.id, "held": key} for key, (entry, _, _) in zip(keys, made, strict=True)]
    await tx.execute(_OFFER, offers)
    letters = [_offered(office, entry, slot, expires) for entry, slot, expires in made]
    await messages.post_all(tx, office.vault, letters, office.now)
    return len(made)


def _matched(
    office: Office, free: Sequence[slots.SlotRow], entries: Sequence[WaitingRow]
) -> Sequence[tuple[WaitingRow, slots.SlotRow, datetime]]:
    """Who gets which place: everybody in order the first that suits him, as long as there are some.

    Offers are told in the morning: what begins before is offered to nobody.
    """
    told = wording.not_at_night(office)
    left: dict[tuple[int, str], int] = {}
    whole = {slot.id: slot.capacity - slot.booked - slot.held for slot in free}
    made = []
    for entry in entries:
        for slot in free:
            through = slots.places(slot, Channel(entry.channel)).free - left.get((slot.id, entry.channel), 0)
            suits = slot.line_id == entry.line_id and slot.day == entry.day
            suits = suits and told < slot.starts_at and entry.since <= _begins(office, slot) < entry.until
            if suits and through > 0 and whole[slot.id] > 0:
                whole[slot.id] -= 1
                left[slot.id, entry.channel] = left.get((slot.id, entry.channel), 0) + 1
                expires = told + timedelta(minutes=office.rules.offer_minutes)
                made.append((entry, slot, min(expires, slot.starts_at)))
                break
    return made


def _through(free: Sequence[slots.SlotRow]) -> list[Channel]:
    """Channels through which one of these slots can be had."""
    return [channel for channel in Channel if any(slots.places(slot, channel).free for slot in free)]


def _begins(office: Office, slot: slots.SlotRow) -> time:
    return local(slot.starts_at, office.hall.timezone).time()


def _offered(office: Office, entry: WaitingRow, slot: slots.SlotRow, expires: datetime) -> messages.Letter:
    return _letter(
        office,
        entry,
        "offered",
        Told.WAITING_OFFERED,
        wording.not_at_night(office),
        ends=expires,
        when=office.when(slot.starts_at, negotiate(entry.language)),
        until=f"{local(expires, office.hall.timezone):%H:%M}",
        link=_link(office, entry.key),
    )


def _letter(
    office: Office, entry: WaitingRow, what: str, told: Told, due: datetime | None = None, **fields: Any
) -> messages.Letter:
    """What somebody who waits is told: about his item, and with these fields."""
    to, item = opened(office.vault, entry.sealed).contact, office.hall.items_by_id[entry.item_id].name
    event = f"waiting:{entry.id}:{what}"
    return wording.letter(office, event, to, told, entry.language, due, item=item, **fields)


def _link(office: Office, key: str) -> str:
    return f"{office.root}/book/waiting/{key}"


async def accept(tx: AsyncConnection, office: Office, row: WaitingRow) -> appointments.AppointmentRow:
    """Take what was offered: the hold becomes an appointment. Raises BookingRefused when the offer is over."""
    if row.status != WaitingStatus.OFFERED:
        raise BookingRefused(N_("现在没有为您保留的空位"), code="nothing_offered")
    made = await appointments.confirm(
        tx, office, row.hold, opened(office.vault, row.sealed), row.need, row.language, proven=False
    )
    await _end(tx, office, row, WaitingStatus.TAKEN)
    return made


async def leave(tx: AsyncConnection, office: Office, row: WaitingRow) -> int | None:
    """Wait no more; gives the slot whose place is free again, if one was offered. Raises BookingRefused."""
    freed = await holds.release(tx, row.hold) if row.status == WaitingStatus.OFFERED else None
    ends = WaitingStatus.LAPSED if row.status == WaitingStatus.OFFERED else WaitingStatus.WITHDRAWN
    await _end(tx, office, row, ends)
    return freed


async def _end(tx: AsyncConnection, office: Office, row: WaitingRow, becomes: WaitingStatus) -> None:
    asked = {"entry": row.id, "was": row.status, "becomes": becomes, "now": office.now}
    if row.ended_at is not None or (await tx.execute(_END, asked)).first() is None:
        raise BookingRefused(N_("这条候补登记已结束"), code="waiting_over")
    await messages.withdraw(tx, f"waiting:{row.id}:", office.now)


async def offer_all(tx: AsyncConnection, office: Office) -> int:
    """Offer whatever is free and waited for, also where a slot grew or opened again; how many offers were made."""
    found = (await tx.execute(_OPEN, {"hall": office.hall.id, "now": office.now})).scalars()
    return await offer(tx, office, list(found))


async def run_out(tx: AsyncConnection, office: Office, slot_id: int | None = None) -> int:
    """End the holds that ran out, in the hall or in one slot; whoever waits is offered the places. How many ended."""
    expired = await holds.expire(tx, office, slot_id)
    if expired:
        await _lapse(tx, office, expired)
        await offer(tx, office, {row.slot_id for row in expired})
    return len(expired)


async def _lapse(tx: AsyncConnection, office: Office, expired: Sequence[Row[Any]]) -> None:
    """Whose offers ran out is told so."""
    rows = (await tx.execute(_LAPSE, {"held": [row.id for row in expired], "now": office.now})).all()
    morning = wording.not_at_night(office)
    letters = [_letter(office, row, "lapsed", Told.WAITING_LAPSED, morning) for row in rows]
    await messages.post_all(tx, office.vault, letters, office.now)


async def shut(tx: AsyncConnection, office: Office, day: date, line_id: int | None, reason: wording.Reason) -> int:
    """Whoever waits for a day that the hall closes waits no more, and is told. How many there were."""
    asked = {"hall": office.hall.id, "on": day, "line": line_id, "now": office.now}
    rows = (await tx.execute(_SHUT, asked)).all()
    letters = [
        _letter(
            office,
            row,
            "closed",
            Told.WAITING_CLOSED,
            day=day_text(day, negotiate(row.language)),
            reason=reason.to(row.language),
        )
        for row in rows
    ]
    await messages.withdraw_all(tx, [f"waiting:{row.id}:" for row in rows], office.now)
    await messages.post_all(tx, office.vault, letters, office.now)
    return len(rows)


async def close(tx: AsyncConnection, office: Office) -> None:
    """Entries of days that are over end."""
    await tx.execute(_OVER, {"hall": office.hall.id, "today": office.today, "now": office.now})


async def forget(tx: AsyncConnection, hall_id: int, before: date) -> int:
    """Wipe who waited on days before then; how many there were."""
    return (await tx.execute(_FORGET, {"hall": hall_id, "before": before})).rowcount
