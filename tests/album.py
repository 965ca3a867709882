"""Pictures of pages, kept in build/pictures to be looked at, with what a program can judge of them checked.

Nothing is cut off or runs out of the page, numbers are large enough, axe finds nothing.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import look
from house import ZONE
from playwright.async_api import Browser, Page, expect
from shop import Shop

Size = tuple[int, int]
PICTURES = Path(__file__).parent.parent / "build" / "pictures"
BOARD: list[Size] = [(1920, 1080), (1080, 1920), (3840, 2160), (1024, 600)]
STRIP: list[Size] = [(1920, 360), (1920, 1080), (1080, 1920), (3840, 2160)]
KIOSK: list[Size] = [(1080, 1920), (1366, 768)]
PHONE: list[Size] = [(360, 640)]
CONSOLE: list[Size] = [(1920, 1080), (1366, 768), (1024, 600), (360, 600)]
DESK: list[Size] = [(1366, 768), (1024, 768), (1024, 600), (360, 640)]
SUPERVISE: list[Size] = [(1920, 1080), (3840, 2160), (1366, 768), (1024, 600)]
A5 = (794, 559)
BOOKING: list[Size] = [(360, 640), (1366, 768)]
HOME: list[Size] = [(1920, 1080), (360, 640)]
LEAST_NUMBER = 0.04
"""The newest call's share of the screen's height."""
LAID_OUT = (
    "document.fonts.ready.then(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))"
)


@asynccontextmanager
async def reading(browser: Browser, shop: Shop, account: str = "", **choices: str) -> AsyncIterator[Page]:
    """A browser of its own, signed in, with what its reader chose (lang, print, contrast)."""
    # Scripts that look at the page from outside need to pass the page's own policy.
    context = await browser.new_context(locale="zh-CN", timezone_id=ZONE, bypass_csp=True, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    base = shop.server.base
    await context.add_cookies([{"name": name, "value": value, "url": base} for name, value in choices.items()])
    if account:
        signing = {"username": account, "password": shop.passwords.get(account, shop.passwords["clerk"])}
        assert (await context.request.post(f"{base}/api/v1/session", data=signing)).ok
    yield await context.new_page()
    await context.close()


async def visit(page: Page, size: Size, address: str, ready: str) -> None:
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    await page.goto("about:blank")
    await page.goto(address)
    await expect(page.locator(ready).first).to_be_visible()


async def keep(page: Page, name: str, sizes: list[Size], whole: str = "", least: str = "") -> None:
    """Take a picture of every size, after looking for what no eye should have to find.

    ``whole``: what must be wholly on the screen; ``least``: whose type is not smaller than the newest call's may be.
    """
    PICTURES.mkdir(parents=True, exist_ok=True)
    faults: dict[str, list[str]] = {}
    for width, height in sizes:
        await page.set_viewport_size({"width": width, "height": height})
        await page.evaluate(LAID_OUT)
        await page.screenshot(path=PICTURES / f"{name}-{width}x{height}.png")
        found = [*await look.sideways(page), *await look.cut(page)]
        found += await look.outside(page, whole) if whole else []
        if least:
            type_ = await page.locator(least).first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
            found += [f"{type_} of {height}"] if type_ < LEAST_NUMBER * height else []
        faults[f"{width}x{height}"] = found
    faults["axe"] = await look.axe(page)
    told = [f"{where}: {one}" for where, found in faults.items() for one in found]
    assert not told, "\n".join([name, *told])
