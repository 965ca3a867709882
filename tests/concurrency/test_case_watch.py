"""Sweeps at once, one killed in the middle, starts afterwards: every light, omission and reminder exactly once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import cabinet as cabinets
import pytest
from cabinet import Cabinet, open_cabinet
from house import noon_break_zone
from live import PATIENCE
from paihao.cases import alerts, filing, watch
from paihao.cases.alert_tables import Alert
from paihao.cases.tables import Case
from paihao.core import clock
from paihao.core.db import Database
from paihao.core.message import Message
from paihao.core.privacy import Vault
from paihao.queue.actor import SYSTEM
from paihao.queue.staff import Staff
from postgres import Postgres
from server import Server
from sqlalchemy import select, text, update
from structlog.testing import capture_logs
from ways import publish

pytestmark = pytest.mark.anyio

SECRET = "the secret of these servers, which they share with the test"
CASES = 15
"""So many that are worked on, and as many that are owed a notice."""
AGES = timedelta(days=60)
"""So long ago they began: everything about them is overdue by now."""
OVERDUE = {"red": 2 * CASES, "notice_missed": CASES}
MIDDLE = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@pytest.fixture
async def shared(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a database that several processes sweep."""
    monkeypatch.setattr(cabinets, "VAULT", Vault(SECRET))
    monkeypatch.setenv("PAIHAO_SECRET", SECRET)
    monkeypatch.setenv("PAIHAO_PUBLIC_URL", "http://hall.test")
    monkeypatch.setenv("PAIHAO_SWEEP_SECONDS", "1")
    return await asyncio.to_thread(lambda: asyncio.run(postgres.create()))


@asynccontextmanager
async def filled(url: str, now: datetime) -> AsyncIterator[Cabinet]:
    """A hall with cases of that time, and officers who can be reached."""
    database = Database(url)
    # Neither midnight nor night where the hall is: reminders wait until people are awake.
    cabinet = await open_cabinet(database, timezone=noon_break_zone())
    async with database.write() as tx:
        await tx.execute(update(Staff).values(phone="13900000000"))
    ticket = await cabinet.serve(now)
    for _ in range(CASES):
        await cabinet.accept(now=now, ticket=ticket)
        await cabinet.accept(now=now, ticket=ticket, materials=[], complete=False, why_later="需要查档")
    yield cabinet
    await database.close()


async def raised(cabinet: Cabinet) -> Counter[str]:
    return Counter(one.kind for one in await cabinet.alerts())


