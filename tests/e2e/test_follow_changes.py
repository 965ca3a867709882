"""Pages that are open follow a change of the hall within two seconds, and leave in peace whoever uses them."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from urllib.parse import parse_qs, urlsplit

import pytest
from counter import new_visitor, open_desk
from day import Day
from following import LISTEN, followed, soon
from house import ZONE
from officers import supervise
from playwright.async_api import Browser, BrowserContext, Locator, Page, Route, expect
from shop import Shop

pytestmark = pytest.mark.anyio

CLOSED = {"reason": "停电检修", "reason_en": "Power cut"}
RENAME = "UPDATE item SET name = '失业金申领' WHERE code = 'S-002'"
REMOVE = "UPDATE item SET code = 'S-999' WHERE code = 'S-002'"


class Office:
    """Whoever changes the hall: through the routes there are, or a row in the database with the notice that follows."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.day = Day(shop)
        self.hall = f"/halls/{shop.hall}"

    def change(self, statement: str) -> None:
        with closing(sqlite3.connect(self.shop.directory / "paihao.db", timeout=20)) as connection, connection:
            connection.execute(statement)
        self.day.chief.post(f"{self.hall}/ticker", json={"text": "通知"}).raise_for_status()

    def window(self, number: str, act: str) -> None:
        (path,) = (f"/windows/{one['id']}/{act}" for one in self.day.windows if one["number"] == number)
        self.day.chief.post(path).raise_for_status()

    def days(self) -> list[str]:
        """The days with something free, in order."""
        slots = self.day.chief.get(f"{self.hall}/slots", params={"item": "S-002"}).raise_for_status().json()["slots"]
        return sorted({slot["day"] for slot in slots if slot["free"]})

    def close(self, day: str) -> None:
        wish = CLOSED | {"day": day, "appointments": "cancel"}
        self.day.chief.post(f"{self.hall}/closures", json=wish).raise_for_status()

    def reopen(self, day: str) -> None:
        self.day.chief.delete(f"{self.hall}/closures", params={"day": day}).raise_for_status()


@pytest.fixture
def office(shop: Shop) -> Iterator[Office]:
    made = Office(shop)
    with made.day:
        yield made


@pytest.fixture
async def listening(context: BrowserContext) -> BrowserContext:
    """Pages of which one can know that they listen."""
    await context.add_init_script(LISTEN)
    return context


async def kiosk(context: BrowserContext, shop: Shop) -> Page:
    page = await context.new_page()
    await page.goto(shop.kiosk)
    await expect(page.locator("[data-screen=start]")).to_be_visible()
    await followed(page)
    return page


def item(page: Page, name: str) -> Locator:
    return page.locator(".tile:visible", has_text=name)


async def test_the_kiosk_follows_windows_and_names(listening: BrowserContext, office: Office) -> None:
    page = await kiosk(listening, office.shop)
    now = page.locator("[data-screen=start] [data-slot=now]")
    office.window("3", "open")
    async with soon():
        await expect(now).to_contain_text("开放窗口 1 个")
    office.window("3", "close")  # the line's last one
    async with soon():
        await expect(now).to_contain_text("开放窗口 0 个")
    await page.locator("[data-go=departments]:visible").first.click()
    await item(page, "人力资源").click()
    await item(page, "养老保险").focus()
    office.change(RENAME)
    async with soon():
        await expect(item(page, "失业金申领")).to_be_visible()
    await expect(item(page, "养老保险")).to_be_focused()
    await expect(page.locator("[data-screen=items]")).to_be_visible()


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "您刚才看的事项有变动"), ("en", "has changed")])
async def test_the_kiosk_leads_back_from_an_item_that_is_gone(
    listening: BrowserContext, office: Office, language: str, words: str
) -> None:
    page = await kiosk(listening, office.shop)
    if language == "en":
        await page.locator("[data-do=language]").click()
        await expect(page.locator("html")).to_have_attribute("lang", "en")
    await page.locator("[data-go=departments]:visible").first.click()
    await item(page, "人力资源").click()
    await item(page, "失业保险金申领").click()
    await expect(page.locator("[data-screen=confirm]")).to_be_visible()
    office.change("UPDATE item SET name = '失业金申领' WHERE code = 'S-002'")
    await expect(page.locator("[data-screen=confirm] [data-slot=name]")).to_have_text("失业金申领")
    office.change(REMOVE)
    async with soon():
        await expect(page.locator("[data-told]")).to_contain_text(words)
    await expect(page.locator("[data-screen=items]")).to_be_visible()
    await item(page, "养老保险").click()
    await expect(page.locator("[data-told]")).to_be_empty()
    await expect(page.locator("[data-screen=confirm] [data-slot=name]")).to_have_text("养老保险参保登记")


