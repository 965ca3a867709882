"""The console in a real browser: by keyboard alone, second thoughts, two tabs, a dead network, somebody else's hand."""

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from keyed import answered
from late import Late
from playwright.async_api import Browser, BrowserContext, Page, Route, expect
from shop import Shop

pytestmark = pytest.mark.anyio

DOCKED, LOW = (360, 600), (1024, 600)


class Hall:
    """The hall behind the page, as its supervisor moves it."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.chief = httpx.Client(base_url=f"{shop.server.base}/api/v1", timeout=30)
        account = {"username": "supervisor", "password": shop.passwords["supervisor"]}
        self.chief.headers["x-csrftoken"] = self.chief.post("/session", json=account).json()["csrf"]

    def issue(self, **wish: Any) -> str:
        said = self.chief.post(f"/halls/{self.shop.hall}/tickets", json={"channel": "desk", "item": "S-001"} | wish)
        return str(said.raise_for_status().json()["number"])

    def window(self, number: str) -> dict[str, Any]:
        windows = self.chief.get(f"/halls/{self.shop.hall}").json()["windows"]
        return dict(next(window for window in windows if window["number"] == number))

    def desk(self, number: str) -> dict[str, Any]:
        return dict(self.chief.get(f"/windows/{self.window(number)['id']}").json())


@pytest.fixture
def hall(shop: Shop) -> Iterator[Hall]:
    made = Hall(shop)
    yield made
    made.chief.close()


async def sign_in(page: Page, hall: Hall, number: str = "3") -> None:
    await page.goto(f"{hall.shop.server.base}/console")
    await expect(page.locator("#submit")).to_be_enabled()
    await page.locator("#username").press_sequentially(number)
    await page.keyboard.press("Tab")
    await page.keyboard.type(hall.shop.passwords["clerk"])
    await page.keyboard.press("Enter")


async def open_console(context: BrowserContext, hall: Hall, number: str = "3") -> Page:
    """A clerk at his open window."""
    page = await context.new_page()
    await sign_in(page, hall, number)
    await expect(page.locator("#choose-filter")).to_be_focused()
    await page.keyboard.press("Enter")  # his own window is proposed
    await expect(page.locator("#window-number")).to_have_text(number)
    return page


async def does(page: Page, key: str, said: str) -> None:
    """Press a key; the page says what came of it, and the keyboard has a place on it."""
    await page.keyboard.press(key)
    await expect(page.locator("#message")).to_contain_text(said)
    await expect(page.locator("body")).not_to_be_focused()


async def recall_until_missed(page: Page) -> None:
    for done in ("1/2", "2/2"):
        async with asyncio.timeout(20):  # pressed twice within a moment it is one press
            while done not in await page.locator("#recalled").inner_text():
                await page.keyboard.press("F3")
                await answered(page)
    await expect(page.locator("[data-act=miss]")).to_be_enabled()


async def test_a_whole_case_by_keyboard_alone(context: BrowserContext, hall: Hall) -> None:
    for _ in range(3):
        hall.issue()
    page = await open_console(context, hall)
    await does(page, "F2", "已呼叫 A001 号")
    await does(page, "F5", "现在不能")
    await does(page, "F4", "A001 号开始办理")
    await does(page, "F7", "A001 号已挂起")
    for _ in range(20):  # to the parked visitor's button
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.closest('#parked') !== null"):
            break
    await does(page, "Enter", "A001 号恢复办理")

    await page.keyboard.press("F8")
    await expect(page.locator("#transfer")).to_be_visible()
    await expect(page.locator("#transfer-filter")).to_be_focused()
    for _ in range(12):  # what lies under a panel is out of reach
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.closest('#desk, header') === null")
    await page.keyboard.press("Escape")
    await does(page, "F2", "A001 号已办结，已呼叫 A002 号")

    await page.keyboard.press("/")
    await page.keyboard.type("a003")
    await page.keyboard.press("Enter")
    await expect(page.locator("#found")).to_contain_text("等候中")
    await recall_until_missed(page)
    await does(page, "F6", "A002 号已过号")

    await page.locator("#next [data-stop]").first.focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("#missed button")).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("#next li")).to_be_focused()
    await page.keyboard.press("End")
    await does(page, "Enter", "A002 号已重新排队")
    await page.keyboard.press("?")
    await expect(page.locator("#keys")).to_contain_text("F10")
    await page.keyboard.press("Escape")

    await page.keyboard.press("F10")
    await expect(page.locator("#pausing")).to_be_visible()
    await does(page, "Enter", "已暂停服务")
    await does(page, "F2", "已开窗")
    assert [ticket["number"] for ticket in hall.desk("3")["next"]] == ["A003", "A002"]


async def test_who_types_faster_than_the_list_comes_opens_his_window(context: BrowserContext, hall: Hall) -> None:
    late = Late()

    page = await context.new_page()
    await page.route("**/api/v1/halls/small", late)
    await sign_in(page, hall)
    await page.locator("#choose-filter").fill("1")
    await page.keyboard.press("Enter")
    late.let_go.set()
    await expect(page.locator("#window-number")).to_have_text("1")


async def test_the_window_planned_for_him_is_proposed(context: BrowserContext, hall: Hall) -> None:
    """R49: whoever was moved finds his new window proposed, before the one that his name says."""
    plan = (
        "INSERT INTO seat (hall_id, staff_id, window_id, since) SELECT w.hall_id, s.id, w.id, '2020-01-01' "
        'FROM staff s JOIN piccolo_user u ON u.id = s.user_id JOIN "window" w ON w.hall_id = s.hall_id '
        "WHERE u.username = '3' AND w.number = '5'"
    )
    with closing(sqlite3.connect(hall.shop.directory / "paihao.db")) as database, database:
        assert database.execute(plan).rowcount == 1
    page = await context.new_page()
    await sign_in(page, hall)
    await expect(page.locator("#choose-filter")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#window-number")).to_have_text("5")


async def test_the_last_step_is_taken_back(context: BrowserContext, hall: Hall) -> None:
    for _ in range(3):
        hall.issue()
    page = await open_console(context, hall)
    undo = page.locator("#undo")
    await does(page, "F2", "已呼叫 A001 号")
    await expect(undo).to_be_hidden()  # it has been heard
    await does(page, "F4", "开始办理")
    await does(page, "F5", "A001 号已办结")
    await expect(undo).to_contain_text(re.compile(r"撤销 A001（\d+）"))
    await does(page, "Control+z", "已撤销，A001 号回到“办理中”")
    await expect(undo).to_be_hidden()
    await does(page, "Control+z", "没有可以撤销的操作")

    await does(page, "F2", "A001 号已办结，已呼叫 A002 号")
    await expect(undo).to_be_hidden()  # somebody else is on his way
    await recall_until_missed(page)
    await does(page, "F6", "A002 号已过号")
    await undo.click()
    await expect(page.locator("#message")).to_contain_text("A002 号回到“已叫号”")
    assert hall.desk("3")["here"]["number"] == "A002"


async def test_the_newest_tab_works(context: BrowserContext, hall: Hall) -> None:
    hall.issue()
    old = await open_console(context, hall)
    asked: list[str] = []
    old.on("request", lambda request: asked.append(request.url))
    new = await context.new_page()
    await new.goto(f"{hall.shop.server.base}/console")
    await expect(new.locator("#window-number")).to_have_text("3")
    await expect(old.get_by_text("已在另一个标签页打开")).to_be_visible()
    await expect(old.get_by_role("button", name="在此继续")).to_be_focused()
    asked.clear()
    await old.keyboard.press("F2")
    await does(new, "F2", "已呼叫 A001 号")
    assert asked == []

    await old.keyboard.press("Enter")
    await expect(old.locator("#here-number")).to_have_text("A001")
    await expect(new.locator("#elsewhere")).to_be_visible()
    await does(old, "F4", "A001 号开始办理")


async def test_what_is_pressed_without_a_network_is_never_sent(context: BrowserContext, hall: Hall) -> None:
    hall.issue()
    page = await open_console(context, hall)
    await expect(page.locator("#next")).to_contain_text("A001")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    await context.set_offline(True)
    await does(page, "F2", "网络中断，按键未发送")
    await expect(page.locator("#away")).to_contain_text("网络中断")
    await context.set_offline(False)
    await expect(page.locator("#away")).to_be_empty()
    assert sent == []
    assert hall.desk("3")["here"] is None
    await does(page, "F2", "已呼叫 A001 号")


@pytest.mark.parametrize("arrives", [True, False])
async def test_where_no_answer_came_the_page_asks_what_happened(
    context: BrowserContext, hall: Hall, arrives: bool
) -> None:
    """Before anything else can be pressed; what did not come to anything then never will."""
    for _ in range(2):
        hall.issue()
    seen: list[dict[str, str]] = []
    asked = asyncio.Event()

    async def dead(route: Route) -> None:
        seen.append(route.request.headers)
        if arrives and len(seen) == 1:
            await route.fetch()
        if "idempotency-withdraw" in seen[-1] and asked.is_set():
            await route.continue_()
        else:
            await route.abort()

    await context.route("**/call-next", dead)  # before there is a page: one that is open may still get by
    page = await open_console(context, hall)
    await does(page, "F2", "正在核对")
    await does(page, "F10", "正在核对")
    await expect(page.locator("#pausing")).to_be_hidden()
    asked.set()
    if arrives:
        await expect(page.locator("#message")).to_contain_text("已呼叫 A001 号")
    else:
        await expect(page.locator("#message")).to_contain_text("没有办成")
    here = hall.desk("3")["here"]
    assert (here and here["number"]) == ("A001" if arrives else None)
    assert len({headers["idempotency-key"] for headers in seen}) == 1


async def test_a_supervisor_closes_the_window_under_the_clerk(context: BrowserContext, hall: Hall) -> None:
    page = await open_console(context, hall)
    hall.chief.post(f"/windows/{hall.window('3')['id']}/close").raise_for_status()
    await expect(page.locator("#message")).to_contain_text("由值班长或另一台电脑关闭")
    await expect(page.locator("#next-label")).to_have_text("开窗")
    await does(page, "F2", "已开窗")
    assert hall.window("3")["officer"] is not None


async def test_who_stands_in_front_is_shown_as_he_needs(context: BrowserContext, hall: Hall) -> None:
    hall.issue(
        language="en", need="wheelchair", name="张小三", phone="13812345678", priority="elderly", reason="行动不便"
    )
    page = await open_console(context, hall)
    await expect(page.locator("#next")).to_contain_text("英语接待 · 轮椅")
    await does(page, "F2", "已呼叫 A001 号")
    await expect(page.locator("#here-tags")).to_contain_text("英语接待")
    await expect(page.locator("#here-tags")).to_contain_text("轮椅")
    await expect(page.locator("#here-visitor")).to_contain_text("张*三 138****5678")
    await expect(page.locator("#here-visitor")).to_contain_text("导办台取号")
    await does(page, "F4", "开始办理")
    await does(page, "F5", "已办结")
    await expect(page.locator("#own-day")).to_contain_text("今日已办 1 件")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_acts_are_in_sight_and_nothing_is_in_anybodys_way(
    browser: Browser, hall: Hall, language: str
) -> None:
    for _ in range(9):
        hall.issue(need="wheelchair", language="en", name="张小三", phone="13812345678")
    context = await browser.new_context(locale=language, bypass_csp=True, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    page = await open_console(context, hall)
    for _ in range(2):
        await page.keyboard.press("F2")
        await expect(page.locator("#here")).to_have_attribute("data-status", "called")
        await expect(page.locator("[data-act=next]")).not_to_have_attribute("aria-busy", "true")
        await page.keyboard.press("F7")
        await expect(page.locator("#here")).to_have_attribute("data-status", "none")
        await expect(page.locator("#undo")).to_be_visible()
        await expect(page.locator("[data-act=park]")).not_to_have_attribute("aria-busy", "true")
    await page.keyboard.press("F2")
    await expect(page.locator("#here")).to_have_attribute("data-status", "called")
    for width, height in (DOCKED, LOW):
        await page.set_viewport_size({"width": width, "height": height})
        room = await page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        assert room == [width, height]
        lowest = (
            "Math.max(...[...document.querySelectorAll('[data-act]')].map((b) => b.getBoundingClientRect().bottom))"
        )
        assert await page.evaluate(lowest) <= height
        await keep_clear(page)
        await page.keyboard.press("?")
        await keep_clear(page)
        await page.keyboard.press("Escape")
    second = await context.new_page()
    await second.goto(f"{hall.shop.server.base}/console?dock=1")
    await expect(page.locator("#elsewhere")).to_be_visible()
    await keep_clear(page)
    await context.close()


async def keep_clear(page: Page) -> None:
    await page.add_script_tag(path=AXE_FILE_PATH)
    found: dict[str, Any] = await page.evaluate("axe.run({resultTypes: ['violations']})")
    assert [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found["violations"]] == []
