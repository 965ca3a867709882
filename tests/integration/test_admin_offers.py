"""What the administration's forms offer while somebody types, by piccolo-admin's own address (R48, R61)."""

from typing import Any

import pytest
from house import House, open_second_hall
from paihao.admin.asking import NAMES
from paihao.api.permissions import Caller
from paihao.core import clock
from paihao.core.accounts import User
from paihao.queue import devices
from sqlalchemy import update

pytestmark = pytest.mark.anyio

SCHEMA = "http://hall.test/admin/api/forms/{}/schema/"


async def offers(house: House, form: str, caller: Caller = Caller.ADMIN) -> dict[str, Any]:
    """What the fields of a form offer: of those that offer anything."""
    async with house.client(caller) as client:
        answer = await client.get(SCHEMA.format(form))
    assert answer.status_code == 200, answer.text
    fields = answer.json()["properties"]
    assert not [field for field in fields.values() if NAMES in field]
    return {name: dict(field["offers"]) for name, field in fields.items() if "offers" in field}


async def test_lines_windows_and_items_are_offered_by_name(house: House) -> None:
    line = (await offers(house, "close-day"))["line"]
    assert line["A"] == "社会保险"
    window = (await offers(house, "issue-device"))["window"]
    assert window["3"] == "社保1号窗口"
    item = (await offers(house, "revise-item"))["code"]
    async with house.client() as anybody:
        hall = (await anybody.get("/halls/small")).json()
    assert set(line) == {one["prefix"] for one in hall["lines"]}
    assert set(window) == {one["number"] for one in hall["windows"]}
    assert item["S-002"]
    assert await offers(house, "export-hall") == {"hall": {"small": hall["name"]}}


async def test_who_is_shut_out_and_what_is_revoked_is_not_offered(house: House) -> None:
    """R49: nobody is planned for a window who cannot sign in."""
    database, hall = house.services.database, (await house.services.halls.get("small")).id
    assert (await offers(house, "move-staff"))["badge"]["guide"] == "guide"
    assert "guide" in (await offers(house, "reset-password"))["username"]
    assert (await offers(house, "revoke-device"))["name"].keys() == {"board", "kiosk"}
    assert (await offers(house, "issue-device"))["printer"] == {}
    async with database.write() as tx:
        await tx.execute(update(User).where(User.username == "guide").values(active=False))
        await devices.revoke(tx, hall, await devices.named(tx, hall, "board"), clock.now())
    assert "guide" not in (await offers(house, "move-staff"))["badge"]
    assert "guide" not in (await offers(house, "reset-password"))["username"]
    assert (await offers(house, "revoke-device"))["name"].keys() == {"kiosk"}


async def test_nothing_of_other_halls_and_nothing_to_who_only_looks(house: House) -> None:
    """R61."""
    await open_second_hall(house)
    assert set((await offers(house, "move-staff"))["hall"]) == {"small"}
    assert await offers(house, "move-staff", Caller.SUPERVISOR) == {}
    async with house.client(Caller.CLERK) as client:
        assert (await client.get(SCHEMA.format("move-staff"))).status_code in (403, 404)
    async with house.client(Caller.ADMIN) as client:
        assert (await client.get(SCHEMA.format("no-such-form"))).status_code == 404
