"""Giving a number: one lawful place in one line, never the same number twice."""

import secrets
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Insert, Integer, String, bindparam, cast, func, insert, select, text, true
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.clock import business_day
from .actor import Actor
from .desk import look
from .facts import HallFacts, ItemFacts, PriorityFacts
from .rank import rank
from .routing import Route
from .ticket import Action, Channel, Language, Status, Ticket
from .window import WindowState

MOST_COUNTED = 500
"""People ahead are counted up to here: the figure must not cost more than the ticket."""


class Visitor(NamedTuple):
    """Who it is, where he said so: ``masked`` for staff lists, ``sealed`` in full."""

    masked: str
    sealed: bytes


class Wish(NamedTuple):
    """What a visitor asks for, already routed."""

    route: Route
    channel: Channel
    item: ItemFacts | None = None
    priority: PriorityFacts | None = None
    need: str = ""
    language: Language = Language.CHINESE
    reason: str = ""
    """Why the priority was given (R45); it stands in the journal."""
    visitor: Visitor | None = None
    arrival: datetime | None = None
    """From when on he counts as being here, if not from now: the time that he booked."""
    booked_for: datetime | None = None
    """The time that was booked, also by whoever came too late for it."""


class Issued(NamedTuple):
    """A new ticket. ``ahead``: people who will be called from this line before."""

    id: int
    key: str
    number: str
    rank: int
    ahead: int


_GIVEN = (
    "key",
    "hall_id",
    "business_day",
    "line_id",
    "item_id",
    "priority_id",
    "channel",
    "need",
    "language",
    "visitor",
    "visitor_sealed",
    "route_reason",
    "status",
    "arrival",
    "callable_at",
    "credit_minutes",
    "rank",
    "bound_window_id",
    "action",
    "actor",
    "changed_at",
    "note",
    "booked_for",
    "first_officer_id",
)
"""What a new ticket is given besides its number."""
_TICKET = Ticket.__table__.c
_LINE, _RANK, _DAY = (bindparam(name, type_=_TICKET[name].type) for name in ("line_id", "rank", "business_day"))
_COUNT = (
    text(
        f"""SELECT count(*) AS ahead FROM (SELECT 1 FROM ticket WHERE line_id = :line_id AND status = 'waiting'
    AND bound_window_id IS NULL AND rank <= :rank LIMIT {MOST_COUNTED}) counted"""  # noqa: S608 - a constant
    )
    .bindparams(_LINE, _RANK)
    .columns(ahead=Integer)
)
_NEXT = (
    text(
        """INSERT INTO counter (line_id, business_day, last) VALUES (:line_id, :business_day, 1)
    ON CONFLICT (line_id, business_day) DO UPDATE SET last = counter.last + 1 RETURNING last"""
    )
    .bindparams(_LINE, _DAY)
    .columns(last=Integer)
)
_INSERT = insert(Ticket).returning(Ticket.id)


def _at_once() -> Insert:
    """All three in one statement, as PostgreSQL can: the fewer trips, the shorter the counter's row is locked."""
    ahead, last = _COUNT.cte("ahead"), _NEXT.cte("next")
    number = bindparam("prefix", type_=String) + func.lpad(
        cast(last.c.last, String), func.greatest(3, func.length(cast(last.c.last, String))), "0"
    )
    values = select(number, *(bindparam(name, type_=_TICKET[name].type) for name in _GIVEN))
    return (
        insert(Ticket)
        .from_select(["number", *_GIVEN], values.select_from(ahead.join(last, true())))
        .returning(_TICKET.id, _TICKET.number, select(ahead.c.ahead).scalar_subquery().label("ahead"))
    )


_AT_ONCE = _at_once()


async def issue(tx: AsyncConnection, hall: HallFacts, wish: Wish, by: Actor, now: datetime) -> Issued:
    """Give the next number of the routed line. The counter's row is locked last, so that lines wait for nobody else."""
    arrival = wish.arrival or now
    line, credit = wish.route.line, wish.priority.credit_minutes if wish.priority else 0
    bound = wish.route.bound
    if bound is not None and (await look(tx, bound.id)).state is WindowState.CLOSED:
        bound = None  # it closed since the visitor was routed: he waits in the line
    given: dict[str, Any] = {
        "key": secrets.token_urlsafe(16),
        "hall_id": hall.id,
        "business_day": business_day(now, hall.timezone),
        "line_id": line.id,
        "item_id": wish.item.id if wish.item else None,
        "priority_id": wish.priority.id if wish.priority else None,
        "channel": wish.channel,
        "need": wish.need,
        "language": wish.language,
        "visitor": wish.visitor.masked if wish.visitor else "",
        "visitor_sealed": wish.visitor.sealed if wish.visitor else None,
        "route_reason": wish.route.reason,
        "status": Status.WAITING,
        "arrival": arrival,
        "callable_at": arrival,
        "credit_minutes": credit,
        "rank": rank(arrival, credit),
        "bound_window_id": bound.id if bound else None,
        "action": Action.ISSUE,
        "actor": by.label,
        "changed_at": now,
        "note": wish.reason,
        "booked_for": wish.booked_for,
        "first_officer_id": by.staff_id,
    }
    if tx.dialect.name == "postgresql":
        made, number, ahead = (await tx.execute(_AT_ONCE, given | {"prefix": line.prefix})).one()
    else:
        ahead = await people_ahead(tx, line.id, given["rank"])
        number = f"{line.prefix}{(await tx.execute(_NEXT, given)).scalar_one():03d}"
        made = (await tx.execute(_INSERT, given | {"number": number})).scalar_one()
    return Issued(made, given["key"], number, given["rank"], ahead)


async def people_ahead(connection: AsyncConnection, line_id: int, place: int) -> int:
    """How many wait in the line with this rank or a better one, counted up to `MOST_COUNTED`."""
    return int((await connection.execute(_COUNT, {"line_id": line_id, "rank": place})).scalar_one())
