"""The days after a replayed one, on both databases: they end well, and what is tampered with is found."""

from collections import Counter
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import msgspec
import pytest
from cabinet import ROOT, VAULT, Cabinet, open_cabinet
from house import SMALL
from paihao.cases import acceptance, rules
from paihao.cases.acceptance import Wish
from paihao.cases.alert_tables import Alert, AlertKind
from paihao.cases.applicant import Applying
from paihao.cases.file import Ask
from paihao.cases.state import KINDS, Action
from paihao.cases.tables import Case, Document
from paihao.core.clock import business_day, start_of
from paihao.core.db import Database
from paihao.core.i18n import translate
from paihao.core.message import Message
from paihao.queue.staff import Role, Staff
from paihao.samples.replay import aftermath, day, report, verdict
from paihao.samples.replay.accepting import Taken
from paihao.samples.replay.applications import apply
from paihao.samples.replay.day import Spell
from paihao.samples.replay.month import Month
from paihao.samples.replay.verdict import Days, Found
from sqlalchemy import insert, select, update

pytestmark = pytest.mark.anyio

SEED, VISITORS, LENGTH = 3, 160, 30
NEAR_YEAR_END = "2026-11-23"


class Lived(NamedTuple):
    """A hall whose cases have lived through their days."""

    cabinet: Cabinet
    month: Month
    taken: list[Taken]
    days: Days

    async def found(self) -> dict[str, Found]:
        async with self.cabinet.database.read() as connection:
            return await verdict.read(connection, VAULT, self.cabinet.floor.facts.id, self.month.first)

    async def faults(self) -> list[str]:
        made = {one.number: one.done for one in self.taken}
        return [text.format(**fields) for text, fields in verdict.faults(await self.found(), made, self.days)]

    async def tamper(self, statement: Any) -> None:
        async with self.cabinet.database.write() as tx:
            await tx.execute(statement)


@pytest.fixture
async def lived(database: Database) -> Lived:
    cabinet = await open_cabinet(database)
    chief = update(Staff).where(Staff.id == cabinet.floor.supervisor.staff_id).values(role=Role.SUPERVISOR)
    async with database.write() as tx:
        await tx.execute(chief)
    files, _ = day.read(SMALL)
    made = day.make(files, [Spell(510, 700, 1.0)], VISITORS, SEED)
    applications = [one.application for one in apply(made, files, 1.0, SEED) if one.application is not None]
    now, taken = cabinet.at(NEAR_YEAR_END), list[Taken]()
    ticket, window = await cabinet.serve(now), cabinet.floor.windows[0]
    office = await cabinet.office(now)
    for application in applications:
        body = dict(application.body)
        wish = Wish(
            item=cabinet.floor.facts.items[body["item"]],
            party=msgspec.convert(body["applicant"], Applying).party,
            ask=Ask(materials=body["materials"], missing=body["missing"], complete=body["complete"]),
            kind=body.get("kind"),
            why_kind=body.get("why_kind", ""),
            why_later=body.get("why_later", ""),
            refused=body.get("refuse", ""),
        )
        async with database.write() as tx:
            row = await acceptance.accept(tx, office, ticket, window, wish)
        told = {"number": row.number, "kind": row.kind, "received_on": row.received_on.isoformat()}
        taken.append(Taken(told, application))
    first = business_day(now, cabinet.floor.facts.timezone)
    async with database.read() as connection:
        book = await rules.load(connection, cabinet.floor.facts.id)
    month = Month(database, VAULT, ROOT, cabinet.floor.facts, book, first, LENGTH)
    await month.run(taken, SEED, lambda: None)
    days = Days(month.last, month.hall.timezone, {}, month.published, month.arrived)
    return Lived(cabinet, month, taken, days)


async def test_the_days_end_well_and_everything_happens(lived: Lived) -> None:
    """R16, R17, R21-R25, R30, R34-R36, R39: every kind and light, in time and late; the reference agrees with all."""
    assert [text.format(**fields) for text, fields in lived.month.wrong] == []
    assert await lived.faults() == []
    found = (await lived.found()).values()
    assert {case.row.kind for case in found} == {*KINDS}
    assert {case.row.light for case in found} >= {"green", "red", None}
    moves = Counter(action for case in found for action, _ in case.moves)
    assert set(moves) == {*Action} - {Action.STEP}  # the small hall has no guides
    alerts = {alert.kind for case in found for alert in case.alerts}
    assert {AlertKind.YELLOW, AlertKind.RED, AlertKind.NOTICE_MISSED, AlertKind.NOTICE_DUE} <= alerts
    assert {AlertKind.SECOND_NOTICE, AlertKind.PART_LATE, AlertKind.DELIVERY_LATE} <= alerts
    assert lived.month.counts["refused"] > 5
    assert lived.month.arrived is not None


