"""The hall at work through its interface: windows open, people waiting, calls made."""

from typing import Any

import httpx
from shop import Shop


class Day:
    """A day in a shop's hall, made with its kiosk and by an officer: ``chief``, if nobody else is named."""

    def __init__(self, shop: Shop, account: str = "supervisor") -> None:
        self.shop = shop
        self.kiosk = httpx.Client(base_url=f"{shop.server.base}/api/v1", timeout=30)
        self.kiosk.headers["authorization"] = f"Bearer {shop.devices['kiosk']}"
        self.chief = httpx.Client(base_url=f"{shop.server.base}/api/v1", timeout=30)
        signing = {"username": account, "password": shop.passwords.get(account, shop.passwords["clerk"])}
        self.chief.headers["x-csrftoken"] = self.chief.post("/session", json=signing).json()["csrf"]
        self.windows = self.kiosk.get(f"/halls/{shop.hall}").json()["windows"]

    def __enter__(self) -> "Day":
        return self

    def __exit__(self, *_: object) -> None:
        self.kiosk.close()
        self.chief.close()

    def open(self, windows: list[dict[str, Any]]) -> None:
        for window in windows:
            self.chief.post(f"/windows/{window['id']}/open").raise_for_status()

    def issue(self, line: str | None = None, item: str | None = None) -> dict[str, Any]:
        wish = {"channel": "kiosk", "line": line, "item": item}
        said = self.kiosk.post(f"/halls/{self.shop.hall}/tickets", json=wish).raise_for_status()
        return dict(said.json())

    def call(self, window: dict[str, Any]) -> dict[str, Any]:
        said = self.chief.post(f"/windows/{window['id']}/call-next").raise_for_status()
        return dict(said.json()["ticket"])

    def book(self, item: str) -> dict[str, Any]:
        """Somebody books the last free place by phone."""
        hall = f"/halls/{self.shop.hall}"
        asked = {"item": item, "channel": "phone"}
        slots = self.chief.get(f"{hall}/slots", params=asked).raise_for_status().json()["slots"]
        slot = [one["id"] for one in slots if one["free"]][-1]
        held = self.chief.post(f"{hall}/holds", json={"slot": slot, "channel": "phone"}).raise_for_status().json()["id"]
        who = {"name": "张小三", "phone": "13812345678", "needs": "wheelchair"}
        return dict(self.chief.post(f"/holds/{held}/confirm", json=who).raise_for_status().json())

    def show_no_slides(self) -> None:
        """Take the notices off the boards that come with the demo."""
        slides = f"/halls/{self.shop.hall}/slides"
        for slide in self.chief.get(slides).raise_for_status().json()["slides"]:
            self.chief.delete(f"{slides}/{slide['id']}").raise_for_status()
