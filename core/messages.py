"""The outbox: what the house has to tell people, as rows written in the transaction of what they tell about.

One event is told once, whoever posts it and how often. `claim` takes what is due on a lease, and every try of a message
carries the same key to the gateway: whether a worker died before or after handing it over, the repeat is recognised
there. What has not gone out at its ``until`` is given up; staff see why and may send it again. Recipient and content
are sealed, and wiped when the hall's days are over (R61).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from sqlalchemy import (
    bindparam,
    case,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from .clock import micros
from .errors import Conflict, NotFound
from .gateways import Channel, Fault, Outgoing
from .i18n import N_, Language
from .message import Message, State
from .privacy import Vault, mask_phone
from .types import Moment

LEASE: Final = timedelta(minutes=2)
"""Well above `gateways.SEND_SECONDS`: nobody claims again what is still being sent."""
KEPT_TRYING: Final = timedelta(days=1)
"""How long after it is due a message is still worth sending, unless whoever posts it knows better."""
PAUSES: Final = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=4),
)
JITTER: Final = 0.2


class Letter(NamedTuple):
    """Something to tell somebody: a phone number or an address, and the text in his language.

    ``event`` is ASCII. ``due``: not before then (else now); ``until``: of no use afterwards (else a day after ``due``).
    What is too late already fails as such, and hinders nobody's work.
    """

    hall_id: int
    event: str
    channel: Channel
    to: str
    text: str
    language: Language
    subject: str = ""
    due: datetime | None = None
    until: datetime | None = None


class Claimed(NamedTuple):
    """A message that this worker sends now; ``claimed_at`` tells its claim from earlier ones."""

    id: int
    event: str
    channel: str
    recipient: bytes
    content: bytes
    language: str
    tries: int
    at: datetime
    until: datetime
    claimed_at: datetime


_MESSAGE = Message.__table__
_NOW = bindparam("now", type_=Moment)
# Written out: a partial index serves only statements that say its condition themselves.
_PENDING = Message.state.in_([literal_column(f"'{state}'") for state in (State.QUEUED, State.SENDING)])
_POST: Final = {
    dialect.dialect.name: dialect.insert(_MESSAGE).on_conflict_do_nothing(index_elements=["event"])
    for dialect in (sqlite, postgresql)
}
_WITHDRAW = (
    update(Message)
    .where(Message.event >= bindparam("first"), Message.event < bindparam("after"), _PENDING)
    .values(state=State.WITHDRAWN, ended_at=_NOW)
)
# Channel by channel along the index: tomorrow's reminders are not looked through every other second.
_ALL_CHANNELS = Message.channel.in_([literal_column(f"'{channel}'") for channel in Channel])
_DUE = select(Message.channel).where(_ALL_CHANNELS, _PENDING, Message.try_at <= _NOW, Message.until > _NOW).distinct()
# Kept apart from the UPDATE, so that it is read and locked once, whatever way the planner goes.
_HEADS = (
    select(Message.id)
    .where(Message.channel == bindparam("of"), _PENDING, Message.try_at <= _NOW, Message.until > _NOW)
    .order_by(Message.try_at, Message.id)
    .limit(bindparam("room"))
    .with_for_update(skip_locked=True)
    .cte("heads")
)
_CLAIM = (
    update(Message)
    .where(Message.id.in_(select(_HEADS.c.id)))
    .values(state=State.SENDING, claimed_at=_NOW, try_at=bindparam("lapses", type_=Moment), tries=Message.tries + 1)
    .returning(*(_MESSAGE.c[name] for name in Claimed._fields))
)
_MINE = (Message.id == bindparam("message"), Message.claimed_at == bindparam("claim", type_=Moment))
_SENT = (
    update(Message)
    # Withdrawn while it was on its way: it went out all the same, and that is what is written down.
    .where(*_MINE, Message.state.in_((State.SENDING, State.WITHDRAWN)))
    .values(state=State.SENT, ended_at=_NOW, fault="", gateway_ref=bindparam("ref"))
    .returning(Message.id)
)
_FAILED = (
    update(Message)
    .where(*_MINE, Message.state == State.SENDING)
    .values(state=State.FAILED, ended_at=_NOW, fault=bindparam("why"))
    .returning(Message.id)
)
_AGAIN = (
    update(Message)
    .where(*_MINE, Message.state == State.SENDING)
    .values(state=State.QUEUED, try_at=bindparam("next", type_=Moment), fault=bindparam("why"))
    .returning(Message.id)
)
_GIVE_UP = (
    update(Message)
    .where(_ALL_CHANNELS, _PENDING, Message.try_at <= _NOW, Message.until <= _NOW)
    .values(state=State.FAILED, ended_at=_NOW, fault=case((Message.fault == "", Fault.TOO_LATE), else_=Message.fault))
)
_WAITING = (
    select(Message.channel, func.count().label("number"), func.min(Message.due_at, type_=Moment).label("since"))
    .where(_ALL_CHANNELS, _PENDING, Message.due_at <= _NOW, Message.try_at <= bindparam("soon", type_=Moment))
    .group_by(Message.channel)
)
_FORGET = (
    update(Message)
    .where(
        Message.hall_id == bindparam("hall"),
        Message.ended_at < bindparam("before", type_=Moment),
        Message.recipient.is_not(None),
    )
    .values(recipient=None, content=None)
)
_FIND = select(Message.hall_id, Message.event, Message.state, Message.recipient).where(
    Message.id == bindparam("message")
)
_RETRY = (
    update(Message)
    .where(Message.id == bindparam("message"), Message.state == State.FAILED, Message.recipient.is_not(None))
    .values(
        state=State.QUEUED,
        tries=0,
        try_at=_NOW,
        until=bindparam("last", type_=Moment),
        claimed_at=None,
        ended_at=None,
        fault="",
    )
    .returning(Message.id)
)
_LISTED = (
    select(*(_MESSAGE.c[name] for name in ("id", "event", "channel", "recipient", "language", "state", "tries")))
    .add_columns(Message.at, Message.due_at, Message.try_at, Message.ended_at, Message.fault)
    .where(
        Message.hall_id == bindparam("hall"),
        Message.state.in_(bindparam("states", expanding=True)),
        Message.id < bindparam("below"),
    )
    .order_by(Message.id.desc())
    .limit(bindparam("limit"))
)


async def post(
    tx: AsyncConnection,
    vault: Vault,
    *,
    hall_id: int,
    event: str,
    channel: Channel,
    to: str,
    text: str,
    language: Language,
    now: datetime,
    subject: str = "",
    due: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """Write a message in the caller's transaction; what was posted about ``event`` before stays as it is.

    Once it is committed, `outbox.Outbox.wake` sends it without delay.
    """
    await post_all(tx, vault, [Letter(hall_id, event, channel, to, text, language, subject, due, until)], now)


async def post_all(tx: AsyncConnection, vault: Vault, letters: Sequence[Letter], now: datetime) -> None:
    """`post` for many at once, of any halls."""
    if letters:
        # By event, so that two who tell of the same things wait for each other in one order.
        rows = [_row(vault, letter, now) for letter in sorted(letters, key=lambda letter: letter.event)]
        await tx.execute(_POST[tx.dialect.name], rows)


def _row(vault: Vault, letter: Letter, now: datetime) -> dict[str, Any]:
    due = letter.due or now
    return {
        "hall_id": letter.hall_id,
        "event": letter.event,
        "channel": letter.channel,
        "recipient": vault.seal(letter.to),
        "content": vault.seal(msgspec.json.encode((letter.subject, letter.text)).decode()),
        "language": letter.language,
        "state": State.QUEUED,
        "tries": 0,
        "at": now,
        "due_at": due,
        "try_at": due,
        "until": letter.until or due + KEPT_TRYING,
        "fault": "",
        "gateway_ref": "",
    }


async def withdraw(tx: AsyncConnection, about: str, now: datetime) -> int:
    """Send nothing more of the events that begin with ``about``, such as ``appointment:17:``; how many there were.

    What is on its way to the gateway at this moment may arrive all the same.
    """
    return (await tx.execute(_WITHDRAW, _about(about, now))).rowcount


async def withdraw_all(tx: AsyncConnection, abouts: Sequence[str], now: datetime) -> None:
    """`withdraw` for many at once."""
    if abouts:
        await tx.execute(_WITHDRAW, [_about(about, now) for about in abouts])


def _about(about: str, now: datetime) -> dict[str, Any]:
    if not about.endswith(":"):
        raise ValueError("appointment:1 would be appointment:17 too")
    return {"first": about, "after": about[:-1] + ";", "now": now}


async def forget(tx: AsyncConnection, hall_id: int, before: datetime) -> int:
    """Wipe recipient and content of what ended before then; how many there were. That it was sent stays known."""
    return (await tx.execute(_FORGET, {"hall": hall_id, "before": before})).rowcount


async def due(connection: AsyncConnection, now: datetime) -> list[Channel]:
    """Channels on which something may be sent now."""
    return [Channel(row.channel) for row in await connection.execute(_DUE, {"now": now})]


async def claim(tx: AsyncConnection, channel: Channel, room: int, now: datetime) -> list[Claimed]:
    """Take up to ``room`` messages that are due; other workers get others."""
    rows = await tx.execute(_CLAIM, {"of": channel, "room": room, "now": now, "lapses": now + LEASE})
    return [Claimed(*row) for row in rows]


def opened(vault: Vault, claimed: Claimed) -> Outgoing:
    """What the gateway is given. Raises cryptography's InvalidTag."""
    subject, text = msgspec.json.decode(vault.open(claimed.content), type=tuple[str, str])
    key = f"{claimed.id}-{micros(claimed.at):x}"  # ids begin anew with a new database, moments do not
    return Outgoing(key, claimed.event, vault.open(claimed.recipient), subject, text, claimed.language, claimed.at)


