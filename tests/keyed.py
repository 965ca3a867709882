"""Keys, as a clerk presses them and as a scanner does."""

from playwright.async_api import Page, expect

SCANNED = """keys => {
  for (const key of keys) {
    const target = document.activeElement ?? document.body;
    target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  }
}"""


async def answered(console: Page) -> None:
    """The last press has its answer: until then another key counts for nothing."""
    await expect(console.locator("[aria-busy=true]")).to_have_count(0)


async def scan(page: Page, text: str) -> None:
    """As a scanner does: like a keyboard, all at once however busy the machine is, with Enter at the end."""
    await page.evaluate(SCANNED, [*text, "Enter"])
