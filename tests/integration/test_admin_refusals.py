"""What the database really says when an edit breaks a rule becomes a sentence that helps, on both engines."""

import asyncio
from typing import NamedTuple

import pytest
from floor import lay
from paihao.admin.refusals import refusal
from paihao.core.db import Database
from paihao.core.errors import Conflict, Invalid, Problem
from paihao.core.i18n import Language, translate
from paihao.queue.hall import Hall
from postgres import Postgres
from sqlalchemy import bindparam, text, update
from sqlalchemy.exc import DBAPIError

pytestmark = pytest.mark.anyio


class Edit(NamedTuple):
    """SQL with ``{names}`` of rows, the table that somebody edits, and what he is told."""

    sql: str
    table: str
    kind: type[Problem]
    chinese: str
    english: str
    removing: bool = False


WINDOW = 'INSERT INTO "window" (hall_id, number, name, zone_id, kind, department_id, state, pause_reason) '
EDITS = {
    "a number that is taken": Edit(
        WINDOW
        + "SELECT hall_id, number, name, zone_id, kind, department_id, state, '' FROM \"window\" WHERE id = {window}",
        "window",
        Conflict,
        "该窗口号已被使用，请换一个",
        "This window number is taken; please choose another",
    ),
    "a value beyond its bounds": Edit(
        "UPDATE hall SET recalls_before_missed = 10 WHERE id = {hall}",
        "hall",
        Invalid,
        "重呼次数应在0到9次之间",
        "The recalls must be between 0 and 9",
    ),
    "hours that end before they begin": Edit(
        "UPDATE hours SET opens = '18:00:00', closes = '09:00:00' WHERE hall_id = {hall} AND weekday = 1",
        "hours",
        Invalid,
        "开始时间应早于结束时间",
        "It must open before it closes",
    ),
    "a spell that opens twice": Edit(
        "INSERT INTO hours (hall_id, weekday, opens, closes) "
        "SELECT hall_id, weekday, opens, closes FROM hours WHERE hall_id = {hall}",
        "hours",
        Conflict,
        "大厅当天已有同一时间开始的办公时段",
        "The hall has a spell that opens at this time on this weekday already",
    ),
    "a date that is set already": Edit(
        "INSERT INTO working_day (hall_id, day, working, name) VALUES "
        "({hall}, '2026-10-10', true, '国庆节'), ({hall}, '2026-10-10', true, '国庆节')",
        "working_day",
        Conflict,
        "这个日期已经设置过，请直接修改",
        "This date has been set already; please change that row",
    ),
    "nothing where something is needed": Edit(
        'UPDATE "window" SET name = NULL WHERE id = {window}',
        "window",
        Invalid,
        "请填写“窗口名称”",
        "Please fill in “Name of the window”",
    ),
    "a version of an item": Edit(
        "UPDATE item_version SET promised_days = 1 WHERE hall_id = {hall}",
        "item_version",
        Conflict,
        "事项版本由系统自动留存，不能改动；请直接修改事项",
        "Versions are kept by the system and never change; please change the item itself",
    ),
}
REFERENCES = {
    "a zone that there is not": Edit(
        'UPDATE "window" SET zone_id = 999999 WHERE id = {window}',
        "window",
        Invalid,
        "没有这个区域，请选择本大厅的区域",
        "There is no such zone; please choose one of this hall",
    ),
    "a line of another hall": Edit(
        "UPDATE window_line SET line_id = {other_line} WHERE window_id = {window}",
        "window_line",
        Invalid,
        "没有这个队列，请选择本大厅的队列",
        "There is no such line; please choose one of this hall",
    ),
    "a window that serves a line": Edit(
        'DELETE FROM "window" WHERE id = {window}',
        "window",
        Conflict,
        "“窗口受理队列”中还有记录在使用它，请先处理那些记录",
        "It is still in use in “Lines of windows”; please deal with those rows first",
        removing=True,
    ),
    "a printer that a kiosk prints on": Edit(
        "DELETE FROM device WHERE id = {printer}",
        "device",
        Conflict,
        "“设备”中还有记录在使用它，请先处理那些记录",
        "It is still in use in “Devices”; please deal with those rows first",
        removing=True,
    ),
}
VALUES = {
    "a text longer than its column": Edit(
        "UPDATE zone SET name = '{long}' WHERE hall_id = {hall}",
        "zone",
        Invalid,
        "填写的内容过长，请缩短后再保存",
        "Something entered is too long; please shorten it",
    ),
    "a number beyond its column": Edit(
        "UPDATE hall SET return_after = 70000 WHERE id = {hall}",
        "hall",
        Invalid,
        "填写的数值过大或过小，请核对",
        "A number is too large or too small; please check it",
    ),
}


