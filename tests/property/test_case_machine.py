"""Real cases on real databases against the model: accepted and moved in any order, on any day, right and wrong.

After every step each case's dates and light are what the reference counts, what was refused has changed nothing, every
move has left its row in the journal, and every light and omission is an alert exactly once.
"""

import asyncio
import copy
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from cabinet import ZHANG, Cabinet, open_cabinet
from case_model import Asked, Case, Model, Refused
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from paihao.cases import acceptance, filing, moves
from paihao.cases import tables as rows
from paihao.cases.alert_tables import Alert
from paihao.cases.file import Ask, PartAsk
from paihao.cases.state import Action, Procedure
from paihao.core.db import Database
from paihao.core.errors import Problem
from paihao.core.journal import Journal
from paihao.queue.hall import CaseKind
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from ways import publish

Run = Callable[[Coroutine[Any, Any, Any]], Any]

STARTS = [date(2026, 2, 9), date(2026, 9, 23), date(2026, 12, 21), date(2028, 2, 21), date(2026, 3, 2)]
"""Before Spring Festival, before National Day, before a year that is not published, before 29 February, quiet weeks."""
DAYS = {"S-001": 1, "S-002": 5, "S-003": 10}
"""Working days that the items promise where they are not due at once."""
MATERIALS = ["居民身份证", "解除劳动关系证明", "居民户口簿", "原居民身份证", "近期照片", "户口簿"]
DEPARTMENTS = ["GAJ", "XZSP", "RSJ"]
KINDS = ["immediate", "promised", "reported", "forwarded", "joint"]
ACTIONS = Counter(supplement=6, suspend=4, resume=5, extend=3, decide=5, reject=1, withdraw=1, deliver=3, notice=4)
ACTIONS |= Counter(forward=3, take=3, join=3, report=3, refuse=1, step=1)

some = st.integers(0, 999)
mostly = st.sampled_from([True] * 9 + [False])
hours = st.sampled_from(["00:00", "10:00", "10:00", "23:59"])
names = st.frozensets(st.sampled_from(MATERIALS), max_size=3)
written = st.sampled_from([None, None, None, None, 0, -1, -2, -5, 1])
"""How many days from today a date is that somebody writes into a form."""
parts = st.lists(st.tuples(st.sampled_from(DEPARTMENTS), st.integers(1, 4)), min_size=0, max_size=2)
asked = st.fixed_dictionaries(
    {
        "on": written,
        "words": mostly,
        "days": st.sampled_from([1, 2, 3, 10, 11, 0]),
        "department": st.sampled_from(DEPARTMENTS),
        "brought": names,
        "missing": st.just(frozenset[str]()) | names,
        "flag": st.booleans(),
        "parts": parts,
    }
)
STEPS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "accept": {
        "item": st.sampled_from(sorted(DAYS)),
        "kind": st.sampled_from([None, None, *KINDS, "returned"]),
        "how": st.sampled_from(["whole", "whole", "whole", "now", "now", "later", "later", "refused"]),
        "wish": asked,
        "hour": hours,
    },
    "act": {
        "pick": some,
        "action": st.sampled_from(sorted(ACTIONS.elements())),
        "wish": asked,
        "hour": hours,
        "likely": mostly,
    },
    "close": {"pick": some, "part": st.integers(0, 2), "words": mostly},
    "sleep": {"days": st.sampled_from([1, 1, 1, 2, 3, 7, 12]), "watch": st.booleans()},
    "watch": {"hour": hours},
    "declare": {"ahead": st.integers(1, 12), "length": st.integers(1, 3), "working": st.booleans()},
}
OFTEN = Counter(accept=6, act=16, close=3, sleep=7, watch=3, declare=1)


