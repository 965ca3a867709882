"""The waiting list's pages (候补): join when a day is full, see how it stands, take what is offered or let it go."""

from datetime import date
from typing import Any

from litestar import MediaType, Router, get, post
from litestar.datastructures import CacheControlHeader
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from ...booking import proof, waiting
from ...booking.holds import typed_code
from ...booking.office import Office
from ...booking.people import Party
from ...booking.state import Channel
from ...core.clock import local
from ...core.errors import BookingRefused, Forbidden, Invalid, Problem
from ...core.i18n import N_, day_text
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
from .book import NOTHING_WRONG, AnyRequest, Page, back, day_of, page, see
from .slots import bookable, free
from .waitlist import entry, seen


async def _wish(
    request: AnyRequest, services: Services, hall: str, item: str, day: str
) -> tuple[Office, ItemFacts | None, date | None]:
    """What somebody waits for, as far as the address says it."""
    office, wished = await office_for(request, services, await services.halls.get(hall)), day_of(day)
    try:
        about = bookable(office.hall, item)
    except Problem:
        return office, None, None
    return office, about, wished if wished and office.today <= wished <= office.last_day else None


@get("/book/{hall:str}/waiting", name="page_book_wait", media_type=MediaType.HTML)
async def person(
    request: AnyRequest, hall: FromPath[str], services: Provided, item: FromQuery[str] = "", day: FromQuery[str] = ""
) -> Page:
    """Who waits. Where something is free after all, that is shown instead."""
    slow_down(request, services.asking)
    office, about, wished = await _wish(request, services, hall, item, day)
    if about is None or wished is None:
        return await back(request, services, office, item, day)
    found = await free(services, office, about, Channel.ONLINE, wished, wished)
    if not found["slots"] or any(slot["free"] for slot in found["slots"]):
        return see(shown.way(office.hall, about, wished)["time"])
    return _person_page(request, office, about, wished, drafts.kept(request, services) or drafts.Draft())


@post("/book/{hall:str}/waiting", name="page_book_wait_person", media_type=MediaType.HTML)
async def person_said(
    request: AnyRequest, hall: FromPath[str], services: Provided, item: FromQuery[str] = "", day: FromQuery[str] = ""
) -> Page:
    office, about, wished = await _wish(request, services, hall, item, day)
    if about is None or wished is None:
        return await back(request, services, office, item, day)
    draft = drafts.typed(await drafts.form_of(request))
    party, errors = drafts.party_of(draft, office.today)
    if party is None:
        return _person_page(request, office, about, wished, draft, errors)
    try:
        await _ask(request, services, office, party, draft)
    except Problem as refused:
        return _person_page(request, office, about, wished, draft, {"": refused})
    return see(shown.way(office.hall, about, wished)["wait_code"], drafts.draft_cookie(services, draft))


async def _ask(request: AnyRequest, services: Services, office: Office, party: Party, draft: drafts.Draft) -> None:
    """Send a code and keep in the draft which. Raises TooMany."""
    slow_down(request, services.taking)
    services.texting.take(party.contact)
    async with services.moving(office.hall.id, None) as tx:
        draft.asked = await proof.ask(tx, office, party.contact, language_of(request))
    services.messages.wake()


@get("/book/{hall:str}/waiting/code", name="page_book_wait_code", media_type=MediaType.HTML)
async def code(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    item: FromQuery[str] = "",
    day: FromQuery[str] = "",
    again: FromQuery[str] = "",
) -> Page:
    slow_down(request, services.asking)
    office, about, wished = await _wish(request, services, hall, item, day)
    if about is None or wished is None:
        return await back(request, services, office, item, day)
    draft, party = _kept(request, services, office)
    if draft is None or party is None:
        return _first_the_person(request, office, about, wished)
    return _code_page(request, services, office, about, wished, party, again=bool(again))


@post("/book/{hall:str}/waiting/code", name="page_book_wait_join", media_type=MediaType.HTML)
async def join(
    request: AnyRequest, hall: FromPath[str], services: Provided, item: FromQuery[str] = "", day: FromQuery[str] = ""
) -> Page:
    """Check the code and join the list; ``again``: send another one."""
    office, about, wished = await _wish(request, services, hall, item, day)
    if about is None or wished is None:
        return await back(request, services, office, item, day)
    form, (draft, party) = await drafts.form_of(request), _kept(request, services, office)
    if draft is None or party is None:
        return _first_the_person(request, office, about, wished)
    try:
        if "again" in form:
            await _ask(request, services, office, party, draft)
            here = shown.way(office.hall, about, wished)["wait_code"]
            return see(here + "&again=1", drafts.draft_cookie(services, draft))
        slow_down(request, services.taking)
        _check(services, office, draft, party, form["code"])
        since, until = drafts.PARTS[draft.part]
        needs, language = booked.needs(draft.needs), language_of(request)
        async with services.moving(office.hall.id, None) as tx:
            key = await waiting.join(
                tx, office, about, wished, Channel.ONLINE, party, needs, language, since=since, until=until
            )
    except Forbidden as barred:
        return _code_page(request, services, office, about, wished, party, error=barred)
    except Problem as refused:
        field = "code" if isinstance(refused, Invalid) else ""
        return _code_page(request, services, office, about, wished, party, {field: refused})
    return see(f"/book/waiting/{key}", *drafts.forgotten(drafts.DRAFT))


