"""The booking pages without scripts, on both databases: every step, what is refused, what stays secret (R40, R52)."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest
from diary import ITEM, Diary, open_diary
from icalendar import Calendar, Event
from sqlalchemy import text

pytestmark = pytest.mark.anyio
ROOT = "http://hall.test"


class Visitor:
    """A browser without scripts: goes where it is sent, keeps its cookies, remembers every address."""

    def __init__(self, diary: Diary) -> None:
        self.diary = diary
        self.http = diary.house.client()
        self.http.headers["accept"] = "text/html"
        self.addresses: list[str] = []
        self.phone = diary.phone()

    async def __aenter__(self) -> "Visitor":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def ask(self, method: str, path: str, **form: Any) -> httpx.Response:
        answer = await self.http.request(method, ROOT + path, data=form or None)
        self.addresses.append(path)
        while answer.status_code == 303:
            self.addresses.append(answer.headers["location"])
            answer = await self.http.get(ROOT + answer.headers["location"])
        return answer

    async def see(self, path: str) -> httpx.Response:
        return await self.ask("GET", path)

    @property
    def here(self) -> str:
        return self.addresses[-1]

    async def hold(self, slot: dict[str, Any] | None = None) -> httpx.Response:
        """From the time step to the person step; whoever names no slot takes one of the last day."""
        slot = slot or [one for one in await self.diary.slots() if one["free"]][-1]
        return await self.ask("POST", f"/book/small?item={ITEM}&day={slot['day']}", slot=slot["id"])

    async def say_who(self, **form: Any) -> httpx.Response:
        said = {"for": "self", "name": "张小三", "phone": self.phone, **form}
        return await self.ask("POST", self.here, **said)

    async def answer_code(self, phone: str = "") -> httpx.Response:
        return await self.ask("POST", self.here, code=await self.diary.code_sent(phone or self.phone))

    async def book(self, slot: dict[str, Any] | None = None, **form: Any) -> httpx.Response:
        """The whole way; ends on the confirmation."""
        await self.hold(slot)
        await self.say_who(**form)
        return await self.answer_code()


@pytest.fixture
async def diary(database_url: str) -> AsyncIterator[Diary]:
    async with open_diary(database_url) as made:
        yield made


async def booked(diary: Diary) -> int:
    async with diary.house.services.database.read() as connection:
        return int((await connection.execute(text("SELECT count(*) FROM appointment"))).scalar_one())


def question(answer: httpx.Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", answer.text, re.DOTALL)
    assert found is not None, answer.text
    return found[1].strip()


async def test_the_whole_way(diary: Diary) -> None:
    async with Visitor(diary) as visitor:
        first = await visitor.see("/book")
        assert visitor.here == "/book/small"
        assert "失业保险金申领" in first.text
        assert "养老保险参保登记" not in first.text  # nobody needs to book it
        assert first.headers["cache-control"] == "no-store"
        found = await visitor.see("/book/small?q=ylbx")
        assert "不用预约，直接到大厅取号" in found.text
        assert "item=S-001" not in found.text
        assert question(await visitor.see(f"/book/small?item={ITEM}")) == "哪一天来？"
        slot = [one for one in await diary.slots() if one["free"]][-1]
        times = await visitor.see(f"/book/small?item={ITEM}&day={slot['day']}")
        assert f'value="{slot["id"]}"' in times.text
        assert f"余 {slot['free']} 个" in times.text
        assert question(await visitor.hold(slot)) == "谁来办？"
        assert question(await visitor.say_who(needs=["wheelchair", "infant"])) == "请填写短信验证码"
        assert "日志" in (await visitor.see(visitor.here)).text  # no gateway here
        done = await visitor.answer_code()
        assert question(done) == "预约成功"
        assert "<svg" in done.text
        assert all(words in done.text for words in ("轮椅、带婴幼儿", "解除劳动关系证明", "30分钟", "15分钟"))
        assert not {"hold", "draft"} & set(visitor.http.cookies)
        assert await booked(diary) == 1
        assert not any(visitor.phone in address or "张" in address for address in visitor.addresses)


async def test_reloading_shows_the_same_hold_with_the_time_that_is_left(diary: Diary) -> None:
    async with Visitor(diary) as visitor:
        first = await visitor.hold()
        counts = await diary.counts()
        again = await visitor.see(visitor.here)
        until = r"已为您保留到 (\d\d:\d\d)"
        assert re.findall(until, again.text) == re.findall(until, first.text) != []
        back = await visitor.see(visitor.here.replace("/person", ""))
        assert "已为您保留" in back.text  # the own hold does not hide the slot
        await visitor.hold()
        assert await diary.counts() == counts


@pytest.mark.parametrize("step", ["person", "code", "waiting/code"])
async def test_whoever_skips_steps_comes_back_to_the_first_open_one(diary: Diary, step: str) -> None:
    day = (await diary.slots())[-1]["day"]
    counts = await diary.counts()
    async with Visitor(diary) as bot:
        path = f"/book/small/{step}?item={ITEM}&day={day}"
        for answer in (
            await bot.see(path),
            await bot.ask("POST", path, code="123456", sure="1", name="张小三", phone=bot.phone),
        ):
            assert question(answer) == ("谁来候补？" if step == "waiting/code" else "几点来？")
            assert 'role="alert"' in answer.text
            assert answer.status_code == 409
        nowhere = await bot.ask("POST", f"/book/small/{step}", sure="1")
        assert question(nowhere) == "要办什么？"
    assert (await diary.counts(), await booked(diary)) == (counts, 0)


async def test_no_way_around_the_code(diary: Diary) -> None:
    async with Visitor(diary) as bot:
        await bot.hold()
        to_code = bot.here.replace("/person", "/code")
        unnamed = await bot.ask("POST", to_code, sure="1")
        assert question(unnamed) == "谁来办？"
        assert "请先填写办事人信息" in unnamed.text
        await bot.see(to_code.replace("/code", "/person"))
        await bot.say_who()
        unproven = await bot.ask("POST", bot.here, sure="1")
        assert "请先填写发到这个手机上的验证码" in unproven.text
        # Proven is one phone; then another one is named.
        bot.addresses.append(bot.here.replace("/code", "/person"))
        code = await diary.code_sent(bot.phone)
        await bot.say_who(phone=diary.phone())
        foreign = await bot.ask("POST", bot.here, code=code)
        assert "验证码不对" in foreign.text
    assert await booked(diary) == 0


async def test_somebody_elses_hold_is_of_no_use(diary: Diary) -> None:
    async with Visitor(diary) as visitor, Visitor(diary) as thief:
        await visitor.hold()
        await visitor.say_who()
        seen = await thief.see(visitor.here)
        assert question(seen) == "几点来？"
        thief.http.cookies.set("hold", visitor.http.cookies["hold"], domain="hall.test", path="/book")
        thief.http.cookies.set("draft", "bm9uc2Vuc2U=", domain="hall.test", path="/book")
        named = await thief.see(visitor.here)
        assert question(named) == "谁来办？"
        assert "张小三" not in named.text
        assert question(await visitor.answer_code()) == "预约成功"


async def test_errors_stand_beside_their_fields_and_what_was_typed_stays(diary: Diary) -> None:
    async with Visitor(diary) as visitor:
        await visitor.hold()
        typed = {"name": "张😀", "phone": "139 <1>", "id_number": "110105194912310021", "needs": "reading"}
        wrong = await visitor.say_who(**typed)
        assert wrong.status_code == 400
        for field, words in (
            ("name", "姓名只能是文字"),
            ("phone", "手机号应为11位数字"),
            ("id_number", "身份证号有误"),
        ):
            assert re.search(rf'href="#{field}">{words}', wrong.text)
            assert re.search(rf'id="{field}-error">{words}', wrong.text)
        assert 'value="张😀"' in wrong.text
        assert 'value="139 &lt;1&gt;"' in wrong.text
        assert re.search(r'value="reading" checked', wrong.text)
        long = await visitor.say_who(name="长" * 1000)
        assert "姓名最多 50 个字" in long.text
        landline = await visitor.say_who(phone="028-84850000")
        assert "座机收不到短信验证码" in landline.text
        proxied = await visitor.say_who(**{"for": "other", "phone": ""})
        assert 'href="#proxy_name"' in proxied.text
        assert 'href="#proxy_phone"' in proxied.text
        assert 'href="#phone"' not in proxied.text
        visitor.http.headers["accept-language"] = "en"
        english = await visitor.say_who(name="")
        assert 'lang="en"' in english.text
    assert await diary.told(visitor.phone) == []


async def test_wrong_codes_are_counted_and_a_new_one_can_be_asked_for(diary: Diary) -> None:
    async with Visitor(diary) as visitor:
        await visitor.hold()
        await visitor.say_who()
        assert "请填写短信里的6位数字验证码" in (await visitor.ask("POST", visitor.here, code="12ab")).text
        right = await diary.code_sent(visitor.phone)
        for _ in range(5):
            wrong = await visitor.ask("POST", visitor.here, code=f"{(int(right) + 1) % 10**6:06d}")
            assert "验证码不对" in wrong.text
        assert "输错次数过多" in (await visitor.ask("POST", visitor.here, code=right)).text
        again = await visitor.ask("POST", visitor.here, again="1")
        assert "已重新发送" in again.text
        assert question(await visitor.answer_code()) == "预约成功"


async def test_codes_are_not_sent_without_end(diary: Diary) -> None:
    async with Visitor(diary) as visitor:
        await visitor.hold()
        await visitor.say_who()
        for _ in range(2):
            await visitor.ask("POST", visitor.here, again="1")
        assert "发送次数过多" in (await visitor.ask("POST", visitor.here, again="1")).text
    assert len(await diary.told(visitor.phone)) == 3


async def test_booking_for_somebody_else(diary: Diary) -> None:
    """R52: both are recorded; the code and the messages go to whoever books."""
    async with Visitor(diary) as visitor:
        await visitor.hold()
        proxy = {"proxy_name": "李四", "proxy_phone": visitor.phone}
        await visitor.say_who(**{"for": "other", "phone": "", **proxy})
        done = await visitor.answer_code()
        assert "张*三" in done.text
        assert f"李* {visitor.phone[:3]}****{visitor.phone[-4:]}" in done.text


async def test_a_slot_that_went_meanwhile_leads_to_the_others(diary: Diary) -> None:
    slot = [one for one in await diary.slots() if one["free"]][-1]
    for _ in range(slot["free"]):
        await diary.book(slot["id"])
    async with Visitor(diary) as visitor:
        late = await visitor.hold(slot)
        assert (late.status_code, question(late)) == (409, "几点来？")
        assert re.search(r'role="alert".*约满', late.text, re.DOTALL)
        past = await visitor.see(f"/book/small?item={ITEM}&day=2020-01-01")
        assert question(past) == "哪一天来？"
        assert "这一天不能预约" in past.text
        assert "没有这个事项" in (await visitor.see("/book/small?item=%E2%98%83")).text
        assert question(await visitor.ask("POST", f"/book/small?item={ITEM}", slot="9" * 30)) == "哪一天来？"


async def test_pressed_twice_is_booked_once(diary: Diary) -> None:
    async with Visitor(diary) as visitor:
        await visitor.hold()
        await visitor.say_who()
        cookies, here, code = dict(visitor.http.cookies), visitor.here, await diary.code_sent(visitor.phone)
        await visitor.answer_code()
        confirmed = visitor.here
        for name, value in cookies.items():
            visitor.http.cookies.set(name, value, domain="hall.test", path="/book")
        await visitor.ask("POST", here, code=code)
        assert visitor.here == confirmed
    assert await booked(diary) == 1


async def test_who_may_not_book_reads_why_and_who_is_near_it_is_warned(diary: Diary) -> None:
    await diary.rule(cancellations=2, cancel_minutes=0)
    phone = diary.phone()
    days = {one["day"]: one for one in await diary.slots() if one["free"]}.values()

    async def cancel_one(slot: dict[str, Any]) -> None:
        made = await diary.book(slot["id"], phone=phone)
        await diary.http.post(f"/appointments/{made['code']}/cancel", json={"phone": phone})

    async with Visitor(diary) as visitor:
        visitor.phone = phone
        await cancel_one(list(days)[-1])
        await visitor.hold(list(days)[-1])
        await visitor.say_who()
        warned = await visitor.answer_code()
        assert question(warned) == "请确认预约"
        assert "再取消一次，30天内将不能网上预约" in warned.text
        sure = await visitor.ask("POST", visitor.here, sure="1")
        assert question(sure) == "预约成功"
        asked = await visitor.see(visitor.here.replace("?", "/cancel?"))
        assert "再取消一次" in asked.text
        gone = await visitor.ask("POST", visitor.here)
        assert question(gone) == "预约已取消"
        await visitor.hold(list(days)[-2])
        await visitor.say_who()
        barred = await visitor.answer_code()
        assert (barred.status_code, question(barred)) == (403, "现在不能网上预约")
        assert all(words in barred.text for words in ("前不能网上预约", "电话预约", "到大厅取号"))
    assert await booked(diary) == 2


# Afterwards -----------------------------------------------------------------------------------------------------------


async def test_only_code_and_phone_or_the_link_open_it(diary: Diary) -> None:
    async with Visitor(diary) as visitor, Visitor(diary) as stranger:
        await visitor.book()
        link = visitor.here
        code = link.split("/")[2][:8]
        for path in (f"/appointments/{code}", f"/appointments/{code}?key=wrong", f"/appointments/{code}/move"):
            asked = await stranger.see(path)
            assert question(asked) == "查询预约"
            assert "张" not in asked.text
        assert (await stranger.see("/appointments/NOTHING2")).text == asked.text.replace(code, "NOTHING2")
        wrong = await stranger.ask("POST", "/appointments", code=code, phone=stranger.phone)
        nobody = await stranger.ask("POST", "/appointments", code="NOTHING2", phone=stranger.phone)
        assert wrong.status_code == nobody.status_code == 400
        assert wrong.text.replace(code, "") == nobody.text.replace("NOTHING2", "")
        for more in ("", "/move", "/cancel", "/calendar.ics"):
            method = "GET" if more.endswith("ics") else "POST"
            assert question(await stranger.ask(method, f"/appointments/{code}{more}", slot="1")) == "查询预约"
        spoken = f"{code[:4].lower()} {code[4:]}"
        found = await stranger.ask("POST", "/appointments", code=spoken, phone=f"+86 {visitor.phone}")
        assert question(found) == "预约成功"
        assert stranger.here == link
        assert not any(visitor.phone in address for address in stranger.addresses)


def event_of(answer: httpx.Response) -> Event:
    assert answer.headers["content-type"].startswith("text/calendar")
    calendar = Calendar.from_ical(answer.content)
    assert calendar.walk("VTIMEZONE")
    [event] = calendar.walk("VEVENT")
    return event


async def test_the_calendar_file_follows_what_happens(diary: Diary) -> None:
    slots = [one for one in await diary.slots() if one["free"]][-3:]
    async with Visitor(diary) as visitor:
        await visitor.book(slots[0])
        link = visitor.here
        file = link.replace("?", "/calendar.ics?")
        first = event_of(await visitor.see(file))
        assert first["dtstart"].dt == datetime.fromisoformat(slots[0]["starts_at"])
        assert first["dtend"].dt == datetime.fromisoformat(slots[0]["ends_at"])
        assert (first["status"], first["sequence"]) == ("CONFIRMED", 0)
        assert len(first.walk("VALARM")) == 2
        assert first["url"].endswith(link)
        move = link.replace("?", "/move?") + f"&day={slots[2]['day']}"
        assert "您现在的时间" in (await visitor.see(move)).text
        same = await visitor.ask("POST", move, slot=slots[0]["id"])
        assert "请选择另一个时段" in same.text
        moved = await visitor.ask("POST", move, slot=slots[2]["id"])
        assert question(moved) == "已改期"
        second = event_of(await visitor.see(file))
        assert second["uid"] == first["uid"]
        assert second["sequence"] == 1
        assert second["dtstart"].dt == datetime.fromisoformat(slots[2]["starts_at"])
        assert question(await visitor.see(link.replace("?", "/cancel?"))) == "确定取消这个预约？"
        gone = await visitor.ask("POST", link.replace("?", "/cancel?"))
        assert question(gone) == "预约已取消"
        third = event_of(await visitor.see(file))
        assert (third["uid"], third["status"], third["sequence"]) == (first["uid"], "CANCELLED", 2)
        again = await visitor.ask("POST", link.replace("?", "/cancel?"))
        assert "该预约已取消" in again.text
        assert visitor.phone not in str(third)


async def test_nothing_personal_in_the_log(diary: Diary, capfd: pytest.CaptureFixture[str]) -> None:
    """R61."""
    async with Visitor(diary) as visitor:
        await visitor.book(id_number="11010519491231002X")
        await visitor.ask("POST", "/appointments", code="NOTHING2", phone=visitor.phone)
    logged = "".join(capfd.readouterr())
    assert not any(secret in logged for secret in (visitor.phone, "张小三", "11010519491231002X"))


# The waiting list -----------------------------------------------------------------------------------------------------


async def fill_last_day(diary: Diary) -> list[dict[str, Any]]:
    slots = [one for one in await diary.slots() if one["free"]]
    last = [one for one in slots if one["day"] == slots[-1]["day"]]
    return [await diary.book(one["id"]) for one in last for _ in range(one["free"])]


async def test_waiting_for_a_full_day(diary: Diary) -> None:
    taken = await fill_last_day(diary)
    day = taken[0]["day"]
    async with Visitor(diary) as visitor:
        week = await visitor.see(f"/book/small?item={ITEM}")
        assert "已约满" in week.text
        assert f"/book/small/waiting?item={ITEM}&amp;day={day}" in week.text
        asked = await visitor.see(f"/book/small/waiting?item={ITEM}&day={day}")
        assert question(asked) == "谁来候补？"
        assert "姓名" in (await visitor.say_who(name="")).text
        await visitor.say_who(part="day")
        code = await diary.code_sent(visitor.phone)
        wrong = await visitor.ask("POST", visitor.here, code=f"{(int(code) + 1) % 10**6:06d}")
        assert "验证码不对或已过期" in wrong.text
        joined = await visitor.answer_code()
        assert question(joined) == "已登记候补"
        assert "您排在第一位" in joined.text
        entry = visitor.here
        gone = taken[0]
        await diary.http.post(f"/appointments/{gone['code']}/cancel", json={"phone": gone["phone"]})
        offered = await visitor.see(entry)
        assert question(offered) == "有空位了，请确认"
        done = await visitor.ask("POST", entry, accept="1")
        assert question(done) == "预约成功"
        assert question(await visitor.see(entry)) == "候补成功，已预约"
        over = await visitor.ask("POST", entry, accept="1")
        assert over.status_code == 409


async def test_leaving_the_waiting_list(diary: Diary) -> None:
    taken = await fill_last_day(diary)
    async with Visitor(diary) as visitor:
        await visitor.see(f"/book/small/waiting?item={ITEM}&day={taken[0]['day']}")
        await visitor.say_who(part="morning")
        await visitor.answer_code()
        assert question(await visitor.ask("POST", visitor.here)) == "已登记候补"
        left = await visitor.ask("POST", visitor.here, leave="1")
        assert question(left) == "已退出候补"
        assert (await visitor.see("/book/waiting/nobody")).status_code == 404


async def test_nobody_waits_where_something_is_free(diary: Diary) -> None:
    day = [one for one in await diary.slots() if one["free"]][-1]["day"]
    async with Visitor(diary) as visitor:
        assert question(await visitor.see(f"/book/small/waiting?item={ITEM}&day={day}")) == "几点来？"
