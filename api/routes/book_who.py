"""Booking online, the last steps: who comes, the code by SMS, and the booking itself (R40, R52, R53)."""

from typing import Any, NamedTuple

from litestar import MediaType, Router, get, post
from litestar.datastructures import CacheControlHeader
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlalchemy import Row

from ...booking import appointments, holds, people, records, slots
from ...booking.office import Office
from ...booking.people import Party
from ...booking.slots import SlotRow
from ...booking.state import HoldState, Status
from ...core.clock import local
from ...core.errors import BookingRefused, Forbidden, Invalid, Problem
from ...core.i18n import N_, moment_text
from ...core.privacy import mask_phone
from ...queue.facts import ItemFacts
from .. import drafts
from ..language import language_of
from ..light import compressed
from ..limits import slow_down
from ..offices import office_for
from ..services import Provided, Services
from . import book_shown as shown
from . import booked
from .book import NOTHING_WRONG, AnyRequest, Page, back, page, see


class Visit(NamedTuple):
    """Somebody who holds a place, on the last steps."""

    office: Office
    item: ItemFacts
    hold: Row[Any]
    slot: SlotRow

    @property
    def links(self) -> dict[str, str]:
        return shown.way(self.office.hall, self.item, self.slot.day)


# Person ---------------------------------------------------------------------------------------------------------------


async def visit_of(request: AnyRequest, services: Services, office: Office) -> Visit:
    """Who holds a place of this hall. Raises BookingRefused for whoever does not, or no more."""
    async with services.database.read() as connection:
        row = await holds.find(connection, office, drafts.key_in(request))
        slot = await slots.find(connection, office.hall.id, row.slot_id)
    if slot.closed:
        raise slots.closed()
    return Visit(office, appointments.item_of(office, row), row, slot)


@get("/book/{hall:str}/person", name="page_book_person", media_type=MediaType.HTML)
async def person(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    item: FromQuery[str] = "",
    day: FromQuery[str] = "",
) -> Page:
    """Who comes. A reload shows the same hold, no longer than before."""
    slow_down(request, services.asking)
    office = await office_for(request, services, await services.halls.get(hall))
    try:
        visit = await visit_of(request, services, office)
    except Problem as refused:
        return await back(request, services, office, item, day, refused)
    return person_page(request, visit, drafts.kept(request, services) or drafts.Draft())


@post("/book/{hall:str}/person", name="page_book_person_said", media_type=MediaType.HTML)
async def person_said(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    item: FromQuery[str] = "",
    day: FromQuery[str] = "",
) -> Page:
    """Judge what was typed and send the code; what is wrong is said beside its field, and everything typed stays."""
    office = await office_for(request, services, await services.halls.get(hall))
    draft = drafts.typed(await drafts.form_of(request))
    try:
        slow_down(request, services.taking)
        visit = await visit_of(request, services, office)
    except Problem as refused:
        return await back(request, services, office, item, day, refused)
    party, errors = drafts.party_of(draft, office.today)
    if party is None:
        return person_page(request, visit, draft, errors)
    try:
        async with services.moving(office.hall.id, None) as tx:
            services.texting.take(party.contact)
            await holds.send_code(tx, office, visit.hold.key, party.contact, language_of(request))
    except Problem as refused:
        return person_page(request, visit, draft, {"": refused})
    services.messages.wake()
    return see(visit.links["code"], drafts.draft_cookie(services, draft))


def person_page(
    request: AnyRequest, visit: Visit, draft: drafts.Draft, errors: dict[str, Problem] | None = None
) -> Template:
    return page(
        request,
        "book_person.html",
        visit.office,
        errors=errors or NOTHING_WRONG,
        draft=draft,
        steps=shown.steps("person", visit.links, language_of(request)),
        **held(request, visit),
    )


def held(request: AnyRequest, visit: Visit) -> dict[str, Any]:
    """What is held, and until when."""
    office, expires = visit.office, visit.hold.expires_at
    begins, ends = (local(moment, office.hall.timezone) for moment in (visit.slot.starts_at, visit.slot.ends_at))
    return {
        "item": visit.item,
        "links": visit.links,
        "when": f"{moment_text(begins, language_of(request))}–{ends:%H:%M}",
        "until": local(expires, office.hall.timezone),
        "seconds": int((expires - office.now).total_seconds()),
    }


# Code -----------------------------------------------------------------------------------------------------------------


@get("/book/{hall:str}/code", name="page_book_code", media_type=MediaType.HTML)
async def code(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    item: FromQuery[str] = "",
    day: FromQuery[str] = "",
    again: FromQuery[str] = "",
) -> Page:
    """The code that was sent; who said nobody's name yet, or holds nothing, goes back."""
    slow_down(request, services.asking)
    office = await office_for(request, services, await services.halls.get(hall))
    try:
        visit = await visit_of(request, services, office)
    except Problem as refused:
        return await back(request, services, office, item, day, refused)
    party = _party(request, services, office)
    if party is None or not visit.hold.codes_sent:
        return _first_the_person(request, visit)
    return code_page(request, services, visit, party, again=bool(again))


