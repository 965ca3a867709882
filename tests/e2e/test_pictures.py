"""Pictures of every page in the states that matter, kept in build/pictures to be looked at.

What a program can judge is checked here: nothing runs out of the page, numbers are large enough, axe finds nothing.
"""

from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.async_api import Browser, Page, expect
from shop import Shop

pytestmark = pytest.mark.anyio

PICTURES = Path(__file__).parent.parent.parent / "build" / "pictures"
BOARD_SIZES = [(1920, 1080), (1080, 1920)]
KIOSK_SIZES = [(1080, 1920), (1366, 768)]
CONSOLE_SIZES = [(1366, 768), (1024, 600), (360, 800)]
LEAST_NUMBER = 0.04
"""The newest call's share of the screen's height."""


async def open_page(browser: Browser, size: tuple[int, int], address: str, language: str = "zh-CN") -> Page:
    # Scripts that look at the page from outside need to pass the page's own policy.
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale=language, bypass_csp=True, reduced_motion="reduce"
    )
    context.set_default_timeout(20_000)
    page = await context.new_page()
    await page.goto(address)
    return page


async def keep(page: Page, name: str) -> None:
    """Take the picture, after looking for what no eye should have to find."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / f"{name}.png")
    sideways = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert sideways <= 0, f"{name}: {sideways} pixels run out of the page"
    await page.add_script_tag(path=AXE_FILE_PATH)
    found: dict[str, Any] = await page.evaluate("axe.run({resultTypes: ['violations']})")
    told = [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found["violations"]]
    assert told == [], f"{name}: {told}"


def sized(name: str, size: tuple[int, int]) -> str:
    return f"{name}-{size[0]}x{size[1]}"


class Day:
    """The hall at work through its interface: windows open, people waiting, calls made."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.kiosk = httpx.Client(base_url=f"{shop.server.base}/api/v1", timeout=30)
        self.kiosk.headers["authorization"] = f"Bearer {shop.devices['kiosk']}"
        self.chief = httpx.Client(base_url=f"{shop.server.base}/api/v1", timeout=30)
        account = {"username": "supervisor", "password": shop.passwords["supervisor"]}
        self.chief.headers["x-csrftoken"] = self.chief.post("/session", json=account).json()["csrf"]
        self.windows = self.kiosk.get(f"/halls/{shop.hall}").json()["windows"]

    def __enter__(self) -> "Day":
        return self

    def __exit__(self, *_: object) -> None:
        self.kiosk.close()
        self.chief.close()

    def open(self, windows: list[dict[str, Any]]) -> None:
        for window in windows:
            self.chief.post(f"/windows/{window['id']}/open").raise_for_status()

    def issue(self, line: str | None = None, item: str | None = None) -> dict[str, Any]:
        wish = {"channel": "kiosk", "line": line, "item": item}
        said = self.kiosk.post(f"/halls/{self.shop.hall}/tickets", json=wish).raise_for_status()
        return dict(said.json())

    def call(self, window: dict[str, Any]) -> None:
        self.chief.post(f"/windows/{window['id']}/call-next").raise_for_status()


async def test_the_board_of_a_hall_with_151_windows(browser: Browser, sample_shop: Shop) -> None:
    with Day(sample_shop) as day:
        day.open(day.windows)
        for window in day.windows:
            day.issue(window["lines"][0])
        pages = {size: await open_page(browser, size, sample_shop.board) for size in BOARD_SIZES}
        english = await open_page(browser, BOARD_SIZES[0], sample_shop.board.replace("#", "?lang=en#"))
        for window in day.windows[::12]:
            day.call(window)
        newest = None
        for size, page in pages.items():
            await expect(page.locator("#calls .call")).to_have_count(7)
            newest = await page.locator("#calls .call").first.locator(".number").inner_text()
            height = await page.locator("#calls .call .number .fit").first.evaluate(
                "e => parseFloat(getComputedStyle(e).fontSize)"
            )
            assert height / size[1] >= LEAST_NUMBER
            await keep(page, sized("board-151-windows", size))
        await expect(english.locator("#calls .call").first).to_contain_text(newest or "")
        await keep(english, sized("board-151-windows-english", BOARD_SIZES[0]))
        sample_shop.server.kill()
        for size, page in pages.items():
            await expect(page.locator("#away")).to_contain_text("网络中断")
            await keep(page, sized("board-server-away", size))


