"""Tickets: issue, look, move."""

import unicodedata
from typing import Annotated, Any

from litestar import Request, Response, Router, get, post, websocket
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from ...core.clock import now
from ...core.errors import Forbidden, HallClosed, Invalid, NotFound, TicketConflict
from ...core.i18n import N_, negotiate
from ...core.privacy import phone_number
from ...queue import circles, issuing, moves, undoing, visitor
from ...queue.facts import HallFacts, WindowFacts
from ...queue.moves import TicketRow
from ...queue.routing import Route, route, to_line
from ...queue.ticket import Action, Language, Status
from .. import circling, slips
from ..conversation import Conversation, Socket
from ..guard import of_hall
from ..identity import Identity
from ..language import language_of
from ..once import Answered, once
from ..permissions import STAFF
from ..services import Provided, Services
from . import shown
from .bodies import Move, NewTicket
from .followed import followed

AT_DESK = frozenset(
    {
        Action.RECALL,
        Action.START,
        Action.PARK,
        Action.RESUME,
        Action.TRANSFER,
        Action.REQUEUE,
        Action.COMPLETE,
        Action.MISS,
        Action.UNDO,
    }
)
"""What an officer can do to a ticket by name; what its holder can has routes of its own, the rest other ways."""

SHORTEST_REASON = 2

NO_SUCH_TICKET = 4404
"""Close code, as the page cannot see the status of a refused socket."""

AnyRequest = Request[Any, Any, Any]


@post("/halls/{hall:str}/tickets", name="ticket_issue")
async def issue(
    request: AnyRequest, hall: FromPath[str], data: JSONBody[NewTicket], services: Provided
) -> Response[bytes]:
    """Give a number. 409 ``hall_closed`` outside opening hours."""
    facts, moment, identity = await services.halls.get(hall), now(), request.user
    of_hall(identity, facts)
    way = way_for(data, facts, hours_running=facts.open_at(moment), officer=identity.caller in STAFF)
    item = facts.items[data.item] if data.item else None
    priority = facts.priorities.get(data.priority) if data.priority else None
    if data.priority and priority is None:
        raise Invalid(N_("没有这类优先"), code="unknown_priority")
    if priority is not None and identity.caller in STAFF and len(data.reason.strip()) < SHORTEST_REASON:
        raise Invalid(N_("请写明给予优先的理由"), code="reason_needed")  # R45
    wish = issuing.Wish(
        way,
        data.channel,
        item,
        priority,
        data.need.strip(),
        data.language or Language.CHINESE,
        data.reason.strip(),
        _visitor(data, services),
    )
    case = await services.figures.case(facts, way.line.id, moment)
    language = negotiate(data.language) if data.language else language_of(request)

    async def work(tx: AsyncConnection) -> Answered:
        if not facts.takes_visitors(moment):  # said here, so that a repeat after closing time gets its number
            raise HallClosed(N_("现在不在办公时间，暂不取号"))
        issued = await issuing.issue(tx, facts, wish, identity.actor, moment)
        given = shown.issued(issued, way, facts, case, language) | {"printing": identity.printer_id is not None}
        if identity.printer_id is not None:
            arrived = {"item": shown.item(item, facts) if item else None, "arrival": shown.stamp(moment, facts)}
            url = slips.link(request, services, issued.key)
            await slips.ask_for(tx, facts, given | arrived, url, language, identity.printer_id, moment)
        return Answered(201, given)

    answer = await once(request, services, facts.id, work)
    if identity.printer_id is not None:
        services.printing.wake()
    return answer


def _visitor(data: NewTicket, services: Services) -> issuing.Visitor | None:
    """Who a visitor said that he is: in full only sealed, masked for staff lists. Raises Invalid for a wrong phone."""
    name, phone = data.name.strip(), phone_number(data.phone) if data.phone.strip() else ""
    if not (name or phone):
        return None
    return visitor.sealed(services.vault, visitor.Said(name, phone))