async def test_a_clock_that_is_behind_leaves_alone_what_was_judged_later(lived: Lived) -> None:
    """A server's own sweep by the real clock neither turns lights back nor raises anything twice."""
    before = await lived.found()
    await lived.cabinet.watch(lived.cabinet.at(NEAR_YEAR_END, "16:00"))
    await lived.cabinet.revise(lived.cabinet.at(NEAR_YEAR_END, "16:00"))
    assert await lived.faults() == []
    after = await lived.found()
    assert {number: case.row.light for number, case in before.items()} == {
        number: case.row.light for number, case in after.items()
    }
    assert sum(len(case.alerts) for case in before.values()) == sum(len(case.alerts) for case in after.values())


async def test_the_check_finds_what_was_tampered_with(lived: Lived) -> None:
    found = await lived.found()
    red, calm = (
        next(case.row for case in found.values() if case.row.light == light and case.row.outcome is None)
        for light in ("red", "green")
    )
    told = next(case.row for case in found.values() if case.told)
    moment = start_of(lived.month.last, lived.month.hall.timezone)
    event = {"hall_id": calm.hall_id, "case_id": calm.id, "facts": {"due": "2026-12-01"}, "at": moment, "level": 0}

    await lived.tamper(update(Case).where(Case.id == calm.id).values(due_on=calm.due_on.replace(year=2030)))
    assert await lived.faults() == [
        f"{calm.number}：due_on 为 {calm.due_on.replace(year=2030)}，按规则应为 {calm.due_on}"
    ]
    await lived.tamper(update(Case).where(Case.id == calm.id).values(due_on=calm.due_on))
    assert await lived.faults() == []

    await lived.tamper(insert(Alert).values(event | {"event": "another", "kind": AlertKind.RED}))
    assert await lived.faults() == [f"{calm.number}：红灯提醒 1 次，应为 0 次"]
    await lived.tamper(insert(Alert).values(event | {"case_id": red.id, "event": "again", "kind": AlertKind.RED}))
    assert f"{red.number}：红灯提醒 2 次，应为 1 次" in await lived.faults()

    async with lived.cabinet.database.read() as connection:
        message = (
            await connection.execute(select(Message.__table__).where(Message.event.like(f"case:{told.id}:%")).limit(1))
        ).one()
    twin = {**message._mapping, "event": f"case:{told.id}:twin"}
    twin.pop("id")
    await lived.tamper(insert(Message).values(twin))
    assert any(f"{told.number}：同一条短信发了 2 次" in fault for fault in await lived.faults())

    paper = {"key": "k" * 22, "case_id": red.id, "kind": "joint", "number": "LB-0", "day": red.due_on, "content": {}}
    await lived.tamper(insert(Document).values(paper))
    assert any(f"{red.number}：文书为" in fault for fault in await lived.faults())

    lived.taken[0].done.append(Action.STEP)
    assert any(f"{lived.taken[0].number}：日志中的操作是" in fault for fault in await lived.faults())


async def test_days_need_the_servers_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAIHAO_DATABASE_URL", database_url)
    monkeypatch.setenv("PAIHAO_SECRET", "a secret of at least thirty-two signs")
    say = partial(translate, "zh_CN")
    with pytest.raises(aftermath.Unplayable, match="--days 0"):
        async with aftermath.opened("elsewhere", LENGTH, say):
            pass
    async with aftermath.opened("elsewhere", 0, say):
        pass


def test_what_is_wrong_with_cases_makes_it_a_bad_day() -> None:
    wrong = [("{number}：数据库中没有这个办件", {"number": "BJ01-20261123-00001"})]
    quiet = SimpleNamespace(errors=[], unfinished=[], called=Counter(), calls=Counter(), repeated=[])
    day = SimpleNamespace(play=quiet, screen=quiet, bookings=quiet, accepting=quiet, amiss=[], shown=True, faults=[])
    day.cases = SimpleNamespace(wrong=wrong)
    assert [*report.findings(cast(report.Outcome, day), partial(translate, "zh_CN"))] == [
        "BJ01-20261123-00001：数据库中没有这个办件"
    ]
