"""Accepting at a window, and what becomes of a case, in a real browser: by its clerk, on paper, by a supervisor."""

import asyncio
import re
from collections.abc import Iterator

import httpx
import pytest
from day import Day
from house import ZONE
from keyed import answered
from late import Late
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect
from shop import Shop

pytestmark = pytest.mark.anyio

PHONE = "13812345678"


@pytest.fixture(autouse=True)
def _swift_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lights turn at a sweep; the server that a test starts sweeps every second."""
    monkeypatch.setenv("PAIHAO_SWEEP_SECONDS", "1")


@pytest.fixture
def hall(shop: Shop) -> Iterator[Day]:
    with Day(shop) as day:
        yield day


async def signed_in(browser: Browser, shop: Shop, account: str) -> tuple[BrowserContext, Page]:
    context = await browser.new_context(locale="zh-CN", timezone_id=ZONE)
    context.set_default_timeout(20_000)
    signing = {"username": account, "password": shop.passwords.get(account, shop.passwords["clerk"])}
    assert (await context.request.post(f"{shop.server.base}/api/v1/session", data=signing)).ok
    return context, await context.new_page()


async def serving(page: Page, hall: Day, item: str = "S-002") -> None:
    """A clerk's console with somebody in front of the window, who came for ``item``."""
    hall.issue(item=item)
    await page.goto(f"{hall.shop.server.base}/console")
    await expect(page.locator("#choose-filter")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#next li")).to_have_count(1)
    await page.keyboard.press("F2")
    await expect(page.locator("#here")).to_have_attribute("data-status", "called")
    await answered(page)
    await page.keyboard.press("F4")
    await expect(page.locator("#here")).to_have_attribute("data-status", "serving")
    await answered(page)


async def opens(page: Page) -> None:
    """F9 opens the form."""
    async with asyncio.timeout(20):  # pressed twice within a moment it is one press
        while not await page.locator("#accept").is_visible():
            await page.keyboard.press("F9")


async def presses(button: Locator, until: Locator) -> None:
    """Press a button until what comes of it is seen: pressed twice within a moment it is one press."""
    async with asyncio.timeout(20):
        while not await until.is_visible():
            await button.click()
            await expect(button.page.locator("[aria-busy=true]")).to_have_count(0)


async def acts(page: Page, action: str, said: str, **fields: str) -> None:
    """Do an action on the case that lies open, with its fields; the page says how the case stands then."""
    await page.locator(f"#case [data-action={action}]").click()
    for name, value in fields.items():
        await page.locator(f"#act-{name}").fill(value)
    await presses(page.locator("#case [data-slot=act-yes]"), page.locator("#case [data-slot=message]", has_text=said))


def warn_early(shop: Shop) -> None:
    """The hall warns thirty working days ahead: the next sweep turns every open case's light, as time would."""
    with Day(shop, "admin") as admin:
        rules = f"/halls/{shop.hall}/case-rules"
        kept = admin.chief.get(rules).raise_for_status().json()
        admin.chief.put(rules, json=kept | {"warning_days": 30}).raise_for_status()


async def test_a_case_goes_its_whole_way_through_the_pages(browser: Browser, shop: Shop, hall: Day) -> None:
    """R2, R15, R24, R25, R30, R36: notice, supplement, accepted, yellow, extended, decided, delivered."""
    context, page = await signed_in(browser, shop, "3")
    await serving(page, hall)
    await page.keyboard.press("F9")
    accept = page.locator("#accept")
    comes = accept.locator("[data-slot=comes]")
    await expect(comes).to_contain_text("列明：居民身份证、解除劳动关系证明")
    await accept.get_by_label("居民身份证", exact=True).check()
    await accept.get_by_label("另需补正").fill("近期照片")
    await expect(comes).to_contain_text("《一次性告知书》，列明：解除劳动关系证明、近期照片")
    await accept.get_by_label("姓名", exact=True).fill("张小三")
    await accept.get_by_label("手机号或座机号").fill("12")
    await accept.get_by_role("button", name="出具一次性告知书").click()
    await expect(accept.locator("#accept-phone-fault")).to_contain_text("电话号码格式不正确")
    await expect(accept.locator("#accept-phone")).to_be_focused()
    await accept.locator("#accept-phone").fill(PHONE)
    await presses(accept.locator("form .primary"), accept.locator("#accepted-number"))
    number = await accept.locator("#accepted-number").inner_text()
    assert re.fullmatch(r"BJ01-\d{8}-00001", number)
    await expect(accept.locator("[data-slot=stand]")).to_contain_text("不计时")

    async with context.expect_page() as opened:
        await accept.get_by_role("link", name="打开一次性告知书").click()
    paper = await opened.value
    await expect(paper.locator("h1")).to_have_text("一次性告知书")
    await expect(paper.locator("main ol")).to_contain_text("近期照片")
    await paper.emulate_media(media="print")
    await expect(paper.locator(".tools")).to_be_hidden()
    await paper.close()
    pdf = await accept.get_by_role("link", name="下载一次性告知书 PDF").get_attribute("href")
    assert (await (await context.request.get(f"{shop.server.base}{pdf}")).body()).startswith(b"%PDF")

    await accept.get_by_role("button", name="查看办件").click()
    case = page.locator("#case")
    await expect(case.locator("[data-slot=lacking] li")).to_have_text(["解除劳动关系证明", "近期照片"])
    await case.locator("[data-action=supplement]").click()
    await case.get_by_label("近期照片", exact=True).check()
    await case.locator("[data-slot=act-yes]").click()
    await expect(case.locator("[data-slot=lacking] li")).to_have_text(["解除劳动关系证明"])
    await case.locator("[data-action=supplement]").click()
    await page.keyboard.press("F9")
    await presses(case.locator("[data-slot=act-yes]"), case.get_by_text(f"{number} 已受理，办理中"))
    await expect(case.locator("[data-slot=stand]")).to_contain_text(re.compile(r"绿灯.*应于.*前办结"))
    await expect(case.get_by_role("button", name="打印受理通知书")).to_be_visible()

    await case.locator("[data-action=extend]").click()  # a clerk asks for it
    await expect(case.locator("[data-slot=act-hint]")).to_contain_text("需值班长批准")
    await page.keyboard.press("End")
    await page.keyboard.type("需实地核验，申请延长3个工作日")
    await page.keyboard.press("Enter")
    await expect(case.locator("[data-slot=message]")).to_contain_text("已请示领导")

    warn_early(shop)
    above, steering = await signed_in(browser, shop, "supervisor")
    await steering.goto(f"{shop.server.base}/supervise#casework")
    yellow = steering.locator("#casework button[data-light=yellow]")
    await expect(yellow).to_be_visible()
    async with asyncio.timeout(20):  # until the next sweep
        while await yellow.locator("b").inner_text() != "1":
            async with steering.expect_response("**/cases?*"):
                await yellow.click()
    row = steering.locator(f"#casework [data-number='{number}'] button")
    await expect(row).to_contain_text("黄灯")
    await row.click()
    await acts(steering, "extend", "已受理，办理中", days="3", reason="需实地核验材料")
    sheet = steering.locator("#case")
    await expect(sheet.locator("[data-slot=facts]")).to_contain_text("3个工作日")
    await expect(sheet.get_by_role("button", name="打印延期告知书")).to_be_visible()
    await expect(sheet.locator("[data-action=extend]")).to_have_count(0)
    await above.close()

    await page.keyboard.press("Escape")
    await page.keyboard.press("F1")
    await page.locator("#cases-seek").fill(number.replace("-", "").lower())
    await page.keyboard.press("Enter")
    await expect(page.locator("#cases .cases button")).to_contain_text("黄灯")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await acts(page, "decide", "已办结，待送达")
    await acts(page, "deliver", "已送达")
    await expect(case.locator(".papers li")).to_have_count(5)
    await case.get_by_text("计时过程").click()
    await expect(case.locator("[data-slot=trace]")).to_contain_text("材料补齐，受理")
    await case.get_by_role("button", name="查看全名").click()
    await expect(case.locator("[data-slot=facts]")).to_contain_text(f"张小三 · 电话 {PHONE}")
    async with context.expect_page() as opened:
        await case.get_by_role("link", name="申请人看到的进度").click()
    await expect((await opened.value).locator("main")).to_contain_text(number)
    assert any("已办结" in text for text in shop.told(PHONE))
    await context.close()


async def test_what_is_done_the_same_day_is_accepted_and_settled_by_keyboard_alone(
    browser: Browser, shop: Shop, hall: Day
) -> None:
    """R22: F9 opens, F9 ticks all, Enter accepts, and one more button settles it."""
    context, page = await signed_in(browser, shop, "3")
    await serving(page, hall, "S-001")
    await page.keyboard.press("F9")
    await expect(page.locator("#accept [type=checkbox]")).to_be_focused()
    await page.keyboard.press("2")
    await expect(page.locator("#accept [type=number]")).to_have_value("2")
    await page.keyboard.press("F9")  # all were ticked: none is
    await expect(page.locator("#accept [type=checkbox]")).not_to_be_checked()
    await page.keyboard.press("F9")
    await expect(page.locator("#accept-name")).to_be_focused()
    await expect(page.locator("#accept [data-slot=comes]")).to_have_text("材料齐全，出具《受理通知书》，当日办结")
    await page.keyboard.type("李小四")
    await page.keyboard.press("Escape")  # a mistake: nothing of it is lost
    await opens(page)
    await expect(page.locator("#accept-name")).to_have_value("李小四")
    await page.keyboard.press("Enter")
    await expect(page.locator("#accept [data-do=print]")).to_be_focused()
    await expect(page.locator("#accept [data-slot=stand]")).to_contain_text("黄灯")  # due today
    await expect(page.locator("#accept .due")).to_contain_text("当日办结")
    await page.keyboard.press("Tab")
    await expect(page.locator("#accept [data-do=decide]")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#accept [data-slot=stand]")).to_contain_text("已办结，待送达")
    await page.keyboard.press("Escape")
    await expect(page.locator("#message")).to_contain_text("A001 号：已办结，待送达，办件编号 BJ01-")
    await expect(page.locator("body")).not_to_be_focused()
    detail = hall.chief.get(f"/halls/{shop.hall}/cases", params={"state": "over"}).json()["cases"]
    assert [(one["state"], one["materials"][0]["count"]) for one in detail] == [("decided", 2)]
    await context.close()


async def test_refused_told_later_and_another_item(browser: Browser, shop: Shop, hall: Day) -> None:
    """R20, R21: each needs its reason, and the button names the paper."""
    context, page = await signed_in(browser, shop, "3")
    await serving(page, hall)
    await page.keyboard.press("F9")
    accept = page.locator("#accept")
    await accept.get_by_role("button", name="换事项").click()
    await page.keyboard.type("身份证")
    await expect(accept.locator("[data-slot=no-items]")).to_contain_text("本窗口没有符合的事项")
    await accept.locator("#accept-seek").fill("ylbx")  # the initials of 养老保险
    await expect(accept.locator("[data-slot=items] button")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(accept.locator("#accept-item-name")).to_have_text("养老保险参保登记")
    await accept.get_by_label("单位", exact=True).check()
    await accept.get_by_label("单位名称").fill("龙泉机械有限公司")
    await accept.get_by_text("由代办人办理").click()
    await accept.get_by_label("代办人姓名").fill("王小五")
    await accept.get_by_label("代办人手机号").fill("1380000")
    await accept.get_by_text("暂不能当场告知").click()
    await accept.get_by_role("button", name="收件，稍后告知").click()
    await expect(accept.locator("#accept-why-fault")).to_have_text("请写明理由")
    await accept.locator("#accept-why").fill("需与业务部门核对")
    await presses(accept.locator("form .primary"), accept.locator("#accept-agent_phone-fault"))
    await expect(accept.locator("#accept-agent_phone-fault")).to_contain_text("电话号码格式不正确")
    await accept.get_by_label("代办人手机号").fill(PHONE)
    await presses(accept.locator("form .primary"), accept.locator("#accepted-number"))
    await expect(accept.locator("[data-slot=stand]")).to_contain_text("已收件，待一次性告知")
    await accept.get_by_role("button", name="查看办件").click()
    await acts(page, "notice", "已告知，待补齐材料", missing="营业执照副本")
    await page.keyboard.press("Escape")

    await opens(page)
    await expect(accept.locator("#accept-name")).to_have_value("")
    await accept.get_by_label("姓名", exact=True).fill("张小三")
    await accept.get_by_label("不予受理").check()
    await accept.locator("#accept-why").fill("不属于本机关职权范围")
    await accept.get_by_role("button", name="出具不予受理通知书").click()
    await expect(accept.locator("[data-slot=stand]")).to_contain_text("不予受理，已退回")
    await expect(accept.get_by_role("button", name="打印不予受理通知书")).to_be_visible()
    await accept.get_by_role("button", name="返回").click()

    await opens(page)
    await accept.get_by_role("button", name="收件回执").click()
    await expect(accept).to_be_hidden()
    await expect(page.locator("#receipt")).to_be_visible()
    await context.close()


async def test_a_supervisor_forces_a_second_notice(browser: Browser, shop: Shop, hall: Day) -> None:
    """R15: nobody else does, and it leaves a finding."""
    number = accepted(shop, hall)
    context, page = await signed_in(browser, shop, "supervisor")
    await page.goto(f"{shop.server.base}/supervise#casework")
    await page.locator(f"[data-number='{number}'] button").click()
    await acts(page, "again", "已告知，待补齐材料", missing="居住证明")
    await expect(page.locator("#case [data-slot=lacking]")).to_contain_text("居住证明")
    found = hall.chief.get(f"/halls/{shop.hall}/alerts").json()["alerts"]
    assert [one["kind"] for one in found if one["case"] == number] == ["second_notice"]
    await context.close()


def accepted(shop: Shop, hall: Day) -> str:
    """A case with a notice, accepted at window 3 through the interface: its number."""
    window = next(one for one in hall.windows if one["number"] == "3")
    hall.issue(item="S-002")
    with Day(shop, "3") as clerk:
        clerk.open([window])
        ticket = clerk.call(window)["id"]
        clerk.chief.post(f"/tickets/{ticket}/start").raise_for_status()
        body = {"applicant": {"name": "张小三", "phone": PHONE}, "materials": ["居民身份证"]}
        said: httpx.Response = clerk.chief.post(f"/tickets/{ticket}/accept", json=body).raise_for_status()
        return str(said.json()["number"])


async def test_items_are_found_of_a_window_alone(shop: Shop, hall: Day) -> None:
    """An ordinary window's are those of its lines, a comprehensive one's all that the hall serves."""
    items = f"/halls/{shop.hall}/items"
    found = {
        number: {one["code"] for one in hall.kiosk.get(items, params={"window": number}).json()["items"]}
        for number in ("2", "3", "5")
    }
    assert found["3"] == {"S-001", "S-002"}
    assert found["5"] == {"S-003"}
    assert found["2"] == {"S-001", "S-002", "S-003"}
    assert hall.kiosk.get(items, params={"window": "99"}).status_code == 404


async def test_a_late_answer_fills_no_other_case(browser: Browser, shop: Shop, hall: Day) -> None:
    """Who looks at another one meanwhile moves that one."""
    first = accepted(shop, hall)
    with Day(shop, "3") as clerk:  # to whom the next one comes only when this one has gone
        window = next(one["id"] for one in clerk.windows if one["number"] == "3")
        here = clerk.chief.get(f"/windows/{window}").raise_for_status().json()["here"]["id"]
        clerk.chief.post(f"/tickets/{here}/complete").raise_for_status()
    second = accepted(shop, hall)
    context, page = await signed_in(browser, shop, "supervisor")
    late = Late()

    await context.route(f"**/cases/{first}", late)
    await page.goto(f"{shop.server.base}/supervise#casework")
    await page.locator(f"[data-number='{first}'] button").click()
    await expect(page.locator("#case [data-slot=number]")).to_have_text(first)
    await page.keyboard.press("Escape")
    await page.locator(f"[data-number='{second}'] button").click()
    await expect(page.locator("#case [data-action=again]")).to_be_visible()
    async with page.expect_response(f"**/cases/{first}") as answer:
        late.let_go.set()
    await (await answer.value).finished()
    await page.evaluate("() => new Promise(requestAnimationFrame)")
    await acts(page, "again", f"{second} 已告知，待补齐材料", missing="居住证明")
    found = hall.chief.get(f"/halls/{shop.hall}/alerts").json()["alerts"]
    assert [one["case"] for one in found if one["kind"] == "second_notice"] == [second]
    await context.close()


async def test_enter_that_found_nothing_takes_nothing_of_the_next_word(browser: Browser, shop: Shop, hall: Day) -> None:
    context, page = await signed_in(browser, shop, "3")
    await serving(page, hall)
    await opens(page)
    accept = page.locator("#accept")
    await accept.get_by_role("button", name="换事项").click()
    await page.keyboard.type("身份证")
    await expect(accept.locator("[data-slot=no-items]")).to_contain_text("本窗口没有符合的事项")
    await page.keyboard.press("Enter")
    await accept.locator("#accept-seek").fill("ylbx")
    await expect(accept.locator("[data-slot=items] button")).to_have_count(1)
    await expect(accept.locator("#accept-seek")).to_be_focused()
    await expect(accept.locator("#accept-item-name")).to_have_text("失业保险金申领")
    await page.keyboard.press("Enter")
    await expect(accept.locator("#accept-item-name")).to_have_text("养老保险参保登记")
    await context.close()