def way_for(data: NewTicket, hall: HallFacts, *, hours_running: bool, officer: bool) -> Route:
    """Where a wish leads; an officer may choose another line for an item than the routing would. Raises NotFound."""
    if data.item is not None and data.line is not None and not officer:
        raise Invalid(N_("事项和队列只能选一个"), code="item_or_line")
    item = hall.items.get(data.item) if data.item else None
    if data.item is not None and item is None:
        raise NotFound(N_("没有这个事项"), code="unknown_item")
    if data.line is not None:
        line = hall.line(data.line)
        if line is None:
            raise NotFound(N_("没有这个队列"), code="unknown_line")
        return to_line(line, hall)
    way = route(item, hall, hours_running=hours_running)
    if way is None:
        raise NotFound(N_("本大厅未设首问责任岗，请到服务台询问"), code="no_first_desk")
    return way


@get("/halls/{hall:str}/tickets", name="ticket_find")
async def find(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    number: Annotated[str, QueryParameter(min_length=1, max_length=12)],
) -> dict[str, Any]:
    """Today's ticket with a number that a visitor says at a desk; an empty list when there is none."""
    facts = await services.halls.get(hall)
    of_hall(request.user, facts)
    async with services.database.read() as connection:
        row = await moves.find_numbered(connection, facts, unicodedata.normalize("NFKC", number).upper(), now())
    return {"tickets": [shown.desk_ticket(row, facts)] if row is not None else []}


@get("/tickets/{key:str}", name="ticket_show")
async def show(request: AnyRequest, key: FromPath[str], services: Provided) -> dict[str, Any]:
    """The ticket, for whoever holds its link; officers of the hall see what it is about too."""
    return await look(request, key, services)


async def look(request: AnyRequest, key: str, services: Services) -> dict[str, Any]:
    """A ticket with its way, and while it waits its place in the line and the range of minutes. Raises NotFound."""
    identity = request.user
    async with services.database.read() as connection:
        row = await moves.find(connection, key)
        waiting = row.status == Status.WAITING
        ahead = await issuing.people_ahead(connection, row.line_id, row.rank) if waiting else 0
        staff = identity.caller in STAFF and identity.hall_id in (None, row.hall_id)
        trail = await circles.trail(connection, row.id) if staff else None
    facts = await services.halls.by_id(row.hall_id)
    place = await services.figures.place(facts, row, ahead, now()) if waiting else None
    body = followed(row, facts, place, language_of(request))
    if trail is None:
        return body
    return body | shown.desk_ticket(row, facts) | {"route": body["route"], "sent_on": shown.trail(trail, facts)}


async def standing(services: Services, hall: HallFacts, row: TicketRow, ahead: int) -> dict[str, Any]:
    """While a ticket waits: its place in the line, from `issuing.people_ahead`, and the range of minutes."""
    if row.status != Status.WAITING:
        return {}
    return shown.place(await services.figures.place(hall, row, ahead, now()))


@websocket("/tickets/{key:str}/live", name="ticket_live")
async def live(socket: Socket, key: FromPath[str], services: Provided) -> None:
    """Frames ``ticket``, with what `show` gives its holder, and ``ping``. Closed with 1000 when the ticket is over,
    with 4404 when there is none."""
    await socket.accept()
    try:
        async with services.database.read() as connection:
            row = await moves.find(connection, key)
    except NotFound as unknown:
        await socket.close(NO_SUCH_TICKET, unknown.code)
        return
    async with services.followers.phone(row.hall_id, key, language_of(socket)) as phone:
        await Conversation(socket, phone).run()


@post("/tickets/{key:str}/cancel", name="ticket_cancel")
async def cancel(request: AnyRequest, key: FromPath[str], services: Provided) -> Response[bytes]:
    """Give up a place: the holder by his link, or an officer."""
    return await _move(request, key, Action.CANCEL, Move(), services)


