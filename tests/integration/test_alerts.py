"""Reminders on both databases: told once, the officer first, then up the chain (R14, R34); what consoles show."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from floor import MORNING, Floor, lay
from house import House, open_second_hall
from paihao.api import sweeps
from paihao.api.permissions import Caller
from paihao.cases import alerts, chains, handover_watch
from paihao.cases.alert_tables import Alert, AlertKind, Chain
from paihao.cases.alerts import Cause
from paihao.cases.chains import Step
from paihao.cases.office import Office
from paihao.cases.rules import RulesFacts
from paihao.core import clock
from paihao.core.db import Database, violated
from paihao.core.errors import Invalid
from paihao.core.journal import Journal
from paihao.core.message import Message
from paihao.core.privacy import Vault
from paihao.core.types import NEWEST
from paihao.queue.actor import SYSTEM
from paihao.queue.staff import Staff
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import IntegrityError

pytestmark = pytest.mark.anyio

VAULT = Vault("s" * 40)
HOUR = timedelta(hours=1)
PHONE = "13800000000"
LATE = (("首席代表", "13900000001", 2), ("部门主要负责人", "13900000002", 4))
FIRST = (("首席代表和部门分管领导", "13900000011", 1), ("督查科", "13900000012", 3))
EVENT = "case:1:red:2026-03-01"


def rung(chain: Chain, level: int, title: str, phone: str, hours: int, department: str | None = None) -> Step:
    return Step(chain=chain, level=level, title=title, phone=phone, after_hours=hours, department=department)


DEFAULT = [
    rung(chain, level, *one)
    for chain, rungs in ((Chain.LATE, LATE), (Chain.FIRST, FIRST))
    for level, one in enumerate(rungs, 1)
]


class Watchtower:
    """A hall with chains and an officer who has a phone; what he and those above are told, in the order of time."""

    def __init__(self, floor: Floor, database: Database) -> None:
        self.floor = floor
        self.database = database
        self.now = MORNING
        self.officer = floor.officers[0].staff_id

    def office(self) -> Office:
        return Office(VAULT, self.floor.facts, RulesFacts(), "http://hall.test", SYSTEM, self.now)

    async def raised(self, kind: AlertKind = AlertKind.RED, event: str = EVENT, **more: Any) -> None:
        more = {"officer_id": self.officer, "facts": {"number": "BJ01-1", "due": "2026-03-01"}} | more
        async with self.database.write() as tx:
            await alerts.raise_all(tx, self.floor.facts.id, [Cause(event, kind, **more)], self.now)

    async def climb(self, *, database: Database | None = None, **after: float) -> int:
        self.now += timedelta(**after)
        async with (database or self.database).write() as tx:
            return await alerts.climb(tx, self.office(), self.now)

    async def end(self, event: str = EVENT) -> bool:
        async with self.database.write() as tx:
            return await alerts.end(tx, event, self.now)

    async def told(self) -> list[tuple[str, str]]:
        """Who was told what, in order."""
        async with self.database.read() as connection:
            rows = await connection.execute(select(Message.__table__).order_by(Message.id))
            return [
                (VAULT.open(row.recipient), msgspec.json.decode(VAULT.open(row.content))[1])
                for row in rows
                if row.recipient is not None
            ]

    async def reached(self) -> list[str]:
        return [phone for phone, _ in await self.told()]

    async def row(self) -> Any:
        async with self.database.read() as connection:
            return (await connection.execute(select(Alert.__table__))).one()


async def towered(database: Database, steps: Sequence[Step] = DEFAULT, phone: str = PHONE) -> Watchtower:
    tower = Watchtower(await lay(database, [{"A": 0}, {"A": 0}]), database)
    async with database.write() as tx:
        await tx.execute(update(Staff).where(Staff.id == tower.officer).values(phone=phone))
        await chains.replace(tx, tower.floor.facts, steps)
    return tower


@pytest.fixture
async def tower(database: Database) -> Watchtower:
    return await towered(database)


async def test_late_cases_climb_from_the_officer_to_the_head_of_department(tower: Watchtower) -> None:
    """R34: 受理人 -> 首席代表 -> 部门主要负责人, each after the hours of his rung, each once."""
    await tower.raised()
    assert await tower.climb() == 1
    assert await tower.climb() == await tower.climb(hours=1.9) == 0
    assert await tower.reached() == [PHONE]
    assert await tower.climb(hours=0.1) == 1
    assert await tower.climb(hours=3.9) == 0
    assert await tower.climb(hours=0.1) == 1
    assert await tower.reached() == [PHONE, LATE[0][1], LATE[1][1]]
    row = await tower.row()
    assert (row.level, row.next_at, row.ended_at) == (3, None, None)  # supervisors go on seeing it
    assert await tower.climb(days=7) == 0
    said = [text for _, text in await tower.told()]
    assert said[0].endswith("红灯警示：办件BJ01-1应于3月1日（周日）前办结，现已超期，请及时处理")
    assert "责任人工号001，请督促处理" in said[1]


async def test_first_responsibility_climbs_its_own_chain(tower: Watchtower) -> None:
    """R14: officer -> 首席代表 and 部门分管领导 -> 督查科."""
    await tower.raised(AlertKind.HAND_OVER)
    for hours in (0, 1, 3):
        assert await tower.climb(hours=hours) == 1
    assert await tower.reached() == [PHONE, FIRST[0][1], FIRST[1][1]]


@pytest.mark.parametrize("kind", AlertKind)
async def test_every_kind_has_its_chain_and_its_words(tower: Watchtower, kind: AlertKind) -> None:
    """R14, R34: nothing climbs a chain that is not its own, and every message says a whole sentence."""
    await tower.raised(kind)
    await tower.climb()
    await tower.climb(hours=2)
    expected = LATE if kind in alerts.LATE else FIRST
    assert await tower.reached() == [PHONE, expected[0][1]]
    assert all("{" not in said and "BJ01-1" in said for _, said in await tower.told())


async def test_what_is_not_late_yet_stays_below(tower: Watchtower) -> None:
    """R36: a yellow light reminds the officer and the rung above him, nobody else."""
    await tower.raised(AlertKind.YELLOW)
    for _ in range(4):
        await tower.climb(hours=3)
    assert await tower.reached() == [PHONE, LATE[0][1]]
    assert (await tower.row()).next_at is None


async def test_a_departments_own_chain_goes_before_the_halls(database: Database) -> None:
    """R34: the head of *its* department."""
    tower = await towered(database)
    ours, other = list(tower.floor.facts.departments.values())[:2]
    own = rung(Chain.LATE, 1, "本部门负责人", "13900000021", 1, ours.code)
    async with database.write() as tx:
        await chains.replace(tx, tower.floor.facts, [*DEFAULT, own])
    await tower.raised(department_id=ours.id, officer_id=None)
    await tower.raised(event="case:2:red:2026-03-01", department_id=other.id, officer_id=None)
    await tower.climb()
    await tower.climb(hours=2)
    assert sorted(await tower.reached()) == [LATE[0][1], own.phone]
    assert all(said.endswith("请安排处理") for _, said in await tower.told())  # there is no officer to be named


async def test_what_is_settled_is_never_told(tower: Watchtower) -> None:
    await tower.raised()
    await tower.climb()
    assert await tower.end()
    assert not await tower.end()
    assert await tower.climb(days=1) == 0
    assert await tower.reached() == [PHONE]


async def test_nobody_is_told_at_night(tower: Watchtower) -> None:
    """R34: a light turns at midnight; its officer hears of it at eight, unless it is settled by then."""
    tower.now = MORNING.replace(hour=16)  # midnight in the hall
    await tower.raised()
    await tower.raised(event="case:2:red:2026-03-01")
    assert await tower.climb() == await tower.climb(hours=7.9) == 0
    await tower.end("case:2:red:2026-03-01")
    assert await tower.climb(hours=0.1) == 1
    assert await tower.reached() == [PHONE]
    assert (await tower.climb(hours=1.9), await tower.climb(hours=0.1)) == (0, 1)  # counted from when he was told


async def test_an_event_is_raised_once(tower: Watchtower) -> None:
    """R34: found at every sweep, told once, also after it has ended."""
    await tower.raised()
    await tower.climb()
    await tower.raised()
    await tower.end()
    await tower.raised()
    assert await tower.climb() == 0
    assert (await tower.row()).level == 1


async def test_many_sweeps_at_once_tell_once(tower: Watchtower, database_url: str) -> None:
    """R34: two processes, two offices at the same moment, and one that was started again."""
    other = Database(database_url)
    try:
        for place in range(40):
            await tower.raised(event=f"case:{place}:red")
        for hours in (0, 2, 4):
            tower.now += hours * HOUR
            both = [tower.database, other]
            moved = await asyncio.gather(*(tower.climb(database=both[turn % 2]) for turn in range(6)))
            assert sum(moved) == 40
        await other.close()
        again = Database(database_url)
        assert await tower.climb(database=again, hours=1) == 0
        await again.close()
    finally:
        await other.close()
    reached = await tower.reached()
    assert {phone: reached.count(phone) for phone in reached} == {PHONE: 40, LATE[0][1]: 40, LATE[1][1]: 40}


async def test_what_was_told_is_not_told_again_when_the_level_is_lost(tower: Watchtower) -> None:
    """The message's event holds where a level would not: a level that is set back cannot be, and a letter is one."""
    await tower.raised()
    await tower.climb()
    with pytest.raises(IntegrityError) as refused:
        async with tower.database.write() as tx:
            await tx.execute(update(Alert).values(level=0))
    assert violated(refused.value) == "alert_move"
    with pytest.raises(IntegrityError) as refused:
        async with tower.database.write() as tx:
            await tx.execute(text("DELETE FROM alert"))
    assert violated(refused.value) == "alert_kept"


