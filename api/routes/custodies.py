"""Papers taken in for whom is not there, passed on and acknowledged (R7), and their numbered receipt (R11)."""

from typing import Annotated, Any

from litestar import MediaType, Request, Response, Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Template
from sqlalchemy.ext.asyncio import AsyncConnection

from ...cases import custody
from ...cases.applicant import Applicant, Party
from ...cases.custody import STATES, CustodyRow, State
from ...core.clock import local, now
from ...core.errors import Forbidden, NotFound
from ...core.i18n import N_, date_text, translate
from ...core.types import NEWEST
from ...queue import moves, officers
from ...queue.facts import HallFacts
from ..case_offices import office_for
from ..guard import of_hall
from ..language import language_of
from ..limits import PRIVATE, slow_down
from ..links import root_of, square
from ..once import Answered, once
from ..services import Provided
from . import shown
from .bodies import NewCustody, PassOn
from .halls import offset_of

AnyRequest = Request[Any, Any, Any]
MOST_LISTED = 50


def brief(row: CustodyRow, hall: HallFacts, request: AnyRequest) -> dict[str, Any]:
    """Papers in custody as lists show them: who brought them is masked."""
    by, moment = request.user.actor, now()
    return {
        "id": row.id,
        "number": row.number,
        "ticket": row.ticket,
        "for": {"department": row.department, "officer": row.staff},
        "matter": row.matter,
        "materials": row.materials,
        "applicant": row.applicant,
        "officer": row.officer,
        "at": shown.stamp(row.at, hall),
        "pass_by": row.pass_by.isoformat(),
        "state": row.state,
        "state_text": translate(language_of(request), STATES[State(row.state)]),
        "late": custody.is_late(row, moment, hall.timezone),
        "passed_to": row.passed_to,
        "passed_at": shown.stamp(row.passed_at, hall),
        "acknowledged_at": shown.stamp(row.acknowledged_at, hall),
        "actions": custody.actions(row, hall, by),
        "mine": by.staff_id in (row.officer_id, row.staff_id, row.passed_to_id),
        "url": f"/custody/{row.key}",
    }


@post("/halls/{hall:str}/custodies", name="custody_take")
async def take(
    request: AnyRequest, hall: FromPath[str], data: JSONBody[NewCustody], services: Provided
) -> Response[bytes]:
    """Take papers in for a department or an officer: 201 with their number and the address of the receipt."""
    facts = await services.halls.get(hall)
    office = await office_for(request, services, facts)
    if office.by.staff_id is None:
        raise Forbidden
    item = facts.items.get(data.item) if data.item else None
    if data.item and item is None:
        raise NotFound(N_("没有这个事项"), code="unknown_item")
    department = next((one for one in facts.departments.values() if one.code == data.department), None)
    if data.department and department is None:
        raise NotFound(N_("没有这个部门"), code="unknown_department")
    party = Party(Applicant(data.name, data.company, data.phone, address=data.address))

    async def work(tx: AsyncConnection) -> Answered:
        ticket = await moves.find(tx, data.ticket) if data.ticket else None
        if ticket is not None and ticket.hall_id != facts.id:
            raise NotFound(N_("没有这个号"), code="unknown_ticket")
        taken = custody.Taken(
            party=party,
            matter=data.matter or (item.name if item else ""),
            materials=data.materials,
            department_id=department.id if department else None,
            staff_id=await officers.with_badge(tx, facts.id, data.to) if data.to else None,
            item_id=item.id if item else None,
            ticket_id=ticket.id if ticket else None,
        )
        number = await custody.take(tx, office._replace(now=now()), taken)
        return Answered(201, brief(await custody.find(tx, facts.id, number), facts, request))

    return await once(request, services, facts.id, work, what=None)


@get("/halls/{hall:str}/custodies", name="custodies")
async def listed(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    mine: FromQuery[bool] = False,
    pending: FromQuery[bool] = True,
    cursor: Annotated[str | None, QueryParameter()] = None,
) -> dict[str, Any]:
    """What was taken in, newest first; ``pending``: what has not arrived; ``mine``: what I took in or am to get."""
    facts = await services.halls.get(hall)
    of_hall(request.user, facts)
    below = offset_of(cursor) if cursor else NEWEST
    me = request.user.actor.staff_id if mine else None
    async with services.database.read() as connection:
        rows = await custody.listed(connection, facts.id, below, MOST_LISTED + 1, pending=pending, mine=me)
    return {
        "custodies": [brief(row, facts, request) for row in rows[:MOST_LISTED]],
        "cursor": str(rows[MOST_LISTED - 1].id) if len(rows) > MOST_LISTED else None,
    }


@post("/halls/{hall:str}/custodies/{number:str}/pass", name="custody_pass", status_code=200)
async def pass_on(
    request: AnyRequest, hall: FromPath[str], number: FromPath[str], data: JSONBody[PassOn], services: Provided
) -> Response[bytes]:
    """Pass the papers on to an officer. 403 ``not_keeper`` for who does not have them, 409 ``custody_moved`` when they
    have arrived."""
    facts = await services.halls.get(hall)
    office = await office_for(request, services, facts)

    async def work(tx: AsyncConnection) -> Answered:
        row = await custody.find(tx, facts.id, number)
        await custody.pass_on(tx, office, row, await officers.with_badge(tx, facts.id, data.to))
        return Answered(200, brief(await custody.find(tx, facts.id, number), facts, request))

    return await once(request, services, facts.id, work, what=None)


@post("/halls/{hall:str}/custodies/{number:str}/acknowledge", name="custody_acknowledge", status_code=200)
async def acknowledge(
    request: AnyRequest, hall: FromPath[str], number: FromPath[str], services: Provided
) -> Response[bytes]:
    """The papers have arrived. 403 ``not_receiver`` for who is not to say so, 409 ``custody_moved`` before they were
    passed on."""
    facts = await services.halls.get(hall)
    office = await office_for(request, services, facts)

    async def work(tx: AsyncConnection) -> Answered:
        await custody.acknowledge(tx, office, await custody.find(tx, facts.id, number))
        return Answered(200, brief(await custody.find(tx, facts.id, number), facts, request))

    return await once(request, services, facts.id, work, what=None)


@get("/custody/{key:str}", name="page_custody", media_type=MediaType.HTML)
async def page(
    request: AnyRequest,
    key: FromPath[str],
    services: Provided,
    paper: Annotated[str, QueryParameter(max_length=4)] = "",
) -> Template:
    """The receipt for papers in custody, on A5 or 80 mm paper (R11): its square leads to how far they have come."""
    slow_down(request, services.asking)
    async with services.database.read() as connection:
        row = await custody.by_key(connection, key)
    hall = await services.halls.by_id(row.hall_id)
    context = {
        "hall": hall,
        "receipt": row,
        "at": local(row.at, hall.timezone),
        "due": date_text(row.pass_by, language_of(request)),
        "passed": local(row.passed_at, hall.timezone) if row.passed_at else None,
        "arrived": local(row.acknowledged_at, hall.timezone) if row.acknowledged_at else None,
        "state": translate(language_of(request), STATES[State(row.state)]),
        "qr": square(f"{root_of(request, services)}/custody/{key}"),
        "narrow": paper == "80",
    }
    return Template("custody.html", context=context)


router = Router("/", route_handlers=[take, listed, pass_on, acknowledge], cache_control=PRIVATE)
pages = Router("/", route_handlers=[page], cache_control=PRIVATE, response_headers={"x-robots-tag": "noindex"})
