"""The register (R10) on both databases: the source's fields for everything taken down; complaints apart (R8)."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from desks import Hall
from house import House, open_second_hall
from paihao.api.permissions import Caller
from paihao.cases import register_asked
from paihao.core.clock import business_day, now
from paihao.queue.staff import Staff
from sqlalchemy import update

pytestmark = pytest.mark.anyio

PATH = "/halls/small/register"
FIELDS = [
    "姓名或单位名称",
    "住址",
    "联络方式",
    "办理事项",
    "所收材料名称及数量",
    "首问责任人",
    "承接人",
    "承接人联络方式",
]
FIELDS.append("处理状况")
FULL = ("张小三", "李大海", "王小明", "中心路8号院1栋", "13812345678", "13912345678", "13712345678")


@pytest.fixture
async def hall(house: House) -> AsyncIterator[Hall]:
    async with AsyncExitStack() as stack:
        yield Hall(house, stack)


async def fill(hall: Hall) -> dict[str, str]:
    """One of each; gives their numbers by kind."""
    guide, operator, clerk = await hall.client(Caller.GUIDE), await hall.client(Caller.OPERATOR), await hall.clerk("3")
    async with hall.house.services.database.write() as tx:
        await tx.execute(update(Staff).where(Staff.name == "clerk-3").values(phone="028-84850003"))
    materials = [{"name": "居民身份证复印件", "count": 2}, {"name": "申请表"}]
    visitor = await hall.take(guide, item="S-001", name="王小明", phone="13712345678")
    receipt = await hall.post(guide, f"/tickets/{visitor['id']}/receipts", materials=materials)
    ticket = await hall.take(guide, item="S-001")
    await hall.call("3")
    await hall.post(clerk, f"/tickets/{visitor['id']}/start")
    await hall.post(clerk, f"/tickets/{visitor['id']}/complete")
    await hall.call("3")
    await hall.post(clerk, f"/tickets/{ticket['id']}/start")
    about = {"name": "张小三", "phone": "13812345678", "address": "中心路8号院1栋"}
    case = await hall.post(
        clerk, f"/tickets/{ticket['id']}/accept", applicant=about, materials=["居民身份证"], complete=True
    )
    said = {"question": "营业执照怎么换", "name": "李大海", "phone": "13912345678", "unit": "海大商行"}
    enquiry = await hall.post(operator, "/halls/small/enquiries", **said)
    complaint = await hall.post(operator, "/halls/small/enquiries", **said, kind="complaint")
    kept = await hall.post(
        guide, "/halls/small/custodies", **about, department="GAJ", matter="=SUM(1,2)", materials=materials
    )
    return {
        "case": case["number"],
        "receipt": receipt["number"],
        "enquiry": enquiry["number"],
        "complaint": complaint["number"],
        "custody": kept["number"],
    }


async def read(hall: Hall, caller: Caller = Caller.CLERK, **asked: Any) -> dict[str, Any]:
    said = await (await hall.client(caller)).get(PATH, params=asked)
    assert said.status_code == 200, said.text
    return dict(said.json())


async def test_everything_taken_down_stands_in_one_list_r10(hall: Hall) -> None:
    """R2, R10: exactly the fields of the source, newest first; names, addresses and phones masked (R61)."""
    numbers = await fill(hall)
    listed = await read(hall)
    assert listed["fields"] == FIELDS
    assert [(one["kind"], one["number"]) for one in listed["entries"]] == [
        (kind, numbers[kind]) for kind in ("custody", "enquiry", "case", "receipt")
    ]
    kept, enquiry, case, receipt = listed["entries"]
    fields = (
        "person",
        "address",
        "contact",
        "matter",
        "materials",
        "first_officer",
        "holder",
        "holder_contact",
        "state",
    )
    assert [case[name] for name in fields] == [
        *("张*三", "中心路8号院1栋", "138****5678", "养老保险参保登记", "居民身份证×1"),
        *("guide", "clerk-3", "028-84850003", case["state"]),
    ]
    assert [enquiry[name] for name in fields[:5]] == ["海大商行 李*海", "", "139****5678", "营业执照怎么换", ""]
    assert (kept["materials"], kept["holder"], kept["state"]) == (
        "居民身份证复印件×2；申请表×1",
        "公安局",
        "已代收，待转交",
    )
    assert (receipt["person"], receipt["first_officer"]) == ("王*明", "guide")
    assert not any(name in str(listed) for name in FULL if name != "中心路8号院1栋")


async def test_complaints_have_their_own_confidential_register_r8(hall: Hall) -> None:
    numbers = await fill(hall)
    assert numbers["complaint"] not in str(await read(hall, Caller.SUPERVISOR))
    for caller in (Caller.CLERK, Caller.GUIDE, Caller.OPERATOR):
        said = await (await hall.client(caller)).get(PATH, params={"complaints": True})
        assert said.status_code == 403
    (one,) = (await read(hall, Caller.SUPERVISOR, complaints=True))["entries"]
    assert (one["number"], one["kind_text"]) == (numbers["complaint"], "投诉")


@pytest.mark.parametrize(
    ("q", "kinds"),
    [
        ("13812345678", ["custody", "case"]),
        ("138 1234 5678", ["custody", "case"]),
        ("张小三", ["custody", "case"]),
        ("13912345678", ["enquiry"]),
        ("海大", ["enquiry"]),
        ("养老保险", ["case", "receipt"]),
        ("ds", ["custody"]),
        ("SJ", ["receipt"]),
        ("张", []),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("' OR 1=1 --", []),
    ],
)
async def test_the_register_is_searched_r10(hall: Hall, q: str, kinds: list[str]) -> None:
    """R10: by name or phone in full, by the beginning of a number, by words."""
    await fill(hall)
    assert [one["kind"] for one in (await read(hall, q=q))["entries"]] == kinds


async def test_the_register_pages_without_loss_or_repeat_r10(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(hall)
    whole = [one["number"] for one in (await read(hall))["entries"]]
    monkeypatch.setattr("paihao.api.routes.register.PAGE", 1)
    seen, cursor = [], None
    while True:
        page = await read(hall, **({"cursor": cursor} if cursor else {}))
        seen += [one["number"] for one in page["entries"]]
        if (cursor := page["cursor"]) is None:
            break
    assert seen == whole


async def test_days_limit_the_register(hall: Hall) -> None:
    await fill(hall)
    facts = await hall.house.services.halls.get("small")
    today = business_day(now(), facts.timezone)
    before = (today - timedelta(days=1)).isoformat()
    assert len((await read(hall, **{"from": today.isoformat(), "to": today.isoformat()}))["entries"]) == 4
    assert (await read(hall, to=before))["entries"] == []
    client = await hall.client(Caller.CLERK)
    for bad, code in (
        ({"from": today.isoformat(), "to": before}, "days_out_of_order"),
        ({"cursor": "x"}, "invalid_cursor"),
        ({"cursor": "99999999999999999999-case-1"}, "invalid_cursor"),
        ({"from": "yesterday"}, "invalid"),
        ({"from": "0001-01-01"}, "day_out_of_range"),
        ({"to": "0001-01-01"}, "day_out_of_range"),
        ({"to": "9999-12-31"}, "day_out_of_range"),
        ({"from": "9999-12-31"}, "day_out_of_range"),
        ({"from": "2026-01-01", "to": "2026-02-01", "q": "张小三"}, "too_many_days"),
    ):
        said = await client.get(PATH, params=bad)
        assert (said.status_code, said.json()["code"]) == (400, code)


async def test_the_edges_of_time_are_days_like_others_r10(hall: Hall) -> None:
    for edges in ({"from": "2000-01-01"}, {"to": "2000-01-01"}, {"to": "2100-12-31"}, {"from": "2100-12-31"}):
        await read(hall, **edges)
    await read(hall, cursor="00010101000000000000-case-1")


async def test_a_case_is_found_by_its_whole_number_however_typed_r10(hall: Hall) -> None:
    """R10: by the number's own index, so among the days of years too; nothing else that resembles it."""
    number = (await fill(hall))["case"]
    for typed in (number, number.lower().replace("-", " "), "".join(chr(ord(sign) + 0xFEE0) for sign in number)):
        found = await read(hall, q=typed, **{"from": "2000-01-01", "to": "2100-12-31"})
        assert [one["number"] for one in found["entries"]] == [number]
    assert (await read(hall, q=f"{number[:-1]}9"))["entries"] == []
    facts = await hall.house.services.halls.get("small")
    before = (business_day(now(), facts.timezone) - timedelta(days=1)).isoformat()
    assert (await read(hall, q=number, to=before))["entries"] == []


