"""Enquiries and callers, on both databases: registered, called back in time, the first officer kept (R1, R12, R32)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from diary import Diary, open_diary
from floor import MORNING, lay
from house import House, open_second_hall
from paihao.api.permissions import Caller
from paihao.booking import records
from paihao.cases import alert_text, enquiry, overdue
from paihao.cases.alert_tables import Alert, AlertKind
from paihao.cases.enquiry import Enquiry, Said
from paihao.cases.office import Office
from paihao.cases.rules import RulesFacts
from paihao.core import clock
from paihao.core.db import Database, violated
from paihao.core.errors import Conflict
from paihao.core.journal import Journal
from paihao.core.privacy import Vault
from paihao.queue.actor import SYSTEM
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

pytestmark = pytest.mark.anyio

PATH = "/halls/small/enquiries"
CALL = {
    "question": "社保卡丢了，补办要几天？",
    "unit": "龙泉驿区第一小学",
    "name": "张小三",
    "phone": "138 1234 5678",
    "item": "S-002",
}
WRITERS = 8
VAULT = Vault("s" * 40)


@pytest.fixture
async def operator(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with house.client(Caller.OPERATOR) as client:
        yield client


async def called(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    said = await client.post(PATH, json=CALL | more)
    assert said.status_code == 201, said.text
    return dict(said.json())


async def rows(house: House, table: str = "enquiry") -> list[Any]:
    async with house.services.database.read() as connection:
        return list(await connection.execute(text(f"SELECT * FROM {table} ORDER BY 1")))


async def written(house: House) -> list[str]:
    """What the journal tells of enquiries."""
    return [row.action for row in await rows(house, "journal") if "enquiry" in str(row.data)]


async def test_a_call_is_registered_and_answered(house: House, operator: httpx.AsyncClient) -> None:
    """R12: the question, the caller's unit, name and phone; open until somebody has told him."""
    made = await called(operator)
    assert made["number"].startswith("LX")
    assert made["number"].endswith("-0001")
    assert (made["state"], made["caller"], made["unit"]) == ("open", "张*三 138****5678", CALL["unit"])
    assert (made["officer"], made["holder"], made["mine"], made["overdue"]) == ("operator", "operator", True, False)
    assert made["item"] == {"code": "S-002", "name": "失业保险金申领"}
    list_ = (await operator.get(PATH)).json()
    assert ([one["number"] for one in list_["enquiries"]], list_["pending"], list_["overdue"]) == (
        [made["number"]],
        1,
        0,
    )
    full = (await operator.get(f"{PATH}/{made['number']}")).json()
    assert (full["name"], full["phone"], full["question"]) == ("张小三", "13812345678", CALL["question"])
    known = await operator.post(f"{PATH}/{made['number']}/answer", json={"answer": "5个工作日", "told": False})
    assert (known.status_code, known.json()["state"]) == (200, "answered")
    assert (await operator.get(PATH)).json()["pending"] == 1  # nobody has told him yet
    told = await operator.post(f"{PATH}/{made['number']}/answer", json={"answer": "5个工作日，可加急"})
    assert (told.json()["state"], told.json()["answer"], told.json()["answered_by"]) == (
        "closed",
        "5个工作日，可加急",
        "operator",
    )
    assert (await operator.get(PATH)).json()["enquiries"] == []
    again = await operator.post(f"{PATH}/{made['number']}/answer", json={"answer": "又一次"})
    assert (again.status_code, again.json()["code"]) == (409, "enquiry_closed")
    assert await written(house) == ["enquiry", "person_shown", "enquiry_answer", "enquiry_close"]


async def test_what_is_kept_cannot_be_read(house: House, operator: httpx.AsyncClient) -> None:
    """R61: who called, what he asked and what he was told stand nowhere in the open."""
    made = await called(operator)
    await operator.post(f"{PATH}/{made['number']}/answer", json={"answer": "请带身份证来"})
    for table in ("enquiry", "journal"):
        kept = repr([tuple(row) for row in await rows(house, table)])
        assert not any(secret in kept for secret in ("张小三", "13812345678", CALL["question"], "请带身份证来"))


async def test_a_repeat_is_not_a_second_call(house: House, operator: httpx.AsyncClient) -> None:
    first, second = [await operator.post(PATH, json=CALL, headers={"idempotency-key": "k"}) for _ in range(2)]
    assert first.json() == second.json()
    assert len(await rows(house)) == 1


