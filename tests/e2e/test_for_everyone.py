"""Every page for every reader: languages, sizes of print, high contrast, targets; and each by keyboard alone."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from math import inf
from typing import Any, NamedTuple

import look
import pytest
from day import Day
from places import BESIDE, BOOKED, DESK, PHONE, PLACES, PROMISED, STRIP, TALL, Place
from playwright.async_api import Browser, Page, expect
from shop import Shop

pytestmark = pytest.mark.anyio

READERS = [
    {"lang": "zh_CN", "print": "normal", "contrast": "normal"},
    {"lang": "zh_CN", "print": "large", "contrast": "normal"},
    {"lang": "en", "print": "normal", "contrast": "normal"},
    {"lang": "en", "print": "large", "contrast": "normal"},
    {"lang": "zh_CN", "print": "normal", "contrast": "high"},
]
"""What readers choose, as the cookies say it."""
LAID_OUT = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Open(NamedTuple):
    """The hall at work, and the names of what is in it."""

    shop: Shop
    day: Day
    names: dict[str, str]


@pytest.fixture(scope="module")
def hall(busy_shop: Shop) -> Iterator[Open]:
    with Day(busy_shop) as day:
        first = next(window for window in day.windows if window["number"] == "B01")
        opened, quiet = day.windows[::12], day.windows[-1]["zone"]  # in the last zone nobody is called
        day.open(opened)
        called = waiting = ""
        for window in opened:
            day.issue(window["lines"][0])
            if window["zone"] != quiet:
                called = day.call(window)["id"]
        for _ in range(8):
            waiting = day.issue(first["lines"][0])["id"]
        case = _clerk_at_work(busy_shop, first)
        names = {"case": case["url"], "paper": case["papers"][0]["url"]}
        names |= {"hall": busy_shop.hall, "quiet": quiet, "called": called, "waiting": waiting, **busy_shop.devices}
        names |= {"item": BOOKED, "appointment": day.book(BOOKED)["url"]}
        yield Open(busy_shop, day, names | _guide_at_work(busy_shop, called))


def _clerk_at_work(shop: Shop, window: dict[str, Any]) -> dict[str, Any]:
    """The clerk of a window opens it and serves somebody, from whom he accepts a case."""
    with Day(shop, window["number"].lower()) as clerk:
        clerk.open([window])
        ticket = f"/tickets/{clerk.call(window)['id']}"
        clerk.chief.post(f"{ticket}/start").raise_for_status()
        (item,) = clerk.chief.get(f"/halls/{shop.hall}/items", params={"q": PROMISED}).json()["items"]
        wish = {"item": item["code"], "materials": item["materials"], "complete": True}
        wish |= {"applicant": {"name": "张小三", "phone": "13812345678"}}
        return dict(clerk.chief.post(f"{ticket}/accept", json=wish).raise_for_status().json())


def _guide_at_work(shop: Shop, called: str) -> dict[str, str]:
    """A guide takes a number for somebody who needs help and gives a receipt: its key, and an agency."""
    hall = f"/halls/{shop.hall}"
    with Day(shop, "guide") as guide:
        wish = {"channel": "desk", "line": "X", "need": "wheelchair", "name": "张小三"}
        guide.chief.post(f"{hall}/tickets", json=wish).raise_for_status()
        handed_in = {
            "materials": [{"name": "居民户口簿", "count": 1}, {"name": "结婚证", "count": 2}],
            "note": "原件已退还",
        }
        receipt = guide.chief.post(f"/tickets/{called}/receipts", json=handed_in).raise_for_status().json()["id"]
        agency = guide.chief.get(f"{hall}/agencies").json()["agencies"][0]["id"]
    return {"receipt": receipt, "agency": agency}


@asynccontextmanager
async def reading(browser: Browser, **options: Any) -> AsyncIterator[Page]:
    # Scripts that look at the page from outside need to pass the page's own policy.
    context = await browser.new_context(locale="zh-CN", bypass_csp=True, reduced_motion="reduce", **options)
    context.set_default_timeout(20_000)
    yield await context.new_page()
    await context.close()


async def choose(page: Page, open_: Open, reader: dict[str, str]) -> None:
    await page.context.add_cookies(
        [{"name": name, "value": value, "url": open_.shop.server.base} for name, value in reader.items()]
    )


async def sign_in(page: Page, open_: Open, account: str) -> None:
    password = open_.shop.passwords.get(account, open_.shop.passwords["clerk"])
    said = await page.context.request.post(
        f"{open_.shop.server.base}/api/v1/session", data={"username": account, "password": password}
    )
    assert said.ok


async def arrive(page: Page, open_: Open, place: Place) -> None:
    """Load the page anew and go where the place is."""
    await page.goto("about:blank")
    await page.goto(open_.shop.server.base + place.address.format(**open_.names))
    for click in place.clicks:
        await page.locator(click).click()
    await expect(page.locator(place.ready).first).to_be_visible()


@pytest.mark.parametrize("name", PLACES)
async def test_every_page_for_every_reader(browser: Browser, hall: Open, name: str) -> None:
    place, faults = PLACES[name], {}
    async with reading(browser) as page:
        if place.account:
            await sign_in(page, hall, place.account)
        for reader in READERS:
            await choose(page, hall, reader)
            await page.set_viewport_size({"width": place.sizes[0][0], "height": place.sizes[0][1]})
            await arrive(page, hall, place)
            for width, height in place.sizes:
                await page.set_viewport_size({"width": width, "height": height})
                await page.evaluate(LAID_OUT)
                found = [*await look.sideways(page), *await look.small_targets(page)]
                if place.whole:
                    found += await look.outside(page, place.whole)
                faults[*reader.values(), width, height] = found
            faults[*reader.values(), "axe"] = await look.axe(page)
    assert {where: what for where, what in faults.items() if what} == {}


async def test_choices_are_links_that_need_no_script(browser: Browser, hall: Open) -> None:
    async with reading(browser, java_script_enabled=False) as page:
        await page.goto(f"{hall.shop.server.base}/?mark=1")
        size = "parseFloat(getComputedStyle(document.body).fontSize)"
        usual = await page.evaluate(size)
        await page.get_by_role("link", name="大字").click()
        await expect(page.locator("html")).to_have_attribute("data-print", "large")
        assert "mark=1" in page.url
        assert await page.evaluate(size) == 1.5 * usual
        await page.get_by_role("link", name="高对比").click()
        await page.goto(f"{hall.shop.server.base}/sign-in")
        await expect(page.locator("html")).to_have_attribute("data-print", "large")
        assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(0, 0, 0)"
        await page.get_by_role("link", name="标准对比").click()
        await page.get_by_role("link", name="标准字号").click()
        await expect(page.locator("html")).to_have_attribute("data-contrast", "normal")
        await expect(page.locator("html")).to_have_attribute("data-print", "normal")


async def test_a_device_that_prefers_contrast_gets_it_unless_its_reader_says_no(browser: Browser, hall: Open) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    async with reading(browser, contrast="more") as page:
        await page.goto(f"{hall.shop.server.base}/sign-in")
        assert await page.evaluate(ground) == "rgb(0, 0, 0)"
        await page.goto(f"{hall.shop.server.base}/sign-in?contrast=normal")
        assert await page.evaluate(ground) != "rgb(0, 0, 0)"


# The kiosk ------------------------------------------------------------------------------------------------------------

LOW = [name for name in PLACES if name.startswith("kiosk")]


@pytest.mark.parametrize("name", LOW)
async def test_nothing_to_touch_above_the_middle(browser: Browser, hall: Open, name: str) -> None:
    """低位: who sits in a wheelchair reaches everything."""
    faults, place = {}, PLACES[name]
    low = place._replace(clicks=("[data-choice=reach]", *place.clicks))
    async with reading(browser, viewport={"width": TALL[0], "height": TALL[1]}) as page:
        for reader in READERS[:4]:
            await choose(page, hall, reader)
            await arrive(page, hall, low)
            found = [*await look.small_targets(page), *await look.outside(page, place.whole)]
            if (top := await look.highest_target(page)) < TALL[1] / 2:
                found.append(f"{top} is above the middle")
            faults[*reader.values()] = found
    assert {where: what for where, what in faults.items() if what} == {}


async def test_the_next_visitor_finds_the_kiosk_as_usual(browser: Browser, hall: Open) -> None:
    async with reading(browser) as page:
        await page.clock.install()
        await arrive(page, hall, PLACES["kiosk"])
        await page.get_by_role("button", name="English").click()
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        for choice in ("print", "contrast", "reach"):
            if choice == "reach":
                await page.set_viewport_size({"width": TALL[0], "height": TALL[1]})
            await page.locator(f"[data-choice={choice}]").click()
            await expect(page.locator(f"[data-choice={choice}]")).to_have_attribute("aria-pressed", "true")
        await page.clock.fast_forward(46_000)
        await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        for choice in ("print", "contrast", "reach"):
            await expect(page.locator("html")).to_have_attribute(f"data-{choice}", "normal")
        kept = {cookie["name"]: cookie["value"] for cookie in await page.context.cookies()}
        assert (kept["print"], kept["contrast"]) == ("normal", "normal")


async def test_the_kiosk_reads_aloud_where_there_is_a_voice(browser: Browser, hall: Open) -> None:
    async with reading(browser) as page:
        await arrive(page, hall, PLACES["kiosk"])
        await expect(page.locator("[data-choice=voice]")).to_be_hidden()  # no voice here
        await page.add_init_script("""
            window.said = [];
            const speech = new EventTarget();
            Object.assign(speech, {
              getVoices: () => [{ lang: "zh-CN" }], cancel() {}, speak: (one) => said.push(one.text) });
            Object.defineProperty(window, "speechSynthesis", { value: speech });
            window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
        """)
        await arrive(page, hall, PLACES["kiosk"])
        await page.get_by_role("button", name="语音").click()
        await page.wait_for_function("said.length === 1")
        assert re.search(
            "您好，请问要办什么？.*取号.*我不清楚办什么.*常办事项", await page.evaluate("said[0]"), re.DOTALL
        )
        await page.locator(".door[data-go=departments]").click()
        await page.wait_for_function("said.length === 2")
        assert "请选择部门" in await page.evaluate("said[1]")
        await page.locator("[data-screen=departments] [data-turn='1']").click()
        await page.wait_for_function("said.length === 3")  # the next page too
        await page.get_by_role("button", name="语音").click()
        await page.get_by_role("button", name="返回").click()
        await expect(page.locator("[data-screen=start]")).to_be_visible()
        assert await page.evaluate("said.length") == 3


# By keyboard alone ----------------------------------------------------------------------------------------------------


async def walk(page: Page, selector: str, key: str = "Tab") -> None:
    """Press the key until the focus is there, and see that it shows."""
    await expect(page.locator(selector).first).to_be_visible()
    for _ in range(80):
        await page.keyboard.press(key)
        if await page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            break
    ring = (
        "(wanted) => { const e = document.querySelector(wanted); return [e, e.closest('label')].some((one) =>"
        " one && getComputedStyle(document.activeElement === e ? one : e).outlineStyle !== 'none'); }"
    )
    assert await page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector), selector
    assert await page.evaluate(ring, selector), f"the focus does not show: {selector}"


async def go(page: Page, selector: str) -> None:
    """Walk there and press it."""
    await walk(page, selector)
    await page.keyboard.press("Enter")


async def press(page: Page, key: str, status: str, words: str) -> None:
    """Press a key of the console's; see the ticket change, and wait until it is said: then the next press counts."""
    await page.keyboard.press(key)
    await expect(page.locator("#here")).to_have_attribute("data-status", status)
    await expect(page.locator("#message")).to_contain_text(words)


