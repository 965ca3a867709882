"""Who books, in which hall, by which rules: an `Office` for a request, and one for the sweeps."""

from datetime import datetime
from typing import Any

from litestar import Request

from ..booking.office import Office
from ..booking.state import Channel
from ..core.clock import now
from ..core.errors import Forbidden
from ..core.i18n import N_
from ..queue.actor import SYSTEM, Actor
from ..queue.facts import HallFacts
from .guard import of_hall
from .links import root_of
from .permissions import STAFF, Caller
from .services import Services


async def office_for(request: Request[Any, Any, Any], services: Services, hall: HallFacts) -> Office:
    """The hall's booking as this caller meets it now. Raises ForeignHall."""
    of_hall(request.user, hall)
    return await _office(services, hall, root_of(request, services), request.user.actor, now())


async def own_office(services: Services, hall: HallFacts, moment: datetime) -> Office:
    """The hall's booking for what happens by itself."""
    return await _office(services, hall, services.settings.public_url.rstrip("/"), SYSTEM, moment)


async def _office(services: Services, hall: HallFacts, root: str, by: Actor, moment: datetime) -> Office:
    return Office(services.vault, hall, await services.rulebooks.get(hall.id), root, by, moment)


def may_use(request: Request[Any, Any, Any], channel: Channel) -> None:
    """The public books online, kiosks on site, officers by phone or on site. Raises Forbidden."""
    caller = request.user.caller
    allowed = (
        channel is Channel.ONLINE
        if caller is Caller.PUBLIC
        else channel is Channel.ONSITE
        if caller is Caller.KIOSK
        else caller in STAFF
    )
    if not allowed:
        raise Forbidden(N_("不能通过这个渠道预约"), code="foreign_channel")
