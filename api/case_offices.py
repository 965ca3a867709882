"""Who deals with cases, in which hall, by which rules: an `Office` for a request, and one for the sweeps."""

from datetime import datetime
from typing import Any

from litestar import Request

from ..cases import rules
from ..cases.office import Office
from ..core.clock import now
from ..queue.actor import SYSTEM
from ..queue.facts import HallFacts
from .guard import of_hall
from .links import root_of
from .services import Services


async def office_for(request: Request[Any, Any, Any], services: Services, hall: HallFacts) -> Office:
    """The hall's cases as this caller meets them now. Raises ForeignHall."""
    of_hall(request.user, hall)
    async with services.database.read() as connection:
        book = await rules.load(connection, hall.id)
    return Office(services.vault, hall, book, root_of(request, services), request.user.actor, now())


async def own_office(services: Services, hall: HallFacts, moment: datetime) -> Office:
    """The hall's cases for what happens by itself."""
    async with services.database.read() as connection:
        book = await rules.load(connection, hall.id)
    return Office(services.vault, hall, book, services.settings.public_url.rstrip("/"), SYSTEM, moment)
