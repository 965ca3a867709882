"""A hall through the browser's way: out as one file, edited, previewed and taken in, on both databases (R28)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from house import SAMPLE, House, open_second_hall
from paihao.api.permissions import Caller
from paihao.api.routes import hall_files
from paihao.booking.tables import Slot
from paihao.core.accounts import User
from paihao.core.audit import Audit
from paihao.core.bus import Moved, What
from paihao.core.clock import local
from paihao.core.journal import Journal
from paihao.queue import hallfiles
from paihao.queue.hallarchive import write_zip
from paihao.queue.hallbook import write_book
from paihao.queue.hallexchange import Kind
from paihao.queue.staff import Staff
from sqlalchemy import func, select, update
from untouched import everything, quiet
from workbooks import broken_all_over, cells, edited

pytestmark = pytest.mark.anyio

FORMS = "http://hall.test/admin/api/forms"
LINKS = "http://hall.test/admin/api/links/"


@pytest.fixture
async def admin(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with house.client(Caller.ADMIN) as client:
        yield client


async def exported(client: httpx.AsyncClient, kind: str = "xlsx", hall: str = "small") -> bytes:
    answer = await client.get(f"/halls/{hall}/files", params={"kind": kind})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == Kind(kind).media_type
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="{hall}-20')
    assert answer.headers["content-disposition"].endswith(f'.{kind}"')
    assert "no-store" in answer.headers["cache-control"]
    return answer.content


async def sent(client: httpx.AsyncClient, data: bytes, name: str = "大厅.xlsx", **more: str) -> httpx.Response:
    """``language``: the reader's; ``agreed``: the mark of a preview."""
    headers = {"accept-language": more.pop("language", "zh-CN")}
    return await client.post("/halls/import", params={"name": name, **more}, content=data, headers=headers)


async def previewed(client: httpx.AsyncClient, data: bytes, name: str = "大厅.xlsx") -> dict[str, Any]:
    answer = await sent(client, data, name)
    assert answer.status_code == 200, answer.text
    assert answer.json()["applied"] is False
    return dict(answer.json())


async def refused(house: House, client: httpx.AsyncClient, data: bytes, code: str, **more: str) -> dict[str, Any]:
    """The refusal, in both languages; nothing has changed."""
    await quiet(house)
    before = await everything(house)
    chinese = await sent(client, data, **more)
    english = await sent(client, data, language="en", **more)
    assert (chinese.json()["code"], english.json()["code"]) == (code, code), chinese.text
    assert chinese.status_code == english.status_code
    assert chinese.json()["detail"] != english.json()["detail"]
    assert english.json()["detail"].isascii()
    assert await everything(house) == before
    return dict(chinese.json()) | {"english": english.json()}


def rename(book: Any) -> None:
    book["windows"]["C4"] = "社保业务专窗"
    book["windows"].append(["Z9", "A区1楼", "周末窗口", "ordinary", "A", "RSJ"])


@pytest.mark.parametrize("kind", list(Kind))
async def test_out_and_in_again_changes_nothing(admin: httpx.AsyncClient, kind: str) -> None:
    data = await exported(admin, kind)
    seen = await previewed(admin, data, f"small.{kind}")
    assert (seen["hall"], seen["new"], seen["sheets"]) == ("small", False, [])
    assert seen["counts"] == {"added": 0, "changed": 0, "removed": 0}
    done = await sent(admin, data, f"small.{kind}", agreed=seen["mark"])
    assert (done.status_code, done.json()["applied"]) == (200, True)
    again = await exported(admin, kind)
    assert (cells(again) == cells(data)) if kind == "xlsx" else again == data


