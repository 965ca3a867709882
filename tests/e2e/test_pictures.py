"""Pictures of every page in the states and sizes that matter, kept in build/pictures to be looked at.

What a program can judge is checked here: nothing is cut off or runs out of the page, numbers are large enough, axe
finds nothing. One hall with its 151 windows and 43 lines in mixed states serves them all.
"""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from album import A5, BOARD, BOOKING, CONSOLE, DESK, HOME, KIOSK, PHONE, STRIP, SUPERVISE, Size, keep, reading, visit
from day import Day
from PIL import Image, ImageDraw
from playwright.async_api import Browser, Route, WebSocketRoute, expect
from shop import Shop

pytestmark = pytest.mark.anyio

CALLED = "#calls .call"


class Open(NamedTuple):
    """The hall at work; ``tickets``: by state, the key of somebody's ticket; ``windows``: by number."""

    shop: Shop
    day: Day
    windows: dict[str, dict[str, Any]]
    tickets: dict[str, str]

    def address(self, path: str) -> str:
        return self.shop.server.base + path


@pytest.fixture(scope="module")
def hall(busy_shop: Shop) -> Iterator[Open]:
    with Day(busy_shop) as day:
        windows = {window["number"]: window for window in day.windows}
        for place, window in enumerate(day.windows):
            if window["number"] not in CLERKS:
                _set(day, place % 9, window)
        tickets = {state: _somebody(day, windows["C18"], moves) for state, moves in WAYS.items()}
        for place, line in enumerate(day.kiosk.get(f"/halls/{busy_shop.hall}").json()["lines"]):
            for _ in range(place * 7 % 13):
                day.issue(line["prefix"])
        day.issue("RC")
        items = day.kiosk.get(f"/halls/{busy_shop.hall}/items", params={"q": "养老保险"}).json()["items"]
        item = next(item["code"] for item in items if item["line"] == "SB")
        tickets |= {"near": day.issue("RC")["id"], "waiting": day.issue(item=item)["id"]}
        wish = {"channel": "desk", "item": item, "need": "wheelchair", "language": "en", "name": "张小三"}
        wish |= {"phone": "13812345678", "priority": "elderly", "reason": "出示老年证"}
        day.chief.post(f"/halls/{busy_shop.hall}/tickets", json=wish).raise_for_status()
        for number in ("B01", "B10"):
            with Day(busy_shop, number.lower()) as clerk:
                clerk.open([windows[number]])
                if number == "B01":
                    clerk.call(windows[number])
        _hang_a_face(day, "B01")
        yield Open(busy_shop, day, windows, tickets)


CLERKS = ("B01", "B02", "B10")
"""Who opens his window himself; B02 has not yet."""
WAYS = {"done": ("start", "complete"), "missed": ("recall", "recall", "miss"), "called": ()}


def _set(day: Day, state: int, window: dict[str, Any]) -> None:
    """Of nine windows one is closed, one called, three serve, one pauses and three are free."""
    if state:
        day.open([window])
    if state in (1, 2, 3, 4):
        ticket = _somebody(day, window, () if state == 1 else ("start",))
        assert ticket
    elif state == 5:
        back = datetime.now(UTC) + timedelta(minutes=20)
        pause = {"reason": "到档案室取材料", "back_at": back.isoformat()}
        day.chief.post(f"/windows/{window['id']}/pause", json=pause).raise_for_status()


def _somebody(day: Day, window: dict[str, Any], moves: tuple[str, ...]) -> str:
    """Somebody comes, is called to the window and brought further; gives his ticket's key."""
    day.issue(window["lines"][0])
    key = str(day.call(window)["id"])
    for move in moves:
        day.chief.post(f"/tickets/{key}/{move}").raise_for_status()
    return key


