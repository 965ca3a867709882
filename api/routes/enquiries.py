"""Enquiries: what callers asked, who calls them back, and until when (R12, R32)."""

from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from ...cases import enquiry
from ...cases.enquiry import EnquiryRow
from ...core.clock import now
from ...core.errors import Forbidden, NotFound
from ...core.i18n import N_
from ...core.privacy import Vault
from ...queue.facts import HallFacts
from ..guard import of_hall
from ..once import Answered, once
from ..services import Provided, Services
from . import shown
from .bodies import EnquiryAnswer, NewEnquiry
from .halls import offset_of

AnyRequest = Request[Any, Any, Any]
MOST_LISTED = 100


def brief(row: EnquiryRow, vault: Vault, hall: HallFacts, request: AnyRequest) -> dict[str, Any]:
    """An enquiry as lists show it: its caller masked."""
    moment, item = now(), hall.items_by_id.get(row.item_id)
    said = enquiry.opened(vault, row)
    return {
        "number": row.number,
        "state": row.state,
        "channel": row.channel,
        "kind": row.kind,
        "unit": row.unit,
        "caller": row.caller,
        "question": said.question if said else "",
        "item": {"code": item.code, "name": item.name} if item else None,
        "officer": row.officer,
        "holder": row.holder,
        "mine": row.holder_id == request.user.actor.staff_id,
        "at": shown.stamp(row.at, hall),
        "call_back_by": shown.stamp(row.call_back_by, hall),
        "overdue": row.closed_at is None and row.call_back_by < moment,
        "answer": vault.open(row.answer) if row.answer is not None else "",
        "answered_by": row.answered_by,
        "answered_at": shown.stamp(row.answered_at, hall),
        "closed_at": shown.stamp(row.closed_at, hall),
    }


@post("/halls/{hall:str}/enquiries", name="enquiry_add")
async def add(
    request: AnyRequest, hall: FromPath[str], data: JSONBody[NewEnquiry], services: Provided
) -> Response[bytes]:
    """Write a call down: 201 with the enquiry. Who takes it is its first officer (R1)."""
    facts = await _facts(request, services, hall)
    if request.user.actor.staff_id is None:
        raise Forbidden
    item = facts.items.get(data.item) if data.item else None
    if data.item and item is None:
        raise NotFound(N_("没有这个事项"), code="unknown_item")
    said = enquiry.Said(data.name, data.phone, data.question)

    async def work(tx: AsyncConnection) -> Answered:
        by = request.user.actor
        number = await enquiry.register(
            tx,
            services.vault,
            facts,
            said,
            by,
            now(),
            unit=data.unit,
            item=item,
            channel=data.channel,
            kind=data.kind,
        )
        return Answered(201, brief(await enquiry.find(tx, facts.id, number, by), services.vault, facts, request))

    return await once(request, services, facts.id, work, what=None)


@get("/halls/{hall:str}/enquiries", name="enquiries")
async def listed(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    cursor: Annotated[str | None, QueryParameter()] = None,
) -> dict[str, Any]:
    """Who is to be called back, due first; ``pending`` and ``overdue``: how many there are in all."""
    facts, moment, start = await _facts(request, services, hall), now(), offset_of(cursor)
    async with services.database.read() as connection:
        rows = await enquiry.pending(connection, facts.id, request.user.actor, MOST_LISTED, start)
        pending, overdue = await enquiry.count(connection, facts.id, request.user.actor, moment)
    return {
        "enquiries": [brief(row, services.vault, facts, request) for row in rows],
        "pending": pending,
        "overdue": overdue,
        "now": shown.stamp(moment, facts),
        "cursor": str(start + MOST_LISTED) if start + MOST_LISTED < pending else None,
    }


@get("/halls/{hall:str}/enquiries/{number:str}", name="enquiry")
async def show(request: AnyRequest, hall: FromPath[str], number: FromPath[str], services: Provided) -> dict[str, Any]:
    """An enquiry with its caller's name and phone in full, for whoever calls him back; every look is in the journal."""
    facts = await _facts(request, services, hall)
    async with services.database.write() as tx:
        row = await enquiry.find(tx, facts.id, number, request.user.actor)
        await enquiry.looked_at(tx, row, request.user.actor, now())
    said = enquiry.opened(services.vault, row)
    return brief(row, services.vault, facts, request) | {
        "name": said.name if said else "",
        "phone": said.phone if said else "",
    }


@post("/halls/{hall:str}/enquiries/{number:str}/answer", name="enquiry_answer", status_code=200)
async def answer(
    request: AnyRequest,
    hall: FromPath[str],
    number: FromPath[str],
    data: JSONBody[EnquiryAnswer],
    services: Provided,
) -> Response[bytes]:
    """Keep the answer; ``told``: the caller knows it now, and the duty ends. 409 ``enquiry_closed``."""
    facts = await _facts(request, services, hall)

    async def work(tx: AsyncConnection) -> Answered:
        row = await enquiry.find(tx, facts.id, number, request.user.actor)
        await enquiry.answer(tx, services.vault, row, data.answer, request.user.actor, now(), told=data.told)
        row = await enquiry.find(tx, facts.id, number, request.user.actor)
        return Answered(200, brief(row, services.vault, facts, request))

    return await once(request, services, facts.id, work, what=None)


@post("/halls/{hall:str}/enquiries/{number:str}/take", name="enquiry_take", status_code=200)
async def take(request: AnyRequest, hall: FromPath[str], number: FromPath[str], services: Provided) -> Response[bytes]:
    """I call him back from now on. 409 ``enquiry_yours``, ``enquiry_taken``, ``enquiry_closed``."""
    facts = await _facts(request, services, hall)

    async def work(tx: AsyncConnection) -> Answered:
        row = await enquiry.find(tx, facts.id, number, request.user.actor)
        await enquiry.take(tx, row, request.user.actor, now())
        row = await enquiry.find(tx, facts.id, number, request.user.actor)
        return Answered(200, brief(row, services.vault, facts, request))

    return await once(request, services, facts.id, work, what=None)


async def _facts(request: AnyRequest, services: Services, hall: str) -> HallFacts:
    """The hall, for its own officers. Raises ForeignHall."""
    facts = await services.halls.get(hall)
    of_hall(request.user, facts)
    return facts


router = Router("/", route_handlers=[add, listed, show, answer, take])
