"""The administration's forms, submitted as piccolo-admin submits them, on both databases (R28, R37, R49, R61)."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from json import loads as decode
from types import SimpleNamespace
from typing import Any

import pytest
from diary import Diary, open_diary
from house import open_second_hall, sign_in_clerk
from paihao.admin import asking, forms_hall, forms_items, words_people
from paihao.admin.engine import engine_of
from paihao.admin.forms import FORMS, forms
from paihao.admin.house import House, Officer
from paihao.api.identity import Place
from paihao.api.permissions import Caller
from paihao.booking.tables import Appointment
from paihao.core import audit
from paihao.core.bus import Moved, What
from paihao.core.errors import Unauthorized
from paihao.core.i18n import LANGUAGES, Language
from paihao.core.journal import Journal
from paihao.queue.actor import officer
from paihao.queue.hall import ITEM_KINDS, HoursException, Item, ItemVersion
from paihao.queue.staff import Device, DeviceKind, Role, Staff
from piccolo_admin.endpoints import AdminRouter
from sqlalchemy import func, select, text
from untouched import everything, quiet

pytestmark = pytest.mark.anyio


class Trail:
    """What the administration has written into the audit trail, and writes it."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self._write = audit.write

    async def __call__(self, tx: Any, **about: Any) -> None:
        await self._write(tx, **about)
        self.rows.append(about)


class Desk:
    """An officer of the administration in front of its forms."""

    def __init__(self, diary: Diary, trail: Trail) -> None:
        self.diary, self.house, self.trail = diary, diary.house, trail
        services = diary.house.services
        self.admin = House(
            services.database,
            engine_of(services.database),
            services.halls,
            services.rulebooks,
            services.vault,
            "https://hall.test",
            services.moving,
            lambda hall_id: services.bus.publish(Moved(hall_id, What.HALL)),
            services.messages.wake,
        )
        self.officer = Officer(officer(1, anywhere=True), None, may_edit=True, language="zh_CN")

    async def submit(self, slug: str, **fields: Any) -> str:
        """What piccolo-admin does with a form; gives what is shown. Raises ValueError, whose text is shown."""
        form = next(one for one in forms(self.admin, self.officer.language) if one.slug == slug)
        said = await form.endpoint(SimpleNamespace(scope={"officer": self.officer}), form.pydantic_model(**fields))  # type: ignore[arg-type,misc]
        assert isinstance(said, str)
        return said

    async def refused(self, slug: str, **fields: Any) -> str:
        """What is shown when a form is refused; nothing has changed then."""
        await quiet(self.house)
        before, trail = await everything(self.house), len(self.trail.rows)
        with pytest.raises(ValueError) as error:  # noqa: PT011 - its text is what the tests compare
            await self.submit(slug, **fields)
        assert type(error.value) is ValueError
        assert await everything(self.house) == before
        assert len(self.trail.rows) == trail
        return str(error.value)

    async def one(self, query: Any) -> Any:
        async with self.house.services.database.read() as connection:
            return (await connection.execute(query)).scalar_one()

    def as_of(self, hall_id: int | None, language: Language = "zh_CN", *, may_edit: bool = True) -> None:
        self.officer = Officer(officer(1, anywhere=True), hall_id, may_edit=may_edit, language=language)


