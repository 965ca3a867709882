"""Pictures of the service guides: the list of items and one item, on phones, desks and paper."""

import pytest
from album import BOOKING, keep, reading, visit
from playwright.async_api import Browser
from shop import Shop

pytestmark = pytest.mark.anyio
PHONE, DESK = (360, 780), BOOKING[1]
A4 = (794, 1123)
READERS = {"": {}, "-english": {"lang": "en"}, "-large": {"print": "large"}}
ITEMS = {"plain": "S-001", "booked": "S-002", "elsewhere": "O-001"}


@pytest.mark.parametrize("reader", READERS)
async def test_guides(browser: Browser, shop: Shop, reader: str) -> None:
    hall = f"{shop.server.base}/guide/{shop.hall}"
    async with reading(browser, shop, **READERS[reader]) as page:
        await visit(page, PHONE, hall, "summary")
        await page.locator("summary").first.click()
        await keep(page, f"guides{reader}", [PHONE, DESK])
        await visit(page, PHONE, f"{hall}?q=sfz", ".list a")
        await keep(page, f"guides-found{reader}", [PHONE, DESK])
        for name, code in ITEMS.items():
            await visit(page, PHONE, f"{hall}/{code}", "[data-qr] svg")
            await keep(page, f"guide-{name}{reader}", [PHONE, DESK])
        await page.emulate_media(media="print")
        for name, code in ITEMS.items():
            await visit(page, A4, f"{hall}/{code}", "[data-qr] svg")
            await keep(page, f"guide-{name}-paper{reader}", [A4])
