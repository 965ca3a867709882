"""The board's voice in a real browser: each call once and in order, whatever happens to the server or to the page."""

from datetime import datetime
from typing import Any

import pytest
from playwright.async_api import APIRequestContext, BrowserContext, Page, expect
from shop import Shop

pytestmark = pytest.mark.anyio

VOICES = """
// A speech engine that writes down in the tab when each text begins and ends; its voices load late.
const noted = (kind, text) => {
  const all = JSON.parse(sessionStorage.getItem('noted') ?? '[]');
  sessionStorage.setItem('noted', JSON.stringify([...all, [kind, text]]));
};
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
const engine = Object.assign(new EventTarget(), {
  voices: [],
  getVoices() { return this.voices; },
  cancel() {},
  speak(said) {
    setTimeout(() => { noted('begin', said.text); said.onstart({type: 'start'}); }, 5);
    setTimeout(() => { noted('end', said.text); said.onend({type: 'end'}); }, window.SPEECH_MS ?? 30);
  },
});
Object.defineProperty(window, 'speechSynthesis', {value: engine});
setTimeout(() => {
  engine.voices = [
    {lang: 'zh-HK', name: 'Cantonese', localService: true}, {lang: 'zh-CN', name: 'Remote', localService: false},
    {lang: 'zh-CN', name: 'Mandarin', localService: true}, {lang: 'en-US', name: 'English', localService: true},
  ];
  engine.dispatchEvent(new Event('voiceschanged'));
}, 100);
"""
NO_VOICES = """
Object.defineProperty(window, 'speechSynthesis', {value: undefined});
window.played = [];
const start = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (...when) {
  played.push(this.buffer.duration);
  start.apply(this, when);
};
"""
TONES = """
window.tones = 0;
const ring = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { tones += 1; ring.apply(this, when); };
"""


class Floor:
    """Window 3 of the small hall, moved through the interface."""

    def __init__(self, api: APIRequestContext, shop: Shop, chief: dict[str, str], window: int) -> None:
        self._api, self._base, self._chief, self._window = api, f"{shop.server.base}/api/v1", chief, window
        self._kiosk = {"Authorization": f"Bearer {shop.devices['kiosk']}"}

    async def call(self, count: int, **wish: Any) -> list[str]:
        """Take so many numbers and call each; gives what is to be said."""
        data = {"channel": "kiosk", "item": "S-001"} | wish
        for _ in range(count):
            taken = await self._api.post(f"{self._base}/halls/small/tickets", headers=self._kiosk, data=data)
            assert taken.status == 201
        said = []
        for _ in range(count):
            called = await self._api.post(f"{self._base}/windows/{self._window}/call-next", headers=self._chief)
            ticket = (await called.json())["ticket"]
            digits = " ".join("零一二三四五六七八九"[int(digit)] for digit in ticket["number"][1:])
            said.append(f"请A {digits}号到三号窗口办理")
            for action in ("start", "complete"):
                await self._api.post(f"{self._base}/tickets/{ticket['id']}/{action}", headers=self._chief)
        return said


@pytest.fixture
async def floor(context: BrowserContext, shop: Shop) -> Floor:
    api, base = context.request, f"{shop.server.base}/api/v1"
    account = {"username": "supervisor", "password": shop.passwords["supervisor"]}
    chief = {"X-CSRFToken": (await (await api.post(f"{base}/session", data=account)).json())["csrf"]}
    windows = (await (await api.get(f"{base}/halls/small")).json())["windows"]
    window = next(window["id"] for window in windows if window["number"] == "3")
    await api.post(f"{base}/windows/{window}/open", headers=chief)
    return Floor(api, shop, chief, window)


async def open_board(context: BrowserContext, shop: Shop, script: str = VOICES, query: str = "") -> Page:
    page = await context.new_page()
    await page.add_init_script(script + TONES)
    await page.goto(shop.board.replace("#", f"{query}#"))
    await expect(page.locator(".calm:visible").or_(page.locator("#calls .call")).first).to_be_visible()
    return page


async def allow(board: Page) -> None:
    """Somebody touches the board, where the browser asks for it."""
    await expect(board.locator("[data-sound=locked]")).to_be_visible()
    await board.locator("[data-sound=locked]").click()
    await expect(board.locator("[data-sound=locked]")).to_be_hidden()


async def noted(board: Page) -> list[list[str]]:
    """What the engine did, oldest first: begin or end, and the text."""
    return list(await board.evaluate("JSON.parse(sessionStorage.getItem('noted') ?? '[]')"))


async def all_ended(board: Page, count: int) -> None:
    """Wait until so many texts have come to their end and no call is left to say."""
    await board.wait_for_function(
        """count => sessionStorage.getItem('paihao.board.unspoken') === '[]' && count
            <= JSON.parse(sessionStorage.getItem('noted') ?? '[]').filter(([kind]) => kind === 'end').length""",
        arg=count,
        timeout=60_000,
    )


