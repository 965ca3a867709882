"""The phone operator's desk in a real browser, by keyboard alone: search, book, move, cancel, wait, ask, call back."""

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from late import Late
from playwright.async_api import BrowserContext, Page, Route, expect
from shop import Shop

pytestmark = pytest.mark.anyio

PHONE = "13912345678"
ITEM = "S-002"
KEYS_A_SECOND = 2
"""What a clerk types while she listens."""
SECONDS = 30


class Wire:
    """Somebody over the interface, for what happened before the call, and what came of it."""

    def __init__(self, shop: Shop, account: str = "") -> None:
        self.hall = f"/halls/{shop.hall}"
        self.http = httpx.Client(base_url=f"{shop.server.base}/api/v1", timeout=30)
        if account:
            said = self.post("/session", username=account, password=shop.passwords[account])
            self.http.headers["x-csrftoken"] = said["csrf"]

    def ask(self, path: str, **query: str) -> dict[str, Any]:
        return dict(self.http.get(path, params=query).raise_for_status().json())

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        return dict(self.http.post(path, json=body).raise_for_status().json())

    def slots(self) -> list[dict[str, Any]]:
        """What can be booked by phone."""
        found = self.ask(f"{self.hall}/slots", item=ITEM, channel="phone")["slots"]
        return [slot for slot in found if slot["free"]]

    def book(self, place: int = -1) -> str:
        """The caller books one of the free slots by phone; gives his code."""
        hold = self.post(f"{self.hall}/holds", slot=self.slots()[place]["id"], channel="phone")["id"]
        return str(self.post(f"/holds/{hold}/confirm", name="张小三", phone=PHONE)["code"])


@pytest.fixture
def caller(shop: Shop) -> Iterator[Wire]:
    """The operator, for what somebody did on the phone before."""
    wire = Wire(shop, "operator")
    yield wire
    wire.http.close()


