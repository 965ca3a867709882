"""A supervisor's bookings in a real browser, by keyboard: places, and a line closed for a day with everybody told."""

import httpx
import pytest
from officers import supervise
from playwright.async_api import Browser, expect
from shop import Shop

pytestmark = pytest.mark.anyio


def booked(shop: Shop, people: int) -> list[dict[str, str]]:
    """So many appointments of one item, on the last day that is open, each from an address of his own."""
    made = []
    with httpx.Client(base_url=f"{shop.server.base}/api/v1", timeout=30) as http:
        items = http.get(f"/halls/{shop.hall}/items", params={"q": "居民身份证换领"}).json()["items"]
        asked = {"item": items[0]["code"]}
        slots = [slot for slot in http.get(f"/halls/{shop.hall}/slots", params=asked).json()["slots"] if slot["free"]]
        for n in range(people):
            held = http.post(
                f"/halls/{shop.hall}/holds", json={"slot": slots[-1 - n]["id"], "channel": "online"}
            ).json()
            said = {"name": "赵小刚", "phone": f"1380000{n:04d}"}
            answer = http.post(f"/holds/{held['id']}/confirm", json=said)
            assert answer.status_code == 201, answer.text
            made.append(answer.json())
    return made


async def test_a_line_is_closed_for_a_day_by_keyboard(browser: Browser, shop: Shop) -> None:
    made = booked(shop, 2)
    context = await browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    page = await supervise(context, shop)
    await page.locator("#tab-live").focus()
    for _ in range(3):
        await page.keyboard.press("ArrowRight")
    await expect(page.locator("#booking")).to_be_visible()
    await page.locator("#bookings-day").fill(made[0]["day"])
    line = page.locator("#bookings tr", has_text=made[0]["line_name"])
    await expect(line.locator("td").nth(1)).to_have_text("2")
    await line.locator("button").focus()
    await page.keyboard.press("Enter")
    places = page.locator("#slots tr", has_text=f"{made[0]['starts_at'][11:16]}–").locator("input")
    await places.focus()
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("0")
    await page.keyboard.press("Tab")
    await expect(page.locator("#slots-said")).to_contain_text("不能少于已占用的名额")
    await expect(page.locator("#slots-said")).to_contain_text(made[0]["code"])
    await page.locator("#closing-day").fill(made[0]["day"])
    await page.locator("#closing-line").select_option(made[0]["line"])
    await page.locator("#closing-reason").focus()
    await page.keyboard.type("设备检修")
    await page.keyboard.press("Enter")
    await expect(page.locator("#affected-list li")).to_have_count(2)
    await expect(page.locator("#affected-list")).not_to_contain_text("赵小刚")
    await expect(page.locator("#closing-move")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#closing-said")).to_contain_text("改期 2 人")
    await expect(line.locator("td").nth(1)).to_have_text("0")
    await context.close()
