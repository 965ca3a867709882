"""An appointment's own page, for whoever holds its link or knows its code and phone: look, move, cancel, calendar.

The phone is asked for by a form and never stands in an address; from then on the link's key proves the visitor.
"""

from datetime import timedelta

from litestar import MediaType, Response, Router, get, post
from litestar.datastructures import CacheControlHeader
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from ...booking import appointments, records, waiting
from ...booking.appointments import AppointmentRow
from ...booking.ical import calendar_file
from ...booking.office import LINK, Office
from ...booking.rules import Bar
from ...booking.state import Channel, Status
from ...core.errors import BookingRefused, NotFound, Problem, Unauthorized
from ...core.i18n import N_, translate
from ...queue import moves
from .. import drafts
from ..language import language_of
from ..light import compressed
from ..limits import slow_down
from ..links import square
from ..services import Provided, Services
from . import book_shown as shown
from . import booked
from .appointments import opened_for
from .bodies import Proof
from .book import AnyRequest, Page, day_of, page, see
from .slots import free, slot_named

NEW = timedelta(minutes=10)
"""So long after booking the page is the last step of it."""

Opened = tuple[Office, AppointmentRow]


def _here(code: str, key: str, more: str = "") -> str:
    return shown.address(f"/appointments/{appointments.plain_code(code)}{more}", key=key)


async def _opened(request: AnyRequest, services: Services, code: str, key: str) -> Opened | None:
    """The appointment of a link; None for whoever must show first that it is his, be there such a code or not."""
    try:
        return await opened_for(request, services, code, Proof(key=key))
    except (Unauthorized, NotFound):
        return None


# Finding it -----------------------------------------------------------------------------------------------------------


@get("/appointments", name="page_appointments", media_type=MediaType.HTML)
async def find() -> Template:
    """For whoever has lost the link: code and phone."""
    return _asking()


@post("/appointments", name="page_appointments_said", media_type=MediaType.HTML)
async def found(request: AnyRequest, services: Provided) -> Page:
    return await _prove(request, services)


def _asking(code: str = "", phone: str = "", told: str = "", status: int = 200) -> Template:
    context = {"code": code, "phone": phone, "told": told}
    return Template("appointment_find.html", context=context, status_code=status)


async def _prove(request: AnyRequest, services: Services, code: str = "") -> Page:
    """On to the appointment with the link's key. Who guesses is stopped, and does not learn which codes there are."""
    form = await drafts.form_of(request)
    code, phone = code or form["code"], form["phone"]
    try:
        slow_down(request, services.taking)
        office, row = await opened_for(request, services, code, Proof(phone=phone.strip()))
    except Problem as refused:
        status = 400 if refused.status in (401, 403, 404) else refused.status
        return _asking(code, phone, shown.said(refused, language_of(request)), status)
    return see(office.link(row.code).removeprefix(office.root))


# Looking at it --------------------------------------------------------------------------------------------------------


@get("/appointments/{code:str}", name="page_appointment", media_type=MediaType.HTML)
async def show(request: AnyRequest, code: FromPath[str], services: Provided, key: FromQuery[str] = "") -> Page:
    """The confirmation, and how it stands afterwards."""
    opened = await _opened(request, services, code, key)
    return _asking(code) if opened is None else await _shown(request, services, *opened)


@post("/appointments/{code:str}", name="page_appointment_said", media_type=MediaType.HTML)
async def show_proven(request: AnyRequest, code: FromPath[str], services: Provided) -> Page:
    return await _prove(request, services, code)


async def _shown(
    request: AnyRequest, services: Services, office: Office, row: AppointmentRow, error: Problem | None = None
) -> Template:
    item, ticket = appointments.item_of(office, row), ""
    if row.ticket_id is not None:
        async with services.database.read() as connection:
            ticket = await moves.key_of(connection, row.ticket_id)
    key = services.vault.key_of(LINK, row.code)
    new = row.status == Status.BOOKED and not row.moves and office.now - row.at < NEW
    return page(
        request,
        "appointment.html",
        office,
        error,
        seen=booked.appointment(office, row, language_of(request)),
        item=item,
        windows=shown.windows(office, row.line_id),
        moved=row.moves > 0 and row.status == Status.BOOKED,
        steps=shown.steps("done", {}, language_of(request)) if new else (),
        ticket=ticket,
        qr=square(office.link(row.code)),
        links={
            "calendar": _here(row.code, key, "/calendar.ics"),
            "move": _here(row.code, key, "/move"),
            "cancel": _here(row.code, key, "/cancel"),
            "again": shown.way(office.hall, item)["day"],
        },
    )


@get("/appointments/{code:str}/calendar.ics", name="page_appointment_calendar", media_type=MediaType.HTML)
async def calendar(request: AnyRequest, code: FromPath[str], services: Provided, key: FromQuery[str] = "") -> Page:
    """The appointment for the visitor's own calendar; after a move or a cancellation the same event, changed."""
    opened = await _opened(request, services, code, key)
    if opened is None:
        return see(_here(code, ""))
    office, row = opened
    disposition = f'attachment; filename="{row.code}.ics"'
    return Response(
        calendar_file(office, row, language_of(request)),
        media_type="text/calendar; charset=utf-8",
        headers={"content-disposition": disposition},
    )