async def test_whoever_has_no_phone_finds_it_in_his_console(database: Database) -> None:
    tower = await towered(database, phone="")
    chief = tower.floor.officers[1].staff_id
    step = Step(chain=Chain.LATE, level=1, title="首席代表", badge="002", after_hours=1)
    async with database.write() as tx:
        await chains.replace(tx, tower.floor.facts, [step])
    await tower.raised()

    async def lists(officer: int | None) -> list[int]:
        async with database.read() as connection:
            rows = await alerts.listed(connection, tower.floor.facts.id, NEWEST, 10, officer)
            assert await alerts.count(connection, tower.floor.facts.id, officer) == len(rows)
            return [row.id for row in rows]

    number = (await tower.row()).id
    assert (await lists(tower.officer), await lists(chief), await lists(None)) == ([number], [], [number])
    await tower.climb()
    assert await lists(chief) == []  # it is not his yet
    await tower.climb(hours=1)
    assert await lists(chief) == [number]
    assert await tower.told() == []
    await tower.end()
    assert await lists(chief) == await lists(None) == []


async def test_whoever_stands_on_the_halls_chain_sees_what_climbed_it(database: Database) -> None:
    """R14, R34: the chain of one department's own takes only that department's alerts from those on the hall's."""
    tower = await towered(database)
    ours, other = list(tower.floor.facts.departments.values())[:2]
    head, chief = tower.floor.officers[:2]
    steps = [
        Step(chain=Chain.LATE, level=1, title="首席代表", badge="002", after_hours=1),
        Step(chain=Chain.LATE, level=1, title="本部门负责人", badge="001", after_hours=1, department=ours.code),
    ]
    async with database.write() as tx:
        await chains.replace(tx, tower.floor.facts, steps)
    for about, department in (("ours", ours.id), ("other", other.id), ("nobody's", None)):
        await tower.raised(event=about, department_id=department, officer_id=None)
    for hours in (0, 1):
        await tower.climb(hours=hours)
    async with database.read() as connection:
        for officer, climbed in ((head, ["ours"]), (chief, ["nobody's", "other"])):
            rows = await alerts.listed(connection, tower.floor.facts.id, NEWEST, 10, officer.staff_id)
            assert [row.event for row in rows] == climbed
            assert await alerts.count(connection, tower.floor.facts.id, officer.staff_id) == len(climbed)
            for row in rows:
                assert (await alerts.find(connection, row.id, officer)).event == row.event