class Desk:
    """The page, and how many keys were pressed since `begin`."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.keys = 0

    def begin(self) -> None:
        self.keys = 0

    def in_time(self) -> bool:
        return self.keys <= SECONDS * KEYS_A_SECOND

    async def press(self, *names: str) -> None:
        for name in names:
            self.keys += 1
            await self.page.keyboard.press(name)

    async def type(self, words: str) -> None:
        self.keys += 2 * len(words) if re.search("[\u4e00-\u9fff]", words) else len(words)
        await self.page.keyboard.type(words)

    async def search(self, words: str) -> None:
        await self.press("F2")
        await expect(self.page.locator("#who")).to_be_focused()
        await self.type(words)
        await self.press("Enter")

    async def says(self, text: str | re.Pattern[str], kind: str = "done") -> None:
        await expect(self.page.locator("#message")).to_have_text(text)
        await expect(self.page.locator("#message")).to_have_attribute("data-kind", kind)


async def open_desk(context: BrowserContext, shop: Shop, account: str = "operator") -> Desk:
    page = await context.new_page()
    await page.goto(f"{shop.server.base}/phone")
    await expect(page.locator("#submit")).to_be_enabled()
    await page.locator("#username").press_sequentially(account)
    await page.keyboard.press("Tab")
    await page.keyboard.type(shop.passwords[account])
    await page.keyboard.press("Enter")
    await expect(page.locator("#who, #refused:not([hidden])").first).to_be_visible()
    return Desk(page)


async def to_times(desk: Desk) -> None:
    """F4, the item by its initials, and the times are there."""
    await desk.press("F4")
    await expect(desk.page.locator("#seek")).to_be_focused()
    await desk.type("sybx")
    await expect(desk.page.locator("#items [aria-selected=true]")).to_contain_text("失业保险金申领")
    await desk.press("Enter")
    await expect(desk.page.locator("#slots")).to_be_focused()
    await expect(desk.page.locator("#slots [aria-selected=true]")).to_have_count(1)


async def test_book_move_and_cancel_in_time_by_keyboard_alone(
    context: BrowserContext, shop: Shop, caller: Wire
) -> None:
    desk = await open_desk(context, shop)
    card = desk.page.locator("#card")
    desk.begin()
    await desk.search(PHONE)
    await expect(desk.page.locator("#start")).to_contain_text("没有查到预约")
    await to_times(desk)
    await desk.press("ArrowRight", "ArrowDown", "Enter")
    await expect(desk.page.locator("#booking-item")).to_contain_text("为来电人保留到")
    await expect(desk.page.locator("#person [name=phone]")).to_have_value(PHONE)
    await expect(desk.page.locator("#person [name=name]")).to_be_focused()
    await desk.type("张小三")
    await desk.press("Enter")
    await desk.says("已预约，短信已发。请把预约码念给来电人")
    assert desk.in_time(), desk.keys
    code = await desk.page.locator("#card-code").inner_text()
    assert re.fullmatch(r"[2-9A-Z]{4} [2-9A-Z]{4}", code)
    await expect(desk.page.locator("#card-materials li")).to_have_text(["居民身份证", "解除劳动关系证明"])
    await expect(desk.page.locator("#card-visitor")).to_have_text("张*三 139****5678")
    await expect(desk.page.locator("#found li")).to_have_count(1)

    desk.begin()
    before = await desk.page.locator("#card-when").inner_text()
    await desk.search(code)  # no waiting: keys that are pressed at once are not lost
    await desk.press("F6")
    await expect(desk.page.locator("#slots")).to_be_focused()
    await desk.press("ArrowRight", "Enter")
    await desk.says("已改期，预约码不变，短信已发")
    assert desk.in_time(), desk.keys
    await expect(desk.page.locator("#card-when")).not_to_have_text(before)
    await expect(desk.page.locator("#card-code")).to_have_text(code)

    desk.begin()
    await desk.search("张小三")
    await expect(card).to_have_attribute("data-status", "booked")
    await desk.press("F7")
    await desk.says(re.compile("确认取消 .+ 的预约？再按一次 F7"), "note")
    await expect(card).to_have_attribute("data-status", "booked")
    await desk.page.wait_for_timeout(700)  # two presses at once are one
    await desk.press("F7")
    await desk.says(re.compile("已取消 .+ 的预约，名额已放回"))
    assert desk.in_time(), desk.keys
    await expect(card).to_have_attribute("data-status", "cancelled")
    seen = caller.ask(f"/appointments/{code.replace(' ', '')}")
    assert (seen["status"], seen["channel"]) == ("cancelled", "phone")


async def test_the_place_is_kept_while_he_says_who_he_is_and_given_back(
    context: BrowserContext, shop: Shop, caller: Wire
) -> None:
    first, free = caller.slots()[0]["id"], len(caller.slots())
    assert caller.slots()[0]["free"] == 1  # so that a place kept is a time less
    desk = await open_desk(context, shop)
    await to_times(desk)
    await desk.press("Enter")
    await expect(desk.page.locator("#person [name=name]")).to_be_focused()
    assert first not in [slot["id"] for slot in caller.slots()]
    async with desk.page.expect_response(lambda answer: answer.request.method == "DELETE"):
        await desk.press("Escape")
    await expect(desk.page.locator("#slots")).to_be_focused()
    assert (caller.slots()[0]["id"], len(caller.slots())) == (first, free)
    await desk.press("Enter")
    await expect(desk.page.locator("#person [name=name]")).to_be_focused()
    async with desk.page.expect_response(lambda answer: answer.request.method == "DELETE"):
        await desk.press("F2")  # the next one calls
    assert (caller.slots()[0]["id"], len(caller.slots())) == (first, free)


async def test_a_place_given_back_slowly_is_among_the_times(context: BrowserContext, shop: Shop, caller: Wire) -> None:
    asked, let_go = asyncio.Event(), asyncio.Event()

    async def slow(route: Route) -> None:
        if route.request.method == "DELETE":
            asked.set()
            await let_go.wait()
        await route.continue_()

    await context.route("**/holds/*", slow)
    desk = await open_desk(context, shop)
    await to_times(desk)
    times = desk.page.locator("#slots [role=option]")
    before = await times.all_text_contents()
    await desk.press("Enter")
    await expect(desk.page.locator("#person [name=name]")).to_be_focused()
    await desk.press("Escape")
    await asked.wait()
    await expect(desk.page.locator("#step-person")).to_be_visible()
    let_go.set()
    await expect(desk.page.locator("#slots")).to_be_focused()
    await expect(times).to_have_text(before)


async def test_for_somebody_else_on_site_with_a_need(context: BrowserContext, shop: Shop, caller: Wire) -> None:
    """R52, R53: proxy and need are kept; the channel is what the officer says."""
    desk = await open_desk(context, shop)
    page = desk.page
    await desk.search(PHONE)
    await expect(page.locator("#who-count")).to_have_text("没有查到预约")
    await desk.press("F4")
    await page.locator("[name=channel][value=onsite]").check()
    await page.locator("#seek").focus()
    await desk.type(ITEM)
    await expect(page.locator("#items [aria-selected=true]")).to_be_visible()
    await desk.press("Enter")
    await expect(page.locator("#slots")).to_be_focused()
    await desk.press("Enter")
    await expect(page.locator("#person [name=name]")).to_be_focused()
    await desk.type("李奶奶")
    await page.locator("#proxied").check()
    await expect(page.locator("[name=proxy_name]")).to_be_focused()
    await expect(page.locator("[name=proxy_phone]")).to_have_value(PHONE)
    await desk.type("张小三")
    await page.locator("[name=need]").select_option("wheelchair")
    await page.locator("#confirm").press("Enter")
    await expect(page.locator("#card-tags")).to_contain_text("轮椅")
    await expect(page.locator("#card-tags")).to_contain_text("代办：张*三 139****5678")
    await expect(page.locator("#card-tags")).to_contain_text("现场预约")
    await desk.press("F3")
    await expect(page.locator("#card-visitor")).to_contain_text("李奶奶")
    code = (await page.locator("#card-code").inner_text()).replace(" ", "")
    chief = Wire(shop, "supervisor")
    journal = chief.ask(f"{chief.hall}/journal")["rows"]
    chief.http.close()
    assert "person_shown" in [row["action"] for row in journal]
    assert caller.ask(f"/appointments/{code}")["channel"] == "onsite"


async def test_a_full_day_has_a_waiting_list(context: BrowserContext, shop: Shop) -> None:
    async def full(route: Route) -> None:
        answer = await route.fetch()
        body = await answer.json()
        for slot in body["slots"]:
            if slot["day"] == body["slots"][0]["day"]:
                slot |= {"free": 0, "why": "full"}
        await route.fulfill(response=answer, json=body)

    await context.route("**/slots?**", full)
    desk = await open_desk(context, shop)
    await desk.search(PHONE)
    await to_times(desk)
    await desk.press("ArrowLeft")  # the first free day is marked; the full one is before it
    await expect(desk.page.locator("#slots [aria-selected=true]")).to_contain_text("加入候补")
    await desk.press("Enter")
    await expect(desk.page.locator("#person [name=name]")).to_be_focused()
    await desk.type("张小三")
    await desk.press("Enter")
    await desk.says("已加入候补，前面还有 0 人")
    await expect(desk.page.locator("#who")).to_be_focused()


async def test_who_is_barred_is_seen_before_he_books_and_freed(
    context: BrowserContext, shop: Shop, caller: Wire
) -> None:
    visitor = Wire(shop)
    for _ in range(5):
        visitor.post(f"/appointments/{caller.book()}/cancel", phone=PHONE)
    visitor.http.close()
    desk = await open_desk(context, shop)
    await desk.search(PHONE)
    band = desk.page.locator("#bands [data-kind=barred]")
    await expect(band).to_contain_text("多次取消预约")
    await to_times(desk)
    await expect(band).to_be_visible()
    await desk.press("Escape", "Escape")
    await expect(desk.page.locator("#card")).to_be_visible()
    await desk.press("F8")
    await expect(desk.page.locator("#lift-reason")).to_be_focused()
    await desk.press("Enter")
    await expect(desk.page.locator("#lift-message")).to_have_text("请写明解除的理由")
    await desk.page.wait_for_timeout(700)  # two presses at once are one
    await desk.type("因住院取消")
    await desk.press("Enter")
    await desk.says(re.compile("已解除限制："))
    await expect(band).to_have_count(0)


async def test_a_question_is_written_down_and_called_back(context: BrowserContext, shop: Shop) -> None:
    """R12."""
    desk = await open_desk(context, shop)
    page = desk.page
    await expect(page.locator("#enquiries-none")).to_be_visible()
    await desk.search(PHONE)
    await desk.press("F9")
    await expect(page.locator("#question")).to_be_focused()
    await desk.press("Enter")
    await expect(page.locator("#register-message")).not_to_be_empty()  # what is missing is said
    await page.wait_for_timeout(700)  # two presses at once are one
    await desk.type("补办社保卡要几天？")
    await desk.press("Tab")
    await desk.type("第一小学")
    await desk.press("Tab")
    await desk.type("张小三")
    await expect(page.locator("#caller-phone")).to_have_value(PHONE)
    await desk.press("Enter")
    await desk.says(re.compile(r"已登记咨询 LX\d{8}-0001，24 小时内回电"))
    row = page.locator("#enquiries button")
    await expect(row).to_contain_text("张*三 139****5678 · 第一小学")
    await expect(row).to_have_attribute("data-state", "open")

    await desk.search(PHONE)
    await expect(page.locator("#bands [data-kind=asked]")).to_contain_text("此人在等回电")
    await desk.press("F10")
    await expect(row).to_be_focused()
    await desk.press("Enter")
    await expect(page.locator("#answer-phone")).to_have_text(PHONE)
    await expect(page.locator("#answer")).to_be_focused()
    await desk.type("5个工作日")
    await page.locator("#answer-later").press("Enter")
    await desk.says(re.compile("已记下答复，仍待回电"))
    await expect(row).to_contain_text("已有答复")
    await desk.press("F10", "Enter")
    await expect(page.locator("#answer")).to_be_focused()
    await expect(page.locator("#answer")).to_have_value("5个工作日")
    await desk.press("Enter")
    await desk.says(re.compile("已回电办结"))
    await expect(page.locator("#enquiries-none")).to_be_visible()


async def test_what_is_overdue_stands_first_and_a_colleague_takes_it_on(
    context: BrowserContext, shop: Shop, caller: Wire
) -> None:
    """R12, R32."""
    for name in ("王小五", "赵小六"):
        caller.post(f"{caller.hall}/enquiries", question=f"{name}的事几时办好？", name=name, phone=PHONE)

    async def later(route: Route) -> None:
        """It is 25 hours later for the first one."""
        answer = await route.fetch()
        body = await answer.json()
        body["enquiries"][0] |= {"call_back_by": "2020-01-01T00:00:00+08:00", "overdue": True}
        await route.fulfill(response=answer, json=body | {"overdue": 1})

    await context.route("**/enquiries", later)
    desk = await open_desk(context, shop, "guide")
    await expect(desk.page.locator("#enquiries-count")).to_have_text("2 条，1 条超时")
    first = desk.page.locator("#enquiries button").first
    await expect(first).to_have_attribute("data-state", "late")
    await expect(first).to_contain_text("已超时")
    await desk.press("F10", "ArrowDown")
    await expect(desk.page.locator("#enquiries button").last).to_be_focused()
    await desk.press("ArrowUp", "Enter")
    await expect(desk.page.locator("#answer-phone")).to_have_text(PHONE)
    await desk.page.locator("#answer-take").press("Enter")
    await desk.says(re.compile("改由您负责回电"))
    await expect(desk.page.locator("#answer-take")).to_be_hidden()
    await desk.press("Escape")
    await expect(first).to_contain_text("由我回电")


async def test_a_dead_network_keeps_nothing_and_says_so(context: BrowserContext, shop: Shop, caller: Wire) -> None:
    desk = await open_desk(context, shop)
    await desk.search(PHONE)
    await to_times(desk)
    await desk.press("Enter")
    await expect(desk.page.locator("#person [name=name]")).to_be_focused()
    await desk.type("张小三")
    await context.set_offline(True)
    await expect(desk.page.locator("#away")).to_contain_text("网络中断")
    await desk.press("Enter")
    await desk.says("网络中断，按键未发送，恢复后也不会补发", "unsent")
    await context.set_offline(False)
    await expect(desk.page.locator("#away")).to_be_hidden()
    assert caller.ask(f"{caller.hall}/callers", q=PHONE)["appointments"] == []
    await desk.press("Enter")
    await desk.says("已预约，短信已发。请把预约码念给来电人")


async def test_what_cannot_be_is_said_where_it_happens(context: BrowserContext, shop: Shop, caller: Wire) -> None:
    desk = await open_desk(context, shop)
    for words, said in (("12345", "电话号码格式不正确"), ("2222AAAA", "没有这个预约码"), ("张三😀", "姓名只能是文字")):
        await desk.search(words)
        await desk.says(re.compile(said), "error")
    caller.book(0)
    await desk.search(PHONE)
    await expect(desk.page.locator("#card")).to_be_visible()
    await desk.press("F4")
    await desk.type("S-001")
    await expect(desk.page.locator("#items [aria-selected=true]")).to_contain_text("不用预约")
    await desk.press("Enter")
    await desk.says(re.compile("直接到大厅取号"), "error")
    await desk.press("Escape")
    await to_times(desk)
    await desk.press("Enter")
    await expect(desk.page.locator("#person [name=name]")).to_be_focused()
    await desk.type("张小三")
    await desk.press("Enter")
    await desk.says(re.compile("当天已预约此事项"), "error")


async def test_a_clerk_is_told_whose_desk_it_is(context: BrowserContext, shop: Shop) -> None:
    page = await context.new_page()
    password = {"username": "3", "password": shop.passwords["clerk"]}
    assert (await context.request.post(f"{shop.server.base}/api/v1/session", data=password)).ok
    await page.goto(f"{shop.server.base}/phone")
    await expect(page.locator("#refused")).to_contain_text("没有电话预约台的权限")


async def test_an_enquiry_that_comes_late_does_not_come_over_another(
    context: BrowserContext, shop: Shop, caller: Wire
) -> None:
    for name in ("王小五", "赵小六"):
        caller.post(f"{caller.hall}/enquiries", question=f"{name}的事几时办好？", name=name, phone=PHONE)
    late, first = Late(), re.compile(r"/enquiries/LX\d{8}-0001$")

    await context.route(first, late)
    page = (await open_desk(context, shop)).page
    async with page.expect_request(first):
        await page.locator("#enquiries button", has_text="王小五").click()
    await page.locator("#enquiries button", has_text="赵小六").click()
    await expect(page.locator("#answer")).to_be_focused()
    await page.keyboard.type("5个工作日")
    async with page.expect_response(first) as answer:
        late.let_go.set()
    await (await answer.value).finished()
    await page.evaluate("() => new Promise(requestAnimationFrame)")
    await expect(page.locator("#answer-question")).to_contain_text("赵小六")
    await expect(page.locator("#answer")).to_have_value("5个工作日")