def _drawn(size: Size) -> bytes:
    """A picture with something in it up to its edges."""
    image = Image.new("RGB", size, "#e6eef8")
    draw = ImageDraw.Draw(image)
    draw.rectangle((4, 4, size[0] - 5, size[1] - 5), outline="#1d4f91", width=8)
    draw.ellipse((size[0] // 3, size[1] // 5, size[0] * 2 // 3, size[1] * 3 // 5), fill="#8fbdf5")
    draw.rectangle((size[0] // 4, size[1] * 2 // 3, size[0] * 3 // 4, size[1] - 9), fill="#1d4f91")
    image.save(made := io.BytesIO(), "PNG")
    return made.getvalue()


def _upload(day: Day, size: Size) -> str:
    said = day.chief.post(f"/halls/{day.shop.hall}/media", content=_drawn(size), params={"name": "图.png"})
    return str(said.raise_for_status().json()["digest"])


def _hang_a_face(day: Day, number: str) -> None:
    card = day.kiosk.get(f"/halls/{day.shop.hall}/windows/{number}/card").raise_for_status().json()
    path = f"/halls/{day.shop.hall}/staff/{card['officer']['badge']}/photo"
    day.chief.put(path, json={"media": _upload(day, (300, 400))}).raise_for_status()


# Screens --------------------------------------------------------------------------------------------------------------

READERS = {
    "board": {},
    "board-english": {"lang": "en"},
    "board-large": {"print": "large"},
    "board-large-english": {"print": "large", "lang": "en"},
}


@pytest.mark.parametrize("name", READERS)
async def test_the_board(browser: Browser, hall: Open, name: str) -> None:
    async with reading(browser, hall.shop, **READERS[name]) as page:
        await visit(page, BOARD[0], hall.shop.board, "#lines .line")
        await page.reload()  # now no call is new: the picture of most of the day
        await expect(page.locator("[data-sound=locked]")).to_be_visible()
        await keep(page, name, BOARD, whole=".call, .line, .head, .foot", least=".call .number .fit")


async def test_a_board_that_is_silent(browser: Browser, hall: Open) -> None:
    async with reading(browser, hall.shop) as page:
        await visit(page, BOARD[0], hall.shop.board.replace("#", "?sound=off#"), "#lines .line")
        await page.reload()
        await keep(page, "board-silent", [BOARD[0]], whole=".call, .line")


async def test_the_board_in_quiet_hours_and_with_the_network_away(browser: Browser, hall: Open) -> None:
    cables: list[WebSocketRoute] = []

    async def proxy(socket: WebSocketRoute) -> None:
        if cables:
            await socket.close()
            return
        cables.append(socket)
        server = socket.connect_to_server()

        def quiet(message: str | bytes) -> None:
            frame = json.loads(message)
            if frame["type"] == "snapshot":
                frame["quiet"] = ["00:00", "23:59"]
            socket.send(json.dumps(frame))

        server.on_message(quiet)

    async with reading(browser, hall.shop) as page:
        await page.route_web_socket("**/live*", proxy)
        await visit(page, BOARD[0], hall.shop.board, "#lines .line")
        await page.mouse.click(5, 5)
        await expect(page.locator("[data-sound=quiet]")).to_be_visible()
        await keep(page, "board-quiet", [BOARD[0], BOARD[1]], whole=".call, .line")
        await cables[0].close()
        await expect(page.locator("#away")).to_contain_text("网络中断")
        await keep(page, "board-away", BOARD, whole=".call, .line, .band", least=".call .number .fit")


async def test_the_board_while_nobody_is_called(browser: Browser, shop: Shop) -> None:
    """A hall before its first call: closed, with a notice; open, with a picture; then the first call."""
    with Day(shop) as day:
        async with reading(browser, shop) as page:
            await visit(page, BOARD[0], shop.board, "#signage .notice")
            await expect(page.locator("#shut")).to_be_visible()
            await keep(page, "board-notice", BOARD, whole="#signage figure p")
            day.open(day.windows[:3])
            day.show_no_slides()
            await expect(page.locator("#welcome")).to_be_visible()
            await keep(page, "board-welcome", BOARD)
            picture = {"media": _upload(day, (1600, 900)), "text": "医保缴费流程：手机扫码、核对身份、选择年度、支付"}
            day.chief.post(f"/halls/{shop.hall}/slides", json=picture).raise_for_status()
            await expect(page.locator("#signage img")).to_be_visible()
            await keep(page, "board-picture", BOARD)
            for _ in range(4):
                day.issue("A")
            day.call(day.windows[2])
            await expect(page.locator(CALLED)).to_have_count(1)
            await keep(page, "board-first-call", BOARD, whole=".call, .line")


STRIPS = {"calling": "B01", "serving": "B04", "paused": "B07", "closed": "A01", "free": "B09"}


@pytest.mark.parametrize("state", STRIPS)
async def test_the_strip_above_a_window(browser: Browser, hall: Open, state: str) -> None:
    async with reading(browser, hall.shop) as page:
        address = hall.address(f"/window/{hall.shop.hall}/{STRIPS[state]}")
        await visit(page, STRIP[0], address, f"body[data-state={state}]")
        await keep(page, f"strip-{state}", STRIP, whole="#state, .card")


# Visitors -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_the_kiosk(browser: Browser, hall: Open, language: str) -> None:
    name = "kiosk" if language == "zh_CN" else "kiosk-english"
    async with reading(browser, hall.shop, lang=language) as page:
        await visit(page, KIOSK[0], hall.shop.kiosk, "[data-screen=start] [data-list] button")
        await keep(page, f"{name}-start", KIOSK, whole="button")
        for screen, button, ready in (
            ("departments", ".door[data-go=departments]", "[data-screen=departments] .tile"),
            ("items", "[data-screen=departments] .tile >> nth=0", "[data-screen=items] .tile"),
            ("confirm", "[data-screen=items] .tile >> nth=0", "[data-slot=take]"),
            ("number", "[data-slot=take]", "[data-qr] svg"),
        ):
            await page.locator(button).click()
            await expect(page.locator(ready).first).to_be_visible()
            await keep(page, f"{name}-{screen}", KIOSK, whole="button")


FOLLOWED = {"waiting": "waiting", "near": "waiting", "called": "called", "missed": "missed", "done": "done"}


@pytest.mark.parametrize("state", FOLLOWED)
async def test_following_a_number(browser: Browser, hall: Open, state: str) -> None:
    async with reading(browser, hall.shop) as page:
        await visit(page, PHONE[0], hall.address(f"/t/{hall.tickets[state]}"), f"[data-status={FOLLOWED[state]}]")
        await keep(page, f"follow-{state}", PHONE)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_booking_online(browser: Browser, hall: Open, language: str) -> None:
    name, phone = ("book", "13800000001") if language == "zh_CN" else ("book-english", "13800000002")
    async with reading(browser, hall.shop, lang=language) as page:
        await visit(page, BOOKING[0], hall.address("/book"), "#found a")
        await keep(page, f"{name}-item", BOOKING)
        await page.locator("#found a").nth(1).click()
        for step, way, ready in (
            ("day", "", ".week a"),
            ("time", ".week a >> nth=1", ".times button"),
            ("person", ".times button >> nth=0", "#name"),
            ("errors", ".act .primary", ".refused"),
        ):
            if way:
                await page.locator(way).click()
            await expect(page.locator(ready).first).to_be_visible()
            await keep(page, f"{name}-{step}", BOOKING)
        await page.locator("#name").fill("张小三")
        await page.locator("#phone").fill(phone)
        await page.locator(".act .primary").click()
        await expect(page.locator("#code")).to_be_visible()
        await keep(page, f"{name}-code", BOOKING)
        await page.locator("#code").fill(hall.shop.code_sent(phone))
        await page.locator(".act .primary").click()
        await expect(page.locator("[data-qr] svg")).to_be_visible()
        await keep(page, f"{name}-done", BOOKING)
        await page.locator("a[href*='/cancel']").click()
        await keep(page, f"{name}-cancel", BOOKING)


async def test_paper(browser: Browser, hall: Open) -> None:
    materials = [{"name": name, "count": 1} for name in ("居民身份证", "养老保险参保登记表（一式两份）", "授权委托书")]
    said = hall.day.chief.post(f"/tickets/{hall.tickets['done']}/receipts", json={"materials": materials})
    receipt = hall.address(said.raise_for_status().json()["url"])
    async with reading(browser, hall.shop) as page:
        await visit(page, (302, 760), hall.address(f"/t/{hall.tickets['waiting']}/slip"), "[data-qr] svg")
        await page.emulate_media(media="print")
        await keep(page, "slip", [(302, 760)])
        await visit(page, (302, 900), f"{receipt}?paper=80", "[data-qr] svg")
        await keep(page, "receipt-80mm", [(302, 900)])
        await visit(page, A5, receipt, "[data-qr] svg")
        await keep(page, "receipt", [A5])
        await page.emulate_media(media="screen")
        await keep(page, "receipt-checked", PHONE)


async def test_the_front_page_and_the_door(browser: Browser, hall: Open) -> None:
    async with reading(browser, hall.shop) as page:
        await visit(page, HOME[0], hall.address("/"), "main")
        await keep(page, "home", HOME)
        await visit(page, HOME[0], hall.address("/sign-in"), "#username")
        await keep(page, "sign-in", [(1366, 768), PHONE[0]])


# Officers -------------------------------------------------------------------------------------------------------------

ACTS = "#desk [data-act]"


async def test_the_console(browser: Browser, hall: Open) -> None:
    console = hall.address("/console")
    async with reading(browser, hall.shop, "b02") as page:
        await visit(page, CONSOLE[0], console, "#choose-list label")
        await keep(page, "console-choose", CONSOLE)
    async with reading(browser, hall.shop, "b10") as page:
        await visit(page, CONSOLE[0], console, "#here[data-status=none]")
        await expect(page.locator("#next li")).to_have_count(5)
        await keep(page, "console-nobody", CONSOLE, whole=ACTS)
    async with reading(browser, hall.shop, "b01") as page:
        await visit(page, CONSOLE[0], console, "#here[data-status=called]")
        await keep(page, "console-called", CONSOLE, whole=ACTS)
        await page.keyboard.press("F8")
        await expect(page.locator("#transfer-list")).to_be_visible()
        await keep(page, "console-transfer", CONSOLE)
        await page.keyboard.press("Escape")
        await page.keyboard.press("F4")
        await expect(page.locator("#here")).to_have_attribute("data-status", "serving")
        await expect(page.locator("#undo")).to_be_visible()
        await keep(page, "console-serving", CONSOLE, whole=ACTS)
        await page.keyboard.press("F10")
        await expect(page.locator("dialog:modal")).to_be_visible()
        await keep(page, "console-pause", CONSOLE)
        await page.keyboard.press("Escape")
        await page.context.set_offline(True)
        await expect(page.locator("#away")).to_contain_text("网络中断")
        await keep(page, "console-away", CONSOLE, whole=ACTS)


async def test_the_first_desk(browser: Browser, hall: Open) -> None:
    async with reading(browser, hall.shop, "guide") as page:
        await visit(page, DESK[0], hall.address("/desk"), "#items [role=option]")
        await keep(page, "desk-start", DESK)
        await page.keyboard.press("F2")
        await page.keyboard.type("养老保险")
        await expect(page.locator("#guide")).to_be_visible()
        await keep(page, "desk-guide", DESK)
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")
        await expect(page.locator("#result-number")).to_be_visible()
        await expect(page.locator("#handovers .number").first).to_be_visible()
        await keep(page, "desk-number", DESK)
        await page.keyboard.press("F7")
        await expect(page.locator("#agencies-list label").first).to_be_visible()
        await keep(page, "desk-agencies", DESK)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
async def test_the_phone_desk(browser: Browser, hall: Open, language: str) -> None:
    name, phone = f"phone-{language}", f"139{int(language == 'en'):08d}"
    path = hall.address("/phone")

    async def late(route: Route) -> None:
        """Who has waited longest should have been called yesterday."""
        answer = await route.fetch()
        seen = await answer.json()
        for one in seen.get("enquiries", [])[:1]:
            one |= {"call_back_by": "2020-01-01T00:00:00+08:00", "overdue": True}
            seen["overdue"] = 1
        await route.fulfill(response=answer, json=seen)

    async with reading(browser, hall.shop, "operator", lang=language) as page:
        await page.route("**/enquiries", late)
        await visit(page, DESK[0], path, "#start")
        await page.keyboard.press("F9")
        await page.keyboard.type("社保卡丢了，补办要几天，要带什么材料，可以让家里人代办吗？")
        await page.locator("#unit").fill("龙泉驿区第一小学")
        await page.locator("#caller-name").fill("张小三")
        await page.locator("#caller-phone").fill(phone)
        await keep(page, f"{name}-enquiry", DESK)
        await page.locator("#caller-phone").press("Enter")
        await expect(page.locator("#enquiries [data-state=late]")).to_be_visible()
        await page.locator("#fresh").click()
        await keep(page, f"{name}-start", DESK)
        await page.keyboard.type(phone)
        await page.keyboard.press("Enter")
        await expect(page.locator("#bands p")).to_be_visible()
        await page.keyboard.press("F4")
        await page.keyboard.type("普通护照首次申领")
        await expect(page.locator("#items [aria-selected=true]")).to_be_visible()
        await keep(page, f"{name}-item", DESK)
        await page.keyboard.press("Enter")
        await expect(page.locator("#slots [aria-selected=true]")).to_be_visible()
        await keep(page, f"{name}-times", DESK)
        await page.locator("#slots").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#step-person")).to_be_visible()
        await page.keyboard.type("张小三")
        await keep(page, f"{name}-person", DESK)
        await page.keyboard.press("Enter")
        await expect(page.locator("#card-code")).to_be_visible()
        await keep(page, f"{name}-booked", DESK)
        await page.keyboard.press("F10")
        await page.keyboard.press("Enter")
        await expect(page.locator("#answer-panel")).to_be_visible()
        await keep(page, f"{name}-call-back", DESK)


async def test_the_supervisor(browser: Browser, hall: Open) -> None:
    async def late(route: Route) -> None:
        """Every fourth line has waited too long."""
        answer = await route.fetch()
        seen = await answer.json()
        for line in seen["lines"][::4]:
            line |= {"waiting": line["waiting"] + 7, "longest": line["limit"] + 12, "over": True}
        await route.fulfill(response=answer, json=seen)

    async with reading(browser, hall.shop, "supervisor") as page:
        await page.route(f"**/halls/{hall.shop.hall}/live", late)
        await visit(page, SUPERVISE[0], hall.address("/supervise"), ".tile")
        await expect(page.locator(".tile")).to_have_count(151)
        await keep(page, "supervise", SUPERVISE)
        await page.locator(".tile", has_text="B04").click()
        await expect(page.locator("#panel")).to_be_visible()
        await keep(page, "supervise-window", SUPERVISE)
        await page.keyboard.press("Escape")
        for tab in ("content", "people", "booking"):
            await page.locator(f"#tab-{tab}").click()
            await expect(page.locator(f"#{tab}")).to_be_visible()
            await keep(page, f"supervise-{tab}", SUPERVISE)