async def all_said(board: Page, count: int) -> list[str]:
    """Wait for so many texts and until nothing is left to say; gives them, none having begun before the last ended."""
    await all_ended(board, count)
    kinds = [kind for kind, _ in await noted(board)]
    assert kinds == ["begin", "end"] * (len(kinds) // 2)
    return [text for kind, text in await noted(board) if kind == "end"]


async def test_two_boards_speak_twenty_calls_each_once_and_in_order(
    context: BrowserContext, shop: Shop, floor: Floor
) -> None:
    boards = [await open_board(context, shop), await open_board(context, shop)]
    for board in boards:
        await allow(board)
    said = await floor.call(20)
    for board in boards:
        assert await all_said(board, 20) == said
        assert await board.evaluate("tones") >= 20


async def test_a_server_that_goes_and_comes_back_loses_and_repeats_nothing(
    context: BrowserContext, shop: Shop, floor: Floor
) -> None:
    board = await open_board(context, shop)
    await allow(board)
    said = await floor.call(6)
    shop.server.kill()
    await expect(board.locator("#away")).to_be_visible()
    shop.server.start()
    said += await floor.call(4)
    await expect(board.locator("#away")).to_be_hidden()
    assert await all_said(board, 10) == said


async def test_a_reload_in_the_middle_repeats_nothing_and_loses_nothing(
    context: BrowserContext, shop: Shop, floor: Floor
) -> None:
    # The first speech lasts until the reload, whenever that comes.
    board = await open_board(
        context, shop, "window.SPEECH_MS = sessionStorage.getItem('noted') ? 30 : 60_000;" + VOICES
    )
    await allow(board)
    said = await floor.call(6)
    await board.wait_for_function("() => JSON.parse(sessionStorage.getItem('noted') ?? '[]').length === 1")
    await board.reload()
    await board.keyboard.press("x")  # whether or not the browser asks for it again
    await board.wait_for_function(
        "last => JSON.parse(sessionStorage.getItem('noted')).at(-1).join() === `end,${last}`",
        arg=said[-1],
        timeout=60_000,
    )
    assert [text for kind, text in await noted(board) if kind == "begin"] == said


async def test_while_locked_nothing_sounds_and_what_is_old_is_never_said(
    context: BrowserContext, shop: Shop, floor: Floor
) -> None:
    board = await open_board(context, shop)
    await expect(board.locator("[data-sound=locked]")).to_have_text("点此开启声音")
    old = await floor.call(2)
    await board.wait_for_function("() => JSON.parse(sessionStorage.getItem('paihao.board.unspoken')).length === 2")
    # A minute later, as far as the waiting calls know.
    await board.evaluate(
        """() => {
            const kept = JSON.parse(sessionStorage.getItem('paihao.board.unspoken'));
            const older = kept.map((call) => ({...call, at: new Date(Date.parse(call.at) - 61000)}));
            sessionStorage.setItem('paihao.board.unspoken', JSON.stringify(older));
        }"""
    )
    await board.reload()
    new = await floor.call(1)
    assert await noted(board) == []
    await board.keyboard.press("x")  # any key
    assert await all_said(board, 1) == new
    assert old[0] not in new


async def test_a_board_without_voices_plays_the_servers_clips(
    context: BrowserContext, shop: Shop, floor: Floor
) -> None:
    board = await open_board(context, shop, NO_VOICES)
    await allow(board)
    await floor.call(2, language="en")
    await board.wait_for_function("() => played.length === 4", timeout=60_000)
    assert all(1 < seconds < 15 for seconds in await board.evaluate("played"))
    await expect(board.locator("[data-sound=fails]")).to_be_hidden()


async def test_where_nothing_can_speak_the_chime_still_sounds_and_a_sign_says_so(
    context: BrowserContext, shop: Shop, floor: Floor
) -> None:
    await context.route("**/voice?*", lambda route: route.fulfill(status=503, body="{}"))
    board = await open_board(context, shop, NO_VOICES)
    await allow(board)
    await floor.call(1)
    await expect(board.locator("[data-sound=fails]")).to_have_text("语音不可用")
    assert await board.evaluate("tones") == 2
    await context.unroute("**/voice?*")
    await floor.call(1)
    await expect(board.locator("[data-sound=fails]")).to_be_hidden()


async def test_an_english_visitor_is_called_in_both_languages(
    context: BrowserContext, shop: Shop, floor: Floor
) -> None:
    board = await open_board(context, shop)
    await allow(board)
    (said,) = await floor.call(1, language="en")
    assert await all_said(board, 2) == [said, "Ticket A, 0, 0, 1, please go to window 3"]


async def test_the_volume_is_tried_and_kept(context: BrowserContext, shop: Shop) -> None:
    board = await open_board(context, shop)
    await expect(board.locator("#volume-open")).to_have_css("opacity", "0")
    await board.mouse.move(400, 400)
    await expect(board.locator("#volume-open")).to_have_css("opacity", "1")
    await board.keyboard.press("v")
    await expect(board.locator("#volume")).to_be_visible()
    await expect(board.locator("#volume-level")).to_be_focused()
    assert "声音测试" in (await all_said(board, 1))[0]
    await board.keyboard.press("ArrowLeft")
    await expect(board.locator("#volume-told")).to_have_text("75%")
    assert len(await all_said(board, 2)) == 2
    await board.keyboard.press("Escape")
    await expect(board.locator("#volume")).to_be_hidden()
    await board.reload()
    await expect(board.locator("#volume-told")).to_have_text("75%")


async def test_a_muted_board_is_silent(context: BrowserContext, shop: Shop, floor: Floor) -> None:
    board = await open_board(context, shop, query="?sound=off")
    await board.keyboard.press("v")
    await expect(board.get_by_text("本屏已静音")).to_be_visible()
    await floor.call(1)
    await expect(board.locator("#calls .call").first).to_contain_text("A001")
    assert await noted(board) == []
    assert await board.evaluate("tones") == 0


# The speaker by itself: an engine that never ends, and quiet hours.

SPEAKER = """async (steps) => {
    const { Speaker, isQuiet } = await import('/static/js/speaker.js');
    window.log = [];
    window.hall = { clock: '12:00', quiet: ['22:30', '07:00'] };
    window.speaker = new Speaker({
        kept: [], keep: (calls) => (window.kept = calls.map((call) => call.say)), now: () => Date.now(),
        quiet: () => isQuiet(hall.quiet, hall.clock),
        speak: (item, { first, signal }) => {
            log.push(`${item.say} ${first}`);
            if (item.say === 'throws') throw new Error('broken');
            return item.say === 'hangs' ? new Promise(() => signal.addEventListener('abort', () => log.push('told')))
                : Promise.resolve();
        },
    });
    window.call = (say) => ({ say, at: new Date().toISOString() });
}"""


@pytest.fixture
async def speaker(context: BrowserContext, shop: Shop) -> Page:
    page = await context.new_page()
    await page.goto(f"{shop.server.base}/healthz")
    await page.clock.install(time=datetime(2026, 3, 2, 8))
    await page.clock.pause_at(datetime(2026, 3, 2, 8, 1))
    await page.evaluate(SPEAKER)
    return page


async def test_a_speech_that_never_ends_or_breaks_stops_nobody(speaker: Page) -> None:
    await speaker.evaluate("speaker.unlock(), speaker.add(['throws', 'hangs', 'next'].map(call))")
    await speaker.clock.run_for(5000)
    assert await speaker.evaluate("[log, kept]") == [["throws true", "hangs false"], ["next"]]
    await speaker.clock.run_for(5000)
    assert await speaker.evaluate("log") == ["throws true", "hangs false", "told", "next false"]


async def test_quiet_hours_let_nothing_sound_but_a_test(speaker: Page) -> None:
    await speaker.evaluate("speaker.unlock(), hall.clock = '06:59', speaker.add([call('a')])")
    assert await speaker.evaluate("[log, kept]") == [[], []]
    await speaker.evaluate("speaker.test(call('test'))")
    await speaker.evaluate("hall.clock = '07:00', speaker.add([call('b')])")
    assert await speaker.evaluate("log") == ["test true", "b true"]
    quiet = """async ([from, until]) => {
        const { isQuiet } = await import('/static/js/speaker.js');
        const times = ['00:00', '06:59', '07:00', '12:30', '22:29', '22:30', '23:59'];
        return times.filter((at) => isQuiet([from, until], at));
    }"""
    assert await speaker.evaluate(quiet, ["22:30", "07:00"]) == ["00:00", "06:59", "22:30", "23:59"]
    assert await speaker.evaluate(quiet, ["07:00", "12:31"]) == ["07:00", "12:30"]
    assert await speaker.evaluate(quiet, ["12:30", "12:30"]) == []


async def test_what_waited_behind_a_lock_for_more_than_a_minute_is_dropped(speaker: Page) -> None:
    await speaker.evaluate("speaker.add([call('old')])")
    await speaker.clock.run_for(61_000)
    await speaker.evaluate("speaker.add([call('new')])")
    assert await speaker.evaluate("[log, kept]") == [[], ["new"]]
    await speaker.evaluate("speaker.unlock()")
    assert await speaker.evaluate("[log, kept]") == [["new true"], []]
