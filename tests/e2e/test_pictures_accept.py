"""Pictures of accepting at a window, a clerk's cases, a case on its sheet, and the supervisor's list."""

import pytest
from album import keep, reading, visit
from day import Day
from playwright.async_api import Browser, Page, expect
from shop import Shop

pytestmark = pytest.mark.anyio
CONSOLE = [(1920, 1080), (1366, 768), (1024, 600), (360, 780), (360, 600)]
SUPERVISE = [(1920, 1080), (1366, 768), (1024, 600)]
READERS = {"": {}, "-english": {"lang": "en"}, "-large": {"print": "large"}}
FOOT = "#accept .foot button, #accept .comes"
"""What stays on the screen, but for large print, which scrolls."""


def serve(clerk: Day, item: str) -> str:
    """Somebody stands at window 3; gives his ticket."""
    window = next(one for one in clerk.windows if one["number"] == "3")
    clerk.issue(item=item)
    ticket = str(clerk.call(window)["id"])
    clerk.chief.post(f"/tickets/{ticket}/start").raise_for_status()
    return ticket


def accept(clerk: Day, name: str, phone: str, *materials: str, missing: tuple[str, ...] = ()) -> str:
    """A case accepted at window 3: its number."""
    ticket = serve(clerk, "S-002")
    body = {
        "applicant": {"name": name, "phone": phone, "address": "龙泉街道1号"},
        "materials": list(materials),
        "missing": list(missing),
        "complete": len(materials) == 2,
    }
    made = clerk.chief.post(f"/tickets/{ticket}/accept", json=body).raise_for_status().json()
    clerk.chief.post(f"/tickets/{ticket}/complete").raise_for_status()
    return str(made["number"])


async def type_in(page: Page) -> None:
    """Half of what is asked for, and something wrong."""
    await page.locator("#accept [type=checkbox]").first.check()
    await page.locator("#accept-missing").fill("近期一寸免冠照片")
    await page.locator("#accept-name").fill("张小三")
    await page.locator("#accept-phone").fill("1381234")


@pytest.mark.parametrize("reader", READERS)
async def test_accepting_and_cases(browser: Browser, shop: Shop, reader: str) -> None:
    foot, acts = ("", "") if reader == "-large" else (FOOT, "#acts button")
    both = ("居民身份证", "解除劳动关系证明")
    with Day(shop, "3") as clerk:
        clerk.open([one for one in clerk.windows if one["number"] == "3"])
        for name, phone in [("张小三", "13812345678"), ("欧阳小四", "13800001111")]:
            accept(clerk, name, phone, *both)
        noticed = accept(clerk, "李小五", "13800002222", both[0], missing=("近期一寸免冠照片", "银行卡复印件"))
        stopped = accept(clerk, "王小六", "13800003333", *both)
        why = {"procedure": "appraisal", "reason": "需对劳动关系证明作笔迹鉴定"}
        clerk.chief.post(f"/cases/{stopped}/suspend", json=why).raise_for_status()
        with Day(shop) as chief:
            longer = {"days": 3, "reason": "需向原用人单位核实"}
            case = chief.chief.get(f"/halls/{shop.hall}/cases").json()["cases"][0]["number"]
            chief.chief.post(f"/cases/{case}/extend", json=longer).raise_for_status()
        serve(clerk, "S-002")
    async with reading(browser, shop, "3", **READERS[reader]) as page:
        await visit(page, CONSOLE[1], f"{shop.server.base}/console", "#here-number")
        await expect(page.locator("#here")).to_have_attribute("data-status", "serving")
        await keep(page, f"console-accept-before{reader}", CONSOLE, whole=acts)
        await page.locator("[data-act=accept]").click()
        await type_in(page)
        await page.locator("#accept form .primary").click()
        await expect(page.locator("#accept-phone-fault")).not_to_be_empty()
        await keep(page, f"console-accept-error{reader}", CONSOLE, whole=foot)
        await page.locator("#accept-phone").fill("")
        await page.locator("#accept [value=refuse]").check()
        await page.locator("#accept details summary").click()
        await page.locator("#accept-why").fill("不属于本机关职权范围")
        await keep(page, f"console-accept-refuse{reader}", CONSOLE, whole=foot)
        await page.locator("#accept [name=way]").first.check()
        await page.keyboard.press("F9")
        await page.locator("#accept-missing").fill("")
        await keep(page, f"console-accept{reader}", CONSOLE, whole=foot)
        await page.locator("#accept form .primary").click()
        await expect(page.locator("#accepted-number")).to_be_visible()
        await keep(page, f"console-accepted{reader}", CONSOLE, whole="#accept .accepted > .answer button")
        await page.keyboard.press("Escape")
        await page.keyboard.press("F1")
        await expect(page.locator("#cases .cases li")).to_have_count(5)
        await keep(page, f"console-cases{reader}", CONSOLE)
        for name, number, action in [("noticed", noticed, "supplement"), ("extended", case, "suspend")]:
            await page.locator(f"#cases [data-number='{number}'] button").click()
            await expect(page.locator("#case .papers li").first).to_be_visible()
            await keep(page, f"console-case-{name}{reader}", CONSOLE)
            await page.locator(f"#case [data-action={action}]").click()
            await expect(page.locator("#case [data-slot=act] .field, #case [data-slot=act] li").first).to_be_visible()
            await keep(page, f"console-case-{name}-act{reader}", CONSOLE)
            await page.keyboard.press("Escape")
            await page.keyboard.press("Escape")
    async with reading(browser, shop, "supervisor", **READERS[reader]) as page:
        await visit(page, SUPERVISE[1], f"{shop.server.base}/supervise#casework", "#casework .cases li")
        await keep(page, f"supervise-cases{reader}", SUPERVISE)
        await page.locator(f"#casework [data-number='{stopped}'] button").click()
        await expect(page.locator("#case .papers li").first).to_be_visible()
        await page.locator("#case summary").last.click()
        await keep(page, f"supervise-case{reader}", SUPERVISE)
