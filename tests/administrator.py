"""Whoever works in the administration, in a real browser: signed in by the house's page, at piccolo-admin's own."""

import re
from typing import NamedTuple

from house import ZONE
from playwright.async_api import Browser, BrowserContext, Locator, Page, Response, expect
from shop import Shop

SIZE = {"width": 1366, "height": 768}


class Administrator(NamedTuple):
    """A page of piccolo-admin's, and what is done there."""

    page: Page
    base: str

    async def at(self, place: str) -> None:
        """Go to a table's list, a row or a form, by its address in the page."""
        await self.page.evaluate("(place) => { location.hash = place; }", f"#/{place}")

    async def list(self, table: str) -> Locator:
        """A table's list, by the menu; gives its rows."""
        await self.page.locator("#nav h1 a").click()
        await self.page.locator(".sidebar a.subtle").get_by_text(table, exact=True).click()
        await expect(self.page.locator(".title h1")).to_have_text(table)
        return self.page.locator(".table_wrapper tbody tr")

    async def row(self, table: str, name: str) -> None:
        """A row, by its link in the list."""
        await (await self.list(table)).get_by_role("link", name=name, exact=True).click()
        await expect(self.page.locator("form").get_by_role("button", name=re.compile("保存|Save"))).to_be_visible()

    async def new(self, table: str, values: dict[str, str]) -> None:
        """Fill in a new row; it is not saved yet."""
        await self.begin(table)
        await self.fill(values)

    async def begin(self, table: str) -> None:
        """Ask for the form of a new row; what it begins with may still be coming."""
        await self.list(table)
        await self.page.locator(".buttons a.button", has=self.page.locator("[data-icon=plus]")).click()

    async def fill(self, values: dict[str, str]) -> None:
        """Fill in fields by their labels; of rows and choices, the words are meant."""
        for label, value in values.items():
            field = self.form.get_by_label(label, exact=True)
            if await field.evaluate("e => e.tagName") == "SELECT":
                await field.select_option(label=value)
            elif await field.get_attribute("autocomplete") == "off":
                await field.click()
                await self.page.locator(".modal input[type=search]:visible").fill(value)
                await self.page.locator(".results_list:visible a").get_by_text(value, exact=True).click()
                await expect(field).to_have_value(value)
            else:
                await field.fill(value)

    @property
    def form(self) -> Locator:
        return self.page.locator("form:visible").first

    async def save(self, status: int = 200) -> None:
        """Press the form's button and hear the answer."""
        async with self.page.expect_response(_written) as answer:
            await self.form.locator("> button").click()
        said = await answer.value
        assert said.status == status, await said.text()

    async def remove(self, row: Locator) -> str:
        """Remove a row by its menu in the list; gives the question that was asked first."""
        asked: list[str] = []

        async def agree(dialog: object) -> None:
            asked.append(dialog.message)  # type: ignore[attr-defined]
            await dialog.accept()  # type: ignore[attr-defined]

        self.page.once("dialog", agree)
        await row.locator("a.subtle", has=self.page.locator("[data-icon=ellipsis-vertical]")).click()
        async with self.page.expect_response(_written):
            await row.locator("a.delete").click()
        return asked[0]

    @property
    def told(self) -> Locator:
        """What the page says that it did, or did not."""
        return self.page.locator("#told")


def _written(response: Response) -> bool:
    return "/admin/api/" in response.url and response.request.method in {"POST", "PATCH", "DELETE"}


async def administrator(browser: Browser, shop: Shop, account: str = "admin", **options: object) -> Administrator:
    """Somebody comes to the administration, is sent to sign in, and is back."""
    context: BrowserContext = await browser.new_context(
        **({"locale": "zh-CN", "timezone_id": ZONE, "viewport": SIZE} | options)  # type: ignore[arg-type]
    )
    context.set_default_timeout(20_000)
    page = await context.new_page()
    await page.goto(f"{shop.server.base}/admin/")
    await sign_in(page, shop, account)
    return Administrator(page, shop.server.base)


async def sign_in(page: Page, shop: Shop, account: str) -> None:
    """At the house's sign-in page, that leads back."""
    await expect(page.locator("#submit")).to_be_enabled()
    await page.locator("#username").fill(account)
    await page.locator("#password").fill(shop.passwords.get(account, shop.passwords["clerk"]))
    await page.keyboard.press("Enter")
    if account == "admin":
        await page.get_by_role("link", name="以后再说").click()  # the second factor
    await expect(page.locator("#nav")).to_be_visible()
