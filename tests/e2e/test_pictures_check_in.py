"""Pictures of appointments at the hall: the kiosk's door 预约签到, another time, desk, window and screens."""

from collections.abc import Iterator

import pytest
from album import BOARD, CONSOLE, DESK, KIOSK, STRIP, keep, reading, visit
from appointed import Appointed
from day import Day
from keyed import scan
from playwright.async_api import Browser, Page, Route, expect
from shop import Shop

pytestmark = pytest.mark.anyio
ITEM = "S-002"
PHONE = "13812345678"
READERS = {"": {}, "-english": {"lang": "en"}, "-large": {"print": "large"}}


@pytest.fixture
def booked(shop: Shop) -> Iterator[Appointed]:
    made = Appointed(shop, ITEM)
    yield made
    made.close()


async def keep_kiosk(page: Page, name: str, screen: str) -> None:
    await expect(page.locator(f"[data-screen={screen}]")).to_be_visible()
    await keep(page, f"kiosk-{name}", KIOSK, whole="button, input")


@pytest.mark.parametrize("reader", READERS)
async def test_checking_in(browser: Browser, shop: Shop, booked: Appointed, reader: str) -> None:
    kept, late, early = booked.book(20, phone=PHONE, needs="wheelchair"), booked.book(-40), booked.book(90)
    booked.book(10, phone="13800001111", proxy={"name": "李小四", "phone": PHONE})
    async with reading(browser, shop, **READERS[reader]) as page:
        await visit(page, KIOSK[0], shop.kiosk, "[data-screen=start] [data-list] button")
        await keep_kiosk(page, f"doors{reader}", "start")
        await page.locator("[data-go=check-in]").click()
        await keep_kiosk(page, f"check-in{reader}", "check-in")
        await page.locator("[data-go=code]").click()
        for sign in "7HK2":
            await page.locator(f'[data-screen=code] [data-key="{sign}"]').click()
        await keep_kiosk(page, f"code{reader}", "code")
        await page.locator("[data-foot-button=back]").click()
        await page.locator("[data-go=phone]").click()
        await page.keyboard.type(PHONE, delay=5)
        await keep_kiosk(page, f"phone{reader}", "phone")
        await page.locator("[data-screen=phone] [data-submit]").click()
        await keep_kiosk(page, f"found{reader}", "found")
        await scan(page, early["code"])
        await keep_kiosk(page, f"too-early{reader}", "refused")
        await scan(page, "22222222")
        await expect(page.locator("[data-way=code]")).to_be_visible()
        await keep_kiosk(page, f"unknown{reader}", "refused")
        for name, booking in {"kept": kept, "late": late}.items():
            await scan(page, booking["code"])
            await expect(page.locator("[data-screen=ticket] [data-qr] svg")).to_be_visible()
            await keep_kiosk(page, f"{name}{reader}", "ticket")
            await page.locator("[data-screen=ticket] [data-do=home]").click()


@pytest.mark.parametrize("reader", READERS)
async def test_another_time(browser: Browser, shop: Shop, reader: str) -> None:
    async def closed(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, json=await answer.json() | {"takes_visitors": False})

    async with reading(browser, shop, **READERS[reader]) as page:
        await visit(page, KIOSK[0], shop.kiosk, "[data-screen=start] [data-list] button")
        await page.locator("[data-screen=start] .tile", has_text="失业保险金").click()
        await keep_kiosk(page, f"offered{reader}", "confirm")
        await page.locator("[data-foot-button=times]").click()
        await keep_kiosk(page, f"times{reader}", "times")
        await page.locator("[data-screen=times] .tile:enabled").first.click()
        await page.locator("[data-screen=person] [name=name]").fill("张小三")
        await page.locator("[data-screen=person] [data-submit]").click()
        await expect(page.locator("[data-screen=person] .fault")).not_to_be_empty()
        await page.locator("[data-screen=person] [name=phone]").fill(PHONE)
        await keep_kiosk(page, f"person{reader}", "person")
        await page.locator("[data-screen=person] [data-submit]").click()
        await expect(page.locator("[data-screen=booked] [data-qr] svg")).to_be_visible()
        await keep_kiosk(page, f"booked{reader}", "booked")
        slip = await page.locator("#slip").get_attribute("src")
        await page.route(f"**/api/v1/halls/{shop.hall}", closed)
        await visit(page, KIOSK[0], shop.kiosk, "[data-screen=closed] button")
        await keep_kiosk(page, f"closed{reader}", "closed")
        await visit(page, (302, 760), f"{shop.server.base}{str(slip).replace('&print=1', '')}", "[data-qr] svg")
        await page.emulate_media(media="print")
        await keep(page, f"booked-slip{reader}", [(302, 760)])


async def test_the_desk_the_window_and_its_screens(browser: Browser, shop: Shop, booked: Appointed) -> None:
    late, kept = booked.book(-40, needs="wheelchair"), booked.book(-5, phone=PHONE)
    booked.book(90, phone="13800001111", proxy={"name": "李小四", "phone": PHONE})
    async with reading(browser, shop, "guide") as page:
        await visit(page, DESK[1], f"{shop.server.base}/desk", "#items [role=option]")
        await page.locator("#find-number").fill(PHONE)
        await page.keyboard.press("Enter")
        await expect(page.locator("#appointments li")).to_have_count(2)
        await keep(page, "desk-appointments", DESK)
        await page.locator("#appointments [data-field=other]").last.click()
        await page.locator("#booking .slots label").first.click()
        await keep(page, "desk-move", DESK, whole="#booking .answer button")
        await page.keyboard.press("Escape")
        await page.locator("#seek").fill(ITEM)
        await expect(page.locator("#book-later")).to_be_visible()
        await keep(page, "desk-bookable", DESK)
        await page.locator("#book-later").click()
        await page.locator("#booking .slots label").first.click()
        await keep(page, "desk-booking", DESK, whole="#booking .answer button")
    with Day(shop, "3") as clerk:
        window = next(window for window in clerk.windows if window["number"] == "3")
        clerk.open([window])
        for booking in (kept, late):
            clerk.kiosk.post(f"/appointments/{booking['code']}/check-in", json={}).raise_for_status()
        async with reading(browser, shop, "3") as page:
            await visit(page, CONSOLE[0], f"{shop.server.base}/console", "#next li")
            await keep(page, "console-booked-next", CONSOLE)
            clerk.call(window)
            await expect(page.locator("#here-tags .tag").first).to_be_visible()
            await keep(page, "console-booked", CONSOLE)
    async with reading(browser, shop) as page:
        await visit(page, BOARD[0], shop.board, ".call .booked")
        await keep(page, "board-booked", BOARD, whole=".call")
        await visit(page, STRIP[0], f"{shop.server.base}/window/{shop.hall}/3", "#booked")
        await keep(page, "strip-booked", STRIP, whole="#state, #booked")