async def test_the_kiosk_by_keyboard(browser: Browser, hall: Open) -> None:
    async with reading(browser) as page:
        await arrive(page, hall, PLACES["kiosk"])
        await go(page, ".door[data-go=departments]")
        await go(page, "[data-screen=departments] .tile")
        await go(page, "[data-screen=items] .tile")
        await go(page, "[data-do=help]")
        await go(page, "[data-screen=help] .tile")
        await walk(page, ".classes input")
        await walk(page, ".classes label:nth-child(2) input", "ArrowDown")
        await go(page, "[data-slot=take]")
        await expect(page.locator("[data-slot=helped]")).to_have_text("轮椅：工作人员会过来帮您")
        number = await page.locator("[data-screen=ticket] [data-slot=number]").inner_text()
        await go(page, "[data-screen=ticket] [data-do=home]")
        await expect(page.locator("[data-screen=start]")).to_be_visible()
    found = hall.day.chief.get(f"/halls/{hall.shop.hall}/tickets", params={"number": number}).json()["tickets"]
    assert found[0]["need"] == "wheelchair"
    assert found[0]["priority"] is not None


async def test_sign_in_and_console_by_keyboard(browser: Browser, hall: Open) -> None:
    window = next(window for window in hall.day.windows if window["number"] == "B03")
    for _ in range(3):
        hall.day.issue(window["lines"][0])
    async with reading(browser, viewport={"width": BESIDE[0], "height": BESIDE[1]}) as page:
        await page.goto(f"{hall.shop.server.base}/console")
        await expect(page.locator("#username")).to_be_focused()
        await expect(page.locator("#submit")).to_be_enabled()
        await page.keyboard.type("b03")
        await walk(page, "#password")
        await page.keyboard.type(hall.shop.passwords["clerk"])
        await page.keyboard.press("Enter")
        await expect(page.locator("#choose-filter")).to_be_focused()
        await page.keyboard.type("B03")
        await page.keyboard.press("Enter")
        await expect(page.locator("#window-number")).to_have_text("B03")
        await press(page, "F2", "called", "已呼叫")
        await press(page, "F4", "serving", "开始办理")
        await press(page, "F5", "none", "已办结")
        await walk(page, "[data-act=next]")
        await press(page, "Enter", "called", "已呼叫")
        await press(page, "F4", "serving", "开始办理")
        await page.keyboard.press("F8")
        await expect(page.locator("#transfer-filter")).to_be_focused()
        await page.keyboard.type("B01")
        await press(page, "Enter", "none", "B01")
        await go(page, ".display summary")
        await go(page, ".choices a")
        await expect(page.locator("html")).to_have_attribute("data-print", "large")


