"""Giving a number: one lawful place in one line, never the same number twice."""

import secrets
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, Date, bindparam, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.clock import business_day
from .actor import Actor
from .facts import HallFacts, ItemFacts, PriorityFacts
from .rank import rank
from .routing import Route
from .ticket import Action, Channel, Status, Ticket

MOST_COUNTED = 500
"""People ahead are counted up to here: the figure must not cost more than the ticket."""


class Wish(NamedTuple):
    """What a visitor asks for, already routed."""

    route: Route
    channel: Channel
    item: ItemFacts | None = None
    priority: PriorityFacts | None = None
    need: str = ""


class Issued(NamedTuple):
    """A new ticket. ``ahead``: people who will be called from this line before."""

    key: str
    number: str
    rank: int
    ahead: int


_COUNT = text(
    f"""SELECT count(*) FROM (SELECT 1 FROM ticket WHERE line_id = :line AND status = 'waiting'
    AND bound_window_id IS NULL AND rank <= :rank LIMIT {MOST_COUNTED}) ahead"""  # noqa: S608 - a constant
).bindparams(bindparam("line", type_=BigInteger), bindparam("rank", type_=BigInteger))

_NUMBER = text(
    """INSERT INTO counter (line_id, business_day, last) VALUES (:line, :day, 1)
    ON CONFLICT (line_id, business_day) DO UPDATE SET last = counter.last + 1 RETURNING last"""
).bindparams(bindparam("line", type_=BigInteger), bindparam("day", type_=Date))

_INSERT = insert(Ticket)


async def issue(tx: AsyncConnection, hall: HallFacts, wish: Wish, by: Actor, now: datetime) -> Issued:
    """Give the next number of the routed line. The counter's row is locked last, so that lines wait for nobody else."""
    line, credit = wish.route.line, wish.priority.credit_minutes if wish.priority else 0
    day, key, place = business_day(now, hall.timezone), secrets.token_urlsafe(16), rank(now, credit)
    ahead = await people_ahead(tx, line.id, place)
    last = (await tx.execute(_NUMBER, {"line": line.id, "day": day})).scalar_one()
    number = f"{line.prefix}{last:03d}"
    await tx.execute(
        _INSERT,
        {
            "key": key,
            "hall_id": hall.id,
            "business_day": day,
            "number": number,
            "line_id": line.id,
            "item_id": wish.item.id if wish.item else None,
            "priority_id": wish.priority.id if wish.priority else None,
            "channel": wish.channel,
            "need": wish.need,
            "route_reason": wish.route.reason,
            "status": Status.WAITING,
            "arrival": now,
            "credit_minutes": credit,
            "rank": place,
            "bound_window_id": wish.route.bound.id if wish.route.bound else None,
            "action": Action.ISSUE,
            "actor": by.label,
            "changed_at": now,
        },
    )
    return Issued(key, number, place, ahead)


async def people_ahead(connection: AsyncConnection, line_id: int, place: int) -> int:
    """How many wait in the line with this rank or a better one, counted up to `MOST_COUNTED`."""
    return int((await connection.execute(_COUNT, {"line": line_id, "rank": place})).scalar_one())
