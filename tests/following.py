"""Pages that are open and follow what changes: how it is known that they listen, and how soon is soon."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

from playwright.async_api import Page, expect

SOON = 2.0
PATIENCE = 20.0
"""Seconds: machines that test are busy."""
LISTEN = """
const Plain = WebSocket;
window.WebSocket = class extends Plain {
  constructor(...address) {
    super(...address);
    this.addEventListener("message", ({ data }) => (window.heard ||= JSON.parse(data).type === "edition"));
  }
};
"""
"""A script for pages, by which `followed` knows that they listen."""


@asynccontextmanager
async def soon() -> AsyncIterator[None]:
    """What has just been changed is there within `SOON`; whoever expects less looks the more often."""
    begun = monotonic()
    expect.set_options(timeout=SOON * 1000)
    try:
        yield
    finally:
        expect.set_options(timeout=PATIENCE * 1000)
    assert monotonic() - begun < SOON


async def followed(page: Page) -> None:
    """The page listens: it was told the edition that it shows."""
    await page.evaluate("""() => new Promise((resolve) => {
      const look = () => (window.heard ? resolve() : setTimeout(look, 10));
      look();
    })""")
