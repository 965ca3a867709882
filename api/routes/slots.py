"""Slots and holds: what is free, and a place kept for some minutes."""

from datetime import date, timedelta
from typing import Annotated, Any

from litestar import Request, Response, Router, delete, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from ...booking import appointments, holds, slots, waiting
from ...booking.office import Office
from ...booking.people import Party, person
from ...booking.state import Channel
from ...core.errors import Invalid, NotFound, SlotFull
from ...core.i18n import N_, negotiate
from ...queue.facts import HallFacts, ItemFacts
from .. import slips
from ..language import language_of
from ..limits import slow_down
from ..offices import may_use, office_for
from ..once import HEADER, Answered, answer, once
from ..permissions import STAFF
from ..services import Provided, Services
from . import booked
from .bodies import Code, Confirm, NewHold, Phone, SmsCode

AnyRequest = Request[Any, Any, Any]
MOST_DAYS = 31


def bookable(hall: HallFacts, code: str | None) -> ItemFacts:
    """An item that takes bookings. Raises NotFound or Invalid."""
    item = hall.items.get(code or "")
    if item is None:
        raise NotFound(N_("没有这个事项"), code="unknown_item")
    if not item.bookable or item.line_id is None:
        raise Invalid(N_("此事项不需要预约，请直接到大厅取号"), code="not_bookable")
    return item


def slot_named(name: str, item: str | None, hall: HallFacts) -> tuple[int, ItemFacts]:
    """A slot's number and the item it is asked for, from the id that `listed` gave. Raises NotFound, Invalid."""
    number, _, code = name.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        raise NotFound(N_("没有这个时段"), code="unknown_slot")
    if not (code or item):
        raise Invalid(N_("请先选择要办的事项"), code="item_needed")
    return int(number), bookable(hall, code or item)


@get("/halls/{hall:str}/slots", name="slots")
async def listed(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    item: Annotated[Code, QueryParameter()],
    since: Annotated[date | None, QueryParameter(name="from")] = None,
    until: Annotated[date | None, QueryParameter(name="to")] = None,
    channel: Annotated[Channel, QueryParameter()] = Channel.ONLINE,
    hold: Annotated[str, QueryParameter(max_length=22)] = "",
) -> dict[str, Any]:
    """Slots of the open days, with what the channel may still take; ``hold``: the asker's own does not count."""
    slow_down(request, services.asking)
    facts = await services.halls.get(hall)
    office = await office_for(request, services, facts)
    return await free(services, office, bookable(facts, item), channel, since, until, hold)


async def free(
    services: Services,
    office: Office,
    item: ItemFacts,
    channel: Channel,
    since: date | None = None,
    until: date | None = None,
    hold: str = "",
) -> dict[str, Any]:
    """What `listed` gives, for the pages too."""
    first, last = max(since or office.today, office.today), min(until or office.last_day, office.last_day)
    earliest = office.rules.earliest(channel, office.now)
    async with services.database.read() as connection:
        rows = await slots.listed(connection, item.line_id or 0, first, last, earliest)
        own = await holds.mine(connection, office, hold) if hold else None
    days = [first + timedelta(days=n) for n in range(min(MOST_DAYS, (last - first).days + 1))]
    return {
        "item": item.code,
        "channel": channel,
        "from": first.isoformat(),
        "to": last.isoformat(),
        "days": [booked.day(office, each, item.line_id) for each in days],
        "slots": [booked.slot(office, row, item, channel, mine=row.id == own) for row in rows],
    }


@post("/halls/{hall:str}/holds", name="hold_take")
async def take(
    request: AnyRequest, hall: FromPath[str], data: JSONBody[NewHold], services: Provided
) -> Response[bytes]:
    """Keep a place for some minutes: 201 ``{id, expires_at}``; 409 ``slot_full``. ``hold``: the one it is changed for.

    With the same slot, the ``hold`` that still runs is given again, no longer than before.
    """
    slow_down(request, services.taking)
    facts = await services.halls.get(hall)
    office = await office_for(request, services, facts)
    may_use(request, data.channel)
    number, item = slot_named(data.slot, data.item, facts)
    if not data.hold and HEADER not in request.headers:
        held = await _at_once(services, office, item, number, data.channel)
        if held is not None:
            return answer(Answered(201, booked.held(office, held)))

    async def work(tx: AsyncConnection) -> Answered:
        return Answered(201, booked.held(office, await kept(tx, office, item, number, data.channel, data.hold)))

    return await once(request, services, facts.id, work, what=None)


