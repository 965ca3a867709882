"""A hall whose windows accept cases straight on a database, at any time that a test likes."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from floor import MORNING, Floor, lay
from paihao.cases import acceptance, alerts, filing, moves, rules, watch
from paihao.cases.acceptance import Wish
from paihao.cases.alert_tables import Alert
from paihao.cases.applicant import Applicant, Party
from paihao.cases.file import Ask, Brought
from paihao.cases.filing import CaseRow
from paihao.cases.office import Office
from paihao.cases.state import Action
from paihao.core.clock import local, start_of
from paihao.core.db import Database
from paihao.core.message import Message
from paihao.core.privacy import Vault
from paihao.queue import calling
from paihao.queue import moves as tickets
from paihao.queue.actor import SYSTEM, Actor
from paihao.queue.hall import CaseKind
from paihao.queue.ticket import Action as TicketAction
from sqlalchemy import select

VAULT = Vault("a secret of the tests")
ZHANG = Party(Applicant("张小三", phone="13812345678", address="龙泉街道1号"))
ROOT = "https://hall.example"


class Cabinet:
    """One window that serves every line; its officer's cases."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.database = floor.database
        self.clerk = floor.officers[0]

    def at(self, day: str, hour: str = "10:00") -> datetime:
        """A moment of the hall's own day."""
        date_ = datetime.fromisoformat(day).date()
        zone = self.floor.facts.timezone
        return datetime.combine(date_, time.fromisoformat(hour), start_of(date_, zone).tzinfo).astimezone(UTC)

    async def office(self, now: datetime = MORNING, by: Actor | None = None) -> Office:
        async with self.database.read() as connection:
            book = await rules.load(connection, self.floor.facts.id)
        return Office(VAULT, self.floor.facts, book, ROOT, by or self.clerk, now)

    async def serve(self, now: datetime = MORNING, prefix: str = "A") -> Any:
        """A visitor stands at the window."""
        window = self.floor.windows[0]
        for row in await self.floor.tickets():
            if row.status in ("called", "serving"):
                async with self.database.write() as tx:
                    if row.status == "called":
                        row = await tickets.apply(tx, self.floor.facts, row, TicketAction.START, self.clerk, now)
                    await tickets.apply(tx, self.floor.facts, row, TicketAction.COMPLETE, self.clerk, now)
        await self.floor.issue(prefix, now)
        async with self.database.write() as tx:
            called = await calling.call_next(tx, window.id, self.clerk, now)
            assert called is not None
            ticket = await tickets.find(tx, called.key)
            return await tickets.apply(tx, self.floor.facts, ticket, TicketAction.START, self.clerk, now)

    async def accept(
        self,
        item: str = "S-002",
        now: datetime = MORNING,
        *,
        materials: Sequence[str | Brought] | None = None,
        missing: Sequence[str] = (),
        complete: bool = True,
        kind: CaseKind | None = None,
        why_later: str = "",
        refused: str = "",
        party: Party = ZHANG,
        ticket: Any = None,
        by: Actor | None = None,
        language: str = "zh_CN",
    ) -> CaseRow:
        """Accept from whoever is served now, all materials at hand unless a test says otherwise."""
        facts = self.floor.facts.items[item]
        brought = list(facts.materials) if materials is None else list(materials)
        ticket = ticket or await self.serve(now)
        wish = Wish(
            item=facts,
            party=party,
            ask=Ask(materials=brought, missing=list(missing), complete=complete),
            kind=kind,
            why_kind="情况复杂",
            why_later=why_later,
            refused=refused,
            language=language,
        )
        async with self.database.write() as tx:
            return await acceptance.accept(tx, await self.office(now, by), ticket, self.floor.windows[0], wish)

    async def act(self, row: CaseRow, action: Action, now: datetime, by: Actor | None = None, **ask: Any) -> CaseRow:
        async with self.database.write() as tx:
            found = await filing.find(tx, row.number)
            return await moves.act(tx, await self.office(now, by), found, action, Ask(**ask))

    async def watch(self, now: datetime) -> None:
        """A sweep at that time."""
        office = await self.office(now, SYSTEM)
        async with self.database.write() as tx:
            await watch.run(tx, office)
            await alerts.climb(tx, office, now)

    async def revise(self, now: datetime) -> None:
        """What a sweep does when days count otherwise."""
        await self.floor.look()
        after: int | None = 0
        while after is not None:
            async with self.database.write() as tx:
                after = await watch.revise(tx, await self.office(now, SYSTEM), after)

    async def find(self, row: CaseRow) -> CaseRow:
        async with self.database.read() as connection:
            return await filing.find(connection, row.number)

    async def alerts(self) -> list[Any]:
        async with self.database.read() as connection:
            return list(await connection.execute(select(Alert.__table__).order_by(Alert.id)))

    async def told(self) -> list[tuple[str, str]]:
        """Every message: its event, and the text."""
        async with self.database.read() as connection:
            rows = await connection.execute(select(Message.event, Message.content).order_by(Message.id))
            return [(row.event, VAULT.open(row.content)) for row in rows]

    def today(self, now: datetime) -> str:
        return local(now, self.floor.facts.timezone).date().isoformat()


async def open_cabinet(database: Database, **chosen: Any) -> Cabinet:
    """A hall with one window that is open."""
    floor = await lay(database, [{"A": 0, "B": 0, "X": 0}], **chosen)
    await floor.open_all()
    return Cabinet(floor)
