"""What was told to visitors, and what could not be: the supervisor's list, and sending it after all."""

from typing import Annotated, Any

from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from ...core import journal, messages
from ...core.clock import now
from ...core.errors import NotFound
from ...core.gateways import FAULTS, Fault
from ...core.i18n import N_, translate
from ...core.message import State
from ...core.types import NEWEST
from ..guard import of_hall
from ..language import language_of
from ..once import Answered, once
from ..services import Provided
from . import shown
from .halls import offset_of
from .media import hall_of

MOST_ROWS = 100

AnyRequest = Request[Any, Any, Any]
Wanted = Annotated[State | None, QueryParameter(name="state")]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST_ROWS)]


@get("/halls/{hall:str}/messages", name="messages")
async def listed(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    state_wanted: Wanted = None,
    limit: Limit = MOST_ROWS,
    cursor: FromQuery[str | None] = None,
) -> dict[str, Any]:
    """The hall's messages, newest first, with the recipient masked. ``cursor``: the id below which to go on."""
    facts, language = await hall_of(request, hall, services), language_of(request)
    below = NEWEST if cursor is None else offset_of(cursor)
    async with services.database.read() as connection:
        rows = await messages.listed(
            connection, facts.id, [state_wanted] if state_wanted else list(State), below, limit
        )
    return {
        "messages": [
            {
                "id": row.id,
                "event": row.event,
                "channel": row.channel,
                "to": messages.masked(services.vault, row.channel, row.recipient),
                "language": row.language,
                "state": row.state,
                "tries": row.tries,
                "fault": row.fault,
                "text": translate(language, FAULTS[Fault(row.fault)]) if row.fault else "",
                "at": shown.stamp(row.at, facts),
                "due_at": shown.stamp(row.due_at, facts),
                "ended_at": shown.stamp(row.ended_at, facts),
                "can_retry": row.state == State.FAILED and row.recipient is not None,
            }
            for row in rows
        ],
        "cursor": str(rows[-1].id) if len(rows) == limit else None,
    }


@post("/messages/{message:str}/retry", name="message_retry", status_code=200)
async def retry(request: AnyRequest, message: FromPath[str], services: Provided) -> Response[bytes]:
    """Send a failed message after all; 409 ``not_failed``, ``forgotten`` when its recipient was wiped."""
    if not (message.isascii() and message.isdigit() and len(message) <= 18):
        raise NotFound(N_("没有这条消息"), code="unknown_message")
    number = int(message)
    async with services.database.read() as connection:
        row = await messages.find(connection, number)
    facts = await services.halls.by_id(row.hall_id)
    of_hall(request.user, facts)

    async def work(tx: AsyncConnection) -> Answered:
        moment = now()
        await messages.retry(tx, number, moment)
        about = {"message": number, "event": row.event}
        await journal.write(
            tx, hall_id=facts.id, at=moment, actor=request.user.actor.label, action="message_retry", **about
        )
        return Answered(204)

    answer = await once(request, services, facts.id, work, None)
    services.messages.wake()
    return answer


router = Router("/", route_handlers=[listed, retry])
