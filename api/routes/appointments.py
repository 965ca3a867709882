"""Appointments: look, move, cancel, check in; and what officers do for those who call or stand before them."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from math import ceil
from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from ...booking import appointments, records, rules, waiting
from ...booking.appointments import AppointmentRow
from ...booking.office import LINK, Office
from ...booking.people import opened
from ...core.bus import What
from ...core.errors import BookingRefused, Forbidden, HallClosed, Invalid, NotFound, Unauthorized
from ...core.i18n import N_, negotiate
from ...core.privacy import person_name, phone_number
from ...queue import issuing
from ...queue.routing import route
from ...queue.ticket import Channel, Language
from .. import slips
from ..language import language_of
from ..limits import address_of, slow_down
from ..offices import office_for
from ..once import Answered, once
from ..permissions import STAFF, Caller
from ..services import Provided, Services
from . import booked, shown
from .bodies import NewTime, Proof, Reasoned
from .halls import offset_of
from .slots import slot_named

AnyRequest = Request[Any, Any, Any]
HELPED = frozenset({*STAFF, Caller.KIOSK})
ISSUED_BY = {Caller.KIOSK: Channel.KIOSK, Caller.PUBLIC: Channel.WEB, Caller.OPERATOR: Channel.PHONE}
MOST_LISTED = 100

Work = Callable[[AsyncConnection, Office, AppointmentRow], Awaitable[AppointmentRow]]


async def opened_for(
    request: AnyRequest, services: Services, code: str, proof: Proof, *, kiosk: bool = False
) -> tuple[Office, AppointmentRow]:
    """An appointment, for whoever shows that it is his: its phone, or the key of its link; officers need neither.

    ``kiosk``: a kiosk may see it too, as what was typed there was typed by somebody who stands in the hall. Who guesses
    is stopped after some tries. Raises NotFound, Forbidden ``wrong_phone``, TooMany.
    """
    slow_down(request, services.asking)
    async with services.database.read() as connection:
        row = await appointments.find(connection, code)
    office = await office_for(request, services, await services.halls.by_id(row.hall_id))
    caller = request.user.caller
    if caller in STAFF or (kiosk and caller is Caller.KIOSK):
        return office, row
    if proof.key and services.vault.proves(LINK, row.code, proof.key):
        return office, row
    if not proof.phone:
        raise Unauthorized(N_("请填写预约时的手机号"), code="phone_needed")
    services.guessing.take(f"{address_of(request)} {row.code}")
    if row.phone_index != services.vault.index("phone", phone_number(proof.phone)):
        raise Forbidden(N_("没有找到这个预约，请核对预约码和手机号"), code="wrong_phone")
    return office, row


@get("/appointments/{code:str}", name="appointment_show")
async def show(
    request: AnyRequest,
    code: FromPath[str],
    services: Provided,
    phone: Annotated[str, QueryParameter(max_length=24)] = "",
    key: Annotated[str, QueryParameter(max_length=22)] = "",
) -> dict[str, Any]:
    """The appointment, by code and phone or key; officers of the hall by code."""
    office, row = await opened_for(request, services, code, Proof(phone, key), kiosk=True)
    seen = booked.appointment(office, row, language_of(request), ours=request.user.caller in STAFF)
    return _without_link(seen) if request.user.caller is Caller.KIOSK else seen


def _without_link(seen: dict[str, Any]) -> dict[str, Any]:
    """For a kiosk, which anybody may ask about any phone: without the link that opens it elsewhere."""
    return {name: value for name, value in seen.items() if name != "url"}


@post("/appointments/{code:str}/move", name="appointment_move", status_code=200)
async def move(
    request: AnyRequest, code: FromPath[str], data: JSONBody[NewTime], services: Provided
) -> Response[bytes]:
    """Another time, in one transaction: the old place is free, the new one taken, or nothing happened."""
    office, row = await opened_for(request, services, code, data)
    number, _ = slot_named(data.slot, appointments.item_of(office, row).code, office.hall)

    async def work(tx: AsyncConnection, office: Office, row: AppointmentRow) -> AppointmentRow:
        moved = await appointments.move(tx, office, row, number, _reason(request, data))
        await waiting.offer(tx, office, [row.slot_id])
        return moved

    return await change(request, services, office, row, work)


@post("/appointments/{code:str}/cancel", name="appointment_cancel", status_code=200)
async def cancel(
    request: AnyRequest, code: FromPath[str], data: JSONBody[Proof], services: Provided
) -> Response[bytes]:
    """Give the place back; whoever waits for one is offered it."""
    office, row = await opened_for(request, services, code, data)

    async def work(tx: AsyncConnection, office: Office, row: AppointmentRow) -> AppointmentRow:
        gone = await appointments.cancel(tx, office, row, _reason(request, data))
        await waiting.offer(tx, office, [row.slot_id])
        return gone

    return await change(request, services, office, row, work)


async def change(
    request: AnyRequest, services: Services, office: Office, row: AppointmentRow, work: Work
) -> Response[bytes]:
    """Do ``work`` in one transaction and show the appointment; messages go out at once."""
    ours = request.user.caller in STAFF

    async def in_full(tx: AsyncConnection) -> Answered:
        changed = await work(tx, office, row)
        return Answered(200, booked.appointment(office, changed, language_of(request), ours=ours))

    answer = await once(request, services, office.hall.id, in_full, what=None)
    services.messages.wake()
    return answer


def _reason(request: AnyRequest, data: Proof) -> str:
    """Why the hall does it; a visitor needs none, and an officer who gives none does it for the visitor."""
    return data.reason.strip() if request.user.caller in STAFF else ""


@post("/appointments/{code:str}/check-in", name="appointment_check_in")
async def check_in(
    request: AnyRequest, code: FromPath[str], data: JSONBody[Proof], services: Provided
) -> Response[bytes]:
    """The visitor is here: 201 with his ticket. 409 ``too_early``, ``too_late``, ``checked_in_already``."""
    office, row = await opened_for(request, services, code, data, kiosk=True)
    facts, moment, identity = office.hall, office.now, request.user
    item = appointments.item_of(office, row)
    way = route(item, facts, hours_running=facts.open_at(moment))
    if way is None:
        raise NotFound(N_("本大厅未设首问责任岗，请到服务台询问"), code="no_first_desk")
    language = negotiate(row.language)
    case = await services.figures.case(facts, way.line.id, moment)

    async def work(tx: AsyncConnection) -> Answered:
        # Judged here, so that a repeat of what was done gets its ticket and no refusal.
        appointments.still_booked(row)
        stands = rules.arrival(row.starts_at, moment, office.rules)
        in_hours = facts.hours.open_at(row.starts_at, row.line_id)
        if not (facts.takes_visitors(moment) or (in_hours and moment <= row.starts_at)):
            raise HallClosed(N_("现在不在办公时间，暂不取号"))
        wish = issuing.Wish(
            way,
            ISSUED_BY.get(identity.caller, Channel.DESK),
            item,
            need=row.need,
            language=Language(row.language),
            visitor=issuing.Visitor(_who(row), row.sealed),
            arrival=stands.arrival,
            booked_for=row.starts_at,
        )
        issued = await issuing.issue(tx, facts, wish, identity.actor, moment)
        await appointments.use(tx, office, row, issued.id)
        later = max(0, ceil((stands.arrival - moment) / timedelta(minutes=1)))
        given = shown.issued(issued, way, facts, case, language, later=later) | {
            "item": shown.item(item, facts),
            "need": row.need,
            "arrival": shown.stamp(stands.arrival, facts),
            "kept": stands.kept,
            "booked_for": shown.stamp(row.starts_at, facts),
            "printing": identity.printer_id is not None,
        }
        if identity.printer_id is not None:
            url = slips.link(request, services, issued.key)
            await slips.ask_for(tx, facts, given, url, language, identity.printer_id, moment)
        return Answered(201, given)

    answer = await once(request, services, facts.id, work, What.QUEUE)
    if identity.printer_id is not None:
        services.printing.wake()
    return answer


def _who(row: AppointmentRow) -> str:
    """Who is to be expected at the window, masked; who comes for him too (R52)."""
    return f"{row.visitor} · 代办 {row.proxy}" if row.proxy else str(row.visitor)


@get("/halls/{hall:str}/appointments", name="appointments")
async def listed(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    phone: Annotated[str, QueryParameter(max_length=24)] = "",
    name: Annotated[str, QueryParameter(max_length=60)] = "",
    day: Annotated[date | None, QueryParameter()] = None,
    line: Annotated[str | None, QueryParameter(max_length=4)] = None,
    cursor: Annotated[str | None, QueryParameter()] = None,
) -> dict[str, Any]:
    """For officers: by ``phone`` or ``name`` from today on, or a ``day``'s, of one ``line``. Kiosks: by phone, today's.

    Names and phones come masked.
    """
    facts = await services.halls.get(hall)
    office = await office_for(request, services, facts)
    kiosk = request.user.caller is Caller.KIOSK
    if sum(map(bool, (phone, name, day))) != 1 or (kiosk and not phone):
        raise Invalid(N_("请按手机号、姓名或日期查找"), code="one_search")
    after = None
    async with services.database.read() as connection:
        if day is not None:
            of_line = line_or_all(office, line)
            rows = await appointments.of_day(connection, facts.id, day, of_line, offset_of(cursor), MOST_LISTED)
            after = str(rows[-1].id) if len(rows) == MOST_LISTED else None
        else:
            what = "phone" if phone else "name"
            found = services.vault.index(what, phone_number(phone) if phone else person_name(name))
            rows = await appointments.search(connection, office, what, found)
    if kiosk:
        rows = [row for row in rows if row.day == office.today and row.status == "booked"]
    language = language_of(request)
    seen = [booked.appointment(office, row, language, ours=not kiosk) for row in rows]
    return {"appointments": list(map(_without_link, seen)) if kiosk else seen, "cursor": after}


def line_named(office: Office, prefix: str) -> int:
    """The id of a line of the hall. Raises NotFound."""
    line = office.hall.line(prefix)
    if line is None:
        raise NotFound(N_("没有这个队列"), code="unknown_line")
    return line.id


def line_or_all(office: Office, prefix: str | None) -> int | None:
    """The id of a line of the hall, None for all of them. Raises NotFound."""
    return None if prefix is None else line_named(office, prefix)


@get("/appointments/{code:str}/person", name="appointment_person")
async def person(request: AnyRequest, code: FromPath[str], services: Provided) -> dict[str, Any]:
    """Who it is, in full, for an officer who calls him back; every look is in the journal (R61)."""
    office, row = await opened_for(request, services, code, Proof())
    if row.sealed is None:
        raise NotFound(N_("个人信息已按规定清除"), code="forgotten")
    async with services.database.write() as tx:
        await appointments.looked_at(tx, office, row)
        stands = await records.outlook(tx, office.hall.id, row.person, office.rules, office.now)
    party = opened(services.vault, row.sealed)
    return {
        "visitor": {"name": party.visitor.name, "phone": party.visitor.phone},
        "proxy": {"name": party.proxy.name, "phone": party.proxy.phone} if party.proxy else None,
        **booked.standing(office, stands, language_of(request)),
    }


@post("/appointments/{code:str}/lift-bar", name="appointment_lift_bar", status_code=204)
async def lift_bar(request: AnyRequest, code: FromPath[str], data: JSONBody[Reasoned], services: Provided) -> None:
    """Let the person of this appointment book online again; the reason is kept. 404 when he is not barred."""
    office, row = await opened_for(request, services, code, Proof())
    if row.person is None:
        raise BookingRefused(N_("个人信息已按规定清除"), code="forgotten")
    async with services.database.write() as tx:
        await records.lift(tx, office.hall.id, row.person, data.reason.strip(), office.by, office.now)


router = Router("/", route_handlers=[show, move, cancel, check_in, listed, person, lift_bar])