async def test_what_has_ended_costs_no_console_anything(tower: Watchtower) -> None:
    """R34: alerts are kept for ever; open ones are listed, counted and swept along an index of those alone."""
    engine = tower.database.engine.sync_engine
    for place in range(200):
        await tower.raised(event=f"case:{place}:red")
        await tower.end(f"case:{place}:red")
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT") and "FROM alert" in statement:
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    hall = tower.floor.facts.id
    async with tower.database.write() as tx:
        await alerts.listed(tx, hall, NEWEST, 50)
        await alerts.count(tx, hall)
        await handover_watch.sweep(tx, tower.office())
    event.remove(engine, "before_cursor_execute", note)
    assert len(asked) == 3
    sqlite = tower.database.sqlite
    async with tower.database.write() as tx:
        if not sqlite:
            await tx.exec_driver_sql("SET LOCAL enable_seqscan = off")  # these are too few for an index
        for statement, parameters in asked:
            explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
            plan = str((await tx.exec_driver_sql(f"{explain} {statement}", parameters)).all())
            # PostgreSQL takes either, while next to nothing is open.
            assert ("ix_alert_hall_id_id" in plan) or (not sqlite and "ix_alert_officer" in plan), plan
        made = "sql FROM sqlite_master WHERE name" if sqlite else "indexdef FROM pg_indexes WHERE indexname"
        for index in ("ix_alert_hall_id_id", "ix_alert_officer"):
            assert "ended_at IS NULL" in (await tx.exec_driver_sql(f"SELECT {made} = '{index}'")).scalar_one()


