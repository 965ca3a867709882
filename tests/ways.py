"""Cases of every kind, led by the services through their lawful moves: what proofs about cases start from."""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from cabinet import Cabinet
from paihao.cases import filing, moves
from paihao.cases.file import PartAsk
from paihao.cases.filing import CaseRow
from paihao.cases.state import TRANSITIONS, Action, Procedure, State
from paihao.queue import hallread, hallstore
from paihao.queue.facts import StepFacts
from paihao.queue.hall import CaseKind
from paihao.queue.hallrows import GuideRow, WorkingDayRow

ITEM, AT_ONCE = "S-002", "S-001"
STEPS = (StepFacts("审核", 2, "审核岗"), StepFacts("决定", 2, "审批岗"), StepFacts("制证", 1, "制证岗"))
MONDAY, AFTER_NOTICE = "2026-03-02", "2026-03-10"
"""The day on which they are received, and the first on which a notice would be too late."""
SOME = {"materials": ["近期照片"], "complete": False}
BEGINS: Mapping[State, Mapping[str, Any]] = {
    State.ACCEPTED: {},
    State.NOTICED: SOME,
    State.RECEIVED: SOME | {"why_later": "需查档核对"},
}
"""How a case comes to be in one of its first states."""


def paths(kind: CaseKind) -> Mapping[State, tuple[State, Sequence[Action]]]:
    """For each state of a kind the shortest way there: a first state, and the actions."""
    found: dict[State, tuple[State, Sequence[Action]]] = {state: (state, ()) for state in BEGINS}
    waiting = deque(found)
    while waiting:
        state = waiting.popleft()
        first, way = found[state]
        for (of, known, action), target in TRANSITIONS.items():
            if of is kind and known is state and target not in found:
                found[target] = first, (*way, action)
                waiting.append(target)
    return found


async def with_steps(cabinet: Cabinet) -> Cabinet:
    """Give the item a procedure of some steps, each with its time and post (R27)."""
    async with cabinet.database.write() as tx:
        files = await hallread.load(tx, cabinet.floor.facts.id)
        guides = tuple(GuideRow(code, "《办事依据》", steps=STEPS) for code in (AT_ONCE, ITEM))
        await hallstore.save(tx, msgspec.structs.replace(files, guides=guides))
    await cabinet.floor.look()
    return cabinet


def ask(cabinet: Cabinet, row: CaseRow, action: Action) -> dict[str, Any]:
    """What an action needs, so that it succeeds."""
    department = "GAJ" if row.unit_id == row.department_id else "XZSP"
    match action:
        case Action.NOTICE:
            return {"missing": ["户口簿"], "force": row.noticed_on is not None}
        case Action.SUPPLEMENT:
            return {"materials": ["多余的材料"]}
        case Action.COMPLETE:
            return {"materials": [one["name"] for one in row.materials]}
        case Action.SUSPEND:
            return {"procedure": Procedure.HEARING, "reason": "依法举行听证"}
        case Action.EXTEND:
            return {"days": 2, "reason": "情况复杂"}
        case Action.FORWARD:
            return {"department": department, "note": "属其职责"}
        case Action.JOIN:
            return {"parts": [PartAsk("GAJ", 1), PartAsk("XZSP", 2)]}
        case Action.REPORT:
            return {"note": "省人社厅"}
        case Action.REFUSE | Action.REJECT | Action.WITHDRAW:
            return {"reason": "不符合条件"}
    return {}


async def close_parts(cabinet: Cabinet, row: CaseRow, day: str) -> None:
    async with cabinet.database.write() as tx:
        for part in await filing.parts(tx, row.id):
            if part.done_on is None:
                office = await cabinet.office(cabinet.at(day))
                await moves.close_part(tx, office, await filing.by_id(tx, row.id), part.id, "同意")


async def lead(cabinet: Cabinet, row: CaseRow, action: Action, day: str = MONDAY) -> CaseRow:
    """One more move, by the services."""
    if action in (Action.DECIDE, Action.REJECT) and row.state == State.JOINED:
        await close_parts(cabinet, row, day)
    if action is Action.DEEM:
        day = AFTER_NOTICE
    asked = Action.SUPPLEMENT if action is Action.COMPLETE else action
    return await cabinet.act(row, asked, cabinet.at(day), cabinet.floor.supervisor, **ask(cabinet, row, action))


async def begun(cabinet: Cabinet, ticket: Any, kind: CaseKind, first: State = State.ACCEPTED) -> CaseRow:
    """A new case of a kind in one of its first states."""
    item = AT_ONCE if kind is CaseKind.IMMEDIATE else ITEM
    return await cabinet.accept(item, kind=kind, ticket=ticket, **BEGINS[first])


async def led(cabinet: Cabinet, ticket: Any, kind: CaseKind, state: State) -> CaseRow:
    """A new case of a kind, in a state that it can come to."""
    first, way = paths(kind)[state]
    row = await begun(cabinet, ticket, kind, first)
    for action in way:
        row = await lead(cabinet, row, action)
    return row


async def publish(cabinet: Cabinet, days: Mapping[str, bool]) -> None:
    """The calendar says otherwise: these days are working days, or not."""
    rows = tuple(WorkingDayRow(date.fromisoformat(day), working, "国务院公布") for day, working in sorted(days.items()))
    async with cabinet.database.write() as tx:
        files = await hallread.load(tx, cabinet.floor.facts.id)
        await hallstore.save(tx, msgspec.structs.replace(files, working_days=rows))
    await cabinet.floor.look()
