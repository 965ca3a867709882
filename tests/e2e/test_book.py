"""Booking online in a real Chromium: on a phone and a desk, with scripts and without, to the end and back."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
import look
import pytest
from icalendar import Calendar
from playwright.async_api import Browser, Page, expect
from shop import Shop

pytestmark = pytest.mark.anyio

PHONE, DESK = (360, 640), (1366, 768)
_numbers = count(13_900_000_000)


@asynccontextmanager
async def reading(browser: Browser, size: tuple[int, int], **options: Any) -> AsyncIterator[Page]:
    view = {"width": size[0], "height": size[1]}
    # Scripts that look at the page from outside need to pass the page's own policy.
    context = await browser.new_context(locale="zh-CN", viewport=view, bypass_csp=True, **options)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    yield await context.new_page()
    await context.close()


async def to_person(page: Page, shop: Shop) -> None:
    """From the front page to the person step."""
    await page.goto(shop.server.base)
    await page.get_by_role("link", name="网上预约").click()
    await expect(page.get_by_role("heading", name="要办什么？")).to_be_visible()
    await page.get_by_role("link", name="失业保险金申领").click()
    await expect(page.locator("[aria-current=step]")).to_have_text("日期")
    await page.locator(".week a", has_text="余").last.click()
    await page.locator(".times button").last.click()
    await expect(page.get_by_role("heading", name="谁来办？")).to_be_visible()


async def type_code(page: Page, shop: Shop, phone: str) -> None:
    """It is sent by the time that it is asked for."""
    field = page.get_by_label("6位验证码")
    await expect(field).to_be_visible()
    await field.fill(shop.code_sent(phone))


async def to_confirmation(page: Page, shop: Shop) -> str:
    """From the person step to the confirmation; gives the phone."""
    phone = str(next(_numbers))
    await page.get_by_label("姓名", exact=True).fill("张小三")
    await page.locator("#phone").fill(phone)
    await page.get_by_label("轮椅").check()
    await page.get_by_role("button", name="下一步").click()
    await type_code(page, shop, phone)
    await page.get_by_role("button", name="确认预约").click()
    await expect(page.get_by_role("heading", name="预约成功")).to_be_visible()
    return phone


async def event_of(page: Page) -> Any:
    """The event in the calendar file that the page offers."""
    path = await page.get_by_role("link", name=re.compile("日历")).get_attribute("href")
    file = await page.context.request.get(page.url.partition("/appointments")[0] + str(path))
    return Calendar.from_ical(await file.body()).walk("VEVENT")[0]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_the_whole_way_and_back(browser: Browser, shop: Shop, size: tuple[int, int], scripts: bool) -> None:
    async with reading(browser, size, java_script_enabled=scripts) as page:
        await to_person(page, shop)
        phone = await to_confirmation(page, shop)
        await expect(page.locator("[data-qr] svg")).to_be_visible()
        first = await event_of(page)
        await page.get_by_role("link", name="改期").click()
        await page.locator(".week a").last.click()
        await expect(page.locator(".times [data-mine]")).to_contain_text("您现在的时间")
        await page.locator(".times button").first.click()
        await expect(page.get_by_role("heading", name="已改期")).to_be_visible()
        second = await event_of(page)
        assert (second["uid"], second["sequence"]) == (first["uid"], 1)
        assert first["dtstart"].dt - second["dtstart"].dt > timedelta(0)
        code = (await page.locator(".pass .code").inner_text()).strip()
        await page.goto(f"{shop.server.base}/appointments")
        await page.get_by_label("预约码").fill(code)
        await page.get_by_label("手机号").fill(phone)
        await page.get_by_role("button", name="查询").click()
        await page.get_by_role("link", name="取消预约").click()
        await page.get_by_role("button", name="确定取消").click()
        await expect(page.get_by_role("heading", name="预约已取消")).to_be_visible()
        assert (await event_of(page))["status"] == "CANCELLED"
        assert phone not in page.url
        assert len(shop.told(phone)) >= 4  # code, booked, moved, cancelled; reminders are withdrawn or to come


async def test_a_reload_keeps_the_hold_and_its_time(browser: Browser, shop: Shop) -> None:
    async with reading(browser, PHONE) as page:
        await page.clock.install()
        await to_person(page, shop)
        left = page.locator("[data-left]")
        await expect(left).to_contain_text(re.compile("还有[45]分"))
        until = await page.locator(".held").inner_text()
        await page.reload()
        assert (await page.locator(".held").inner_text())[:12] == until[:12]
        await page.go_back()
        await expect(page.locator(".times [data-mine]")).to_contain_text("已为您保留")
        await page.locator(".times [data-mine]").click()
        assert (await page.locator(".held").inner_text())[:12] == until[:12]
        await page.clock.fast_forward(timedelta(minutes=4, seconds=10).seconds * 1000)
        await expect(page.get_by_role("status")).to_have_text("保留时间只剩一分钟")
        await page.clock.fast_forward(60_000)
        await expect(page.locator(".held")).to_have_text("保留时间已过，请重新选择时段")


async def test_items_are_found_while_one_types(browser: Browser, shop: Shop) -> None:
    async with reading(browser, PHONE) as page:
        await page.goto(f"{shop.server.base}/book")
        await page.get_by_label("搜索事项").press_sequentially("yl")
        await expect(page.locator("#found h2")).to_have_text("找到1项")
        await expect(page.locator("#found li")).to_contain_text("不用预约，直接到大厅取号")
        await expect(page.locator("#found a")).to_have_count(0)
        await page.get_by_label("搜索事项").fill("没有这样的事")
        await expect(page.locator("#found h2")).to_contain_text("没有找到")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
async def test_errors_take_the_focus_and_lead_to_their_fields(browser: Browser, shop: Shop, scripts: bool) -> None:
    async with reading(browser, PHONE, java_script_enabled=scripts) as page:
        await to_person(page, shop)
        await page.get_by_label("替别人预约").check()
        await page.locator("#proxy_name").fill("李四")
        await page.locator("#proxy_phone").fill("12")
        await page.get_by_role("button", name="下一步").click()
        await expect(page.get_by_role("alert")).to_be_focused()
        await expect(page.locator("#proxy_name")).to_have_value("李四")
        await expect(page.locator("#proxy_phone")).to_have_value("12")
        await page.get_by_role("link", name="手机号应为11位数字").press("Enter")
        await expect(page.locator("#proxy_phone")).to_be_focused()
        if scripts:
            assert await look.axe(page) == []


async def test_by_keyboard_alone(browser: Browser, shop: Shop) -> None:
    async with reading(browser, DESK) as page:
        await to_person(page, shop)
        await page.locator("#name").focus()
        phone = str(next(_numbers))
        for words in ("张小三", phone):
            await page.keyboard.type(words)
            await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("6位验证码")).to_be_visible()
        await page.get_by_label("6位验证码").focus()
        await page.keyboard.type(shop.code_sent(phone))
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="预约成功")).to_be_visible()


def fill_last_day(shop: Shop) -> list[dict[str, Any]]:
    """Book every place of the last day through the interface, each visitor from an address of his own."""
    made = []
    with httpx.Client(base_url=f"{shop.server.base}/api/v1", timeout=30) as http:
        slots = http.get(f"/halls/{shop.hall}/slots", params={"item": "S-002"}).raise_for_status().json()["slots"]
        for slot in (one for one in slots if one["day"] == slots[-1]["day"]):
            for _ in range(slot["free"]):
                number = next(_numbers)
                http.headers["x-forwarded-for"] = f"10.0.{number % 250}.{len(made) % 250}"
                wish = {"slot": slot["id"], "channel": "online"}
                held = http.post(f"/halls/{shop.hall}/holds", json=wish).raise_for_status().json()["id"]
                who = {"name": "李四", "phone": str(number)}
                made.append(http.post(f"/holds/{held}/confirm", json=who).raise_for_status().json() | who)
    return made


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
async def test_waiting_for_a_full_day(browser: Browser, shop: Shop, scripts: bool) -> None:
    taken = fill_last_day(shop)
    phone = str(next(_numbers))
    async with reading(browser, PHONE, java_script_enabled=scripts) as page:
        await page.goto(f"{shop.server.base}/book/{shop.hall}?item=S-002")
        await expect(page.locator(".week [data-state=full]")).to_contain_text("已约满")
        await page.get_by_role("link", name="候补").click()
        await page.get_by_label("姓名", exact=True).fill("王五")
        await page.locator("#phone").fill(phone)
        await page.get_by_label("全天都可以").check()
        await page.get_by_role("button", name="下一步").click()
        await type_code(page, shop, phone)
        await page.get_by_role("button", name="登记候补").click()
        await expect(page.get_by_text("您排在第一位")).to_be_visible()
        gone = taken[0]
        cancelled = f"{shop.server.base}/api/v1/appointments/{gone['code']}/cancel"
        assert (await page.context.request.post(cancelled, data={"phone": gone["phone"]})).ok
        assert page.url in shop.told(phone)[-1]  # the message's link leads here
        await page.reload()
        await expect(page.get_by_role("heading", name="有空位了，请确认")).to_be_visible()
        await page.get_by_role("button", name="确认预约").click()
        await expect(page.get_by_role("heading", name="预约成功")).to_be_visible()
