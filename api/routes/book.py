"""Booking online (`/book`): which item, day and time; one question each, with readable addresses and without scripts.

The place is held from the time step on: its key is in a cookie, so that a reload finds the same hold with what is left
of its time. Who comes, and the code, is `book_who`. Whoever skips a step comes back to it, and nothing has changed.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from litestar import MediaType, Request, Response, Router, get, post
from litestar.datastructures import CacheControlHeader
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from ...booking.office import Office
from ...booking.state import Channel
from ...core.errors import BookingRefused, Problem
from ...core.i18n import N_
from ...queue.facts import HallFacts, ItemFacts
from .. import drafts
from ..guard import services_of
from ..language import language_of
from ..light import compressed
from ..limits import slow_down
from ..offices import office_for
from ..services import Provided, Services
from . import book_shown as shown
from .halls import matches
from .slots import bookable, free, kept, slot_named

AnyRequest = Request[Any, Any, Any]
Page = Response[Any]
MOST_FOUND = 30
FAVOURITES = 8
LONGEST_SEARCH = 60
NOTHING_WRONG: Final[Mapping[str, Problem]] = MappingProxyType({})


def page(
    request: AnyRequest,
    name: str,
    office: Office,
    error: Problem | None = None,
    errors: Mapping[str, Problem] = NOTHING_WRONG,
    **context: Any,
) -> Template:
    """A page of a hall's booking. ``error``: why somebody sees it, said on top; ``errors``: what is wrong, by field.

    What is wrong with no field alone stands under no name.
    """
    language = language_of(request)
    told = shown.said(error, language) if error else ""
    fields = {field: shown.said(each, language) for field, each in errors.items()}
    status = next((each.status for each in (error, *errors.values()) if each), 200)
    edition = services_of(request).editions.of(office.hall, office.book).booking
    context |= {"hall": office.hall, "office": office, "told": told, "errors": fields, "edition": edition}
    return Template(name, context=context, status_code=status)


def see(path: str, *cookies: Any) -> Page:
    """On to another page, which a reload does not send again."""
    return Redirect(path, status_code=303, cookies=list(cookies))


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# Item, day, time ------------------------------------------------------------------------------------------------------


@get("/book", name="page_book", media_type=MediaType.HTML)
async def halls(services: Provided) -> Page:
    """Which hall; where there is only one, that is no question."""
    known = await services.halls.all()
    if len(known) == 1:
        return see(shown.hall_path(known[0]))
    return Template("book_hall.html", context={"halls": [(shown.hall_path(hall), hall) for hall in known]})


@get("/book/{hall:str}", name="page_book_hall", media_type=MediaType.HTML)
async def choose(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    q: FromQuery[str] = "",
    item: FromQuery[str] = "",
    day: FromQuery[str] = "",
) -> Page:
    """What is asked next: the item, then the day, then the time."""
    slow_down(request, services.asking)
    office = await office_for(request, services, await services.halls.get(hall))
    if not item:
        return item_page(request, office, q)
    return await back(request, services, office, item, day)


@post("/book/{hall:str}", name="page_book_hold", media_type=MediaType.HTML)
async def hold(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    item: FromQuery[str] = "",
    day: FromQuery[str] = "",
) -> Page:
    """Hold the slot that was pressed; a slot that is gone meanwhile leads back to the others of its day."""
    slow_down(request, services.taking)
    office = await office_for(request, services, await services.halls.get(hall))
    form = await drafts.form_of(request)
    try:
        number, about = slot_named(form["slot"], item, office.hall)
        async with services.moving(office.hall.id, None) as tx:
            taken = await kept(tx, office, about, number, Channel.ONLINE, drafts.key_in(request))
    except Problem as refused:
        return await back(request, services, office, item, day, refused)
    services.messages.wake()
    links = shown.way(office.hall, about, day_of(day))
    return see(links["person"], drafts.hold_cookie(services, taken.key))


def item_page(request: AnyRequest, office: Office, q: str = "", error: Problem | None = None) -> Template:
    """Items by words, pinyin initials or code; without words those most asked for that can be booked."""
    hall, words = office.hall, q.strip()[:LONGEST_SEARCH]
    every = hall.items.values()
    found = [one for one in every if matches(one, hall, words)] if words else [one for one in every if one.bookable]
    most = MOST_FOUND if words else FAVOURITES
    return page(
        request,
        "book_item.html",
        office,
        error,
        q=words,
        items=[_listed(one, hall) for one in found[:most]],
        found=len(found),
        steps=shown.steps("item", {}, language_of(request)),
    )


def _listed(item: ItemFacts, hall: HallFacts) -> dict[str, Any]:
    agency = hall.agencies.get(item.agency_id or 0)
    return {
        "name": item.name,
        "department": hall.departments[item.department_id].name,
        "href": shown.way(hall, item)["day"] if item.bookable and item.line_id else "",
        "agency": agency.name if agency and not item.line_id else "",
    }


async def back(
    request: AnyRequest, services: Services, office: Office, item: str, day: str, error: Problem | None = None
) -> Template:
    """The time step, or the earlier one that still has a question; ``error``: why somebody is sent back to it."""
    try:
        about = bookable(office.hall, item)
    except Problem as unknown:
        return item_page(request, office, error=error or unknown)
    language, wished = language_of(request), day_of(day)
    found = await free(services, office, about, Channel.ONLINE, hold=drafts.key_in(request))
    week = shown.days(office, found, language)
    chosen = next((one for one in week if one["day"] == day and one["state"] != "shut"), None)
    links = shown.way(office.hall, about, wished if chosen else None)
    for one in week:
        there = shown.way(office.hall, about, date.fromisoformat(one["day"]))
        one |= {"href": there["time"] if one["state"] == "open" else "", "wait": there["wait"]}
    context: dict[str, Any] = {"item": about, "links": links, "week": week, "chosen": chosen}
    if chosen is None:
        if wished is not None and error is None:
            error = BookingRefused(N_("这一天不能预约，请另选日期"), code="day_shut")
        return page(request, "book_day.html", office, error, steps=shown.steps("day", links, language), **context)
    of_day = found | {"slots": [slot for slot in found["slots"] if slot["day"] == day]}
    parts = shown.times(of_day, language)
    return page(
        request, "book_time.html", office, error, steps=shown.steps("time", links, language), day_parts=parts, **context
    )


router = Router(
    "/",
    route_handlers=[halls, choose, hold],
    middleware=[compressed],
    opt={"anonymous": True},
    cache_control=CacheControlHeader(no_store=True),
)
