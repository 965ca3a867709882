"""Version 0011: rows that officers edit one by one have a key of one column, and what was their key stays unique."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from floor import MORNING, lay
from paihao.api import schema
from paihao.booking.tables import LineRules
from paihao.core import migrate
from paihao.core.db import Base, Database, violated
from paihao.queue import calling
from paihao.queue.hall import WorkingDay
from paihao.queue.shows import Roster
from paihao.queue.window import WindowLine
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError

pytestmark = pytest.mark.anyio

BEFORE = """
INSERT INTO hall (code, name, name_en, timezone, ticker, recalls_before_missed, return_after, keep_parked, always_open,
    open_on_holidays, call_text, call_text_en, complaint_phone, wait_limit_minutes, postpone_minutes)
    VALUES ('old', '老厅', '', 'Asia/Shanghai', '', 2, 3, false, false, false, '请{number}', '', '', 30, 10);
INSERT INTO zone (hall_id, name) VALUES (1, 'A区');
INSERT INTO department (hall_id, code, name, zone_id) VALUES (1, 'XZ', '审批局', 1);
INSERT INTO line (hall_id, prefix, name, zone_id, kind, call_text, call_text_en)
    VALUES (1, 'A', '社保', 1, 'ordinary', '', ''), (1, 'B', '医保', 1, 'ordinary', '', '');
INSERT INTO "window" (hall_id, number, name, zone_id, kind, department_id, state, pause_reason)
    VALUES (1, '1', '一号', 1, 'ordinary', 1, 'open', ''), (1, '2', '二号', 1, 'ordinary', 1, 'open', '');
INSERT INTO piccolo_user (username, password, email, active, admin, superuser)
    VALUES ('wang', 'x', 'w@x', true, false, false);
INSERT INTO staff (user_id, hall_id, role, name, badge, phone) VALUES (1, 1, 'clerk', '王某', 'W1', '');
INSERT INTO window_line (window_id, line_id, hall_id, handicap_minutes)
    VALUES (2, 1, 1, 5), (1, 2, 1, 15), (1, 1, 1, 0);
INSERT INTO roster (hall_id, day, part, staff_id)
    VALUES (1, '2026-10-08', 'leader', 1), (1, '2026-10-08', 'first_desk', 1);
INSERT INTO working_day (hall_id, day, working, name)
    VALUES (1, '2026-10-10', true, '国庆节'), (1, '2026-10-01', false, '国庆');
INSERT INTO line_booking (line_id, hall_id, windows, share_percent) VALUES (2, 1, NULL, 40), (1, 1, 2, NULL)
"""
AFTER = {
    WindowLine: [(1, 1, 1, 1, 0), (2, 1, 2, 1, 15), (3, 2, 1, 1, 5)],
    Roster: [(1, 1, "2026-10-08", "first_desk", 1), (2, 1, "2026-10-08", "leader", 1)],
    WorkingDay: [(1, 1, "2026-10-01", False, "国庆"), (2, 1, "2026-10-10", True, "国庆节")],
    LineRules: [(1, 1, 1, 2, None), (2, 2, 1, None, 40)],
}


@pytest.fixture
def empty_url(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    if dialect == "sqlite":
        return f"sqlite:///{tmp_path / 'tenth.db'}"
    return asyncio.run(request.getfixturevalue("postgres").create(empty=True))


@pytest.fixture
async def tenth(empty_url: str) -> AsyncIterator[Database]:
    """A database as version 0010 left it, with rows in the tables that are made anew."""
    database = Database(empty_url)
    await migrate.upgrade(database, version="0010")
    async with database.write() as tx:
        for statement in BEFORE.split(";"):
            await tx.execute(text(statement))
    yield database
    await database.close()


async def test_the_rows_are_there_afterwards_with_a_key(tenth: Database) -> None:
    await schema.upgrade(tenth)
    assert await migrate.drift(tenth) == []
    async with tenth.read() as connection:
        for model, rows in AFTER.items():
            found = (await connection.execute(select(model.__table__).order_by(model.id))).all()
            assert [tuple(str(value) if hasattr(value, "year") else value for value in row) for row in found] == rows


async def test_what_was_the_key_is_held_by_name(tenth: Database) -> None:
    await schema.upgrade(tenth)
    for model in AFTER:
        table = Base.metadata.tables[model.__tablename__]
        names = ", ".join(column.name for column in table.columns if column.name != "id")
        with pytest.raises(IntegrityError) as refused:
            async with tenth.write() as tx:
                await tx.execute(
                    text(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {table.name} WHERE id = 1")
                )
        assert (
            violated(refused.value)
            == {
                WindowLine: "uq_window_line_window_id_line_id",
                Roster: "uq_roster_hall_id_day_part",
                WorkingDay: "uq_working_day_hall_id_day",
                LineRules: "uq_line_booking_line_id",
            }[model]
        )


async def test_calls_still_find_a_windows_lines_along_an_index(database: Database) -> None:
    """R42: from a window to its lines in the claim itself, and from a line to its windows."""
    floor = await lay(database, [{"A": 0}, {"A": 5}])
    await floor.open_all()
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "window_line" in statement:
            asked.append((statement, parameters))

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    async with database.write() as tx:
        await calling.call_next(tx, floor.windows[0].id, floor.officers[0], MORNING)
        await tx.execute(select(WindowLine.window_id).where(WindowLine.line_id == floor.line("A").id))
    event.remove(engine, "before_cursor_execute", note)
    claim, *others = asked
    assert claim[0].startswith("WITH desk")
    by_window = "sqlite_autoindex_window_line_1" if database.sqlite else "uq_window_line_window_id_line_id"
    async with database.write() as tx:
        if not database.sqlite:
            await tx.exec_driver_sql("SET LOCAL enable_seqscan = off")  # these are too few for an index
        explain = "EXPLAIN QUERY PLAN" if database.sqlite else "EXPLAIN"
        for (statement, parameters), index in ((claim, by_window), (others[-1], "ix_window_line_line_id")):
            plan = str((await tx.exec_driver_sql(f"{explain} {statement}", parameters)).all())
            assert index in plan, plan
