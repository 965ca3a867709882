"""An answer that comes when a test lets it: whatever the network does, pages show it to nobody who did not ask."""

import asyncio

from playwright.async_api import Route


class Late:
    """Holds a request back until it is let go; given to ``route``."""

    def __init__(self) -> None:
        self.asked, self.let_go = asyncio.Event(), asyncio.Event()

    async def __call__(self, route: Route) -> None:
        self.asked.set()
        await self.let_go.wait()
        await route.continue_()