async def test_nobody_keeps_what_names_people_r61(hall: Hall) -> None:
    number = (await fill(hall))["case"]
    supervisor = await hall.client(Caller.SUPERVISOR)
    for path in (PATH, f"{PATH}.xlsx", "/halls/small/cases", f"/cases/{number}", f"/cases/{number}/person"):
        said = await supervisor.get(path)
        assert (said.status_code, said.headers["cache-control"]) == (200, "no-store, private")


async def test_the_workbook_has_everything_in_full_r10(hall: Hall) -> None:
    """R10: for supervisors alone; each export stands in the journal; nothing that was typed becomes a formula."""
    numbers = await fill(hall)
    for caller in (Caller.CLERK, Caller.GUIDE, Caller.OPERATOR):
        assert (await (await hall.client(caller)).get(f"{PATH}.xlsx")).status_code == 403
    assert await hall.journal("register_export") == []
    supervisor = await hall.client(Caller.SUPERVISOR)
    said = await supervisor.get(f"{PATH}.xlsx")
    assert said.status_code == 200, said.text
    assert said.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert "no-store" in said.headers["cache-control"]
    sheet = openpyxl.load_workbook(BytesIO(said.content)).active
    assert sheet is not None
    head, *rows = sheet.iter_rows()
    assert [cell.value for cell in head] == ["登记时间", "类别", "编号", *FIELDS]
    assert (sheet.title, sheet.freeze_panes, head[0].font.bold) == ("登记台账", "A2", True)
    assert [row[2].value for row in rows] == [numbers[kind] for kind in ("custody", "enquiry", "case", "receipt")]
    assert [rows[2][place].value for place in (3, 4, 5)] == ["张小三", "中心路8号院1栋", "13812345678"]
    assert (rows[0][6].value, rows[0][6].data_type, rows[0][6].quotePrefix) == ("=SUM(1,2)", "s", True)
    assert not any(cell.data_type == "f" for row in rows for cell in row)
    (row,) = await hall.journal("register_export")
    assert row.data["complaints"] is False
    assert not any(name in str(row.data) for name in FULL)
    many = await supervisor.get(f"{PATH}.xlsx", params={"from": "2026-01-01", "to": "2026-02-01"})
    assert (many.status_code, many.json()["code"]) == (400, "too_many_days")


async def test_the_workbook_is_read_page_by_page_r10(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(hall)
    monkeypatch.setattr("paihao.api.routes.register.AT_ONCE", 1)
    supervisor = await hall.client(Caller.SUPERVISOR)
    supervisor.headers["accept-language"] = "en"
    sheet = openpyxl.load_workbook(BytesIO((await supervisor.get(f"{PATH}.xlsx")).content)).active
    assert sheet is not None
    assert sheet.max_row == 5


async def test_a_register_belongs_to_its_hall(hall: Hall) -> None:
    await open_second_hall(hall.house)
    for caller, path in ((Caller.CLERK, "/halls/other/register"), (Caller.SUPERVISOR, "/halls/other/register.xlsx")):
        said = await (await hall.client(caller)).get(path)
        assert (said.status_code, said.json()["code"]) == (403, "foreign_hall")


def test_a_cursor_says_exactly_where_a_page_ended() -> None:
    place = register_asked.Place(now(), "case", 7)
    assert register_asked.place_of(place.cursor()) == place
