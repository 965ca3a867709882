"""Cases on both databases: accepted from a ticket, their clock, their ways, their papers; what may not be."""

from datetime import timedelta
from typing import Any

import pytest
from cabinet import ZHANG, Cabinet, open_cabinet
from paihao.cases import acceptance, filing, moves, speed
from paihao.cases.acceptance import Wish
from paihao.cases.file import Ask, PartAsk
from paihao.cases.state import Action, Procedure, State
from paihao.core.db import Database
from paihao.core.errors import CaseConflict, Invalid, NotFound
from paihao.queue.hall import CaseKind

pytestmark = pytest.mark.anyio


@pytest.fixture
async def cabinet(database: Database) -> Cabinet:
    return await open_cabinet(database)


async def papers(cabinet: Cabinet, row: Any) -> list[tuple[str, str]]:
    async with cabinet.database.read() as connection:
        return [(paper.kind, paper.number) for paper in await filing.papers(connection, row.id)]


async def test_a_complete_case_is_accepted_and_its_clock_starts_the_next_working_day(cabinet: Cabinet) -> None:
    """R2, R23, R29: accepted, registered, its paper with the due date, in one step."""
    row = await cabinet.accept()  # Monday 2 March 2026, five working days
    assert (row.state, row.kind, row.number) == (
        State.ACCEPTED,
        CaseKind.PROMISED,
        f"BJ{row.hall_id:02d}-20260302-00001",
    )
    assert (str(row.accepted_on), str(row.due_on), row.light, str(row.yellow_on)) == (
        "2026-03-02",
        "2026-03-09",
        "green",
        "2026-03-06",
    )
    assert await papers(cabinet, row) == [("acceptance", f"SL{row.number[2:]}")]
    ((event, text),) = await cabinet.told()
    assert event == f"case:{row.id}:accept:0"
    assert "3月9日（周一）前办结" in text


async def test_missing_materials_are_told_at_once_and_brought(cabinet: Cabinet) -> None:
    """R15, R24: one notice with everything; accepted on the day on which nothing is missing."""
    row = await cabinet.accept(materials=["居民身份证"], missing=["近期照片"], complete=False)
    assert (row.state, row.due_on, row.light) == (State.NOTICED, None, None)
    assert [one["name"] for one in row.materials if one["on"] is None] == ["解除劳动关系证明", "近期照片"]
    with pytest.raises(CaseConflict) as refused:
        await cabinet.act(row, Action.NOTICE, cabinet.at("2026-03-03"), missing=["户口簿"])
    assert refused.value.code == "noticed_already"
    part = await cabinet.act(row, Action.SUPPLEMENT, cabinet.at("2026-03-04"), materials=["近期照片"])
    assert (part.state, part.action) == (State.NOTICED, Action.SUPPLEMENT)
    whole = await cabinet.act(row, Action.SUPPLEMENT, cabinet.at("2026-03-05"), materials=["解除劳动关系证明"])
    assert (whole.state, whole.action, str(whole.accepted_on)) == (State.ACCEPTED, Action.COMPLETE, "2026-03-05")
    assert str(whole.due_on) == "2026-03-12"
    assert [kind for kind, _ in await papers(cabinet, row)] == ["notice", "acceptance"]


async def test_a_case_goes_its_whole_way(cabinet: Cabinet) -> None:
    """R25, R30, R33, R35: suspended, resumed, extended, decided, delivered; each with its paper."""
    row = await cabinet.accept()
    row = await cabinet.act(
        row, Action.SUSPEND, cabinet.at("2026-03-04"), procedure=Procedure.APPRAISAL, reason="需要鉴定"
    )
    assert (row.state, row.due_on, row.light) == (State.SUSPENDED, None, None)
    row = await cabinet.act(row, Action.RESUME, cabinet.at("2026-03-09"))
    assert (row.state, str(row.due_on)) == (State.ACCEPTED, "2026-03-12")
    row = await cabinet.act(
        row, Action.EXTEND, cabinet.at("2026-03-12"), cabinet.floor.supervisor, days=3, reason="情况复杂"
    )
    assert (str(row.due_on), row.light, row.extended) == ("2026-03-17", "green", 3)
    row = await cabinet.act(row, Action.DECIDE, cabinet.at("2026-03-16"))
    assert (row.state, row.outcome, row.light, row.actual_days) == (State.DECIDED, "approved", "green", 7)
    assert str(row.deliver_by) == "2026-03-30"
    row = await cabinet.act(row, Action.DELIVER, cabinet.at("2026-03-18"))
    assert row.state == State.DELIVERED
    assert [kind for kind, _ in await papers(cabinet, row)] == [
        "acceptance",
        "suspension",
        "resumption",
        "extension",
        "approval",
        "delivery",
    ]
    assert [event.split(":")[2] for event, _ in await cabinet.told()] == [
        "accept",
        "suspend",
        "resume",
        "extend",
        "decide",
    ]


