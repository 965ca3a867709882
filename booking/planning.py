"""Planning anew what a change of hours, windows or rules asks for, in the transaction of that change.

Screens are told of the change once it is committed. What they show then is planned by it already.
"""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from ..queue import halls
from . import appointments, rulebook, slots, waiting
from .appointments import AppointmentRow
from .office import Office


async def replan(tx: AsyncConnection, office: Office) -> Sequence[AppointmentRow]:
    """Plan as `plan` does after a change: with hours, windows and rules as this transaction left them.

    Raises NotFound where the hall is gone.
    """
    hall = await halls.load(tx, office.hall.code)
    return await plan(tx, office._replace(hall=hall, book=await rulebook.load(tx, hall.id)))


async def plan(tx: AsyncConnection, office: Office) -> Sequence[AppointmentRow]:
    """Make the slots of the open days what the office's hours, windows and rules say (R37, R38).

    Places that came free by it are offered to whoever waits; wake the outbox after the commit. Gives the appointments
    that have no place any more.
    """
    stuck = await slots.plan(tx, office.hall, office.book, office.open_days, office.now)
    await waiting.offer_all(tx, office)
    return await appointments.in_slots(tx, office.hall.id, stuck)
