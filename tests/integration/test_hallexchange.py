"""A hall out as one file, edited, and in again, on both databases: previewed first, then whole or not at all."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from datetime import time as clock
from pathlib import Path
from typing import Any

import msgspec
import pytest
from house import SAMPLE, House, open_second_hall, small_hall
from paihao.core.db import Database
from paihao.core.errors import Conflict, NotFound
from paihao.core.i18n import LANGUAGES
from paihao.core.journal import Journal
from paihao.queue import hallexchange, hallread, hallstore
from paihao.queue.hallbook import write_book
from paihao.queue.hallexchange import Kind, Report, Upload, apply, opened, preview
from paihao.queue.hallfiles import BrokenFiles, read
from paihao.queue.staff import Post
from sqlalchemy import func, insert, select
from untouched import everything
from workbooks import broken_all_over, cells, edited

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
replace = msgspec.structs.replace


async def exported(database: Database, code: str, kind: Kind = Kind.BOOK) -> bytes:
    async with database.write() as connection:
        return await hallexchange.export(connection, await hallread.hall_id(connection, code), kind, "zh_CN")


async def seen(database: Database, upload: Upload, own: int | None = None) -> Report:
    async with database.write() as tx:
        return await preview(tx, upload, own)


async def applied(database: Database, upload: Upload, **chosen: Any) -> Report:
    async with database.write() as tx:
        return await apply(tx, upload, file="hall.xlsx", actor="staff:1", at=NOW, **chosen)


async def stored(database: Database, code: str) -> hallstore.HallFiles:
    async with database.write() as connection:
        return await hallread.load(connection, await hallread.hall_id(connection, code))


def somebody_edits(book: Any) -> None:
    """A changed name, a new window with its lines, a Saturday evening and a closed day; an item less."""
    book["windows"]["C2"] = "咨询和首问责任岗 "
    book["windows"].append(["Z09", "A区1楼", "周末窗口", "ordinary", "GG;X:60", "XZSP"])
    book["hours"].append([6, clock(18), clock(20)])
    book["exceptions"].append([date(2026, 10, 8), None, None, "停电检修"])
    row = next(cell.row for cell in book["items"]["A"] if cell.value == "510112-PWR-006")
    book["items"].delete_rows(row)


@pytest.mark.parametrize("kind", Kind)
async def test_out_and_in_again_is_the_same_hall(database: Database, kind: Kind) -> None:
    sample = read(SAMPLE)
    await applied(database, Upload(sample))
    began = time.monotonic()
    data = await exported(database, "longquanyi", kind)
    upload = await opened(data, kind)
    assert upload.files == sample
    report = await seen(database, upload)
    assert (report.changes.count, report.faults) == (0, ())
    await applied(database, upload)
    assert time.monotonic() - began < 60, "minutes for a hall of 620 items"
    again = await exported(database, "longquanyi", kind)
    if kind is Kind.BOOK:
        assert cells(again) == cells(data)
    else:
        assert again == data


async def test_out_edited_and_in_again(database: Database) -> None:
    sample = read(SAMPLE)
    first = await applied(database, Upload(sample))
    upload = await opened(edited(await exported(database, "longquanyi"), somebody_edits), Kind.BOOK)
    told = [
        "共 5 处变更：新增 3，修改 1，删除 1",
        "事项 1 处：删除 1",
        "  - 510112-PWR-006 分布式光伏发电并网申请",
        "窗口 2 处：新增 1，修改 1",
        "  + Z09 周末窗口",
        "  * A01 首问责任岗1号：名称 “首问责任岗1号” → “咨询和首问责任岗”",
        "办公时间 1 处：新增 1",
        "  + 星期 6，开门时间 18:00，关门时间 20:00",
        "例外日期 1 处：新增 1",
        "  + 2026-10-08",
    ]
    report = await seen(database, upload)
    assert report.lines("zh_CN") == told
    assert await stored(database, "longquanyi") == sample
    made = await applied(database, upload, agreed=report.changes.mark)
    assert (made.lines("zh_CN"), made.hall_id, made.faults) == (told, first.hall_id, ())
    after = await stored(database, "longquanyi")
    assert after == upload.files
    assert after.windows[0] == replace(sample.windows[0], name="咨询和首问责任岗")
    assert after.windows[-1].line_prefixes == (("GG", 0), ("X", 60))
    assert len(after.items) == len(sample.items) - 1
    assert cells(await exported(database, "longquanyi")) == cells(write_book(after))
    async with database.read() as connection:
        query = select(func.count()).select_from(Journal).where(Journal.action == "import", Journal.actor == "staff:1")
        assert await connection.scalar(query) == 2


async def test_what_is_used_stays_and_the_preview_says_so(house: House) -> None:
    """Sheets without a line that has a post, a hall that is renamed: refused as a whole, before and at the import."""
    database = house.services.database
    files = await stored(database, "small")
    async with database.write() as tx:
        hall = await hallread.hall_id(tx, "small")
        line = (await house.services.halls.get("small")).lines
        row = next(one.id for one in line.values() if one.prefix == "B")
        await tx.execute(insert(Post).values(hall_id=hall, line_id=row, name="户政受理岗"))

    def edit(book: Any) -> None:
        book["hall"]["B2"] = "新名"
        book["lines"].delete_rows(6)
        book["items"].delete_rows(4)
        book["windows"]["E3"], book["windows"]["E5"], book["windows"]["E6"] = "Z;A", "A", "A"

    upload = await opened(edited(write_book(files), edit), Kind.BOOK)
    before = await everything(house)
    report = await seen(database, upload)
    assert {sheet.file: sheet.count for sheet in report.changes.sheets} == {
        "hall.csv": 1,
        "lines.csv": 1,
        "items.csv": 1,
        "windows.csv": 3,
    }
    assert report.lines("zh_CN") == ["共1处错误，未导入任何内容", "lines [prefix]  “B”设有岗位，不能删除"]
    assert report.lines("en")[1].startswith("lines [prefix]  “B”")
    assert report.lines("en")[1] != report.lines("zh_CN")[1]
    assert await everything(house) == before
    made = await applied(database, upload)
    assert (made.faults, made.hall_id) == (report.faults, None)
    assert await everything(house) == before
    archive = await applied(database, Upload(upload.files, Kind.ZIP))
    assert [fault.file for fault in archive.faults] == ["lines.csv"]


@pytest.fixture
async def halls(house: House) -> tuple[House, int]:
    """Two halls, and the id of the first."""
    await open_second_hall(house)
    return house, (await house.services.halls.get("small")).id


@pytest.mark.parametrize("code", ["other", "third"])
@pytest.mark.parametrize("act", [seen, applied])
async def test_an_officer_imports_no_other_hall(code: str, act: Callable[..., Any], halls: tuple[House, int]) -> None:
    house, own = halls
    files = small_hall(code)
    upload = await opened(write_book(replace(files, hall=replace(files.hall, name="别的"))), Kind.BOOK)
    before = await everything(house)
    report = await act(house.services.database, upload, own=own)
    assert report.lines("zh_CN")[1:] == [f"hall [code]  文件里是大厅“{code}”，您只能导入本大厅“small”"]
    assert report.changes.count == 0
    assert report.hall_id is None
    assert await everything(house) == before
    assert (await act(house.services.database, Upload(small_hall()), own=own)).faults == ()
    assert (await act(house.services.database, upload)).faults == ()


async def test_a_hall_that_is_not_there_yet(house: House) -> None:
    upload = await opened(write_book(small_hall("third")), Kind.BOOK)
    before = await everything(house)
    report = await seen(house.services.database, upload)
    assert report.changes.new
    assert report.lines("en")[0].startswith("A new hall with ")
    assert await everything(house) == before
    made = await applied(house.services.database, upload)
    assert made.hall_id is not None
    assert await stored(house.services.database, "third") == upload.files


async def test_what_was_seen_is_what_is_done(house: House) -> None:
    database, files = house.services.database, small_hall()
    upload = Upload(replace(files, hall=replace(files.hall, name="新名")))
    mark = (await seen(database, upload)).changes.mark
    await applied(database, Upload(replace(files, hall=replace(files.hall, name="别人改的"))))
    before = await everything(house)
    with pytest.raises(Conflict) as caught:
        await applied(database, upload, agreed=mark)
    assert caught.value.code == "hall_changed"
    assert await everything(house) == before
    await applied(database, upload, agreed=(await seen(database, upload)).changes.mark)
    assert (await stored(database, "small")).hall.name == "新名"


async def test_an_import_after_a_refused_one_in_the_same_transaction(house: House) -> None:
    """The refused one leaves nothing behind, so that a caller may go on with the transaction."""
    files = small_hall()
    other = replace(files, hall=replace(files.hall, code="other"))
    async with house.services.database.write() as tx:
        post = {"hall_id": await hallread.hall_id(tx, "small"), "name": "岗"}
        line = next(iter((await house.services.halls.get("small")).lines.values())).id
        await tx.execute(insert(Post).values(post | {"line_id": line}))
        bare = replace(files, lines=(), items=(), windows=(), guides=(), hall=replace(files.hall, name="空"))
        refused = await apply(tx, Upload(bare), file="bare", actor="system", at=NOW)
        assert refused.faults
        assert (await apply(tx, Upload(other), file="other", actor="system", at=NOW)).faults == ()
    assert await stored(house.services.database, "small") == files
    assert await stored(house.services.database, "other") == other


async def test_no_such_hall(house: House) -> None:
    async with house.services.database.write() as tx:
        with pytest.raises(NotFound):
            await hallexchange.export(tx, 999, Kind.ZIP, "en")


async def test_all_faults_at_once_in_both_languages(house: House) -> None:
    data = edited(await exported(house.services.database, "small"), broken_all_over)
    before = await everything(house)
    with pytest.raises(BrokenFiles) as caught:
        await opened(data, Kind.BOOK, "大厅.xlsx")
    report = Report(code="small", name="小城", faults=caught.value.faults)
    assert [len(report.lines(language)) for language in LANGUAGES] == [len(report.faults) + 1] * 2
    assert {fault.file for fault in report.faults} >= {"hall", "lines", "items", "windows", "hours", "agencies"}
    assert await everything(house) == before


def test_kinds_of_files() -> None:
    names = ("hall.xlsx", "HALL.XLSX", "a.b.zip", "hall.xls", "hall", ".zip", "hall.csv")
    found = [hallexchange.kind_of(Path(name).name) for name in names]
    assert found == [Kind.BOOK, Kind.BOOK, Kind.ZIP, None, None, None, None]
