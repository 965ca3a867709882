"""Following a case in a real Chromium, with scripts and without: by number and digits, by link, to its papers."""

import re

import pytest
from applied import applied
from playwright.async_api import Browser, expect
from shop import Shop

pytestmark = pytest.mark.anyio
VIEW = {"width": 360, "height": 780}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
async def test_from_the_front_page_to_the_case_and_its_paper(browser: Browser, shop: Shop, scripts: bool) -> None:
    """R29: the due date on the page and on the notice; the digits stay out of every address."""
    async with applied(shop) as desk:
        row = await desk.accept("S-002", desk.at(desk.ago(2)))
        context = await browser.new_context(locale="zh-CN", viewport=VIEW, java_script_enabled=scripts)  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        page, addresses = await context.new_page(), []
        page.on("request", lambda request: addresses.append((request.url, request.headers.get("referer", ""))))
        await page.goto(shop.server.base)
        await page.get_by_role("link", name="查进度").first.click()
        await page.get_by_role("button", name="查询").click()
        await expect(page.locator(".refused")).to_be_focused()
        await page.get_by_label("办件编号").fill(row.number.lower())
        await page.get_by_label("手机号后四位").fill("5679")
        await page.keyboard.press("Enter")
        await expect(page.locator(".refused")).to_contain_text("没有找到该办件")
        await expect(page.get_by_label("办件编号")).to_have_attribute("aria-invalid", "true")
        await expect(page.get_by_label("手机号后四位")).to_have_value("")
        await page.get_by_label("手机号后四位").fill("5678")
        await page.get_by_role("button", name="查询").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("已受理，正在办理")
        assert page.url == desk.link(row)
        await expect(page.locator("[aria-current=step]")).to_contain_text("审查")
        await page.get_by_text("期限是怎么算出来的").click()
        await expect(page.locator(".trace")).to_contain_text("第1个工作日")
        await expect(page.get_by_role("link", name="PDF 受理通知书")).to_have_attribute("href", re.compile(r"\.pdf\?"))
        await page.get_by_role("link", name="打开、打印 受理通知书").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("受理通知书")
        assert not [one for one in addresses if "5678" in "".join(one) or "5679" in "".join(one)]
        await context.close()


async def test_whoever_guesses_is_stopped_in_words(browser: Browser, shop: Shop) -> None:
    """R61: the page says why, and which ways are left; the link of the text message is one of them."""
    async with applied(shop) as desk:
        row = await desk.accept("S-002", desk.at(desk.ago(2)))
        context = await browser.new_context(locale="zh-CN", viewport=VIEW)  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        page = await context.new_page()
        await page.goto(f"{shop.server.base}/progress/{row.number}")
        for guess in range(7):
            await page.get_by_label("手机号后四位").fill(f"{guess:04}")
            async with page.expect_navigation():
                await page.get_by_role("button", name="查询").click()
        await expect(page.locator(".refused")).to_contain_text("查询次数太多")
        await expect(page.locator(".refused")).to_be_focused()
        await page.goto(desk.link(row))
        await expect(page.get_by_role("heading", level=1)).to_have_text("已受理，正在办理")
        await context.close()
