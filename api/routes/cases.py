"""Cases: accepted at a window, moved on by their officers, followed by whoever applied."""

from datetime import timedelta
from typing import Annotated, Any

from litestar import Request, Response, Router, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import to_builtins
from sqlalchemy.ext.asyncio import AsyncConnection

from ...cases import acceptance, filing, moves, rules, speed
from ...cases.acceptance import Wish
from ...cases.applicant import DIGITS, opened
from ...cases.clock import Light
from ...cases.file import Ask
from ...cases.filing import CaseRow
from ...cases.office import LINK, Office
from ...cases.rules import RulesFacts
from ...cases.state import KINDS, Action
from ...core import journal
from ...core.bus import What
from ...core.clock import now
from ...core.errors import Forbidden, Invalid, NotFound
from ...core.i18n import N_, translate
from ...core.privacy import person_name, phone_number
from ...core.types import NEWEST
from ...queue import moves as tickets
from ..case_offices import office_for
from ..guard import of_hall
from ..language import language_of
from ..limits import PRIVATE, address_of, slow_down
from ..once import Answered, once
from ..permissions import STAFF, STEERING
from ..services import Provided, Services
from . import cased
from .bodies import Accepted, Assigned, Opinion
from .halls import offset_of

AnyRequest = Request[Any, Any, Any]
MOST_LISTED = 100
FIGURED_DAYS = 30
LONGEST_NUMBER = 24
SUPERVISED = (Action.EXTEND,)
"""What a supervisor approves (R30)."""
OWN = frozenset({Action.DEEM, Action.ACCEPT, Action.COMPLETE})
"""What nobody asks for by name."""


@post("/tickets/{key:str}/accept", name="case_accept")
async def accept(
    request: AnyRequest, key: FromPath[str], data: JSONBody[Accepted], services: Provided
) -> Response[bytes]:
    """Accept from the visitor whom a window serves: 201 with the case (R2). Its acceptance notice, one-time notice or
    its refusal is among ``papers``."""
    async with services.database.read() as connection:
        ticket = await tickets.find(connection, key)
    facts = await services.halls.by_id(ticket.hall_id)
    of_hall(request.user, facts)
    office, language = await office_for(request, services, facts), language_of(request)
    item = facts.items.get(data.item) if data.item else facts.items_by_id.get(ticket.item_id or 0)
    if item is None:
        raise (
            NotFound(N_("没有这个事项"), code="unknown_item")
            if data.item
            else Invalid(N_("请选择要受理的事项"), code="item_needed")
        )
    window = facts.windows.get(ticket.window_id or 0)
    wish = Wish(
        item=item,
        party=data.applicant.party,
        ask=Ask(materials=data.materials, missing=data.missing, complete=data.complete),
        kind=data.kind,
        why_kind=data.why_kind,
        why_later=data.why_later,
        refused=data.refuse,
        language=data.language or ticket.language,
    )

    async def work(tx: AsyncConnection) -> Answered:
        standing = await tickets.find(tx, key)
        row = await acceptance.accept(tx, office, standing, window, wish)
        return Answered(201, await cased.whole(tx, office, row, language))

    return await _once(request, services, facts.id, work)


@get("/cases/{number:str}", name="case")
async def show(
    request: AnyRequest,
    number: FromPath[str],
    services: Provided,
    digits: Annotated[str, QueryParameter(max_length=20)] = "",
    key: Annotated[str, QueryParameter(max_length=40)] = "",
) -> dict[str, Any]:
    """A case: to officers of its hall, and to whoever knows the last digits of its phone or has its link."""
    office, row = await opened_for(request, services, number, digits, key)
    language = language_of(request)
    async with services.database.read() as connection:
        found = await cased.whole(connection, office, row, language)
    return found if request.user.caller in STAFF else cased.public(found)


async def opened_for(
    request: AnyRequest, services: Services, number: str, digits: str, key: str = ""
) -> tuple[Office, CaseRow]:
    """A case for whoever may see it. Whoever guesses learns nothing, not even which numbers there are, and is stopped.

    Raises NotFound, TooMany.
    """
    slow_down(request, services.asking)
    plain = filing.plain_number(number)
    if len(plain) > LONGEST_NUMBER:
        raise filing.unknown()
    staff = request.user.caller in STAFF
    by_link = bool(key) and services.vault.proves(LINK, plain, key)
    if not staff and not by_link:
        # By address, and by number whatever the address: four digits are not many.
        services.guessing.take(f"{address_of(request)} {plain}")
        services.digits.take(plain)
        services.wrong.refuse_when_empty(address_of(request))
    try:
        async with services.database.read() as connection:
            row = await filing.find(connection, plain)
    except NotFound:
        _wrong(request, services)
        raise
    facts = await services.halls.by_id(row.hall_id)
    if staff and request.user.hall_id not in (None, facts.id):
        raise filing.unknown()
    office = await office_for(request, services, facts)
    if staff:
        filing.sees(office, row)
    if staff or by_link:
        return office, row
    party = opened(services.vault, row.sealed)
    typed = "".join(sign for sign in digits if sign.isdigit())
    if party is None or len(party.contact) < DIGITS or typed != party.contact[-DIGITS:]:
        _wrong(request, services)
        raise filing.unknown()
    return office, row


