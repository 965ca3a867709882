"""Kiosk -> console -> board in a real browser, and a board that loses and regains its server."""

import asyncio
import re
from typing import Any

import pytest
from keyed import answered
from playwright.async_api import BrowserContext, Page, Route, expect
from shop import Shop

pytestmark = pytest.mark.anyio


async def take_number(page: Page, department: str, item: str) -> str:
    """Walk through the kiosk by touch; gives the number on the last screen."""
    await page.locator(".door[data-go=departments]").click()
    await page.get_by_role("button", name=re.compile(department)).click()
    await page.get_by_role("button", name=re.compile(item)).click()
    return await confirm(page)


async def confirm(page: Page) -> str:
    await page.locator("[data-slot=take]").click()
    number = page.locator("[data-screen=ticket] [data-slot=number]")
    await expect(number).to_be_visible()
    await expect(number).to_have_text(re.compile(r"^[A-Z]+\d{3}$"))
    text = await number.inner_text()
    await page.get_by_role("button", name="完成").click()
    return text


async def open_window(context: BrowserContext, shop: Shop, number: str) -> Page:
    """A clerk signs in and opens his window, by keyboard alone."""
    page = await context.new_page()
    await page.goto(f"{shop.server.base}/console")
    await expect(page.locator("#submit")).to_be_enabled()
    await page.locator("#username").press_sequentially(number.lower())
    await page.keyboard.press("Tab")
    await page.keyboard.type(shop.passwords["clerk"])
    await page.keyboard.press("Enter")
    await page.locator("#choose-filter").fill(number)
    await page.keyboard.press("Enter")
    await expect(page.locator("#window-number")).to_have_text(number)
    return page


async def press(console: Page, key: str, status: str) -> None:
    """Press a key, and see the ticket in front of the window change."""
    await console.keyboard.press(key)
    await expect(console.locator("#here")).to_have_attribute("data-status", status)
    await answered(console)


async def press_until(console: Page, key: str, place: str, text: str) -> None:
    """Press a key until it counts: pressed twice within a moment it is one press."""
    async with asyncio.timeout(20):
        while text not in await console.locator(place).inner_text():
            await console.keyboard.press(key)
            await answered(console)


async def open_board(context: BrowserContext, shop: Shop) -> Page:
    """A board that writes down each call it is told of."""
    page = await context.new_page()
    await page.add_init_script("window.heard = []; addEventListener('paihao:call', (e) => heard.push(e.detail.number))")
    await page.goto(shop.board)
    await expect(page.locator("#lines .line").or_(page.locator(".calm:visible")).first).to_be_visible()
    return page


async def heard(board: Page) -> list[str]:
    numbers: list[str] = await board.evaluate("heard")
    return numbers


async def test_from_the_kiosk_over_the_console_to_the_board(context: BrowserContext, shop: Shop) -> None:
    kiosk = await context.new_page()
    await kiosk.goto(shop.kiosk)
    board = await open_board(context, shop)
    console = await open_window(context, shop, "3")
    first = await take_number(kiosk, "人力资源", "养老保险参保登记")
    second = await take_number(kiosk, "人力资源", "失业保险金申领")
    assert (first, second) == ("A001", "A002")
    await expect(console.locator("#next")).to_contain_text(first)

    await console.keyboard.press("F2")
    await expect(console.locator("#here-number")).to_have_text(first)
    newest = board.locator("#calls .call").first
    await expect(newest).to_contain_text(first)
    await expect(newest).to_contain_text("3号窗口")
    await expect(newest).to_contain_text("B区1楼")
    await press(console, "F4", "serving")
    await press(console, "F5", "none")
    await press(console, "F2", "called")
    await expect(newest).to_contain_text(second)
    assert await heard(board) == [first, second]


async def test_finding_an_item_by_its_initials_and_not_knowing(context: BrowserContext, shop: Shop) -> None:
    """R6, R44."""
    kiosk = await context.new_page()
    await kiosk.goto(shop.kiosk)
    await kiosk.locator(".door[data-go=search]").click()
    for letter in "jmsfz":
        await kiosk.locator(f"[data-key={letter}]").click()
    await kiosk.locator("[data-screen=search] [data-list] button").first.click()
    await expect(kiosk.locator("[data-screen=confirm] [data-slot=name]")).to_have_text("居民身份证换领")
    assert await confirm(kiosk) == "B001"
    await kiosk.locator(".door[data-go=unsure]").click()
    assert await confirm(kiosk) == "X001"


async def test_a_repeated_request_gives_one_ticket(context: BrowserContext, shop: Shop) -> None:
    """The answer is lost on the way; the kiosk asks again by itself with the same key."""
    kiosk = await context.new_page()
    lost: list[Any] = []

    async def lose_the_first(route: Route) -> None:
        if not lost:
            lost.append(await (await route.fetch()).json())
            await route.abort()
        else:
            await route.continue_()

    await kiosk.route("**/api/v1/halls/*/tickets", lose_the_first)
    await kiosk.goto(shop.kiosk)
    await kiosk.locator(".door[data-go=unsure]").click()
    assert await confirm(kiosk) == lost[0]["number"] == "X001"
    await kiosk.locator(".door[data-go=unsure]").click()
    assert await confirm(kiosk) == "X002"


