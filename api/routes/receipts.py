"""Receipts for what a visitor hands in (R11)."""

from typing import Any

from litestar import Request, Response, Router, post
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from ...cases import receipt
from ...core.clock import now
from ...core.errors import NotFound
from ...core.i18n import N_
from ...queue import moves
from ..guard import of_hall
from ..once import Answered, once
from ..services import Provided
from .bodies import NewReceipt

AnyRequest = Request[Any, Any, Any]


@post("/tickets/{key:str}/receipts", name="receipt_give")
async def give(
    request: AnyRequest, key: FromPath[str], data: JSONBody[NewReceipt], services: Provided
) -> Response[bytes]:
    """Give a numbered receipt: 201 with its number and the address of its page. 409 for a cancelled or expired one."""
    async with services.database.read() as connection:
        ticket = await moves.find(connection, key)
    facts = await services.halls.by_id(ticket.hall_id)
    of_hall(request.user, facts)
    code = data.item or next((item.code for item in facts.items.values() if item.id == ticket.item_id), None)
    if data.item is not None and data.item not in facts.items:
        raise NotFound(N_("没有这个事项"), code="unknown_item")
    item_name = facts.items[code].name if code else facts.lines[ticket.line_id].name
    window = facts.seat_of(request.user.actor.staff_id)

    async def work(tx: AsyncConnection) -> Answered:
        link, number = await receipt.give(
            tx,
            facts,
            ticket,
            data.materials,
            request.user.actor,
            now(),
            item_name=item_name,
            window=window or facts.windows.get(ticket.window_id or 0),
            note=data.note.strip(),
        )
        return Answered(201, {"id": link, "number": number, "url": f"/r/{link}"})

    return await once(request, services, facts.id, work)


router = Router("/", route_handlers=[give])