async def test_what_is_typed_at_the_kiosk_stays(listening: BrowserContext, office: Office) -> None:
    page = await kiosk(listening, office.shop)
    await page.locator("[data-go=search]:visible").first.click()
    await page.keyboard.type("sy")
    await expect(item(page, "失业保险金申领")).to_be_visible()
    office.change(RENAME)
    async with soon():
        await expect(item(page, "失业金申领")).to_be_visible()
    await expect(page.locator("#words")).to_have_value("sy")
    await expect(page.locator("#words")).to_be_focused()


class Slow:
    """The answers about items, each held until it is let go: ``asked`` are the words, or the department, in order."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._held: dict[str, asyncio.Event] = {}

    async def __call__(self, route: Route) -> None:
        ((name, values),) = parse_qs(urlsplit(route.request.url).query, keep_blank_values=True).items()
        if name != "cursor":
            self.asked += values
        await self._gate(values[0]).wait()
        await route.continue_()

    def _gate(self, words: str) -> asyncio.Event:
        return self._held.setdefault(words, asyncio.Event())

    def answer(self, *words: str) -> None:
        for one in words:
            self._gate(one).set()


@pytest.mark.parametrize("touched", [False, True])
async def test_who_types_faster_than_the_search_comes_loses_no_letter(
    listening: BrowserContext, office: Office, touched: bool
) -> None:
    """Neither on the start nor after the touch that leads there; and no late answer takes the place of a newer one."""
    slow = Slow()
    await listening.route("**/items?q=*", slow)
    page = await kiosk(listening, office.shop)
    if touched:
        await page.locator(".door[data-go=search]").click()
    await page.keyboard.type("sy")
    await page.evaluate("dispatchEvent(new Event('resize'))")  # the screen is laid out anew
    await page.keyboard.type("xb")
    await page.keyboard.press("Backspace")
    await page.keyboard.press("Backspace")
    await page.keyboard.type("b")
    slow.answer("syb")
    await expect(page.locator("#words")).to_be_focused()
    await expect(page.locator("#words")).to_have_value("syb")
    slow.answer(*slow.asked)
    await expect(item(page, "失业保险金申领")).to_be_visible()
    async with page.expect_request("**/items?q=sybz"):  # it goes on, whatever came late
        await page.keyboard.type("z")
    slow.answer("sybz")
    await expect(page.locator("[data-screen=search] [data-slot=found]")).to_contain_text("没有找到“sybz”")


async def test_who_goes_back_before_the_search_comes_stays(listening: BrowserContext, office: Office) -> None:
    slow = Slow()
    await listening.route("**/items?q=*", slow)
    page = await kiosk(listening, office.shop)
    await page.keyboard.type("s")
    await page.keyboard.press("Escape")
    slow.answer("s")
    await page.keyboard.type("ybx")
    slow.answer("y", "yb", "ybx")
    await expect(page.locator("#words")).to_have_value("ybx")


async def test_boards_and_officers_see_a_window_close(context: BrowserContext, office: Office) -> None:
    shop = office.shop
    office.window("3", "open")
    board, strip = await context.new_page(), await context.new_page()
    await board.goto(shop.board)
    await strip.goto(f"{shop.server.base}/window/{shop.hall}/3")
    chief = await supervise(context, shop)
    desk = await open_desk(await _another(context), shop)
    await new_visitor(desk, "S-001", "养老保险参保登记")
    tile = chief.locator(".tile", has=chief.locator("b", has_text=re.compile("^3$")))
    for place in (board.locator("#nobody"), desk.locator("#way-windows", has_text="3")):
        await expect(place).to_be_visible()
    await expect(strip.locator("body")).to_have_attribute("data-state", "free")
    await expect(tile).to_have_attribute("data-state", "free")
    office.window("3", "close")
    async with soon():
        await expect(board.locator("#shut")).to_be_visible()
        await expect(strip.locator("body")).to_have_attribute("data-state", "closed")
    await expect(tile).to_have_attribute("data-state", "closed")
    await expect(desk.locator("#way-windows")).to_have_text("暂无窗口开启")
    await expect(desk.locator("#seek")).to_have_value("S-001")


async def _another(context: BrowserContext) -> BrowserContext:
    """Another officer's browser."""
    assert context.browser is not None
    return await context.browser.new_context(locale="zh-CN", timezone_id=ZONE)


