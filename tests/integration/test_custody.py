"""Papers taken in for whom is not there (R7), with a numbered receipt (R11), on both databases."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import date, timedelta
from typing import Any

import pytest
from desks import Hall
from floor import MORNING, Floor, lay
from house import House, open_second_hall
from paihao.api import case_offices
from paihao.api.permissions import Caller
from paihao.cases import custody
from paihao.cases.alert_tables import Alert
from paihao.cases.applicant import Applicant, Party
from paihao.cases.custody import TRANSITIONS, Action, State, Taken
from paihao.cases.office import Office
from paihao.cases.receipt import Material
from paihao.cases.rules import RulesFacts
from paihao.core.clock import now
from paihao.core.db import Database, violated
from paihao.core.privacy import Vault
from paihao.queue.actor import Actor
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

pytestmark = pytest.mark.anyio

VAULT = Vault("s" * 40)
PATH = "/halls/small/custodies"
BROUGHT: dict[str, Any] = {
    "name": "张小三",
    "phone": "13812345678",
    "address": "中心路8号",
    "department": "RSJ",
    "matter": "补交社保材料",
    "materials": [{"name": "居民身份证复印件", "count": 2}, {"name": "申请表"}],
}


@pytest.fixture
async def hall(house: House) -> AsyncIterator[Hall]:
    async with AsyncExitStack() as stack:
        yield Hall(house, stack)


async def alerts(database: Database) -> list[Any]:
    async with database.read() as connection:
        return list(await connection.execute(select(Alert.__table__).order_by(Alert.id)))


async def test_papers_are_taken_in_passed_on_and_acknowledged_r7(hall: Hall) -> None:
    """R7, R11: with a number, a receipt, the day by which they are passed on, and everybody who answers for them."""
    guide, clerk, other = await hall.client(Caller.GUIDE), await hall.clerk("3"), await hall.clerk("5")
    taken = await hall.post(guide, PATH, **BROUGHT)
    assert taken["number"].startswith("DS")
    assert (taken["state"], taken["officer"], taken["for"]["department"]) == ("taken", "guide", "人力资源和社会保障局")
    assert (taken["applicant"], taken["late"], taken["actions"]) == ("张*三 138****5678", False, ["pass"])
    at = f"{PATH}/{taken['number']}"
    early = await clerk.post(f"{at}/acknowledge")
    assert (early.status_code, early.json()["code"]) == (409, "custody_moved")
    passed = await hall.post(guide, f"{at}/pass", to="clerk-3")
    assert (passed["state"], passed["passed_to"]) == ("passed", "clerk-3")
    refused = await other.post(f"{at}/acknowledge")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_receiver")
    mine = (await clerk.get(PATH, params={"mine": True})).json()["custodies"]
    assert [(one["number"], one["actions"]) for one in mine] == [(taken["number"], ["pass", "acknowledge"])]
    done = await hall.post(clerk, f"{at}/acknowledge")
    assert (done["state"], done["actions"]) == ("acknowledged", [])
    again = await clerk.post(f"{at}/acknowledge")
    assert (again.status_code, again.json()["code"]) == (409, "custody_moved")
    assert (await guide.get(PATH)).json()["custodies"] == []
    assert len((await guide.get(PATH, params={"pending": False})).json()["custodies"]) == 1
    said = [row for action in ("custody", "custody_pass", "custody_acknowledge") for row in await hall.journal(action)]
    assert [row.data["custody"] for row in said] == [taken["number"]] * 3
    assert not any("张" in str(row.data) or "138" in str(row.data) for row in said)


async def test_its_receipt_is_numbered_and_tells_how_far_it_is_r11(hall: Hall) -> None:
    """R11: number, materials, who took them in and until when; a square leads back to it."""
    guide = await hall.client(Caller.GUIDE)
    await hall.clerk("3")
    taken = await hall.post(guide, PATH, **BROUGHT)
    public = await hall.client(Caller.PUBLIC)
    page = await public.get(f"http://hall.test{taken['url']}")
    assert page.status_code == 200
    for words in (taken["number"], "居民身份证复印件", "补交社保材料", "guide", "已代收，待转交", "<svg", "张*三"):
        assert words in page.text
    assert "张小三" not in page.text
    await hall.post(guide, f"{PATH}/{taken['number']}/pass", to="clerk-3")
    assert "已转交，待接收" in (await public.get(f"http://hall.test{taken['url']}?paper=80")).text
    assert (await public.get("http://hall.test/custody/unknown")).status_code == 404


async def test_its_page_is_kept_by_nobody_and_not_to_be_guessed_r61(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = await hall.client(Caller.GUIDE)
    taken = await hall.post(guide, PATH, **BROUGHT)
    public = await hall.client(Caller.PUBLIC)
    page = await public.get(f"http://hall.test{taken['url']}")
    assert (page.headers["cache-control"], page.headers["x-robots-tag"]) == ("no-store, private", "noindex")
    assert (await guide.get(PATH)).headers["cache-control"] == "no-store, private"
    monkeypatch.setattr(hall.house.services.asking, "_size", 1.0)
    said = [(await public.get("http://hall.test/custody/unknown")).status_code for _ in range(2)]
    assert said == [404, 429]


async def test_strangers_have_nothing_to_do_with_papers_in_custody_r7(hall: Hall) -> None:
    """R7: who took them in or has them passes them on; who is to get them, or his department, says that they came."""
    guide, clerk, colleague, stranger = (
        await hall.client(Caller.GUIDE),
        *[await hall.clerk(number) for number in ("3", "4", "5")],
    )
    at = f"{PATH}/{(await hall.post(guide, PATH, **BROUGHT))['number']}"

    async def refused(client: Any, action: str, **body: Any) -> str:
        said = await client.post(f"{at}/{action}", json=body or None)
        assert said.status_code == 403
        return str(said.json()["code"])

    async def offered(client: Any) -> list[str]:
        (one,) = (await client.get(PATH)).json()["custodies"]
        return list(one["actions"])

    assert await refused(stranger, "pass", to="clerk-5") == "not_keeper"
    assert (await offered(stranger), await offered(colleague), await offered(guide)) == ([], [], ["pass"])
    await hall.post(guide, f"{at}/pass", to="clerk-3")
    assert await refused(stranger, "pass", to="clerk-5") == "not_keeper"
    assert await refused(colleague, "pass", to="clerk-4") == "not_keeper"
    for nobody in (stranger, guide):
        assert await refused(nobody, "acknowledge") == "not_receiver"
    assert (await offered(stranger), await offered(colleague)) == ([], ["acknowledge"])
    assert await offered(clerk) == ["pass", "acknowledge"]
    supervisor = await hall.client(Caller.SUPERVISOR)
    assert await offered(supervisor) == ["pass", "acknowledge"]
    await hall.post(clerk, f"{at}/pass", to="clerk-5")
    assert await refused(clerk, "pass", to="clerk-3") == "not_keeper"
    await hall.post(supervisor, f"{at}/pass", to="clerk-3")
    done = await hall.post(colleague, f"{at}/acknowledge")
    assert (done["state"], done["passed_to"]) == ("acknowledged", "clerk-3")


async def test_a_supervisor_says_that_papers_have_arrived_r7(hall: Hall) -> None:
    guide, supervisor = await hall.client(Caller.GUIDE), await hall.client(Caller.SUPERVISOR)
    await hall.clerk("3")
    at = f"{PATH}/{(await hall.post(guide, PATH, **BROUGHT))['number']}"
    await hall.post(supervisor, f"{at}/pass", to="clerk-3")
    assert (await hall.post(supervisor, f"{at}/acknowledge"))["state"] == "acknowledged"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"department": None}, 400, "receiver_needed"),
        ({"department": "NONE"}, 404, "unknown_department"),
        ({"to": "nobody"}, 404, "unknown_badge"),
        ({"to": "guide"}, 400, "for_yourself"),
        ({"matter": " "}, 400, "matter_needed"),
        ({"item": "S-999"}, 404, "unknown_item"),
        ({"materials": []}, 400, "no_materials"),
        ({"materials": [{"name": "x"}] * 51}, 400, "no_materials"),
        ({"materials": [{"name": "x", "count": 0}]}, 400, "invalid"),
        ({"name": "1234"}, 400, "invalid_name"),
        ({"phone": "12"}, 400, "invalid_phone"),
        ({"ticket": "unknown"}, 404, "unknown_ticket"),
        ({"note": "x"}, 400, "invalid"),
    ],
)
async def test_bad_custody_changes_nothing(hall: Hall, change: dict[str, Any], status: int, code: str) -> None:
    guide = await hall.client(Caller.GUIDE)
    said = await guide.post(PATH, json=BROUGHT | change)
    assert (said.status_code, said.json()["code"]) == (status, code)
    assert (await guide.get(PATH)).json()["custodies"] == []
    assert await hall.journal("custody") == []


async def test_custody_stays_in_its_hall(hall: Hall) -> None:
    await open_second_hall(hall.house)
    guide, operator = await hall.client(Caller.GUIDE), await hall.client(Caller.OPERATOR)
    for refused in (
        await guide.get("/halls/other/custodies"),
        await guide.post("/halls/other/custodies", json=BROUGHT),
    ):
        assert (refused.status_code, refused.json()["code"]) == (403, "foreign_hall")
    assert (await operator.get(PATH)).status_code == 403
    assert (await guide.post(f"{PATH}/DS20260101-0001/pass", json={"to": "clerk"})).status_code == 404


async def test_what_is_not_passed_on_in_time_is_told_once_r7(hall: Hall) -> None:
    """R7, R14: after the hall's working days its keeper is reminded, until it has arrived."""
    guide, clerk = await hall.client(Caller.GUIDE), await hall.clerk("3")
    taken = await hall.post(guide, PATH, **BROUGHT)
    services = hall.house.services
    facts = await services.halls.get("small")
    due = date.fromisoformat(taken["pass_by"])
    assert facts.hours.working_days.on(due).working
    for after in (timedelta(0), timedelta(days=20), timedelta(days=20, minutes=1)):
        office = await case_offices.own_office(services, facts, now() + after)
        async with services.database.write() as tx:
            assert await custody.sweep(tx, office) == (after == timedelta(days=20))
        assert len(await alerts(services.database)) == bool(after)
    await hall.post(guide, f"{PATH}/{taken['number']}/pass", to="clerk-3")
    (alert,) = await alerts(services.database)
    assert (alert.kind, alert.facts["number"], alert.ended_at) == ("custody", taken["number"], None)
    await hall.post(clerk, f"{PATH}/{taken['number']}/acknowledge")
    (alert,) = await alerts(services.database)
    assert alert.ended_at is not None