def _wrong(request: AnyRequest, services: Services) -> None:
    """Count what was guessed wrong from an address, whatever the number: nobody tries one guess on each of them."""
    if request.user.caller not in STAFF:
        services.wrong.take(address_of(request))


@get("/cases/{number:str}/person", name="case_person")
async def person(request: AnyRequest, number: FromPath[str], services: Provided) -> dict[str, Any]:
    """Who applies, in full; every look is in the journal (R61)."""
    office, row = await _officer(request, services, number)
    async with services.database.write() as tx:
        await filing.looked_at(tx, office, row)
    party = opened(services.vault, row.sealed)
    if party is None:
        raise NotFound(N_("申请人信息已按规定清除"), code="forgotten")
    one, agent = party.applicant, party.agent
    return {
        "name": one.name,
        "company": one.company,
        "phone": one.phone,
        "id_number": one.id_number,
        "address": one.address,
        "agent": {"name": agent.name, "phone": agent.phone, "id_number": agent.id_number} if agent else None,
    }


@get("/halls/{hall:str}/cases", name="cases")
async def listed(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    which: Annotated[str, QueryParameter(name="state", pattern="^(open|over|all)$")] = filing.OPEN,
    mine: Annotated[bool, QueryParameter()] = False,
    light: Annotated[Light | None, QueryParameter()] = None,
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    cursor: Annotated[str | None, QueryParameter()] = None,
) -> dict[str, Any]:
    """A hall's cases, open ones due first; ``q``: a number, a name or a phone. ``counts``: open ones by light."""
    facts = await services.halls.get(hall)
    office, language = await office_for(request, services, facts), language_of(request)
    holder = request.user.actor.staff_id if mine else None
    start = offset_of(cursor)
    async with services.database.read() as connection:
        counts = await filing.count(connection, office, holder)
        if q.strip():
            rows = await filing.search(connection, office, *_sought(services, q.strip()))
        elif which == filing.OPEN:
            rows = await filing.listed(
                connection, office, which, MOST_LISTED + 1, holder=holder, light=light, after=start
            )
        else:
            below = start or NEWEST
            rows = await filing.listed(
                connection, office, which, MOST_LISTED + 1, holder=holder, light=light, below=below
            )
    more = len(rows) > MOST_LISTED and not q.strip()
    rows = rows[:MOST_LISTED]
    after = str(start + MOST_LISTED) if which == filing.OPEN else str(rows[-1].id) if rows else ""
    return {
        "cases": [cased.brief(office, row, language) for row in rows],
        "counts": counts,
        "cursor": after if more else None,
    }


@get("/halls/{hall:str}/case-figures", name="case_figures")
async def figures(request: AnyRequest, hall: FromPath[str], services: Provided) -> dict[str, Any]:
    """What was promised and what it took in the last thirty days, by kind (R33); means in working days."""
    facts = await services.halls.get(hall)
    office, language = await office_for(request, services, facts), language_of(request)
    first = office.today - timedelta(days=FIGURED_DAYS)
    async with services.database.read() as connection:
        found = await speed.read(connection, facts.id, first, office.today)
    return {
        "from": first.isoformat(),
        "to": office.today.isoformat(),
        "kinds": [
            {
                "kind": one.kind,
                "kind_text": translate(language, KINDS[one.kind]),
                "cases": one.cases,
                "on_time": one.on_time,
                "statutory_days": round(one.statutory, 1),
                "promised_days": round(one.promised, 1),
                "actual_days": round(one.actual, 1),
                "faster_percent": round(100 * one.faster),
            }
            for one in found
        ],
    }


@post("/cases/{number:str}/{action:str}", name="case_act", status_code=200)
async def act(
    request: AnyRequest, number: FromPath[str], action: FromPath[str], data: JSONBody[Ask], services: Provided
) -> Response[bytes]:
    """Move a case on: 200 with the case as it stands then. 409 where its state or its time does not allow it."""
    office, row = await _officer(request, services, number)
    asked = Action(action) if action in set(Action) - OWN else None
    if asked is None:
        raise NotFound(N_("没有这个操作"), code="unknown_action")
    language = language_of(request)

    async def work(tx: AsyncConnection) -> Answered:
        standing = await filing.find(tx, row.number)
        _may(request, office, standing, asked, data)  # whose it is by now
        now = await moves.act(tx, office, standing, asked, data)
        if request.user.caller not in STEERING and _backdated(office, standing, data):
            raise _supervised()
        return Answered(200, await cased.whole(tx, office, now, language))

    return await _once(request, services, row.hall_id, work)


