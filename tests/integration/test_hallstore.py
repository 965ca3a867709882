"""Importing a hall into either database: all of it or nothing, twice is once, and what is in use stays."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from paihao.core.db import Base, Database
from paihao.core.errors import NotFound
from paihao.queue import hallread, halls
from paihao.queue.hall import Agency, Department, Hall, Hours, Item, Line, Priority, Zone
from paihao.queue.hallfiles import read, write
from paihao.queue.hallread import load
from paihao.queue.hallrows import ExceptionRow, HallFiles, HallRow, HoursRow, WorkingDayRow
from paihao.queue.hallsheets import BrokenFiles
from paihao.queue.hallstore import initials, save
from paihao.queue.staff import Device, DeviceKind, Post
from paihao.queue.ticket import Channel, Counter, Status, Ticket
from paihao.queue.window import Window, WindowLine, WindowState
from sqlalchemy import event, func, insert, select, update

pytestmark = pytest.mark.anyio

SAMPLE = Path(__file__).parents[2] / "samples" / "longquanyi"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def sample() -> HallFiles:
    return read(SAMPLE)


async def put(database: Database, files: HallFiles) -> int:
    async with database.write() as tx:
        return await save(tx, files)


async def snapshot(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    async with database.read() as connection:
        return {
            name: sorted(map(tuple, await connection.execute(select(table))), key=repr)
            for name, table in Base.metadata.tables.items()
        }


async def one(database: Database, column: Any, *where: Any) -> Any:
    async with database.read() as connection:
        return (await connection.execute(select(column).where(*where))).scalar_one()


@contextmanager
def written(database: Database) -> Iterator[list[str]]:
    """The statements that write, as they are sent."""
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SELECT", "BEGIN", "PRAGMA")):
            statements.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)


def without_line(files: HallFiles, prefix: str) -> HallFiles:
    """The hall after a line was given up, with its items and the windows that served nothing else."""
    return msgspec.structs.replace(
        files,
        lines=tuple(line for line in files.lines if line.prefix != prefix),
        items=tuple(item for item in files.items if item.line_prefix != prefix),
        windows=tuple(window for window in files.windows if prefix not in dict(window.line_prefixes)),
    )


def test_initials() -> None:
    assert initials("重庆（全程）办理“ABC”12３") == "cqqcblabc123"
    assert initials("80周岁以上老年人高龄津贴发放") == "80zsyslnrgljtff"


async def test_the_sample_goes_in_whole(database: Database, sample: HallFiles) -> None:
    hall_id = await put(database, sample)
    expected: dict[Any, int] = {
        Department: 52,
        Line: 43,
        Window: 151,
        Item: 628,
        Agency: 8,
        Priority: 5,
        Hours: 14,
        Zone: 8,
    }
    async with database.read() as connection:
        for model, count in expected.items():
            query = select(func.count()).select_from(model).where(model.hall_id == hall_id)
            assert await connection.scalar(query) == count, model
        served_elsewhere = select(func.count()).select_from(Item).where(Item.agency_id.is_not(None))
        assert await connection.scalar(served_elsewhere) == 8
        row = (await connection.execute(select(Item).where(Item.code == "510112-XZSP-001"))).mappings().one()
        assert (row["initials"], row["minutes_sd"], row["materials"]) == ("zwfwsxzxyqhyd", 1.2, ["居民身份证"])
        lines = select(Line.prefix, WindowLine.handicap_minutes).join_from(
            WindowLine, Line, Line.id == WindowLine.line_id
        )
        of_a08 = lines.join(Window, Window.id == WindowLine.window_id).where(Window.number == "A08")
        found = dict((await connection.execute(of_a08)).all())
        assert found == {"ZM": 0, "MZ": 15, "TY": 20, "CL": 25, "JE": 30}
        assert await connection.scalar(select(Window.state).where(Window.number == "A08")) == WindowState.CLOSED


async def test_importing_twice_writes_nothing(database: Database, sample: HallFiles) -> None:
    hall_id = await put(database, sample)
    before = await snapshot(database)
    with written(database) as statements:
        assert await put(database, sample) == hall_id
    assert statements == []
    assert await snapshot(database) == before


async def test_export_gives_the_same_files(database: Database, sample: HallFiles, tmp_path: Path) -> None:
    hall_id = await put(database, sample)
    async with database.read() as connection:
        files = await load(connection, hall_id)
    assert files == sample
    write(files, tmp_path / "out")
    for path in (tmp_path / "out").iterdir():
        assert path.read_bytes() == (SAMPLE / path.name).read_bytes(), path.name


async def test_no_such_hall(database: Database) -> None:
    async with database.read() as connection:
        with pytest.raises(NotFound):
            await load(connection, 1)
        with pytest.raises(NotFound):
            await hallread.hall_id(connection, "nowhere")


async def test_changes_are_made_and_ids_and_states_stay(database: Database, sample: HallFiles) -> None:
    hall_id = await put(database, sample)
    async with database.write() as tx:
        await tx.execute(update(Window).where(Window.number == "A08").values(state=WindowState.OPEN))
    window_id = await one(database, Window.id, Window.number == "A08")
    replace = msgspec.structs.replace
    windows = [
        replace(window, name="新窗口", zone="J区4楼", line_prefixes=(("MZ", 0), ("X", 60)))
        if window.number == "A08"
        else window
        for window in sample.windows
    ]
    changed = replace(
        sample,
        hall=replace(sample.hall, ticker="今日系统升级", always_open=False),
        items=(replace(sample.items[0], name="咨询", popularity=1.5, materials=()), *sample.items[1:]),
        windows=tuple(windows),
        priorities=(replace(sample.priorities[0], credit_minutes=20), *sample.priorities[2:]),
        hours=(HoursRow(1, time(8), time(17)), *sample.hours[2:]),
    )
    assert await put(database, changed) == hall_id
    async with database.read() as connection:
        assert await load(connection, hall_id) == changed
    assert await one(database, Window.id, Window.number == "A08", Window.state == WindowState.OPEN) == window_id
    assert await one(database, Item.initials, Item.code == sample.items[0].code) == "zx"
    assert await one(database, func.count(Zone.id)) == 9
    await put(database, sample)
    assert await one(database, func.count(Zone.id)) == 8


async def test_the_calendar_goes_in_and_out(database: Database, sample: HallFiles) -> None:
    summer = date(2026, 7, 1), date(2026, 8, 31)
    closed = ExceptionRow(date(2026, 10, 8), "", (), "停电")
    replace = msgspec.structs.replace
    changed = replace(
        sample,
        hall=replace(sample.hall, open_on_holidays=True),
        hours=(
            HoursRow(1, time(8), time(13), "", *summer),
            HoursRow(1, time(8, 30), time(12)),
            HoursRow(1, time(8, 30), time(12), "X"),
            HoursRow(1, time(8, 30), time(12), "X", *summer),
        ),
        exceptions=(
            ExceptionRow(date(2026, 10, 1), "X", (time(9), time(11)), "便民服务", "Extra service"),
            ExceptionRow(date(2026, 10, 1), "X", (time(14), time(16)), "便民服务"),
            closed,
            replace(closed, line="X"),
        ),
        working_days=(WorkingDayRow(date(2027, 10, 1), working=False, name="国庆节"),),
    )
    changed = replace(changed, hours=tuple(sorted(changed.hours)))
    hall_id = await put(database, changed)
    async with database.read() as connection:
        assert await load(connection, hall_id) == changed
        line = (await connection.execute(select(Line.id).where(Line.prefix == "X"))).scalar_one()
        hours = (await halls.load(connection, sample.hall.code)).hours
    with written(database) as statements:
        await put(database, changed)
    assert statements == []
    assert hours.on(date(2026, 10, 8)).reason == "停电"
    assert [spell.opens.hour for spell in hours.spells_on(date(2026, 10, 1), line)] == [9, 14]
    assert hours.spells_on(date(2026, 10, 5)) == [(time(8, 30), time(12))]  # a Monday, a holiday
    assert hours.spells_on(date(2026, 7, 6)) == [(time(8), time(13))]
    assert hours.working_days.on(date(2027, 10, 1)).name == "国庆节"
    await put(database, without_line(sample, "X"))
    async with database.read() as connection:
        assert await load(connection, hall_id) == without_line(sample, "X")


async def test_what_nobody_uses_is_removed(database: Database, sample: HallFiles) -> None:
    hall_id = await put(database, sample)
    smaller = without_line(sample, "GG")
    await put(database, smaller)
    async with database.read() as connection:
        assert await load(connection, hall_id) == smaller
    empty = HallFiles(sample.hall, (), (), (), (), (), (), ())
    await put(database, empty)
    assert {name for name, rows in (await snapshot(database)).items() if rows} == {"hall"}


async def test_what_is_in_use_stays_and_the_whole_import_is_refused(database: Database, sample: HallFiles) -> None:
    hall_id = await put(database, sample)
    line_id = await one(database, Line.id, Line.prefix == "GG")
    item = next(item for item in sample.items if item.line_prefix == "GG")
    window = next(window for window in sample.windows if "GG" in dict(window.line_prefixes))
    window_id = await one(database, Window.id, Window.number == window.number)
    ticket = {
        "key": "k" * 22,
        "hall_id": hall_id,
        "business_day": date(2026, 3, 2),
        "number": "GG001",
        "line_id": line_id,
        "item_id": await one(database, Item.id, Item.code == item.code),
        "priority_id": await one(database, Priority.id, Priority.code == "infant"),
        "channel": Channel.KIOSK,
        "route_reason": "own_line",
        "status": Status.WAITING,
        "arrival": NOW,
        "rank": 1,
        "actor": "public",
        "changed_at": NOW,
    }
    device = {
        "hall_id": hall_id,
        "window_id": window_id,
        "kind": DeviceKind.BOARD,
        "name": "窗口屏",
        "token_hash": b"0" * 32,
    }
    async with database.write() as tx:
        await tx.execute(insert(Ticket).values(ticket))
        await tx.execute(insert(Counter).values(line_id=line_id, business_day=date(2026, 3, 2), last=1))
        await tx.execute(insert(Post).values(hall_id=hall_id, line_id=line_id, name="公共资源交易岗"))
        await tx.execute(insert(Device).values(device))
    before = await snapshot(database)
    smaller = without_line(sample, "GG")
    smaller = msgspec.structs.replace(
        smaller, hall=msgspec.structs.replace(sample.hall, name="改名"), priorities=sample.priorities[:2]
    )
    with pytest.raises(BrokenFiles) as caught:
        await put(database, smaller)
    assert [(fault.file, fault.line, fault.column, fault.describe()) for fault in caught.value.faults] == [
        ("items.csv", 0, "code", f"“{item.code}”已有取号、叫号或开窗记录，不能删除"),
        ("windows.csv", 0, "number", f"“{window.number}”登记有设备，不能删除"),
        ("priorities.csv", 0, "code", "“infant”已有取号、叫号或开窗记录，不能删除"),
        ("lines.csv", 0, "prefix", "“GG”已有取号、叫号或开窗记录，不能删除"),
        ("lines.csv", 0, "prefix", "“GG”设有岗位，不能删除"),
    ]
    assert await snapshot(database) == before


async def test_a_broken_import_changes_nothing(database: Database, sample: HallFiles, tmp_path: Path) -> None:
    await put(database, sample)
    before = await snapshot(database)
    write(without_line(sample, "GG"), tmp_path)
    with (tmp_path / "windows.csv").open("a", encoding="utf-8") as file:
        file.write("Z99,A区1楼,没有队列的窗口,ordinary,GG,XZSP\n")
    with pytest.raises(BrokenFiles):
        await put(database, read(tmp_path))
    assert await snapshot(database) == before


async def test_halls_do_not_touch_each_other(database: Database, sample: HallFiles) -> None:
    first = await put(database, sample)
    other = msgspec.structs.replace(
        sample, hall=HallRow("other", "另一大厅"), items=(), guides=(), windows=sample.windows[:3]
    )
    second = await put(database, other)
    async with database.read() as connection:
        assert await load(connection, first) == sample
        assert await load(connection, second) == other
        assert await hallread.hall_id(connection, "other") == second
    assert await one(database, func.count(Hall.id)) == 2
