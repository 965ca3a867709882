"""Slots follow hours and rules and never go under what is booked; closing a day loses nobody (R37, R38, R40)."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest
from diary import ITEM, Diary, open_diary
from paihao.api import sweeps
from paihao.api.offices import own_office
from paihao.api.permissions import Caller
from paihao.booking import appointments, overdue, waiting
from paihao.booking.tables import Appointment, Slot
from paihao.core import clock
from paihao.core.journal import Journal
from paihao.core.message import Message
from sqlalchemy import delete, select, update

pytestmark = pytest.mark.anyio


@pytest.fixture
async def diary(database_url: str) -> AsyncIterator[Diary]:
    async with open_diary(database_url) as made:
        yield made


async def last_day(diary: Diary) -> list[dict[str, Any]]:
    """The slots of the last open day."""
    slots = await diary.slots()
    return [slot for slot in slots if slot["day"] == slots[-1]["day"]]


async def full_day(diary: Diary) -> list[dict[str, Any]]:
    """The slots of the last open day, as they were before everything in them was booked."""
    slots = await last_day(diary)
    for slot in slots:
        for _ in range(slot["free"]):
            await diary.book(slot["id"])
    return slots


async def test_planning_again_changes_nothing(diary: Diary) -> None:
    await diary.book()
    before = await diary.counts()
    diary.house.services.upkeep._planned.clear()
    await sweeps.sweep(diary.house.services)
    assert await diary.counts() == before


async def test_fewer_places_leave_what_is_booked(diary: Diary) -> None:
    slot = (await last_day(diary))[0]
    made = [await diary.book(slot["id"]) for _ in range(slot["free"])]
    async with diary.house.client(Caller.ADMIN) as admin:
        changed = await admin.put("/halls/small/booking-rules", json={"share_percent": 0})
        assert changed.status_code == 200, changed.text
        assert {one["code"] for one in changed.json()["in_the_way"]} == {one["code"] for one in made}
        wrong = await admin.put("/halls/small/booking-rules", json={"share_percent": 101})
        assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_rules")
        unknown = await admin.put("/halls/small/booking-rules", json={"shares": 10})
        assert (unknown.status_code, unknown.json()["code"]) == (400, "invalid_rules")
        assert (await admin.get("/halls/small/booking-rules")).json()["share_percent"] == 0
    assert not any(one["free"] for one in await diary.slots())
    for one in made:
        seen = await diary.http.get(f"/appointments/{one['code']}", params={"phone": one["phone"]})
        assert seen.json()["status"] == "booked"


async def test_a_line_with_windows_and_a_share_of_its_own(diary: Diary) -> None:
    slot = (await last_day(diary))[0]
    made = await diary.book(slot["id"])
    line, free = made["line"], slot["free"]
    async with diary.house.client(Caller.ADMIN) as admin:

        async def set_to(windows: int | None, share: int | None) -> httpx.Response:
            asked = {"windows": windows, "share_percent": share}
            return await admin.put(f"/halls/small/booking-rules/{line}", json=asked)

        none = await set_to(0, None)
        assert none.status_code == 200, none.text
        assert [one["code"] for one in none.json()["in_the_way"]] == [made["code"]]
        assert not any(one["free"] for one in await diary.slots())
        assert (await set_to(4, 100)).json()["in_the_way"] == []
        assert (await last_day(diary))[0]["free"] > free
        assert (await set_to(501, None)).status_code == 400
        assert (await set_to(None, 101)).status_code == 400
        assert (await admin.put("/halls/small/booking-rules/ZZZ", json={})).status_code == 404
        own = (await admin.get(f"/halls/small/booking-rules/{line}")).json()
        assert own == {"windows": 4, "share_percent": 100}
        rules = (await admin.get("/halls/small/booking-rules")).json()
        assert (await admin.put("/halls/small/booking-rules", json=rules)).json()["rules"] == rules
        assert (await last_day(diary))[0]["free"] > free
        assert (await set_to(None, None)).status_code == 200
        assert (await last_day(diary))[0]["free"] == free - 1


async def test_a_slot_is_not_made_smaller_than_what_is_taken(diary: Diary) -> None:
    slot = (await last_day(diary))[0]
    made = await diary.book(slot["id"])
    number = slot["id"].partition(".")[0]
    async with diary.house.client(Caller.SUPERVISOR) as chief:
        refused = await chief.patch(f"/slots/{number}", json={"places": 0})
        assert (refused.status_code, refused.json()["code"]) == (409, "booked_more")
        assert made["code"] in refused.json()["detail"]
        assert (await chief.patch(f"/slots/{number}", json={"places": 9})).json()["capacity"] == 9
        diary.house.services.upkeep._planned.clear()
        await sweeps.sweep(diary.house.services)
        day = (await chief.get("/halls/small/bookings", params={"day": slot["day"]})).json()
    kept = [one for line in day["lines"] for one in line["slots"] if one["slot"] == int(number)]
    assert [(one["capacity"], one["booked"]) for one in kept] == [(9, 1)]


async def test_closing_a_day_lists_first_and_then_moves_everybody(diary: Diary) -> None:
    slots = await last_day(diary)
    made = [await diary.book(slot["id"]) for slot in slots[:3]]
    wish = {"day": slots[0]["day"], "reason": "设备检修"}
    async with diary.house.client(Caller.SUPERVISOR) as chief:
        listed = await chief.post("/halls/small/closures", json=wish)
        assert {one["code"] for one in listed.json()["affected"]} == {one["code"] for one in made}
        assert [slot["free"] for slot in await last_day(diary)] == [
            slot["free"] - (slot in slots[:3]) for slot in slots
        ]
        done = await chief.post("/halls/small/closures", json=wish | {"appointments": "move"})
        assert done.status_code == 200, done.text
        assert {one["code"] for one in done.json()["moved"]} == {one["code"] for one in made}
        assert all(one["day"] != wish["day"] for one in done.json()["moved"])
    for one in made:
        assert any("设备检修" in text for text in await diary.told(one["phone"]))
    days = {
        day["day"]: day for day in (await diary.http.get("/halls/small/slots", params={"item": ITEM})).json()["days"]
    }
    assert (days[wish["day"]]["open"], days[wish["day"]]["reason"]) == (False, "设备检修")
    assert not any(slot["free"] for slot in await diary.slots() if slot["day"] == wish["day"])


async def test_closing_a_line_cancels_where_it_is_asked_to_and_opens_again(diary: Diary) -> None:
    slots = await last_day(diary)
    made = await diary.book(slots[0]["id"])
    wish = {"day": slots[0]["day"], "reason": "人员培训", "line": "A", "appointments": "cancel"}
    async with diary.house.client(Caller.SUPERVISOR) as chief:
        done = await chief.post("/halls/small/closures", json=wish)
        assert [one["code"] for one in done.json()["cancelled"]] == [made["code"]]
        assert "人员培训" in (await diary.told(made["phone"]))[-1]
        reopened = await chief.delete("/halls/small/closures", params={"day": wish["day"], "line": "A"})
        assert reopened.status_code == 204, reopened.text
        twice = await chief.delete("/halls/small/closures", params={"day": wish["day"], "line": "A"})
        assert twice.json()["code"] == "not_closed"
    assert [slot["free"] for slot in await last_day(diary)] == [slot["free"] for slot in slots]


async def test_a_closed_day_takes_nobody_who_held_or_waited_for_it(diary: Diary) -> None:
    slots = await last_day(diary)
    await diary.book(slots[-1]["id"])
    held = (await diary.hold(slots[0]["id"])).json()["id"]
    wish = {"item": ITEM, "day": slots[0]["day"], "channel": "online", "name": "李四", "phone": diary.phone()}
    key = (await diary.http.post("/halls/small/waiting", json=wish)).json()["key"]
    async with diary.house.client(Caller.SUPERVISOR) as chief:
        closed = {"day": slots[0]["day"], "reason": "设备检修", "appointments": "move"}
        assert (await chief.post("/halls/small/closures", json=closed)).status_code == 200
    late = await diary.confirm(held)
    assert (late.status_code, late.json()["code"]) == (409, "hold_over")
    assert (await diary.http.get(f"/waiting/{key}")).json()["status"] == "lapsed"
    told = await diary.told(wish["phone"])
    assert ["候补" in told[0], "设备检修" in told[-1]] == [True, True]


async def test_a_hold_of_a_slot_that_planning_closed_is_no_place_any_more(diary: Diary) -> None:
    held = (await diary.hold((await last_day(diary))[0]["id"])).json()["id"]
    async with diary.house.client(Caller.ADMIN) as admin:
        assert (await admin.put("/halls/small/booking-rules", json={"share_percent": 0})).status_code == 200
    late = await diary.confirm(held)
    assert (late.status_code, late.json()["code"]) == (409, "slot_closed")


async def test_nobody_waits_for_a_day_that_is_closed(diary: Diary) -> None:
    day = (await last_day(diary))[0]["day"]
    wish = {"item": ITEM, "day": day, "channel": "online", "name": "李四", "phone": diary.phone()}
    async with diary.house.client(Caller.SUPERVISOR) as chief:
        closed = {"day": day, "reason": "设备检修", "appointments": "cancel"}
        assert (await chief.post("/halls/small/closures", json=closed)).status_code == 200
    refused = await diary.http.post("/halls/small/waiting", json=wish)
    assert (refused.status_code, refused.json()["code"]) == (409, "day_closed")
    assert await diary.told(wish["phone"]) == []


async def test_an_offer_of_the_night_is_told_in_the_morning_unless_it_is_answered(diary: Diary) -> None:
    slots = await full_day(diary)
    wish = {"item": ITEM, "day": slots[0]["day"], "channel": "online", "name": "李四", "phone": diary.phone()}
    key = (await diary.http.post("/halls/small/waiting", json=wish)).json()["key"]
    services, number = diary.house.services, int(slots[0]["id"].partition(".")[0])
    hall = await services.halls.get("small")
    night = clock.start_of(clock.business_day(clock.now(), hall.timezone), hall.timezone) + timedelta(hours=23)
    office = await own_office(services, hall, night)
    async with services.database.write() as tx:
        more = {"capacity": Slot.capacity + 1, "online_cap": Slot.online_cap + 1}
        await tx.execute(update(Slot).where(Slot.id == number).values(more))
        assert await waiting.offer(tx, office, [number]) == 1
    offered = select(Message.state, Message.due_at).where(Message.event.endswith(":offered"))
    async with services.database.read() as connection:
        state, due = (await connection.execute(offered)).one()
    assert (state, clock.local(due, hall.timezone)) == ("queued", night + timedelta(hours=9))
    assert (await diary.http.post(f"/waiting/{key}/accept")).status_code == 201
    async with services.database.read() as connection:
        assert (await connection.execute(offered)).one().state == "withdrawn"


async def test_whoever_is_told_reads_the_reason_in_his_language(diary: Diary) -> None:
    slots = await last_day(diary)
    made = [await diary.book(slots[place]["id"], language=spoken) for place, spoken in enumerate(("zh_CN", "en"))]
    closed = {"day": slots[0]["day"], "reason": "设备检修", "reason_en": "maintenance", "appointments": "cancel"}
    async with diary.house.client(Caller.SUPERVISOR) as chief:
        assert (await chief.post("/halls/small/closures", json=closed)).status_code == 200
    chinese, english = [(await diary.told(one["phone"]))[-1] for one in made]
    assert ("设备检修" in chinese, "maintenance" in english, "设备检修" in english) == (True, True, False)


async def test_closing_the_hall_leaves_a_line_closed_that_was(diary: Diary) -> None:
    day = (await last_day(diary))[0]["day"]
    async with diary.house.client(Caller.SUPERVISOR) as chief:
        for closed in ({"line": "A", "reason": "系统升级"}, {"reason": "台风停办"}):
            asked = {"day": day, "appointments": "cancel"} | closed
            assert (await chief.post("/halls/small/closures", json=asked)).status_code == 200
        assert (await chief.delete("/halls/small/closures", params={"day": day})).status_code == 204
        shown = (await chief.get("/halls/small/slots", params={"item": ITEM, "channel": "phone"})).json()
    assert [(one["open"], one["reason"]) for one in shown["days"] if one["day"] == day] == [(False, "系统升级")]


async def test_who_missed_his_time_before_the_hall_closed_has_missed_it(diary: Diary) -> None:
    slot = (await last_day(diary))[0]
    made = await diary.book(slot["id"])
    await yesterday(diary, made["code"])
    async with diary.house.client(Caller.SUPERVISOR) as chief:
        closed = {"day": slot["day"], "reason": "设备检修", "appointments": "move"}
        done = (await chief.post("/halls/small/closures", json=closed)).json()
    assert (done["moved"], done["cancelled"]) == ([], [])
    await sweeps.sweep(diary.house.services)
    seen = await diary.http.get(f"/appointments/{made['code']}", params={"phone": made["phone"]})
    assert seen.json()["status"] == "missed"


async def test_a_sweep_that_failed_is_made_up_for_by_the_next(diary: Diary, monkeypatch: pytest.MonkeyPatch) -> None:
    before = await diary.counts()

    async def broken(*_: object) -> int:
        raise RuntimeError("in the middle of it")

    services = diary.house.services
    async with services.database.write() as tx:
        await tx.execute(delete(Slot))
    services.upkeep.again((await services.halls.get("small")).id)
    with monkeypatch.context() as patch:
        patch.setattr(overdue, "miss", broken)
        await sweeps.sweep(services)
    assert await diary.counts() == []
    await sweeps.sweep(services)
    assert len(await diary.counts()) == len(before)


async def test_more_places_are_offered_to_whoever_waits(diary: Diary) -> None:
    slots = await full_day(diary)
    wish = {"item": ITEM, "day": slots[0]["day"], "channel": "online", "name": "李四", "phone": diary.phone()}
    key = (await diary.http.post("/halls/small/waiting", json=wish)).json()["key"]
    async with diary.house.client(Caller.ADMIN) as admin:
        assert (await admin.put("/halls/small/booking-rules", json={"share_percent": 90})).status_code == 200
    assert (await diary.http.get(f"/waiting/{key}")).json()["status"] == "offered"


async def test_longer_slots_never_lie_over_one_another(diary: Diary) -> None:
    await diary.book((await last_day(diary))[0]["id"])
    async with diary.house.client(Caller.ADMIN) as admin:
        assert (await admin.put("/halls/small/booking-rules", json={"slot_minutes": 45})).status_code == 200
    open_ = [slot for slot in await last_day(diary) if slot["why"] != "closed"]
    assert all(before["ends_at"] <= after["starts_at"] for before, after in pairwise(open_))


async def test_what_the_hall_had_closed_is_nobodys_no_show(diary: Diary) -> None:
    made = await diary.book()
    await yesterday(diary, made["code"])
    async with diary.house.services.database.write() as tx:
        await tx.execute(update(Slot).values(closed=True))
    await sweeps.sweep(diary.house.services)
    seen = await diary.http.get(f"/appointments/{made['code']}", params={"phone": made["phone"]})
    assert seen.json()["status"] == "cancelled"
    told = await diary.told(made["phone"])
    assert ("已取消" in told[-1], "作废" in "".join(told)) == (True, False)


async def yesterday(diary: Diary, code: str) -> None:
    """Let the time of an appointment be over, and its day with it."""
    async with diary.house.services.database.write() as tx:
        slot = (await tx.execute(select(Appointment.slot_id).where(Appointment.code == code))).scalar_one()
        row = (await tx.execute(select(Slot).where(Slot.id == slot))).one()
        gone = {"starts_at": row.starts_at.replace(year=2025), "ends_at": row.ends_at.replace(year=2025)}
        await tx.execute(update(Slot).where(Slot.id == slot).values(gone))


async def test_two_no_shows_bar_online_booking_until_staff_lift_it(diary: Diary) -> None:
    phone = diary.phone()
    days = sorted({slot["day"] for slot in await diary.slots() if slot["free"]})
    for day in days[:2]:
        slot = next(slot for slot in await diary.slots() if slot["day"] == day and slot["free"])
        made = await diary.book(slot["id"], phone=phone)
        await yesterday(diary, made["code"])
        await sweeps.sweep(diary.house.services)
    told = " ".join(await diary.told(phone))
    assert "再有一次" in told  # warned by the first
    assert "不能网上预约" in told
    held = (await diary.hold((await diary.free_slot(-1))["id"])).json()["id"]
    barred = await diary.confirm(held, phone=phone)
    assert (barred.status_code, barred.json()["code"]) == (403, "barred")
    async with diary.house.client(Caller.OPERATOR) as operator:
        by_phone = await diary.hold((await diary.free_slot(-1))["id"], operator, channel="phone")
        assert (await diary.confirm(by_phone.json()["id"], operator, phone=phone)).status_code == 201
        lifted = await operator.post(f"/appointments/{made['code']}/lift-bar", json={"reason": "当天住院，有证明"})
        assert lifted.status_code == 204, lifted.text
    other = next(slot for slot in await diary.slots() if slot["free"] and slot["day"] == days[2])
    assert (await diary.book(other["id"], phone=phone))["status"] == "booked"


async def test_five_cancellations_bar_after_a_warning(diary: Diary) -> None:
    phone, slots = diary.phone(), await last_day(diary)
    for _ in range(5):
        made = await diary.book(slots[0]["id"], phone=phone)
        gone = await diary.http.post(f"/appointments/{made['code']}/cancel", json={"phone": phone})
        assert gone.status_code == 200, gone.text
    told = await diary.told(phone)
    assert [sum(word in text for text in told) for word in ("再取消一次", "前不能网上预约")] == [1, 1]
    held = (await diary.hold(slots[0]["id"])).json()["id"]
    barred = await diary.confirm(held, phone=phone)
    assert (barred.status_code, barred.json()["code"]) == (403, "barred")


async def test_what_is_over_is_forgotten_after_the_halls_days(diary: Diary) -> None:
    """R61: the figures stay, the person goes."""
    made = await diary.book()
    await yesterday(diary, made["code"])
    await sweeps.sweep(diary.house.services)
    services = diary.house.services
    hall = await services.halls.get("small")
    async with services.database.write() as tx:
        assert await appointments.forget(tx, hall.id, date.fromisoformat(made["day"])) == 0
        assert await appointments.forget(tx, hall.id, date.fromisoformat(made["day"]) + timedelta(days=1)) == 1
        row = (await tx.execute(select(Appointment))).one()
    assert (row.status, row.visitor, row.sealed, row.person, row.phone_index) == ("missed", "", None, None, None)
    async with diary.house.client(Caller.OPERATOR) as operator:
        gone = await operator.get(f"/appointments/{made['code']}/person")
        assert gone.json()["code"] == "forgotten"


async def test_every_move_of_an_appointment_is_in_the_journal(diary: Diary) -> None:
    slots = await last_day(diary)
    made = await diary.book(slots[0]["id"])
    proof = {"phone": made["phone"]}
    await diary.http.post(f"/appointments/{made['code']}/move", json={"slot": slots[1]["id"], **proof})
    await diary.http.post(f"/appointments/{made['code']}/cancel", json=proof)
    async with diary.house.services.database.read() as connection:
        rows = await connection.execute(
            select(Journal.action).where(Journal.action.like("appointment_%")).order_by(Journal.id)
        )
        assert list(rows.scalars()) == ["appointment_book", "appointment_move", "appointment_cancel"]