async def test_a_hall_without_chains_tells_the_officer(database: Database) -> None:
    tower = await towered(database, steps=[])
    await tower.raised()
    await tower.climb()
    assert await tower.climb(days=3) == 0
    assert await tower.reached() == [PHONE]


# Through the interface ------------------------------------------------------------------------------------------------

CHAINS = "/halls/small/chains"
GOOD = {"chain": "late", "level": 1, "title": "首席代表", "badge": "supervisor", "after_hours": 2}
BAD = {
    "a level left out": ([GOOD | {"level": 2}], "levels_not_in_order"),
    "a level twice": ([GOOD, GOOD], "levels_not_in_order"),
    "too many levels": ([GOOD | {"level": 10}], "step_out_of_bounds"),
    "a month and a day": ([GOOD | {"after_hours": 721}], "step_out_of_bounds"),
    "back in time": ([GOOD | {"after_hours": -1}], "step_out_of_bounds"),
    "no title": ([GOOD | {"title": " "}], "invalid_title"),
    "a title without end": ([GOOD | {"title": "长" * 61}], "invalid_title"),
    "a badge that is none": ([GOOD | {"badge": "nobody"}], "unknown_badge"),
    "a department that is none": ([GOOD | {"department": "NONE"}], "unknown_department"),
    "nobody at all": ([GOOD | {"badge": None}], "reaches_nobody"),
    "a phone that is none": ([GOOD | {"badge": None, "phone": "12"}], "invalid_phone"),
    "a chain that is none": ([GOOD | {"chain": "up"}], "invalid"),
    "a NUL": ([GOOD | {"title": "a\0"}], "invalid"),
    "chains without end": ([GOOD] * 501, "too_many_steps"),
}


@pytest.mark.parametrize("name", BAD)
async def test_bad_chains_change_nothing(house: House, name: str) -> None:
    steps, code = BAD[name]
    async with house.client(Caller.ADMIN) as admin:
        kept = await admin.put(CHAINS, json={"steps": [GOOD]})
        assert kept.status_code == 200, kept.text
        said = await admin.put(CHAINS, json={"steps": steps})
        assert (said.status_code, said.json()["code"]) == (400, code)
        assert (await admin.get(CHAINS)).json() == kept.json()


async def test_chains_are_steered(house: House) -> None:
    """R14, R34: the chains are data; supervisors read them, administrators set them."""
    own = GOOD | {"department": "XZSP", "phone": "139 0000 0001"}
    async with house.client(Caller.ADMIN) as admin, house.client(Caller.SUPERVISOR) as supervisor:
        said = await admin.put(CHAINS, json={"steps": [own, GOOD, GOOD | {"chain": "first"}]})
        steps = {(one["chain"], one["department"]): one["phone"] for one in said.json()["steps"]}
        assert steps == {("first", None): "", ("late", None): "", ("late", "XZSP"): "13900000001"}
        assert (await supervisor.get(CHAINS)).json() == said.json()
        assert (await supervisor.put(CHAINS, json={"steps": []})).status_code == 403
        again = await admin.put(CHAINS, json=said.json())
        assert again.json() == said.json()
    async with house.client(Caller.CLERK) as clerk:
        assert (await clerk.get(CHAINS)).status_code == 403


async def test_rules_that_were_changed_stand_in_the_journal(house: House) -> None:
    """R34, R36: who changed how a hall keeps its word, and to what; what is refused leaves nothing."""
    path, changed = "/halls/small/case-rules", {"warning_days": 2, "matter_hours": 8}
    async with house.client(Caller.ADMIN) as admin:
        assert (await admin.put(path, json={"warning_days": 31})).json()["code"] == "rules_out_of_bounds"
        said = await admin.put(path, json=changed)
        assert said.status_code == 200, said.text
    async with house.services.database.read() as connection:
        (row,) = await connection.execute(select(Journal.__table__).where(Journal.action == "case_rules"))
        admins = list((await connection.execute(select(Staff.id).where(Staff.role == "admin"))).scalars())
    assert row.data == said.json()
    assert row.data["warning_days"] == 2
    assert row.actor in [f"staff:{one}" for one in admins]


