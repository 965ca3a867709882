"""A hall's files in a real browser: exported, edited, previewed and taken in; faults told; and the page's pictures."""

from typing import Any

import anyio
import pytest
from album import Size, keep, reading, visit
from day import Day
from playwright.async_api import Browser, FilePayload, Page, expect
from shop import Shop
from workbooks import broken_all_over, cells, edited

pytestmark = pytest.mark.anyio

SIZES: list[Size] = [(1366, 768), (360, 640)]
READERS: dict[str, dict[str, Any]] = {"": {}, "-english": {"lang": "en"}, "-large": {"print": "large"}}
NEW_NAME, NEW_LINE = "社保业务专窗", "社保综合业务"


def rename(book: Any) -> None:
    """A window and a line with other names, a window more, a Sunday morning; an agency less with its item."""
    sheet = book["windows"]
    sheet["C4"] = NEW_NAME
    book["lines"]["B5"] = NEW_LINE
    sheet.append(["Z9", "A区1楼", "周末窗口", "ordinary", "A", "RSJ"])
    book["hours"].append([7, "09:00", "12:00"])
    book["agencies"].delete_rows(2)
    book["outside_items"].delete_rows(2)


def file(data: bytes, name: str = "大厅.xlsx") -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


async def exported(page: Page, place: str = "#out-xlsx") -> tuple[str, bytes]:
    """What the browser saved, and under which name."""
    async with page.expect_download() as saving:
        await page.locator(place).click()
    saved = await saving.value
    return saved.suggested_filename, await anyio.Path(await saved.path()).read_bytes()


async def arrive(page: Page, shop: Shop) -> None:
    await visit(page, SIZES[0], f"{shop.server.base}/hall-files", "#out-xlsx")


async def tab_to(page: Page, place: str) -> None:
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await page.evaluate("(place) => document.activeElement.matches(place)", place):
            return
    raise AssertionError(f"Tab does not lead to {place}")


async def test_out_edited_previewed_and_in_while_a_board_is_open(browser: Browser, shop: Shop) -> None:
    """The way in by keyboard alone; the board shows the new name within seconds."""
    with Day(shop) as day:  # a board shows the lines in which somebody waits
        day.open([window for window in day.windows if window["number"] == "3"])
        day.issue("A")
    async with reading(browser, shop, "admin") as page, reading(browser, shop) as board:
        await board.goto(shop.board)
        await expect(board.locator("#lines")).to_contain_text("社会保险")
        # The browser hears now that the file is chosen here; as late as Enter is pressed, it may open its own dialog.
        page.on("filechooser", lambda _: None)
        await arrive(page, shop)
        name, data = await exported(page)
        assert name.startswith(f"{shop.hall}-20")
        assert name.endswith(".xlsx")
        assert (await exported(page, "#out-zip"))[0].endswith(".zip")
        await page.bring_to_front()
        await tab_to(page, "#pick")
        async with page.expect_file_chooser() as choosing:
            await page.keyboard.press("Enter")
        await (await choosing.value).set_files(file(edited(data, rename)))
        await expect(page.locator("#report-title")).to_be_focused()
        assert await page.locator("#counts dd").all_inner_texts() == ["2", "2", "2"]
        await expect(page.locator("#sheets li", has_text=NEW_NAME)).to_contain_text("社保1号窗口")
        await expect(board.locator("#lines")).to_contain_text("社会保险")
        await page.keyboard.press("Tab")
        await expect(page.locator("#confirm")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("#report-title")).to_have_text("已导入“大厅.xlsx”，共 6 处变更")
        await expect(board.locator("#lines")).to_contain_text(NEW_LINE, timeout=2000)
        await expect(page.locator("#report-title")).to_be_focused()
        await expect(page.locator("#confirm")).to_be_hidden()
        again = cells((await exported(page))[1])
        assert NEW_NAME in str(again["windows"])
        await page.locator("#file").set_input_files(file((await exported(page))[1]))
        await expect(page.locator("#report-title")).to_contain_text("没有变更")
        await expect(page.locator("#confirm")).to_be_hidden()