def next_try(claimed: Claimed, now: datetime, luck: float) -> datetime:
    """When to try again after the message's ``tries``-th failure. ``luck`` from 0 to 1 spreads what failed together.

    Never later than its end: then `give_up` finds it there.
    """
    pause = PAUSES[min(claimed.tries, len(PAUSES)) - 1]
    return min(now + pause * (1 - JITTER * luck), claimed.until)


async def sent(tx: AsyncConnection, claimed: Claimed, ref: str, now: datetime) -> bool:
    """The gateway has it. False when another worker's claim has taken its place, and then nothing changes."""
    return await _ended(tx, _SENT, claimed, {"ref": ref, "now": now})


async def failed(tx: AsyncConnection, claimed: Claimed, fault: Fault, now: datetime) -> bool:
    """It never goes out. False as with `sent`, or when it was withdrawn."""
    return await _ended(tx, _FAILED, claimed, {"why": fault, "now": now})


async def again(tx: AsyncConnection, claimed: Claimed, fault: Fault, at: datetime) -> bool:
    """Not now, but ``at``. False as with `failed`."""
    return await _ended(tx, _AGAIN, claimed, {"why": fault, "next": at})


async def _ended(tx: AsyncConnection, statement: Any, claimed: Claimed, values: dict[str, Any]) -> bool:
    mine = {"message": claimed.id, "claim": claimed.claimed_at}
    return (await tx.execute(statement, mine | values)).first() is not None


