"""What the administration stands on: the house as the roof builds it, and the officer who acts."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..booking import planning
from ..booking.appointments import AppointmentRow
from ..booking.office import Office
from ..booking.rulebook import Rulebooks
from ..core import audit
from ..core.bus import What
from ..core.db import Database
from ..core.errors import ForeignHall
from ..core.i18n import Language
from ..core.privacy import Vault
from ..queue import hallread
from ..queue.actor import SYSTEM, Actor
from ..queue.facts import HallFacts
from ..queue.hall import Hall
from ..queue.halls import Halls
from .engine import Engine


class Officer(NamedTuple):
    """Who acts. ``hall_id`` None: an officer of all halls. ``may_edit``: admins; supervisors only see."""

    actor: Actor
    hall_id: int | None
    may_edit: bool
    language: Language = "zh_CN"


class Moving(Protocol):
    """One transaction about a hall; once it is committed everybody who looks at the hall is told."""

    def __call__(self, hall_id: int, what: What | None = ..., /) -> AbstractAsyncContextManager[AsyncConnection]: ...


@dataclass(frozen=True)
class House:
    """``root``: where visitors' phones reach the pages. ``moved``: tell everybody who looks at a hall.

    ``wake``: messages were posted, send them now. ``engine``: Piccolo's, for the same database.
    """

    database: Database
    engine: Engine
    halls: Halls
    rulebooks: Rulebooks
    vault: Vault
    root: str
    moving: Moving
    moved: Callable[[int], None]
    wake: Callable[[], None]

    async def hall_for(self, officer: Officer, code: str = "") -> HallFacts:
        """The hall of this code, else the officer's own, else the only one there is.

        Raises NotFound, ForeignHall for an officer of another one, Invalid when it is not clear which.
        """
        if not code and officer.hall_id is not None:
            return await self.halls.by_id(officer.hall_id)
        async with self.database.read() as connection:
            hall_id = await hallread.hall_id(connection, code or None)
        if officer.hall_id not in (None, hall_id):
            raise ForeignHall
        return await self.halls.by_id(hall_id)

    async def office(self, officer: Officer, hall: HallFacts, moment: datetime) -> Office:
        """The hall's booking as this officer meets it."""
        return Office(self.vault, hall, await self.rulebooks.get(hall.id), self.root, officer.actor, moment)

    async def noted(
        self,
        tx: AsyncConnection,
        officer: Officer,
        moment: datetime,
        action: str,
        subject: str,
        row_id: int | None = None,
        *,
        hall_id: int | None,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        note: str = "",
    ) -> None:
        """Leave in the audit trail that this officer did something to a row of table ``subject``."""
        told = {"before": before, "after": after}
        who = officer.actor.label
        await audit.write(
            tx, at=moment, actor=who, action=action, hall_id=hall_id, subject=subject, row_id=row_id, note=note, **told
        )

    async def follow(self, tx: AsyncConnection, hall_id: int, moment: datetime) -> Sequence[AppointmentRow]:
        """Slots follow what this transaction has changed of a hall, so that nobody sees the one without the other.

        Gives the appointments that have no place any more.
        """
        code = (await tx.execute(select(Hall.code).where(Hall.id == hall_id))).scalar_one()
        return await planning.plan(tx, code, self.vault, self.root, SYSTEM, moment)