async def test_somebody_else_takes_the_duty_on(house: House, operator: httpx.AsyncClient) -> None:
    """R1: the first officer stays who he is; another one calls back."""
    number = (await called(operator))["number"]
    yours = await operator.post(f"{PATH}/{number}/take")
    assert (yours.status_code, yours.json()["code"]) == (409, "enquiry_yours")
    async with house.client(Caller.GUIDE) as guide:
        taken = await guide.post(f"{PATH}/{number}/take")
        assert taken.status_code == 200, taken.text
        assert (taken.json()["officer"], taken.json()["holder"], taken.json()["mine"]) == ("operator", "guide", True)
        await guide.post(f"{PATH}/{number}/answer", json={"answer": "已解释"})
        over = await guide.post(f"{PATH}/{number}/take")
    assert (over.status_code, over.json()["code"]) == (409, "enquiry_closed")
    assert await written(house) == ["enquiry", "enquiry_take", "enquiry_close"]


BAD = {
    "no question": ({"question": "  "}, 400, "question_needed"),
    "a question without end": ({"question": "问" * 501}, 400, "text_too_long"),
    "a unit without end": ({"unit": "单" * 101}, 400, "unit_too_long"),
    "no name": ({"name": ""}, 400, "name_needed"),
    "a name with a face": ({"name": "张三😀"}, 400, "invalid_name"),
    "a thousand letters": ({"name": "张" * 1000}, 400, "name_too_long"),
    "a phone that is none": ({"phone": "12345"}, 400, "invalid_phone"),
    "an item that is none": ({"item": "S-999"}, 404, "unknown_item"),
    "a field that is none": ({"number": "LX1"}, 400, "invalid"),
    "a NUL": ({"question": "\0"}, 400, "invalid"),
    "a channel that is none": ({"channel": "telepathy"}, 400, "invalid"),
    "a kind that is none": ({"kind": "praise"}, 400, "invalid"),
}


@pytest.mark.parametrize("name", BAD)
async def test_bad_input_is_refused_and_takes_no_number(house: House, operator: httpx.AsyncClient, name: str) -> None:
    more, status, code = BAD[name]
    said = await operator.post(PATH, json=CALL | more)
    assert (said.status_code, said.json()["code"]) == (status, code)
    assert await rows(house) == await rows(house, "enquiry_counter") == []


async def test_bad_answers_change_nothing(house: House, operator: httpx.AsyncClient) -> None:
    number = (await called(operator))["number"]
    for body, code in (({"answer": " "}, "answer_needed"), ({"answer": "答" * 501}, "text_too_long"), ({}, "invalid")):
        said = await operator.post(f"{PATH}/{number}/answer", json=body)
        assert (said.status_code, said.json()["code"]) == (400, code)
    nobody = await operator.post(f"{PATH}/LX20200101-0001/answer", json={"answer": "好"})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "unknown_enquiry")
    assert (await rows(house))[0].state == "open"
    cursor = await operator.get(PATH, params={"cursor": "１"})
    assert cursor.json()["code"] == "invalid_cursor"


async def test_another_halls_officer_is_refused(house: House, operator: httpx.AsyncClient) -> None:
    await open_second_hall(house)
    elsewhere = PATH.replace("small", "other")
    for said in (
        await operator.post(elsewhere, json=CALL),
        await operator.get(elsewhere),
        await operator.get(f"{elsewhere}/LX1"),
        await operator.post(f"{elsewhere}/LX1/answer", json={"answer": "好"}),
        await operator.post(f"{elsewhere}/LX1/take"),
        await operator.get("/halls/other/callers", params={"q": "张小三"}),
    ):
        assert (said.status_code, said.json()["code"]) == (403, "foreign_hall")
    async with house.client(Caller.CLERK) as clerk:
        assert (await clerk.get(PATH)).status_code == 403


# Straight on the database ---------------------------------------------------------------------------------------------


async def register(database: Database, floor: Any, now: Any = MORNING, phone: str = "13812345678", **more: Any) -> Any:
    async with database.write() as tx:
        said = Said("张小三", phone, "几天能办好？")
        number = await enquiry.register(tx, VAULT, floor.facts, said, floor.officers[0], now, **more)
        return await enquiry.find(tx, floor.facts.id, number, floor.officers[0])


async def test_numbers_are_dense_under_many_writers(database: Database) -> None:
    floor = await lay(database, [{"A": 0}])
    made = await asyncio.gather(*(register(database, floor) for _ in range(WRITERS)))
    assert sorted(row.number for row in made) == [f"LX20260302-{n:04d}" for n in range(1, WRITERS + 1)]


