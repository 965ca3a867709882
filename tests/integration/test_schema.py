"""From zero to the tables in code, on both databases, with nothing left over."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from paihao.api import schema
from paihao.core import migrate
from paihao.core.accounts import User
from paihao.core.db import Base, Database, violated
from paihao.core.journal import Journal
from paihao.queue.hall import Hall
from paihao.queue.ticket import Ticket
from sqlalchemy import (
    CheckConstraint,
    Connection,
    ForeignKeyConstraint,
    UniqueConstraint,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError


@pytest.mark.anyio
async def test_migrations_end_where_the_tables_are(database: Database) -> None:
    assert await migrate.drift(database) == []


@pytest.fixture
async def first_version(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """A database as the first version left it, with a hall, a window and a ticket in it."""
    if dialect == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'first.db'}")
    else:
        database = Database(await request.getfixturevalue("postgres").create(empty=True))
    await migrate.upgrade(database, version="0001")
    async with database.write() as tx:
        for statement in FIRST.split(";"):
            await tx.execute(text(statement))
    yield database
    await database.close()


FIRST = """
INSERT INTO hall (code, name, name_en, timezone, ticker, recalls_before_missed, return_after, keep_parked, always_open)
    VALUES ('old', '老厅', '', 'Asia/Shanghai', '', 2, 3, false, false);
INSERT INTO zone (hall_id, name) VALUES (1, 'A区');
INSERT INTO department (hall_id, code, name, zone_id) VALUES (1, 'XZ', '审批局', 1);
INSERT INTO line (hall_id, prefix, name, zone_id, kind) VALUES (1, 'A', '社保', 1, 'ordinary');
INSERT INTO "window" (hall_id, number, name, zone_id, kind, department_id, state, pause_reason)
    VALUES (1, '1', '一号', 1, 'ordinary', 1, 'open', '');
INSERT INTO piccolo_user (username, password, email, active, admin, superuser)
    VALUES ('lin', 'x', 'lin', true, false, false), ('wang', 'x', 'wang', true, true, true);
INSERT INTO staff (user_id, hall_id, role, name, badge)
    VALUES (1, 1, 'supervisor', '林某', 'L1'), (2, 1, 'clerk', '王某', 'W1');
INSERT INTO device (hall_id, window_id, kind, name, token_hash) VALUES (1, 1, 'board', 'strip', 'x');
INSERT INTO ticket (key, hall_id, business_day, number, line_id, channel, need, route_reason, status, arrival,
    credit_minutes, rank, recalls, moves, action, actor, changed_at, note)
    VALUES ('k', 1, '2026-03-02', 'A001', 1, 'kiosk', '', 'own_line', 'waiting', '2026-03-02 01:00:00.000000+00:00',
    0, 1772413200000000, 0, 0, 'issue', 'public', '2026-03-02 01:00:00.000000+00:00', '');
INSERT INTO journal (hall_id, at, actor, action, ticket_id, line_id, to_status, data)
    VALUES (1, '2026-03-02 01:00:00.000000+00:00', 'public', 'issue', 1, 1, 'waiting', '{}')
"""


@pytest.mark.anyio
async def test_what_the_first_version_held_is_there_afterwards(first_version: Database) -> None:
    await schema.upgrade(first_version)
    assert await migrate.drift(first_version) == []
    async with first_version.read() as connection:
        ticket = (await connection.execute(select(Ticket.__table__))).one()
        hall = (await connection.execute(select(Hall.__table__))).one()
        journal = (await connection.execute(select(func.count()).select_from(Journal))).scalar_one()
        users = (await connection.execute(select(User.username, User.admin, User.superuser).order_by(User.id))).all()
    assert [tuple(row) for row in users] == [("lin", True, False), ("wang", False, False)]
    assert (ticket.number, ticket.callable_at, ticket.language, ticket.postponed) == (
        "A001",
        ticket.arrival,
        "zh_CN",
        False,
    )
    assert (hall.call_text, hall.postpone_minutes, journal) == ("请{number}号到{window}号窗口办理", 10, 1)
    with pytest.raises(IntegrityError) as refused:
        async with first_version.write() as tx:
            await tx.execute(text("UPDATE ticket SET line_id = 99, moves = 1, action = 'transfer'"))
    assert violated(refused.value) in ("fk_ticket_line", None)  # SQLite gives foreign keys no name


@pytest.mark.anyio
async def test_both_databases_hold_the_same_rules(database: Database) -> None:
    """Every CHECK, UNIQUE and foreign key of the tables in code is in the migrated database, by name or by columns."""

    def read(connection: Connection) -> None:
        found = inspect(connection)
        for table in Base.metadata.sorted_tables:
            checks = {check["name"] for check in found.get_check_constraints(table.name)}
            uniques = {unique["name"] for unique in found.get_unique_constraints(table.name)}
            foreign = {tuple(key["constrained_columns"]) for key in found.get_foreign_keys(table.name)}
            wanted = table.constraints
            assert {each.name for each in wanted if isinstance(each, CheckConstraint)} == checks, table.name
            assert {each.name for each in wanted if isinstance(each, UniqueConstraint)} == uniques, table.name
            keys = {tuple(each.column_keys) for each in wanted if isinstance(each, ForeignKeyConstraint)}
            assert keys == foreign, table.name

    async with database.read() as connection:
        await connection.run_sync(read)


@pytest.mark.anyio
async def test_an_upgrade_can_be_repeated(database: Database) -> None:
    await schema.upgrade(database)
    assert await migrate.drift(database) == []
