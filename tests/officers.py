"""Officers in a real browser, as more than one test needs them."""

import json
import sqlite3
from contextlib import closing

from playwright.async_api import BrowserContext, Page, expect
from shop import Shop


async def supervise(context: BrowserContext, shop: Shop) -> Page:
    """A supervisor signs in, by keyboard alone."""
    page = await context.new_page()
    await page.goto(f"{shop.server.base}/supervise")
    await expect(page.locator("#submit")).to_be_enabled()
    await page.locator("#username").press_sequentially("supervisor")
    await page.keyboard.press("Tab")
    await page.keyboard.type(shop.passwords["supervisor"])
    await page.keyboard.press("Enter")
    await expect(page.locator(".tile").first).to_be_visible()
    return page


def alerted(shop: Shop, number: str = "3") -> None:
    """A second notice that the clerk of a window has given."""
    with closing(sqlite3.connect(shop.directory / "paihao.db")) as database, database:
        [(hall, officer)] = database.execute(
            "SELECT s.hall_id, s.id FROM staff s JOIN piccolo_user u ON u.id = s.user_id WHERE u.username = ?",
            (number,),
        ).fetchall()
        database.execute(
            "INSERT INTO alert (hall_id, event, kind, officer_id, facts, at, level, next_at) "
            "VALUES (?, 'x', 'second_notice', ?, ?, '2026-03-02 01:00:00.000000+00:00', 1, NULL)",
            (hall, officer, json.dumps({"number": "BJ01-20260302-000001"})),
        )
