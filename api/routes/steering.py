"""What supervisors look at: screens, who served where, and the journal itself."""

from datetime import date, timedelta
from typing import Annotated, Any

from litestar import Request, Router, get
from litestar.params import FromPath, FromQuery, QueryParameter
from sqlalchemy import bindparam, or_, select

from ...core.clock import business_day, now, start_of
from ...core.errors import Invalid
from ...core.i18n import N_
from ...core.journal import Journal
from ...queue.facts import HallFacts
from ...queue.staff import Device, DeviceKind, Duty, Staff
from ...queue.ticket import Ticket
from ..guard import of_hall
from ..services import Provided, Services
from . import shown
from .halls import offset_of

MOST_ROWS = 1000
ALIVE = timedelta(seconds=60)

AnyRequest = Request[Any, Any, Any]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST_ROWS)]

_SCREENS = (
    select(Device.id, Device.name, Device.window_id, Device.seen_at, Device.seen_revision, Device.seen_lag_ms)
    .where(Device.hall_id == bindparam("hall"), Device.kind == DeviceKind.BOARD, Device.revoked_at.is_(None))
    .order_by(Device.id)
)
_JOURNAL = (
    select(
        Journal.id,
        Journal.at,
        Journal.actor,
        Journal.action,
        Journal.ticket_id,
        Journal.window_id,
        Journal.line_id,
        Journal.from_status,
        Journal.to_status,
        Journal.data,
        Ticket.business_day,
    )
    .join(Ticket, Ticket.id == Journal.ticket_id, isouter=True)
    .where(Journal.hall_id == bindparam("hall"), Journal.id > bindparam("after"))
    .order_by(Journal.id)
    .limit(bindparam("limit"))
)
_DUTIES = (
    select(Duty.id, Duty.window_id, Duty.since, Duty.until, Staff.name, Staff.badge)
    .join(Staff, Staff.id == Duty.staff_id)
    .where(
        Duty.hall_id == bindparam("hall"),
        Duty.since < bindparam("until"),
        or_(Duty.until.is_(None), Duty.until >= bindparam("since")),
    )
    .order_by(Duty.id)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)


async def _hall(request: AnyRequest, code: str, services: Services) -> HallFacts:
    facts = await services.halls.get(code)
    of_hall(request.user, facts)
    return facts


@get("/halls/{hall:str}/screens", name="screens")
async def screens(request: AnyRequest, hall: FromPath[str], services: Provided) -> dict[str, Any]:
    """The hall's screens: alive or not, what each last confirmed showing, and how long after the hall stood so."""
    facts, moment = await _hall(request, hall, services), now()
    async with services.database.read() as connection:
        rows = (await connection.execute(_SCREENS, {"hall": facts.id})).all()
    return {
        "screens": [
            {
                "id": row.id,
                "name": row.name,
                "window": facts.windows[row.window_id].number if row.window_id else None,
                "alive": row.seen_at is not None and moment - row.seen_at < ALIVE,
                "seen_at": shown.stamp(row.seen_at, facts),
                "revision": row.seen_revision,
                "lag_ms": row.seen_lag_ms,
            }
            for row in rows
        ]
    }


@get("/halls/{hall:str}/journal", name="journal")
async def journal(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    limit: Limit = MOST_ROWS,
    cursor: FromQuery[str | None] = None,
) -> dict[str, Any]:
    """Everything that happened, oldest first. ``cursor``: the id after which to go on."""
    facts = await _hall(request, hall, services)
    async with services.database.read() as connection:
        found = await connection.execute(_JOURNAL, {"hall": facts.id, "after": offset_of(cursor), "limit": limit})
        rows = found.all()
    return {
        "rows": [
            {
                "id": row.id,
                "at": row.at,
                "actor": row.actor,
                "action": row.action,
                "ticket": row.ticket_id,
                "day": row.business_day,
                "window": row.window_id,
                "line": row.line_id,
                "from": row.from_status,
                "to": row.to_status,
                "data": row.data,
            }
            for row in rows
        ],
        "cursor": str(rows[-1].id) if len(rows) == limit else None,
    }


@get("/halls/{hall:str}/duties", name="duties")
async def duties(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    day: FromQuery[date | None] = None,
    limit: Limit = MOST_ROWS,
    cursor: FromQuery[str | None] = None,
) -> dict[str, Any]:
    """Who sat at which window on a day, from when to when (R49)."""
    facts, offset = await _hall(request, hall, services), offset_of(cursor)
    if day is not None and not 2000 <= day.year <= 2999:
        raise Invalid(N_("日期无效"), code="invalid_day")
    start = start_of(day or business_day(now(), facts.timezone), facts.timezone)
    of_day = {"hall": facts.id, "since": start, "until": start + timedelta(days=1), "limit": limit, "offset": offset}
    async with services.database.read() as connection:
        rows = (await connection.execute(_DUTIES, of_day)).all()
    return {
        "duties": [
            {
                "window": facts.windows[row.window_id].number,
                "name": row.name,
                "badge": row.badge,
                "since": shown.stamp(row.since, facts),
                "until": shown.stamp(row.until, facts),
            }
            for row in rows
        ],
        "cursor": str(offset + limit) if len(rows) == limit else None,
    }


router = Router("/", route_handlers=[screens, journal, duties])
