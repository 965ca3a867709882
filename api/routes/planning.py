"""Steering of booking: the hall's rules, a slot's places, closing a day, and what stands in the way."""

from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, delete, get, patch, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from ...booking import appointments, closing, rulebook, slots, waiting
from ...booking.office import Office
from ...booking.planning import replan
from ...booking.rules import RulesFacts
from ...booking.wording import Reason
from ...core import journal
from ...core.bus import What
from ...core.errors import BookingRefused
from ...core.i18n import N_, Language
from ...queue import closing as hours
from ..language import language_of
from ..offices import office_for
from ..once import Answered, once
from ..services import Provided
from . import booked
from .appointments import line_named, line_or_all
from .bodies import Closure, LineBooking, Places

AnyRequest = Request[Any, Any, Any]


@get("/halls/{hall:str}/booking-rules", name="booking_rules")
async def rules(request: AnyRequest, hall: FromPath[str], services: Provided) -> RulesFacts:
    """How the hall takes bookings."""
    facts = await services.halls.get(hall)
    return (await office_for(request, services, facts)).rules


@put("/halls/{hall:str}/booking-rules", name="booking_rules_set")
async def set_rules(
    request: AnyRequest, hall: FromPath[str], data: JSONBody[dict[str, Any]], services: Provided
) -> dict[str, Any]:
    """Change some of the rules; slots are planned anew at once. ``in_the_way``: appointments without a place any more.

    400 ``invalid_rules`` for a value out of bounds, and nothing is changed.
    """
    facts = await services.halls.get(hall)
    office = await office_for(request, services, facts)
    async with services.moving(facts.id, What.HALL) as tx:
        changed = await rulebook.change(tx, facts.id, data)
        said = {name: value for name, value in data.items() if value != getattr(office.rules, name)}
        await journal.write(tx, hall_id=facts.id, at=office.now, actor=office.by.label, action="booking_rules", **said)
        rows = await replan(tx, office)
    services.messages.wake()
    return {"rules": msgspec.to_builtins(changed), "in_the_way": shown(office, rows, language_of(request))}


@get("/halls/{hall:str}/booking-rules/{line:str}", name="booking_rules_of_line")
async def line_rules(
    request: AnyRequest, hall: FromPath[str], line: FromPath[str], services: Provided
) -> rulebook.LineFacts:
    """What a line does otherwise than its hall; null: as the hall."""
    facts = await services.halls.get(hall)
    office = await office_for(request, services, facts)
    return office.book.line(line_named(office, line))


@put("/halls/{hall:str}/booking-rules/{line:str}", name="booking_rules_line")
async def set_line(
    request: AnyRequest, hall: FromPath[str], line: FromPath[str], data: JSONBody[LineBooking], services: Provided
) -> dict[str, Any]:
    """What a line does otherwise than its hall, planned anew at once; null: as the hall. As with `set_rules`."""
    facts = await services.halls.get(hall)
    office = await office_for(request, services, facts)
    line_id, said = line_named(office, line), msgspec.structs.asdict(data)
    async with services.moving(facts.id, What.HALL) as tx:
        await rulebook.change_line(tx, facts.id, line_id, rulebook.LineFacts(**said))
        about = {"line": line} | said
        await journal.write(tx, hall_id=facts.id, at=office.now, actor=office.by.label, action="booking_rules", **about)
        rows = await replan(tx, office)
    services.messages.wake()
    return {"line": line, **said, "in_the_way": shown(office, rows, language_of(request))}


def shown(office: Office, rows: Any, language: Language) -> list[dict[str, Any]]:
    """Appointments as officers see them."""
    return [booked.appointment(office, row, language, ours=True) for row in rows]


