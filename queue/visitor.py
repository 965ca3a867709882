"""What a visitor left at a desk: masked for staff lists, in full only sealed; who reads it leaves a trace (R61)."""

from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import journal
from ..core.privacy import Vault, mask_name, mask_phone
from .actor import Actor
from .issuing import Visitor
from .moves import TicketRow

_encode = msgspec.json.Encoder().encode


class Said(msgspec.Struct, frozen=True):
    name: str = ""
    phone: str = ""


def sealed(vault: Vault, said: Said) -> Visitor:
    """Somebody as a ticket keeps him."""
    masked = " ".join([mask_name(said.name)] * bool(said.name) + [mask_phone(said.phone)] * bool(said.phone))
    return Visitor(masked, vault.seal(_encode(said).decode()))


def opened(vault: Vault, row: TicketRow) -> Said | None:
    """Who it is, in full; None where nobody said it, or it is forgotten."""
    return None if row.visitor_sealed is None else msgspec.json.decode(vault.open(row.visitor_sealed), type=Said)


async def looked_at(tx: AsyncConnection, row: TicketRow, by: Actor, now: datetime) -> None:
    """Leave in the journal that an officer read who it is."""
    await journal.write(tx, hall_id=row.hall_id, at=now, actor=by.label, action="person_shown", ticket=row.number)
