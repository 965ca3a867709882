"""A real Chromium in front of a real server."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from following import PATIENCE
from house import SAMPLE, SMALL, ZONE
from playwright.async_api import Browser, BrowserContext, async_playwright, expect
from server import serving
from shop import Shop

expect.set_options(timeout=PATIENCE * 1000)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def shop(sqlite_template: Path, tmp_path: Path) -> Iterator[Shop]:
    """The small hall."""
    yield from _open(sqlite_template, tmp_path, SMALL)


@pytest.fixture
def sample_shop(sqlite_template: Path, tmp_path: Path) -> Iterator[Shop]:
    """The sample hall with its 151 windows."""
    yield from _open(sqlite_template, tmp_path, SAMPLE)


@pytest.fixture(scope="module")
def busy_shop(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The sample hall, one for all tests of a file."""
    yield from _open(sqlite_template, tmp_path_factory.mktemp("busy"), SAMPLE)


def _open(template: Path, directory: Path, hall: Path) -> Iterator[Shop]:
    shutil.copy(template, directory / "paihao.db")
    with serving(f"sqlite:///{directory / 'paihao.db'}", directory, hall) as server:
        yield Shop(server, directory)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The system's Chromium, or the one that Playwright installed."""
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield made
        await made.close()


@pytest.fixture(autouse=True)
async def closed(browser: Browser) -> AsyncIterator[None]:
    """Pages that a test has opened do not outlive it: the machine has others to show."""
    before = set(browser.contexts)
    yield
    for context in set(browser.contexts) - before:
        await context.close()


@pytest.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    made = await browser.new_context(locale="zh-CN", timezone_id=ZONE)
    made.set_default_timeout(20_000)
    yield made
    await made.close()
