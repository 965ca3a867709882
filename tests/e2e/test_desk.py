"""The first desk in a real browser: a number by keyboard alone, hand-overs, guidance, help, receipts."""

import re
from contextlib import closing

import httpx
import pytest
from counter import clerk, new_visitor, open_desk, printed, window
from late import Late
from playwright.async_api import BrowserContext, expect
from shop import Shop

pytestmark = pytest.mark.anyio


def kiosk_ticket(shop: Shop, **wish: str) -> str:
    with httpx.Client(base_url=f"{shop.server.base}/api/v1", timeout=30) as kiosk:
        kiosk.headers["authorization"] = f"Bearer {shop.devices['kiosk']}"
        said = kiosk.post(f"/halls/{shop.hall}/tickets", json={"channel": "kiosk"} | wish)
        return str(said.raise_for_status().json()["number"])


async def test_a_number_by_keyboard_alone_and_seen_as_taken(context: BrowserContext, shop: Shop) -> None:
    with closing(clerk(shop, "3")) as at_3:
        desk = await open_desk(context, shop)
        await new_visitor(desk, "ylbx", "养老保险参保登记")
        await expect(desk.locator("#way-line")).to_have_text("A · 社会保险")
        await expect(desk.locator("#guide-materials li")).to_have_text(["居民身份证"])
        await desk.keyboard.press("Enter")
        await expect(desk.locator("#take-yes")).to_be_focused()
        await desk.keyboard.press("Enter")
        await expect(desk.locator("#result-number")).to_have_text("A001")
        await expect(desk.locator("#result-where")).to_contain_text("B区1楼")
        await desk.keyboard.press("Enter")  # the slip, on the browser's printer: the hall has none of its own
        await printed(desk, r"^/t/.+/slip\?print=1$")
        sent = desk.locator("#handovers li").first
        await expect(sent).to_have_attribute("data-state", "open")
        called = at_3.post(f"/windows/{window(at_3, shop, '3')}/call-next").raise_for_status().json()
        await expect(sent).to_have_attribute("data-state", "called")
        at_3.post(f"/tickets/{called['ticket']['id']}/start").raise_for_status()
        await expect(sent).to_have_attribute("data-state", "taken")
        await expect(sent).to_contain_text(re.compile("3号窗口 .+ 已开始办理"))
        await expect(desk.locator("#result-number")).to_have_text("A001")


async def test_a_priority_wants_its_reason_and_another_line_may_be_chosen(context: BrowserContext, shop: Shop) -> None:
    """R45."""
    desk = await open_desk(context, shop)
    await new_visitor(desk, "S-001", "养老保险参保登记")
    await desk.keyboard.press("F4")
    await desk.keyboard.type("Z")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#way-line")).to_contain_text("Z · ")
    await desk.locator("#priority").select_option("elderly")
    await desk.locator("#take-yes").click()
    await expect(desk.locator("#message")).to_have_text("请写明给予优先的理由")
    await expect(desk.locator("#reason")).to_be_focused()
    await desk.keyboard.type("出示老年证")
    await desk.locator("#need").select_option("wheelchair")
    await desk.locator("#name").fill("张小三")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#result-number")).to_have_text("Z001")
    await expect(desk.locator("#result-tags")).to_contain_text("轮椅")
    await desk.keyboard.press("F8")
    await desk.keyboard.type("z001")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#result-tags")).to_contain_text("老年人优先")


async def test_who_is_not_served_here_gets_a_guidance_slip(context: BrowserContext, shop: Shop) -> None:
    """R5."""
    desk = await open_desk(context, shop)
    await new_visitor(desk, "诉讼", "民事诉讼立案")
    await expect(desk.locator("#agency-address")).to_have_text("中心路8号诉讼服务中心")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#take-yes")).to_be_focused()
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#message")).to_have_text("已登记指引：小城人民法院")
    await printed(desk, r"^/desk/guidance\?.+&item=O-001&print=1$")
    await desk.evaluate("delete document.documentElement.dataset.printed")
    await desk.keyboard.press("F7")
    await desk.keyboard.type("法院")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#agencies")).to_be_hidden()
    await printed(desk, r"^/desk/guidance\?")


async def test_a_call_for_help_is_seen_and_answered(context: BrowserContext, shop: Shop) -> None:
    """R53."""
    desk = await open_desk(context, shop)
    await expect(desk.locator("#helps-count")).to_have_text("暂无人求助")
    number = kiosk_ticket(shop, item="S-003", need="sign_language")
    await expect(desk.locator("#alert")).to_contain_text(f"{number} 号需要手语")
    await desk.get_by_role("button", name=f"我去帮 {number}").click()
    await expect(desk.locator("#helps li")).to_contain_text("我已前去")
    await expect(desk.locator("#alert")).to_be_hidden()