async def test_edited_previewed_agreed_and_told(house: House, admin: httpx.AsyncClient) -> None:
    data = edited(await exported(admin), rename)
    before = await everything(house)
    seen = await previewed(admin, data)
    assert await everything(house) == before
    assert seen["counts"] == {"added": 1, "changed": 1, "removed": 0}
    (sheet,) = seen["sheets"]
    assert (sheet["file"], sheet["name"], sheet["added"]) == ("windows", "窗口", ["Z9 周末窗口"])
    (row,) = sheet["changed"]
    assert row["row"] == "3 社保1号窗口"
    assert row["fields"] == [{"column": "名称", "before": "社保1号窗口", "after": "社保业务专窗"}]
    english = (await sent(admin, data, language="en")).json()
    assert (english["sheets"][0]["name"], english["mark"]) == ("Window", seen["mark"])

    told: asyncio.Queue[Moved | None] = asyncio.Queue()
    house.services.bus.subscribe(told.put_nowait)
    done = await sent(admin, data, agreed=seen["mark"])
    assert done.status_code == 200, done.text
    hall = await house.services.halls.get("small")
    async with asyncio.timeout(10):
        assert await told.get() == Moved(hall.id, What.HALL)
    assert done.json() == seen | {"applied": True}
    assert await house.window("Z9")
    async with house.client() as anybody:
        windows = (await anybody.get("/halls/small")).json()["windows"]
    assert {"社保业务专窗", "周末窗口"} <= {window["name"] for window in windows}
    assert (await previewed(admin, data))["sheets"] == []


async def test_an_import_stands_in_the_trail_and_in_the_journal(house: House, admin: httpx.AsyncClient) -> None:
    data = edited(await exported(admin), rename)
    await sent(admin, data, "七月.xlsx", agreed=(await previewed(admin, data))["mark"])
    hall = await house.services.halls.get("small")
    async with house.services.database.read() as connection:
        (row,) = await connection.execute(select(Audit).where(Audit.action == "import"))
        actors = (await connection.execute(select(Journal.actor).where(Journal.action == "import"))).scalars().all()
    assert (row.subject, row.row_id, row.hall_id, row.before) == ("hall", hall.id, hall.id, None)
    counts = {"added": 1, "changed": 1, "removed": 0, "sheets": {"windows.csv": 2}}
    assert row.after == {"file": "七月.xlsx"} | counts
    assert actors == [row.actor]
    assert row.actor.startswith("staff:")


async def test_slots_follow_in_the_same_moment(house: House, admin: httpx.AsyncClient) -> None:
    """No places are left at times that the file takes away, and there are some at those that it brings."""

    def hours(book: Any) -> None:
        sheet = book["hours"]
        sheet.delete_rows(2, sheet.max_row)
        for weekday in range(1, 8):
            sheet.append([weekday, "19:00", "21:00"])

    data = edited(await exported(admin), hours)
    done = await sent(admin, data, agreed=(await previewed(admin, data))["mark"])
    assert done.status_code == 200, done.text
    hall = await house.services.halls.get("small")
    async with house.services.database.read() as connection:
        rows = (await connection.execute(select(Slot.starts_at).where(Slot.hall_id == hall.id))).scalars().all()
    assert rows
    assert {local(row, hall.timezone).hour for row in rows} == {19, 20}


async def test_a_preview_that_is_stale_is_told(house: House, admin: httpx.AsyncClient) -> None:
    data = edited(await exported(admin), rename)
    mark = (await previewed(admin, data))["mark"]
    department = (await admin.get("http://hall.test/admin/api/tables/window/", params={"number": "3"})).json()["rows"][
        0
    ]
    changed = await admin.patch(
        f"http://hall.test/admin/api/tables/window/{department['id']}/", json={"name": "别人改的窗口"}
    )
    assert changed.status_code == 200, changed.text
    said = await refused(house, admin, data, "hall_changed", agreed=mark)
    assert (said["status"], said["detail"]) == (409, "预览之后大厅有了变化，请重新预览")
    assert (await sent(admin, data, agreed=(await previewed(admin, data))["mark"])).status_code == 200
    await refused(house, admin, data, "hall_changed", agreed=mark)  # a repeat does nothing


