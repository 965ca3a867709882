"""The versions of items (R28) and what the database holds of them, whoever writes: attacked with plain SQL on both."""

from typing import Any

import msgspec
import pytest
from house import SMALL
from paihao.api import schema
from paihao.core import migrate
from paihao.core.db import Database, violated
from paihao.queue import hallread, halls, hallstore
from paihao.queue.facts import StepFacts
from paihao.queue.hall import Item, ItemVersion
from paihao.queue.hallfiles import HallFiles, read
from paihao.queue.hallrows import GuideRow
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

pytestmark = pytest.mark.anyio
STEPS = (StepFacts("受理", 1, "受理岗"), StepFacts("审核", 4, "审核岗"))


@pytest.fixture
def files() -> HallFiles:
    return read(SMALL)


async def put(database: Database, files: HallFiles) -> int:
    async with database.write() as tx:
        return await hallstore.save(tx, files)


async def run(database: Database, statement: str, **values: Any) -> None:
    async with database.write() as tx:
        await tx.execute(text(statement), values)


async def versions(database: Database, code: str) -> list[Any]:
    query = select(ItemVersion.__table__).join(Item, Item.id == ItemVersion.item_id).where(Item.code == code)
    async with database.read() as connection:
        return list((await connection.execute(query.order_by(ItemVersion.version))).all())


async def refused(database: Database, statement: str, **values: Any) -> str:
    with pytest.raises(DatabaseError) as error:
        await run(database, statement, **values)
    return violated(error.value) or str(error.value)


async def test_an_import_makes_the_first_version_and_a_change_the_next(database: Database, files: HallFiles) -> None:
    """R28: what changed for the public is a new version; what concerns the hall alone is not."""
    await put(database, files)
    (first,) = await versions(database, "S-002")
    assert (first.version, first.name, first.promised_days, first.steps) == (1, "失业保险金申领", 5, [])
    assert first.at.tzinfo is not None
    await put(database, files)
    assert len(await versions(database, "S-002")) == 1
    guide = GuideRow("S-002", "《失业保险条例》", steps=STEPS)
    changed = msgspec.structs.replace(files, guides=(guide,))
    await put(database, changed)
    busier = tuple(msgspec.structs.replace(one, popularity=one.popularity + 1) for one in changed.items)
    hall = await put(database, msgspec.structs.replace(changed, items=busier))
    first_again, second = await versions(database, "S-002")
    assert first_again == first
    assert (second.version, second.basis) == (2, "《失业保险条例》")
    assert second.steps == [msgspec.structs.asdict(step) for step in STEPS]
    assert second.at >= first.at
    assert len(await versions(database, "S-001")) == 1
    async with database.read() as connection:
        facts = (await halls.load(connection, files.hall.code)).items["S-002"]
        assert await hallread.load(connection, hall) == msgspec.structs.replace(changed, items=busier)
    assert (facts.version, facts.version_id, facts.statutory_days) == (2, second.id, 10)
    assert (facts.basis, facts.steps) == ("《失业保险条例》", STEPS)


@pytest.mark.parametrize(
    "change",
    [
        *("name = 'x'", "basis = 'x'", "conditions = 'x'", "procedure = 'x'", "steps = '[{}]'", "materials = '[]'"),
        *("statutory_days = 11", "promised_days = 4", "fee_yuan = 1", "complex = true", "case_kind = 'joint'"),
        "case_kind = 'immediate', promised_days = 0, form_only = true",
    ],
)
async def test_no_writer_forgets_the_version(database: Database, files: HallFiles, change: str) -> None:
    """R28: whatever a case keeps makes a new version when it changes, by hand too, and only then."""
    await put(database, files)
    for _ in range(2):
        await run(database, f"UPDATE item SET {change} WHERE code = 'S-002'")
    assert [row.version for row in await versions(database, "S-002")] == [1, 2]


async def test_json_that_is_only_written_otherwise_is_no_change(database: Database, files: HallFiles) -> None:
    """R28: the same materials are the same version."""
    await put(database, files)
    materials = (await versions(database, "S-003"))[0].materials
    async with database.write() as tx:
        await tx.execute(
            Item.__table__.update().where(Item.code == "S-003").values(materials=materials, bookable=False)
        )
    assert len(await versions(database, "S-003")) == 1