async def test_a_receipt_is_given_and_printed(context: BrowserContext, shop: Shop) -> None:
    """R11."""
    number = kiosk_ticket(shop, item="S-003")
    desk = await open_desk(context, shop)
    await desk.keyboard.press("F8")
    await desk.keyboard.type(number)
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#result-number")).to_have_text(number)
    await desk.get_by_role("button", name="收件回执").click()
    rows = desk.locator("#receipt li")
    await expect(rows).to_have_count(2)
    await rows.first.get_by_label("份数").fill("0")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#receipt [data-slot=message]")).to_have_text("份数应在 1 到 999 之间")
    await rows.first.get_by_label("份数").fill("3")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#message")).to_contain_text(f"{number} 号：已开具收件回执 SJ")
    path = await printed(desk, r"^/r/.+\?print=1$")
    receipt = await context.new_page()
    await receipt.goto(f"{shop.server.base}{path.partition('?')[0]}")
    await expect(receipt.locator("tbody tr").first).to_have_text(re.compile(r"居民户口簿\s*3"))


async def test_a_dead_network_queues_nothing_and_says_so(context: BrowserContext, shop: Shop) -> None:
    desk = await open_desk(context, shop)
    await new_visitor(desk, "S-001", "养老保险参保登记")
    await desk.keyboard.press("Enter")
    await context.set_offline(True)
    await expect(desk.locator("#away")).to_contain_text("网络中断")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#message")).to_have_attribute("data-kind", "unsent")
    await context.set_offline(False)
    await expect(desk.locator("#away")).to_be_hidden()
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#result-number")).to_have_text("A001")  # the first number: nothing was sent before


async def test_a_number_that_comes_late_does_not_stand_before_the_next_visitor(
    context: BrowserContext, shop: Shop
) -> None:
    number, late, whole = kiosk_ticket(shop, item="S-003"), Late(), re.compile(r"/v1/tickets/[^/]+$")

    await context.route(whole, late)
    desk = await open_desk(context, shop)
    await desk.keyboard.press("F8")
    await desk.keyboard.type(number)
    async with desk.expect_request(whole):
        await desk.keyboard.press("Enter")
    await new_visitor(desk, "ylbx", "养老保险参保登记")
    async with desk.expect_response(whole) as answer:
        late.let_go.set()
    await (await answer.value).finished()
    await desk.evaluate("() => new Promise(requestAnimationFrame)")
    await expect(desk.locator("#result")).to_be_hidden()
    await expect(desk.locator("#guide-name")).to_have_text("养老保险参保登记")


async def test_items_that_come_late_leave_the_number_that_was_asked_for(context: BrowserContext, shop: Shop) -> None:
    number, late, found = kiosk_ticket(shop, item="S-003"), Late(), re.compile(r"/items\?limit=30&q=.+")
    await context.route(found, late)
    desk = await open_desk(context, shop)
    await desk.keyboard.press("F2")
    await desk.keyboard.type("ylbx")
    await late.asked.wait()
    await desk.keyboard.press("F8")
    await desk.keyboard.type(number)
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#result-number")).to_have_text(number)
    late.let_go.set()
    await expect(desk.locator("#items [role=option]")).to_have_text(
        [re.compile("养老保险参保登记"), re.compile("说不清")]
    )
    await expect(desk.locator("#result-number")).to_have_text(number)
    await expect(desk.locator("#guide")).to_be_hidden()
    await desk.locator("#seek").press("Enter")  # whoever comes back goes on with what he typed
    await expect(desk.locator("#guide-name")).to_have_text("养老保险参保登记")


async def test_who_types_his_name_before_the_items_come_gets_what_was_asked_for_last(
    context: BrowserContext, shop: Shop
) -> None:
    late = Late()
    await context.route(re.compile(r"/items\?limit=30&q=ylbx"), late)
    desk = await open_desk(context, shop)
    await new_visitor(desk, "sfz", "居民身份证换领")
    await desk.locator("#seek").fill("ylbx")
    await late.asked.wait()
    await desk.locator("#name").fill("张小三")
    late.let_go.set()
    await expect(desk.locator("#guide-name")).to_have_text("养老保险参保登记")
    await expect(desk.locator("#name")).to_have_value("张小三")
