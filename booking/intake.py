"""A hall that is imported, and the slots that follow from it: one transaction, by page and by command (R28, R38)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.privacy import Vault
from ..queue import hallexchange
from ..queue.actor import Actor
from ..queue.hallexchange import Report, Upload
from .appointments import AppointmentRow
from .planning import plan


class Sender(NamedTuple):
    """Who imports when, and where visitors' phones reach the pages.

    ``own``: the only hall that he may import. ``agreed``: the mark of the preview that he agreed to.
    """

    by: Actor
    now: datetime
    vault: Vault
    root: str
    own: int | None = None
    agreed: str | None = None


async def take_in(
    tx: AsyncConnection, upload: Upload, file: str, sender: Sender
) -> tuple[Report, Sequence[AppointmentRow]]:
    """Import as `hallexchange.apply` does, and plan the slots anew; gives the appointments without a place any more.

    ``file``: its name, for the audit trail. Wake the outbox after the commit. Raises as `hallexchange.apply`.
    """
    by, now, vault, root, own, agreed = sender
    report = await hallexchange.apply(tx, upload, file=file, actor=by.label, at=now, own=own, agreed=agreed)
    if report.hall_id is None:
        return report, ()
    return report, await plan(tx, report.code, vault, root, by, now)