async def give_up(tx: AsyncConnection, now: datetime) -> int:
    """Fail what is of no use any more, with the last fault; how many there were."""
    return (await tx.execute(_GIVE_UP, {"now": now})).rowcount


async def waiting(connection: AsyncConnection, now: datetime) -> dict[Channel, tuple[int, timedelta]]:
    """By channel, how many messages should have gone out by now, and for how long the oldest of them."""
    rows = await connection.execute(_WAITING, {"now": now, "soon": now + PAUSES[-1]})
    return {Channel(row.channel): (row.number, now - row.since) for row in rows}


async def listed(
    connection: AsyncConnection, hall_id: int, states: Sequence[State], below: int, limit: int
) -> Sequence[Any]:
    """A hall's messages in these states with ids under ``below``, newest first."""
    wish = {"hall": hall_id, "states": list(states), "below": below, "limit": limit}
    return (await connection.execute(_LISTED, wish)).all()


async def find(connection: AsyncConnection, message_id: int) -> Any:
    """A row of hall_id, event, state, recipient. Raises NotFound ``unknown_message``."""
    row = (await connection.execute(_FIND, {"message": message_id})).first()
    if row is None:
        raise NotFound(N_("没有这条消息"), code="unknown_message")
    return row


async def retry(tx: AsyncConnection, message_id: int, now: datetime) -> None:
    """Send a failed message after all, for another day. Raises NotFound, Conflict ``not_failed``, ``forgotten``."""
    last = now + KEPT_TRYING
    if (await tx.execute(_RETRY, {"message": message_id, "now": now, "last": last})).first() is None:
        row = await find(tx, message_id)
        if row.state == State.FAILED:
            raise Conflict(N_("收件人信息已按规定清除，不能重发"), code="forgotten")
        raise Conflict(N_("只有发送失败的消息才能重发"), code="not_failed")


def masked(vault: Vault, channel: str, recipient: bytes | None) -> str:
    """The recipient as staff lists show it; "" when he is forgotten or cannot be read."""
    if recipient is None:
        return ""
    try:
        to = vault.open(recipient)
    except InvalidTag:
        return ""
    if channel == Channel.SMS:
        return mask_phone(to)
    name, _, domain = to.rpartition("@")
    return f"{name[:1]}***@{domain}"