async def test_the_board_of_a_small_hall(browser: Browser, shop: Shop) -> None:
    with Day(shop) as day:
        for size in BOARD_SIZES:
            page = await open_page(browser, size, shop.board)
            await expect(page.locator("#welcome")).to_be_visible()
            await keep(page, sized("board-closed", size))
        day.open(day.windows[:3])
        for size in BOARD_SIZES:
            page = await open_page(browser, size, shop.board)
            await expect(page.locator("#nobody")).to_be_visible()
            await keep(page, sized("board-nobody-waiting", size))
        for _ in range(4):
            day.issue("A")
        day.call(day.windows[2])
        for size in BOARD_SIZES:
            page = await open_page(browser, size, shop.board)
            await expect(page.locator("#calls .call")).to_have_count(1)
            await keep(page, sized("board-3-windows", size))


async def test_the_kiosk(browser: Browser, sample_shop: Shop) -> None:
    with Day(sample_shop) as day:
        day.open(day.windows[::3])
        for language in ("zh-CN", "en"):
            for size in KIOSK_SIZES:
                page = await open_page(browser, size, sample_shop.kiosk, language)
                name = "kiosk" if language == "zh-CN" else "kiosk-english"
                await expect(page.locator("[data-screen=start] [data-list] button")).to_have_count(10)
                await keep(page, sized(f"{name}-start", size))
                await page.locator("button[data-go=departments]").click()
                await expect(page.locator("[data-screen=departments] [data-list] button").first).to_be_visible()
                await keep(page, sized(f"{name}-departments", size))
                await page.locator("[data-screen=departments] [data-list] button").first.click()
                await expect(page.locator("[data-screen=items] [data-list] button").first).to_be_visible()
                await keep(page, sized(f"{name}-items", size))
                await page.locator("[data-screen=items] [data-list] button").first.click()
                await expect(page.locator("[data-slot=take]")).to_be_visible()
                await keep(page, sized(f"{name}-confirm", size))
                await page.locator("[data-slot=take]").click()
                await expect(page.locator("[data-screen=ticket] [data-qr] svg")).to_be_visible()
                await keep(page, sized(f"{name}-number", size))


async def test_the_slip_and_the_follow_page(browser: Browser, sample_shop: Shop) -> None:
    with Day(sample_shop) as day:
        day.open(day.windows[:20])
        ticket = day.issue("X")
        base = f"{sample_shop.server.base}/t/{ticket['id']}"
        slip = await open_page(browser, (302, 760), f"{base}/slip")
        await expect(slip.get_by_text(ticket["number"]).first).to_be_visible()
        await keep(slip, "slip-80mm")
        follow = await open_page(browser, (360, 640), base)
        await expect(follow.get_by_text(ticket["number"]).first).to_be_visible()
        await keep(follow, "follow-360x640")
        day.call(day.windows[0])
        await follow.reload()
        await expect(follow.get_by_text("A01").first).to_be_visible()
        await keep(follow, "follow-called-360x640")
        for size in ((1366, 768), (360, 640)):
            home = await open_page(browser, size, f"{sample_shop.server.base}/")
            await keep(home, sized("home", size))


async def test_the_console(browser: Browser, sample_shop: Shop) -> None:
    with Day(sample_shop) as day:
        sign_in = await open_page(browser, CONSOLE_SIZES[0], f"{sample_shop.server.base}/sign-in")
        await keep(sign_in, "sign-in")
        found = day.kiosk.get(f"/halls/{sample_shop.hall}/items", params={"q": "养老保险"}).json()["items"]
        items = [item["code"] for item in found if item["line"] == "SB"][:4]
        for place, size in enumerate(CONSOLE_SIZES):
            number = f"B{place + 1:02d}"
            page = await open_page(browser, size, f"{sample_shop.server.base}/console")
            await page.locator("#username").fill(number.lower())
            await page.locator("#password").fill(sample_shop.passwords["clerk"])
            await page.keyboard.press("Enter")
            await expect(page.locator("#choose-list").get_by_text(number)).to_be_visible()
            await keep(page, sized("console-choose", size))
            await page.locator("#choose-filter").fill(number)
            await page.keyboard.press("Enter")
            await expect(page.locator("#window-number")).to_have_text(number)
            await expect(page.locator("#here")).to_have_attribute("data-status", "none")
            await keep(page, sized("console-nobody", size))
            for item in items * 2:
                day.issue(item=item)
            await expect(page.locator("#next li")).to_have_count(5)
            await page.keyboard.press("F2")
            await expect(page.locator("#here")).to_have_attribute("data-status", "called")
            await keep(page, sized("console-called", size))
            await page.keyboard.press("F4")
            await expect(page.locator("#here")).to_have_attribute("data-status", "serving")
            await keep(page, sized("console-serving", size))
            await page.keyboard.press("F8")
            await expect(page.locator("#transfer-list")).to_be_visible()
            await keep(page, sized("console-transfer", size))
