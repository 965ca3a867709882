"""People with appointments at the very time that a test needs, whatever the hour at which it runs."""

from datetime import datetime, timedelta
from typing import Any

import httpx
from paihao.booking.tables import Slot
from paihao.core.clock import business_day, now
from paihao.queue.hall import Item
from sqlalchemy import create_engine, insert, select, update
from sqlalchemy.engine import Connection

LEAD = timedelta(minutes=5)


def slot_now(hall: int, line: int, timezone: str, moment: datetime) -> dict[str, Any]:
    """A slot of today that begins soon enough to be booked on site, with room for a few."""
    begins = moment + LEAD
    values: dict[str, Any] = {"hall_id": hall, "line_id": line, "day": business_day(moment, timezone), "fixed": True}
    values |= {"starts_at": begins, "ends_at": begins + timedelta(minutes=30), "capacity": 5}
    return values | {"online_cap": 5, "phone_cap": 5, "onsite_cap": 5}


def shifted(slot: int, starts_at: datetime) -> Any:
    """As if the slot had always begun then."""
    return update(Slot).where(Slot.id == slot).values(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30))


class Appointed:
    """Makes appointments in a shop's hall: booked through the interface, then put to the time that is wanted."""

    def __init__(self, shop: Any, item: str) -> None:
        self.item = item
        self._hall = shop.hall
        self._engine = create_engine(f"sqlite:///{shop.directory / 'paihao.db'}")
        self._http = httpx.Client(base_url=f"{shop.server.base}/api/v1", timeout=30)
        self._http.headers["authorization"] = f"Bearer {shop.devices['kiosk']}"
        self._made = 0

    def close(self) -> None:
        self._http.close()
        self._engine.dispose()

    def book(self, minutes: float, **person: Any) -> dict[str, Any]:
        """An appointment in so many minutes (negative: ago), with its ``phone``."""
        self._made += 1
        phone = person.pop("phone", f"138{self._made:08d}")
        with self._engine.begin() as tx:
            slot = self._slot(tx)
        wish = {"slot": f"{slot}.{self.item}", "channel": "onsite"}
        hold = self._http.post(f"/halls/{self._hall}/holds", json=wish).raise_for_status().json()["id"]
        said = {"name": "张小三", "phone": phone} | person
        made = self._http.post(f"/holds/{hold}/confirm", json=said).raise_for_status().json()
        starts_at = now() + timedelta(minutes=minutes)
        with self._engine.begin() as tx:
            tx.execute(shifted(slot, starts_at))
        return {**made, "phone": phone, "starts_at": starts_at}

    def _slot(self, tx: Connection) -> int:
        hall = self._http.get(f"/halls/{self._hall}").json()
        hall_id, line_id = tx.execute(select(Item.hall_id, Item.line_id).where(Item.code == self.item)).one()
        moment = now() + timedelta(seconds=self._made)  # no two slots of a line begin at once
        values = slot_now(hall_id, line_id, hall["timezone"], moment)
        return int(tx.execute(insert(Slot).returning(Slot.id), values).scalar_one())