async def test_every_fault_is_told_and_nothing_changes(house: House, admin: httpx.AsyncClient) -> None:
    data = edited(await exported(admin), broken_all_over)
    said = await refused(house, admin, data, "broken_files")
    assert said["status"] == 422
    faults, english = said["faults"], said["english"]["faults"]
    assert said["count"] == len(faults) == len(english) > 5
    assert said["title"] == said["detail"] == f"共{len(faults)}处错误，未导入任何内容"
    formula = next(fault for fault in faults if fault["place"] == "windows!C4 [name]")
    assert formula.items() >= {"sheet": "windows", "sheet_name": "窗口", "line": 4, "letter": "C"}.items()
    assert formula.items() >= {"column": "name", "column_name": "名称"}.items()
    for one, other in zip(faults, english, strict=True):
        assert one["place"] == other["place"]
        assert one["reason"] != other["reason"]
    await refused(house, admin, data, "broken_files", agreed="0" * 64)


async def test_what_is_used_stays(house: House, admin: httpx.AsyncClient) -> None:
    """Files without faults of their own, but the hall cannot do without what they leave out."""
    clerk = (await admin.get("http://hall.test/admin/api/tables/window/", params={"number": "3"})).json()["rows"][0]
    async with house.client(Caller.CLERK) as officer:
        assert (await officer.post(f"/windows/{clerk['id']}/open")).status_code == 200

    def without(book: Any) -> None:
        row = next(cell.row for cell in book["windows"]["A"] if str(cell.value) == "3")
        book["windows"].delete_rows(row)

    data = edited(await exported(admin), without)
    said = await refused(house, admin, data, "broken_files")
    assert {(one["sheet"], one["line"], one["column_name"]) for one in said["faults"]} == {("windows", None, "窗口号")}
    assert all("不能删除" in one["reason"] for one in said["faults"])


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("", b"PK", "hall_file"),
        ("hall.xls", b"PK", "hall_file"),
        ("hall.csv", b"code", "hall_file"),
        ("大厅.xlsx", b"", "broken_files"),
        ("大厅.xlsx", b"PK\x03\x04 and nothing more", "broken_files"),
        ("大厅.xlsx", b"\xd0\xcf\x11\xe0 an old one", "broken_files"),
        ("大厅.zip", b"Rar!", "broken_files"),
    ],
)
async def test_what_is_no_hall_is_refused(
    house: House, admin: httpx.AsyncClient, name: str, data: bytes, code: str
) -> None:
    said = await refused(house, admin, data, code, name=name)
    if code == "broken_files":
        (fault,) = said["faults"]
        assert (fault["sheet"], fault["line"], fault["sheet_name"]) == (name, None, "")


async def test_bad_requests(house: House, admin: httpx.AsyncClient) -> None:
    before = await everything(house)
    data = write_zip(hallfiles.read(SAMPLE))
    for params in ({"agreed": "x"}, {"agreed": "G" * 64}, {"name": "长" * 101 + ".zip"}, {"name": "a\0.zip"}):
        answer = await admin.post("/halls/import", params={"name": "a.zip"} | params, content=data)
        assert answer.status_code == 400, answer.text
    assert (await admin.get("/halls/small/files", params={"kind": "pdf"})).status_code == 400
    assert (await admin.get("/halls/none/files")).status_code == 404
    large = await admin.post("/halls/import", params={"name": "a.zip"}, content=b"\0" * (hall_files.LARGEST_FILE + 1))
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    assert await everything(house) == before


async def test_an_officer_of_one_hall_exports_and_imports_no_other(house: House, admin: httpx.AsyncClient) -> None:
    await open_second_hall(house)
    assert (await admin.get("/halls/other/files")).json()["code"] == "foreign_hall"
    for code in ("other", "third"):
        data = edited(await exported(admin), lambda book, code=code: book["hall"].__setitem__("A2", code))  # type: ignore[misc]
        said = await refused(house, admin, data, "broken_files")
        assert said["faults"][0]["reason"] == f"文件里是大厅“{code}”，您只能导入本大厅“small”"
        await refused(house, admin, data, "broken_files", agreed="0" * 64)


