"""The first desk and the guides: the way for a visitor before he has a number, hand-overs, help, and other agencies."""

import unicodedata
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from ...cases import alerts, handover_watch, rules
from ...core import journal
from ...core.clock import now
from ...core.errors import Invalid, NotFound
from ...core.i18n import N_
from ...queue import handovers, helping, issuing, moves, receiving
from ...queue.facts import AgencyFacts, HallFacts, ItemFacts
from ...queue.figures import wait
from ...queue.rank import rank
from ...queue.ticket import Channel
from ..guard import of_hall
from ..language import language_of
from ..once import Answered, once
from ..services import Provided
from . import shown
from .bodies import Guidance, NewTicket
from .tickets import way_for

AnyRequest = Request[Any, Any, Any]


@get("/halls/{hall:str}/route", name="route")
async def route(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    item: Annotated[str | None, QueryParameter(max_length=40)] = None,
    line: Annotated[str | None, QueryParameter(max_length=40)] = None,
) -> dict[str, Any]:
    """Where somebody would be sent who came now, why, and how long he would wait; no number is taken.

    Neither ``item`` nor ``line``: he does not know what he needs (R6). Both: an officer chose the line.
    """
    facts, moment = await services.halls.get(hall), now()
    wish = NewTicket(Channel.DESK, item, line)
    way = way_for(wish, facts, hours_running=facts.open_at(moment), officer=True)
    async with services.database.read() as connection:
        ahead = await issuing.people_ahead(connection, way.line.id, rank(moment, 0))
    case = await services.figures.case(facts, way.line.id, moment)
    return {
        "line": way.line.prefix,
        "line_name": way.line.name,
        "ahead": ahead,
        "wait": shown.wait(wait(facts, way.line.id, ahead, case)),
        "route": shown.route(way, facts, language_of(request)),
    }


@get("/halls/{hall:str}/handovers", name="handovers")
async def hand_overs(
    request: AnyRequest, hall: FromPath[str], services: Provided, mine: FromQuery[bool] = False
) -> dict[str, Any]:
    """What desks sent on today, newest first, and whether the receiver took it (R4); ``mine``: what I sent on."""
    facts, moment = await services.halls.get(hall), now()
    of_hall(request.user, facts)
    async with services.database.read() as connection:
        minutes = (await rules.load(connection, facts.id)).handover_minutes
        found = await handovers.read(connection, facts, moment, minutes, by=request.user.actor if mine else None)
    return {"handovers": [shown.hand_over(one, facts) for one in found], "now": shown.stamp(moment, facts)}


@post("/tickets/{key:str}/acknowledge", name="ticket_acknowledge")
async def acknowledge(request: AnyRequest, key: FromPath[str], services: Provided) -> Response[bytes]:
    """He was sent to me, and from now on I answer for him (R4). A repeat is harmless; 403 ``not_receiver``."""
    async with services.database.read() as connection:
        ticket = await moves.find(connection, key)
    facts = await services.halls.by_id(ticket.hall_id)
    of_hall(request.user, facts)

    async def work(tx: AsyncConnection) -> Answered:
        moment = now()
        sent = await receiving.acknowledge(tx, facts, await moves.find(tx, key), request.user.actor, moment)
        await alerts.end(tx, handover_watch.event(sent), moment)
        return Answered(200, {"id": key, "number": ticket.number, "acknowledged": request.user.name})

    return await once(request, services, facts.id, work)


@get("/halls/{hall:str}/helps", name="helps")
async def helps(request: AnyRequest, hall: FromPath[str], services: Provided) -> dict[str, Any]:
    """Today's visitors who asked for help, where they are, and who goes to them (R53)."""
    facts, moment = await services.halls.get(hall), now()
    of_hall(request.user, facts)
    async with services.database.read() as connection:
        rows = await helping.read(connection, facts, moment)
    return {
        "helps": [
            shown.ticket(row, facts)
            | {
                "need": row.need,
                "need_text": shown.need(row.need, language_of(request)),
                "helper": row.helper,
                "mine": row.helper_id is not None and row.helper_id == request.user.actor.staff_id,
            }
            for row in rows
        ],
        "now": shown.stamp(moment, facts),
    }


@post("/tickets/{key:str}/help", name="ticket_help")
async def help_(request: AnyRequest, key: FromPath[str], services: Provided) -> Response[bytes]:
    """I go and help (R53). 409 ``helped_already`` when a colleague does."""
    async with services.database.read() as connection:
        ticket = await moves.find(connection, key)
    facts = await services.halls.by_id(ticket.hall_id)
    of_hall(request.user, facts)

    async def work(tx: AsyncConnection) -> Answered:
        await helping.go(tx, facts, ticket, request.user.actor, now())
        return Answered(200, {"id": key, "number": ticket.number, "helper": request.user.name})

    return await once(request, services, facts.id, work)


@get("/halls/{hall:str}/agencies", name="agencies")
async def agencies(
    hall: FromPath[str], services: Provided, q: Annotated[str, QueryParameter(max_length=60)] = ""
) -> dict[str, Any]:
    """Who serves what is not served here, with address and phone (R5), by words of an agency or of its items."""
    facts = await services.halls.get(hall)
    words = unicodedata.normalize("NFKC", q).lower().split()
    found = []
    for agency in facts.agencies.values():
        items = items_of(agency, facts)
        text = " ".join([agency.name, agency.address, *(f"{item.name} {item.initials} {item.code}" for item in items)])
        if all(word in text.lower() for word in words):
            served = [{"code": item.code, "name": item.name} for item in items]
            found.append({"id": agency.id, "name": agency.name, "address": agency.address, "phone": agency.phone})
            found[-1]["items"] = served
    return {"agencies": found}


def items_of(agency: AgencyFacts, hall: HallFacts) -> list[ItemFacts]:
    return [item for item in hall.items.values() if item.agency_id == agency.id]


def agency_for(hall: HallFacts, agency_id: int | None, code: str | None) -> tuple[AgencyFacts, ItemFacts | None]:
    """The agency that was named, or that serves the item. Raises NotFound, and Invalid when the two do not fit."""
    item = hall.items.get(code) if code else None
    if code and item is None:
        raise NotFound(N_("没有这个事项"), code="unknown_item")
    agency = hall.agencies.get(agency_id if agency_id is not None else (item and item.agency_id) or 0)
    if agency is None:
        raise NotFound(N_("没有这个外部机构"), code="unknown_agency")
    if item is not None and item.agency_id != agency.id:
        raise Invalid(N_("该机构不办理这个事项"), code="agency_of_another_item")
    return agency, item


@post("/halls/{hall:str}/guidance", name="guidance")
async def guidance(
    request: AnyRequest, hall: FromPath[str], data: JSONBody[Guidance], services: Provided
) -> Response[bytes]:
    """A visitor was told where to go (R5): recorded; ``url`` is the slip to print for him."""
    facts = await services.halls.get(hall)
    of_hall(request.user, facts)
    agency, item = agency_for(facts, data.agency, data.item)
    about: dict[str, Any] = {"agency": agency.name} | ({"item": item.code} if item else {})
    asked = {"hall": facts.code, "agency": agency.id} | ({"item": item.code} if item else {})

    async def work(tx: AsyncConnection) -> Answered:
        await journal.write(tx, hall_id=facts.id, at=now(), actor=request.user.actor.label, action="guidance", **about)
        return Answered(201, {"agency": agency.name, "url": f"/desk/guidance?{urlencode(asked)}"})

    return await once(request, services, facts.id, work)


router = Router("/", route_handlers=[route, hand_overs, acknowledge, helps, help_, agencies, guidance])
