"""A kiosk with a printer on the network: one slip from one of them, and honest words when none comes out."""

import pytest
from playwright.async_api import BrowserContext, Page, expect
from printer import Printer, printer
from shop import Shop

pytestmark = pytest.mark.anyio

COUNTING = "window.print = () => { top.browserPrints = (top.browserPrints ?? 0) + 1; };"


async def kiosk(context: BrowserContext, shop: Shop, paper: Printer) -> Page:
    """A kiosk whose slips go to this printer, at its first screen."""
    shop.server.command("device", "add", "printer", "--hall", shop.hall, "--name", "一楼", "--address", paper.address)
    said = shop.server.command("device", "add", "kiosk", "--hall", shop.hall, "--name", "东门", "--printer", "一楼")
    await context.add_init_script(COUNTING)
    page = await context.new_page()
    await page.goto(f"{shop.server.base}/kiosk#token={said.split()[-1]}")
    return page


async def take_number(page: Page) -> str:
    await page.get_by_role("button", name="我不清楚办什么").click()
    await page.locator("[data-slot=take]").click()
    number = page.locator("[data-slot=number]")
    await expect(number).not_to_be_empty()
    return str(await number.text_content())


async def test_the_printer_on_the_network_prints_and_the_browser_does_not(context: BrowserContext, shop: Shop) -> None:
    async with printer() as paper:
        page = await kiosk(context, shop, paper)
        number = await take_number(page)
        await paper.until(lambda: len(paper.papers) == 1)
        assert number in paper.pictures[0]
        await expect(page.locator("[data-qr] svg")).to_be_visible()
        await expect(page.locator("[data-screen=ticket] [data-slot=slip]")).to_have_text("小票正在打印，请取走")
        assert await page.evaluate("window.browserPrints ?? 0") == 0
        assert (len(paper.papers), paper.begun) == (1, 1)


async def test_no_slip_comes_out_and_the_kiosk_says_so(context: BrowserContext, shop: Shop) -> None:
    async with printer() as paper:
        page = await kiosk(context, shop, paper)
        await paper.off()
        number = await take_number(page)
        await expect(page.locator("[data-screen=ticket] [data-slot=slip]")).to_have_text(
            "小票没有打印出来，请扫码或记住号码"
        )
        await expect(page.locator("[data-slot=number]")).to_have_text(number)
        assert await page.evaluate("window.browserPrints ?? 0") == 0


async def test_a_kiosk_without_one_prints_through_its_browser(context: BrowserContext, shop: Shop) -> None:
    await context.add_init_script(COUNTING)
    page = await context.new_page()
    await page.goto(shop.kiosk)
    await take_number(page)
    await expect(page.locator("[data-qr] svg")).to_be_visible()
    await page.wait_for_function("window.browserPrints === 1")
