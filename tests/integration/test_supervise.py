"""The live hall: windows, lines over their limit, longest waits, screens, printers and the day, on both databases."""

from datetime import timedelta
from typing import Any

import pytest
from house import House
from paihao.api.permissions import Caller
from paihao.core import clock
from paihao.core.db import Database
from paihao.queue import overview
from paihao.queue.hall import Line
from paihao.queue.staff import Device
from sqlalchemy import event, insert, select, update

pytestmark = pytest.mark.anyio


async def live(house: House) -> dict[str, Any]:
    async with house.client(Caller.SUPERVISOR) as client:
        answer = await client.get("/halls/small/live")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


async def issue(house: House, line: str) -> dict[str, Any]:
    async with house.client(Caller.KIOSK) as kiosk:
        answer = await kiosk.post("/halls/small/tickets", json={"line": line, "channel": "kiosk"})
        return dict(answer.raise_for_status().json())


def window(seen: dict[str, Any], number: str) -> dict[str, Any]:
    return next(one for one in seen["windows"] if one["number"] == number)


def line(seen: dict[str, Any], prefix: str) -> dict[str, Any]:
    return next(one for one in seen["lines"] if one["prefix"] == prefix)


async def test_an_empty_hall(house: House) -> None:
    seen = await live(house)
    assert {one["state"] for one in seen["windows"]} == {"closed"}
    assert seen["today"] == {"issued": 0, "waiting": 0, "served": 0, "missed": 0, "wait_minutes": 0}
    assert seen["longest"] == []
    assert not any(one["over"] for one in seen["lines"])


async def test_windows_tell_what_happens_there(house: House) -> None:
    number, prefix = "3", None
    async with house.client(Caller.CLERK) as clerk, house.client(Caller.SUPERVISOR) as supervisor:
        at = f"/windows/{await house.window(number)}"
        await clerk.post(f"{at}/open")
        idle = window(await live(house), number)
        assert (idle["state"], idle["ticket"], idle["minutes"]) == ("open", None, 0)
        assert (idle["officer"]["name"], idle["officer"]["since"][:2]) == ("clerk", "20")
        prefix = idle["lines"][0]
        ticket = await issue(house, prefix)
        await clerk.post(f"{at}/call-next")
        assert [window(await live(house), number)[key] for key in ("ticket", "status")] == [ticket["number"], "called"]
        await clerk.post(f"/tickets/{ticket['id']}/start")
        assert window(await live(house), number)["status"] == "serving"
        await clerk.post(f"/tickets/{ticket['id']}/complete")
        await supervisor.post(f"{at}/pause", json={"reason": "午休"})
        paused = window(await live(house), number)
        assert (paused["state"], paused["pause_reason"], paused["minutes"]) == ("paused", "午休", 0)
        await supervisor.post(f"{at}/close")
        closed = window(await live(house), number)
        assert (closed["state"], closed["officer"]) == ("closed", None)
    today = (await live(house))["today"]
    assert today == {"issued": 1, "waiting": 0, "served": 1, "missed": 0, "wait_minutes": 0}


async def test_who_waits_too_long_is_seen(house: House) -> None:
    first = await issue(house, "A")
    await issue(house, "A")
    hall = await house.services.halls.get("small")
    quiet = next(facts for facts in hall.lines.values() if facts.prefix == "A")
    async with house.services.moving(hall.id) as tx:
        await tx.execute(update(Line).where(Line.id == quiet.id).values(wait_limit_minutes=10))
    house.services.halls._kept.clear()
    hall = await house.services.halls.get("small")
    for minutes, over in ((5, False), (10, False), (11, True)):
        async with house.services.database.read() as connection:
            at = clock.now() + timedelta(minutes=minutes, seconds=-5 if minutes == 10 else 5)
            seen = await overview.read(connection, hall, at)
        [waiting] = [one for one in seen.lines if one.id == quiet.id]
        assert (waiting.waiting, waiting.limit, waiting.over) == (2, 10, over)
        assert seen.longest[0].number == first["number"]
    assert (await live(house))["longest"][0]["number"] == first["number"]


async def test_whoever_asked_for_time_does_not_wait_too_long(house: House) -> None:
    ticket = await issue(house, "A")
    async with house.client() as holder:
        answer = await holder.post(f"/tickets/{ticket['id']}/postpone")
        assert answer.status_code in (200, 204), answer.text
    seen = await live(house)
    assert (line(seen, "A")["waiting"], line(seen, "A")["longest"], seen["longest"]) == (1, 0, [])


async def test_screens_and_printers_in_need(house: House) -> None:
    moment = clock.now()
    hall = await house.services.halls.get("small")
    async with house.services.database.write() as tx:
        board = (await tx.execute(select(Device.id).where(Device.kind == "board"))).scalar_one()
        heard = {"seen_at": moment - timedelta(seconds=90), "seen_revision": 7, "seen_lag_ms": 41}
        await tx.execute(update(Device).where(Device.id == board).values(**heard))
        printer = {"hall_id": hall.id, "kind": "printer", "name": "取号机旁", "address": "10.0.0.9:9100"}
        await tx.execute(insert(Device), [printer | {"fault": fault} for fault in ("", "printer_paper_out", "odd")])
    seen = await live(house)
    [screen] = seen["screens"]
    assert (screen["alive"], screen["revision"], screen["lag_ms"]) == (False, 7, 41)
    assert [(one["fault"], one["fault_text"]) for one in seen["printers"]] == [
        ("", ""),
        ("printer_paper_out", "缺纸"),
        ("odd", "打印机报错，请检查切刀后重新开机"),
    ]


async def test_it_takes_a_few_statements_however_large_the_hall(house: House) -> None:
    database: Database = house.services.database
    hall = await house.services.halls.get("small")
    statements: list[str] = []

    def count(*said: Any) -> None:
        statements.append(said[2])

    event.listen(database.engine.sync_engine, "before_cursor_execute", count)
    async with database.read() as connection:
        await overview.read(connection, hall, clock.now())
    event.remove(database.engine.sync_engine, "before_cursor_execute", count)
    assert len(statements) == 6


async def test_only_who_steers_this_hall_sees_it(house: House) -> None:
    for caller, status in ((Caller.CLERK, 403), (Caller.PUBLIC, 401), (Caller.BOARD, 403), (Caller.ADMIN, 200)):
        async with house.client(caller) as client:
            assert (await client.get("/halls/small/live")).status_code == status