@pytest.fixture
async def alerted(house: House) -> dict[str, int]:
    """An alert for the clerk, and one for the guide that nothing can mend; their ids."""
    hall = await house.services.halls.get("small")
    async with house.services.database.write() as tx:
        staff = {row.badge: row.id for row in await tx.execute(select(Staff.badge, Staff.id))}
        causes = [
            Cause("a", AlertKind.YELLOW, staff["clerk"], facts={"number": "BJ01-1", "due": "2026-03-01"}),
            Cause("b", AlertKind.SECOND_NOTICE, staff["guide"], facts={"number": "BJ01-2"}),
        ]
        await alerts.raise_all(tx, hall.id, causes, clock.now())
        return {row.event: row.id for row in await tx.execute(select(Alert.event, Alert.id))}


async def test_officers_see_theirs_and_supervisors_all(house: House, alerted: dict[str, int]) -> None:
    path = "/halls/small/alerts"
    async with house.client(Caller.CLERK) as clerk, house.client(Caller.SUPERVISOR) as supervisor:
        mine, everything = (await clerk.get(path)).json(), (await supervisor.get(path)).json()
        assert ([one["id"] for one in mine["alerts"]], mine["total"]) == ([alerted["a"]], 1)
        assert [one["id"] for one in everything["alerts"]] == [alerted["b"], alerted["a"]]
        assert [one["finding"] for one in everything["alerts"]] == [True, False]
        one = mine["alerts"][0]
        assert one["text"] == "黄灯提醒：办件BJ01-1应于3月1日（周日）前办结"
        assert (one["officer"], one["level"], one["told"], one["seen_at"]) == ("clerk", 0, [], None)
        assert (await supervisor.get(path, params={"mine": True})).json()["alerts"] == []
        page = await supervisor.get(path, params={"cursor": str(alerted["b"])})
        assert [one["id"] for one in page.json()["alerts"]] == [alerted["a"]]
        assert (await clerk.get(path, params={"cursor": "x"})).json()["code"] == "invalid_cursor"
        await open_second_hall(house)
        assert (await clerk.get("/halls/other/alerts")).json()["code"] == "foreign_hall"


async def test_seeing_is_not_doing(house: House, alerted: dict[str, int]) -> None:
    """An alert that is seen goes on; what nothing can mend ends when a supervisor has taken note."""
    async with house.client(Caller.GUIDE) as guide, house.client(Caller.SUPERVISOR) as supervisor:
        seen = await guide.post(f"/alerts/{alerted['b']}/seen")
        assert seen.status_code == 200, seen.text
        assert seen.json()["seen_at"]
        assert seen.json()["ended_at"] is None
        for foreign in (alerted["a"], 999, "x", 10**30):
            said = await guide.post(f"/alerts/{foreign}/seen")
            assert (said.status_code, said.json()["code"]) == (404, "unknown_alert")
        ended = await supervisor.post(f"/alerts/{alerted['b']}/seen")
        assert ended.json()["ended_at"]
        assert ended.json()["seen_at"] == seen.json()["seen_at"]
        open_ = await supervisor.post(f"/alerts/{alerted['a']}/seen")
        assert (open_.json()["ended_at"], bool(open_.json()["seen_at"])) == (None, True)


async def test_the_sweep_tells(house: House, alerted: dict[str, int]) -> None:
    """R34: run twice, it tells once; the hall stands at noon here."""
    async with house.services.database.write() as tx:
        await tx.execute(update(Staff).where(Staff.badge == "clerk").values(phone=PHONE))
    for _ in range(2):
        await sweeps.sweep(house.services)
    async with house.services.database.read() as connection:
        events = list((await connection.execute(select(Message.event))).scalars())
        levels = list((await connection.execute(select(Alert.level).order_by(Alert.event))).scalars())
    assert (events, levels) == ([f"alert:{alerted['a']}:0"], [1, 1])


async def test_unknown_chains_never_get_in(database: Database) -> None:
    tower = await towered(database)
    async with database.write() as tx:
        with pytest.raises(Invalid):
            await chains.replace(tx, tower.floor.facts, [rung(Chain.LATE, 3, "三级", PHONE, 1)])
        assert len(await chains.listed(tx, tower.floor.facts)) == len(DEFAULT)
