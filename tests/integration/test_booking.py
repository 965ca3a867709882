"""Booking through the interface, on both databases: hold, confirm, move, cancel, wait (R40, R41, R45, R53)."""

from collections.abc import AsyncIterator

import pytest
from diary import ITEM, Diary, open_diary
from paihao.api.permissions import Caller
from sqlalchemy import text

pytestmark = pytest.mark.anyio


@pytest.fixture
async def diary(database_url: str) -> AsyncIterator[Diary]:
    async with open_diary(database_url) as made:
        yield made


async def test_hold_confirm_and_look(diary: Diary) -> None:
    slot = await diary.free_slot()
    held = await diary.hold(slot["id"])
    assert held.status_code == 201
    made = await diary.confirm(held.json()["id"], phone="13912345678", needs="wheelchair")
    assert made.status_code == 201, made.text
    seen = made.json()
    assert seen["status"] == "booked"
    assert seen["starts_at"] == slot["starts_at"]
    assert (seen["visitor"], seen["need"]) == ("张*三 139****5678", "wheelchair")
    by_phone = await diary.http.get(f"/appointments/{seen['code']}", params={"phone": "139 1234 5678"})
    assert by_phone.json()["code"] == seen["code"]
    key = seen["url"].partition("key=")[2]
    assert (await diary.http.get(f"/appointments/{seen['code']}", params={"key": key})).status_code == 200
    wrong = await diary.http.get(f"/appointments/{seen['code']}", params={"phone": "13912345679"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_phone")
    nobody = await diary.http.get(f"/appointments/{seen['code']}")
    assert (nobody.status_code, nobody.json()["code"]) == (401, "phone_needed")
    assert (await diary.free_slot())["free"] == slot["free"] - 1


async def test_what_is_kept_cannot_be_read(diary: Diary) -> None:
    """R61: name, phone and identity number stand nowhere in the open."""
    await diary.book(phone="13912345678", id_number="11010519491231002X")
    async with diary.house.services.database.read() as connection:
        for table in ("appointment", "hold", "message", "journal", "visitor_record", "answer"):
            for row in await connection.execute(text(f"SELECT * FROM {table}")):
                kept = repr(tuple(row))
                assert not any(secret in kept for secret in ("张小三", "13912345678", "11010519491231002X"))


async def test_reloading_does_not_prolong_a_hold(diary: Diary) -> None:
    slot = await diary.free_slot()
    first = (await diary.hold(slot["id"])).json()
    again = (await diary.hold(slot["id"], hold=first["id"])).json()
    assert again == first
    mine = next(one for one in await diary.slots(hold=first["id"]) if one["id"] == slot["id"])
    others = next(one for one in await diary.slots() if one["id"] == slot["id"])
    assert (mine["free"], others["free"]) == (slot["free"], slot["free"] - 1)
    assert mine["mine"]


async def test_another_slot_gives_the_first_one_back(diary: Diary) -> None:
    slots = [slot for slot in await diary.slots() if slot["free"]]
    first = (await diary.hold(slots[0]["id"])).json()
    await diary.hold(slots[1]["id"], hold=first["id"])
    assert [slot["free"] for slot in await diary.slots()][:2] == [slots[0]["free"], slots[1]["free"] - 1]
    over = await diary.confirm(first["id"])
    assert (over.status_code, over.json()["code"]) == (409, "hold_over")


async def test_move_and_cancel(diary: Diary) -> None:
    later = [slot for slot in await diary.slots() if slot["free"]][-2:]
    made = await diary.book(later[0]["id"])
    moved = await diary.http.post(
        f"/appointments/{made['code']}/move", json={"slot": later[1]["id"], "phone": made["phone"]}
    )
    assert moved.status_code == 200, moved.text
    assert moved.json()["starts_at"] == later[1]["starts_at"]
    assert [slot["free"] for slot in await diary.slots()][-2:] == [later[0]["free"], later[1]["free"] - 1]
    gone = await diary.http.post(f"/appointments/{made['code']}/cancel", json={"phone": made["phone"]})
    assert gone.json()["status"] == "cancelled"
    assert [slot["free"] for slot in await diary.slots()][-2:] == [later[0]["free"], later[1]["free"]]
    again = await diary.http.post(f"/appointments/{made['code']}/cancel", json={"phone": made["phone"]})
    assert (again.status_code, again.json()["code"]) == (409, "cancelled_already")


async def test_limits_of_a_person_and_day(diary: Diary) -> None:
    slots = [slot for slot in await diary.slots() if slot["free"]]
    day = [slot for slot in slots if slot["day"] == slots[-1]["day"]]
    made = await diary.book(day[0]["id"])
    held = (await diary.hold(day[1]["id"])).json()["id"]
    twice = await diary.confirm(held, phone=made["phone"])
    assert (twice.status_code, twice.json()["code"]) == (409, "booked_already")
    assert (await diary.confirm(held)).status_code == 201  # refused is not lost


async def test_the_waiting_list_gets_what_is_freed(diary: Diary) -> None:
    slots = [slot for slot in await diary.slots() if slot["free"]]
    last = [slot for slot in slots if slot["day"] == slots[-1]["day"]]
    booked = [await diary.book(slot["id"]) for slot in last for _ in range(slot["free"])]
    assert not any(slot["free"] for slot in await diary.slots() if slot["day"] == last[0]["day"])
    wish = {"item": ITEM, "day": last[0]["day"], "channel": "online", "name": "李四", "phone": diary.phone()}
    joined = await diary.http.post("/halls/small/waiting", json=wish)
    assert joined.status_code == 201, joined.text
    key = joined.json()["key"]
    early = await diary.http.post(f"/waiting/{key}/accept")
    assert early.json()["code"] == "nothing_offered"
    gone = booked[0]
    await diary.http.post(f"/appointments/{gone['code']}/cancel", json={"phone": gone["phone"]})
    assert (await diary.http.get(f"/waiting/{key}")).json()["status"] == "offered"
    full = await diary.hold(last[0]["id"])  # it is kept for who waits
    assert full.json()["code"] == "slot_full"
    taken = await diary.http.post(f"/waiting/{key}/accept")
    assert taken.status_code == 201, taken.text
    assert taken.json()["starts_at"] == gone["starts_at"]


async def test_the_phone_must_answer_where_the_hall_wants_it(diary: Diary) -> None:
    await diary.rule(portals=False)
    held = (await diary.hold((await diary.free_slot())["id"])).json()["id"]
    phone = diary.phone()
    skipped = await diary.confirm(held, phone=phone)
    assert (skipped.status_code, skipped.json()["code"]) == (400, "phone_unverified")
    await diary.http.post(f"/holds/{held}/code", json={"phone": phone})
    number = await diary.code_sent(phone)
    wrong = await diary.http.post(f"/holds/{held}/verify", json={"code": f"{(int(number) + 1) % 10**6:06d}"})
    assert wrong.json() == {"verified": False}
    right = await diary.http.post(f"/holds/{held}/verify", json={"code": number})
    assert right.json() == {"verified": True}
    other = await diary.confirm(held)
    assert other.json()["code"] == "phone_unverified"
    assert (await diary.confirm(held, phone=phone)).status_code == 201


async def test_nobodys_phone_is_flooded_with_codes(diary: Diary) -> None:
    phone, answers = diary.phone(), []
    for _ in range(3):
        held = (await diary.hold((await diary.free_slot())["id"])).json()["id"]
        answers += [(await diary.http.post(f"/holds/{held}/code", json={"phone": phone})).status_code for _ in range(3)]
    assert answers == [202] * 6 + [429] * 3
    assert len(await diary.told(phone)) == 6


async def test_a_kiosk_shows_an_appointment_without_its_link(diary: Diary) -> None:
    made = await diary.book()
    asked = f"/appointments/{made['code']}", {"phone": made["phone"]}
    async with diary.house.client(Caller.KIOSK) as kiosk:
        shown = (await kiosk.get(asked[0], params=asked[1])).json()
    owner = (await diary.http.get(asked[0], params=asked[1])).json()
    assert ("url" in shown, "url" in owner) == (False, True)
    assert shown["code"] == owner["code"]


async def test_channels_are_for_those_who_stand_there(diary: Diary) -> None:
    """R40: on the phone and on site only by who is there."""
    slot = await diary.free_slot()
    for channel in ("phone", "onsite"):
        refused = await diary.hold(slot["id"], channel=channel)
        assert (refused.status_code, refused.json()["code"]) == (403, "foreign_channel")
    async with diary.house.client(Caller.OPERATOR) as operator:
        held = await diary.hold(slot["id"], operator, channel="phone")
        made = await diary.confirm(held.json()["id"], operator)
        assert made.json()["channel"] == "phone"
        found = await operator.get("/halls/small/appointments", params={"name": "张小三"})
        assert [one["code"] for one in found.json()["appointments"]] == [made.json()["code"]]