async def test_lights_are_events_once(cabinet: Cabinet) -> None:
    """R36: yellow one working day before, red when overdue; each raised once, however often the watch looks."""
    row = await cabinet.accept()
    for day in ("2026-03-05", "2026-03-06", "2026-03-06", "2026-03-09", "2026-03-10", "2026-03-10", "2026-03-11"):
        await cabinet.watch(cabinet.at(day))
    found = await cabinet.alerts()
    assert [(one.kind, one.event) for one in found] == [
        ("yellow", f"case:{row.id}:yellow:2026-03-09"),
        ("red", f"case:{row.id}:red:2026-03-09"),
    ]
    assert found[0].ended_at == cabinet.at("2026-03-10")
    assert found[1].ended_at is None
    row = await cabinet.act(row, Action.DECIDE, cabinet.at("2026-03-12"))
    assert (row.light, row.actual_days) == ("red", 8)
    assert all(one.ended_at for one in await cabinet.alerts())


async def test_what_is_due_today_reminds_nobody_before_it_is_late(cabinet: Cabinet) -> None:
    """R22, R36: a same-day case is yellow from the start, without an alert; red is one like any other."""
    row = await cabinet.accept("S-001")
    await cabinet.watch(cabinet.at("2026-03-02", "17:00"))
    assert (row.light, await cabinet.alerts()) == ("yellow", [])
    await cabinet.watch(cabinet.at("2026-03-03"))
    assert [one.kind for one in await cabinet.alerts()] == ["red"]


async def test_a_notice_not_given_in_five_working_days_accepts_the_case(cabinet: Cabinet) -> None:
    """R16, R17, R20: not on the spot needs a reason; not in time is accepted as of the day of receipt."""
    row = await cabinet.accept(materials=["居民身份证"], complete=False, why_later="需查档核对")
    assert (row.state, str(row.notice_by)) == (State.RECEIVED, "2026-03-09")
    await cabinet.watch(cabinet.at("2026-03-09"))
    assert (await cabinet.find(row)).state == State.RECEIVED
    for _ in range(2):
        await cabinet.watch(cabinet.at("2026-03-10"))
    now = await cabinet.find(row)
    assert (now.state, now.action, str(now.accepted_on), str(now.due_on)) == (
        State.ACCEPTED,
        Action.DEEM,
        "2026-03-02",
        "2026-03-09",
    )
    assert now.light == "red"
    assert [one.kind for one in await cabinet.alerts()] == ["notice_due", "notice_missed", "red"]


async def test_another_officer_may_answer_for_it_and_the_first_stays(cabinet: Cabinet) -> None:
    """R1: the first officer never changes, whoever the case is given to; open alerts go with it."""
    row = await cabinet.accept()
    await cabinet.watch(cabinet.at("2026-03-06"))
    async with cabinet.database.write() as tx:
        office = await cabinet.office(by=cabinet.floor.supervisor)
        with pytest.raises(NotFound):
            await moves.assign(tx, office, row, "999")
        now = await moves.assign(tx, office, row, "000")
        assert (now.holder_id, now.officer_id, now.first_officer_id) == (
            cabinet.floor.supervisor.staff_id,
            row.officer_id,
            row.first_officer_id,
        )
        with pytest.raises(CaseConflict):
            await moves.assign(tx, office, now, "000")
    assert [one.officer_id for one in await cabinet.alerts()] == [cabinet.floor.supervisor.staff_id]


async def test_who_it_was_is_forgotten_when_the_halls_days_are_over(cabinet: Cabinet) -> None:
    """R61: five years after the end nothing personal is left; an open case keeps what it needs."""
    ended, still = await cabinet.accept(), await cabinet.accept()
    await cabinet.act(ended, Action.DECIDE, cabinet.at("2026-03-03"))
    await cabinet.watch(cabinet.at("2031-03-02"))
    assert (await cabinet.find(ended)).applicant
    await cabinet.watch(cabinet.at("2031-03-03"))
    gone, kept = await cabinet.find(ended), await cabinet.find(still)
    assert (gone.applicant, gone.sealed, gone.name_index, gone.phone_index) == ("", None, None, None)
    assert kept.applicant


