"""From the first desk to a window in a real browser: acknowledged, and not (R4); papers taken in for others (R7)."""

import re
from contextlib import closing

import pytest
from counter import clerk, new_visitor, open_desk, printed
from house import ZONE
from keyed import answered
from playwright.async_api import Browser, BrowserContext, Page, expect
from shop import Shop

pytestmark = pytest.mark.anyio


async def open_console(context: BrowserContext, shop: Shop, number: str) -> Page:
    page = await context.new_page()
    await page.goto(f"{shop.server.base}/console")
    await expect(page.locator("#submit")).to_be_enabled()
    await page.locator("#username").fill(number)
    await page.locator("#password").fill(shop.passwords["clerk"])
    await page.keyboard.press("Enter")
    await expect(page.locator("#desk")).to_be_visible()
    return page


async def take_for(desk: Page, item: str, name: str) -> None:
    await new_visitor(desk, item, name)
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#take-yes")).to_be_focused()
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#result-number")).not_to_be_empty()


async def test_a_window_acknowledges_who_the_desk_sends_r4(
    context: BrowserContext, browser: Browser, shop: Shop
) -> None:
    """R1, R4: the sender sees who answers for his visitor now; one who was not acknowledged stays his."""
    other = await browser.new_context(locale="zh-CN", timezone_id=ZONE)
    with closing(clerk(shop, "3")):
        desk = await open_desk(context, shop)
        await take_for(desk, "S-001", "养老保险参保登记")
        await expect(desk.locator("#handovers li").first).to_contain_text("待接收")
        console = await open_console(other, shop, "3")
        coming = console.locator("#coming li")
        await expect(coming).to_have_count(1)
        await expect(coming.first).to_contain_text("A001")
        await take_for(desk, "S-001", "养老保险参保登记")
        await expect(coming).to_have_count(2)
        await console.keyboard.press("j")  # whoever came first
        await expect(console.locator("#message")).to_contain_text("已接收 A001 号")
        await expect(coming).to_have_count(1)
        sent = desk.locator("#handovers li")
        await expect(sent.nth(1)).to_have_attribute("data-state", "acknowledged")
        await expect(sent.nth(1)).to_contain_text(re.compile("3号窗口 .+ 已接收"))
        await expect(sent.nth(0)).to_have_attribute("data-state", "open")
        await console.keyboard.press("F2")
        await expect(console.locator("#here-number")).to_have_text("A001")
        await expect(console.locator("#here-first")).to_contain_text("首问责任人：")
        await answered(console)
        await console.keyboard.press("F4")
        await expect(sent.nth(1)).to_have_attribute("data-state", "taken")
        await expect(sent.nth(1)).to_contain_text("已开始办理")
    await other.close()


async def test_papers_are_taken_in_for_somebody_who_is_not_there_r7(context: BrowserContext, shop: Shop) -> None:
    """R7, R11: taken in with a printed receipt, and passed on."""
    with closing(clerk(shop, "3")):
        desk = await open_desk(context, shop)
        await desk.locator("#custody-open").click()
        await desk.locator("#custody-name").fill("张小三")
        await desk.locator("#custody-phone").fill("13812345678")
        await desk.locator("#custody-matter").fill("补交社保材料")
        await desk.locator("#custody-materials").fill("申请表 0")
        await desk.locator("#custody-yes").click()
        await expect(desk.locator("#custody-message")).to_contain_text("第 1 行有误")
        await desk.locator("#custody-materials").fill("申请表 2\n居民身份证复印件")
        await desk.locator("#custody-department").select_option("RSJ")
        await desk.locator("#custody-yes").click()
        await expect(desk.locator("#message")).to_contain_text("已代收，编号 DS")
        path = await printed(desk, r"^/custody/.+\?print=1$")
        kept = desk.locator("#custodies li")
        await expect(kept).to_contain_text("待转交")
        receipt = await context.new_page()
        await receipt.goto(f"{shop.server.base}{path.partition('?')[0]}")
        await expect(receipt.locator("tbody tr").first).to_have_text(re.compile(r"申请表\s*2"))
        await expect(receipt.locator("main")).to_contain_text("张*三")
        await desk.bring_to_front()
        await kept.get_by_role("button").click()
        await desk.locator("#passing-to").fill("nobody")
        await desk.keyboard.press("Enter")
        await expect(desk.locator("#passing-message")).to_contain_text("没有工号")
