"""Reminders and questions to the leaders in a real browser: a clerk asks, a supervisor answers (R9, R14, R34)."""

import pytest
from look import axe, outside, small_targets
from officers import alerted, supervise
from playwright.async_api import Browser, Page, expect
from shop import Shop

pytestmark = pytest.mark.anyio

QUESTION, ANSWER = "申请人持外省旧版证件，可否先行受理？", "先行受理，三日内补正"


async def at_window(page: Page, shop: Shop, number: str = "3") -> None:
    await page.goto(f"{shop.server.base}/console")
    await expect(page.locator("#submit")).to_be_enabled()
    await page.locator("#username").fill(number)
    await page.locator("#password").fill(shop.passwords["clerk"])
    await page.keyboard.press("Enter")
    await expect(page.locator("#choose-submit")).not_to_have_text("")
    await page.locator("#choose-submit").click()
    await expect(page.locator("#desk")).to_be_visible()


async def test_a_clerk_asks_and_a_supervisor_answers(browser: Browser, shop: Shop) -> None:
    alerted(shop)
    clerks = await browser.new_context(locale="zh-CN", bypass_csp=True, viewport={"width": 1366, "height": 768})
    page = await clerks.new_page()
    await at_window(page, shop)
    await expect(page.locator("#alerts-open b")).to_have_text("1")
    await page.locator("#ask-leaders").click()
    await page.keyboard.type(QUESTION)
    await page.keyboard.press("Enter")
    await expect(page.locator("#message")).to_contain_text("已请示领导（BG01-")

    leaders = await browser.new_context(locale="zh-CN", bypass_csp=True, viewport={"width": 1366, "height": 768})
    chief = await supervise(leaders, shop)
    await chief.get_by_role("tab", name="提醒与督查").click()
    await expect(chief.locator("#alerts .kind")).to_have_text("二次告知")
    await expect(chief.locator("#matters p")).to_have_text(QUESTION)
    assert await axe(chief) == []
    await chief.locator("#matters textarea").fill(ANSWER)
    await chief.locator("#matters").get_by_role("button", name="答复").click()
    await expect(chief.locator("#matters .answered")).to_have_text(f"林某答复：{ANSWER}")
    await chief.locator("#alerts").get_by_role("button", name="知道了").click()
    await expect(chief.locator("#alerts-none")).to_be_visible()

    await page.locator("#alerts-open").click()
    await expect(page.locator("#alerts .said-back")).to_have_text(f"林某答复：{ANSWER}")
    await expect(page.locator("#alerts .nothing")).to_be_visible()
    assert await axe(page) == []
    assert await small_targets(page) == []
    assert await outside(page, "#alerts button") == []
    for context in (clerks, leaders):
        await context.close()