async def test_due_first_and_overdue_counted(database: Database) -> None:
    """R12, R32: 24 hours of wall time, to the second."""
    floor = await lay(database, [{"A": 0}])
    late, early = [await register(database, floor, MORNING + timedelta(hours=hours)) for hours in (5, 0)]
    async with database.read() as connection:
        hall, by = floor.facts.id, floor.officers[0]
        listed = await enquiry.pending(connection, hall, by, 10)
        of_nobody = await enquiry.pending(connection, hall, by, 10, phone=VAULT.index("phone", "13900000000"))
        counts = [
            await enquiry.count(connection, hall, by, early.call_back_by + timedelta(seconds=after)) for after in (0, 1)
        ]
    assert early.call_back_by == MORNING + timedelta(hours=24)  # R32: wall time
    assert [row.number for row in listed] == [early.number, late.number]
    assert of_nobody == []
    assert counts == [(2, 0), (2, 1)]


async def test_who_is_slower_learns_it(database: Database) -> None:
    """Two officers look at the same enquiry; what the second one saw is over."""
    floor = await lay(database, [{"A": 0}, {"A": 0}])
    row = await register(database, floor)
    by, now = floor.officers[1], MORNING
    async with database.write() as tx:
        await enquiry.take(tx, row, floor.supervisor, now)
        with pytest.raises(Conflict) as refused:
            await enquiry.take(tx, row, by, now)
        assert refused.value.code == "enquiry_taken"
        await enquiry.answer(tx, VAULT, row, "好", by, now, told=True)
        for told in (True, False):
            with pytest.raises(Conflict) as refused:
                await enquiry.answer(tx, VAULT, row, "又一次", by, now, told=told)
            assert refused.value.code == "enquiry_closed"


async def test_what_is_over_long_enough_is_forgotten(database: Database) -> None:
    floor = await lay(database, [{"A": 0}])
    told, open_ = [await register(database, floor) for _ in range(2)]
    async with database.write() as tx:
        await enquiry.answer(tx, VAULT, told, "好", floor.officers[0], MORNING, told=True)
        assert await enquiry.forget(tx, floor.facts.id, MORNING) == 0
        assert await enquiry.forget(tx, floor.facts.id, MORNING + timedelta(days=90)) == 1
        gone = await enquiry.find(tx, floor.facts.id, told.number, floor.supervisor)
        kept = await enquiry.find(tx, floor.facts.id, open_.number, floor.supervisor)
    assert (gone.caller, gone.sealed, gone.phone_index, gone.answer, gone.state) == ("", None, None, None, "closed")
    assert enquiry.opened(VAULT, gone) is None
    assert enquiry.opened(VAULT, kept) is not None


async def test_the_database_keeps_first_officer_number_and_hall(database: Database, subtests: Any) -> None:
    """R1: whoever writes, the first officer of an enquiry never changes."""
    floor = await lay(database, [{"A": 0}, {"A": 0}])
    told, row = [await register(database, floor) for _ in range(2)]
    async with database.write() as tx:
        await enquiry.answer(tx, VAULT, told, "好", floor.officers[0], MORNING, told=True)
    other = floor.officers[1].staff_id
    attacks = {
        "another first officer": (f"UPDATE enquiry SET officer_id = {other}", "enquiry_kept"),
        "another number": ("UPDATE enquiry SET number = 'LX1'", "enquiry_kept"),
        "another channel": ("UPDATE enquiry SET channel = 'web'", "enquiry_kept"),
        "no complaint any more": ("UPDATE enquiry SET kind = 'complaint'", "enquiry_kept"),
        "another time": ("UPDATE enquiry SET call_back_by = '2030-01-01 00:00:00.000000+00:00'", "enquiry_kept"),
        "deleted": ("DELETE FROM enquiry", "enquiry_kept"),
        "opened again": (
            f"UPDATE enquiry SET state = 'open', answer = NULL, answered_at = NULL, answered_by_id = NULL, "
            f"closed_at = NULL WHERE id = {told.id}",
            "enquiry_kept",
        ),
        "closed without an answer": (
            f"UPDATE enquiry SET state = 'closed', answered_at = at, answered_by_id = {other}, closed_at = at "
            f"WHERE id = {row.id}",
            "ck_enquiry_answered_has_text",
        ),
        "forgotten while somebody waits": (
            f"UPDATE enquiry SET sealed = NULL, caller = '', phone_index = NULL WHERE id = {row.id}",
            "ck_enquiry_forgotten_wholly",
        ),
        "an unknown state": (
            f"UPDATE enquiry SET state = 'lost', answered_at = at, answered_by_id = {other}, answer = sealed "
            f"WHERE id = {row.id}",
            "ck_enquiry_state_known",
        ),
    }
    for name, (statement, constraint) in attacks.items():
        with subtests.test(name), pytest.raises(IntegrityError) as refused:
            async with database.write() as tx:
                await tx.execute(text(statement))
        assert violated(refused.value) == constraint, name
    async with database.write() as tx:  # the duty may go on
        await enquiry.take(tx, row, floor.officers[1], MORNING)
    async with database.read() as connection:
        found = await enquiry.find(connection, floor.facts.id, row.number, floor.supervisor)
        written = await connection.scalar(select(func.count()).where(Journal.action == "enquiry_take"))
        officers = (await connection.execute(select(Enquiry.officer_id).distinct())).scalars().all()
    assert (found.holder_id, officers, written) == (other, [floor.officers[0].staff_id], 1)