async def test_a_double_press_calls_one(context: BrowserContext, shop: Shop) -> None:
    kiosk = await context.new_page()
    await kiosk.goto(shop.kiosk)
    for _ in range(3):
        await take_number(kiosk, "人力资源", "养老保险参保登记")
    board = await open_board(context, shop)
    console = await open_window(context, shop, "3")
    await expect(console.locator("#next")).to_contain_text("A001")
    await console.evaluate(
        "for (let i = 0; i < 5; i++) document.dispatchEvent(new KeyboardEvent('keydown', {key: 'F2', bubbles: true}))"
    )
    await expect(console.locator("#here-number")).to_have_text("A001")
    await expect(board.locator("#calls .call").first).to_contain_text("A001")
    await expect(console.locator("#next")).to_contain_text("A002")
    assert await heard(board) == ["A001"]


async def test_a_board_loses_and_regains_its_server(context: BrowserContext, shop: Shop) -> None:
    kiosk = await context.new_page()
    await kiosk.goto(shop.kiosk)
    for _ in range(2):
        await take_number(kiosk, "人力资源", "养老保险参保登记")
    board = await open_board(context, shop)
    console = await open_window(context, shop, "3")
    await expect(console.locator("#next")).to_contain_text("A001")
    await console.keyboard.press("F2")
    await expect(board.locator("#calls .call").first).to_contain_text("A001")

    shop.server.kill()
    await expect(board.locator("#away")).to_be_visible()
    await expect(board.locator("#away")).to_contain_text("网络中断")
    await expect(board.locator("#calls .call").first).to_contain_text("A001")
    await expect(console.locator("#away")).to_contain_text("网络中断")

    shop.server.start()
    await expect(board.locator("#away")).to_be_hidden()
    await expect(console.locator("#away")).to_be_empty()
    await press(console, "F4", "serving")
    await press(console, "F2", "called")  # completes, and calls the next one
    await expect(board.locator("#calls .call").first).to_contain_text("A002")
    assert await heard(board) == ["A001", "A002"]


async def test_two_boards_hear_twenty_calls_once_and_in_order(context: BrowserContext, shop: Shop) -> None:
    boards = [await open_board(context, shop), await open_board(context, shop)]
    api, base = context.request, f"{shop.server.base}/api/v1"
    signed = await (
        await api.post(f"{base}/session", data={"username": "supervisor", "password": shop.passwords["supervisor"]})
    ).json()
    chief = {"X-CSRFToken": signed["csrf"]}
    kiosk = {"Authorization": f"Bearer {shop.devices['kiosk']}"}
    window = next(
        w["id"] for w in (await (await api.get(f"{base}/halls/small")).json())["windows"] if w["number"] == "3"
    )
    await api.post(f"{base}/windows/{window}/open", headers=chief)
    for _ in range(20):
        await api.post(f"{base}/halls/small/tickets", headers=kiosk, data={"channel": "kiosk", "item": "S-001"})
    called = []
    for _ in range(20):
        ticket = (await (await api.post(f"{base}/windows/{window}/call-next", headers=chief)).json())["ticket"]
        called.append(ticket["number"])
        for action in ("start", "complete"):
            await api.post(f"{base}/tickets/{ticket['id']}/{action}", headers=chief)
    for board in boards:
        await expect(board.locator("#calls .call").first).to_contain_text(called[-1])
        assert await heard(board) == called


async def test_english_all_the_way(context: BrowserContext, shop: Shop) -> None:
    kiosk = await context.new_page()
    await kiosk.goto(shop.kiosk)
    await kiosk.get_by_role("button", name="English").click()
    await expect(kiosk.locator("html")).to_have_attribute("lang", "en")
    await expect(kiosk.locator(".door[data-go=unsure]")).to_be_visible()
    for page, address in ((kiosk, None), (await context.new_page(), f"{shop.server.base}/sign-in?lang=en")):
        if address:
            await page.goto(address)
        own = page.locator("body *:not([lang|=zh]):not(script):not(template)")
        texts = await own.evaluate_all(
            """all => all.filter((e) => !e.closest('[lang|=zh]') && e.checkVisibility())
                .flatMap((e) => [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()))
                .filter((text) => /[\\u4e00-\\u9fff]/.test(text))"""
        )
        assert texts == []


async def test_a_missed_number_is_found_at_the_first_desk(context: BrowserContext, shop: Shop) -> None:
    """过号请到首问责任岗: the visitor says his number there and gets a place again."""
    kiosk = await context.new_page()
    await kiosk.goto(shop.kiosk)
    number = await take_number(kiosk, "人力资源", "养老保险参保登记")
    console = await open_window(context, shop, "3")
    await expect(console.locator("#next")).to_contain_text(number)
    await press(console, "F2", "called")
    for done in ("1/2", "2/2"):
        await press_until(console, "F3", "#recalled", done)
    await press(console, "F6", "none")
    desk = await context.browser.new_context(locale="zh-CN") if context.browser else context
    first_desk = await open_window(desk, shop, "1")
    await expect(first_desk.locator("#missed")).to_contain_text(number)
    await first_desk.locator("#find-number").fill(number.lower())
    await first_desk.keyboard.press("Enter")
    await expect(first_desk.locator("#found")).to_contain_text("已过号")
    await first_desk.locator("#found-yes").click()
    await expect(console.locator("#next")).to_contain_text(number)
    await desk.close()


@pytest.mark.parametrize(("role", "place"), [("guide", "/desk"), ("supervisor", "/supervise")])
async def test_signing_in_leads_to_where_one_works(context: BrowserContext, shop: Shop, role: str, place: str) -> None:
    page = await context.new_page()
    await page.goto(f"{shop.server.base}/sign-in")
    await expect(page.locator("#submit")).to_be_enabled()
    await page.locator("#username").fill(role)
    await page.locator("#password").fill(shop.passwords[role])
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(f"{place}(#.*)?$"))