def office_of(floor: Floor, by: Actor) -> Office:
    return Office(VAULT, floor.facts, RulesFacts(), "https://hall.example", by, MORNING)


async def take(database: Database, floor: Floor, place: int = 0) -> str:
    department = next(iter(floor.facts.departments))
    party = Party(Applicant("张小三", phone="13812345678"))
    taken = Taken(party=party, matter="补交", materials=[Material("申请表")], department_id=department)
    async with database.write() as tx:
        return await custody.take(tx, office_of(floor, floor.officers[place]), taken)


async def test_numbers_are_dense_when_many_take_in_at_once_r11(database: Database) -> None:
    floor = await lay(database, [{"A": 0}])
    numbers = await asyncio.gather(*(take(database, floor) for _ in range(8)))
    assert sorted(numbers) == [f"DS20260302-{place:04d}" for place in range(1, 9)]


async def test_passed_on_at_once_by_two_it_has_one_receiver(database: Database) -> None:
    """The one whose pressing came last; it can be passed on as long as nobody has acknowledged it."""
    floor = await lay(database, [{"A": 0}, {"A": 0}, {"A": 0}])
    number = await take(database, floor)
    first, second, third = floor.officers

    async def act(move: Any, by: Actor, *to: int) -> str:
        try:
            async with database.write() as tx:
                row = await custody.find(tx, floor.facts.id, number)
                await move(tx, office_of(floor, by), row, *to)
        except Exception as error:
            return str(getattr(error, "code", error))
        return "done"

    assert second.staff_id is not None
    assert third.staff_id is not None
    told = await asyncio.gather(
        act(custody.pass_on, first, second.staff_id), act(custody.pass_on, first, third.staff_id)
    )
    assert told == ["done", "done"]
    said = [await act(custody.acknowledge, by) for by in (second, third)]
    assert sorted(said) == ["done", "not_receiver"]
    assert await act(custody.pass_on, first, second.staff_id) == "custody_moved"
    assert await act(custody.pass_on, first, first.staff_id or 0) == "passed_to_yourself"


