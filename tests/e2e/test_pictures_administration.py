"""Pictures of the administration, kept in build/pictures to be looked at: lists, rows, what is refused, forms."""

import pytest
from administrator import Administrator
from album import Size, keep, reading
from day import Day
from playwright.async_api import Browser, Page, expect
from shop import Shop

pytestmark = pytest.mark.anyio

SIZES: list[Size] = [(1366, 768), (1024, 768)]
LANGUAGES = ["zh_CN", "en"]
ROWS = ".table_wrapper td:nth-child(3), .table_wrapper p:not(#loading_indicator)"
LISTS = ["window", "hours", "ticket", "audit", "appointment"]
FORMS = ["close-day", "move-staff", "new-member", "revise-item", "issue-device", "look-at-person"]


@pytest.fixture(scope="module")
def hall(busy_shop: Shop) -> Shop:
    """The sample hall, with some people in it."""
    with Day(busy_shop) as day:
        window = next(one for one in day.windows if one["number"] == "B01")
        day.open([window])
        for _ in range(5):
            day.issue(window["lines"][0])
        day.call(window)
        day.book("510112-SBJ-001")
    return busy_shop


async def shown(page: Page, shop: Shop, address: str, ready: str) -> Administrator:
    await page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    await page.goto("about:blank")
    await page.goto(f"{shop.server.base}/admin/#/{address}")
    await expect(page.locator(ready).first).to_be_visible()
    return Administrator(page, shop.server.base)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_lists(browser: Browser, hall: Shop, language: str) -> None:
    async with reading(browser, hall, "admin", lang=language) as page:
        await shown(page, hall, "", ".welcome")
        await keep(page, f"admin-home-{language}", SIZES)
        for table in LISTS:
            await shown(
                page,
                hall,
                table,
                ".table_wrapper td:nth-child(3), #result_count, .table_wrapper p:not(#loading_indicator)",
            )
            await keep(page, f"admin-{table}-{language}", SIZES)
        await page.locator("[data-uitest=filter_button]").click()
        await keep(page, f"admin-filter-{language}", SIZES[:1])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_row_a_new_one_and_one_that_is_refused(browser: Browser, hall: Shop, language: str) -> None:
    async with reading(browser, hall, "admin", lang=language) as page:
        await shown(page, hall, "window/3", "[data-uitest=save_button]")
        await keep(page, f"admin-row-{language}", SIZES)
        admin = await shown(page, hall, "window/add", "[data-uitest=create_button]")
        await keep(page, f"admin-new-{language}", SIZES)
        await admin.save(422)
        await expect(page.locator(".errors")).to_be_visible()
        await keep(page, f"admin-refused-{language}", SIZES)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_forms(browser: Browser, hall: Shop, language: str) -> None:
    async with reading(browser, hall, "admin", lang=language) as page:
        for form in FORMS:
            await shown(page, hall, f"forms/{form}", ".inner form label")
            await keep(page, f"admin-{form}-{language}", SIZES)
        admin = await shown(page, hall, "forms/issue-device", ".inner form label")
        await page.locator("form select[name=kind]").select_option(index=1)
        await page.locator("form input[name=name]").fill(f"二号门取号机 {language}")
        await admin.save()
        await expect(page.locator("#success_message")).to_be_visible()
        await keep(page, f"admin-issued-{language}", SIZES)


async def test_what_a_supervisor_sees(browser: Browser, hall: Shop) -> None:
    async with reading(browser, hall, "supervisor") as page:
        await shown(page, hall, "window", "tbody td:nth-child(3)")
        await keep(page, "admin-supervisor", SIZES)
