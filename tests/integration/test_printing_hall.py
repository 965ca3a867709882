"""Printing through HTTP: kiosk, staff and supervisor."""

import asyncio
from typing import Any

import pytest
from house import House
from paihao.api import accounts
from paihao.api.permissions import Caller
from paihao.core.errors import Conflict, Invalid, NotFound
from paihao.display.printjob import PrintJob
from paihao.queue.staff import DeviceKind
from printer import Printer
from sqlalchemy import update

pytestmark = pytest.mark.anyio


@pytest.fixture
async def kiosk(house: House, machine: Printer) -> str:
    database = house.services.database
    await accounts.add_device(database, DeviceKind.PRINTER, "small", None, "大厅打印机", address=machine.address)
    return await accounts.add_device(database, DeviceKind.KIOSK, "small", None, "取号机2", printer="大厅打印机")


async def test_a_kiosk_with_a_printer_prints_the_ticket_it_issues(house: House, machine: Printer, kiosk: str) -> None:
    async with house.client(Caller.KIOSK, token=kiosk) as client:
        wish = {"channel": "kiosk", "item": "S-002"}
        issued = (await client.post("/halls/small/tickets", json=wish, headers={"idempotency-key": "1"})).json()
        again = (await client.post("/halls/small/tickets", json=wish, headers={"idempotency-key": "1"})).json()
    assert issued == again
    assert issued["printing"] is True
    await machine.until(lambda: len(machine.papers) == 1)
    [picture] = machine.pictures
    for said in (issued["number"], "失业保险金申领", "· 解除劳动关系证明", "预计等候"):
        assert said in picture
    assert f"[QR http://hall.test/t/{issued['id']}]" in picture


async def test_a_kiosk_without_one_says_so(house: House) -> None:
    async with house.client(Caller.KIOSK) as client:
        issued = (await client.post("/halls/small/tickets", json={"channel": "kiosk", "item": "S-001"})).json()
        asked = await client.get(f"/tickets/{issued['id']}/print")
    assert issued["printing"] is False
    assert (asked.status_code, asked.json()["code"]) == (404, "no_paper")


async def test_it_can_ask_whether_the_slip_came_out(house: House, machine: Printer, kiosk: str) -> None:
    async with house.client(Caller.KIOSK, token=kiosk) as client:
        issued = (await client.post("/halls/small/tickets", json={"channel": "kiosk", "item": "S-001"})).json()
        paper: dict[str, Any] = {}
        async with asyncio.timeout(10):
            while paper.get("state") != "printed":
                paper = (await client.get(f"/tickets/{issued['id']}/print")).json()
        assert paper == {"copy": 0, "state": "printed", "fault": "", "text": ""}


async def test_an_english_ticket_is_english(house: House, machine: Printer, kiosk: str) -> None:
    wish = {"channel": "kiosk", "item": "S-001", "language": "en"}
    async with house.client(Caller.KIOSK, token=kiosk) as client:
        await client.post("/halls/small/tickets", json=wish)
    await machine.until(lambda: len(machine.papers) == 1)
    assert "Scan to follow your number" in machine.pictures[0]


async def test_staff_print_an_original_first_and_then_marked_reprints(
    house: House, machine: Printer, kiosk: str
) -> None:
    async with house.client(Caller.GUIDE) as client:
        issued = (await client.post("/halls/small/tickets", json={"channel": "desk", "item": "S-001"})).json()
        assert issued["printing"] is False
        for copy in (0, 1, 2):
            answer = await client.post(f"/tickets/{issued['id']}/print")
            assert (answer.status_code, answer.json()) == (202, {"printer": "大厅打印机", "copy": copy})
        await machine.until(lambda: len(machine.papers) == 3)
        unknown = await client.post(f"/tickets/{issued['id']}/print", json={"printer": "没有"})
        assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_printer")
    assert [("补打 1" in picture, "补打 2" in picture) for picture in machine.pictures] == [
        (False, False),
        (True, False),
        (False, True),
    ]