async def rows(database: Database) -> dict[str, int | str]:
    floor, other = await lay(database, [{"A": 0}]), await lay(database, [{"A": 0}])
    async with database.write() as tx:
        insert = "INSERT INTO device (hall_id, kind, name, address, token_hash, printer_id, fault) VALUES"
        token = "x'aa'" if database.sqlite else "decode('aa', 'hex')"
        printer = f"{insert} ({floor.facts.id}, 'printer', 'x', '192.0.2.1:9100', NULL, NULL, '') RETURNING id"
        printer_id = (await tx.execute(text(printer.replace(":9100", r"\:9100")))).scalar_one()
        await tx.execute(text(f"{insert} ({floor.facts.id}, 'kiosk', 'x', NULL, {token}, {printer_id}, '')"))
    return {
        "hall": floor.facts.id,
        "window": floor.windows[0].id,
        "printer": int(printer_id),
        "other_line": other.line("A").id,
        "long": "长" * 41,
    }


async def refused(database: Database, edit: Edit, names: dict[str, int | str], language: Language) -> Problem:
    sql = edit.sql.format(**names)
    with pytest.raises(DBAPIError) as error:
        async with database.write() as tx:
            await tx.execute(text(sql.replace(":", r"\:")))
    return refusal(error.value, edit.table, language, removing=edit.removing)


def said(problem: Problem, language: Language) -> str:
    return translate(language, problem.detail, **problem.params)


async def test_a_rule_that_is_broken_is_told_in_both_languages(
    database: Database, dialect: str, subtests: pytest.Subtests
) -> None:
    names = await rows(database)
    for title, edit in EDITS.items() if dialect == "sqlite" else {**EDITS, **REFERENCES, **VALUES}.items():
        with subtests.test(title):
            chinese = await refused(database, edit, names, "zh_CN")
            english = await refused(database, edit, names, "en")
            assert type(chinese) is edit.kind
            assert (said(chinese, "zh_CN"), said(english, "en")) == (edit.chinese, edit.english)


async def test_a_foreign_key_without_a_name_is_told_as_well_as_can_be(database: Database, dialect: str) -> None:
    """SQLite does not say which one was broken."""
    names = await rows(database)
    told = {title: said(await refused(database, edit, names, "zh_CN"), "zh_CN") for title, edit in REFERENCES.items()}
    if dialect == "sqlite":
        in_use, unknown = "已有记录在使用它，不能删除或改动", "引用的内容不存在或仍被使用"
        assert told == {title: in_use if edit.removing else unknown for title, edit in REFERENCES.items()}
    else:
        assert told == {title: edit.chinese for title, edit in REFERENCES.items()}


async def test_a_value_that_the_driver_refuses_to_send_is_told_too(postgres: Postgres) -> None:
    """asyncpg compares a parameter with the column's type before PostgreSQL sees it."""
    database = Database(await asyncio.to_thread(lambda: asyncio.run(postgres.create())))
    try:
        for value, told in ((70000, VALUES["a number beyond its column"].chinese), ("x", "填写的内容格式不对，请核对")):
            with pytest.raises(DBAPIError) as error:
                async with database.write() as tx:
                    await tx.execute(update(Hall).values(return_after=bindparam("given")), {"given": value})
            assert said(refusal(error.value, "hall", "zh_CN"), "zh_CN") == told
    finally:
        await database.close()
