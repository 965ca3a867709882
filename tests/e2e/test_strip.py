"""The strip above a window in a real browser: calls, states, the card, a token of another place, a lost server."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.async_api import Browser, BrowserContext, Page, expect
from shop import Shop

pytestmark = pytest.mark.anyio

PICTURES = Path(__file__).parent.parent.parent / "build" / "pictures"
SIZES = [(1920, 360), (1920, 1080), (1080, 1920), (1366, 768), (3840, 2160)]
LONG = (
    "临时参加街道组织的业务培训并到档案室领取上午遗留的申请材料请"
    "到相邻窗口或首问责任岗办理今天下午照常开窗给您带来不便谢谢理"
)
"""As long as a reason may be."""


def soon() -> str:
    return (datetime.now(UTC) + timedelta(minutes=20)).isoformat()


class Window:
    """The third window with its clerk, who presses the buttons."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._http = httpx.Client(base_url=f"{shop.server.base}/api/v1", timeout=30)
        self.sign_in("3", "clerk")
        windows = self._http.get(f"/halls/{shop.hall}").json()["windows"]
        self._path = next(f"/windows/{window['id']}" for window in windows if window["number"] == "3")

    def sign_in(self, name: str, role: str) -> None:
        account = {"username": name, "password": self._shop.passwords[role]}
        self._http.headers["x-csrftoken"] = self._http.post("/session", json=account).json()["csrf"]

    def press(self, button: str, **body: Any) -> Any:
        said = self._http.post(f"{self._path}/{button}", json=body or None).raise_for_status()
        return said.json() if said.content else None

    def act(self, ticket: dict[str, Any], action: str) -> None:
        self._http.post(f"/tickets/{ticket['id']}/{action}").raise_for_status()

    def call(self) -> dict[str, Any]:
        """Somebody comes and is called."""
        kiosk = {"authorization": f"Bearer {self._shop.devices['kiosk']}"}
        wish = {"channel": "kiosk", "line": "A"}
        httpx.post(
            f"{self._shop.server.base}/api/v1/halls/small/tickets", json=wish, headers=kiosk, timeout=30
        ).raise_for_status()
        return dict(self.press("call-next")["ticket"])

    def close(self) -> None:
        self._http.close()


@pytest.fixture
def window(shop: Shop) -> Iterator[Window]:
    made = Window(shop)
    yield made
    made.close()


async def hang(context: BrowserContext, shop: Shop, number: str = "3", token: str = "", query: str = "") -> Page:
    """A strip above a window."""
    page = await context.new_page()
    await page.goto(f"{shop.server.base}/window/small/{number}{query}" + (f"#token={token}" if token else ""))
    await expect(page.locator("body[data-state]")).to_be_visible()
    return page


async def shows(page: Page, state: str, number: str, line: str) -> None:
    await expect(page.locator("body")).to_have_attribute("data-state", state)
    await expect(page.locator("#number")).to_have_text(number)
    await expect(page.locator("#state")).to_have_text(re.compile(line))


async def test_a_window_through_its_day(context: BrowserContext, shop: Shop, window: Window) -> None:
    strip = await hang(context, shop)
    card = strip.locator("#card")
    await shows(strip, "closed", "3号窗口", "本窗口未开放")
    await expect(card).to_contain_text("本窗口暂无人员")
    window.press("open")
    await shows(strip, "free", "3号窗口", "空闲")
    await expect(card.locator("[data-badge]")).to_have_text("LQ003")
    await expect(card).to_contain_text("社会保险")
    await expect(card.locator("[data-surname]")).to_be_visible()
    ticket = window.call()
    await shows(strip, "calling", "A001", "请到3号窗口办理")
    await expect(strip.locator("#strip.fresh")).to_be_visible()
    window.act(ticket, "start")
    await shows(strip, "serving", "A001", "正在办理")
    window.act(ticket, "complete")
    await shows(strip, "free", "3号窗口", "空闲")
    window.press("pause", reason="整理材料", back_at=soon())
    await shows(strip, "paused", "3号窗口", r"^暂停服务 · 整理材料 · 预计 \d\d:\d\d 返回$")
    window.press("close")
    await shows(strip, "closed", "3号窗口", "本窗口未开放")
    await expect(card).to_contain_text("本窗口暂无人员")


async def test_a_recall_flashes_again(context: BrowserContext, shop: Shop, window: Window) -> None:
    strip = await hang(context, shop)
    window.press("open")
    ticket = window.call()
    await expect(strip.locator("#strip.fresh")).to_be_visible()
    await expect(strip.locator("#strip.fresh")).to_have_count(0)  # three times, then still
    window.act(ticket, "recall")
    await expect(strip.locator("#strip.fresh")).to_be_visible()


async def test_another_officer_has_another_card(context: BrowserContext, shop: Shop, window: Window) -> None:
    """R43: the badge is of who sits there now."""
    strip = await hang(context, shop)
    window.press("open")
    badge = strip.locator("[data-badge]")
    await expect(badge).to_have_text("LQ003")
    window.press("close")
    await expect(badge).to_have_text("")
    window.sign_in("4", "clerk")
    window.press("open")
    await expect(badge).to_have_text("LQ004")