async def until(cabinet: Cabinet, reached: Callable[[Any], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not reached((await raised(cabinet), await reminders(cabinet))):
            pass


async def reminders(cabinet: Cabinet) -> Counter[str]:
    """The reminders that were written, by alert and rung."""
    async with cabinet.database.read() as connection:
        events = (await connection.execute(select(Message.event).where(Message.event.like("alert:%")))).scalars()
        return Counter(events)


async def states(cabinet: Cabinet) -> Counter[tuple[str, str | None, int]]:
    async with cabinet.database.read() as connection:
        rows = await connection.execute(select(Case.state, Case.light, Case.moves))
        return Counter(tuple(row) for row in rows)


async def exactly_once(cabinet: Cabinet) -> None:
    """Every case is late, accepted by itself where nobody gave notice, and its officer was reminded of each once."""
    assert await raised(cabinet) == OVERDUE
    assert await states(cabinet) == {("accepted", "red", 0): CASES, ("accepted", "red", 1): CASES}
    everything = await cabinet.alerts()
    assert len({one.event for one in everything}) == len(everything)
    assert all(one.level == 1 and one.ended_at is None for one in everything)
    assert await reminders(cabinet) == Counter(f"alert:{one.id}:0" for one in everything)
    journal = text("SELECT data ->> 'case', count(*) FROM journal WHERE action = 'case_deem' GROUP BY 1")
    async with cabinet.database.read() as connection:
        assert [count for _, count in await connection.execute(journal)] == [1] * CASES


async def test_sweeps_at_once_find_everything_once(shared: str) -> None:
    """R16, R17, R34, R36: two processes' worth of sweeps at the same moment, without any lock between them, day by day
    and after a silence: each light, each notice due and missed is raised once, and its officer told once."""
    async with filled(shared, datetime.fromisoformat("2026-03-02T02:00:00+00:00")) as cabinet:
        others = [Database(shared) for _ in range(2)]

        async def sweep(database: Database, now: datetime) -> None:
            office = await cabinet.office(now, SYSTEM)
            async with database.write() as tx:
                await watch.run(tx, office)
            async with database.write() as tx:
                await watch.revise(tx, office)
            async with database.write() as tx:
                await alerts.climb(tx, office, now)

        for day in ("2026-03-05", "2026-03-06", "2026-03-09", "2026-03-10", "2026-03-20"):
            now = cabinet.at(day)
            await asyncio.gather(*(sweep(database, now) for database in others * 2))
        await asyncio.gather(*(database.close() for database in others))
        found = await cabinet.alerts()
        kinds = {"yellow": CASES, "notice_due": CASES, "notice_missed": CASES, "red": 2 * CASES}
        assert Counter(one.kind for one in found) == kinds
        assert await states(cabinet) == {("accepted", "red", 0): CASES, ("accepted", "red", 1): CASES}
        assert await reminders(cabinet) == Counter(f"alert:{one.id}:0" for one in found)


async def test_two_servers_that_start_at_once(shared: str, tmp_path: Path) -> None:
    """R34: two real processes sweep at their start, then again after a new start: nothing twice, nothing forgotten."""
    async with filled(shared, clock.now() - AGES) as cabinet:
        servers = [Server(shared, tmp_path) for _ in range(2)]
        try:
            for _ in range(2):
                await asyncio.gather(*(asyncio.to_thread(server.start) for server in servers))
                await until(cabinet, lambda found: sum(found[1].values()) == sum(OVERDUE.values()))
                for server in servers:
                    server.stop()
        finally:
            for server in servers:
                server.kill()
        await exactly_once(cabinet)


async def test_a_sweep_killed_in_the_middle(shared: str, tmp_path: Path) -> None:
    """R17, R34: ``kill -9`` while cases are being accepted for want of a notice; nothing of it stays by half, and the
    next start does all of it once."""
    async with filled(shared, clock.now() - AGES) as cabinet:
        server = Server(shared, tmp_path)
        blocker = Database(shared)
        try:
            async with blocker.engine.connect() as holding:
                last = text("SELECT id FROM case_file WHERE state = 'received' ORDER BY id DESC LIMIT 1 FOR UPDATE")
                await holding.execute(last)
                await asyncio.to_thread(server.start)
                async with asyncio.timeout(PATIENCE), cabinet.database.read() as connection:
                    while not (await connection.execute(MIDDLE)).scalar_one():
                        pass
                server.kill()
            # The lights were a transaction of their own; of the notices that were missed there is not one.
            assert (await raised(cabinet), await reminders(cabinet)) == ({"red": CASES}, {})
            assert await states(cabinet) == {("accepted", "red", 0): CASES, ("received", None, 0): CASES}
            await asyncio.to_thread(server.start)
            await until(cabinet, lambda found: sum(found[1].values()) == sum(OVERDUE.values()))
            server.stop()
        finally:
            server.kill()
            await blocker.close()
        await exactly_once(cabinet)


async def test_a_sweep_that_breaks_off_is_made_up_for(database: Database) -> None:
    """R34: on both databases a sweep that fails at its end leaves nothing; the next one does it, once."""
    cabinet = await open_cabinet(database)
    row = await cabinet.accept()
    late, before = cabinet.at("2026-03-10"), await cabinet.find(row)

    class Broken(Exception):
        """As if the power failed."""

    async def breaking_off() -> None:
        async with database.write() as tx:
            office = await cabinet.office(late, SYSTEM)
            await watch.run(tx, office)
            await alerts.climb(tx, office, late)
            raise Broken

    with pytest.raises(Broken):
        await breaking_off()
    assert (await cabinet.find(row), await cabinet.alerts()) == (before, [])
    for _ in range(2):
        await cabinet.watch(late)
    assert [(one.kind, one.level) for one in await cabinet.alerts()] == [("red", 1)]
    assert (await cabinet.find(row)).light == "red"
    async with database.read() as connection:
        assert len((await connection.execute(select(Alert.id))).all()) == 1


async def seal(cabinet: Cabinet, case: int, sealed: bytes) -> bytes:
    """Put this in the place of a case's sealed data, past all services; what was there."""
    asked = {"case": case, "sealed": sealed}
    async with cabinet.database.write() as tx:
        was = (await tx.execute(text("SELECT sealed FROM case_file WHERE id = :case"), asked)).scalar_one()
        await tx.execute(text("UPDATE case_file SET sealed = :sealed WHERE id = :case"), asked)
    return bytes(was)


async def test_a_case_that_cannot_be_judged_stops_no_other(database: Database) -> None:
    """R17, R34, R36: sealed data that nothing can open leave one case as it was, wholly; the hall's lights turn, the
    others are accepted by themselves, and the log says its number. Mended, the next sweep does it."""
    cabinet = await open_cabinet(database)
    ticket = await cabinet.serve()
    late = await cabinet.accept(ticket=ticket)
    owed: dict[str, Any] = {"ticket": ticket, "materials": [], "complete": False, "why_later": "需要查档"}
    broken, sound = await cabinet.accept(**owed), await cabinet.accept(**owed)
    sealed = await seal(cabinet, broken.id, b"garbage")
    before, now = await cabinet.find(broken), cabinet.at("2026-03-10")
    with capture_logs() as log:
        await cabinet.watch(now)
    assert [(line["event"], line["case"]) for line in log] == [("case_not_judged", broken.number)]
    assert await cabinet.find(broken) == before
    async with database.read() as connection:
        assert not await filing.papers(connection, broken.id)
    assert ((await cabinet.find(late)).light, (await cabinet.find(sound)).state) == ("red", "accepted")
    assert await raised(cabinet) == {"red": 2, "notice_missed": 2}
    await seal(cabinet, broken.id, sealed)
    await cabinet.watch(now)
    assert (await cabinet.find(broken)).state == "accepted"
    assert await raised(cabinet) == {"red": 3, "notice_missed": 2}


async def test_a_calendar_arrives_for_the_others_too(database: Database) -> None:
    """R34, R39: a case whose applicant cannot be told keeps its days; the others are revised."""
    cabinet = await open_cabinet(database)
    ticket = await cabinet.serve()
    broken, sound = await cabinet.accept(ticket=ticket), await cabinet.accept(ticket=ticket)
    await seal(cabinet, broken.id, b"garbage")
    before = await cabinet.find(broken)
    await publish(cabinet, {"2026-03-09": False})
    with capture_logs() as log:
        await cabinet.revise(cabinet.at("2026-03-03"))
    assert [(line["event"], line["case"]) for line in log] == [("case_not_judged", broken.number)]
    assert await cabinet.find(broken) == before
    assert str((await cabinet.find(sound)).due_on) == "2026-03-10"