# Complaints -----------------------------------------------------------------------------------------------------------

COMPLAINT = CALL | {"kind": "complaint", "channel": "desk", "question": "窗口工作人员态度不好"}


async def test_every_channel_has_its_first_officer(house: House, operator: httpx.AsyncClient) -> None:
    """R1: desk, phone, fax, letter, web."""
    for channel in enquiry.Channel:
        made = await called(operator, channel=channel)
        assert (made["channel"], made["kind"], made["officer"]) == (channel, "enquiry", "operator")
    assert (await called(operator))["channel"] == "phone"


async def test_a_complaint_is_confidential(house: House, operator: httpx.AsyncClient) -> None:
    """R8: whoever took it down and supervisors see it; for everybody else it does not exist, anywhere."""
    number, open_ = (await called(operator, **COMPLAINT))["number"], (await called(operator))["number"]
    assert number.startswith("LX")  # the number does not tell

    async def sees(client: httpx.AsyncClient) -> tuple[list[str], int, int, list[str]]:
        listed = (await client.get(PATH)).json()
        shown = (await client.get(f"{PATH}/{number}")).status_code
        asked = (await client.get("/halls/small/callers", params={"q": CALL["phone"]})).json()["enquiries"]
        return [one["number"] for one in listed["enquiries"]], listed["pending"], shown, [o["number"] for o in asked]

    async with house.client(Caller.GUIDE) as guide, house.client(Caller.SUPERVISOR) as supervisor:
        both = [number, open_]
        assert await sees(operator) == await sees(supervisor) == (both, 2, 200, both)
        assert await sees(guide) == ([open_], 1, 404, [open_])
        for said in (
            await guide.post(f"{PATH}/{number}/take"),
            await guide.post(f"{PATH}/{number}/answer", json={"answer": "好"}),
        ):
            assert (said.status_code, said.json()["code"]) == (404, "unknown_enquiry")
        taken = await supervisor.post(f"{PATH}/{number}/take")
        assert (taken.json()["officer"], taken.json()["holder"]) == ("operator", "supervisor")
        assert await sees(operator) == (both, 2, 200, both)  # he took it down (R1)


# Not answered in time -------------------------------------------------------------------------------------------------


def office(floor: Any, now: Any) -> Office:
    return Office(VAULT, floor.facts, RulesFacts(), "http://hall.test", SYSTEM, now)


async def raised(database: Database) -> list[Any]:
    async with database.read() as connection:
        return list(await connection.execute(select(Alert.__table__).order_by(Alert.enquiry_id)))


@pytest.mark.parametrize("kind", enquiry.Kind)
async def test_no_answer_within_a_day_is_an_alert_once(database: Database, database_url: str, kind: str) -> None:
    """R12, R32: enquiries and complaints, on wall time, whatever the hall's hours; each once, whoever sweeps."""
    floor = await lay(database, [{"A": 0}, {"A": 0}])
    row = await register(database, floor, kind=kind)
    told = await register(database, floor, kind=kind)
    async with database.write() as tx:
        await enquiry.answer(tx, VAULT, row, "正在核实", floor.officers[0], MORNING, told=False)
        await enquiry.answer(tx, VAULT, told, "好", floor.officers[0], MORNING, told=True)
    other = Database(database_url)

    async def sweep(of: Database, **after: float) -> int:
        async with of.write() as tx:
            return await overdue.call_backs(tx, office(floor, row.call_back_by + timedelta(**after)))

    assert await sweep(database) == 0
    found = await asyncio.gather(*(sweep(of, seconds=1) for of in (database, other) * 3))
    await other.close()
    assert sum(found) == 1
    assert await sweep(database, days=1) == 0
    [alert] = await raised(database)
    assert (alert.kind, alert.enquiry_id, alert.officer_id) == ("call_back", row.id, floor.officers[0].staff_id)
    said = alert_text.said(AlertKind.CALL_BACK, "", alert.facts, floor.facts.timezone, "zh_CN")
    assert (
        said == f"{'投诉' if kind == 'complaint' else '咨询'}{row.number}应于3月3日（周二）09:00前答复，现已超过24小时"
    )