async def test_a_photo_is_shown_once_it_has_come(context: BrowserContext, shop: Shop, window: Window) -> None:
    """Without one, and with one that is broken, the surname stands there."""

    async def with_photo(route: Any) -> None:
        card = await (await route.fetch()).json()
        if card["officer"]:
            card["officer"]["photo"] = photos.pop(0)
        await route.fulfill(json=card)

    photos = ["/media/small/none", "/static/icon.svg"]
    await context.route("**/card", with_photo)
    strip = await hang(context, shop)
    await expect(strip.locator("#card")).to_contain_text("本窗口暂无人员")
    for hidden in (True, False):
        window.press("open")
        await expect(strip.locator("[data-badge]")).to_have_text("LQ003")
        photo, silhouette = strip.locator("[data-photo]"), strip.locator("[data-silhouette]")
        await expect(silhouette if hidden else photo).to_be_visible()
        await expect(photo if hidden else silhouette).to_be_hidden()
        window.press("close")
        await expect(strip.locator("#card")).to_contain_text("本窗口暂无人员")
    assert photos == []


async def test_a_token_of_another_place_is_told_so(context: BrowserContext, shop: Shop, window: Window) -> None:
    token = shop.server.command("device", "add", "board", "--window", "4").strip()
    strip = await hang(context, shop, token=token)
    refused = strip.locator("#refused")
    await expect(refused).to_have_text("此设备不属于本窗口")
    window.press("open")
    await shows(strip, "free", "3号窗口", "空闲")  # the picture is public
    await expect(refused).to_be_visible()
    own = await hang(context, shop, "4", token=token)
    await shows(own, "closed", "4号窗口", "本窗口未开放")
    await expect(own.locator("#refused")).to_be_hidden()


async def test_a_strip_loses_and_regains_its_server(context: BrowserContext, shop: Shop, window: Window) -> None:
    window.press("open")
    ticket = window.call()
    strip = await hang(context, shop)
    await shows(strip, "calling", "A001", "请到3号窗口办理")
    shop.server.kill()
    await expect(strip.locator("#away")).to_contain_text("网络中断")
    await expect(strip.locator("#age")).to_contain_text("已停")
    await shows(strip, "calling", "A001", "请到3号窗口办理")
    shop.server.start()
    await expect(strip.locator("#away")).to_be_hidden()
    window.act(ticket, "start")
    await shows(strip, "serving", "A001", "正在办理")


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
async def test_a_line_that_is_too_long_moves_or_turns_pages(
    browser: Browser, shop: Shop, window: Window, motion: Any
) -> None:
    context = await browser.new_context(viewport={"width": 1920, "height": 360}, reduced_motion=motion)
    strip = await hang(context, shop)
    window.press("open")
    state = strip.locator("#state")
    await expect(state).not_to_have_class(re.compile("long"))
    window.press("pause", reason=LONG, back_at=soon())
    await expect(state).to_have_class(re.compile("long"))
    easing = await state.evaluate("box => box.firstElementChild.getAnimations()[0].effect.getKeyframes()[0].easing")
    assert easing == ("linear" if motion == "no-preference" else "steps(1)")
    window.press("open")
    await expect(state).not_to_have_class(re.compile("long"))
    assert await state.evaluate("box => box.firstElementChild.getAnimations().length") == 0
    await context.close()


async def test_a_strip_for_no_window_is_a_page_that_says_so(context: BrowserContext, shop: Shop) -> None:
    page = await context.new_page()
    answer = await page.goto(f"{shop.server.base}/window/small/99")
    assert answer is not None
    assert answer.status == 404
    await expect(page.get_by_text("没有这个窗口")).to_be_visible()


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_pictures_at_every_size(browser: Browser, shop: Shop, window: Window, language: str) -> None:
    """Kept in build/pictures; nothing runs out of the page or out of its box, and axe finds nothing."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    window.press("open")
    ticket = window.call()
    pages = {}
    for size in SIZES:
        viewport = {"width": size[0], "height": size[1]}
        context = await browser.new_context(viewport=viewport, bypass_csp=True, reduced_motion="reduce")  # type: ignore[arg-type]
        pages[size] = await hang(context, shop, query=f"?lang={language}")

    async def keep(state: str) -> None:
        for size, page in pages.items():
            await expect(page.locator("body")).to_have_attribute("data-state", state.split("-")[0])
            await expect(page.locator("#card")).to_be_visible()
            await page.screenshot(path=PICTURES / f"strip-{state}-{language}-{size[0]}x{size[1]}.png")
            over = await page.evaluate(
                """[...document.querySelectorAll('.fit, .name, .state, .card dd, .who p')]
                .filter((e) => e.checkVisibility() && !e.closest('.long'))
                .filter((e) => e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().right > innerWidth)
                .map((e) => e.outerHTML)"""
            )
            assert over == [], (state, size)
            await page.add_script_tag(path=AXE_FILE_PATH)
            found = await page.evaluate("axe.run({resultTypes: ['violations']})")
            assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == [], (state, size)

    await keep("calling")
    window.act(ticket, "start")
    await keep("serving")
    window.act(ticket, "complete")
    window.press("pause", reason="整理材料", back_at=soon())
    await keep("paused")
    window.press("open")
    window.press("pause", reason=LONG, back_at=soon())
    for page in pages.values():
        await expect(page.locator("#state")).to_have_class(re.compile("long"))
    await keep("paused-long")
    window.press("close")
    await keep("closed")
    for page in pages.values():
        await page.context.close()