@pytest.fixture
async def desk(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    trail = Trail()
    monkeypatch.setattr(audit, "write", trail)
    async with open_diary(database_url) as diary:
        trail.rows.clear()  # how the hall itself was made
        yield Desk(diary, trail)


async def hall_id(desk: Desk) -> int:
    return (await desk.house.services.halls.get("small")).id


def test_every_form_speaks_both_languages_under_one_address() -> None:
    """Each word of every form is there in both, and a word that may be chosen is one that is understood."""
    house: Any = None
    chinese, english = (forms(house, language) for language in LANGUAGES)
    assert [form.slug for form in chinese] == [form.slug for form in english] == [form.slug for form in FORMS]
    assert all(form.slug.replace("-", "").isascii() for form in chinese)
    for one, other in zip(chinese, english, strict=True):
        assert one.name != other.name
        assert one.description != other.description
        here, there = one.pydantic_model.model_json_schema(), other.pydantic_model.model_json_schema()
        assert list(here["properties"])[-1] == "hall"
        for name, field in here["properties"].items():
            said = there["properties"][name]
            assert field["title"] != said["title"]
            assert said["title"].isascii() or "“" in said["title"]
            assert said.get("default") is None or said["default"].isascii()
    assert set(forms_items.KINDS) == set(ITEM_KINDS)
    assert set(words_people.ROLES) == set(Role)
    for words in (forms_items.KINDS, words_people.ROLES, forms_hall.BOOKED):
        for one, word in words.items():
            assert asking.chosen(word, words, "en") is one
            assert asking.chosen(one.upper(), words, "zh_CN") is one


async def test_fields_that_cannot_be_are_named_in_the_readers_language(desk: Desk) -> None:
    assert await desk.refused("close-day", day="2026-02-30", reason="a\0") == "请填写或更正：停办哪天、停办原因"
    assert await desk.refused("new-member", username=" ") == "请填写或更正：用户名、姓名、工号、身份"
    assert await desk.refused("issue-device", kind="电视", name="a") == "“电视”不在可选值之内：取号机、屏幕、打印机"
    desk.as_of(None, "en")
    assert await desk.refused("move-staff", badge="clerk") == "Please fill in or correct: To which window, From"
    assert await desk.refused("new-member", username="u", name="n", badge="b", role="king") == (
        "“king” is not one of: Window clerk, Guide, Operator, Supervisor, Administrator"
    )


async def test_piccolo_admin_passes_on_what_we_say(desk: Desk) -> None:
    """Its own way with a form: 200 with the answer, 422 with the one sentence that says what is wrong."""
    router = AdminRouter(forms=forms(desk.admin, "zh_CN"))
    assert set(router.get_single_form_schema("reopen-day")["properties"]) == {"day", "line", "hall"}

    async def post(**fields: Any) -> tuple[int, dict[str, str]]:
        async def json() -> dict[str, Any]:
            return fields

        request: Any = SimpleNamespace(scope={"officer": desk.officer}, json=json)
        said = await router.post_single_form(request, "reopen-day")
        return said.status_code, decode(said.body)

    assert await post(day="2031-01-32") == (422, {"custom_form_error": "请填写或更正：恢复哪天"})
    assert await post(day="2031-01-31") == (422, {"custom_form_error": "这一天没有停办"})
    await desk.submit("close-day", day="2031-01-31", reason="检修", booked="取消")
    status, answer = await post(day="2031-01-31")
    assert (status, "恢复办公" in answer["custom_form_success"]) == (200, True)


async def test_who_only_sees_changes_nothing_and_nobody_reaches_into_another_hall(desk: Desk) -> None:
    """R61: a supervisor may look at a person and nothing else; an officer of one hall acts there only."""
    own = await hall_id(desk)
    wishes: dict[str, dict[str, Any]] = {
        "close-day": {"day": "2031-01-01", "reason": "检修", "booked": "取消"},
        "reopen-day": {"day": "2031-01-01"},
        "copy-week": {"targets": "A"},
        "revise-item": {"code": "S-002", "note": "调整", "promised_days": "4"},
        "new-member": {"username": "wu", "name": "吴某", "badge": "W9", "role": "窗口人员"},
        "reset-password": {"username": "clerk"},
        "move-staff": {"badge": "clerk", "window": "3", "since": "2026-12-31"},
        "issue-device": {"kind": "屏幕", "name": "东墙"},
        "revoke-device": {"name": "kiosk"},
    }
    assert wishes.keys() == {form.slug for form in FORMS if form.edits}
    desk.as_of(own, may_edit=False)
    for slug, wish in wishes.items():
        assert await desk.refused(slug, **wish) == "没有权限进行此操作"
    await open_second_hall(desk.house)
    desk.as_of((await desk.house.services.halls.get("other")).id)
    for slug, wish in wishes.items():
        said = await desk.refused(slug, **wish, hall="small")
        assert said in ("此账号或设备不属于本大厅", "没有这个账号"), slug
    desk.as_of(None)
    assert "请指明大厅代码" in await desk.refused("revoke-device", name="kiosk")
    assert await desk.refused("revoke-device", name="kiosk", hall="nowhere") == "没有这个大厅"


async def test_a_device_gets_a_token_once_and_loses_it(desk: Desk) -> None:
    """R61: the token is shown once and recorded nowhere."""
    for wrong, told in [
        ({"kind": "屏幕", "name": "西墙", "window": "99"}, "没有这个窗口"),
        ({"kind": "取号机", "name": "西门", "window": "3"}, "只有屏幕可以指定窗口"),
        ({"kind": "取号机", "name": "西门", "printer": "没有"}, "没有这台打印机"),
        ({"kind": "打印机", "name": "针打"}, "打印机必须有地址，其他设备没有"),
        ({"kind": "打印机", "name": "针打", "address": "a b"}, "打印机地址应为“主机:端口”，例如192.168.1.50:9100"),
        ({"kind": "屏幕", "name": "墙" * 61}, "设备名称不能为空，最多 60 个字"),
    ]:
        assert await desk.refused("issue-device", **wrong) == told
    assert await desk.refused("revoke-device", name="东墙") == "没有这个设备"
    said = await desk.submit("issue-device", kind="屏幕", name="东墙", window="3")
    token = said.rpartition("：")[2]
    async with desk.house.client(Caller.BOARD, token=token) as board:
        assert (await board.get("/session")).json()["role"] == "board"
    assert "已登记打印机" in await desk.submit("issue-device", kind="printer", name="热敏", address="127.0.0.1:9")
    assert "令牌" in await desk.submit("issue-device", kind="Ticket kiosk", name="北门", printer="热敏")
    assert "共1台" in await desk.submit("revoke-device", name="东墙")
    with pytest.raises(Unauthorized):
        await desk.house.services.identities._read_device(token)
    kept = [(row["action"], row["subject"], row["row_id"] is not None) for row in desk.trail.rows]
    assert kept == [("device_add", "device", True)] * 3 + [("device_revoke", "device", True)]
    assert desk.trail.rows[0]["after"] == {"kind": DeviceKind.BOARD, "name": "东墙", "window": "3"}
    assert token not in str(desk.trail.rows)
    async with desk.house.services.database.read() as connection:
        assert token not in str((await connection.execute(text("SELECT * FROM journal"))).all())
    with pytest.raises(ValueError, match="已有同名的打印机"):
        await desk.submit("issue-device", kind="打印机", name="热敏", address="127.0.0.1:9")
    assert await desk.one(select(func.count(Device.id)).where(Device.kind == "printer")) == 1
    with pytest.raises(ValueError, match="没有这个设备"):
        await desk.submit("revoke-device", name="东墙")


async def test_a_new_member_signs_in_and_a_lost_password_is_replaced(desk: Desk) -> None:
    """R61: account and officer in one go; a new password ends every session."""
    identities = desk.house.services.identities
    wish = {"username": "wang", "name": "王某", "badge": "W1", "role": "窗口人员"}
    first = (await desk.submit("new-member", **wish)).rpartition("：")[2]
    session = await identities.sign_in("wang", first, Place("10.0.0.1"))
    assert (session.name, session.badge, session.hall_id) == ("王某", "W1", await hall_id(desk))
    said = await desk.submit("reset-password", username="wang")
    second = said.partition("：")[2].partition("。")[0]
    with pytest.raises(Unauthorized):
        await identities.sign_in("wang", first, Place("10.0.0.1"))
    with pytest.raises(Unauthorized):
        await identities._read_session(session.token)
    assert (await identities.sign_in("wang", second, Place("10.0.0.1"))).name == "王某"
    done = [(row["action"], row["actor"]) for row in desk.trail.rows if not row["action"].startswith("sign_")]
    assert done == [
        ("staff_add", "staff:1"),
        ("password", "staff:1"),
    ]
    assert not {first, second} & set(str(desk.trail.rows).split("'"))
    assert await desk.refused("new-member", **wish) == "用户名或工号已被使用"
    assert await desk.refused("new-member", **wish | {"username": "wang2"}) == "用户名或工号已被使用"
    assert "用户名不能有空格" in await desk.refused("new-member", **wish | {"username": "w ang", "badge": "W2"})
    assert "用户名最多100个字" in await desk.refused("new-member", **wish | {"badge": "9" * 21})
    assert await desk.refused("reset-password", username="nobody") == "没有这个账号"
    everywhere = {"username": "chief", "name": "周某", "badge": "C1", "role": "admin"}
    await desk.submit("new-member", **everywhere)
    assert await desk.one(select(Staff.hall_id).where(Staff.badge == "C1")) is None
    desk.as_of(await hall_id(desk))
    assert await desk.refused("reset-password", username="chief") == "没有这个账号"
    await desk.submit("new-member", **everywhere | {"username": "deputy", "badge": "C2"})
    assert await desk.one(select(Staff.hall_id).where(Staff.badge == "C2")) == await hall_id(desk)


async def test_a_day_is_looked_at_closed_and_opened_again(desk: Desk) -> None:
    """R37: nobody is lost when a day closes, and who booked is told why in his language."""
    slot = (await desk.diary.slots())[-1]
    made = [await desk.diary.book(slot["id"]), await desk.diary.book(slot["id"])]
    wish: dict[str, Any] = {"day": slot["day"], "reason": "设备检修", "reason_en": "Repairs"}
    await quiet(desk.house)
    before = await everything(desk.house)
    listed = await desk.submit("close-day", day=slot["day"])
    assert await everything(desk.house) == before
    assert "2人预约" in listed
    assert all(one["code"] in listed for one in made)
    assert "张*三" in listed
    assert "张小三" not in listed
    assert await desk.refused("close-day", **wish | {"reason": "", "booked": "取消"}) == "请填写停办原因，2 到 100 个字"
    assert "英文原因" in await desk.refused("close-day", **wish | {"reason_en": "x" * 161, "booked": "取消"})
    past = {"day": "2020-01-01", "booked": "取消"}
    assert await desk.refused("close-day", **wish | past) == "不能停办已经过去的日子"
    assert await desk.refused("close-day", **wish | {"line": "Q"}) == "没有这个队列"
    desk.as_of(None, "en")
    done = await desk.submit("close-day", **wish, booked="cancel")
    assert "0 moved, 2 cancelled" in done
    assert await desk.one(select(func.count(Appointment.id)).where(Appointment.status == "cancelled")) == 2
    assert "设备检修" in (await desk.diary.told(made[0]["phone"]))[-1]
    assert not [one for one in await desk.diary.slots() if one["day"] == slot["day"] and one["free"]]
    assert await desk.one(select(HoursException.reason_en)) == "Repairs"
    await desk.submit("reopen-day", day=slot["day"])
    assert [one for one in await desk.diary.slots() if one["day"] == slot["day"] and one["free"]]
    desk.as_of(None)
    assert await desk.refused("reopen-day", day=slot["day"]) == "这一天没有停办"
    assert [row["action"] for row in desk.trail.rows] == ["day_close", "day_reopen"]


async def test_who_booked_is_moved(desk: Desk) -> None:
    slot = (await desk.diary.slots())[-1]
    made = await desk.diary.book(slot["id"])
    said = await desk.submit("close-day", day=slot["day"], booked="改期", reason="设备检修", line=made["line"].lower())
    assert "改期1人，取消0人" in said
    assert await desk.one(select(Appointment.status)) == "booked"
    assert await desk.one(select(Appointment.day)) != date.fromisoformat(slot["day"])


async def test_a_week_is_copied_and_slots_follow_at_once(desk: Desk) -> None:
    """R38: what was replaced is told; appointments outside the new hours are named."""
    made = await desk.diary.book((await desk.diary.slots())[-1]["id"])
    async with desk.house.services.moving(await hall_id(desk), What.HALL) as tx:
        hours = "INSERT INTO hours (hall_id, line_id, weekday, opens, closes) SELECT hall_id, id, 6, '07:00', '08:00' "
        await tx.execute(text(hours + "FROM line WHERE prefix = 'Z'"))
    said = await desk.submit("copy-week", source="Z", targets="A；b")
    assert said.startswith("已复制到2处，替换了0个时段；\n1个预约不在新的时间里")
    assert made["code"] in said
    said = await desk.submit("copy-week", targets="*")
    assert said.startswith("已复制到5处，替换了3个时段；\n")
    assert "社会保险 周六 07:00–08:00" in said
    assert made["code"] not in said
    assert desk.trail.rows[1]["before"]["hours"][0]["weekday"] == 6
    summer = {"since": "2027-07-01", "until": "2027-08-31"}
    await desk.submit("copy-week", **summer)
    assert "没有这个队列" in await desk.refused("copy-week", targets="A;Q")
    assert "结束日期" in await desk.refused("copy-week", since="2027-07-01", until="2027-06-01")
    overlapping = await desk.refused("copy-week", since="2027-08-01", until="2027-09-30")
    assert "（2027-07-01 至 2027-08-31）重叠" in overlapping
    assert await desk.refused("copy-week") == "不能复制到自己"


async def test_an_item_gets_its_next_version(desk: Desk) -> None:
    """R28: everything changes at once and the answer says from what to what."""
    wish = {
        "code": "S-002",
        "note": "按新条例调整",
        "promised_days": "4",
        "materials": "居民身份证；就业登记证",
        "steps": "受理:1:受理岗;审核:3:审核岗",
        "complex": "是",
    }
    said = await desk.submit("revise-item", **wish)
    assert said.startswith("S-002 已是第2版")
    assert "承诺时限：5 → 4" in said
    assert "申请材料：居民身份证;解除劳动关系证明 → 居民身份证;就业登记证" in said
    assert "复杂事项：否 → 是" in said
    facts = (await desk.house.services.halls.get("small")).items["S-002"]
    assert (facts.version, facts.promised_days, len(facts.steps)) == (2, 4, 2)
    (row,) = desk.trail.rows
    assert (row["before"]["promised_days"], row["after"]["promised_days"], row["note"]) == (5, 4, "按新条例调整")
    desk.as_of(None, "en")
    said = await desk.submit("revise-item", code="S-002", note="again", steps="-", case_kind="reported")
    assert "Steps: 受理:1:受理岗;审核:3:审核岗 → —" in said
    desk.as_of(None)
    wrong = {"promised_days": "11", "form_only": "是"}
    assert await desk.refused("revise-item", code="S-002", note="调整", **wrong) == (
        "承诺时限：承诺时限不能超过法定时限；\n只审查形式要件：只需审查形式要件的事项必须是即办件"
    )
    unread = {"promised_days": "四", "steps": "受理", "statutory_days": "10"}
    assert await desk.refused("revise-item", code="S-002", note="调整", **unread) == (
        "承诺时限：“四”不是整数（只能用半角数字）；\n各环节：“受理”不是“环节:工作日:责任岗位”"
    )
    assert "没有任何改动" in await desk.refused("revise-item", code="S-002", note="调整", statutory_days="10")
    assert "没有这个事项" in await desk.refused("revise-item", code="S-9", note="调整", statutory_days="10")
    assert await desk.one(select(func.count(ItemVersion.id)).join(Item).where(Item.code == "S-002")) == 3


async def test_staff_move_between_windows(desk: Desk) -> None:
    """R49: what was planned, who comes back, and whom nobody may move."""
    today = date.today()
    since = today + timedelta(days=3)
    await desk.submit("move-staff", badge="clerk", window="3", since=since.isoformat())
    lent = since + timedelta(days=2)
    until = lent + timedelta(days=1)
    wish = {"badge": "clerk", "window": "4", "since": lent.isoformat(), "until": until.isoformat()}
    said = await desk.submit("move-staff", **wish)
    assert said.endswith("之后回到3号窗口")
    assert [row["after"]["window"] for row in desk.trail.rows] == ["3", "4"]
    await sign_in_clerk(desk.house, "li")
    assert "3号窗口在这段时间已安排给clerk" in await desk.refused(
        "move-staff", badge="li", window="3", since=since.isoformat()
    )
    assert "没有工号为 nobody" in await desk.refused("move-staff", **wish | {"badge": "nobody"})
    assert await desk.refused("move-staff", **wish | {"window": "77"}) == "没有这个窗口"
    assert await desk.refused("move-staff", **wish | {"since": "2020-01-01"}) == "开始日期不能早于今天"


async def test_every_look_at_a_person_is_recorded(desk: Desk) -> None:
    """R61: name, phone and number in full, for whoever sees the administration; a row for each look."""
    made = await desk.diary.book(id_number="510112199003074518")
    async with desk.house.services.moving(await hall_id(desk), What.HALL) as tx:
        await tx.execute(text("UPDATE hall SET always_open = true"))
    async with desk.house.client(Caller.GUIDE) as guide:
        visitor = {"item": "S-001", "channel": "desk", "name": "李四", "phone": "13900000001"}
        taken = (await guide.post("/halls/small/tickets", json=visitor)).json()
        nobody = (await guide.post("/halls/small/tickets", json={"item": "S-001", "channel": "desk"})).json()
    async with desk.house.client(Caller.CLERK) as clerk:
        window = await desk.house.window("3")
        await clerk.post(f"/windows/{window}/open")
        called = (await clerk.post(f"/windows/{window}/call-next")).json()["ticket"]
        await clerk.post(f"/tickets/{called['id']}/start")
        applicant = {"name": "王五", "phone": "13800000002", "id_number": "510112199003074518"}
        applicant |= {"agent": {"name": "赵六", "phone": "13800000003"}}
        wish = {"applicant": applicant, "complete": True, "materials": ["居民身份证"]}
        case = await clerk.post(f"/tickets/{called['id']}/accept", json=wish)
        assert case.status_code == 201, case.text
    desk.as_of(await hall_id(desk), may_edit=False)
    booked = await desk.submit("look-at-person", appointment=made["code"].lower())
    assert booked == f"预约人：张小三；\n电话：{made['phone']}；\n证件号码：510112199003074518"
    applied = await desk.submit("look-at-person", case=case.json()["number"])
    assert applied.startswith("申请人：王五；\n电话：13800000002；\n证件号码：510112199003074518")
    assert applied.endswith("代办人：赵六；\n电话：13800000003")
    assert await desk.submit("look-at-person", ticket=taken["number"].lower()) == "来访人：李四；\n电话：13900000001"
    assert [(row["action"], row["subject"]) for row in desk.trail.rows] == [
        ("person_shown", "appointment"),
        ("person_shown", "case_file"),
        ("person_shown", "ticket"),
    ]
    assert all(row["row_id"] and row["before"] is row["after"] is None for row in desk.trail.rows)
    assert await desk.one(select(func.count(Journal.id)).where(Journal.action == "person_shown")) == 3
    one_of = "预约码、办件编号、票号请填且只填一个"
    assert await desk.refused("look-at-person") == one_of
    assert await desk.refused("look-at-person", ticket="A001", case="x") == one_of
    assert "没有留下个人信息" in await desk.refused("look-at-person", ticket=nobody["number"])
    assert await desk.refused("look-at-person", ticket="A999") == "没有这个号"
    await open_second_hall(desk.house)
    desk.as_of((await desk.house.services.halls.get("other")).id)
    assert "没有找到这个预约" in await desk.refused("look-at-person", appointment=made["code"])
    assert "没有找到该办件" in await desk.refused("look-at-person", case=case.json()["number"])
