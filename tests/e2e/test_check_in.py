"""The kiosk's door 预约签到 (R40, R44): by QR code, by code, by phone; too early, too late, twice; and another time."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from appointed import Appointed
from day import Day
from house import ZONE
from keyed import scan
from late import Late
from playwright.async_api import BrowserContext, Page, expect
from shop import Shop

pytestmark = pytest.mark.anyio

ITEM = "S-002"
NAME = "失业保险金申领"


@pytest.fixture
def booked(shop: Shop) -> Iterator[Appointed]:
    made = Appointed(shop, ITEM)
    yield made
    made.close()


async def kiosk(context: BrowserContext, shop: Shop) -> Page:
    page = await context.new_page()
    await page.goto(shop.kiosk)
    await expect(page.locator("[data-screen=start] .tile").first).to_be_visible()
    return page


def clock(moment: datetime) -> str:
    return f"{moment.astimezone(ZoneInfo(ZONE)):%H:%M}"


async def refused(page: Page, title: str) -> None:
    await expect(page.locator("[data-screen=refused] [data-slot=title]")).to_have_text(title)


async def test_a_scanned_link_takes_the_number_and_the_window_sees_it(
    context: BrowserContext, shop: Shop, booked: Appointed
) -> None:
    """R44, R52, R53."""
    proxy = {"name": "李小四", "phone": "13900000000"}
    early, late = booked.book(20), booked.book(-5, needs="wheelchair", proxy=proxy)
    page = await kiosk(context, shop)
    await page.get_by_role("button", name="预约签到").click()
    await scan(page, f"{shop.server.base}{early['url']}")
    number, told = page.locator("[data-screen=ticket] [data-slot=number]"), "[data-screen=ticket] [data-slot=booked]"
    await expect(number).to_have_text("A001")
    await expect(page.locator(told)).to_have_text(f"您预约的时间 {clock(early['starts_at'])}，到时按约叫号")
    await expect(page.locator("[data-screen=ticket] [data-qr] svg")).to_be_visible()
    await page.get_by_role("button", name="完成").click()
    await page.get_by_role("button", name="预约签到").click()
    await scan(page, late["code"].lower())
    await expect(number).to_have_text("A002")
    await expect(page.locator(told)).to_have_text(f"您预约的时间 {clock(late['starts_at'])}，已按约排队")
    await at_the_window(context, shop, clock(late["starts_at"]))


async def at_the_window(context: BrowserContext, shop: Shop, time: str) -> None:
    """A002 is called: the officer sees the appointment, the need and who comes for whom; the board its mark."""
    console, board = await context.new_page(), await context.new_page()
    with Day(shop) as day:
        await board.goto(shop.board)
        await expect(board.locator("#lines, #shut").first).to_be_attached()
        signing = {"username": "3", "password": shop.passwords["clerk"]}
        await context.request.post(f"{shop.server.base}/api/v1/session", data=signing)
        window = next(window for window in day.windows if window["number"] == "3")
        with Day(shop, "3") as clerk:
            clerk.open([window])
            await console.goto(f"{shop.server.base}/console")
            await expect(console.locator("#next [data-field=because]").first).to_contain_text(f"预约 {time}")
            await expect(console.locator("#waiting")).to_contain_text("1 人未到时间")
            assert clerk.call(window)["number"] == "A002"
        await expect(console.locator("#here-tags")).to_contain_text(f"预约 {time}")
        await expect(console.locator("#here-tags")).to_contain_text("轮椅")
        await expect(console.locator("#here-visitor")).to_contain_text("张*三")
        await expect(console.locator("#here-visitor")).to_contain_text("代办 李*四 139****0000")
        await expect(board.locator(".call .booked")).to_have_text("预约")
        strip = await context.new_page()
        await strip.goto(f"{shop.server.base}/window/{shop.hall}/3")
        await expect(strip.locator("#booked")).to_have_text("预约")


async def test_by_code_on_the_screen_and_by_real_keys(context: BrowserContext, shop: Shop, booked: Appointed) -> None:
    first, second = booked.book(10), booked.book(12)
    page = await kiosk(context, shop)
    await page.get_by_role("button", name="预约签到").click()
    await page.get_by_role("button", name="输入预约码").click()
    keys = page.locator("[data-screen=code]")
    for sign in first["code"]:
        await keys.locator(f'[data-key="{sign}"]').click()
    await expect(keys.locator("[data-slot=typed]")).to_have_text(f"{first['code'][:4]} {first['code'][4:]}")
    await keys.get_by_role("button", name="签到", exact=True).click()
    await expect(page.locator("[data-screen=ticket] [data-slot=number]")).to_have_text("A001")
    await page.get_by_role("button", name="完成").click()
    await page.get_by_role("button", name="预约签到").click()
    await page.get_by_role("button", name="输入预约码").click()
    await expect(keys.locator("[data-slot=typed]")).to_have_text("＿＿＿＿ ＿＿＿＿")  # nothing of the one before
    for sign in f"{second['code']}":
        await page.keyboard.press(sign, delay=160)  # slower than a scanner
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-screen=ticket] [data-slot=number]")).to_have_text("A002")


async def test_by_phone_one_of_several(context: BrowserContext, shop: Shop, booked: Appointed) -> None:
    phone = "13812345678"
    booked.book(10, phone=phone)
    booked.book(10, phone="13800001111", proxy={"name": "李小四", "phone": phone})
    page = await kiosk(context, shop)
    await page.get_by_role("button", name="预约签到").click()
    await page.get_by_role("button", name="输入手机号").click()
    pad = page.locator("[data-screen=phone]")
    await page.keyboard.type("138123")
    await pad.get_by_role("button", name="查询", exact=True).click()
    await expect(pad.get_by_role("alert")).to_contain_text("电话号码格式不正确")
    for digit in "45678":
        await pad.locator(f'[data-key="{digit}"]').click()
    await expect(pad.locator("[data-slot=typed]")).to_have_text("138 1234 5678")
    await pad.get_by_role("button", name="查询", exact=True).click()
    tiles = page.locator("[data-screen=found] .tile")
    await expect(tiles).to_have_count(2)
    await expect(tiles.first).to_contain_text("张*三")
    assert "张小三" not in await page.content()
    await tiles.last.click()
    await expect(page.locator("[data-screen=ticket] [data-slot=number]")).to_have_text("A001")
    await page.get_by_role("button", name="完成").click()
    await expect(page.locator("[data-screen=start]")).to_be_visible()
    assert "张*三" not in await page.locator("#kiosk").inner_html()


async def test_what_cannot_be_is_said_with_what_to_do(context: BrowserContext, shop: Shop, booked: Appointed) -> None:
    early, late, gone, used = booked.book(90), booked.book(-40), booked.book(15), booked.book(15)
    with Day(shop) as day:
        day.kiosk.post(f"/appointments/{used['code']}/check-in", json={}).raise_for_status()
        day.chief.post(f"/appointments/{gone['code']}/cancel", json={"reason": "线路检修"}).raise_for_status()
    page = await kiosk(context, shop)
    await scan(page, early["code"])
    await refused(page, "还没到签到时间")
    await expect(page.locator("[data-screen=refused] [data-slot=why]")).to_contain_text("起可以签到")
    await scan(page, used["code"])
    await refused(page, "已经签到过了")
    await scan(page, gone["code"])
    await refused(page, "该预约已取消")
    await scan(page, "ABCD2345")
    await refused(page, "没有找到这个预约")
    await expect(page.get_by_role("button", name="用手机号查询")).to_be_visible()
    await scan(page, late["code"])  # by this hall's rule like a walk-in
    await expect(page.locator("[data-screen=ticket] [data-slot=booked]")).to_have_text(
        f"已过预约时间 {clock(late['starts_at'])}，按现场取号为您排队"
    )


async def test_after_the_quiet_seconds_nothing_is_left(context: BrowserContext, shop: Shop, booked: Appointed) -> None:
    page = await context.new_page()
    await page.clock.install()
    await page.goto(shop.kiosk)
    await page.get_by_role("button", name="预约签到").click()
    await page.get_by_role("button", name="输入手机号").click()
    await page.keyboard.type("13812345678")
    await expect(page.locator("[data-screen=phone] [data-slot=typed]")).to_have_text("138 1234 5678")
    await page.clock.fast_forward(46_000)
    await expect(page.locator("[data-screen=start]")).to_be_visible()
    assert "138 1234" not in await page.locator("#kiosk").inner_html()


async def test_another_time_is_booked_where_nobody_serves_now(
    context: BrowserContext, shop: Shop, booked: Appointed
) -> None:
    page = await kiosk(context, shop)
    await page.get_by_role("button", name=NAME).click()
    await page.get_by_role("button", name="预约其他时间").click()
    slot = page.locator("[data-screen=times] .tile:enabled").first
    await slot.click()
    person = page.locator("[data-screen=person]")
    await person.get_by_role("button", name="确认预约").click()
    await expect(person.get_by_role("alert")).to_have_text("请填写手机号，预约结果会发短信通知")
    await person.get_by_label("姓名").fill("王小五")
    for digit in "13812345678":
        await person.locator(f'[data-key="{digit}"]').click()
    await person.get_by_role("button", name="确认预约").click()
    code = page.locator("[data-screen=booked] [data-slot=code]")
    await expect(code).not_to_be_empty()
    await expect(page.locator("[data-screen=booked] [data-qr] svg")).to_be_visible()
    said = (await code.inner_text()).replace(" ", "")
    await page.get_by_role("button", name="完成").click()
    await expect(page.locator("[data-screen=start]")).to_be_visible()
    kept = await page.locator("#kiosk").inner_html()
    assert said not in kept
    assert await person.get_by_label("姓名").input_value() == ""
    with Day(shop) as day:
        seen = day.chief.get(f"/appointments/{said}").raise_for_status().json()
    assert (seen["channel"], seen["visitor"]) == ("onsite", "王*五 138****5678")


async def leave(page: Page, way: str) -> None:
    await page.locator(f"[data-foot-button={way}]").click()
    await expect(page.locator(f"[data-screen={'start' if way == 'home' else 'check-in'}]")).to_be_visible()


async def answered(page: Page, late: Late, address: str) -> None:
    """The answer comes, and the page has had the time to make something of it."""
    async with page.expect_response(address):
        late.let_go.set()
    await page.evaluate("fetch('/kiosk').then((answer) => answer.text())")


@pytest.mark.parametrize("way", ["back", "home"])
async def test_appointments_that_come_late_are_shown_to_nobody(
    context: BrowserContext, shop: Shop, booked: Appointed, way: str
) -> None:
    booked.book(10, phone="13812345678")
    late, address = Late(), "**/appointments?phone=*"
    await context.route(address, late)
    page = await kiosk(context, shop)
    await page.get_by_role("button", name="预约签到").click()
    await page.get_by_role("button", name="输入手机号").click()
    await page.keyboard.type("13812345678")
    await page.keyboard.press("Enter")
    await late.asked.wait()
    await leave(page, way)
    await answered(page, late, address)
    await expect(page.locator("[data-screen=found]")).to_be_hidden()
    assert "张*三" not in await page.locator("#kiosk").inner_html()


@pytest.mark.parametrize("way", ["back", "home"])
async def test_a_refusal_that_comes_late_is_shown_to_nobody(
    context: BrowserContext, shop: Shop, booked: Appointed, way: str
) -> None:
    early = booked.book(90)
    late, address = Late(), f"**/api/v1/appointments/{early['code']}"
    await context.route(address, late)
    page = await kiosk(context, shop)
    await page.get_by_role("button", name="预约签到").click()
    await scan(page, early["code"])
    await late.asked.wait()
    await leave(page, way)
    await answered(page, late, address)
    await expect(page.locator("[data-screen=refused]")).to_be_hidden()


def times(shop: Shop) -> list[dict[str, Any]]:
    with Day(shop) as day:
        asked = {"item": ITEM, "channel": "onsite"}
        said = day.kiosk.get(f"/halls/{shop.hall}/slots", params=asked).raise_for_status()
        return list(said.json()["slots"])


async def test_a_place_that_comes_late_is_given_back(context: BrowserContext, shop: Shop) -> None:
    late = Late()
    await context.route("**/holds", late)
    page = await kiosk(context, shop)
    await page.get_by_role("button", name=NAME).click()
    await page.get_by_role("button", name="预约其他时间").click()
    before = times(shop)
    await page.locator("[data-screen=times] .tile:enabled").first.click()
    await late.asked.wait()
    await leave(page, "home")
    async with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        late.let_go.set()
    await expect(page.locator("[data-screen=start]")).to_be_visible()
    assert times(shop) == before


async def desk(context: BrowserContext, shop: Shop) -> Page:
    page = await context.new_page()
    await page.add_init_script(
        "window.print = () => { parent.document.documentElement.dataset.printed = location.pathname }"
    )
    await page.set_viewport_size({"width": 1024, "height": 768})
    signing = {"username": "guide", "password": shop.passwords["guide"]}
    await context.request.post(f"{shop.server.base}/api/v1/session", data=signing)
    await page.goto(f"{shop.server.base}/desk")
    await expect(page.locator("#items [role=option]").first).to_be_visible()
    return page


async def search(page: Page, said: str) -> None:
    await page.keyboard.press("F8")
    await page.keyboard.type(said)
    await page.keyboard.press("Enter")


async def test_a_guide_checks_in_by_phone_and_by_code(context: BrowserContext, shop: Shop, booked: Appointed) -> None:
    first, second = booked.book(10, needs="wheelchair"), booked.book(12)
    page = await desk(context, shop)
    await search(page, "13700000000")
    await expect(page.locator("#message")).to_have_text("没有找到这个手机号的预约")
    await search(page, f"{first['phone'][:3]} {first['phone'][3:7]} {first['phone'][7:]}")
    await expect(page.locator("#appointments")).to_contain_text("需要：轮椅")
    await expect(page.locator("#appointments")).to_contain_text("张*三")
    await page.get_by_role("button", name="签到").click()
    await expect(page.locator("#result-number")).to_have_text("A001")
    await expect(page.locator("#result-tags")).to_contain_text(f"预约 {clock(first['starts_at'])}")
    await expect(page.locator("#message")).to_contain_text("A001 号，按预约时间")
    await search(page, f"{second['code'][:4]} {second['code'][4:]}".lower())
    await expect(page.get_by_role("button", name="签到")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#result-number")).to_have_text("A002")
    await search(page, second["code"])
    await expect(page.locator("#appointments .state")).to_have_text("已签到")
    await search(page, "a001")
    await expect(page.locator("#result-number")).to_have_text("A001")


@pytest.mark.parametrize("by", ["key", "mouse"])
async def test_a_check_in_that_is_done_late_does_not_stand_before_the_next_visitor(
    context: BrowserContext, shop: Shop, booked: Appointed, by: str
) -> None:
    one, late = booked.book(10), Late()
    await context.route("**/check-in", late)
    page = await desk(context, shop)
    await search(page, one["code"])
    await expect(page.get_by_role("button", name="签到")).to_be_focused()
    await page.keyboard.press("Enter")
    await late.asked.wait()
    await (page.keyboard.press("F2") if by == "key" else page.locator("#seek").click())
    await page.keyboard.type("S-002")
    await expect(page.locator("#guide-name")).to_have_text(NAME)
    late.let_go.set()
    await expect(page.locator("#message")).to_contain_text("A001 号，按预约时间")
    await expect(page.locator("#result")).to_be_hidden()
    await expect(page.locator("#guide-name")).to_have_text(NAME)
    await expect(page.locator("#seek")).to_be_focused()


async def test_a_guide_books_another_time_and_moves_it(context: BrowserContext, shop: Shop) -> None:
    page = await desk(context, shop)
    await page.locator("#seek").fill(ITEM)
    await expect(page.locator("#guide-name")).to_have_text(NAME)
    await page.locator("#name").fill("王小五")
    await page.get_by_role("button", name="预约其他时间").click()
    await page.get_by_role("button", name="确认预约").click()
    await expect(page.locator("#booking-message")).to_have_text("请先选择时间")
    slots = page.locator("#booking-slots input:enabled")
    await slots.first.check()
    await expect(page.locator("#booking-name")).to_have_value("王小五")
    await page.locator("#booking-phone").fill("13812345678")
    await page.locator("#booking-yes").click()
    await expect(page.locator("#message")).to_contain_text("已预约")
    await expect(page.locator("#appointments li")).to_contain_text("王*五 138****5678")
    await expect(page.locator("html")).to_have_attribute("data-printed", re.compile("^/appointments/.{8}/slip$"))
    before = await page.locator("#appointments [data-field=when]").inner_text()
    code = (await page.locator("#appointments [data-field=code]").inner_text()).removeprefix("预约码 ")
    await page.reload()
    await expect(page.locator("#items [role=option]").first).to_be_visible()
    await search(page, code)
    await page.get_by_role("button", name="改约其他时间").click()
    await slots.nth(1).check()
    await page.locator("#booking-yes").click()
    await expect(page.locator("#message")).to_contain_text("已改到")
    assert await page.locator("#appointments [data-field=when]").inner_text() != before
