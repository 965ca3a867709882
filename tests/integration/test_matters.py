"""What officers put before their leaders, on both databases: answered in time, or it climbs (R9)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from floor import MORNING, lay
from house import House, open_second_hall, sign_in_clerk
from paihao.api.permissions import Caller
from paihao.cases import alerts, chains, matter, overdue
from paihao.cases.alert_tables import Alert, Chain
from paihao.cases.chains import Step
from paihao.cases.matter import Kind, Matter
from paihao.cases.office import Office
from paihao.cases.rules import RulesFacts
from paihao.core.db import Database, violated
from paihao.core.errors import Conflict
from paihao.core.message import Message
from paihao.core.privacy import Vault
from paihao.queue.actor import SYSTEM, Actor
from paihao.queue.staff import Staff
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

pytestmark = pytest.mark.anyio

PATH = "/halls/small/matters"
ASKED = {"text": "张小三的社保跨省转入，两地规定不一致，请示如何办理", "kind": "doubtful"}
VAULT = Vault("s" * 40)
LEADER = Step(chain=Chain.FIRST, level=1, title="首席代表", phone="13900000011", after_hours=1)


@pytest.fixture
async def clerk(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with house.client(Caller.CLERK) as client:
        yield client


async def put(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    said = await client.post(PATH, json=ASKED | more)
    assert said.status_code == 201, said.text
    return dict(said.json())


async def rows(house: House, table: str = "matter") -> list[Any]:
    async with house.services.database.read() as connection:
        return list(await connection.execute(text(f"SELECT * FROM {table} ORDER BY 1")))


async def test_an_officer_asks_and_is_answered(house: House, clerk: httpx.AsyncClient) -> None:
    """R9: what is doubtful, major or urgent goes to the leaders, with a timer of its own."""
    made = await put(clerk)
    assert made["number"].startswith("BG01-")
    assert (made["state"], made["officer"], made["urgent"], made["overdue"]) == ("open", "clerk", False, False)
    assert (made["kind_text"], made["text"]) == ("疑难事项", ASKED["text"])
    async with house.client(Caller.SUPERVISOR) as supervisor:
        listed = (await supervisor.get(PATH)).json()
        assert ([one["number"] for one in listed["matters"]], listed["pending"]) == ([made["number"]], 1)
        path = f"/matters/{made['number']}/answer"
        assert (await clerk.post(path, json={"text": "我自己答"})).status_code == 403
        said = await supervisor.post(path, json={"text": "按转入地规定办理"})
        assert (said.status_code, said.json()["state"], said.json()["answered_by"]) == (200, "answered", "supervisor")
        again = await supervisor.post(path, json={"text": "又一次"})
        assert (again.status_code, again.json()["code"]) == (409, "matter_answered")
        assert (await supervisor.get(PATH, params={"state": "open"})).json()["matters"] == []
    mine = (await clerk.get(PATH)).json()
    assert (mine["matters"][0]["answer"], mine["pending"]) == ("按转入地规定办理", 0)
    journal = [row.action for row in await rows(house, "journal") if "BG01-" in str(row.data)]
    assert journal == ["matter", "matter_answer"]


async def test_what_is_asked_cannot_be_read(house: House, clerk: httpx.AsyncClient) -> None:
    """R61: an officer may name who it is about; that stands nowhere in the open."""
    await put(clerk)
    for table in ("matter", "journal", "message"):
        assert "张小三" not in repr([tuple(row) for row in await rows(house, table)])


async def test_officers_see_their_own(house: House, clerk: httpx.AsyncClient) -> None:
    number = (await put(clerk))["number"]
    async with house.client(token=await sign_in_clerk(house, "second")) as other:
        listed = (await other.get(PATH)).json()
        assert (listed["matters"], listed["pending"]) == ([], 0)
    async with house.client(Caller.SUPERVISOR) as supervisor:
        for foreign in ("BG01-20200101-0001", f"{number}x"):
            said = await supervisor.post(f"/matters/{foreign}/answer", json={"text": "好"})
            assert (said.status_code, said.json()["code"]) == (404, "unknown_matter")


BAD = {
    "no words": ({"text": "  "}, 400, "text_needed"),
    "words without end": ({"text": "问" * 501}, 400, "text_too_long"),
    "a NUL": ({"text": "\0"}, 400, "invalid"),
    "a kind that is none": ({"kind": "easy"}, 400, "invalid"),
    "a case that is none": ({"case": "BJ01-20200101-0001"}, 404, "unknown_case"),
    "a ticket that is none": ({"ticket": "x"}, 404, "unknown_ticket"),
    "a field that is none": ({"number": "BG1"}, 400, "invalid"),
}


@pytest.mark.parametrize("name", BAD)
async def test_bad_input_is_refused_and_takes_no_number(house: House, clerk: httpx.AsyncClient, name: str) -> None:
    more, status, code = BAD[name]
    said = await clerk.post(PATH, json=ASKED | more)
    assert (said.status_code, said.json()["code"]) == (status, code)
    assert await rows(house) == await rows(house, "matter_counter") == []


async def test_bad_answers_change_nothing(house: House, clerk: httpx.AsyncClient) -> None:
    number = (await put(clerk))["number"]
    async with house.client(Caller.SUPERVISOR) as supervisor:
        for body, code in (({"text": " "}, "text_needed"), ({"text": "答" * 501}, "text_too_long"), ({}, "invalid")):
            said = await supervisor.post(f"/matters/{number}/answer", json=body)
            assert (said.status_code, said.json()["code"]) == (400, code)
    assert (await rows(house))[0].state == "open"


async def test_it_is_about_a_ticket_of_this_hall(house: House, clerk: httpx.AsyncClient) -> None:
    async with house.client(Caller.KIOSK) as kiosk:
        ticket = (await kiosk.post("/halls/small/tickets", json={"channel": "kiosk", "item": "S-002"})).json()
    made = await put(clerk, ticket=ticket["id"], kind="urgent")
    assert (made["ticket"], made["urgent"]) == (ticket["number"], True)
    assert (await rows(house))[0].department_id is not None
    async with house.client(Caller.KIOSK, token=await open_second_hall(house)) as kiosk:
        said = await kiosk.post("/halls/other/tickets", json={"channel": "kiosk", "item": "S-002"})
    foreign = await clerk.post(PATH, json=ASKED | {"ticket": said.json()["id"]})
    assert (foreign.status_code, foreign.json()["code"]) == (404, "unknown_ticket")
    assert (await clerk.post("/halls/other/matters", json=ASKED)).json()["code"] == "foreign_hall"


async def test_a_repeat_is_one_matter(house: House, clerk: httpx.AsyncClient) -> None:
    first, second = [await clerk.post(PATH, json=ASKED, headers={"idempotency-key": "k"}) for _ in range(2)]
    assert first.json() == second.json()
    assert len(await rows(house)) == 1


# Straight on the database ---------------------------------------------------------------------------------------------


class Leaders:
    """A hall whose officer and leader have phones."""

    def __init__(self, database: Database, floor: Any) -> None:
        self.database = database
        self.floor = floor
        self.officer: Actor = floor.officers[0]

    def office(self, now: Any = MORNING, by: Actor | None = None) -> Office:
        return Office(VAULT, self.floor.facts, RulesFacts(), "http://hall.test", by or self.officer, now)

    async def put(self, kind: Kind = Kind.MAJOR, now: Any = MORNING, **more: Any) -> Any:
        async with self.database.write() as tx:
            number = await matter.put(tx, self.office(now), "重大项目，如何办理", kind, **more)
            return await matter.find(tx, number, self.officer)

    async def answer(self, row: Any, now: Any = MORNING) -> None:
        async with self.database.write() as tx:
            await matter.answer(tx, self.office(now, self.floor.supervisor), row, "好")

    async def messages(self) -> list[Any]:
        async with self.database.read() as connection:
            return list(await connection.execute(select(Message.__table__).order_by(Message.id)))

    async def alerts(self) -> list[Any]:
        async with self.database.read() as connection:
            return list(await connection.execute(select(Alert.__table__)))


@pytest.fixture
async def leaders(database: Database) -> Leaders:
    floor = await lay(database, [{"A": 0}])
    async with database.write() as tx:
        await tx.execute(update(Staff).where(Staff.id == floor.officers[0].staff_id).values(phone="13800000000"))
        await chains.replace(tx, floor.facts, [LEADER])
    return Leaders(database, floor)


async def test_leaders_are_told_at_once(leaders: Leaders) -> None:
    """R9: "应当及时向领导汇报", and the officer learns that there is an answer."""
    row = await leaders.put()
    assert row.answer_by == MORNING + timedelta(hours=4)
    await leaders.answer(row)
    first, second = await leaders.messages()
    assert (VAULT.open(first.recipient), VAULT.open(second.recipient)) == (LEADER.phone, "13800000000")
    said = msgspec.json.decode(VAULT.open(first.content))[1]
    assert said.endswith(f"重大事项请示{row.number}，请于3月2日（周一）13:00前答复")
    assert msgspec.json.decode(VAULT.open(second.content))[1].endswith(f"您的请示{row.number}已有答复，请在工作台查看")


@pytest.mark.parametrize(("urgent", "hours"), [(True, 0), (False, 8)])
async def test_only_what_is_urgent_wakes_a_leader(leaders: Leaders, urgent: bool, hours: int) -> None:
    midnight = MORNING.replace(hour=16)
    await leaders.put(now=midnight, urgent=urgent)
    [message] = await leaders.messages()
    assert message.due_at == midnight + timedelta(hours=hours)


async def test_no_answer_in_time_climbs(leaders: Leaders, database_url: str) -> None:
    """R9, R14: found once, by however many, and told upwards; an answer ends it."""
    row = await leaders.put()
    other = Database(database_url)

    async def sweep(of: Database, **after: float) -> int:
        async with of.write() as tx:
            return await overdue.matters(tx, leaders.office(row.answer_by + timedelta(**after), SYSTEM))

    assert await sweep(leaders.database) == 0
    assert sum(await asyncio.gather(*(sweep(of, seconds=1) for of in (leaders.database, other) * 3))) == 1
    await other.close()
    late = row.answer_by + timedelta(minutes=1)
    for hours in (0, 0, 1):
        async with leaders.database.write() as tx:
            await overdue.run(tx, leaders.office(late + timedelta(hours=hours), SYSTEM))
    assert [VAULT.open(one.recipient) for one in await leaders.messages()] == [
        LEADER.phone,  # when it was put
        "13800000000",
        LEADER.phone,
    ]
    await leaders.answer(row, late + timedelta(hours=2))
    [alert] = await leaders.alerts()
    assert (alert.kind, alert.level, alert.ended_at) == ("matter", 2, late + timedelta(hours=2))
    async with leaders.database.write() as tx:
        assert await alerts.climb(tx, leaders.office(by=SYSTEM), late + timedelta(days=1)) == 0


async def test_one_of_two_answers(leaders: Leaders) -> None:
    row = await leaders.put()
    done = await asyncio.gather(*(leaders.answer(row) for _ in range(4)), return_exceptions=True)
    refused = [one for one in done if one is not None]
    assert [one.code for one in refused if isinstance(one, Conflict)] == ["matter_answered"] * 3
    assert len(refused) == 3


async def test_words_are_forgotten_after_the_answer(leaders: Leaders) -> None:
    """R61: figures stay, words go; what is not answered stays."""
    answered, open_ = await leaders.put(), await leaders.put()
    await leaders.answer(answered)
    hall = leaders.floor.facts.id
    async with leaders.database.write() as tx:
        assert await matter.forget(tx, hall, MORNING) == 0
        assert await matter.forget(tx, hall, MORNING + timedelta(days=1)) == 1
        gone, kept = [await matter.find(tx, row.number, leaders.officer) for row in (answered, open_)]
    assert (gone.text, gone.answer, gone.state) == (None, None, "answered")
    assert kept.text is not None


async def test_the_database_keeps_what_was_put(leaders: Leaders, subtests: Any) -> None:
    """R9: whoever writes, what was put before the leaders stays, and what is answered stays answered."""
    answered, row = await leaders.put(), await leaders.put()
    await leaders.answer(answered)
    attacks = {
        "another officer": (f"UPDATE matter SET officer_id = {leaders.floor.supervisor.staff_id}", "matter_kept"),
        "another number": ("UPDATE matter SET number = 'BG1'", "matter_kept"),
        "more time": ("UPDATE matter SET answer_by = '2030-01-01 00:00:00.000000+00:00'", "matter_kept"),
        "deleted": ("DELETE FROM matter", "matter_kept"),
        "opened again": (
            f"UPDATE matter SET state = 'open', answer = NULL, answered_at = NULL, answered_by_id = NULL "
            f"WHERE id = {answered.id}",
            "matter_kept",
        ),
        "answered without words": (
            f"UPDATE matter SET state = 'answered', answered_at = at, answered_by_id = officer_id WHERE id = {row.id}",
            "ck_matter_answered_has_text",
        ),
        "forgotten while it waits": (
            f"UPDATE matter SET text = NULL WHERE id = {row.id}",
            "ck_matter_forgotten_wholly",
        ),
    }
    for name, (statement, constraint) in attacks.items():
        with subtests.test(name), pytest.raises(IntegrityError) as refused:
            async with leaders.database.write() as tx:
                await tx.execute(text(statement))
        assert violated(refused.value) == constraint, name
    async with leaders.database.read() as connection:
        states = list((await connection.execute(select(Matter.state).order_by(Matter.id))).scalars())
    assert states == ["answered", "open"]