@st.composite
def steps(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """What may happen next, as often as its weight says."""
    name = draw(st.sampled_from(sorted(OFTEN.elements())))
    return name, draw(st.fixed_dictionaries(STEPS[name]))


class CaseMachine(RuleBasedStateMachine):
    """A hall of its own for every run."""

    cabinet: Cabinet
    model: Model

    def __init__(self, database: Database, run: Run) -> None:
        super().__init__()
        self.database, self._run = database, run

    @initialize(start=st.sampled_from(STARTS))
    def lay(self, start: date) -> None:
        self.cabinet = self._run(open_cabinet(self.database))
        self.today = start
        self.ticket = self._run(self.cabinet.serve(self.at("08:30")))
        items = {code: self.cabinet.floor.facts.items[code] for code in DAYS}
        departments = self.cabinet.floor.facts.departments
        self.model = Model(
            {code: frozenset(item.materials) for code, item in items.items()},
            {code: departments[item.department_id].code for code, item in items.items()},
        )

    def at(self, hour: str) -> datetime:
        return self.cabinet.at(self.today.isoformat(), hour)

    @rule(step=steps())
    def happens(self, step: tuple[str, dict[str, Any]]) -> None:
        name, arguments = step
        getattr(self, name)(**arguments)

    def asked(self, wish: dict[str, Any]) -> Asked:
        on = None if wish["on"] is None else self.today + timedelta(days=wish["on"])
        return Asked(**wish | {"on": on})

    def really(self, work: Callable[[AsyncConnection], Coroutine[Any, Any, Any]]) -> Any:
        async def inside() -> Any:
            async with self.database.write() as tx:
                return await work(tx)

        return self._run(inside())

    def both(
        self, foreseen: Callable[[Model], Any], work: Callable[[AsyncConnection], Coroutine[Any, Any, Any]]
    ) -> Any:
        """Do it for real and in the model; None when both refuse it."""
        later = copy.deepcopy(self.model)
        try:
            expected = foreseen(later)
        except Refused:
            with pytest.raises(Problem):
                self.really(work)
            return None
        done, self.model = self.really(work), later
        return done, expected

    def accept(self, item: str, kind: str | None, how: str, wish: dict[str, Any], hour: str) -> None:
        facts = self.cabinet.floor.facts.items[item]
        said = self.asked(wish)
        if how == "whole":
            said.brought, said.missing, said.flag, how = frozenset(facts.materials), frozenset(), True, "now"
        said.missing -= said.brought
        said.words |= how != "refused"
        later, refused = (
            "需查档" if how == "later" else "",
            ("不属于职权" if said.words else "。") if how == "refused" else "",
        )
        ask = Ask(materials=sorted(said.brought), missing=sorted(said.missing), complete=said.flag)
        real, why = CaseKind(kind) if kind else None, "情况复杂" if wish["words"] else ""

        def foreseen(model: Model) -> Case:
            of = kind or facts.case_kind
            if of == "returned" or (of == "immediate" and facts.case_kind != "immediate"):
                raise Refused
            if of != facts.case_kind and not wish["words"]:
                raise Refused
            return model.accept(item, of, 0 if of == "immediate" else DAYS[item], said, self.today, how)

        async def work(tx: AsyncConnection) -> Any:
            office, window = await self.cabinet.office(self.at(hour)), self.cabinet.floor.windows[0]
            more = {"kind": real, "why_kind": why, "why_later": later, "refused": refused}
            return await acceptance.accept(
                tx, office, self.ticket, window, acceptance.Wish(item=facts, party=ZHANG, ask=ask, **more)
            )

        if (done := self.both(foreseen, work)) is not None:
            self.model.add(done[1], done[0].id, self.today)

    def case(self, pick: int, action: str = "", *, likely: bool = False) -> int | None:
        """One that there is; where possible one with which this can be done."""
        if not self.model.cases:
            return None
        fits = {
            "supplement": ("received", "noticed"),
            "notice": ("received", "noticed"),
            "refuse": ("received", "noticed"),
            "resume": ("suspended",),
            "deliver": ("decided", "rejected"),
            "take": ("forwarded",),
            "close": ("joined",),
        }
        kinds = {"forward": "forwarded", "join": "joint", "report": "reported"}
        good = [
            n
            for n, one in enumerate(self.model.cases)
            if likely
            and one.state in fits.get(action, ("accepted", "handled", "joined", "reported"))
            and kinds.get(action, one.kind) == one.kind
        ]
        numbers = good or range(len(self.model.cases))
        return numbers[pick % len(numbers)]

    def act(self, pick: int, action: str, wish: dict[str, Any], hour: str, likely: bool) -> None:
        if (place := self.case(pick, action, likely=likely)) is None:
            return
        said, case = self.asked(wish), self.model.cases[place]
        if likely:
            said.on, said.words, said.days = said.on if pick % 3 == 0 else None, True, min(max(said.days, 1), 10)
            said.brought |= case.missing if pick % 2 else frozenset()
            able = [one for one in sorted(ACTIONS.elements()) if self.able(place, one, said)]
            action = able[pick % len(able)] if able else action
        if action == "supplement":
            said.missing = frozenset()
        words = "依法办理" if said.words else "。"
        ask = Ask(
            materials=sorted(said.brought),
            missing=sorted(said.missing),
            complete=said.flag,
            force=said.flag,
            reason=words,
            note=words,
            procedure=Procedure.TESTING,
            began_on=said.on,
            ended_on=said.on,
            dated_on=said.on,
            delivered_on=said.on,
            days=said.days,
            department=said.department,
            parts=[PartAsk(unit, days) for unit, days in said.parts],
        )

        async def work(tx: AsyncConnection) -> Any:
            office = await self.cabinet.office(self.at(hour))
            return await moves.act(tx, office, await filing.by_id(tx, case.id), Action(action), ask)

        done = self.both(lambda model: model.move(model.cases[place], action, said, self.today), work)
        if done is not None and action == "join":
            found = self.really(lambda tx: filing.parts(tx, case.id))
            for part, row in zip(self.model.cases[place].parts, found, strict=True):
                part.id = row.id

    def able(self, place: int, action: str, said: Asked) -> bool:
        """Whether it would succeed."""
        later = copy.deepcopy(self.model)
        try:
            later.move(later.cases[place], action, said, self.today)
        except Refused:
            return False
        return True

    def close(self, pick: int, part: int, words: bool) -> None:
        if (place := self.case(pick, "close", likely=True)) is None:
            return
        case = self.model.cases[place]
        number = case.parts[part].id if part < len(case.parts) else 0

        async def work(tx: AsyncConnection) -> Any:
            office = await self.cabinet.office(self.at("11:00"))
            opinion = "同意" if words else "。"
            return await moves.close_part(tx, office, await filing.by_id(tx, case.id), number, opinion)

        self.both(lambda model: model.close(model.cases[place], part, words=words), work)

    def sleep(self, days: int, watch: bool) -> None:
        self.today += timedelta(days=days)
        if watch:
            self.watch("00:00")

    def watch(self, hour: str) -> None:
        self._run(self.cabinet.watch(self.at(hour)))
        self.model.watch(self.today)

    def declare(self, ahead: int, length: int, working: bool) -> None:
        """Days to come are declared free, or working days; as for unpublished years, whole weeks may be."""
        days = {self.today + timedelta(days=ahead + n): working for n in range(length)}
        self.model.publish(days, self.today)
        said = {day.isoformat(): working for day, working in self.model.overrides.items()}
        self._run(publish(self.cabinet, said))
        self._run(self.cabinet.revise(self.at("12:00")))

    # What holds after every step.

    def all(self, query: Any) -> list[Any]:
        async def inside() -> list[Any]:
            async with self.database.read() as connection:
                return list(await connection.execute(query))

        return list(self._run(inside()))

    @invariant()
    def every_case_is_the_models(self) -> None:
        hall = self.cabinet.floor.facts.id
        found = self.all(select(rows.Case.__table__).where(rows.Case.hall_id == hall).order_by(rows.Case.id))
        real = [
            (
                *(row.id, row.kind, row.state, row.moves, row.outcome is not None),
                *(row.accepted_on, row.due_on, row.provisional, row.light),
                *(row.notice_by, row.noticed_on, row.completed_on, row.extended, row.decided_on, row.ended_on),
                *(row.delivered_on, row.deliver_by, row.parts_open, row.complete),
                {one["name"] for one in row.materials if one["on"] is None},
            )
            for row in found
        ]
        assert real == [
            (
                *(one.id, one.kind, one.state, one.moves, one.over),
                *one.stands,
                *(one.notice_by, one.noticed, one.completed, one.extended, one.decided, one.ended),
                *(one.delivered, one.deliver_by, sum(not part.done for part in one.parts), one.complete),
                one.missing,
            )
            for one in self.model.cases
        ]
        events = self.all(select(Alert.event, Alert.ended_at).where(Alert.hall_id == hall))
        assert Counter(event for event, _ in events) == Counter(self.model.events.keys())
        assert {event: ended is None for event, ended in events} == self.model.events
        told = select(func.count()).where(Journal.hall_id == hall, Journal.action.like("case_%"))
        assert self.all(told)[0][0] == sum(one.moves + 1 for one in self.model.cases)


@pytest.fixture
def run() -> Iterator[Run]:
    with asyncio.Runner() as runner:
        yield runner.run


def test_cases_are_the_models(database_url: str, run: Run) -> None:
    """R3, R15, R16, R17, R20, R21, R22, R23, R24, R25, R26, R30, R34, R35, R36: whatever is done with cases, in any
    order and on any day, their dates and lights are what the rules say, and what the rules forbid changes nothing."""
    database = Database(database_url, pool_size=2)
    try:
        run_state_machine_as_test(
            partial(CaseMachine, database, run),  # type: ignore[arg-type]  # called like a class
            settings=settings(
                max_examples=20,
                stateful_step_count=40,
                deadline=None,
                database=None,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        run(database.close())
