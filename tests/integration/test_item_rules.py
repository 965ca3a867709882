"""One set of rules for items, in the files and at the desk, and their next versions (R22, R26-R28, R31)."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from house import SMALL
from paihao.core import clock
from paihao.core.db import Base, Database
from paihao.core.errors import Conflict, Invalid, NotFound, Problem
from paihao.core.journal import Journal
from paihao.queue import hallstore, items
from paihao.queue.actor import officer
from paihao.queue.facts import StepFacts
from paihao.queue.hall import ITEM_KINDS, CaseKind, Item
from paihao.queue.hallfiles import read
from paihao.queue.itemrules import IN_FILES, between, called, check, said, typed
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

GOOD: dict[str, Any] = {
    "code": "S-002",
    "line_id": 1,
    "agency_id": None,
    "name": "失业保险金申领",
    "audience": "个人",
    "case_kind": "promised",
    "statutory_days": 10,
    "promised_days": 5,
    "bookable": True,
    "minutes_mean": 10.0,
    "minutes_sd": 4.0,
    "popularity": 20.0,
    "fee_yuan": 0.0,
    "materials": ["居民身份证"],
    "basis": "",
    "conditions": "",
    "procedure": "",
    "steps": [{"name": "受理", "days": 1, "post": "受理岗"}],
    "form_only": False,
    "complex": False,
}
STEP = {"name": "受理", "days": 6, "post": "受理岗"}
WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"promised_days": 11}, "promised_days", "承诺时限不能超过法定时限"),
    ({"promised_days": 0, "steps": []}, "promised_days", "只有即办件的承诺时限可以为 0，其他事项至少 1 个工作日"),
    ({"case_kind": "immediate", "steps": []}, "promised_days", "即办件的承诺时限必须为 0"),
    ({"form_only": True}, "form_only", "只需审查形式要件的事项必须是即办件"),
    ({"steps": [STEP]}, "steps", "各环节共 {days} 个工作日，超过承诺时限 {limit} 个工作日"),
    ({"line_id": None}, "line_id", "队列和外部机构至少填一个"),
    ({"agency_id": 1}, "agency_id", "队列和外部机构只能填一个"),
    ({"statutory_days": 3651}, "statutory_days", "应在 {low} 到 {high} 之间"),
    ({"statutory_days": -1}, "statutory_days", "“{value}”不是整数（只能用半角数字）"),
    ({"statutory_days": "10"}, "statutory_days", "填写的内容有误"),
    ({"bookable": 1}, "bookable", "填写的内容有误"),
    ({"case_kind": "returned"}, "case_kind", "填写的内容有误"),
    ({"fee_yuan": 1e9}, "fee_yuan", "“{value}”不是数字（只能用半角数字和小数点）"),
    ({"minutes_mean": 0.0}, "minutes_mean", "应在 {low} 到 {high} 之间"),
    ({"name": ""}, "name", "不能为空"),
    ({"name": "字" * 201}, "name", "超过 {limit} 个字"),
    ({"name": "名称 "}, "name", "首尾有多余的空格"),
    ({"conditions": "a\0b"}, "conditions", "含有不可见的字符"),
    ({"materials": ["身份证;户口簿"]}, "materials", "各项的文字中不能有分号"),
    ({"materials": ["身份证", " "]}, "materials", "首尾有多余的空格"),
    ({"materials": "身份证"}, "materials", "填写的内容有误"),
    ({"steps": [STEP | {"post": ""}]}, "steps", "“{value}”不是“环节:工作日:责任岗位”"),
    ({"steps": [{"name": "受理"}]}, "steps", "填写的内容有误"),
]


def test_a_good_item_has_no_fault() -> None:
    assert check(GOOD) == []
    assert check(GOOD | {"line_id": None, "agency_id": 3, "promised_days": 5, "steps": [STEP]}) == []
    assert check({"name": "咨询"}) == []


@pytest.mark.parametrize(("change", "column", "reason"), WRONG)
def test_every_rule_says_what_is_wrong(change: dict[str, Any], column: str, reason: str) -> None:
    """R22, R26, R27, R31: one fault, at its column; never an error of ours."""
    (fault,) = check(GOOD | change)
    assert (fault.column, fault.reason) == (column, reason)
    assert fault.reason.format(**fault.params)


def test_all_faults_are_told_at_once() -> None:
    wrong = {"name": "", "statutory_days": -1, "materials": ["a;b"]}
    assert {fault.column for fault in check(GOOD | wrong)} == set(wrong)
    both = {"promised_days": 11, "form_only": True, "steps": [STEP | {"days": 12}]}
    assert {fault.column for fault in check(GOOD | both)} == set(both)


def test_what_is_read_is_what_was_shown() -> None:
    """A cell of the files and a field of a form say the same."""
    for name, value in GOOD.items():
        if name in ("line_id", "agency_id"):
            continue
        assert msgspec.json.decode(msgspec.json.encode(typed(name, said(name, value)))) == value, name
    assert typed("steps", "受理:1:受理岗") == (StepFacts("受理", 1, "受理岗"),)


def test_a_row_of_the_files_is_judged_by_the_same_rules() -> None:
    row = {"line_prefix": "", "agency": "", "statutory_working_days": 3, "promised_working_days": 4}
    faults = [IN_FILES.get(fault.column, fault.column) for fault in between(called(row))]
    assert faults == ["line_prefix", "promised_working_days"]


@pytest.mark.anyio
async def test_the_rules_are_what_the_database_holds(database: Database) -> None:
    """R22, R26: what the rules between values refuse, the CHECKs refuse too, and what they allow goes in."""
    async with database.write() as tx:
        hall = await hallstore.save(tx, read(SMALL))
    async with database.read() as connection:
        known = (await connection.execute(select(Item.__table__).where(Item.code == "S-002"))).one()._asdict()
    agency = {"line_id": None, "agency_id": 1}
    changes: list[dict[str, Any]] = [
        {"case_kind": kind, "promised_days": promised, "form_only": form_only} | place
        for kind in ITEM_KINDS
        for promised in (0, 10, 11)
        for form_only in (False, True)
        for place in ({}, agency, {"line_id": None}, {"agency_id": 1})
    ]
    for number, change in enumerate(changes):
        row = {name: value for name, value in known.items() if name != "id"} | change | {"code": f"T-{number}"}
        faults = check(row)
        try:
            async with database.write() as tx:
                await tx.execute(insert(Item.__table__).values(row))
        except DBAPIError:
            assert faults, change
        else:
            assert not faults, change
    assert hall


async def put(database: Database) -> int:
    async with database.write() as tx:
        return await hallstore.save(tx, read(SMALL))


async def revise(
    database: Database, hall: int, values: dict[str, Any], note: str = "按新条例调整", code: str = "S-002"
) -> items.Revised:
    async with database.write() as tx:
        return await items.revise(tx, hall, code, values, note, officer(1), clock.now())


@pytest.mark.anyio
async def test_a_revision_is_the_next_version_and_tells_what_changed(database: Database) -> None:
    """R28: limits, materials and steps change at once; the earlier version stays, and both can be compared."""
    hall = await put(database)
    began = datetime.now(UTC)
    steps = (StepFacts("受理", 1, "受理岗"), StepFacts("审核", 3, "审核岗"))
    values = {"promised_days": 4, "steps": steps, "conditions": "参保满一年", "name": "失业金申领", "fee_yuan": 0.0}
    done = await revise(database, hall, values)
    assert (done.version, {change.column for change in done.changes}) == (2, set(values) - {"fee_yuan"})
    async with database.read() as connection:
        first, second = [row._asdict() for row in await items.versions(connection, done.item_id)]
        item = (await connection.execute(select(Item).where(Item.id == done.item_id))).one()
        note = (
            await connection.execute(select(Journal.actor, Journal.data).where(Journal.action == "item_version"))
        ).one()
    assert items.differences(first, second) == list(done.changes)
    assert items.Change("promised_days", 5, 4) in done.changes
    assert (first["promised_days"], second["promised_days"], item.initials) == (5, 4, "syjsl")
    assert second["steps"] == [msgspec.structs.asdict(step) for step in steps]
    assert second["at"].timestamp() >= int(began.timestamp())
    assert (note.actor, note.data["version"], note.data["note"]) == ("staff:1", 2, "按新条例调整")


@pytest.mark.anyio
async def test_what_the_rules_refuse_changes_nothing(database: Database) -> None:
    """R28: a revision is whole or not at all."""
    hall = await put(database)

    async def everything() -> dict[str, list[str]]:
        async with database.read() as connection:
            tables = Base.metadata.tables.items()
            return {name: sorted(map(repr, await connection.execute(select(table)))) for name, table in tables}

    before = await everything()
    wrong: list[tuple[dict[str, Any], type[Problem], str]] = [
        ({"values": {"promised_days": 11, "form_only": True}}, items.ItemRefused, "item_refused"),
        ({"values": {"case_kind": CaseKind.RETURNED}}, items.ItemRefused, "item_refused"),
        ({"values": {"promised_days": 5}}, Conflict, "nothing_changed"),
        ({"values": {"minutes_mean": 3.0}}, Conflict, "nothing_changed"),
        ({"values": {"promised_days": 4}, "note": " "}, Invalid, "note_needed"),
        ({"values": {"promised_days": 4}, "note": "x" * 201}, Invalid, "note_needed"),
        ({"values": {"promised_days": 4}, "code": "S-999"}, NotFound, "unknown_item"),
    ]
    for asked, kind, code in wrong:
        with pytest.raises(kind) as refused:
            await revise(database, hall, **asked)
        assert refused.value.code == code, asked
    with pytest.raises(items.ItemRefused) as both:
        await revise(database, hall, {"promised_days": 11, "form_only": True})
    assert [fault.column for fault in both.value.faults] == ["promised_days", "form_only"]
    assert await everything() == before
