"""The supervisor's page in a real browser: windows, ticker, pictures and videos, by mouse and by keyboard alone."""

import asyncio
import base64
import re
from datetime import datetime
from typing import Any

import pytest
from day import Day
from look import axe, outside, sideways, small_targets
from officers import supervise
from pictures import noise, picture
from playwright.async_api import Browser, BrowserContext, FilePayload, Page, expect
from shop import Shop

pytestmark = pytest.mark.anyio

LIMIT = 1_000_000

FILM = """async () => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [160, 90];
  const context = canvas.getContext("2d");
  const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm" });
  const recorded = new Promise((resolve) => (recorder.ondataavailable = ({ data }) => resolve(data)));
  recorder.start();
  for (let frame = 0; frame < 15; frame += 1) {
    context.fillStyle = `hsl(${frame * 20} 80% 50%)`;
    context.fillRect(0, 0, 160, 90);
    await new Promise(requestAnimationFrame);
  }
  recorder.stop();
  const bytes = new Uint8Array(await (await recorded).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}"""
"""A short video, made by the browser that is to play it."""


@pytest.fixture(autouse=True)
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The servers that these tests start take one megabyte at most."""
    monkeypatch.setenv("PAIHAO_MEDIA_MB", "1")


def file(name: str, content: bytes, type_: str = "image/png") -> FilePayload:
    return {"name": name, "mimeType": type_, "buffer": content}


async def board(context: BrowserContext, shop: Shop) -> Page:
    page = await context.new_page()
    await page.goto(shop.board)
    await expect(page.locator("#ticker")).not_to_be_empty()
    return page


def tile(page: Page, number: str) -> Any:
    return page.locator(".tile", has=page.locator("b", has_text=re.compile(f"^{number}$")))


async def press_until(page: Page, key: str, place: str, most: int = 60) -> None:
    """Press a key until the focus is there."""
    for _ in range(most):
        if await page.evaluate("(place) => document.activeElement.matches(place)", place):
            return
        await page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead to {place}")


async def test_a_window_is_opened_paused_and_closed_by_keyboard_alone(context: BrowserContext, shop: Shop) -> None:
    hall = await board(context, shop)
    await expect(hall.locator("#shut")).to_be_visible()
    page = await supervise(context, shop)
    await press_until(page, "Tab", ".tile")
    await press_until(page, "ArrowRight", "[aria-label^='3号窗口']")
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    await expect(page.locator("#panel-title")).to_contain_text("社保1号窗口")
    await press_until(page, "Tab", "[data-act=open]")
    await page.keyboard.press("Enter")
    await expect(page.locator("#panel-said")).to_have_text("已开窗")
    await expect(hall.locator("#nobody")).to_be_visible()
    await press_until(page, "Tab", "[data-act=pause]")
    await page.keyboard.press("Enter")
    await expect(page.locator("#panel-said")).to_have_text("已暂停")
    await page.keyboard.press("Escape")
    await expect(tile(page, "3")).to_be_focused()
    await expect(tile(page, "3")).to_have_attribute("data-state", "paused")
    await expect(tile(page, "3")).to_contain_text("暂停")
    await page.keyboard.press("Enter")
    await press_until(page, "Tab", "[data-act=close]")
    await page.keyboard.press("Enter")
    await expect(page.locator("#panel-said")).to_have_text("已关窗")
    await expect(hall.locator("#shut")).to_be_visible()
    await page.keyboard.press("Escape")
    await press_until(page, "Shift+Tab", "[role=tab]")
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#content")).to_be_visible()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#people")).to_be_visible()
    await expect(page.locator("#devices tr")).to_have_count(1)


async def test_a_window_with_somebody_in_front_stays_and_says_why(context: BrowserContext, shop: Shop) -> None:
    with Day(shop) as day:
        three = next(window for window in day.windows if window["number"] == "3")
        day.open([three])
        number = day.issue("A")["number"]
        page = await supervise(context, shop)
        await expect(page.locator("#longest")).to_contain_text(number)
        day.call(three)
        await expect(tile(page, "3")).to_contain_text(number)
        await expect(tile(page, "3")).to_contain_text("已叫")
        await tile(page, "3").click()
        await page.locator("[data-act=close]").click()
        await expect(page.locator("#panel-said.wrong")).to_contain_text(f"{number} 号还在本窗口")


async def test_the_ticker_reaches_an_open_board(context: BrowserContext, shop: Shop) -> None:
    hall, page = await board(context, shop), await supervise(context, shop)
    await page.locator("#ticker").fill("今天下午三点消防演练，请听从指引")
    await page.locator("#ticker").press("Enter")
    await expect(page.locator("#ticker-said")).to_have_text("已发到所有大屏")
    await expect(hall.locator("#ticker")).to_have_text("今天下午三点消防演练，请听从指引")


async def choose_file(page: Page, payload: FilePayload) -> None:
    await page.locator("[name=kind][value=file]").check()
    await page.locator("#slide-file").set_input_files(payload)
    await page.locator("#slide-add").click()


async def test_what_is_put_on_a_calm_board_and_what_is_refused(context: BrowserContext, shop: Shop) -> None:
    with Day(shop) as day:
        day.show_no_slides()
    hall, page = await board(context, shop), await supervise(context, shop)
    await expect(hall.locator("#welcome")).to_be_visible()
    await page.locator("#tab-content").click()
    said = page.locator("#slide-said")

    await choose_file(page, file("大图.png", bytes(LIMIT + 1)))
    await expect(said).to_have_text("文件超过 1 MB，请压缩后再上传")
    await choose_file(page, file("坏图.png", noise((200, 200))[:-3000]))
    await expect(said).to_have_text("图片已损坏或过大，无法打开，请换一张")
    await choose_file(page, file("文件.mp4", b"no video at all", "video/mp4"))
    await expect(said).to_have_text("只能上传 JPEG、PNG、WebP 图片或 MP4、WebM 视频")

    await page.locator("#slide-text").fill("医保缴费流程")
    await choose_file(page, file("流程.png", picture(size=(320, 180))))
    await expect(said).to_have_text("已加入播放列表")
    await expect(page.locator("#slides")).to_contain_text("播放中")
    await expect(hall.locator("#signage img")).to_be_visible()
    await expect(hall.locator("#signage")).to_contain_text("医保缴费流程")
    await expect(hall.locator("#welcome")).to_be_hidden()

    # A call takes the place back at once; the picture is gone before anything else is painted.
    with Day(shop) as day:
        day.open(day.windows[2:3])
        number = day.issue("A")["number"]
        together = """() => new Promise((resolve) => new MutationObserver(() => {
          if (document.querySelector("#calls .call")) resolve(document.querySelector("#signage").hidden);
        }).observe(document.querySelector("#calls"), { childList: true, subtree: true, characterData: true }))"""
        seen = asyncio.ensure_future(hall.evaluate(together))
        await hall.evaluate("() => new Promise(requestAnimationFrame)")
        day.call(day.windows[2])
        await seen
        await expect(hall.locator("#calls .call").first).to_contain_text(number)
        await expect(hall.locator("#signage")).to_be_hidden()

    await page.locator("#slides button", has_text="删除").click()
    await expect(page.locator("#slides-said")).to_have_text("已删除")
    await page.locator("#library button").click()
    await expect(page.locator("#library")).to_contain_text("还没有上传过")


async def test_notices_and_videos_follow_each_other_and_what_does_not_play_is_skipped(
    context: BrowserContext, shop: Shop
) -> None:
    with Day(shop) as day:
        day.show_no_slides()
    page = await supervise(context, shop)
    film = base64.b64decode(await page.evaluate(FILM))
    await page.locator("#tab-content").click()
    for name, content in (("短片.webm", film), ("坏片.webm", film[:90] + bytes(2000))):
        await choose_file(page, file(name, content, "video/webm"))
        await expect(page.locator("#slide-said")).to_have_text("已加入播放列表")
    await page.locator("[name=kind][value=notice]").check()
    await page.locator("#slide-text").fill("周三下午学习，照常办公")
    await page.locator("#slide-text-en").fill("Open as usual on Wednesday afternoon")
    await page.locator("#slide-seconds").fill("3")
    await page.keyboard.press("Enter")  # a new line in no field: the form is sent
    await expect(page.locator("#slide-said")).to_have_text("已加入播放列表")
    await expect(page.locator("#slides li")).to_have_count(3)

    hall = await board(context, shop)
    await expect(hall.locator("#signage video")).to_have_js_property("muted", True)
    await expect(hall.locator("#signage .notice")).to_be_visible()  # the film is over, the broken one skipped
    await expect(hall.locator("#signage .notice p")).to_have_text(
        ["周三下午学习，照常办公", "Open as usual on Wednesday afternoon"]
    )
    await expect(hall.locator("#signage video")).to_be_visible()  # and again


PLAYLIST = """async () => {
  const { Signage } = await import("/static/js/signage.js");
  document.body.innerHTML = '<main><section id="signage" hidden></section></main>';
  window.at = 100_000;
  window.busy = false;
  window.signage = new Signage(document.getElementById("signage"), { now: () => window.at, busy: () => window.busy });
  window.slides = [
    { id: 1, kind: "notice", url: "", text: "甲", text_en: "", seconds: 5 },
    { id: 2, kind: "picture", url: "/media/none/none", text: "", text_en: "", seconds: 5 },
    { id: 3, kind: "notice", url: "", text: "乙", text_en: "", seconds: 5 },
  ];
}"""


async def test_calm_comes_a_minute_after_the_last_call_and_the_last_word(context: BrowserContext, shop: Shop) -> None:
    page = await context.new_page()
    await page.emulate_media(reduced_motion="reduce")
    await page.goto(f"{shop.server.base}/sign-in")
    await page.clock.install(time=datetime(2026, 3, 2, 8))
    await page.clock.pause_at(datetime(2026, 3, 2, 8, 1))
    await page.evaluate(PLAYLIST)
    shown = page.locator("#signage figure")
    await page.evaluate("signage.update(slides, at)")
    await page.clock.run_for(59_000)
    await expect(shown).to_have_count(0)
    await page.evaluate("busy = true")
    await page.clock.run_for(5_000)
    await expect(shown).to_have_count(0)
    await page.evaluate("at += 70_000, busy = false")
    await page.clock.run_for(1_000)
    await expect(shown).to_have_text(["甲"])
    await page.clock.run_for(5_000)
    await expect(shown).to_have_text(["乙"])  # the picture between them is not there
    assert await page.evaluate("document.getAnimations().length") == 0
    await page.evaluate("signage.update(slides.slice(0, 1), 0)")  # what is shown is taken off the list
    await expect(shown).to_have_text(["甲"])
    await page.evaluate("signage.update(slides, at)")
    await expect(shown).to_have_count(0)
    await page.evaluate("signage.update(slides.slice(1, 2), 0)")  # nothing of it can be shown
    await page.clock.run_for(1_000)
    await expect(page.locator("#signage")).to_be_hidden()
    await page.evaluate("signage.update([], 0)")
    await page.clock.run_for(100_000)
    await expect(page.locator("#signage")).to_be_hidden()


async def test_the_roster_and_a_face(context: BrowserContext, shop: Shop) -> None:
    """R13: the board names the leader who is on duty."""
    hall, page = await board(context, shop), await supervise(context, shop)
    await page.locator("#tab-content").click()
    await page.locator("#roster tr").first.locator("[name=leader]").select_option("LQ900")
    await expect(page.locator("#roster-said")).to_contain_text("已保存")
    await expect(hall.locator("#desk")).to_contain_text("值班领导：何某")
    await page.locator("#face-staff").select_option("LQ001")
    await page.locator("#face-file").set_input_files(file("张某.png", picture()))
    await page.get_by_role("button", name="保存照片").click()
    await expect(page.locator("#face-said")).to_have_text("已保存")
    await expect(page.locator("#face")).to_be_visible()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_everybody_can_use_it(browser: Browser, sample_shop: Shop, language: str) -> None:
    """Axe finds nothing; 151 windows and 43 lines stand on one screen, and nothing runs out of any."""
    context = await browser.new_context(locale=language, bypass_csp=True, viewport={"width": 1920, "height": 1080})
    with Day(sample_shop) as day:
        day.open(day.windows[::2])
        for line in ("X", "SB", "QK", "GJ"):
            day.issue(line)
        for window in day.windows[::10]:
            day.chief.post(f"/windows/{window['id']}/call-next")
        for window in day.windows[2::10]:
            day.chief.post(f"/windows/{window['id']}/pause", json={"reason": "午休"})
        page = await supervise(context, sample_shop)
        await expect(page.locator(".tile")).to_have_count(151)
        assert await outside(page, ".tile, #lines li, #longest li, #ticker, .tile > span") == []
        for tab in ("live", "content", "people"):
            await page.locator(f"#tab-{tab}").click()
            await expect(page.locator(f"#{tab}")).to_be_visible()
            for width, height in ((1920, 1080), (1366, 768), (1024, 600), (360, 640)):
                await page.set_viewport_size({"width": width, "height": height})
                assert await sideways(page) == [], (tab, width)
                assert await small_targets(page) == [], (tab, width)
            await page.set_viewport_size({"width": 1920, "height": 1080})
            assert await axe(page) == []
    await context.close()
