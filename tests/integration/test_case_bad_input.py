"""What cannot be accepted or done with a case gets a clear problem in the officer's language, and changes nothing."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any, NamedTuple

import httpx
import msgspec
import pytest
from cabinet import ZHANG
from house import House, _staff, open_second_hall, sign_in_clerk, small_hall
from paihao.api.permissions import Caller
from paihao.cases import acceptance, filing, moves, rules
from paihao.cases.applicant import Applicant, Party
from paihao.cases.file import Ask, PartAsk
from paihao.cases.office import Office
from paihao.cases.state import Action, Procedure
from paihao.core.bus import What
from paihao.core.calendar import DAY
from paihao.core.clock import business_day, now
from paihao.queue import hallstore
from paihao.queue import moves as tickets
from paihao.queue.actor import officer
from paihao.queue.hall import CaseKind
from paihao.queue.staff import Role, Staff
from sqlalchemy import select
from untouched import everything, filled, quiet

pytestmark = pytest.mark.anyio

ITEM, AT_ONCE, BOTH = "S-002", "S-001", ["居民身份证", "解除劳动关系证明"]
PHONE = "13812345678"
WHO = {"name": "张小三", "phone": PHONE}
A, B, C, CHIEF, STRANGER, PUBLIC = "a", "b", "c", "chief", "stranger", "public"
"""At windows 3 (social insurance), 5 (police) and 4 (social insurance), the supervisor, of another hall, anybody."""
LONG = 40
"""Days ago, when the old cases began."""


class Bad(NamedTuple):
    """A request that must be refused; ``{names}`` as in `scene`."""

    path: str
    status: int
    code: str
    json: Any = None
    by: str = A
    method: str = "POST"


def accept(status: int, code: str, by: str = A, ticket: str = "{serving}", **said: Any) -> Bad:
    wish = {"item": ITEM, "applicant": WHO, "materials": BOTH, "complete": True}
    return Bad(f"/tickets/{ticket}/accept", status, code, wish | said, by)


def who(status: int, code: str, **said: Any) -> Bad:
    return accept(status, code, applicant=WHO | said)


def act(case: str, action: str, status: int, code: str, by: str = A, **said: Any) -> Bad:
    return Bad(f"/cases/{{{case}}}/{action}", status, code, said, by)


STOP = {"procedure": "hearing", "reason": "依法听证"}
MORE = {"days": 3, "reason": "情况复杂"}
PART = {"department": "GAJ", "days": 1}
CASES: Mapping[str, Bad] = {
    # Whom one serves.
    "a ticket that waits": accept(409, "not_serving", ticket="{waiting}"),
    "a ticket that is only called": accept(409, "not_serving", ticket="{called}"),
    "a ticket that was served": accept(409, "not_serving", ticket="{served}"),
    "a visitor of another window": accept(403, "foreign_window", B),
    "a visitor of another hall": accept(403, "foreign_hall", STRANGER),
    "a ticket that is not there": accept(404, "unknown_ticket", ticket="AAAAAAAAAAAAAAAA"),
    "the public accepts": accept(401, "unauthorized", PUBLIC),
    "an item of another window": accept(400, "item_not_here", item="S-003", materials=["居民户口簿", "原居民身份证"]),
    "an item of another centre": accept(400, "not_of_this_centre", item="O-001", materials=[]),
    "an unknown item": accept(404, "unknown_item", item="S-999"),
    "no item, of a ticket without": accept(400, "item_needed", item=None, ticket="{no_item}", by=CHIEF),
    "what is due today, promised for later": accept(
        400, "form_only", item=AT_ONCE, kind="promised", materials=BOTH[:1]
    ),
    "what is promised, due today": accept(400, "kind_not_allowed", kind="immediate"),
    "another kind for no reason": accept(400, "reason_needed", kind="reported"),
    "accepted as returned": accept(400, "kind_not_allowed", kind="returned"),
    "a kind nobody knows": accept(400, "invalid", kind="odd"),
    # Materials.
    "complete, and nothing brought": accept(400, "materials_missing", materials=[]),
    "complete, and one missing": accept(400, "materials_missing", materials=BOTH[:1]),
    "complete, and more wanted": accept(400, "materials_missing", missing=["近期照片"]),
    "not complete, and nothing missing": accept(400, "nothing_missing", complete=False),
    "later, and nothing missing": accept(400, "nothing_missing", complete=False, why_later="需要查档"),
    "later for no reason": accept(400, "reason_needed", complete=False, materials=[], why_later="。"),
    "refused for no reason": accept(400, "reason_needed", refuse=" 。 "),
    "a material without a name": accept(400, "invalid", materials=[" "]),
    "a material of 1,000 signs": accept(400, "invalid", materials=["材" * 1000]),
    "none of a material": accept(400, "invalid", materials=[{"name": BOTH[0], "count": 0}]),
    "a material that is a number": accept(400, "invalid", materials=[7]),
    "a hundred thousand materials": accept(413, "too_large", materials=["材料"] * 100_000),
    "a NUL in a material": accept(400, "invalid", materials=["材\0料"]),
    "a NUL in what is missing": accept(400, "invalid", complete=False, missing=["材\0料"]),
    "a NUL in a reason": accept(400, "invalid", refuse="不\0行"),
    "a reason of 1,000 signs": accept(400, "invalid", refuse="不" * 1000),
    "why later in 1,000 signs": accept(400, "invalid", complete=False, why_later="因" * 1000),
    # Who applies.
    "no applicant": Bad("/tickets/{serving}/accept", 400, "invalid", {"item": ITEM, "complete": True}),
    "no name": who(400, "name_needed", name=" "),
    "a name of digits": who(400, "invalid_name", name="张3"),
    "a name with an emoji": who(400, "invalid_name", name="张小三😀"),
    "a name of 1,000 signs": who(400, "name_too_long", name="名" * 1000),
    "a name of 10,000 signs": who(400, "invalid", name="名" * 10_000),
    "a NUL in a name": who(400, "invalid", name="张\0三"),
    "letters for a phone": who(400, "invalid_phone", phone="one-three-eight"),
    "a phone too short": who(400, "invalid_phone", phone="1381234567"),
    "a number for a phone": who(400, "invalid", phone=13812345678),
    "a wrong check digit": who(400, "invalid_id_number", id_number="110105194912310021"),
    "born tomorrow": who(400, "invalid_id_number", id_number="110105209912310021"),
    "an identity number for a company": who(
        400, "invalid_credit_code", name="小城食品有限公司", company=True, id_number="11010519491231002X"
    ),
    "a wrong credit code": who(
        400, "invalid_credit_code", name="小城食品有限公司", company=True, id_number="91350100M000100Y44"
    ),
    "a company without a name": who(400, "name_needed", name="", company=True),
    "a company of 1,000 signs": who(400, "unit_too_long", name="司" * 1000, company=True),
    "an address of 1,000 signs": who(400, "address_too_long", address="路" * 1000),
    "a NUL in an address": who(400, "invalid", address="\0"),
    "an agent without a phone": who(400, "invalid_phone", agent={"name": "李四", "phone": ""}),
    "an agent without a name": who(400, "invalid", agent={"phone": PHONE}),
    "an agent with a wrong number": who(
        400, "invalid_id_number", agent={"name": "李四", "phone": PHONE, "id_number": "110105194912310021"}
    ),
    "an unknown field of his": who(400, "invalid", age=40),
    "an unknown field": accept(400, "invalid", urgent=True),
    "a language nobody speaks": accept(400, "invalid", language="tlh"),
    # What is over or stands still.
    "suspended when decided": act("decided", "suspend", 409, "case_over", **STOP),
    "suspended when delivered": act("delivered", "suspend", 409, "case_over", **STOP),
    "suspended when refused": act("refused", "suspend", 409, "case_over", **STOP),
    "suspended when withdrawn": act("withdrawn", "suspend", 409, "case_over", **STOP),
    "decided twice": act("decided", "decide", 409, "case_over"),
    "delivered twice": act("delivered", "deliver", 409, "case_conflict"),
    "delivered before it is decided": act("open", "deliver", 409, "case_conflict"),
    "delivered what was refused": act("refused", "deliver", 409, "case_conflict"),
    "withdrawn when decided": act("decided", "withdraw", 409, "case_over", reason="不办了"),
    "extended when decided": act("decided", "extend", 409, "case_over", CHIEF, **MORE),
    "supplemented when decided": act("decided", "supplement", 409, "case_over", materials=["近期照片"]),
    "suspended twice": act("suspended", "suspend", 409, "suspended", **STOP),
    "decided while it is suspended": act("suspended", "decide", 409, "suspended"),
    "extended while it is suspended": act("suspended", "extend", 409, "suspended", CHIEF, **MORE),
    "resumed before it was suspended": act("open", "resume", 409, "not_suspended"),
    "resumed what waits for materials": act("noticed", "resume", 409, "not_suspended"),
    "suspended before it is accepted": act("noticed", "suspend", 409, "case_conflict", **STOP),
    "suspended what is due today": act("immediate", "suspend", 409, "immediate_has_no_pause", **STOP),
    "extended what is due today": act("immediate", "extend", 409, "immediate_has_no_pause", CHIEF, **MORE),
    "decided before it is accepted": act("noticed", "decide", 409, "case_conflict"),
    "forwarded what is promised": act("open", "forward", 409, "case_conflict", department="GAJ", note="属其职责"),
    "joined what is promised": act("open", "join", 409, "case_conflict", parts=[PART]),
    "reported what is promised": act("open", "report", 409, "case_conflict", note="省厅"),
    "a next step where there is none": act("open", "step", 409, "no_step"),
    # Notices.
    "noticed when accepted": act("open", "notice", 409, "accepted_already", missing=["近期照片"]),
    "a second notice": act("noticed", "notice", 409, "noticed_already", missing=["近期照片"]),
    "a second notice forced by an officer": act(
        "noticed", "notice", 403, "supervisor_needed", missing=["近期照片"], force=True
    ),
    "a second notice of nothing": act("noticed", "notice", 400, "missing_needed", CHIEF, force=True),
    "a notice after five working days": act("owed", "notice", 409, "notice_too_late", missing=["近期照片"]),
    "a supplement after five working days": act("owed", "supplement", 409, "notice_too_late", materials=["近期照片"]),
    "a supplement of nothing": act("noticed", "supplement", 400, "no_materials"),
    "a supplement that is not complete": act(
        "noticed", "supplement", 400, "materials_missing", materials=BOTH[:1], complete=True
    ),
    "a supplement that asks for more": act(
        "noticed", "supplement", 400, "nothing_more", materials=["近期照片"], missing=["户口簿"]
    ),
    "refused without a reason": act("noticed", "refuse", 400, "reason_needed"),
    "refused after five working days": act("owed", "refuse", 409, "notice_too_late", reason="不符合条件"),
    # The one extension.
    "extended by an officer": act("open", "extend", 403, "supervisor_needed", **MORE),
    "extended twice": act("extended", "extend", 409, "extended_already", CHIEF, **MORE),
    "extended after the due day": act("late", "extend", 409, "overdue", CHIEF, **MORE),
    "suspended after the due day": act("late", "suspend", 409, "overdue", **STOP),
    "extended for eleven days": act("open", "extend", 400, "extended_too_long", CHIEF, days=11, reason="情况复杂"),
    "extended for no day": act("open", "extend", 400, "extended_too_long", CHIEF, days=0, reason="情况复杂"),
    "extended for ever": act("open", "extend", 400, "extended_too_long", CHIEF, days=2**62, reason="情况复杂"),
    "extended for half a day": act("open", "extend", 400, "invalid", CHIEF, days=0.5, reason="情况复杂"),
    "extended for no reason": act("open", "extend", 400, "reason_needed", CHIEF, days=3),
    # Dates out of order.
    "suspended from tomorrow": act("open", "suspend", 400, "dates_out_of_order", began_on="{tomorrow}", **STOP),
    "suspended before it was accepted": act(
        "open", "suspend", 400, "dates_out_of_order", began_on="{yesterday}", **STOP
    ),
    "suspended in the last century": act("open", "suspend", 400, "dates_out_of_order", began_on="1926-01-01", **STOP),
    "suspended while it was suspended": act(
        "resumed", "suspend", 400, "suspensions_out_of_order", began_on="{began}", **STOP
    ),
    "suspended for no reason": act("open", "suspend", 400, "reason_needed", procedure="hearing"),
    "suspended for no procedure": act("open", "suspend", 400, "procedure_needed", reason="依法听证"),
    "suspended for what is no procedure": act("open", "suspend", 400, "invalid", procedure="holiday", reason="放假"),
    "suspended from no day": act("open", "suspend", 400, "invalid", began_on="2026-02-30", **STOP),
    "resumed tomorrow": act("suspended", "resume", 400, "dates_out_of_order", ended_on="{tomorrow}"),
    "resumed before it was stopped": act("suspended", "resume", 400, "dates_out_of_order", ended_on="{yesterday}"),
    "decided tomorrow": act("open", "decide", 400, "dates_out_of_order", dated_on="{tomorrow}"),
    "decided before it was accepted": act("open", "decide", 400, "dates_out_of_order", dated_on="{yesterday}"),
    "rejected before it was accepted": act(
        "open", "reject", 400, "dates_out_of_order", dated_on="{yesterday}", reason="不符合条件"
    ),
    "decided yesterday by an officer": act("late", "decide", 403, "supervisor_needed", dated_on="{yesterday}"),
    "rejected in signs for a printer": act("open", "reject", 400, "invalid", reason="不符合\x1b条件"),
    "rejected from right to left": act("open", "reject", 400, "invalid", reason="不符合\u202e条件"),
    "rejected for no reason": act("open", "reject", 400, "reason_needed"),
    "decided before it was reported": act("reported", "decide", 400, "dates_out_of_order", dated_on="{yesterday}"),
    "delivered tomorrow": act("decided", "deliver", 400, "dates_out_of_order", delivered_on="{tomorrow}"),
    "delivered before it was decided": act("decided", "deliver", 400, "dates_out_of_order", delivered_on="{yesterday}"),
    "withdrawn for no reason": act("open", "withdraw", 400, "reason_needed"),
    # Departments and parts.
    "forwarded to nowhere": act("forwarding", "forward", 400, "unknown_department", department="MOON", note="属其职责"),
    "forwarded to itself": act("forwarding", "forward", 400, "same_department", department="RSJ", note="属其职责"),
    "decided what nobody took": act("forwarded", "decide", 409, "case_conflict"),
    "joined with nobody": act("joining", "join", 400, "parts_needed", parts=[]),
    "joined with one twice": act("joining", "join", 400, "parts_needed", parts=[PART, PART]),
    "joined with nowhere": act("joining", "join", 400, "unknown_department", parts=[PART | {"department": "MOON"}]),
    "joined with itself": act("joining", "join", 400, "same_department", parts=[PART | {"department": "RSJ"}]),
    "a part after the due day": act("joining", "join", 400, "part_beyond_due", parts=[PART | {"days": 6}]),
    "a part after centuries": act("joining", "join", 400, "invalid", parts=[PART | {"days": 10**6}]),
    "joined with hundreds": act("joining", "join", 400, "invalid", parts=[PART] * 200),
    "decided with parts open": act("joint", "decide", 409, "parts_open"),
    "rejected with parts open": act("joint", "reject", 409, "parts_open", reason="不符合条件"),
    "a part of another case": act("joint", "parts/{other_part}/close", 409, "part_done", opinion="同意"),
    "a part that is not there": act("joint", "parts/999999/close", 409, "part_done", opinion="同意"),
    "a part beyond the database": act("joint", f"parts/{9**40}/close", 409, "part_done", opinion="同意"),
    "a part without a word": act("joint", "parts/{part}/close", 400, "opinion_needed", opinion=" 。"),
    "a part of a case that is not joint": act("open", "parts/{part}/close", 409, "case_conflict", opinion="同意"),
    "a NUL in an opinion": act("joint", "parts/{part}/close", 400, "invalid", opinion="同\0意"),
    # Whose case it is.
    "another department's officer decides": act("open", "decide", 403, "foreign_case", B),
    "another department's officer closes a part": act(
        "joint", "parts/{part}/close", 403, "foreign_case", C, opinion="同意"
    ),
    "another hall's officer decides": act("open", "decide", 404, "unknown_case", STRANGER),
    "another hall's officer closes a part": act(
        "joint", "parts/{part}/close", 404, "unknown_case", STRANGER, opinion="同意"
    ),
    "another hall's officer looks": Bad("/cases/{open}", 404, "unknown_case", by=STRANGER, method="GET"),
    "another hall's officer asks who it is": Bad(
        "/cases/{open}/person", 404, "unknown_case", by=STRANGER, method="GET"
    ),
    "the public decides": act("open", "decide", 401, "unauthorized", PUBLIC),
    "the public asks who it is": Bad("/cases/{open}/person", 401, "unauthorized", by=PUBLIC, method="GET"),
    "the public lists cases": Bad("/halls/small/cases", 401, "unauthorized", by=PUBLIC, method="GET"),
    # What is not there.
    "a case that is not there": Bad("/cases/BJ01-20200101-00001/decide", 404, "unknown_case", {}),
    "SQL for a case": Bad("/cases/'%20OR%201=1--/decide", 404, "unknown_case", {}),
    "a case of 10,000 signs": Bad(f"/cases/{'9' * 10_000}/decide", 404, "unknown_case", {}),
    "an action that is not there": act("open", "burn", 404, "unknown_action"),
    "accepted by name": act("open", "accept", 404, "unknown_action"),
    "deemed by name": act("owed", "deem", 404, "unknown_action"),
    "completed by name": act("noticed", "complete", 404, "unknown_action", materials=BOTH),
    "an unknown field of an action": act("open", "decide", 400, "invalid", colour="red"),
    "a note of 1,000 signs": act("open", "decide", 400, "invalid", note="注" * 1000),
    "a NUL in a note": act("open", "decide", 400, "invalid", note="\0"),
    "a list for an action": Bad("/cases/{open}/decide", 400, "invalid", []),
}


class Scene(NamedTuple):
    clients: Mapping[str, httpx.AsyncClient]
    names: Mapping[str, str]


@pytest.fixture
async def scene(house: House) -> AsyncIterator[Scene]:
    """Officers at their windows, each serving somebody, and cases in every position that is asked about."""
    await open_second_hall(house)
    services = house.services
    async with services.moving((await services.halls.get("small")).id, What.HALL) as tx:
        files = small_hall()
        items = tuple(msgspec.structs.replace(one, form_only=one.code == AT_ONCE) for one in files.items)
        await hallstore.save(tx, msgspec.structs.replace(files, items=items))
    async with AsyncExitStack() as stack:
        tokens = {
            A: await sign_in_clerk(house, "a"),
            B: await sign_in_clerk(house, "b"),
            C: await sign_in_clerk(house, "c"),
        }
        tokens[STRANGER] = await _staff(services, (await services.halls.get("other")).id, Role.CLERK, "stranger")
        clients = {
            name: await stack.enter_async_context(house.client(Caller.CLERK, token=token))
            for name, token in tokens.items()
        }
        clients[CHIEF] = await stack.enter_async_context(house.client(Caller.SUPERVISOR))
        clients[PUBLIC] = await stack.enter_async_context(house.client())
        kiosk = await stack.enter_async_context(house.client(Caller.KIOSK))
        for name, window in ((A, "3"), (B, "5"), (C, "4"), (CHIEF, "1")):
            (await clients[name].post(f"/windows/{await house.window(window)}/open")).raise_for_status()

        async def issue(**wish: str) -> str:
            said = await kiosk.post("/halls/small/tickets", json={"channel": "kiosk"} | wish)
            return str(said.raise_for_status().json()["id"])

        async def call(name: str, window: str, *actions: str) -> str:
            said = await clients[name].post(f"/windows/{await house.window(window)}/call-next")
            key = str(said.raise_for_status().json()["ticket"]["id"])
            for action in actions:
                (await clients[name].post(f"/tickets/{key}/{action}")).raise_for_status()
            return key

        await issue(item=ITEM)
        names = {"served": await call(A, "3", "start", "complete")}
        await issue(item=ITEM)
        names["serving"] = await call(A, "3", "start")
        await issue(item="S-003")
        names["foreign"] = await call(B, "5", "start")
        await issue(item=ITEM)
        names["called"] = await call(C, "4")
        names["waiting"] = await issue(item=ITEM)
        await issue(line="X")
        names["no_item"] = await call(CHIEF, "1", "start")
        names |= await cases(house, names["serving"])
        services.messages.wake()
        await quiet(house)
        yield Scene(clients, names)


async def cases(house: House, serving: str) -> dict[str, str]:
    """Cases in every position, some of them begun weeks ago; gives their numbers, and days."""
    services = house.services
    hall = await services.halls.get("small")
    item = hall.items[ITEM]
    window = next(one for one in hall.windows.values() if one.number == "3")
    moment, long_ago = now(), now() - timedelta(days=LONG)
    today = business_day(moment, hall.timezone)
    async with services.database.write() as tx:
        staff = (await tx.execute(select(Staff.id).where(Staff.name == "a"))).scalar_one()
        book, ticket = await rules.load(tx, hall.id), await tickets.find(tx, serving)

        def at(when: Any) -> Office:
            return Office(services.vault, hall, book, "http://hall.test", officer(staff), when)

        async def made(when: Any = moment, *actions: tuple[Action, Any, Ask], **wish: Any) -> Any:
            asked = Ask(materials=list(item.materials), complete=True)
            # What would have been told weeks ago is not told now.
            party = ZHANG if when == moment else Party(Applicant("张小三"))
            wish = {"item": item, "ask": asked, "party": party, "why_kind": "情况复杂"} | wish
            row = await acceptance.accept(tx, at(when), ticket, window, acceptance.Wish(**wish))
            for action, later, ask in actions:
                row = await moves.act(tx, at(later), row, action, ask)
            return row

        some = Ask(materials=[BOTH[0]])
        stop = Ask(procedure=Procedure.HEARING, reason="依法听证")
        began = long_ago + timedelta(days=1)
        joint = (Action.JOIN, moment, Ask(parts=[PartAsk("GAJ", 1)]))
        forward = (Action.FORWARD, moment, Ask(department="GAJ", note="属其职责"))
        rows = {
            "open": await made(),
            "noticed": await made(ask=some),
            "owed": await made(long_ago, ask=some, why_later="需要查档"),
            "late": await made(long_ago),
            "refused": await made(refused="不属于本部门职权"),
            "immediate": await made(item=hall.items[AT_ONCE], ask=Ask(materials=BOTH[:1], complete=True)),
            "decided": await made(moment, (Action.DECIDE, moment, Ask())),
            "delivered": await made(moment, (Action.DECIDE, moment, Ask()), (Action.DELIVER, moment, Ask())),
            "withdrawn": await made(moment, (Action.WITHDRAW, moment, Ask(reason="不办了"))),
            "suspended": await made(moment, (Action.SUSPEND, moment, stop)),
            "resumed": await made(long_ago, (Action.SUSPEND, began, stop), (Action.RESUME, moment, Ask())),
            "extended": await made(moment, (Action.EXTEND, moment, Ask(days=2, reason="情况复杂"))),
            "reported": await made(moment, (Action.REPORT, moment, Ask(note="省厅")), kind=CaseKind.REPORTED),
            "forwarding": await made(kind=CaseKind.FORWARDED),
            "forwarded": await made(moment, forward, kind=CaseKind.FORWARDED),
            "joining": await made(kind=CaseKind.JOINT),
            "joint": await made(moment, joint, kind=CaseKind.JOINT),
            "other": await made(moment, joint, kind=CaseKind.JOINT),
        }
        parts = {name: str((await filing.parts(tx, rows[name].id))[0].id) for name in ("joint", "other")}
    days = {"yesterday": today - DAY, "tomorrow": today + DAY, "began": business_day(began, hall.timezone)}
    return (
        {name: row.number for name, row in rows.items()}
        | {name: day.isoformat() for name, day in days.items()}
        | {"part": parts["joint"], "other_part": parts["other"]}
    )


async def test_what_cannot_be_is_told_and_changes_nothing(
    house: House, scene: Scene, subtests: pytest.Subtests
) -> None:
    """R2, R15, R16, R20, R25, R26, R30, R35, R61: who may accept, what is complete, one notice, one extension by the
    due day, dates in order, nobody else's cases: all said in the officer's language, and no row of any table changed.
    """
    before = await everything(house)
    for title, bad in CASES.items():
        with subtests.test(title):
            said = {}
            for language in ("zh-CN", "en-GB,en;q=0.9"):
                answer = await scene.clients[bad.by].request(
                    bad.method,
                    filled(bad.path, scene.names),
                    json=filled(bad.json, scene.names),
                    headers={"accept-language": language},
                )
                said[language] = answer.json()
                assert (answer.status_code, said[language].get("code")) == (bad.status, bad.code), answer.text[:500]
                assert answer.headers["content-type"].startswith("application/problem+json")
            chinese, english = said.values()
            assert not chinese["detail"].isascii()
            assert english["detail"] != chinese["detail"], "not translated"
        after = await everything(house)
        assert [name for name, rows in after.items() if rows != before[name]] == [], title


async def test_a_repeated_key_accepts_once(house: House, scene: Scene) -> None:
    """R2: the same request again, for its answer was lost: the same case, and no second one; also at the same time."""
    path = f"/tickets/{scene.names['serving']}/accept"
    wish = {"item": ITEM, "applicant": WHO, "materials": BOTH, "complete": True}
    headers = {"idempotency-key": "once"}
    answers = [await scene.clients[A].post(path, json=wish, headers=headers) for _ in range(2)]
    answers += await asyncio.gather(*(scene.clients[A].post(path, json=wish, headers=headers) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    other = await scene.clients[A].post(path, json=wish | {"complete": False, "materials": []}, headers=headers)
    assert other.status_code == 422
    number = answers[0].json()["number"]
    moves = [
        await scene.clients[A].post(f"/cases/{number}/decide", json={}, headers=headers | {"idempotency-key": "d"})
        for _ in range(2)
    ]
    assert [(answer.status_code, answer.json()["state"]) for answer in moves] == [(200, "decided")] * 2


async def test_who_guesses_digits_learns_nothing_and_is_stopped(house: House, scene: Scene) -> None:
    """R29, R61: a wrong number and wrong digits are answered alike; after some tries nobody is answered, whatever his
    address, but for whoever has the link."""
    public, number = scene.clients[PUBLIC], scene.names["open"]
    right, before = PHONE[-4:], await everything(house)
    wrong = await public.get(f"/cases/{number}", params={"digits": "0000"})
    unknown = await public.get("/cases/BJ01-20200101-00001", params={"digits": right})
    none = await public.get(f"/cases/{number}")
    assert [answer.status_code for answer in (wrong, unknown, none)] == [404] * 3
    assert [answer.json() | {"instance": ""} for answer in (unknown, none)] == [wrong.json() | {"instance": ""}] * 2
    for digits in ("", right[1:], right + "0", PHONE, f"{right} OR 1=1", "٥٦٧٨"):
        answer = await public.get("/cases/" + scene.names["late"], params={"digits": digits[:20]})
        assert answer.status_code in (404, 429), digits
    tries = [await public.get(f"/cases/{number}", params={"digits": f"{n:04d}"}) for n in range(8)]
    assert [answer.json()["code"] for answer in tries] == ["unknown_case"] * 4 + ["too_many_requests"] * 4
    assert (await public.get(f"/cases/{number}", params={"digits": right})).status_code == 429
    for n in range(40):  # from everywhere
        public._transport.client = (f"10.0.0.{n}", 1)  # type: ignore[attr-defined]
        last = await public.get(f"/cases/{number}", params={"digits": f"{n:04d}"})
    assert last.status_code == 429
    assert (await public.get(f"/cases/{number}", params={"digits": right})).status_code == 429
    url = (await scene.clients[A].get(f"/cases/{number}")).json()["url"]
    key = url.partition("key=")[2]
    assert (await public.get(f"/cases/{number}", params={"key": key})).status_code == 200
    forged = await public.get(f"/cases/{scene.names['late']}", params={"key": key})
    assert forged.status_code in (404, 429)
    assert await everything(house) == before


async def test_whoever_knows_the_digits_sees_what_concerns_him(scene: Scene) -> None:
    """R29, R33: due day, all three limits, the trace in words; nothing of who in the house does what, and no name."""
    shown = (
        await scene.clients[PUBLIC].get(f"/cases/{scene.names['open'].lower()}", params={"digits": PHONE[-4:]})
    ).json()
    assert (shown["statutory_days"], shown["days"], shown["actual_days"]) == (10, 5, None)
    assert shown["due_on"] in shown["due_at"]
    assert shown["trace"][-1]["day"] == shown["due_on"]
    assert shown["applicant"] == "张*三 138****5678"
    assert not {"officer", "holder", "first_officer", "actions", "parts"} & shown.keys()
