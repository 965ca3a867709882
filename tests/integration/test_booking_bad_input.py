"""Bad bookings get a clear problem in the visitor's language, and change nothing in any table."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from diary import ITEM, Diary, open_diary
from house import open_house, open_second_hall
from paihao.api import sweeps
from paihao.api.permissions import Caller
from paihao.core.clock import now
from paihao.core.db import Base
from paihao.core.types import Moment
from sqlalchemy import bindparam, text
from untouched import everything, filled, quiet

pytestmark = pytest.mark.anyio

HOLDS = "/halls/small/holds"
WAITING = "/halls/small/waiting"
CONFIRM = "/holds/{hold}/confirm"
CANCEL, MOVE = "/appointments/{code}/cancel", "/appointments/{code}/move"
NAME, PHONE = "张小三", "13912345678"


class Bad(NamedTuple):
    """A request that must be refused; ``{names}`` as in `scene`."""

    path: str
    status: int
    code: str
    json: Any = None
    method: str = "POST"
    caller: Caller = Caller.PUBLIC


def hold(status: int, code: str, slot: Any = "{slot}", **more: Any) -> Bad:
    return Bad(HOLDS, status, code, {"slot": slot, "channel": "online"} | more)


def confirm(status: int, code: str, path: str = CONFIRM, **said: Any) -> Bad:
    return Bad(path, status, code, {"name": NAME, "phone": PHONE} | said)


def wait(status: int, code: str, **said: Any) -> Bad:
    wish = {"item": ITEM, "day": "{day}", "channel": "online", "name": NAME, "phone": PHONE}
    return Bad(WAITING, status, code, wish | said)


def look(status: int, code: str, query: str) -> Bad:
    return Bad(f"/halls/small/slots?{query}", status, code, method="GET")


CASES = {
    "a slot of yesterday": hold(409, "slot_past", "{past}"),
    "a slot that begins too soon": hold(409, "too_late_to_book", "{soon}"),
    "a slot too far ahead": hold(409, "not_open_yet", "{far}"),
    "a closed slot": hold(409, "slot_closed", "{shut}"),
    "a full slot": hold(409, "slot_full", "{full}"),
    "a slot of another line": hold(400, "foreign_slot", "{foreign}"),
    "a slot of another hall": hold(404, "unknown_slot", "{elsewhere}"),
    "a slot that is not there": hold(404, "unknown_slot", f"999999.{ITEM}"),
    "a slot beyond the database": hold(404, "unknown_slot", f"{'9' * 18}.{ITEM}"),
    "a negative slot": hold(404, "unknown_slot", f"-1.{ITEM}"),
    "a full-width slot": hold(404, "unknown_slot", f"１.{ITEM}"),
    "a word for a slot": hold(404, "unknown_slot", "tomorrow"),
    "SQL for a slot": hold(404, "unknown_slot", "1; DROP TABLE slot"),
    "an empty slot": hold(400, "invalid", ""),
    "a number for a slot": hold(400, "invalid", 7),
    "a list of slots": hold(400, "invalid", ["{slot}"]),
    "an unknown item": hold(404, "unknown_item", "{number}.S-999"),
    "an item without booking": hold(400, "not_bookable", "{number}.S-001"),
    "no item": hold(400, "item_needed", "{number}"),
    "an unknown channel": hold(400, "invalid", channel="pigeon"),
    "the channel of the phone desk": hold(403, "foreign_channel", channel="phone"),
    "the kiosks' channel": hold(403, "foreign_channel", channel="onsite"),
    "an unknown field": hold(400, "invalid", minutes=60),
    "a hold as long as a book": hold(400, "invalid", hold="x" * 1000),
    "a NUL in a slot": hold(400, "invalid", "{slot}\0"),
    "an unknown hall": Bad("/halls/nowhere/holds", 404, "unknown_hall", {"slot": "1", "channel": "online"}),
    "confirmed without a hold": confirm(409, "hold_over", "/holds/nothing/confirm"),
    "a forged hold": confirm(409, "hold_over", "/holds/AAAAAXXXXXXXXXXXXXXXXX/confirm"),
    "a hold in Chinese": confirm(409, "hold_over", "/holds/保留/confirm"),
    "a hold that was used": confirm(409, "hold_used", "/holds/{used}/confirm"),
    "a hold that ran out": confirm(409, "hold_over", "/holds/{over}/confirm"),
    "a hold that was given back": confirm(409, "hold_over", "/holds/{back}/confirm"),
    "no name": confirm(400, "name_needed", name="  "),
    "a name with an emoji": confirm(400, "invalid_name", name="张小三😀"),
    "a name of digits": confirm(400, "invalid_name", name="张3"),
    "a name of 1,000 signs": confirm(400, "name_too_long", name="名" * 1000),
    "a name of 10,000 signs": confirm(400, "invalid", name="名" * 10_000),
    "a control sign in a name": confirm(400, "invalid_name", name="张\x07三"),
    "a name written backwards": confirm(400, "invalid_name", name="张\u202e三"),
    "a NUL in a name": confirm(400, "invalid", name="张\0三"),
    "markup for a name": confirm(400, "invalid_name", name="<b>张三</b>"),
    "SQL for a name": confirm(400, "invalid_name", name="'; DROP TABLE slot--"),
    "no phone": confirm(400, "phone_needed", phone=""),
    "letters for a phone": confirm(400, "invalid_phone", phone="one-three-nine"),
    "a phone too short": confirm(400, "invalid_phone", phone="1391234567"),
    "a phone in full width with a letter": confirm(400, "invalid_phone", phone="１３９a2345678"),
    "a phone of 100 digits": confirm(400, "invalid", phone="1" * 100),
    "a number for a phone": confirm(400, "invalid", phone=13912345678),
    "a wrong check digit": confirm(400, "invalid_id_number", id_number="110105194912310021"),
    "an impossible day of birth": confirm(400, "invalid_id_number", id_number="110105194902300021"),
    "born tomorrow": confirm(400, "invalid_id_number", id_number="110105209912310021"),
    "an identity number of letters": confirm(400, "invalid_id_number", id_number="ABCDEFGHIJKLMNOPQR"),
    "an identity number too long": confirm(400, "invalid", id_number="1" * 30),
    "needs of 1,000 signs": confirm(400, "invalid", needs="要" * 1000),
    "a need that is a number": confirm(400, "invalid", needs=[7]),
    "a NUL in a need": confirm(400, "invalid", needs=["a\0"]),
    "a proxy without a phone": confirm(400, "phone_needed", proxy={"name": "李四"}),
    "a proxy without a name": confirm(400, "invalid", proxy={"phone": PHONE}),
    "a language nobody speaks": confirm(400, "invalid", language="tlh"),
    "the same again": confirm(409, "booked_already", phone="{phone}"),
    "a code to letters": Bad("/holds/{hold}/code", 400, "invalid_phone", {"phone": "letters"}),
    "a code for what is over": Bad("/holds/{over}/code", 409, "hold_over", {"phone": PHONE}),
    "a code for nothing": Bad("/holds/nothing/code", 409, "hold_over", {"phone": PHONE}),
    "verified when it is over": Bad("/holds/{over}/verify", 409, "hold_over", {"code": "123456"}),
    "a list for a code": Bad("/holds/{hold}/verify", 400, "invalid", {"code": ["1"]}),
    "somebody else's code": Bad(CANCEL, 403, "wrong_phone", {"phone": PHONE}),
    "somebody else's code with a forged key": Bad(CANCEL, 401, "phone_needed", {"key": "AAAAAAAAAAAAAAAAAAAAAA"}),
    "a code alone": Bad(CANCEL, 401, "phone_needed", {}),
    "a code that is none": Bad("/appointments/22222222/cancel", 404, "unknown_appointment", {"phone": PHONE}),
    "SQL for a code": Bad("/appointments/'%20OR%201=1--/cancel", 404, "unknown_appointment", {"phone": PHONE}),
    "a phone of letters for a code": Bad(CANCEL, 400, "invalid_phone", {"phone": "abc"}),
    "moved to where it is": Bad(MOVE, 400, "same_slot", {"phone": "{phone}", "slot": "{booked}"}),
    "moved to a full slot": Bad(MOVE, 409, "slot_full", {"phone": "{phone}", "slot": "{full}"}),
    "moved to yesterday": Bad(MOVE, 409, "slot_past", {"phone": "{phone}", "slot": "{past}"}),
    "moved to another hall": Bad(MOVE, 404, "unknown_slot", {"phone": "{phone}", "slot": "{elsewhere}"}),
    "moved by somebody else": Bad(MOVE, 403, "wrong_phone", {"phone": PHONE, "slot": "{slot}"}),
    "cancelled twice": Bad("/appointments/{gone}/cancel", 409, "cancelled_already", {"phone": "{phone}"}),
    "checked in a day early": Bad("/appointments/{code}/check-in", 409, "too_early", {"phone": "{phone}"}),
    "the public looks who it is": Bad("/appointments/{code}/person", 401, "unauthorized", method="GET"),
    "the public searches by phone": Bad("/halls/small/appointments?phone=" + PHONE, 401, "unauthorized", method="GET"),
    "the public lifts a bar": Bad("/appointments/{code}/lift-bar", 401, "unauthorized", {"reason": "朋友"}),
    "slots of an unknown item": look(404, "unknown_item", "item=S-999"),
    "slots of an item without booking": look(400, "not_bookable", "item=S-001"),
    "slots of no item": look(404, "unknown_item", "item="),
    "slots of an impossible day": look(400, "invalid", f"item={ITEM}&from=2026-02-30"),
    "a NUL in an item": look(400, "nul", "item=%00"),
    "waiting for yesterday": wait(409, "not_open_yet", day="2020-01-01"),
    "waiting for next century": wait(409, "not_open_yet", day="2126-01-01"),
    "waiting for no day": wait(400, "invalid", day="soon"),
    "waiting for an item without booking": wait(400, "not_bookable", item="S-001"),
    "waiting with an emoji": wait(400, "invalid_name", name="😀"),
    "waiting by another clock than the hall's": wait(400, "invalid", since="09:00:00+08:00"),
    "waiting until before it begins": wait(400, "since_after_until", since="12:00:00", until="10:00:00"),
    "an unknown place in the list": Bad("/waiting/nothing/accept", 404, "unknown_waiting"),
}


@pytest.fixture
async def diary(database_url: str) -> AsyncIterator[Diary]:
    async with open_diary(database_url) as made:
        yield made


async def scene(diary: Diary) -> dict[str, str]:
    """The names that the cases use."""
    database = diary.house.services.database
    await open_second_hall(diary.house)
    await sweeps.sweep(diary.house.services)
    async with database.write() as tx:  # room for all of them
        await tx.execute(text("UPDATE slot SET capacity = 9, online_cap = 9, fixed = true"))
    elsewhere = (await diary.http.get("/halls/other/slots", params={"item": ITEM})).json()["slots"][-1]["id"]
    foreign = (await diary.http.get("/halls/small/slots", params={"item": "S-003"})).json()["slots"][-1]["id"]
    free = [slot for slot in await diary.slots() if slot["free"]]
    names = dict(zip(("past", "soon", "far", "shut", "full"), (one["id"] for one in free[-6:-1]), strict=True))
    names |= {"slot": free[-1]["id"], "booked": free[-7]["id"], "day": free[-1]["day"]}
    gone, phone = await diary.book(names["booked"]), diary.phone()
    await diary.http.post(f"/appointments/{gone['code']}/cancel", json={"phone": gone["phone"]})
    made = await diary.book(names["booked"], phone=gone["phone"])
    keys = [(await diary.hold(slot)).json()["id"] for slot in (names["booked"], names["slot"], names["slot"])]
    used = (await diary.hold(names["slot"])).json()["id"]
    await diary.confirm(used, phone=phone)
    await diary.http.delete(f"/holds/{keys[2]}")
    moment = now()
    changes: dict[str, dict[str, Any]] = {
        "past": {"starts_at": moment - timedelta(days=1)},
        "soon": {"starts_at": moment + timedelta(minutes=30)},
        "far": {"day": (moment + timedelta(days=40)).date()},
        "shut": {"closed": True},
        "full": {"capacity": 0, "online_cap": 0},
    }
    slot = Base.metadata.tables["slot"]
    async with database.write() as tx:
        for name, values in changes.items():
            await tx.execute(slot.update().where(slot.c.id == int(names[name].partition(".")[0])).values(**values))
        over = text("UPDATE hold SET expires_at = :now WHERE key = :key").bindparams(bindparam("now", type_=Moment))
        await tx.execute(over, {"now": now(), "key": keys[1]})
    return names | {
        "foreign": f"{foreign.partition('.')[0]}.{ITEM}",
        "elsewhere": elsewhere,
        "number": names["slot"].partition(".")[0],
        "hold": keys[0],
        "over": keys[1],
        "back": keys[2],
        "used": used,
        "code": made["code"],
        "gone": gone["code"],
        "phone": made["phone"],
    }


async def test_bad_bookings_are_told_and_change_nothing(diary: Diary, subtests: pytest.Subtests) -> None:
    names = await scene(diary)
    await quiet(diary.house)
    before = await everything(diary.house)
    for number, (title, bad) in enumerate(CASES.items()):
        diary.http._transport.client = (f"10.0.0.{number}", 1)  # type: ignore[attr-defined]  # nobody is held to a pace
        with subtests.test(title):
            said = {}
            for language in ("zh-CN", "en-GB,en;q=0.9"):
                headers = {"accept-language": language}
                path, body = filled(bad.path, names), filled(bad.json, names)
                answer = await diary.http.request(bad.method, path, json=body, headers=headers)
                said[language] = answer.json()
                assert (answer.status_code, said[language]["code"]) == (bad.status, bad.code), answer.text
                assert answer.headers["content-type"].startswith("application/problem+json")
            chinese, english = said.values()
            assert not chinese["detail"].isascii()
            assert english["detail"] != chinese["detail"], "not translated"
            assert await everything(diary.house) == before


async def test_who_guesses_phones_is_stopped(diary: Diary) -> None:
    made = await diary.book()
    await quiet(diary.house)
    before = await everything(diary.house)
    tries = [
        await diary.http.get(f"/appointments/{made['code']}", params={"phone": f"1390000000{n}"}) for n in range(8)
    ]
    assert [one.json()["code"] for one in tries] == ["wrong_phone"] * 6 + ["too_many_requests"] * 2
    assert await everything(diary.house) == before
    # Who has the key of the link is not held up by who guesses.
    key = made["url"].partition("key=")[2]
    assert (await diary.http.get(f"/appointments/{made['code']}", params={"key": key})).status_code == 200


async def test_who_guesses_codes_is_stopped(diary: Diary) -> None:
    held = (await diary.hold((await diary.free_slot())["id"])).json()["id"]
    await diary.http.post(f"/holds/{held}/code", json={"phone": PHONE})
    right = await diary.code_sent(PHONE)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(5):
        assert (await diary.http.post(f"/holds/{held}/verify", json={"code": wrong})).json() == {"verified": False}
    stopped = await diary.http.post(f"/holds/{held}/verify", json={"code": right})
    assert (stopped.status_code, stopped.json()["code"]) == (429, "too_many_tries")
    for _ in range(2):
        assert (await diary.http.post(f"/holds/{held}/code", json={"phone": PHONE})).status_code == 202
    again = await diary.http.post(f"/holds/{held}/code", json={"phone": PHONE})
    assert (again.status_code, again.json()["code"]) == (429, "too_many_codes")


async def test_nobodys_phone_is_flooded_by_the_waiting_list(diary: Diary) -> None:
    slots = await diary.slots()
    wish = {
        "item": ITEM,
        "day": slots[-1]["day"],
        "channel": "online",
        "proxy": {"name": "李四", "phone": "13900001234"},
    }
    answers = [
        await diary.http.post("/halls/small/waiting", json=wish | {"name": f"王小{sign}", "phone": ""})
        for sign in "一二三四五六七八九"
    ]
    assert [answer.status_code for answer in answers] == [201] * 6 + [429] * 3
    assert len(await diary.told("13900001234")) == 6


async def test_invented_holds_cost_a_phone_nothing(diary: Diary) -> None:
    held = (await diary.hold((await diary.free_slot())["id"])).json()["id"]
    phone = diary.phone()
    invented = [await diary.http.post(f"/holds/{held[:6]}{'A' * 16}/code", json={"phone": phone}) for _ in range(7)]
    assert {answer.status_code for answer in invented} == {409}
    assert (await diary.http.post(f"/holds/{held}/code", json={"phone": phone})).status_code == 202
    assert len(await diary.told(phone)) == 1


async def test_500_requests_a_minute_from_one_address_hold_up_nobody_else(database_url: str) -> None:
    async with open_house(database_url) as house:
        await sweeps.sweep(house.services)
        async with house.client() as bot, house.client() as visitor:
            visitor._transport.client = ("10.0.0.2", 1234)  # type: ignore[attr-defined]  # another address
            answers = [
                await bot.get("/halls/small/slots", params={"item": ITEM}, headers={"accept-language": "en"})
                for _ in range(500)
            ]
            refused = [answer for answer in answers if answer.status_code == 429]
            assert 300 < len(refused) < 400
            assert refused[0].json()["code"] == "too_many_requests"
            assert refused[0].json()["detail"].isascii()
            assert int(refused[0].headers["retry-after"]) > 0
            before = await everything(house)
            slots = (await visitor.get("/halls/small/slots", params={"item": ITEM})).json()["slots"]
            free = next(slot for slot in slots if slot["free"])
            taken = [
                (await bot.post(HOLDS, json={"slot": free["id"], "channel": "online"})).status_code for _ in range(60)
            ]
            assert set(taken) <= {201, 409, 429}
            assert taken[-1] == 429
            assert taken.count(429) >= 15
            assert before.keys()
            last = next(slot for slot in reversed(slots) if slot["free"])
            held = await visitor.post(HOLDS, json={"slot": last["id"], "channel": "online"})
            assert held.status_code == 201
