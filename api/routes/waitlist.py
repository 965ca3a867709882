"""The waiting list (候补): join it when a day is full, take what is offered, or leave."""

from typing import Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from ...booking import slots, waiting
from ...booking.office import Office
from ...booking.state import WaitingStatus
from ...core.errors import Invalid
from ...core.i18n import N_, negotiate
from ..language import language_of
from ..limits import slow_down
from ..offices import may_use, office_for
from ..once import Answered, once
from ..permissions import Caller
from ..services import Provided, Services
from . import booked, shown
from .bodies import Wait
from .slots import bookable, party_of

AnyRequest = Request[Any, Any, Any]


@post("/halls/{hall:str}/waiting", name="waiting_join")
async def join(request: AnyRequest, hall: FromPath[str], data: JSONBody[Wait], services: Provided) -> Response[bytes]:
    """Wait for a freed place of a day: 201 ``{key, ahead}``. 409 ``waiting_already``, ``not_open_yet``."""
    slow_down(request, services.taking)
    facts = await services.halls.get(hall)
    office = await office_for(request, services, facts)
    may_use(request, data.channel)
    item, party = bookable(facts, data.item), party_of(data, office)
    if request.user.caller is Caller.PUBLIC and not office.rules.portals:  # our page asks for a code
        raise Invalid(N_("请先填写发到这个手机上的验证码"), code="phone_unverified")
    language = data.language or language_of(request)
    if request.user.caller is Caller.PUBLIC:
        services.texting.take(party.contact)

    async def work(tx: AsyncConnection) -> Answered:
        key = await waiting.join(
            tx,
            office,
            item,
            data.day,
            data.channel,
            party,
            booked.needs(data.needs),
            language,
            since=data.since,
            until=data.until,
        )
        row = await waiting.find(tx, key)
        return Answered(201, {"key": key, "ahead": await waiting.ahead(tx, row), "url": f"/book/waiting/{key}"})

    answer = await once(request, services, facts.id, work, what=None)
    services.messages.wake()
    return answer


@get("/waiting/{key:str}", name="waiting_show")
async def show(request: AnyRequest, key: FromPath[str], services: Provided) -> dict[str, Any]:
    """How an entry stands, for whoever has its key: how many are before it, or what is offered and until when."""
    office, row = await entry(request, services, key)
    return await seen(request, services, office, row)


async def entry(request: AnyRequest, services: Services, key: str) -> tuple[Office, waiting.WaitingRow]:
    """An entry with the office of its hall. Raises NotFound."""
    slow_down(request, services.asking)
    async with services.database.read() as connection:
        row = await waiting.find(connection, key)
    return await office_for(request, services, await services.halls.by_id(row.hall_id)), row


async def seen(request: AnyRequest, services: Services, office: Office, row: waiting.WaitingRow) -> dict[str, Any]:
    """What `show` gives, for the page too."""
    waits, offered = row.status == WaitingStatus.WAITING, row.status == WaitingStatus.OFFERED
    async with services.database.read() as connection:
        before = await waiting.ahead(connection, row) if waits else None
        slot = await slots.find(connection, office.hall.id, row.slot_id) if row.slot_id is not None else None
    item = office.hall.items_by_id[row.item_id]
    return {
        "key": row.key,
        "status": row.status,
        "item": {"code": item.code, "name": item.name},
        "day": row.day.isoformat(),
        "visitor": row.visitor,
        "ahead": before,
        "starts_at": shown.stamp(slot.starts_at, office.hall) if slot else None,
        "when": office.when(slot.starts_at, language_of(request)) if slot else None,
        "expires_at": shown.stamp(row.expires_at, office.hall) if offered else None,
    }


@post("/waiting/{key:str}/accept", name="waiting_accept")
async def accept(request: AnyRequest, key: FromPath[str], services: Provided) -> Response[bytes]:
    """Take the place that is offered: 201 appointment. 409 ``nothing_offered``, ``hold_over``."""
    office, row = await entry(request, services, key)

    async def work(tx: AsyncConnection) -> Answered:
        made = await waiting.accept(tx, office, row)
        return Answered(201, booked.appointment(office, made, negotiate(row.language)))

    answer = await once(request, services, office.hall.id, work, what=None)
    services.messages.wake()
    return answer


@post("/waiting/{key:str}/leave", name="waiting_leave", status_code=204)
async def leave(request: AnyRequest, key: FromPath[str], services: Provided) -> None:
    """Wait no more, or let an offer go to the next."""
    office, row = await entry(request, services, key)
    async with services.database.write() as tx:
        if (freed := await waiting.leave(tx, office, row)) is not None:
            await waiting.offer(tx, office, [freed])
    services.messages.wake()


router = Router("/", route_handlers=[join, show, accept, leave])
