"""Each kind of case goes every way that is its own, by the services; and no other."""

from datetime import date
from typing import Any

import pytest
from cabinet import Cabinet, open_cabinet
from paihao.api.routes import cased
from paihao.cases import filing, moves
from paihao.cases.state import TRANSITIONS, WORKING, Action, Procedure, State
from paihao.core.db import Database
from paihao.core.errors import CaseConflict
from paihao.core.journal import Journal
from paihao.queue.hall import CaseKind
from sqlalchemy import select
from ways import MONDAY, STEPS, lead, led, paths, with_steps

pytestmark = pytest.mark.anyio


@pytest.fixture
async def cabinet(database: Database) -> Cabinet:
    return await with_steps(await open_cabinet(database))


async def journal(cabinet: Cabinet, row: Any) -> list[tuple[str, str, str]]:
    """What the journal says of a case: each move, and what it was then."""
    of_case = Journal.data["case"].as_string() == row.number
    async with cabinet.database.read() as connection:
        rows = await connection.execute(select(Journal.action, Journal.data).where(of_case).order_by(Journal.id))
        return [(one.action, one.data["kind"], one.data["state"]) for one in rows]


@pytest.mark.parametrize("kind", WORKING)
async def test_a_kind_goes_its_own_ways_and_no_other(cabinet: Cabinet, kind: CaseKind) -> None:
    """R21: from every state that a kind has, every move of its own by the services, and no other; what is refused is
    a 退回件. Each move leaves its row in the journal, and what is not lawful changes nothing."""
    ticket = await cabinet.serve()
    for state in paths(kind):
        row = await led(cabinet, ticket, kind, state)
        assert row.state == state
        before = await journal(cabinet, row)
        for action in (one for one in Action if one is not Action.ACCEPT):
            target = TRANSITIONS.get((row.kind, state, action))
            if target is None:
                with pytest.raises(CaseConflict):
                    await lead(cabinet, row, action)
                continue
            moved = await lead(cabinet, await led(cabinet, ticket, kind, state), action)
            assert (moved.state, moved.action) == (target, action)
            assert moved.kind == (CaseKind.RETURNED if action is Action.REFUSE else kind)
            told = await journal(cabinet, moved)
            assert len(told) == moved.moves + 1
            assert told[-1] == (f"case_{action}", moved.kind, target)
        assert (await cabinet.find(row), await journal(cabinet, row)) == (row, before)


async def test_each_step_is_timed_with_its_post(cabinet: Cabinet) -> None:
    """R27: the steps that the item names, one after the other, each with its days, its post and who ended it."""
    row = await cabinet.accept()
    row = await cabinet.act(row, Action.STEP, cabinet.at("2026-03-04"))
    row = await cabinet.act(row, Action.STEP, cabinet.at("2026-03-09"))
    await cabinet.watch(cabinet.at("2026-03-11"))
    row = await cabinet.act(row, Action.DECIDE, cabinet.at("2026-03-12"))
    async with cabinet.database.read() as connection:
        runs = await filing.steps(connection, row.id)
    assert [(one.name, one.post, one.days, str(one.began_on), str(one.due_on), str(one.ended_on)) for one in runs] == [
        ("审核", "审核岗", 2, "2026-03-02", "2026-03-04", "2026-03-04"),
        ("决定", "审批岗", 2, "2026-03-04", "2026-03-06", "2026-03-09"),
        ("制证", "制证岗", 1, "2026-03-09", "2026-03-10", "2026-03-12"),
    ]
    assert {one.ended_by_id for one in runs} == {cabinet.clerk.staff_id}
    late = [one for one in await cabinet.alerts() if one.kind == "step_late"]
    assert [(one.event, one.facts["step"], one.ended_at is None) for one in late] == [
        (f"step:{runs[2].id}:late:2026-03-10", "制证", False)
    ]


async def test_a_case_without_steps_left_is_not_passed_on(cabinet: Cabinet) -> None:
    """R27: the last step ends with the case, not with a step that nobody named."""
    row = await cabinet.accept()
    for _ in STEPS:
        row = await cabinet.act(row, Action.STEP, cabinet.at(MONDAY))
    with pytest.raises(CaseConflict) as refused:
        await cabinet.act(row, Action.STEP, cabinet.at(MONDAY))
    assert refused.value.code == "no_step"
    assert await cabinet.find(row) == row