ATTACKS = [
    ("UPDATE custody SET officer_id = (SELECT max(id) FROM staff)", "custody_move"),
    ("UPDATE custody SET materials = '[]'", "custody_move"),
    ("UPDATE custody SET pass_by = '2027-01-01'", "custody_move"),
    ("UPDATE custody SET state = 'acknowledged', acknowledged_at = at", "custody_move"),
    ("UPDATE custody SET state = 'passed'", "ck_custody_passed_has_moment"),
    ("DELETE FROM custody", "custody_kept"),
]


@pytest.mark.parametrize(("attack", "name"), ATTACKS)
async def test_no_writer_gets_past_the_rules_r7(database: Database, attack: str, name: str) -> None:
    """R1, R7: held in the database, by name."""
    floor = await lay(database, [{"A": 0}, {"A": 0}])
    await take(database, floor)
    with pytest.raises(IntegrityError) as refused:
        async with database.write() as tx:
            await tx.execute(text(attack))
    assert violated(refused.value) == name


async def test_who_brought_it_is_forgotten_once_it_has_arrived_r61(database: Database) -> None:
    floor = await lay(database, [{"A": 0}, {"A": 0}])
    number = await take(database, floor)
    to = floor.officers[1]
    async with database.write() as tx:
        assert await custody.forget(tx, floor.facts.id, MORNING + timedelta(days=1)) == 0
        row = await custody.find(tx, floor.facts.id, number)
        await custody.pass_on(tx, office_of(floor, floor.officers[0]), row, to.staff_id or 0)
        await custody.acknowledge(tx, office_of(floor, to), await custody.find(tx, floor.facts.id, number))
        assert await custody.forget(tx, floor.facts.id, MORNING + timedelta(days=1)) == 1
        row = await custody.find(tx, floor.facts.id, number)
    assert (row.applicant, row.sealed, row.name_index, row.phone_index) == ("", None, None, None)


def test_every_state_but_the_last_goes_on() -> None:
    assert {state for state, _ in TRANSITIONS} == set(State) - {State.ACKNOWLEDGED}
    assert {action for _, action in TRANSITIONS} == set(Action)