@post("/book/{hall:str}/code", name="page_book_code_said", media_type=MediaType.HTML)
async def code_said(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    item: FromQuery[str] = "",
    day: FromQuery[str] = "",
) -> Page:
    """Check the code and book; ``again``: send another one; ``sure``: book in spite of the warning that was shown."""
    office = await office_for(request, services, await services.halls.get(hall))
    form, party = await drafts.form_of(request), _party(request, services, office)
    try:
        slow_down(request, services.taking)
        visit = await visit_of(request, services, office)
    except Problem as refused:
        if refused.code == "hold_used" and party and (link := await _booked_already(request, services, office, party)):
            return see(link, *drafts.forgotten(drafts.HOLD, drafts.DRAFT))
        return await back(request, services, office, item, day, refused)
    if party is None:
        return _first_the_person(request, visit)
    try:
        if "again" in form:
            async with services.moving(office.hall.id, None) as tx:
                services.texting.take(party.contact)
                await holds.send_code(tx, office, visit.hold.key, party.contact, language_of(request))
            services.messages.wake()
            return see(visit.links["code"] + "&again=1")
        if "sure" not in form:
            await _verify(services, visit, form["code"])
            if warning := await _warning(request, services, office, party):
                return code_page(request, services, visit, party, warning=warning)
        link = await _book(request, services, visit, party)
    except Forbidden as barred:
        return code_page(request, services, visit, party, barred)
    except Problem as refused:
        field = "code" if isinstance(refused, Invalid) else ""
        return code_page(request, services, visit, party, errors={field: refused})
    return see(link, *drafts.forgotten(drafts.HOLD, drafts.DRAFT))


def _party(request: AnyRequest, services: Services, office: Office) -> Party | None:
    """Who was named on the person step, in this browser."""
    draft = drafts.kept(request, services)
    return drafts.party_of(draft, office.today)[0] if draft else None


def _first_the_person(request: AnyRequest, visit: Visit) -> Template:
    missing = BookingRefused(N_("请先填写办事人信息"), code="person_needed")
    return person_page(request, visit, drafts.Draft(), {"": missing})


async def _verify(services: Services, visit: Visit, number: str) -> None:
    """Raises Invalid for a wrong code, which counts as a try."""
    number = holds.typed_code(number)
    async with services.moving(visit.office.hall.id, None) as tx:
        right = await holds.verify(tx, visit.office, visit.hold.key, number)
    if not right:
        raise Invalid(N_("验证码不对，请核对最新一条短信"), code="wrong_code")


async def _warning(request: AnyRequest, services: Services, office: Office, party: Party) -> str:
    """What somebody reads before he books who is near to being barred; told only once the phone is shown to be his."""
    who = people.identity(services.vault, party)
    async with services.database.read() as connection:
        record, verdict = await records.outlook(connection, office.hall.id, who, office.rules, office.now)
    return "" if records.barred(record, office.now) else booked.warning(office, verdict, language_of(request))


async def _book(request: AnyRequest, services: Services, visit: Visit, party: Party) -> str:
    """Book, and give the way to the confirmation. Raises whatever the rules have against it."""
    office, draft = visit.office, drafts.kept(request, services)
    needs, language = booked.needs(draft.needs if draft else ""), language_of(request)
    async with services.moving(office.hall.id, None) as tx:
        row = await appointments.confirm(tx, office, visit.hold.key, party, needs, language, proven=True)
    services.messages.wake()
    return office.link(row.code).removeprefix(office.root)


async def _booked_already(request: AnyRequest, services: Services, office: Office, party: Party) -> str:
    """Where the appointment is that this browser's hold became, for whoever pressed twice; empty when it did not."""
    index = services.vault.index("phone", party.contact)
    async with services.database.read() as connection:
        row = await holds.known(connection, office, drafts.key_in(request))
        if row is None or row.state != HoldState.CONFIRMED or not row.verified or row.phone_index != index:
            return ""
        mine = await appointments.search(connection, office, "phone", index)
    for one in mine:
        if (one.slot_id, one.item_id, one.status) == (row.slot_id, row.item_id, Status.BOOKED):
            return office.link(one.code).removeprefix(office.root)
    return ""


def code_page(
    request: AnyRequest,
    services: Services,
    visit: Visit,
    party: Party,
    barred: Problem | None = None,
    *,
    errors: dict[str, Problem] | None = None,
    warning: str = "",
    again: bool = False,
) -> Template:
    return page(
        request,
        "book_code.html",
        visit.office,
        barred,
        errors or NOTHING_WRONG,
        party=party,
        phone=mask_phone(party.contact),
        warning=warning,
        again=again,
        logged=not services.settings.production and not services.settings.sms_url,
        steps=shown.steps("code", visit.links, language_of(request)),
        **held(request, visit),
    )


router = Router(
    "/",
    route_handlers=[person, person_said, code, code_said],
    middleware=[compressed],
    opt={"anonymous": True},
    cache_control=CacheControlHeader(no_store=True),
)