async def test_the_alert_follows_the_duty_and_ends_with_it(database: Database) -> None:
    """R32, R34: whoever takes the duty on is reminded; nobody is once the caller has been told."""
    floor = await lay(database, [{"A": 0}, {"A": 0}])
    row, by = await register(database, floor), floor.officers[1]
    late = row.call_back_by + timedelta(minutes=1)
    async with database.write() as tx:
        await overdue.run(tx, office(floor, late))
        await enquiry.take(tx, row, by, late)
    [alert] = await raised(database)
    assert (alert.officer_id, alert.ended_at, alert.level) == (by.staff_id, None, 1)
    async with database.write() as tx:
        # His clock is a minute behind: the alert ends when it began, not before.
        await enquiry.answer(tx, VAULT, row, "好", by, late - timedelta(minutes=1), told=True)
        await overdue.run(tx, office(floor, late + timedelta(days=1)))
    [alert] = await raised(database)
    assert (alert.ended_at, alert.level) == (late, 1)


# Who calls ------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def diary(database_url: str) -> AsyncIterator[Diary]:
    async with open_diary(database_url) as made:
        yield made


async def test_one_word_finds_who_calls(diary: Diary) -> None:
    made = await diary.book(phone="13912345678", name="李小四")
    latin = await diary.book(name="Zhangsan")
    async with diary.house.client(Caller.OPERATOR) as operator:

        async def found(q: str) -> tuple[str, list[str], str | None]:
            said = await operator.get("/halls/small/callers", params={"q": q})
            assert said.status_code == 200, said.text
            body = said.json()
            return body["by"], [one["code"] for one in body["appointments"]], body["marked"]

        code, number = made["code"], await operator.post(PATH, json=CALL | {"phone": "13912345678"})
        assert await found("139-1234 5678") == ("phone", [code], code)
        assert await found("李小四") == ("name", [code], code)
        assert await found(f"{code[:4]} {code[4:]}".lower()) == ("code", [code], code)
        assert await found("Zhangsan") == ("name", [latin["code"]], latin["code"])  # could be a code, and is none
        assert await found("王五") == ("name", [], None)
        asked = (await operator.get("/halls/small/callers", params={"q": "13912345678"})).json()["enquiries"]
        assert [one["number"] for one in asked] == [number.json()["number"]]
        for q, status, problem in (
            (" ", 400, "one_search"),
            ("123", 400, "invalid_phone"),
            ("张三😀", 400, "invalid_name"),
            ("2222AAAA", 404, "unknown_appointment"),
        ):
            said = await operator.get("/halls/small/callers", params={"q": q})
            assert (said.status_code, said.json()["code"]) == (status, problem)


async def test_who_is_barred_or_warned_is_seen_before_he_books(diary: Diary) -> None:
    slots = [slot for slot in await diary.slots() if slot["free"]]
    phone, services = diary.phone(), diary.house.services
    hall = await services.halls.get("small")
    rules = (await services.rulebooks.get(hall.id)).hall
    async with diary.house.client(Caller.OPERATOR) as operator:

        async def stands() -> dict[str, Any]:
            body = (await operator.get("/halls/small/callers", params={"q": phone})).json()["appointments"][0]
            return {name: body[name] for name in ("barred_for", "warning", "barred_until")}

        for slot in slots[: rules.cancellations]:
            made = await diary.book(slot["id"], phone=phone)
            if slot is slots[rules.cancellations - 1]:
                seen = await stands()
                assert (seen["barred_for"], seen["barred_until"]) == ("", None)
                assert "4" in seen["warning"]
            await diary.http.post(f"/appointments/{made['code']}/cancel", json={"phone": phone})
        assert (await stands())["barred_for"] == "cancellations"
        lifted = await operator.post(f"/appointments/{made['code']}/lift-bar", json={"reason": "因住院取消"})
        assert lifted.status_code == 204
        assert await stands() == {"barred_for": "", "warning": "", "barred_until": None}
    async with services.database.read() as connection:
        assert await records.outlooks(connection, hall.id, [], rules, clock.now()) == {}