async def test_the_front_page_by_keyboard(browser: Browser, hall: Open) -> None:
    async with reading(browser) as page:
        await page.goto(hall.shop.server.base)
        await go(page, ".skip")
        await expect(page.locator("#main")).to_be_focused()
        await go(page, ".choices a[lang=en]")
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        await go(page, "footer a[href^='/console']")
        await expect(page.locator("#username")).to_be_visible()


async def test_giving_up_a_place_by_keyboard(browser: Browser, hall: Open) -> None:
    ticket = hall.day.issue("X")["id"]
    async with reading(browser, viewport={"width": PHONE[0], "height": PHONE[1]}) as page:
        await page.goto(f"{hall.shop.server.base}/t/{ticket}")
        await go(page, "[data-ask=cancel]")
        await expect(page.locator("#ask-cancel")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("#ask-cancel")).to_be_hidden()
        await page.keyboard.press("Enter")
        await go(page, "[data-sure=cancel]")
        await expect(page.locator("#page")).to_have_attribute("data-status", "cancelled")


async def test_a_receipt_by_keyboard(browser: Browser, hall: Open) -> None:
    number = hall.day.issue("X")["number"]
    async with reading(browser, viewport={"width": DESK[0], "height": DESK[1]}) as page:
        await page.add_init_script(
            "window.print = () => { top.document.documentElement.dataset.printed = location.href }"
        )
        await sign_in(page, hall, "guide")
        await page.goto(f"{hall.shop.server.base}/desk")
        await expect(page.locator("#seek")).to_be_focused()
        await page.keyboard.press("F8")
        await page.keyboard.type(number)
        await page.keyboard.press("Enter")
        await go(page, "#result [data-act=receipt]")
        await expect(page.locator("#receipt .primary")).to_be_focused()
        await walk(page, "#receipt [data-more]", "Shift+Tab")
        await page.keyboard.press("Enter")
        await page.keyboard.type("结婚证")
        await walk(page, "#receipt li:last-child [type=number]")
        await page.keyboard.type("2")
        await page.keyboard.press("Enter")
        await expect(page.locator("#message")).to_contain_text(f"{number} 号：已开具收件回执 SJ")
        await expect(page.locator("html")).to_have_attribute("data-printed", re.compile("/r/"))
        await page.goto((await page.locator("html").get_attribute("data-printed") or "").partition("?")[0])
        await expect(page.locator("tbody tr").last).to_contain_text("结婚证")
        await go(page, "#print")
        await expect(page.locator("html")).to_have_attribute("data-printed", re.compile("/r/"))
        await go(page, ".print a")
        await expect(page.locator("body.narrow")).to_be_visible()


async def test_a_strip_asks_for_nothing(browser: Browser, hall: Open) -> None:
    async with reading(browser, viewport={"width": STRIP[0], "height": STRIP[1]}) as page:
        await arrive(page, hall, PLACES["strip"])
        assert await look.highest_target(page) == inf
