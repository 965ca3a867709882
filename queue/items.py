"""The next version of an item (R28): everything that changes for the public at once, with a note of why.

The version itself is written by trigger (`item_triggers`); a case keeps the one under which it was received.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from msgspec import json
from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import journal
from ..core.errors import Conflict, Invalid, NotFound
from ..core.i18n import N_
from . import turn
from .actor import Actor
from .hall import VERSIONED, Item, ItemVersion
from .hallstore import initials
from .itemrules import ItemFault, check

LONGEST_NOTE: Final = 200

_ITEM = select(Item.__table__).where(Item.hall_id == bindparam("hall"), Item.code == bindparam("code"))
_VERSIONS = select(ItemVersion.__table__).where(ItemVersion.item_id == bindparam("item")).order_by(ItemVersion.version)


class ItemRefused(Invalid):
    """The rules do not allow an item like that; ``faults``: all of them, ``detail`` says the first."""

    def __init__(self, faults: Sequence[ItemFault]) -> None:
        super().__init__(faults[0].reason, code="item_refused", **faults[0].params)
        self.faults = faults


class Change(NamedTuple):
    """A column of `VERSIONED`, before and after."""

    column: str
    before: Any
    after: Any


class Revised(NamedTuple):
    """``version``: the new one's number."""

    item_id: int
    version: int
    changes: Sequence[Change]


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """What differs between two versions of an item. Pure."""
    return [Change(name, old[name], new[name]) for name in VERSIONED if old[name] != new[name]]


async def versions(connection: AsyncConnection, item_id: int) -> Sequence[Row[Any]]:
    """Every version of an item, the first one first."""
    return (await connection.execute(_VERSIONS, {"item": item_id})).all()


async def revise(
    tx: AsyncConnection, hall_id: int, code: str, values: Mapping[str, Any], note: str, by: Actor, now: datetime
) -> Revised:
    """Change columns of `VERSIONED` of an item, as typed values; open cases keep the version that they have.

    Raises NotFound for an unknown item, ItemRefused, Invalid without a note, Conflict when nothing would change.
    """
    note = " ".join(note.split())
    if not 0 < len(note) <= LONGEST_NOTE:
        raise Invalid(N_("请说明修订原因，最多 {most} 个字"), code="note_needed", most=LONGEST_NOTE)
    await turn.take(tx, hall_id)
    row = (await tx.execute(_ITEM.with_for_update(), {"hall": hall_id, "code": code})).one_or_none()
    if row is None:
        raise NotFound(N_("没有这个事项"), code="unknown_item")
    found = row._asdict()
    wanted = {name: json.decode(json.encode(value)) for name, value in values.items() if name in VERSIONED}
    if faults := check(found | wanted):
        raise ItemRefused(faults)
    changes = differences(found, found | wanted)
    if not changes:
        raise Conflict(N_("没有任何改动，不产生新版本"), code="nothing_changed")
    changed = {change.column: change.after for change in changes}
    if "name" in changed:
        changed["initials"] = initials(changed["name"])
    await tx.execute(update(Item).where(Item.id == found["id"]).values(changed))
    version = (await versions(tx, found["id"]))[-1].version
    said = {"item": code, "version": version, "changed": [change.column for change in changes], "note": note}
    await journal.write(tx, hall_id=hall_id, at=now, actor=by.label, action="item_version", **said)
    return Revised(found["id"], version, changes)