@asynccontextmanager
async def booking(browser: Browser, shop: Shop, query: str, language: str = "zh-CN") -> AsyncIterator[Page]:
    context = await browser.new_context(locale=language, viewport={"width": 360, "height": 640})
    context.set_default_timeout(20_000)
    await context.add_init_script(LISTEN)
    page = await context.new_page()
    await page.goto(f"{shop.server.base}/book/{shop.hall}{query}")
    await followed(page)
    yield page
    await context.close()


@pytest.mark.parametrize(
    ("language", "told", "why"),
    [("zh-CN", "可预约时间有变化，已更新", "停电检修"), ("en", "The times you can book have changed", "Power cut")],
)
async def test_a_closed_day_leaves_the_days_and_comes_back(
    browser: Browser, office: Office, language: str, told: str, why: str
) -> None:
    first, *_, last = office.days()
    async with booking(browser, office.shop, "?item=S-002", language) as page:
        focused = page.locator(f'.week a[href$="day={first}"]')
        await focused.focus()
        office.close(last)
        async with soon():
            await expect(page.locator(".week")).to_contain_text(why)
        await expect(page.locator("#told")).to_contain_text(told)
        await expect(focused).to_be_focused()
        await expect(page.locator(f'.week a[href$="day={last}"]')).to_have_count(0)
        office.reopen(last)  # planned anew before anybody is told
        async with soon():
            await expect(page.locator(f'.week a[href$="day={last}"]')).to_be_visible()


async def test_who_looks_at_the_times_of_a_day_that_closes_is_led_to_the_days(browser: Browser, office: Office) -> None:
    last = office.days()[-1]
    async with booking(browser, office.shop, f"?item=S-002&day={last}") as page:
        await page.locator(".times button").first.focus()
        office.close(last)
        async with soon():
            await expect(page.get_by_role("heading", name="哪一天来？")).to_be_visible()
        await expect(page.get_by_role("alert")).to_contain_text("这一天不能预约")
        await expect(page.get_by_role("alert")).to_be_focused()
        assert "哪一天来？" in await page.title()


async def test_items_change_and_what_is_typed_stays(browser: Browser, office: Office) -> None:
    async with booking(browser, office.shop, "") as page:
        search = page.get_by_label("搜索事项")
        await search.press_sequentially("sy")
        await expect(page.locator("#found h2")).to_have_text("找到1项")
        office.change(RENAME)
        async with soon():
            await expect(page.locator("#found li")).to_contain_text(["失业金申领"])
        await expect(page.locator("#told")).to_have_text("可预约事项有变化，已更新")
        await expect(search).to_have_value("sy")
        await expect(search).to_be_focused()
        await search.press_sequentially("bx")
        await expect(page.locator("#found h2")).to_contain_text("找到")


async def test_a_form_that_is_being_filled_in_is_left_alone(browser: Browser, office: Office) -> None:
    last = office.days()[-1]
    async with booking(browser, office.shop, f"?item=S-002&day={last}") as page:
        await page.locator(".times button").first.click()
        name = page.get_by_label("姓名", exact=True)
        await name.fill("张小三")
        await followed(page)
        edition = await page.locator("main").get_attribute("data-edition")
        office.change("UPDATE item SET name = '养老保险登记' WHERE code = 'S-001'")
        await expect(page.locator("main")).not_to_have_attribute("data-edition", str(edition))
        await expect(page.locator("#told")).to_be_empty()
        office.close(last)
        async with soon():
            await expect(page.locator("#told")).not_to_be_empty()
        await expect(name).to_have_value("张小三")
        await expect(name).to_be_focused()


async def test_windows_that_open_and_close_disturb_nobody_who_books(browser: Browser, office: Office) -> None:
    async with booking(browser, office.shop, "?item=S-002") as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        office.window("3", "open")
        office.window("3", "close")
        office.change(RENAME)
        await expect(page.locator(".about")).to_contain_text("失业金申领")
        assert len(asked) == 1


async def test_a_lost_server_is_found_again(browser: Browser, office: Office) -> None:
    server = office.shop.server
    async with booking(browser, office.shop, "?item=S-002") as page:
        server.kill()
        with closing(sqlite3.connect(office.shop.directory / "paihao.db", timeout=20)) as connection, connection:
            connection.execute(RENAME)
        server.start()
        await expect(page.locator(".about")).to_contain_text("失业金申领")


async def test_without_scripts_the_pages_are_as_before(browser: Browser, office: Office) -> None:
    context = await browser.new_context(locale="zh-CN", java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{office.shop.server.base}/book/{office.shop.hall}?item=S-002")
    await page.locator(".week a").last.click()
    await page.locator(".times button").last.click()
    await expect(page.get_by_role("heading", name="谁来办？")).to_be_visible()
    await context.close()