async def test_who_may_what(house: House, admin: httpx.AsyncClient) -> None:
    data = await exported(admin)
    before = await everything(house)
    for caller in set(Caller) - {Caller.ADMIN}:
        async with house.client(caller) as client:
            code = 401 if caller is Caller.PUBLIC else 403
            assert (await sent(client, data)).status_code == code, caller
            assert (await sent(client, data, agreed="0" * 64)).status_code == code, caller
            if caller is Caller.SUPERVISOR:
                assert cells(await exported(client)) == cells(data)
            else:
                assert (await client.get("/halls/small/files")).status_code == code, caller
    del admin.headers["x-csrftoken"]
    assert (await sent(admin, data)).json()["code"] == "csrf"
    assert await everything(house) == before


async def test_a_hall_that_is_new_is_for_officers_of_all_halls(house: House, admin: httpx.AsyncClient) -> None:
    async with house.services.database.write() as tx:
        user = select(User.id).where(User.username == "admin").scalar_subquery()
        await tx.execute(update(Staff).where(Staff.user_id == user).values(hall_id=None))
    house.services.identities.forget("session-of-admin")
    data = write_book(hallfiles.read(SAMPLE))
    seen = await previewed(admin, data)
    assert (seen["hall"], seen["new"]) == ("longquanyi", True)
    items = next(sheet for sheet in seen["sheets"] if sheet["file"] == "items")
    assert items["counts"]["added"] > hall_files.MOST_TOLD == len(items["added"])
    assert seen["counts"]["added"] == sum(sheet["counts"]["added"] for sheet in seen["sheets"])
    done = await sent(admin, data, agreed=seen["mark"])
    assert done.json() == seen | {"applied": True}
    assert cells(await exported(admin, hall="longquanyi")) == cells(data)
    async with house.services.database.read() as connection:
        hall = await house.services.halls.get("longquanyi")
        slots = await connection.scalar(select(func.count()).select_from(Slot).where(Slot.hall_id == hall.id))
    assert slots


async def test_the_administration_exports_and_leads_here(house: House, admin: httpx.AsyncClient) -> None:
    """The form is there for supervisors too; its bytes are the file's."""
    for caller in (Caller.ADMIN, Caller.SUPERVISOR):
        async with house.client(caller) as client:
            client.cookies.set("csrftoken", client.headers["x-csrftoken"])
            listed = (await client.get(f"{FORMS}/", headers={"accept-language": "zh-CN"})).json()
            assert ("导出大厅", "export-hall") in {(form["name"], form["slug"]) for form in listed}
            for said, kind in (("工作簿", Kind.BOOK), ("zip", Kind.ZIP), ("Workbook", Kind.BOOK)):
                made = await client.post(f"{FORMS}/export-hall/", json={"kind": said, "hall": ""})
                assert made.status_code == 200, made.text
                assert made.headers["content-type"] == kind.media_type
                assert made.headers["content-disposition"].startswith('attachment; filename="small-20')
                plain = await exported(client, kind)
                assert cells(made.content) == cells(plain) if kind is Kind.BOOK else made.content == plain
    admin.cookies.set("csrftoken", admin.headers["x-csrftoken"])
    refused_ = await admin.post(f"{FORMS}/export-hall/", json={"kind": "pdf"})
    assert (refused_.status_code, refused_.json()["custom_form_error"]) == (
        422,
        "“pdf”不在可选值之内：工作簿、CSV 压缩包",
    )
    links = (await admin.get(LINKS, headers={"accept-language": "zh-CN"})).json()
    assert links == {"导入导出大厅": "/hall-files", "值班台": "/supervise", "我的账号": "/account"}
    english = (await admin.get(LINKS, headers={"accept-language": "en"})).json()
    assert list(english.values()) == list(links.values())
    assert all(word.isascii() for word in english)