@get("/halls/{hall:str}/bookings", name="bookings")
async def bookings(
    request: AnyRequest, hall: FromPath[str], services: Provided, day: Annotated[date | None, QueryParameter()] = None
) -> dict[str, Any]:
    """A day (else today) by lines: places, booked, held, closed; and what is booked in closed slots from today on."""
    facts = await services.halls.get(hall)
    office = await office_for(request, services, facts)
    day = day or office.today
    async with services.database.read() as connection:
        rows = await slots.of_day(connection, facts.id, day)
        standing = await appointments.in_slots(
            connection, facts.id, await slots.stuck(connection, facts.id, office.today)
        )
    return {
        "day": booked.day(office, day, None),
        "today": office.today.isoformat(),
        "last_day": office.last_day.isoformat(),
        "lines": [booked.line_day(office, line, rows) for line in facts.lines.values()],
        "in_the_way": shown(office, standing, language_of(request)),
    }


@patch("/slots/{slot:int}", name="slot_resize")
async def resize(
    request: AnyRequest, slot: FromPath[int], data: JSONBody[Places], services: Provided
) -> dict[str, Any]:
    """Set a slot's places by hand. 409 ``booked_more`` with the appointments that stand in the way (``in_the_way``)."""
    async with services.database.read() as connection:
        hall_id = await slots.hall_of(connection, slot)
    facts = await services.halls.by_id(hall_id)
    office = await office_for(request, services, facts)
    async with services.database.write() as tx:
        row = await slots.find(tx, facts.id, slot)
        changed = await slots.resize(tx, row, data.places, office.rules)
        if changed is None:
            codes = [one.code for one in await appointments.in_slots(tx, facts.id, [slot])]
            raise BookingRefused(
                N_("该时段已约{booked}个、正在预约{held}个，不能少于已占用的名额。涉及的预约：{codes}"),
                code="booked_more",
                booked=row.booked,
                held=row.held,
                codes="、".join(codes),
            )
        await waiting.offer(tx, office, [slot])
        said = {"slot": slot, "places": data.places}
        await journal.write(tx, hall_id=facts.id, at=office.now, actor=office.by.label, action="slot_resize", **said)
    services.messages.wake()
    return booked.slot_figures(office, changed)


@post("/halls/{hall:str}/closures", name="day_close", status_code=200)
async def close(
    request: AnyRequest, hall: FromPath[str], data: JSONBody[Closure], services: Provided
) -> Response[bytes]:
    """Close a day, of the hall or one line. Without ``appointments`` nothing is done but to list who has booked.

    ``move``: to the nearest free time, ``cancel``; each of them is told, with the reason.
    """
    facts = await services.halls.get(hall)
    office = await office_for(request, services, facts)
    line_id, language = line_or_all(office, data.line), language_of(request)

    async def work(tx: AsyncConnection) -> Answered:
        if data.appointments is None:
            rows = await closing.preview(tx, office, data.day, line_id)
            return Answered(200, {"affected": shown(office, rows, language), "moved": [], "cancelled": []})
        reason = Reason(data.reason.strip(), data.reason_en.strip())
        done = await closing.close(tx, office, data.day, line_id, reason, data.appointments)
        moved, cancelled = shown(office, done.moved, language), shown(office, done.cancelled, language)
        return Answered(200, {"affected": [], "moved": moved, "cancelled": cancelled})

    answer = await once(request, services, facts.id, work, What.HALL)
    services.messages.wake()
    return answer


@delete("/halls/{hall:str}/closures", name="day_reopen", status_code=204)
async def reopen(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    day: Annotated[date, QueryParameter()],
    line: Annotated[str | None, QueryParameter(max_length=4)] = None,
) -> None:
    """The usual hours hold again, and places can be booked; nobody is moved back."""
    facts = await services.halls.get(hall)
    office = await office_for(request, services, facts)
    async with services.moving(facts.id, What.HALL) as tx:
        await hours.reopen(tx, facts.id, day, line_or_all(office, line), office.by, office.now)
        await replan(tx, office)
    services.messages.wake()


router = Router("/", route_handlers=[rules, set_rules, line_rules, set_line, bookings, resize, close, reopen])
