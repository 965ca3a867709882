"""The register in a real browser: searched by a supervisor, and taken along as a workbook (R10)."""

import re
from contextlib import closing
from pathlib import Path

import pytest
from counter import clerk
from late import Late
from officers import supervise
from openpyxl import load_workbook
from playwright.async_api import BrowserContext, expect
from shop import Shop

pytestmark = pytest.mark.anyio


async def test_a_supervisor_searches_the_register_and_exports_it_r10(
    context: BrowserContext, shop: Shop, tmp_path: Path
) -> None:
    """R7, R10: masked on the screen, whole in the workbook, with exactly the fields that the register has."""
    with closing(clerk(shop, "3")) as officer:
        for name, matter in (("张小三", "补交社保材料"), ("李四", "=1+1")):
            taken = {
                "name": name,
                "phone": "13812345678",
                "address": "龙泉街道1号",
                "department": "RSJ",
                "matter": matter,
            }
            said = officer.post(
                f"/halls/{shop.hall}/custodies", json=taken | {"materials": [{"name": "申请表", "count": 2}]}
            )
            said.raise_for_status()
    page = await supervise(context, shop)
    await page.locator("#tab-register").click()
    rows = page.locator("#register-rows tr")
    await expect(rows).to_have_count(2)
    await expect(page.locator("#register-rows")).not_to_contain_text("张小三")
    await page.locator("#register-q").fill("张小三")
    await page.keyboard.press("Enter")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("张*三")
    await expect(rows).to_contain_text("申请表×2")
    async with page.expect_download() as coming:
        await page.locator("#register-export").click()
    whole = tmp_path / "register.xlsx"
    await (await coming.value).save_as(whole)
    book = load_workbook(whole)
    head, *lines = book.active.iter_rows(values_only=True)
    assert head[3:] == (
        *("姓名或单位名称", "住址", "联络方式", "办理事项", "所收材料名称及数量"),
        *("首问责任人", "承接人", "承接人联络方式", "处理状况"),
    )
    assert {line[3] for line in lines} == {"张小三", "李四"}
    assert "=1+1" in {line[6] for line in lines}, "a formula is text"


async def test_what_was_searched_before_does_not_come_over_what_is_found(context: BrowserContext, shop: Shop) -> None:
    with closing(clerk(shop, "3")) as officer:
        for name in ("张小三", "李四"):
            taken = {"name": name, "phone": "13812345678", "address": "龙泉街道1号", "department": "RSJ"}
            said = officer.post(
                f"/halls/{shop.hall}/custodies",
                json=taken | {"matter": f"{name}的材料", "materials": [{"name": "申请表", "count": 2}]},
            )
            said.raise_for_status()
    late, before = Late(), re.compile(r"/register\?.*complaints=true")

    await context.route(before, late)
    page = await supervise(context, shop)
    await page.locator("#tab-register").click()
    rows = page.locator("#register-rows tr")
    await expect(rows).to_have_count(2)
    async with page.expect_request(before):
        await page.locator("#register-complaints").check()
    await page.locator("#register-complaints").uncheck()
    await page.locator("#register-q").fill("李四")
    await page.keyboard.press("Enter")
    await expect(rows).to_have_count(1)
    async with page.expect_response(before) as answer:
        late.let_go.set()
    await (await answer.value).finished()
    await page.evaluate("() => new Promise(requestAnimationFrame)")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("李四的材料")