async def test_a_preview_that_is_stale_is_told_and_made_again(browser: Browser, shop: Shop) -> None:
    async with reading(browser, shop, "admin") as page, reading(browser, shop, "admin") as other:
        await arrive(page, shop)
        _, data = await exported(page)
        await page.locator("#file").set_input_files(file(edited(data, rename)))
        await expect(page.locator("#confirm")).to_be_visible()
        await arrive(other, shop)
        await other.locator("#file").set_input_files(
            file(edited(data, lambda book: book["windows"].__setitem__("C5", "另一个名字")))
        )
        await other.locator("#confirm").click()
        await expect(other.locator("#report-title")).to_contain_text("已导入")
        await page.locator("#confirm").click()
        await expect(page.locator("#wrong")).to_have_text("预览之后大厅有了变化，请重新预览")
        await expect(page.locator("#again")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.locator("#sheets li", has_text="另一个名字")).to_be_visible()
        await expect(page.locator("#wrong")).to_be_empty()
        await page.locator("#drop-it").click()
        await expect(page.locator("#report")).to_be_hidden()
        await expect(page.locator("#pick")).to_be_focused()


async def test_a_file_is_dropped(browser: Browser, shop: Shop) -> None:
    async with reading(browser, shop, "admin") as page:
        await arrive(page, shop)
        dropped = await page.evaluate_handle(
            "() => { const held = new DataTransfer(); held.items.add(new File(['no'], '旧表.xls')); return held; }"
        )
        await page.dispatch_event("#drop", "dragover", {"dataTransfer": dropped})
        await expect(page.locator("#drop")).to_have_attribute("data-over", "")
        await page.dispatch_event("#drop", "drop", {"dataTransfer": dropped})
        await expect(page.locator("#wrong")).to_have_text("请选择 .xlsx 或 .zip 文件")
        await expect(page.locator("#report")).to_be_hidden()


@pytest.mark.parametrize("reader", READERS)
async def test_pictures(browser: Browser, shop: Shop, reader: str) -> None:
    async with reading(browser, shop, "admin", **READERS[reader]) as page:
        await arrive(page, shop)
        await keep(page, f"hall-files{reader}", SIZES)
        _, data = await exported(page)
        await page.locator("#file").set_input_files(file(edited(data, rename)))
        await expect(page.locator("#confirm")).to_be_visible()
        await keep(page, f"hall-files-preview{reader}", SIZES)
        await page.locator("#file").set_input_files(file(edited(data, broken_all_over)))
        await expect(page.locator("#faults tr >> nth=5")).to_be_visible()
        title = await page.locator("#report-title").inner_text()
        assert ("faults; nothing was imported" in title) is (reader == "-english")
        await expect(page.locator("#confirm")).to_be_hidden()
        await keep(page, f"hall-files-broken{reader}", SIZES)
        await page.locator("#file").set_input_files(file(edited(data, rename)))
        await page.locator("#confirm").click()
        await expect(page.locator("#report[data-state=done]")).to_be_visible()
        await keep(page, f"hall-files-done{reader}", SIZES)


async def test_supervisors_only_export_and_others_nothing(browser: Browser, shop: Shop) -> None:
    async with reading(browser, shop, "supervisor") as page:
        await arrive(page, shop)
        await expect(page.locator("#only-admins")).to_be_visible()
        await expect(page.locator("#in-form")).to_be_hidden()
        assert (await exported(page))[1][:2] == b"PK"
    async with reading(browser, shop, "guide") as page:
        await visit(page, SIZES[0], f"{shop.server.base}/hall-files", "#refused")
        await expect(page.locator("#exchange")).to_be_hidden()
    async with reading(browser, shop) as page:
        await visit(page, SIZES[0], f"{shop.server.base}/hall-files", "#username")


@pytest.mark.parametrize(("language", "links"), [("zh_CN", "导入导出大厅"), ("en", "Hall import and export")])
async def test_the_administration_exports_and_leads_here(
    browser: Browser, shop: Shop, language: str, links: str
) -> None:
    """Its form saves the very bytes, and its menu leads to the page."""
    async with reading(browser, shop, "admin", lang=language) as page:
        await arrive(page, shop)
        _, plain = await exported(page)
        await page.goto(f"{shop.server.base}/admin/#/forms/export-hall")
        name, data = await exported(page, "[data-uitest=submit_custom_form_button]")
        assert (name.startswith(shop.hall), name.endswith(".xlsx")) == (True, True)
        assert cells(data) == cells(plain)
        said = {"zh_CN": "已下载文件", "en": "File downloaded"}[language]
        await expect(page.locator("#success_message")).to_have_text(said)
        await page.goto(f"{shop.server.base}/admin/#/")
        await page.get_by_role("link", name=links).click()
        await expect(page.locator("#in-form")).to_be_visible()
