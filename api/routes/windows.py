"""A window's buttons, and what its officer sees on the console."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from ...core.bus import What
from ...core.clock import now
from ...core.errors import NotFound
from ...core.i18n import N_
from ...queue import calling, console, moves, receiving, windows
from ...queue.facts import HallFacts, WindowFacts
from ...queue.ticket import Status
from ..guard import of_hall
from ..identity import Identity
from ..once import Answered, once
from ..services import Provided, Services
from . import shown
from .bodies import CallThis, Pause

AnyRequest = Request[Any, Any, Any]


async def find(services: Services, identity: Identity, number: str) -> tuple[HallFacts, WindowFacts]:
    """A window by its id, with its hall. Raises NotFound, or ForeignHall for an officer of another one."""
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        raise NotFound(N_("没有这个窗口"), code="unknown_window")
    hall = await services.halls.of_window(int(number))
    of_hall(identity, hall)
    return hall, hall.windows[int(number)]


@get("/windows/{window:str}", name="window_desk")
async def desk(request: AnyRequest, window: FromPath[str], services: Provided) -> dict[str, Any]:
    """The console's picture: who is here, who was sent here and is to be acknowledged (R4), who is next and why, who is
    parked or was missed here, the officer's own day.

    The day is of whoever sits there; of a window without anybody, of the officer who asks.
    """
    hall, facts = await find(services, request.user, window)
    moment, staff_id = now(), facts.officer.staff_id if facts.officer else request.user.actor.staff_id
    async with services.database.read() as connection:
        seen = await console.read(connection, hall, facts, staff_id, moment)
        coming = await receiving.coming(connection, hall, facts, moment)
    return {
        "hall": hall.code,
        "window": shown.window(facts, hall),
        "here": shown.desk_ticket(seen.here, hall) if seen.here else None,
        "next": [
            shown.desk_ticket(row, hall) | {"because": {"rule": rule, "handicap_minutes": handicap}}
            for row, rule, handicap in seen.upcoming
        ],
        "handovers": [shown.coming(row, hall) for row in coming],
        "waiting": seen.waiting,
        "later": {"people": seen.later.people, "first": shown.stamp(seen.later.first, hall)},
        "parked": [shown.desk_ticket(row, hall) for row in seen.parked],
        "missed": [shown.desk_ticket(row, hall) for row in seen.missed],
        "day": {
            "served": seen.day.served,
            "minutes": None if seen.day.minutes is None else round(seen.day.minutes, 1),
            "missed": seen.day.missed,
            "since": shown.stamp(seen.day.since, hall),
        },
        "next_opening": shown.stamp(hall.next_opening(moment), hall),
        "now": shown.stamp(moment, hall),
    }


@post("/windows/{window:str}/open", name="window_open")
async def open_(request: AnyRequest, window: FromPath[str], services: Provided) -> Response[bytes]:
    """Open the window and sign the officer in there."""
    hall, facts = await find(services, request.user, window)

    async def work(tx: AsyncConnection) -> Answered:
        await windows.open_(tx, hall.id, facts, request.user.actor, now())
        return Answered(200, {"id": facts.id, "number": facts.number, "state": "open"})

    return await once(request, services, hall.id, work, What.HALL)


@post("/windows/{window:str}/pause", name="window_pause")
async def pause(
    request: AnyRequest, window: FromPath[str], services: Provided, data: JSONBody[Pause | None] = None
) -> Response[bytes]:
    """Pause, with the reason and the time of return that visitors see."""
    hall, facts = await find(services, request.user, window)
    asked = data or Pause()

    async def work(tx: AsyncConnection) -> Answered:
        await windows.pause(tx, hall.id, facts, request.user.actor, now(), reason=asked.reason, back_at=asked.back_at)
        return Answered(200, {"id": facts.id, "number": facts.number, "state": "paused"})

    return await once(request, services, hall.id, work, What.HALL)


@post("/windows/{window:str}/close", name="window_close")
async def close(request: AnyRequest, window: FromPath[str], services: Provided) -> Response[bytes]:
    """Close, and sign the officer out."""
    hall, facts = await find(services, request.user, window)

    async def work(tx: AsyncConnection) -> Answered:
        await windows.close(tx, hall.id, facts, request.user.actor, now())
        return Answered(200, {"id": facts.id, "number": facts.number, "state": "closed"})

    return await once(request, services, hall.id, work, What.HALL)


@post("/windows/{window:str}/call-next", name="window_call_next")
async def call_next(request: AnyRequest, window: FromPath[str], services: Provided) -> Response[bytes]:
    """The one button: 200 with the ticket and why it was next, 204 when nobody waits, 409 for a window not free."""
    hall, facts = await find(services, request.user, window)

    async def work(tx: AsyncConnection) -> Answered:
        called = await calling.call_next(tx, facts.id, request.user.actor, now())
        if called is None:
            return Answered(204)
        return Answered(200, _called(called, hall, facts))

    return await once(request, services, hall.id, work)


@post("/windows/{window:str}/call", name="window_call")
async def call(
    request: AnyRequest, window: FromPath[str], data: JSONBody[CallThis], services: Provided
) -> Response[bytes]:
    """Call a particular ticket out of order; the reason stands in the journal."""
    hall, facts = await find(services, request.user, window)

    async def work(tx: AsyncConnection) -> Answered:
        ticket = await moves.find(tx, data.ticket)
        if ticket.hall_id != hall.id:
            raise NotFound(N_("没有这个号"), code="unknown_ticket")
        called = await calling.call(tx, facts.id, ticket.id, data.reason, request.user.actor, now())
        return Answered(200, _called(called, hall, facts))

    return await once(request, services, hall.id, work)


def _called(row: Any, hall: HallFacts, window: WindowFacts) -> dict[str, Any]:
    return {
        "ticket": {
            "id": row.key,
            "number": row.number,
            "line": hall.lines[row.line_id].prefix,
            "status": Status.CALLED,
            "window": window.number,
            "arrival": shown.stamp(row.arrival, hall),
        },
        "why": shown.why(row),
    }


router = Router("/", route_handlers=[desk, open_, pause, close, call_next, call])
