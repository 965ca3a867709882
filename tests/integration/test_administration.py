"""Each editable table through piccolo-admin's interface, on both databases: made, changed, removed, and refused."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
from diary import open_diary
from edits import EDITS
from house import House, open_second_hall, sign_in_clerk, sign_in_everywhere
from paihao.admin.policy import POLICIES
from paihao.api.accounts import insert_staff
from paihao.api.permissions import Caller
from paihao.core import clock
from paihao.core.accounts import Session, User
from paihao.core.audit import Audit
from paihao.core.journal import Journal
from paihao.queue.hall import Department, Hall, Line, Zone
from paihao.queue.staff import Duty, Post, Role, Staff
from paihao.queue.window import Window
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from untouched import everything, quiet

pytestmark = pytest.mark.anyio

TABLES = "http://hall.test/admin/api/tables"


@pytest.fixture
async def names(house: House) -> dict[str, Any]:
    """The rows that the edits speak of."""
    async with house.services.database.write() as tx:
        line, other = (
            await tx.execute(select(Line.id).where(Line.prefix.in_(("A", "B"))).order_by(Line.prefix))
        ).scalars()
        hall = (await tx.execute(select(Hall.id))).scalar_one()
        post = insert(Post).values(hall_id=hall, line_id=line, name="社保受理岗").returning(Post.id)
        clerk = (await tx.execute(select(Staff.id, Staff.user_id).where(Staff.role == "clerk"))).one()
        return {
            "hall": hall,
            "line": line,
            "other_line": other,
            "zone": (await tx.execute(select(Zone.id).order_by(Zone.id).limit(1))).scalar_one(),
            "department": (await tx.execute(select(Department.id).where(Department.code == "RSJ"))).scalar_one(),
            "window": (await tx.execute(select(Window.id).where(Window.number == "3"))).scalar_one(),
            "post": (await tx.execute(post)).scalar_one(),
            "clerk": clerk.id,
            "clerk_user": clerk.user_id,
        }


@pytest.fixture
async def admin(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with house.client(Caller.ADMIN) as client:
        yield client


def named(values: Mapping[str, Any], names: Mapping[str, Any]) -> dict[str, Any]:
    """The values with rows for their names; ids stay numbers."""
    return {
        key: names[value[1:-1]] if isinstance(value, str) and value[:1] == "{" and value[1:-1] in names else value
        for key, value in values.items()
    }


async def insert_member(tx: AsyncConnection, hall: int) -> Any:
    """One more clerk, of this hall."""
    await insert_staff(tx, [("theirs", "theirs", "theirs")], Role.CLERK, hall, "pbkdf2_sha256$1$x$x", clock.now())
    return (await tx.execute(select(Staff.id).where(Staff.hall_id == hall, Staff.badge == "theirs"))).one()


async def audited(house: House) -> list[Any]:
    async with house.services.database.read() as connection:
        query = select(Audit.action, Audit.subject, Audit.row_id, Audit.before, Audit.after, Audit.actor)
        return list(await connection.execute(query.order_by(Audit.id)))


def test_every_editable_table_is_tried() -> None:
    assert EDITS.keys() | {"sessions"} == POLICIES.keys()


@pytest.mark.parametrize("table", EDITS)
async def test_rows_are_made_changed_and_removed_r28_r50(
    house: House, names: dict[str, Any], admin: httpx.AsyncClient, table: str
) -> None:
    edits = EDITS[table]
    path, seen = f"{TABLES}/{table}/", len(await audited(house))
    if edits.made is not None:
        made = await admin.post(path, json=named(edits.made, names))
        assert made.status_code == 201, made.text
        names["row"] = next(iter(made.json().values()))
        row = (await admin.get(f"{path}{names['row']}/")).json()
        for name, value in named(edits.made, names).items():
            assert _same(row[name], value), (name, row[name], value)
    of = f"{path}{names[edits.of]}/"
    changed = await admin.patch(of, json=named(edits.changed, names))
    assert changed.status_code == 200, changed.text
    after = (await admin.get(of)).json()
    for name, value in named(edits.changed, names).items():
        assert _same(after[name], value), (name, after[name], value)
    same = await admin.patch(of, json=after)  # as the page sends it: every column, though none was changed
    assert same.status_code == 200, same.text
    acts = (await audited(house))[seen:]
    assert [one.action for one in acts] == ["create", "edit"][edits.made is None :]
    assert {one.subject for one in acts} == {table}
    assert acts[-1].before.keys() == acts[-1].after.keys() >= edits.changed.keys()
    assert all(_same(acts[-1].after[name], after[name]) for name in edits.changed)
    assert any(acts[-1].before[name] != acts[-1].after[name] for name in edits.changed)
    gone = await admin.delete(of)
    if not edits.goes:
        assert (gone.status_code, gone.json()["code"]) in {(422, "not_by_hand"), (422, "in_use")}, gone.text
        return
    assert gone.status_code == 204, gone.text
    assert (await admin.get(of)).status_code == 404
    assert (await audited(house))[-1].action == "delete"


def _same(shown: Any, typed: Any) -> bool:
    """What the interface shows is what was typed, in its own form (``08:00`` is ``08:00:00``, JSON has its spaces)."""
    if isinstance(typed, str) and typed[:2] in ("[]", '["', "[{"):
        return bool((json.loads(shown) if isinstance(shown, str) else shown) == json.loads(typed))
    if isinstance(shown, str) and isinstance(typed, str):
        return shown == typed or shown.startswith(typed)
    return bool(shown == typed)


@pytest.mark.parametrize("table", EDITS)
async def test_a_wrong_value_is_told_in_both_languages_and_changes_nothing(
    house: House, names: dict[str, Any], admin: httpx.AsyncClient, table: str
) -> None:
    edits, path = EDITS[table], f"{TABLES}/{table}/"
    if edits.made is not None:
        names["row"] = next(iter((await admin.post(path, json=named(edits.made, names))).json().values()))
    of, before = f"{path}{names[edits.of]}/", await everything(house)
    for wrong in edits.wrong:
        values = named(wrong.values, names)
        chinese = await admin.patch(of, json=values, headers={"accept-language": "zh-CN"})
        english = await admin.patch(of, json=values, headers={"accept-language": "en"})
        assert chinese.status_code == english.status_code == 422, (wrong, chinese.text)
        assert (chinese.json()["code"], english.json()["code"]) == (wrong.code, wrong.code), (wrong, chinese.text)
        said, told = chinese.json()["custom_form_error"], english.json()["custom_form_error"]
        assert not said.isascii(), said
        assert told != said
        assert await everything(house) == before, wrong


async def test_all_columns_that_are_wrong_are_told_at_once(
    house: House, names: dict[str, Any], admin: httpx.AsyncClient
) -> None:
    before = await everything(house)
    window = {"number": "", "name": " ", "zone_id": None, "kind": "", "department_id": names["department"]}
    said = await admin.post(f"{TABLES}/window/", json=window)
    assert (said.status_code, said.json()["code"]) == (422, "misread")
    assert said.json()["custom_form_error"] == "请填写或更正：窗口号、窗口名称、所在位置、窗口类型"
    said = await admin.patch(f"{TABLES}/window/{names['window']}/", json={"number": "", "name": "\u3000"})
    assert said.json()["custom_form_error"] == "请填写或更正：窗口号、窗口名称"
    said = await admin.patch(
        f"{TABLES}/window/{names['window']}/", json={"id": "", "zone_id": None, "name": "", "state_since": ""}
    )
    assert said.json()["custom_form_error"] == "请填写或更正：窗口名称、所在位置"  # the others nobody fills in
    said = await admin.patch(f"{TABLES}/window/{names['window']}/", json={"state_since": ""})
    assert "状态起始时间" in said.json()["custom_form_error"]
    said = await admin.patch(f"{TABLES}/window/{names['window']}/", json={"number": "", "name": "社保9号窗口"})
    assert said.json()["custom_form_error"] == "请填写“窗口号”"
    assert await everything(house) == before


async def test_a_new_row_has_the_number_that_the_database_gives(house: House, admin: httpx.AsyncClient) -> None:
    made = await admin.post(f"{TABLES}/zone/", json={"id": 4000, "name": "C区"})
    assert made.status_code == 201, made.text
    assert made.json()["id"] < 4000


async def test_a_row_that_is_used_says_by_whom(house: House, names: dict[str, Any], admin: httpx.AsyncClient) -> None:
    before = await everything(house)
    said = await admin.delete(f"{TABLES}/line/{names['line']}/")
    assert (said.status_code, said.json()["code"]) == (422, "in_use")
    assert "养老保险参保登记" in said.json()["custom_form_error"]
    zone = await admin.delete(f"{TABLES}/zone/{names['zone']}/", headers={"accept-language": "en"})
    assert "X" in zone.json()["custom_form_error"]
    assert await everything(house) == before


async def test_history_is_for_reading(house: House, admin: httpx.AsyncClient) -> None:
    for table in ("ticket", "journal", "appointment", "case_file", "message", "audit", "item_version", "slot", "alert"):
        listed = await admin.get(f"{TABLES}/{table}/", params={"__readable": "true"})
        assert listed.status_code == 200, (table, listed.text)
        said = await admin.post(f"{TABLES}/{table}/", json={})
        assert (said.status_code, said.json()["code"]) == (422, "not_by_hand"), table


async def test_who_may_what(house: House, names: dict[str, Any]) -> None:
    path = f"{TABLES}/zone/"
    before = await everything(house)
    for caller in (Caller.PUBLIC, Caller.CLERK, Caller.GUIDE, Caller.OPERATOR, Caller.KIOSK, Caller.BOARD):
        async with house.client(caller) as client:
            refused = 401 if caller is Caller.PUBLIC else 403
            assert (await client.get(path)).status_code == refused, caller
            assert (await client.post(path, json={"name": "C区"})).status_code == refused, caller
    async with house.client(Caller.SUPERVISOR) as looks:
        assert (await looks.get(path)).json()["rows"]
        assert (await looks.get(f"{path}schema/")).status_code == 200
        for said in (
            await looks.post(path, json={"name": "C区"}),
            await looks.patch(f"{path}{names['zone']}/", json={"name": "C区"}),
            await looks.delete(f"{path}{names['zone']}/"),
        ):
            assert said.status_code == 403
            assert said.text == "您只能查看，不能修改；需要修改请联系管理员"
    assert await everything(house) == before


async def test_an_officer_of_one_hall_meets_no_other(
    house: House, names: dict[str, Any], admin: httpx.AsyncClient
) -> None:
    await open_second_hall(house)
    async with house.services.database.read() as connection:
        other = (await connection.execute(select(Zone.id).where(Zone.hall_id != names["hall"]).limit(1))).scalar_one()
        theirs = (await connection.execute(select(Hall.id).where(Hall.id != names["hall"]))).scalar_one()
    before = await everything(house)
    zones = (await admin.get(f"{TABLES}/zone/", params={"__page_size": 1000, "hall_id": theirs})).json()["rows"]
    assert zones == []
    assert {row["hall_id"] for row in (await admin.get(f"{TABLES}/zone/")).json()["rows"]} == {names["hall"]}
    assert str(other) not in (await admin.get(f"{TABLES}/zone/ids/")).json()
    assert [row["code"] for row in (await admin.get(f"{TABLES}/hall/")).json()["rows"]] == ["small"]
    for said in (
        await admin.get(f"{TABLES}/zone/{other}/"),
        await admin.patch(f"{TABLES}/zone/{other}/", json={"name": "我的"}),
        await admin.delete(f"{TABLES}/zone/{other}/"),
    ):
        assert said.status_code == 404
    foreign = {"code": "TST", "name": "测试局", "zone_id": other}
    said = await admin.post(f"{TABLES}/department/", json=foreign)
    assert (said.status_code, said.json()["code"]) == (422, "foreign_row")
    assert (await admin.post(f"{TABLES}/hall/", json={"code": "third", "name": "第三大厅"})).status_code == 403
    counted = await admin.get(f"{TABLES}/zone/", params={"__range_header": "true", "__range_header_name": "a\r\nb: c"})
    assert counted.status_code == 200
    assert "content-range" not in counted.headers  # it would count the rows of all halls
    assert await everything(house) == before


async def test_what_has_no_hall_of_its_own_is_of_the_officers_hall(
    house: House, names: dict[str, Any], admin: httpx.AsyncClient
) -> None:
    await open_second_hall(house)
    async with house.services.database.write() as tx:
        theirs = (await tx.execute(select(Hall.id).where(Hall.code == "other"))).scalar_one()
        line = (await tx.execute(select(Line.id).where(Line.hall_id == theirs).limit(1))).scalar_one()
        post = insert(Post).values(hall_id=theirs, line_id=line, name="受理岗").returning(Post.id)
        other = (await tx.execute(post)).scalar_one()
        member = (await insert_member(tx, theirs)).id
    before = await everything(house)
    holder = {"part": "A", "since": "2027-01-01"}
    for whose in ({"post_id": other, "staff_id": member}, {"post_id": names["post"], "staff_id": member}):
        said = await admin.post(f"{TABLES}/post_holder/", json=holder | whose)
        assert (said.status_code, said.json()["code"]) == (422, "foreign_row")
    assert await everything(house) == before


async def test_a_window_is_opened_paused_and_closed_as_from_the_console_r49(
    house: House, names: dict[str, Any], admin: httpx.AsyncClient
) -> None:
    path = f"{TABLES}/window/{names['window']}/"

    async def state() -> str:
        return (await house.services.halls.get("small")).windows[names["window"]].state

    for values in ({"state": "open"}, {"state": "paused", "pause_reason": "会议"}):
        said = await admin.patch(path, json=values)
        assert said.status_code == 200, said.text
        assert await state() == values["state"]
    assert (await admin.patch(path, json={"pause_reason": "午餐"})).status_code == 200
    assert (await house.services.halls.get("small")).windows[names["window"]].pause_reason == "午餐"
    assert (await admin.patch(path, json={"state": "closed"})).status_code == 200
    assert await state() == "closed"
    async with house.services.database.read() as connection:
        done = await connection.execute(select(Journal.action).where(Journal.window_id == names["window"]))
        assert list(done.scalars()) == ["open", "pause", "pause", "close"]
    await admin.patch(path, json={"state": "open"})
    said = await admin.delete(path)
    assert (said.status_code, said.json()["code"]) == (422, "in_use")  # the journal tells of it
    async with house.client(Caller.KIOSK) as kiosk:
        (await kiosk.post("/halls/small/tickets", json={"channel": "kiosk", "line": "A"})).raise_for_status()
    async with house.client(Caller.SUPERVISOR) as steers:
        called = (await steers.post(f"/windows/{names['window']}/call-next")).raise_for_status().json()["ticket"]
    said = await admin.patch(path, json={"state": "closed"})
    assert (said.status_code, said.json()["code"]) == (422, "window_busy")
    assert called["number"] in said.json()["custom_form_error"]
    assert await state() == "open"


async def shut_out(house: House, admin: httpx.AsyncClient, username: str) -> httpx.Response:
    async with house.services.database.read() as connection:
        user = (await connection.execute(select(User.id).where(User.username == username))).scalar_one()
    return (await admin.patch(f"{TABLES}/piccolo_user/{user}/", json={"active": False})).raise_for_status()


@pytest.mark.parametrize("busy", [False, True])
async def test_who_is_shut_out_leaves_his_window_r49(
    house: House, names: dict[str, Any], admin: httpx.AsyncClient, busy: bool
) -> None:
    """At once, unless somebody stands before him: that visitor is seen to first."""
    window = f"/windows/{names['window']}"
    async with (
        house.client(Caller.CLERK, token=await sign_in_clerk(house, "wang")) as clerk,
        house.client(Caller.KIOSK) as kiosk,
    ):
        (await clerk.post(f"{window}/open")).raise_for_status()
        (await kiosk.post("/halls/small/tickets", json={"channel": "kiosk", "line": "A"})).raise_for_status()
        if busy:
            (await clerk.post(f"{window}/call-next")).raise_for_status()
        said = await shut_out(house, admin, "wang")
        # His session may be known for seconds, but he does not sit down again.
        again = await clerk.post(f"{window}/open")
        assert (again.status_code, again.json()["code"]) in {(403, "account_closed"), (401, "unauthorized")}
    told = said.json().get("told", "")
    assert told == ("3号窗口还有人在办理，请办完后在那里关窗" if busy else "")
    async with house.services.database.read() as connection:
        sits = (await connection.execute(select(Duty.id).where(Duty.until.is_(None)))).all()
    state = (await house.services.halls.get("small")).windows[names["window"]].state
    assert (state, len(sits)) == (("open", 1) if busy else ("closed", 0))


async def test_nobody_is_planned_for_two_windows_r49(
    house: House, names: dict[str, Any], admin: httpx.AsyncClient
) -> None:
    seat = {"staff_id": names["clerk"], "window_id": names["window"], "since": "2027-03-01"}
    assert (await admin.post(f"{TABLES}/seat/", json=seat)).status_code == 201
    before = await everything(house)
    said = await admin.post(f"{TABLES}/seat/", json=seat | {"since": "2027-03-03"})
    assert said.json()["code"] in {"seat_staff_taken", "seat_window_taken"}
    assert await everything(house) == before


async def test_a_day_that_people_booked_is_closed_by_the_form_r37(database_url: str) -> None:
    async with open_diary(database_url) as diary, diary.house.client(Caller.ADMIN) as admin:
        path = f"{TABLES}/hours_exception/"
        slot = await diary.free_slot()
        booked = await diary.book(slot["id"])
        async with diary.house.services.database.read() as connection:
            other = (await connection.execute(select(Line.id).where(Line.prefix == "B"))).scalar_one()
        day = {"day": slot["day"], "reason": "停电检修"}
        await quiet(diary.house)
        before = await everything(diary.house)
        said = await admin.post(path, json=day)
        assert (said.status_code, said.json()["code"]) == (422, "day_booked")
        assert f"1人预约：{booked['code']} 张*三" in said.json()["custom_form_error"]
        assert await everything(diary.house) == before
        assert (await admin.post(path, json=day | {"line_id": other})).status_code == 201
        made = await admin.post(path, json=day | {"opens": "08:30", "closes": "12:00"})
        assert made.status_code == 201, made.text
        row = f"{path}{made.json()['id']}/"
        assert (await admin.patch(row, json={"reason": "停水检修"})).status_code == 200
        said = await admin.patch(row, json={"opens": None, "closes": None})
        assert (said.status_code, said.json()["code"]) == (422, "day_booked")
        assert (await admin.delete(row)).status_code == 204

        # What closes it in another way says whose appointments are outside of the hours now.
        for change in (day | {"opens": "05:00", "closes": "05:30"}, day | {"opens": "05:40", "closes": "05:50"}):
            made = await admin.post(path, json=change, headers={"accept-language": "en"})
            assert made.status_code == 201, made.text
            assert f"\n{booked['code']} 张*三" in made.json()["told"]


async def test_printers_are_told_apart_by_their_names(house: House, admin: httpx.AsyncClient) -> None:
    path, printer = f"{TABLES}/device/", {"kind": "printer", "name": "小票机", "address": "10.0.0.9:9100"}
    first = await admin.post(path, json=printer)
    second = await admin.post(path, json=printer | {"name": "二号小票机"})
    assert (first.status_code, second.status_code) == (201, 201)
    before = await everything(house)
    for said in (
        await admin.post(path, json=printer),
        await admin.patch(f"{path}{second.json()['id']}/", json={"name": "小票机"}),
    ):
        assert (said.status_code, said.json()["code"]) == (422, "printer_name_taken")
    assert await everything(house) == before


async def test_sessions_are_listed_without_their_tokens_and_ended(
    house: House, names: dict[str, Any], admin: httpx.AsyncClient
) -> None:
    listed = await admin.get(f"{TABLES}/sessions/")
    assert "session-of-" not in listed.text
    theirs = next(row["id"] for row in listed.json()["rows"] if row["user_id"] == names["clerk_user"])
    async with house.client(Caller.CLERK) as clerk:
        assert (await clerk.get("/session")).json()["role"] == "clerk"
    assert (await admin.delete(f"{TABLES}/sessions/{theirs}/")).status_code == 204
    async with house.services.database.read() as connection:
        left = select(Session.id).where(Session.user_id == names["clerk_user"])
        assert (await connection.execute(left)).first() is None
    assert (await audited(house))[-1].subject == "sessions"


async def test_what_is_sealed_is_neither_shown_nor_asked_by(house: House, admin: httpx.AsyncClient) -> None:
    for table, column in (("piccolo_user", "password"), ("sessions", "token"), ("ticket", "visitor_sealed")):
        shown = (await admin.get(f"{TABLES}/{table}/schema/")).json()["properties"]
        assert column not in shown
        assert shown
        assert (await admin.get(f"{TABLES}/{table}/", params={"__order": column})).status_code == 400
        assert (await admin.get(f"{TABLES}/{table}/", params={column: "x"})).status_code == 400
        for row in (await admin.get(f"{TABLES}/{table}/")).json()["rows"]:
            assert row.get(column) is None
    said = await admin.patch(f"{TABLES}/piccolo_user/1/", json={"password": "hunter2hunter2"})
    assert (said.status_code, said.json()["code"]) == (422, "unknown_column")


async def test_broken_requests_are_told(house: House, names: dict[str, Any], admin: httpx.AsyncClient) -> None:
    before, path = await everything(house), f"{TABLES}/zone/"
    json_type = {"content-type": "application/json"}
    for said in (
        await admin.post(path, content=b'{"name": ', headers=json_type),
        await admin.post(path, json=["C区"]),
        await admin.post(path, json={"name": "C区", "colour": "red"}),
        await admin.post(path, json={"name": ["C区"]}),
        await admin.post(path, content=b'{"name": NaN}', headers=json_type),
        await admin.post(path, content=b"[" * 100_000, headers=json_type),
        await admin.patch(f"{path}{names['zone']}/", json={"hall_id": 10**30}),
        await admin.post(path, content=b'{"name": "C", "\\ud800": 1}', headers=json_type),
    ):
        assert said.status_code == 422, said.text
        assert said.json()["custom_form_error"]
    for number in ("0", "999999999", "1 OR 1=1", "９", "x" * 500):
        assert (await admin.get(f"{path}{number}/")).status_code == 404
    assert (await admin.get(path, params={"name__operator": "steal"})).status_code == 400
    assert (await admin.get(path, params={"__order": "nothing"})).status_code == 400
    assert (await admin.get(path, params={"__page_size": 10_000})).status_code == 403
    for asked in ({"id": "x"}, {"id": 10**30}, {"__page": 0}, {"__page_size": -1}, {"__page": "x"}):
        assert (await admin.get(path, params=asked)).status_code == 400, asked
    for asked in ({"data": "{}"}, {"__order": "data"}):  # PostgreSQL neither compares nor orders JSON
        status = (await admin.get(f"{TABLES}/journal/", params=asked)).status_code
        assert status == (200 if house.services.database.sqlite else 400), asked
    for twice in ("__page", "id__operator"):
        asked_twice = f"{path}?{twice}=1&{twice}=2"
        assert (await admin.get(asked_twice)).status_code == 400, twice
    assert (await admin.get(f"{path}{names['zone']}/", params={"__visible_fields": "hall_id.code"})).status_code == 400
    assert (await admin.get(f"{path}count/", params={"id": 10**30})).status_code == 400
    assert (await admin.get(f"{path}ids/", params={"limit": -1, "offset": -1})).status_code == 200
    for missing in ("answer", "authenticator_secret", "nothing", "counter"):
        assert (await admin.get(f"{TABLES}/{missing}/")).status_code == 404
    for closed in ("change-password/", "mfa-setup/", "media/", "openapi.json", "docs/"):
        assert (await admin.get(f"http://hall.test/admin/api/{closed}")).status_code == 404
    async with house.client(Caller.ADMIN) as forged:
        del forged.headers["x-csrftoken"]
        assert (await forged.post(path, json={"name": "C区"})).status_code == 403
        await forged.request("HEAD", f"{path}{names['zone']}/", json={"name": "C区"})  # asks for no CSRF word
    assert await everything(house) == before


async def test_tables_have_the_readers_names(house: House, admin: httpx.AsyncClient) -> None:
    chinese = (await admin.get(f"{TABLES}/grouped/", headers={"accept-language": "zh"})).json()["grouped"]
    english = (await admin.get(f"{TABLES}/grouped/", headers={"accept-language": "en"})).json()["grouped"]
    assert "服务窗口" in chinese["大厅与窗口"]
    assert [len(tables) for tables in chinese.values()] == [len(tables) for tables in english.values()]
    for name, language, title in (("服务窗口", "zh", "窗口号"), ("Windows", "en", "Window number")):
        schema = (await admin.get(f"{TABLES}/{name}/schema/", headers={"accept-language": language})).json()
        assert schema["properties"]["number"]["title"] == title
        assert schema["properties"]["number"]["extra"]["help_text"]


async def test_a_hall_more_by_whoever_has_all_of_them(house: House) -> None:
    token = await sign_in_everywhere(house)
    async with house.client(Caller.ADMIN, token=token) as admin:
        made = await admin.post(f"{TABLES}/hall/", json={"code": "third", "name": "第三大厅"})
        assert made.status_code == 201, made.text
        hall = made.json()["id"]
        assert (await house.services.halls.get("third")).name == "第三大厅"
        zone = await admin.post(f"{TABLES}/zone/", json={"hall_id": hall, "name": "大堂"})
        assert zone.status_code == 201, zone.text
        said = await admin.delete(f"{TABLES}/hall/{hall}/")
        assert said.json()["code"] == "not_by_hand"  # its audit trail stays


async def test_who_did_it_is_told_by_name_r49(house: House, admin: httpx.AsyncClient) -> None:
    (await admin.post(f"{TABLES}/zone/", json={"name": "C区3楼"})).raise_for_status()
    (newest, *_) = (await admin.get(f"{TABLES}/audit/")).json()["rows"]
    assert (newest["action"], newest["subject"], newest["actor"]) == ("create", "zone", "admin（admin）")
    assert newest["after"] is not None
    one = (await admin.get(f"{TABLES}/audit/{newest['id']}/", headers={"accept-language": "en"})).json()
    assert one["actor"] == "admin (admin)"


async def test_forms_that_are_none_are_told(house: House, admin: httpx.AsyncClient) -> None:
    form, before = "http://hall.test/admin/api/forms/reopen-day/", await everything(house)
    admin.cookies.set("csrftoken", admin.headers["x-csrftoken"])
    for broken in (b"[1]", b"{", b"", b"[" * 100_000):
        said = await admin.post(form, content=broken, headers={"content-type": "application/json"})
        assert said.status_code in {413, 422}, said.text
    said = await admin.post(form, json={"day": "2027-03-01"})
    assert (said.status_code, said.json()["custom_form_error"]) == (422, "这一天没有停办")
    assert await everything(house) == before
