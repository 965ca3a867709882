"""What supervisors put on the screens: slides, the ticker, who is on duty, faces for the staff cards."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any

from litestar import Request, Response, Router, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Meta, Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from ...core.bus import What
from ...core.clock import business_day, now
from ...core.errors import Invalid, NotFound
from ...core.i18n import N_
from ...queue import signage
from ...queue.facts import HallFacts
from ...queue.shows import RosterPart
from ..once import Answered, Work, once
from ..services import Provided, Services
from . import shown
from .bodies import NO_NUL, Code
from .media import hall_of

AnyRequest = Request[Any, Any, Any]
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]

DAYS = 14


class NewSlide(Struct, forbid_unknown_fields=True):
    """A notice, or with ``media`` (its digest) a picture or video that ``text`` describes."""

    media: Digest | None = None
    text: Annotated[str, Meta(max_length=400, pattern=NO_NUL)] = ""
    text_en: Annotated[str, Meta(max_length=600, pattern=NO_NUL)] = ""
    seconds: Annotated[int, Meta(ge=3, le=600)] | None = None
    since: datetime | None = None
    until: datetime | None = None


class Place(Struct, forbid_unknown_fields=True):
    place: Annotated[int, Meta(ge=0, le=1000)]


class Ticker(Struct, forbid_unknown_fields=True):
    text: Annotated[str, Meta(max_length=400, pattern=NO_NUL)]


class OnDuty(Struct, forbid_unknown_fields=True):
    """Badges; null: nobody is named."""

    first_desk: Code | None = None
    leader: Code | None = None


class Photo(Struct, forbid_unknown_fields=True):
    media: Digest | None


async def _change(request: AnyRequest, services: Services, facts: HallFacts, work: Work) -> Response[bytes]:
    return await once(request, services, facts.id, work, What.HALL)


@get("/halls/{hall:str}/slides", name="slides")
async def slides(request: AnyRequest, hall: FromPath[str], services: Provided) -> dict[str, Any]:
    """What boards show while nobody is called, in order, also what is not yet or no longer shown; and the ticker."""
    facts, moment = await hall_of(request, hall, services), now()
    async with services.database.read() as connection:
        rows = await signage.slides(connection, facts.id)
    return {
        "slides": [
            {
                "id": row.id,
                "kind": row.kind or "notice",
                "name": row.name,
                "url": f"/media/{facts.code}/{row.digest}" if row.digest else None,
                "text": row.text,
                "text_en": row.text_en,
                "seconds": row.seconds,
                "since": shown.stamp(row.since, facts),
                "until": shown.stamp(row.until, facts),
                "when": _when(row.since, row.until, moment),
            }
            for row in rows
        ],
        "ticker": facts.ticker,
    }


def _when(since: datetime | None, until: datetime | None, moment: datetime) -> str:
    if until is not None and until <= moment:
        return "over"
    return "later" if since is not None and moment < since else "now"


@post("/halls/{hall:str}/slides", name="slide_add")
async def slide_add(
    request: AnyRequest, hall: FromPath[str], data: JSONBody[NewSlide], services: Provided
) -> Response[bytes]:
    """Put something at the end of the list; 201 with its id."""
    facts = await hall_of(request, hall, services)

    async def work(tx: AsyncConnection) -> Answered:
        slide_id = await signage.add_slide(
            tx,
            facts.id,
            request.user.actor,
            now(),
            digest=data.media,
            text=data.text,
            text_en=data.text_en,
            seconds=data.seconds,
            since=data.since,
            until=data.until,
        )
        return Answered(201, {"id": slide_id})

    return await _change(request, services, facts, work)


@delete("/halls/{hall:str}/slides/{slide:str}", name="slide_delete", status_code=200)
async def slide_delete(
    request: AnyRequest, hall: FromPath[str], slide: FromPath[str], services: Provided
) -> Response[bytes]:
    facts = await hall_of(request, hall, services)

    async def work(tx: AsyncConnection) -> Answered:
        await signage.remove_slide(tx, facts.id, _number(slide), request.user.actor, now())
        return Answered(204)

    return await _change(request, services, facts, work)


@post("/halls/{hall:str}/slides/{slide:str}/move", name="slide_move", status_code=200)
async def slide_move(
    request: AnyRequest, hall: FromPath[str], slide: FromPath[str], data: JSONBody[Place], services: Provided
) -> Response[bytes]:
    """Let it be the one at ``place``, counted from 0."""
    facts = await hall_of(request, hall, services)

    async def work(tx: AsyncConnection) -> Answered:
        await signage.move_slide(tx, facts.id, _number(slide), data.place, request.user.actor, now())
        return Answered(204)

    return await _change(request, services, facts, work)


@post("/halls/{hall:str}/ticker", name="ticker", status_code=200)
async def ticker(
    request: AnyRequest, hall: FromPath[str], data: JSONBody[Ticker], services: Provided
) -> Response[bytes]:
    """Write what stands along the foot of every board, at once; empty: nothing does."""
    facts = await hall_of(request, hall, services)

    async def work(tx: AsyncConnection) -> Answered:
        return Answered(200, {"text": await signage.set_ticker(tx, facts.id, data.text, request.user.actor, now())})

    return await _change(request, services, facts, work)


@get("/halls/{hall:str}/roster", name="roster")
async def roster(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    days: Annotated[int, QueryParameter(ge=1, le=DAYS)] = 7,
    since: FromQuery[date | None] = None,
) -> dict[str, Any]:
    """Who is on duty (R13), day by day from ``since`` (else today); null where nobody is named."""
    facts = await hall_of(request, hall, services)
    first = since or business_day(now(), facts.timezone)
    _known_year(first)
    async with services.database.read() as connection:
        rows = await signage.roster(connection, facts.id, first, first + timedelta(days=days - 1))
    named = {(row.day, row.part): {"badge": row.badge, "name": row.name} for row in rows}
    return {
        "roster": [
            {"day": day} | {part: named.get((day, part)) for part in RosterPart}
            for day in (first + timedelta(days=ahead) for ahead in range(days))
        ]
    }


@put("/halls/{hall:str}/roster/{day:str}", name="roster_set")
async def roster_set(
    request: AnyRequest, hall: FromPath[str], day: FromPath[str], data: JSONBody[OnDuty], services: Provided
) -> Response[bytes]:
    """Who is on duty on a day; a part that is not named has nobody."""
    facts = await hall_of(request, hall, services)
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise _no_day() from None
    _known_year(on)
    named = {RosterPart.FIRST_DESK: data.first_desk, RosterPart.LEADER: data.leader}

    async def work(tx: AsyncConnection) -> Answered:
        badges = {part: badge for part, badge in named.items() if badge is not None}
        await signage.set_roster(tx, facts.id, on, badges, request.user.actor, now())
        return Answered(204)

    return await _change(request, services, facts, work)


@get("/halls/{hall:str}/staff", name="staff")
async def staff(request: AnyRequest, hall: FromPath[str], services: Provided) -> dict[str, Any]:
    """Everybody who works in the hall, by badge, with the picture on his staff card."""
    facts = await hall_of(request, hall, services)
    async with services.database.read() as connection:
        rows = await signage.staff(connection, facts.id)
    return {
        "staff": [
            {
                "badge": row.badge,
                "name": row.name,
                "role": row.role,
                "photo": f"/media/{facts.code}/{row.digest}" if row.digest else None,
            }
            for row in rows
        ]
    }


@put("/halls/{hall:str}/staff/{badge:str}/photo", name="staff_photo")
async def photo(
    request: AnyRequest, hall: FromPath[str], badge: FromPath[str], data: JSONBody[Photo], services: Provided
) -> Response[bytes]:
    """The face on somebody's staff card (R43); null takes it away."""
    facts = await hall_of(request, hall, services)

    async def work(tx: AsyncConnection) -> Answered:
        await signage.set_photo(tx, facts.id, badge, data.media, request.user.actor, now())
        return Answered(204)

    return await _change(request, services, facts, work)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise NotFound(N_("没有这一项，可能已被删除"), code="unknown_slide")
    return int(text)


def _known_year(day: date) -> None:
    if not 2000 <= day.year <= 2999:
        raise _no_day()


def _no_day() -> Invalid:
    return Invalid(N_("日期无效"), code="invalid_day")


router = Router(
    "/",
    route_handlers=[slides, slide_add, slide_delete, slide_move, ticker, roster, roster_set, staff, photo],
)
