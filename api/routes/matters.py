"""Matters (R9): put before the leaders by an officer, answered by a supervisor."""

from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from ...cases import filing, matter
from ...cases.matter import MatterRow
from ...cases.office import Office
from ...core.clock import now
from ...core.errors import NotFound
from ...core.i18n import N_, Language, translate
from ...core.types import NEWEST
from ...queue import moves
from ...queue.actor import Actor
from ...queue.facts import HallFacts
from ..case_offices import office_for
from ..language import language_of
from ..once import Answered, once
from ..services import Provided, Services
from . import shown
from .bodies import MatterAnswer, NewMatter
from .halls import offset_of
from .media import hall_of

AnyRequest = Request[Any, Any, Any]
MOST_LISTED = 50
Wanted = Annotated[matter.State | None, QueryParameter(name="state")]


def brief(row: MatterRow, services: Services, hall: HallFacts, by: Actor, language: Language) -> dict[str, Any]:
    """A matter as its officer and the leaders see it."""
    return {
        "number": row.number,
        "kind": row.kind,
        "kind_text": translate(language, matter.KINDS[matter.Kind(row.kind)]),
        "urgent": row.urgent,
        "state": row.state,
        "text": services.vault.open(row.text) if row.text is not None else "",
        "case": row.case_number,
        "ticket": row.ticket_number,
        "officer": row.officer,
        "mine": row.officer_id == by.staff_id,
        "at": shown.stamp(row.at, hall),
        "answer_by": shown.stamp(row.answer_by, hall),
        "overdue": row.answered_at is None and row.answer_by < now(),
        "answer": services.vault.open(row.answer) if row.answer is not None else "",
        "answered_by": row.answered_by,
        "answered_at": shown.stamp(row.answered_at, hall),
    }


@post("/halls/{hall:str}/matters", name="matter_put")
async def put(
    request: AnyRequest, hall: FromPath[str], data: JSONBody[NewMatter], services: Provided
) -> Response[bytes]:
    """Put something before the leaders: 201 with the matter. ``case``: a number; ``ticket``: a ticket's id.

    404 ``unknown_case``, ``unknown_ticket``, also for those of another hall.
    """
    facts, language = await hall_of(request, hall, services), language_of(request)
    office = await office_for(request, services, facts)
    about = await _about(services, office, data)

    async def work(tx: AsyncConnection) -> Answered:
        number = await matter.put(tx, office, data.text, data.kind, urgent=data.urgent, **about)
        return Answered(201, brief(await matter.find(tx, number, office.by), services, facts, office.by, language))

    answered = await once(request, services, facts.id, work, None)
    services.messages.wake()
    return answered


@get("/halls/{hall:str}/matters", name="matters")
async def listed(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    state_wanted: Wanted = None,
    cursor: FromQuery[str | None] = None,
) -> dict[str, Any]:
    """Matters, newest first: officers see their own, supervisors all. ``pending``: how many wait for an answer."""
    facts, language, by = await hall_of(request, hall, services), language_of(request), request.user.actor
    below = NEWEST if cursor is None else offset_of(cursor)
    states = [state_wanted] if state_wanted else list(matter.State)
    async with services.database.read() as connection:
        rows = await matter.listed(connection, facts.id, by, states, below, MOST_LISTED)
        pending = await matter.count(connection, facts.id, by)
    return {
        "matters": [brief(row, services, facts, by, language) for row in rows],
        "pending": pending,
        "cursor": str(rows[-1].id) if len(rows) == MOST_LISTED else None,
    }


@post("/matters/{number:str}/answer", name="matter_answer", status_code=200)
async def answer(
    request: AnyRequest, number: FromPath[str], data: JSONBody[MatterAnswer], services: Provided
) -> Response[bytes]:
    """What the officer is to do. 409 ``matter_answered``."""
    async with services.database.read() as connection:
        row = await matter.find(connection, number, request.user.actor)
    facts, language = await services.halls.by_id(row.hall_id), language_of(request)
    office: Office = await office_for(request, services, facts)

    async def work(tx: AsyncConnection) -> Answered:
        await matter.answer(tx, office, row, data.text)
        return Answered(200, brief(await matter.find(tx, row.number, office.by), services, facts, office.by, language))

    answered = await once(request, services, facts.id, work, None)
    services.messages.wake()
    return answered


async def _about(services: Services, office: Office, data: NewMatter) -> dict[str, int | None]:
    """What it is about, and whose chain it climbs. Raises NotFound."""
    hall, department, case, ticket = office.hall, None, None, None
    async with services.database.read() as connection:
        if data.ticket:
            row = await moves.find(connection, data.ticket)
            if row.hall_id != hall.id:
                raise NotFound(N_("没有这个号"), code="unknown_ticket")
            item = hall.items_by_id.get(row.item_id)
            ticket, department = row.id, item.department_id if item else None
        if data.case:
            found = await filing.find(connection, data.case)
            if found.hall_id != hall.id:
                raise filing.unknown()
            filing.sees(office, found)
            case, department = found.id, found.unit_id
    return {"department_id": department, "case_id": case, "ticket_id": ticket}


router = Router("/", route_handlers=[put, listed, answer])
