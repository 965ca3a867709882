"""Pictures of what applicants see: the form, a case in every state, its papers on a screen and on A4."""

import re

import pytest
from album import BOOKING, keep, reading, visit
from applied import applied, every_state
from playwright.async_api import Browser
from shop import Shop

pytestmark = pytest.mark.anyio
PHONE, WHOLE, DESK = (360, 780), (360, 2000), BOOKING[1]
A4 = (794, 1123)
LARGE = ("accepted", "noticed", "overdue")
READERS = {"": {}, "-english": {"lang": "en"}, "-large": {"print": "large"}}


@pytest.mark.parametrize("reader", READERS)
async def test_progress(browser: Browser, shop: Shop, reader: str) -> None:
    async with applied(shop) as desk, reading(browser, shop, **READERS[reader]) as page:
        states = await every_state(desk)
        if reader == "-large":
            states = {name: states[name] for name in LARGE}
        await visit(page, PHONE, f"{shop.server.base}/progress", "#number")
        await keep(page, f"progress-form{reader}", [PHONE, DESK])
        await page.locator(".act .primary").click()
        await keep(page, f"progress-errors{reader}", [PHONE, DESK])
        for name, row in states.items():
            await visit(page, PHONE, desk.link(row), ".way")
            await keep(page, f"progress-{name}{reader}", [PHONE, WHOLE, DESK])
        await visit(page, PHONE, desk.link(states["accepted"]), ".way")
        await page.locator("summary").click()
        await keep(page, f"progress-trace{reader}", [WHOLE])


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
async def test_papers(browser: Browser, shop: Shop, lang: str) -> None:
    async with applied(shop) as desk, reading(browser, shop, lang=lang) as page:
        states = await every_state(desk)
        for name in ("noticed", "extended"):
            await visit(page, PHONE, desk.link(states[name]), ".papers")
            paths = re.findall(r'href="(/papers/[^".]*\?lang=\w+)"', await page.content())
            await visit(page, PHONE, shop.server.base + paths[-1], ".letterhead")
            await keep(page, f"progress-paper-{name}-{lang}", [PHONE, DESK])
            await page.emulate_media(media="print")
            await keep(page, f"progress-paper-{name}-{lang}-printed", [A4])
            await page.emulate_media(media="screen")