@post("/tickets/{key:str}/postpone", name="ticket_postpone")
async def postpone(request: AnyRequest, key: FromPath[str], services: Provided) -> Response[bytes]:
    """Some minutes more, once: the holder by his link, or an officer. 409 ``postpone_off``, ``postponed_already`` or
    ``closing_soon`` when it cannot be."""
    return await _move(request, key, Action.POSTPONE, Move(), services)


@post("/tickets/{key:str}/{action:str}", name="ticket_act")
async def act(
    request: AnyRequest,
    key: FromPath[str],
    action: FromPath[str],
    services: Provided,
    data: JSONBody[Move | None] = None,
) -> Response[bytes]:
    """Move a ticket. 409 ``ticket_conflict`` when its state does not allow it."""
    if action not in AT_DESK:
        raise NotFound(N_("没有这个操作"), code="unknown_action")
    return await _move(request, key, Action(action), data or Move(), services)


async def _move(request: AnyRequest, key: str, action: Action, data: Move, services: Services) -> Response[bytes]:
    identity, moment = request.user, now()
    async with services.database.read() as connection:
        ticket = await moves.find(connection, key)
    facts = await services.halls.by_id(ticket.hall_id)
    of_hall(identity, facts)
    window, line = _goal(identity, facts, action, data)
    staff = identity.caller in STAFF

    async def work(tx: AsyncConnection) -> Answered:
        if action is Action.TRANSFER:
            await circling.look(tx, ticket, line, window, identity.actor, moment)
        if action is Action.UNDO:
            row = await undoing.undo(tx, ticket, identity.actor, moment)
        else:
            row = await moves.apply(
                tx, facts, ticket, action, identity.actor, moment, window=window, line=line, reason=data.reason
            )
        seen = shown.desk_ticket(row, facts) if staff else shown.held_ticket(row, facts, language_of(request))
        return Answered(200, seen)

    try:
        return await once(request, services, facts.id, work)
    except circles.SentInCircles:
        async with services.database.write() as tx:  # what was refused is told all the same
            await circling.tell(tx, ticket, identity.actor, moment)
        raise


def _goal(identity: Identity, hall: HallFacts, action: Action, data: Move) -> tuple[WindowFacts | None, Any]:
    """The window and line that an action needs: a transfer's goal, or the officer's own window to resume at."""
    if action is not Action.TRANSFER:
        if data.line is not None or (data.window is not None and action is not Action.RESUME):
            raise Invalid(N_("此操作不需要去向"), code="no_goal_needed")
        return (window_at(identity, hall, data.window) if action is Action.RESUME else None), None
    if (data.line is None) == (data.window is None):
        raise Invalid(N_("请选择要转往的队列或窗口"), code="transfer_nowhere")
    if data.window is not None:
        return numbered(hall, data.window), None
    line = hall.line(data.line or "")
    if line is None:
        raise NotFound(N_("没有这个队列"), code="unknown_line")
    return None, line


def numbered(hall: HallFacts, number: str) -> WindowFacts:
    """The window with this number. Raises NotFound."""
    for window in hall.windows.values():
        if window.number == number:
            return window
    raise NotFound(N_("没有这个窗口"), code="unknown_window")


def window_at(identity: Identity, hall: HallFacts, number: str | None) -> WindowFacts:
    """The officer's own window; supervisors may name another. Raises TicketConflict, Forbidden or NotFound."""
    if number is not None and identity.actor.anywhere:
        return numbered(hall, number)
    sitting = identity.actor.staff_id
    for window in hall.windows.values():
        if window.officer is not None and window.officer.staff_id == sitting:
            if number not in (None, window.number):
                raise Forbidden(N_("您未在该窗口上岗"), code="foreign_window")
            return window
    raise TicketConflict(N_("您还没有上岗，请先开窗"), code="window_closed")


router = Router("/", route_handlers=[issue, find, show, live, cancel, postpone, act])
