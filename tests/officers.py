"""Officers in a real browser, as more than one test needs them."""

from playwright.async_api import BrowserContext, Page, expect
from shop import Shop


async def supervise(context: BrowserContext, shop: Shop) -> Page:
    """A supervisor signs in, by keyboard alone."""
    page = await context.new_page()
    await page.goto(f"{shop.server.base}/supervise")
    await expect(page.locator("#submit")).to_be_enabled()
    await page.locator("#username").press_sequentially("supervisor")
    await page.keyboard.press("Tab")
    await page.keyboard.type(shop.passwords["supervisor"])
    await page.keyboard.press("Enter")
    await expect(page.locator(".tile").first).to_be_visible()
    return page
