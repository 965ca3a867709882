"""A house whose hall takes bookings: its slots are planned, and people book as they do through the interface."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import msgspec
from house import House, open_house
from paihao.api import sweeps
from paihao.api.permissions import Caller
from paihao.booking.tables import Rules
from paihao.core import clock
from paihao.core.bus import Moved, What
from paihao.core.messages import Message
from sqlalchemy import delete, insert, select

ITEM = "S-002"
"""An item of the small hall that can be booked."""


class Diary:
    """Books in the small hall. ``public`` comes from another address each time: nobody is held to a pace here."""

    def __init__(self, house: House, client: httpx.AsyncClient) -> None:
        self.house = house
        self.http = client
        self._visitors = 0

    def phone(self) -> str:
        """A phone number that nobody had before."""
        self._visitors += 1
        return f"138{self._visitors:08d}"

    async def slots(self, client: httpx.AsyncClient | None = None, **query: Any) -> list[dict[str, Any]]:
        """The slots from tomorrow on, or as asked: whether the hall is open today must not decide a test."""
        hall = await self.house.services.halls.get("small")
        query.setdefault("from", (clock.local(clock.now(), hall.timezone).date() + timedelta(days=1)).isoformat())
        answer = await (client or self.http).get("/halls/small/slots", params={"item": ITEM, **query})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["slots"])

    async def free_slot(self, place: int = 0, **query: Any) -> dict[str, Any]:
        """One of the slots with a free place, by its order in time."""
        return [slot for slot in await self.slots(**query) if slot["free"]][place]

    async def hold(self, slot: str, client: httpx.AsyncClient | None = None, **body: Any) -> httpx.Response:
        asked = {"slot": slot, "channel": "online", **body}
        return await (client or self.http).post("/halls/small/holds", json=asked)

    async def confirm(self, hold: str, client: httpx.AsyncClient | None = None, **body: Any) -> httpx.Response:
        said = {"name": "张小三", "phone": body.pop("phone", None) or self.phone(), **body}
        return await (client or self.http).post(f"/holds/{hold}/confirm", json=said)

    async def book(self, slot: str | None = None, **body: Any) -> dict[str, Any]:
        """An appointment, with the phone that it was booked with."""
        slot = slot or (await self.free_slot())["id"]
        phone = body.pop("phone", None) or self.phone()
        held = await self.hold(slot)
        assert held.status_code == 201, held.text
        made = await self.confirm(held.json()["id"], phone=phone, **body)
        assert made.status_code == 201, made.text
        return dict(made.json()) | {"phone": phone}

    async def rule(self, **values: Any) -> None:
        """Change the small hall's rules of booking."""
        services = self.house.services
        hall = await services.halls.get("small")
        async with services.database.write() as tx:
            await tx.execute(delete(Rules).where(Rules.hall_id == hall.id))
            await tx.execute(insert(Rules), {"hall_id": hall.id, **values})
        services.bus.publish(Moved(hall.id, What.HALL))

    async def told(self, phone: str) -> list[str]:
        """The texts of the messages to a phone, oldest first."""
        vault = self.house.services.vault
        async with self.house.services.database.read() as connection:
            rows = await connection.execute(select(Message.recipient, Message.content).order_by(Message.id))
            read = [(vault.open(to), msgspec.json.decode(vault.open(content))[1]) for to, content in rows]
        return [text for to, text in read if to == phone]

    async def code_sent(self, phone: str) -> str:
        """The digits of the last code that went to a phone."""
        found = re.search(r"\d{6}", (await self.told(phone))[-1])
        assert found is not None
        return found[0]

    async def counts(self) -> list[tuple[int, int, int, int]]:
        """Of every slot: id, capacity, booked, held."""
        async with self.house.services.database.read() as connection:
            rows = await connection.exec_driver_sql("SELECT id, capacity, booked, held FROM slot ORDER BY id")
            return [tuple(row) for row in rows]  # type: ignore[misc]


@asynccontextmanager
async def open_diary(database_url: str) -> AsyncIterator[Diary]:
    """The house with its slots planned, and no pace for anybody."""
    async with open_house(database_url, booking_asks=1_000_000, booking_takes=1_000_000) as house:
        await sweeps.sweep(house.services)
        async with house.client(Caller.PUBLIC) as client:
            yield Diary(house, client)