async def test_a_supplement_asks_for_nothing_and_brings_something(cabinet: Cabinet) -> None:
    """R15: with the notice everything has been asked for; what is brought later may not become missing again."""
    row = await cabinet.accept(materials=["居民身份证"], complete=False)
    for ask, code in (
        ({"materials": ["解除劳动关系证明"], "missing": ["户口簿"]}, "nothing_more"),
        ({"materials": ["居民身份证"]}, "no_materials"),
    ):
        with pytest.raises(Invalid) as refused:
            await cabinet.act(row, Action.SUPPLEMENT, cabinet.at("2026-03-03"), **ask)
        assert refused.value.code == code
    assert (await cabinet.find(row)).materials == row.materials


async def test_after_the_time_for_the_notice_nothing_is_refused(cabinet: Cabinet) -> None:
    """R17: what the law has accepted cannot be turned away."""
    row = await cabinet.accept(materials=["居民身份证"], complete=False, why_later="需查档核对")
    with pytest.raises(CaseConflict) as refused:
        await cabinet.act(row, Action.REFUSE, cabinet.at("2026-03-10", "00:01"), reason="不属于受理范围")
    assert refused.value.code == "notice_too_late"


async def test_steps_and_parts_stand_still_with_the_clock(cabinet: Cabinet) -> None:
    """R3, R27, R35: what is under way has as much more time as the clock stood still, and may be closed meanwhile."""
    other = next(one.code for one in cabinet.floor.facts.departments.values() if one.code != "RSJ")
    row = await cabinet.accept(kind=CaseKind.JOINT)
    row = await cabinet.act(row, Action.JOIN, cabinet.at("2026-03-02"), parts=[PartAsk(other, 3)])
    await cabinet.act(row, Action.SUSPEND, cabinet.at("2026-03-03"), procedure=Procedure.TESTING, reason="送检")
    await cabinet.watch(cabinet.at("2026-03-12"))
    assert await cabinet.alerts() == []
    await cabinet.act(row, Action.RESUME, cabinet.at("2026-03-12"))
    async with cabinet.database.read() as connection:
        (part,) = await filing.parts(connection, row.id)
    assert str(part.due_on) == "2026-03-16"
    await cabinet.act(row, Action.SUSPEND, cabinet.at("2026-03-13"), procedure=Procedure.TESTING, reason="再次送检")
    async with cabinet.database.write() as tx:
        closed = await moves.close_part(tx, await cabinet.office(cabinet.at("2026-03-14")), row, part.id, "同意")
    assert closed.parts_open == 0


async def test_what_was_promised_and_what_it_took(cabinet: Cabinet) -> None:
    """R33: statutory, promised and actual time are kept, and the time saved is reported by kind."""
    for day in ("2026-03-04", "2026-03-10"):
        await cabinet.act(await cabinet.accept(), Action.DECIDE, cabinet.at(day))
    today = cabinet.at("2026-03-10").date()
    async with cabinet.database.read() as connection:
        (found,) = await speed.read(connection, cabinet.floor.facts.id, today - timedelta(days=30), today)
        assert await speed.read(connection, cabinet.floor.facts.id, today + timedelta(days=1), today) == []
    assert (found.kind, found.cases, found.on_time) == (CaseKind.PROMISED, 2, 1)
    assert (found.statutory, found.promised, found.actual, found.faster) == (10, 5, 4, 0.6)


async def test_another_kind_than_the_items_needs_its_reason(cabinet: Cabinet) -> None:
    """R21, R22: what could be done at once is not put off without saying why."""
    ticket, facts = await cabinet.serve(), cabinet.floor.facts.items["S-001"]
    wish = Wish(item=facts, party=ZHANG, ask=Ask(materials=["居民身份证"], complete=True), kind=CaseKind.PROMISED)
    with pytest.raises(Invalid) as refused:
        async with cabinet.database.write() as tx:
            await acceptance.accept(tx, await cabinet.office(), ticket, cabinet.floor.windows[0], wish)
    assert refused.value.code == "reason_needed"
    row = await cabinet.accept("S-001", kind=CaseKind.PROMISED, ticket=ticket)
    assert (row.kind, row.note) == (CaseKind.PROMISED, "情况复杂")
