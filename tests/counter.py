"""The first desk in a browser, and a clerk at his window over the interface."""

import re

import httpx
from playwright.async_api import BrowserContext, Page, expect
from shop import Shop

PRINTED = (
    "window.print = () => { parent.document.documentElement.dataset.printed = location.pathname + location.search }"
)
"""Pages that print themselves tell the desk instead."""


async def open_desk(context: BrowserContext, shop: Shop, username: str = "guide", role: str = "guide") -> Page:
    page = await context.new_page()
    await page.add_init_script(PRINTED)
    await page.goto(f"{shop.server.base}/desk")
    await expect(page.locator("#submit")).to_be_enabled()
    await page.locator("#username").press_sequentially(username)
    await page.keyboard.press("Tab")
    await page.keyboard.type(shop.passwords[role])
    await page.keyboard.press("Enter")
    await expect(page.locator("#items [role=option]").first).to_be_visible()
    return page


async def new_visitor(desk: Page, words: str, first: str) -> None:
    """F2, and what he came for; its guide is shown."""
    await desk.keyboard.press("F2")
    await expect(desk.locator("#seek")).to_be_focused()
    await expect(desk.locator("#seek")).to_have_value("")
    await desk.keyboard.type(words)
    await expect(desk.locator("#items [aria-selected=true]")).to_contain_text(first)


async def printed(desk: Page, path: str) -> str:
    """The newest page that printed itself, once it is one like this."""
    newest = desk.locator("html")
    await expect(newest).to_have_attribute("data-printed", re.compile(path))
    return str(await newest.get_attribute("data-printed"))


def clerk(shop: Shop, number: str) -> httpx.Client:
    """A clerk with his window open, over the interface."""
    client = httpx.Client(base_url=f"{shop.server.base}/api/v1", timeout=30)
    session = client.post("/session", json={"username": number, "password": shop.passwords["clerk"]})
    client.headers["x-csrftoken"] = session.raise_for_status().json()["csrf"]
    client.post(f"/windows/{window(client, shop, number)}/open").raise_for_status()
    return client


def window(client: httpx.Client, shop: Shop, number: str) -> int:
    windows = client.get(f"/halls/{shop.hall}").json()["windows"]
    return next(int(window["id"]) for window in windows if window["number"] == number)