# Moving it ------------------------------------------------------------------------------------------------------------


@get("/appointments/{code:str}/move", name="page_appointment_move", media_type=MediaType.HTML)
async def move(
    request: AnyRequest,
    code: FromPath[str],
    services: Provided,
    key: FromQuery[str] = "",
    day: FromQuery[str] = "",
) -> Page:
    """Another day, then another time; the present one is kept until then."""
    opened = await _opened(request, services, code, key)
    if opened is None:
        return see(_here(code, ""))
    office, row = opened
    if not booked.appointment(office, row, language_of(request))["may_change"]:
        return see(_here(code, key))
    return await _elsewhere(request, services, office, row, key, day)


@post("/appointments/{code:str}/move", name="page_appointment_moved", media_type=MediaType.HTML)
async def moved(
    request: AnyRequest,
    code: FromPath[str],
    services: Provided,
    key: FromQuery[str] = "",
    day: FromQuery[str] = "",
) -> Page:
    slow_down(request, services.taking)
    opened, form = await _opened(request, services, code, key), await drafts.form_of(request)
    if opened is None:
        return see(_here(code, ""))
    office, row = opened
    try:
        number, _ = slot_named(form["slot"], appointments.item_of(office, row).code, office.hall)
        async with services.moving(office.hall.id, None) as tx:
            await appointments.move(tx, office, row, number)
            await waiting.offer(tx, office, [row.slot_id])
    except Problem as refused:
        if row.status != Status.BOOKED:
            return await _shown(request, services, office, row, refused)
        return await _elsewhere(request, services, office, row, key, day, refused)
    services.messages.wake()
    return see(_here(code, key))


async def _elsewhere(
    request: AnyRequest,
    services: Services,
    office: Office,
    row: AppointmentRow,
    key: str,
    day: str,
    error: Problem | None = None,
) -> Template:
    """The day step of somebody who moves, or with a day its times."""
    item, language = appointments.item_of(office, row), language_of(request)
    found = await free(services, office, item, Channel(row.channel))
    week = shown.days(office, found, language)
    path = f"/appointments/{row.code}/move"
    for one in week:
        one["href"] = shown.address(path, key=key, day=one["day"]) if one["state"] == "open" else ""
    chosen = next((one for one in week if one["day"] == day and one["state"] != "shut"), None)
    context = {
        "item": item,
        "week": week,
        "chosen": chosen,
        "links": {"day": shown.address(path, key=key), "time": shown.address(path, key=key, day=day)},
        "back": _here(row.code, key),
        "now_at": booked.appointment(office, row, language)["when"],
    }
    if chosen is None:
        if day_of(day) is not None and error is None:
            error = BookingRefused(N_("这一天不能预约，请另选日期"), code="day_shut")
        return page(request, "book_day.html", office, error, **context)
    of_day = found | {"slots": [slot for slot in found["slots"] if slot["day"] == day]}
    own = booked.appointment(office, row, language)["starts_at"]
    return page(request, "book_time.html", office, error, day_parts=shown.times(of_day, language, own), **context)


# Cancelling it --------------------------------------------------------------------------------------------------------


@get("/appointments/{code:str}/cancel", name="page_appointment_cancel", media_type=MediaType.HTML)
async def cancel(request: AnyRequest, code: FromPath[str], services: Provided, key: FromQuery[str] = "") -> Page:
    """Asks once, and says what follows."""
    opened = await _opened(request, services, code, key)
    if opened is None:
        return see(_here(code, ""))
    office, row = opened
    seen = booked.appointment(office, row, language_of(request))
    if not seen["may_change"]:
        return see(_here(code, key))
    follows = await _follows(request, services, office, row)
    return page(request, "appointment_cancel.html", office, seen=seen, follows=follows, back=_here(code, key))


async def _follows(request: AnyRequest, services: Services, office: Office, row: AppointmentRow) -> str:
    """What one more cancellation means for somebody who has cancelled often."""
    async with services.database.read() as connection:
        _, verdict = await records.outlook(connection, office.hall.id, row.person, office.rules, office.now)
    if verdict.warning is Bar.CANCELLATIONS:
        return booked.warning(office, verdict, language_of(request))
    return translate(
        language_of(request),
        N_("{days}天内取消{count}次，{barred}天内将不能网上预约"),
        days=office.rules.counted_days,
        count=office.rules.cancellations,
        barred=office.rules.barred_days,
    )


@post("/appointments/{code:str}/cancel", name="page_appointment_cancelled", media_type=MediaType.HTML)
async def cancelled(request: AnyRequest, code: FromPath[str], services: Provided, key: FromQuery[str] = "") -> Page:
    slow_down(request, services.taking)
    opened = await _opened(request, services, code, key)
    if opened is None:
        return see(_here(code, ""))
    office, row = opened
    try:
        async with services.moving(office.hall.id, None) as tx:
            await appointments.cancel(tx, office, row)
            await waiting.offer(tx, office, [row.slot_id])
    except Problem as refused:
        return await _shown(request, services, office, row, refused)
    services.messages.wake()
    return see(_here(code, key))


router = Router(
    "/",
    route_handlers=[find, found, show, show_proven, calendar, move, moved, cancel, cancelled],
    middleware=[compressed],
    opt={"anonymous": True},
    cache_control=CacheControlHeader(no_store=True),
)