async def _at_once(
    services: Services, office: Office, item: ItemFacts, number: int, channel: Channel
) -> holds.Held | None:
    """A hold in one statement, as nothing else changes; None when a place ran out that must be swept first."""
    async with services.database.single() as connection:
        try:
            return await holds.hold(connection, office, item, number, channel)
        except SlotFull:
            if await holds.due(connection, office, number):
                return None
            raise


async def kept(
    tx: AsyncConnection, office: Office, item: ItemFacts, number: int, channel: Channel, before: str = ""
) -> holds.Held:
    """A hold of this slot, for the pages too; ``before``: the one that the visitor had, given back for the new one."""
    row = await holds.running(tx, office, before, lock=True) if before else None
    if row is not None and (row.slot_id, row.item_id, row.channel) == (number, item.id, channel):
        return holds.Held(row.key, row.slot_id, row.expires_at)
    if row is not None:
        await slots.lock(tx, {row.slot_id, number})
    try:
        taken = await holds.hold(tx, office, item, number, channel)
    except SlotFull as full:
        # Perhaps a place ran out and nobody has swept it yet.
        if full.__cause__ is not None or not await waiting.run_out(tx, office, number):
            raise
        taken = await holds.hold(tx, office, item, number, channel)
    if row is not None and (freed := await holds.release(tx, before)) is not None:
        await waiting.offer(tx, office, [freed])
    return taken


@delete("/holds/{key:str}", name="hold_release", status_code=204)
async def release(request: AnyRequest, key: FromPath[str], services: Provided) -> None:
    """Give a place back before its time; one that is over already stays so."""
    office = await _office_of(request, services, key)
    async with services.database.write() as tx:
        if (freed := await holds.release(tx, key)) is not None:
            await waiting.offer(tx, office, [freed])
    services.messages.wake()


@post("/holds/{key:str}/code", name="hold_code", status_code=202)
async def code(request: AnyRequest, key: FromPath[str], data: JSONBody[Phone], services: Provided) -> dict[str, Any]:
    """Send a code to a phone; 429 after some of them."""
    slow_down(request, services.taking)
    office = await _office_of(request, services, key)
    async with services.database.write() as tx:
        await holds.send_code(tx, office, key, data.phone, language_of(request))
    services.messages.wake()
    return {"sent": True}


@post("/holds/{key:str}/verify", name="hold_verify", status_code=200)
async def verify(
    request: AnyRequest, key: FromPath[str], data: JSONBody[SmsCode], services: Provided
) -> dict[str, Any]:
    """Whether the code is right; 429 after some wrong ones."""
    slow_down(request, services.taking)
    office = await _office_of(request, services, key)
    async with services.database.write() as tx:
        right = await holds.verify(tx, office, key, data.code)
    return {"verified": right}


@post("/holds/{key:str}/confirm", name="hold_confirm")
async def confirm(
    request: AnyRequest, key: FromPath[str], data: JSONBody[Confirm], services: Provided
) -> Response[bytes]:
    """Make it an appointment: 201, on paper where the kiosk has a printer (``printing``).

    409 when the hold is over or the rules are against it, 403 ``barred``.
    """
    slow_down(request, services.taking)
    office = await _office_of(request, services, key)
    party, language = party_of(data, office), data.language or language_of(request)

    async def work(tx: AsyncConnection) -> Answered:
        row = await appointments.confirm(
            tx, office, key, party, booked.needs(data.needs), language, proven=not office.rules.portals
        )
        reader = language_of(request) if request.user.caller in STAFF else negotiate(language)
        made, printer = booked.appointment(office, row, reader), request.user.printer_id
        if printer is not None:
            url = office.link(row.code)
            await slips.ask_for_booking(tx, office.hall, made, url, negotiate(language), printer, office.now)
        return Answered(201, made | {"printing": printer is not None})

    made = await once(request, services, office.hall.id, work, what=None)
    services.messages.wake()
    if request.user.printer_id is not None:
        services.printing.wake()
    return made


def party_of(data: Confirm, office: Office) -> Party:
    """Who it is for, and who books for him (R52). Raises Invalid."""
    proxied = data.proxy is not None
    visitor = person(data.name, data.phone, data.id_number, office.today, phone_needed=not proxied)
    if data.proxy is None:
        return Party(visitor)
    proxy = data.proxy
    return Party(visitor, person(proxy.name, proxy.phone, proxy.id_number, office.today))


async def _office_of(request: AnyRequest, services: Services, key: str) -> Office:
    """The office of the hall that a hold names. Raises BookingRefused for one that cannot be."""
    try:
        hall = await services.halls.by_id(holds.hall_in(key))
    except NotFound:
        raise holds.over(None) from None
    return await office_for(request, services, hall)


router = Router("/", route_handlers=[listed, take, release, code, verify, confirm])
