"""The administration of a process, made when it is first asked for: most processes of a city never are."""

import asyncio
from contextlib import AsyncExitStack

from ..admin.engine import engine_of, pooled
from ..admin.house import House
from ..admin.site import Site
from ..core.bus import Moved, What
from .services import Services


class Household:
    """What the administration is given of the process, and the site once there is one."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._site: Site | None = None
        self._turn = asyncio.Lock()
        self._open = AsyncExitStack()

    async def site(self) -> Site:
        """The administration, with connections of its own."""
        async with self._turn:
            if self._site is None:
                house = self._house()
                await self._open.enter_async_context(pooled(house.engine))
                self._site = Site(house)
        return self._site

    async def stop(self) -> None:
        await self._open.aclose()

    def _house(self) -> House:
        services = self._services

        def moved(hall_id: int) -> None:
            services.bus.publish(Moved(hall_id, What.HALL))

        return House(
            services.database,
            engine_of(services.database),
            services.halls,
            services.rulebooks,
            services.vault,
            services.settings.public_url.rstrip("/"),
            services.moving,
            moved,
            services.messages.wake,
        )