def _check(services: Services, office: Office, draft: drafts.Draft, party: Party, number: str) -> None:
    """Raises Invalid for a wrong code, TooMany for whoever guesses."""
    number = typed_code(number)
    services.guessing.take(f"answer {party.contact}")
    if draft.asked is None or not proof.answers(draft.asked, party.contact, number, office.now):
        raise Invalid(N_("验证码不对或已过期，请核对最新一条短信，或重新获取"), code="wrong_code")


def _kept(request: AnyRequest, services: Services, office: Office) -> tuple[drafts.Draft | None, Party | None]:
    """Who was named on the person step in this browser, once a code was sent."""
    draft = drafts.kept(request, services)
    if draft is None or draft.asked is None:
        return None, None
    return draft, drafts.party_of(draft, office.today)[0]


def _first_the_person(request: AnyRequest, office: Office, item: ItemFacts, day: date) -> Template:
    missing = BookingRefused(N_("请先填写办事人信息"), code="person_needed")
    return _person_page(request, office, item, day, drafts.Draft(), {"": missing})


def _person_page(
    request: AnyRequest,
    office: Office,
    item: ItemFacts,
    day: date,
    draft: drafts.Draft,
    errors: dict[str, Problem] | None = None,
) -> Template:
    about = _about(request, office, item, day, "person")
    return page(request, "book_person.html", office, errors=errors or NOTHING_WRONG, draft=draft, **about)


def _code_page(
    request: AnyRequest,
    services: Services,
    office: Office,
    item: ItemFacts,
    day: date,
    party: Party,
    errors: dict[str, Problem] | None = None,
    *,
    error: Problem | None = None,
    again: bool = False,
) -> Template:
    return page(
        request,
        "book_code.html",
        office,
        error,
        errors=errors or NOTHING_WRONG,
        party=party,
        phone=mask_phone(party.contact),
        again=again,
        logged=not services.settings.production and not services.settings.sms_url,
        **_about(request, office, item, day, "code"),
    )


def _about(request: AnyRequest, office: Office, item: ItemFacts, day: date, step: str) -> dict[str, Any]:
    language, links = language_of(request), shown.way(office.hall, item, day)
    links |= {"person": links["wait"], "code": links["wait_code"]}
    return {
        "item": item,
        "links": links,
        "when": day_text(day, language),
        "waits": True,
        "steps": shown.steps(step, links, language, shown.TO_WAIT),
    }


# How it stands --------------------------------------------------------------------------------------------------------


@get("/book/waiting/{key:str}", name="page_waiting", media_type=MediaType.HTML)
async def show(request: AnyRequest, key: FromPath[str], services: Provided) -> Page:
    """An entry, for whoever has its link."""
    return await _standing(request, services, key)


@post("/book/waiting/{key:str}", name="page_waiting_said", media_type=MediaType.HTML)
async def answer(request: AnyRequest, key: FromPath[str], services: Provided) -> Page:
    """``accept``: the offered place is booked. ``leave``: wait no more, or let the place go to the next."""
    slow_down(request, services.taking)
    form = await drafts.form_of(request)
    office, row = await entry(request, services, key)
    try:
        async with services.moving(office.hall.id, None) as tx:
            if "accept" in form:
                made = await waiting.accept(tx, office, row)
            elif "leave" in form and (freed := await waiting.leave(tx, office, row)) is not None:
                await waiting.offer(tx, office, [freed])
    except Problem as refused:
        return await _standing(request, services, key, refused)
    services.messages.wake()
    return see(office.link(made.code).removeprefix(office.root) if "accept" in form else f"/book/waiting/{key}")


async def _standing(request: AnyRequest, services: Services, key: str, error: Problem | None = None) -> Template:
    office, row = await entry(request, services, key)
    item = office.hall.items_by_id[row.item_id]
    language = language_of(request)
    return page(
        request,
        "book_waiting.html",
        office,
        error,
        item=item,
        entry=await seen(request, services, office, row),
        day=day_text(row.day, language),
        until=local(row.expires_at, office.hall.timezone) if row.expires_at else None,
        seconds=int((row.expires_at - office.now).total_seconds()) if row.expires_at else 0,
        links=shown.way(office.hall, item, row.day),
    )


router = Router(
    "/",
    route_handlers=[person, person_said, code, join, show, answer],
    middleware=[compressed],
    opt={"anonymous": True},
    cache_control=CacheControlHeader(no_store=True),
)
