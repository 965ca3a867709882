"""Pictures of first responsibility: hand-overs, custody, questions to the leaders, reminders, the register."""

import re

import pytest
from album import BOOKING, DESK, SUPERVISE, keep, reading, visit
from day import Day
from officers import alerted
from playwright.async_api import Browser, Page, expect
from shop import Shop

pytestmark = pytest.mark.anyio
CONSOLE = [(1920, 1080), (1366, 768), (1024, 600), (360, 780)]
A5 = (794, 559)
READERS = {"": {}, "-english": {"lang": "en"}, "-large": {"print": "large"}}
BROUGHT = {
    "name": "龙泉驿区第一建筑工程有限公司",
    "company": True,
    "phone": "13812345678",
    "address": "龙泉街道北泉路777号",
    "matter": "补交社会保险费缓缴申请的说明材料",
    "materials": [{"name": "缓缴社会保险费申请表", "count": 2}, {"name": "营业执照复印件", "count": 1}],
}
QUESTION, ANSWER = "申请人持外省旧版证件，可否先行受理？", "先行受理，请申请人三日内补正"


def sent_on(shop: Shop) -> None:
    """The clerk at window 3 has acknowledged the first of three whom the guide sent, and asks his leaders, and is
    reminded; papers for two departments are in custody, and one has been passed on."""
    alerted(shop)
    with Day(shop, "3") as clerk, Day(shop, "guide") as guide:
        hall = f"/halls/{shop.hall}"
        clerk.open([one for one in clerk.windows if one["number"] == "3"])
        for _ in range(3):
            wish = {"channel": "desk", "item": "S-001"}
            ticket = guide.chief.post(f"{hall}/tickets", json=wish).raise_for_status().json()
        clerk.chief.post(f"/tickets/{ticket['id']}/acknowledge", json={}).raise_for_status()
        for one in ({"department": "RSJ"}, {"department": "GAJ", "name": "张小三", "company": False}):
            kept = guide.chief.post(f"{hall}/custodies", json=BROUGHT | one).raise_for_status().json()
        badge = clerk.chief.get("/session").json()["badge"]
        guide.chief.post(f"{hall}/custodies/{kept['number']}/pass", json={"to": badge}).raise_for_status()
        for officer in (clerk, guide):
            asked = {"text": QUESTION, "kind": "doubtful"}
            matter = officer.chief.post(f"{hall}/matters", json=asked).raise_for_status().json()
        with Day(shop) as chief:
            said = {"text": ANSWER}
            chief.chief.post(f"/matters/{matter['number']}/answer", json=said).raise_for_status()


async def dialog(page: Page, button: str, name: str, sizes: list[tuple[int, int]], whole: str = "") -> None:
    """Open one, keep its picture and close it."""
    await page.locator(button).click()
    await expect(page.locator("dialog:modal")).to_be_visible()
    await keep(page, name, sizes, whole=whole)
    await page.keyboard.press("Escape")


@pytest.mark.parametrize("reader", READERS)
async def test_first_responsibility(browser: Browser, shop: Shop, reader: str) -> None:
    sent_on(shop)
    foot = "" if reader == "-large" else "dialog[open] .answer button"
    async with reading(browser, shop, "guide", **READERS[reader]) as page:
        await visit(page, DESK[0], f"{shop.server.base}/desk", "#custodies .number")
        await expect(page.locator("#handovers li")).to_have_count(3)
        await keep(page, f"first-desk{reader}", DESK)
        await dialog(page, "#custody-open", f"first-custody{reader}", DESK, foot)
        await dialog(page, "#custodies button >> nth=-1", f"first-passing{reader}", DESK, foot)
        await dialog(page, "#ask-leaders", f"first-matter{reader}", DESK, foot)
        await dialog(page, "#alerts-open", f"first-reminders{reader}", DESK, foot)
        receipt = str(await page.locator("#custodies a").first.get_attribute("href"))
        await visit(page, BOOKING[0], shop.server.base + receipt, "tbody tr")
        await keep(page, f"first-custody-receipt{reader}", BOOKING)
        await page.emulate_media(media="print")
        await keep(page, f"first-custody-receipt-printed{reader}", [A5])
    async with reading(browser, shop, "3", **READERS[reader]) as page:
        await visit(page, CONSOLE[1], f"{shop.server.base}/console", "#coming li")
        await keep(page, f"first-coming{reader}", CONSOLE)
        await dialog(page, "#ask-leaders", f"first-console-matter{reader}", CONSOLE, foot)
        await expect(page.locator("#alerts-open b")).to_have_text("1")
        await dialog(page, "#alerts-open", f"first-console-reminders{reader}", CONSOLE, foot)
    async with reading(browser, shop, "supervisor", **READERS[reader]) as page:
        await visit(page, SUPERVISE[0], f"{shop.server.base}/supervise#register", "#register-rows tr")
        await keep(page, f"first-register{reader}", SUPERVISE)
        await page.locator("#tab-matters-panel").click()
        await expect(page.locator("#matters p").first).to_have_text(re.compile("外省旧版证件"))
        await keep(page, f"first-matters{reader}", SUPERVISE)