async def test_a_version_is_never_changed_and_goes_with_its_item(database: Database, files: HallFiles) -> None:
    """R28: what was published stays as it was."""
    await put(database, files)
    for statement in ("UPDATE item_version SET promised_days = 1", "DELETE FROM item_version"):
        assert "item_version_kept" in await refused(database, statement)
    if not database.sqlite:
        assert "item_version_kept" in await refused(database, "TRUNCATE item_version CASCADE")
    fewer = msgspec.structs.replace(files, items=tuple(one for one in files.items if one.code != "S-003"))
    await put(database, fewer)
    async with database.read() as connection:
        found = await connection.execute(select(ItemVersion.name).order_by(ItemVersion.id))
    assert [row.name for row in found] == [one.name for one in fewer.items]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("form_only = true", "ck_item_form_only_immediate"),
        ("promised_days = 0", "ck_item_limit_named"),
        ("case_kind = 'returned'", "ck_item_case_kind_known"),
        ("case_kind = 'joint', promised_days = 0", "ck_item_limit_named"),
        ("promised_days = 11", "ck_item_promise_within_statute"),
    ],
)
async def test_the_database_refuses(database: Database, files: HallFiles, change: str, rule: str) -> None:
    """R26: form only means at once; R31: everything else has a limit; R21: no item is a 退回件."""
    await put(database, files)
    assert rule in await refused(database, f"UPDATE item SET {change} WHERE code = 'S-002'")


OLD = """
INSERT INTO hall (code, name, name_en, timezone, ticker, recalls_before_missed, return_after, keep_parked, always_open,
    call_text, call_text_en, complaint_phone, wait_limit_minutes, postpone_minutes, open_on_holidays)
    VALUES ('old', '老厅', '', 'Asia/Shanghai', '', 2, 3, false, false, '', '', '', 30, 10, false);
INSERT INTO zone (hall_id, name) VALUES (1, 'A区');
INSERT INTO department (hall_id, code, name, zone_id) VALUES (1, 'XZ', '审批局', 1);
INSERT INTO line (hall_id, prefix, name, zone_id, kind, call_text, call_text_en)
    VALUES (1, 'A', '社保', 1, 'ordinary', '', '');
INSERT INTO item (hall_id, code, department_id, line_id, name, initials, audience, case_kind, statutory_days,
    promised_days, bookable, minutes_mean, minutes_sd, popularity, fee_yuan, materials)
    VALUES (1, '1', 1, 1, '甲', 'j', '个人', 'immediate', 1, 0, false, 3, 1, 0, 0, '["身份证"]'),
    (1, '2', 1, 1, '乙', 'y', '个人', 'promised', 20, 0, false, 3, 1, 0, 9.5, '[]'),
    (1, '3', 1, 1, '丙', 'b', '个人', 'promised', 0, 0, false, 3, 1, 0, 0, '[]')
"""


async def test_items_that_there_were_get_their_first_version(dialect: str, tmp_path: Any, request: Any) -> None:
    """R28, R31: an older database's items are version 1; those without a limit get the usual one."""
    if dialect == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'old.db'}")
    else:
        database = Database(await request.getfixturevalue("postgres").create(empty=True))
    await migrate.upgrade(database, version="0006")
    for statement in OLD.split(";"):
        await run(database, statement)
    await schema.upgrade(database)
    found = [row for code in "123" for row in await versions(database, code)]
    kept = [(row.version, row.name, row.statutory_days, row.promised_days, row.fee_yuan) for row in found]
    assert kept == [(1, "甲", 1, 0, 0), (1, "乙", 20, 3, 9.5), (1, "丙", 3, 3, 0)]
    assert found[0].materials == ["身份证"]
    assert found[0].at.tzinfo is not None
    await run(database, "UPDATE item SET name = '丁' WHERE code = '1'")
    assert [row.version for row in await versions(database, "1")] == [1, 2]
    await database.close()