async def test_a_part_that_is_given_more_time_is_late_by_its_new_day_only(cabinet: Cabinet) -> None:
    """R34, R35: the clock had stood still, so nobody was late; who is late by the new day is reminded of that one."""
    row = await led(cabinet, await cabinet.serve(), CaseKind.JOINT, State.JOINED)
    fifth = cabinet.at("2026-03-05")

    async def late() -> list[tuple[str, bool]]:
        return [(one.facts["due"], one.ended_at is None) for one in await cabinet.alerts() if one.kind == "part_late"]

    await cabinet.watch(fifth)
    assert sorted(await late()) == [("2026-03-03", True), ("2026-03-04", True)]
    why = {"procedure": Procedure.APPRAISAL, "reason": "需要鉴定"}
    row = await cabinet.act(row, Action.SUSPEND, fifth, began_on=date(2026, 3, 3), **why)
    row = await cabinet.act(row, Action.RESUME, fifth)
    assert sorted(await late()) == [("2026-03-03", False), ("2026-03-04", False)]
    async with cabinet.database.read() as connection:
        due = [str(one.due_on) for one in await filing.parts(connection, row.id)]
    assert due == ["2026-03-05", "2026-03-06"]
    for day in ("2026-03-05", "2026-03-06", "2026-03-06"):
        await cabinet.watch(cabinet.at(day))
    assert [one for one in await late() if one[1]] == [("2026-03-05", True)]


async def test_a_joint_case_is_with_all_departments_and_ends_when_all_have(cabinet: Cabinet) -> None:
    """R3: sent to each department with its own day and paper; its first officer keeps it until all parts are closed."""
    row = await led(cabinet, await cabinet.serve(), CaseKind.JOINT, State.JOINED)
    first = row.first_officer_id, row.holder_id
    async with cabinet.database.read() as connection:
        parts, papers = await filing.parts(connection, row.id), await filing.papers(connection, row.id)
    assert [(one.days, str(one.due_on), one.done_on) for one in parts] == [
        (1, "2026-03-03", None),
        (2, "2026-03-04", None),
    ]
    assert [paper.kind for paper in papers] == ["acceptance", "joint", "joint"]
    assert {paper.content["department"] for paper in papers[1:]} == {"公安局", "行政审批局"}
    await cabinet.watch(cabinet.at("2026-03-04"))
    await cabinet.watch(cabinet.at("2026-03-05"))
    late = [(one.event, one.officer_id) for one in await cabinet.alerts() if one.kind == "part_late"]
    assert late == [(f"part:{part.id}:late:{part.due_on}", row.first_officer_id) for part in parts]
    for left in (2, 1):
        row = await cabinet.find(row)
        assert (row.parts_open, row.first_officer_id, row.holder_id) == (left, *first)
        with pytest.raises(CaseConflict) as refused:
            await cabinet.act(row, Action.DECIDE, cabinet.at("2026-03-05"))
        assert refused.value.code == "parts_open"
        async with cabinet.database.write() as tx:
            office = await cabinet.office(cabinet.at("2026-03-05"))
            await moves.close_part(tx, office, await filing.by_id(tx, row.id), parts[2 - left].id, "同意")
    assert all(one.ended_at for one in await cabinet.alerts() if one.kind == "part_late")
    decided = await cabinet.act(row, Action.DECIDE, cabinet.at("2026-03-05"))
    assert (decided.state, decided.first_officer_id) == (State.DECIDED, first[0])


async def test_a_case_keeps_all_three_limits(cabinet: Cabinet) -> None:
    """R33: what the law allows, what the hall promises and what it took are stored and shown, whatever its kind."""
    row = await cabinet.accept(kind=CaseKind.JOINT)
    assert (row.statutory_days, row.days, row.actual_days) == (10, 5, None)
    now = await cabinet.act(await cabinet.accept(), Action.DECIDE, cabinet.at("2026-03-04"))
    assert (now.statutory_days, now.days, now.actual_days) == (10, 5, 2)
    shown = cased.brief(await cabinet.office(cabinet.at("2026-03-04")), now, "zh_CN")
    assert (shown["statutory_days"], shown["days"], shown["actual_days"]) == (10, 5, 2)
    # The law allows one working day: nobody promises more, also where it is not done at once.
    later = await cabinet.accept("S-001", kind=CaseKind.PROMISED)
    assert (later.statutory_days, later.days, str(later.due_on)) == (1, 1, "2026-03-03")
