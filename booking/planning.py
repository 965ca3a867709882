"""Planning anew what a change of hours, windows or rules asks for, in the transaction of that change.

Screens are told of the change once it is committed. What they show then is planned by it already.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.privacy import Vault
from ..queue import halls
from ..queue.actor import Actor
from . import appointments, rulebook, slots, waiting
from .appointments import AppointmentRow
from .office import Office


async def replan(tx: AsyncConnection, office: Office) -> Sequence[AppointmentRow]:
    """Plan the office's hall anew, as `plan` does."""
    return await plan(tx, office.hall.code, office.vault, office.root, office.by, office.now)


async def plan(
    tx: AsyncConnection, code: str, vault: Vault, root: str, by: Actor, now: datetime
) -> Sequence[AppointmentRow]:
    """Make the slots of the open days what hours, windows and rules say as this transaction left them (R37, R38).

    Places that came free by it are offered to whoever waits; wake the outbox after the commit. Gives the appointments
    that have no place any more. Raises NotFound where the hall is gone.
    """
    hall = await halls.load(tx, code)
    office = Office(vault, hall, await rulebook.load(tx, hall.id), root, by, now)
    stuck = await slots.plan(tx, hall, office.book, office.open_days, now)
    await waiting.offer_all(tx, office)
    return await appointments.in_slots(tx, hall.id, stuck)