async def test_a_hall_without_a_printer_says_so_and_one_with_two_asks_which(house: House, machine: Printer) -> None:
    database = house.services.database
    async with house.client(Caller.GUIDE) as client:
        issued = (await client.post("/halls/small/tickets", json={"channel": "desk", "item": "S-001"})).json()
        codes = []
        for name in ("", "甲", "乙"):
            if name:
                where = {"address": machine.address}
                await accounts.add_device(database, DeviceKind.PRINTER, "small", None, name, **where)
            if name != "甲":
                answer = await client.post(f"/tickets/{issued['id']}/print")
                codes.append((answer.status_code, answer.json()["code"]))
        assert codes == [(409, "no_printer"), (400, "which_printer")]
        answer = await client.post(f"/tickets/{issued['id']}/print", json={"printer": "乙"})
        assert answer.json() == {"printer": "乙", "copy": 0}
        assert (await client.post(f"/tickets/{issued['id']}/print")).json() == {"printer": "乙", "copy": 1}


async def test_the_supervisor_sees_a_lost_printer(house: House, machine: Printer, kiosk: str) -> None:
    await machine.off()
    async with house.client(Caller.KIOSK, token=kiosk) as client:
        issued = (await client.post("/halls/small/tickets", json={"channel": "kiosk", "item": "S-001"})).json()
    async with house.client(Caller.SUPERVISOR) as client:
        async with asyncio.timeout(10):
            while True:
                [shown] = (await client.get("/halls/small/printers")).json()["printers"]
                if shown["fault"]:
                    break
    assert {name: shown[name] for name in ("name", "address", "well", "fault", "text", "waiting")} == {
        "name": "大厅打印机",
        "address": machine.address,
        "well": False,
        "fault": "printer_unreachable",
        "text": "连接不上，请检查电源、网线和地址",
        "waiting": 1,
    }
    [job] = shown["jobs"]
    assert (job["subject"], job["number"], job["state"], job["fault"]) == (
        f"ticket:{issued['id']}",
        issued["number"],
        "queued",
        "连接不上，请检查电源、网线和地址",
    )


async def test_each_printer_shows_its_last_papers_in_one_reading(house: House, machine: Printer) -> None:
    database = house.services.database
    for name in ("甲", "乙", "丙"):
        await accounts.add_device(database, DeviceKind.PRINTER, "small", None, name, address=machine.address)
    async with house.client(Caller.SUPERVISOR) as client:
        wish = {"channel": "desk", "item": "S-001"}
        for name, papers in (("甲", 7), ("乙", 2)):
            key = (await client.post("/halls/small/tickets", json=wish)).json()["id"]
            for _ in range(papers):
                assert (await client.post(f"/tickets/{key}/print", json={"printer": name})).status_code == 202
        shown = (await client.get("/halls/small/printers")).json()["printers"]
        assert [[job["copy"] for job in one["jobs"]] for one in shown] == [[6, 5, 4, 3, 2], [1, 0], []]
        async with database.write() as tx:  # as another version wrote them
            await tx.execute(update(PrintJob).where(PrintJob.copy == 1).values(sheet={"pages": 1}))
        shown = (await client.get("/halls/small/printers")).json()["printers"]
    assert [[job["number"] for job in one["jobs"]] for one in shown] == [["A001"] * 5, ["", "A002"], []]


async def test_devices_are_made_with_sense(house: House, kiosk: str) -> None:
    database = house.services.database
    wrong: list[tuple[DeviceKind, str, dict[str, str]]] = [
        (DeviceKind.PRINTER, "address_of_printers", {}),
        (DeviceKind.KIOSK, "address_of_printers", {"address": "host"}),
        (DeviceKind.BOARD, "only_kiosks_print", {"printer": "大厅打印机"}),
        (DeviceKind.KIOSK, "unknown_printer", {"printer": "没有"}),
        (DeviceKind.PRINTER, "bad_address", {"address": "http://host"}),
        (DeviceKind.PRINTER, "printer_name_taken", {"address": "host"}),
    ]
    for kind, code, chosen in wrong:
        with pytest.raises((Invalid, NotFound, Conflict)) as refused:
            await accounts.add_device(database, kind, "small", None, "大厅打印机", **chosen)
        assert refused.value.code == code