@post("/cases/{number:str}/parts/{part:int}/close", name="case_part_close", status_code=200)
async def close_part(
    request: AnyRequest, number: FromPath[str], part: FromPath[int], data: JSONBody[Opinion], services: Provided
) -> Response[bytes]:
    """A department has done its part of a joint case (R3): 200 with the case. Its own officers say so, or whoever
    tracks the case."""
    office, row = await _officer(request, services, number)
    async with services.database.read() as connection:
        units = {one.id: one.department_id for one in await filing.parts(connection, row.id)}
    _its_own(request, office, row, units.get(part))
    language = language_of(request)

    async def work(tx: AsyncConnection) -> Answered:
        now = await moves.close_part(tx, office, await filing.find(tx, row.number), part, data.opinion)
        return Answered(200, await cased.whole(tx, office, now, language))

    return await _once(request, services, row.hall_id, work)


@post("/cases/{number:str}/assign", name="case_assign", status_code=200)
async def assign(
    request: AnyRequest, number: FromPath[str], data: JSONBody[Assigned], services: Provided
) -> Response[bytes]:
    """Another officer answers for the case from now on: 200 with the case."""
    office, row = await _officer(request, services, number)
    language = language_of(request)

    async def work(tx: AsyncConnection) -> Answered:
        now = await moves.assign(tx, office, await filing.find(tx, row.number), data.badge)
        return Answered(200, await cased.whole(tx, office, now, language))

    return await _once(request, services, row.hall_id, work)


@get("/halls/{hall:str}/case-rules", name="case_rules")
async def show_rules(request: AnyRequest, hall: FromPath[str], services: Provided) -> RulesFacts:
    """How the hall keeps its word."""
    return (await office_for(request, services, await services.halls.get(hall))).rules


@put("/halls/{hall:str}/case-rules", name="case_rules_set")
async def set_rules(
    request: AnyRequest, hall: FromPath[str], data: JSONBody[RulesFacts], services: Provided
) -> RulesFacts:
    """Change it, for cases that are open too: their lights follow (R36)."""
    facts = await services.halls.get(hall)
    of_hall(request.user, facts)
    async with services.moving(facts.id, What.HALL) as tx:
        await rules.change(tx, facts.id, data)
        by = request.user.actor.label
        await journal.write(tx, hall_id=facts.id, at=now(), actor=by, action="case_rules", **to_builtins(data))
    return data


async def _once(request: AnyRequest, services: Services, hall_id: int, work: Any) -> Response[bytes]:
    """Cases are on no screen; whoever is told of one is told at once."""
    answer = await once(request, services, hall_id, work, what=None)
    services.messages.wake()
    return answer


async def _officer(request: AnyRequest, services: Services, number: str) -> tuple[Office, CaseRow]:
    """A case of the officer's own hall. Raises NotFound for what is another's, and for a complaint that is none of his
    business (R8): its numbers are nobody's."""
    async with services.database.read() as connection:
        row = await filing.find(connection, number)
    facts = await services.halls.by_id(row.hall_id)
    if request.user.hall_id not in (None, facts.id):
        raise filing.unknown()
    office = await office_for(request, services, facts)
    filing.sees(office, row)
    return office, row


def _may(request: AnyRequest, office: Office, row: CaseRow, action: Action, ask: Ask) -> None:
    """Some moves a supervisor approves. Raises Forbidden."""
    if request.user.caller not in STEERING and (action in SUPERVISED or ask.force):
        raise _supervised()
    _its_own(request, office, row, row.unit_id)


def _supervised() -> Forbidden:
    return Forbidden(N_("需由值班长批准"), code="supervisor_needed")


def _backdated(office: Office, row: CaseRow, ask: Ask) -> bool:
    """Whether a day before today would take time off the hall's own clock (R25, R35)."""
    days = [ask.began_on, ask.delivered_on]
    if row.ended_on is None:  # the date of a higher authority's decision is its own
        days.append(ask.dated_on)
    return any(day is not None and day < office.today for day in days)


def _its_own(request: AnyRequest, office: Office, row: CaseRow, department: int | None) -> None:
    """A case is moved by whose duty it is, by officers of the department that has it, and by supervisors.

    Raises Forbidden.
    """
    if request.user.caller in STEERING:
        return
    by = request.user.actor.staff_id
    sits = office.hall.seat_of(by)
    if row.holder_id != by and (sits is None or sits.department_id != department):
        raise Forbidden(N_("该办件由其他部门或人员办理"), code="foreign_case")


def _sought(services: Services, q: str) -> tuple[str, Any]:
    """What ``q`` was taken for: a case's number, a phone, else a name. Raises Invalid."""
    digits = sum(sign.isdigit() for sign in q)
    if q[:2].upper() == "BJ":
        return "number", filing.plain_number(q)
    if digits >= 7:
        return "phone", services.vault.index("phone", phone_number(q))
    return "name", services.vault.index("name", " ".join(q.split()) if digits else person_name(q))


router = Router(
    "/",
    route_handlers=[accept, show, person, listed, figures, act, assign, close_part, show_rules, set_rules],
    cache_control=PRIVATE,
)
