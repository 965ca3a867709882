"""Editions: what visitors see makes another one and nothing else does; made once for all, not because tickets moved."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime, time
from typing import Any

import msgspec
import pytest
from paihao.booking.rulebook import Rulebook
from paihao.booking.rules import RulesFacts
from paihao.core.bus import MemoryBus, Moved, What
from paihao.core.calendar import Exceptional, Override, Regular, Timetable, WorkingDays
from paihao.display import editions as editions_module
from paihao.display import hub as hub_module
from paihao.display.editions import STATES, UNSEEN, Editions, HallEditions, edition_of
from paihao.queue.facts import (
    AgencyFacts,
    DepartmentFacts,
    HallFacts,
    ItemFacts,
    LineFacts,
    OfficerFacts,
    PriorityFacts,
    WindowFacts,
    ZoneFacts,
)
from paihao.queue.hall import Kind
from paihao.queue.window import WindowState

pytestmark = pytest.mark.anyio

PATIENCE = 30.0
BOOK = Rulebook(RulesFacts())
ITEM = ItemFacts(1, "S-001", "参保登记", "cbdj", 1, 4, None, 6, 2, 10, "个人", "即办件", 0, 0, ("居民身份证",))
WINDOW = WindowFacts(3, "3", "社保", 1, Kind.ORDINARY, 1, WindowState.OPEN, "", None, {4: 0, 5: 15}, None)
HALL = HallFacts(
    *(1, "small", "小城", "", "Asia/Shanghai", "", 2, 3, False, False),
    {1: ZoneFacts(1, "A区")},
    {1: DepartmentFacts(1, "D", "部门", 1)},
    {4: LineFacts(4, "A", "社保", 1, Kind.ORDINARY), 5: LineFacts(5, "B", "户政", 1, Kind.ORDINARY)},
    {7: AgencyFacts(7, "人民法院", "中心路8号", "")},
    {"S-001": ITEM},
    {"elderly": PriorityFacts(1, "elderly", "老年人", "Older people", 15)},
    {3: WINDOW},
    Timetable("Asia/Shanghai", [Regular(1, time(8, 30), time(12))]),
    {},
)


def other(facts: Any, **values: Any) -> Any:
    return msgspec.structs.replace(facts, **values)


def with_(**values: Any) -> HallFacts:
    changed: HallFacts = other(HALL, **values)
    return changed


def window(**values: Any) -> HallFacts:
    return with_(windows={3: other(WINDOW, **values)})


def hours(*exceptions: Exceptional, days: WorkingDays | None = None) -> HallFacts:
    return with_(hours=other(HALL.hours, exceptions=exceptions, working_days=days or WorkingDays()))


DAY = date(2026, 12, 1)
SEEN = {
    "name": with_(name="大城"),
    "item": with_(items={"S-001": other(ITEM, name="参保")}),
    "materials": with_(items={"S-001": other(ITEM, materials=())}),
    "no item": with_(items={}),
    "line": with_(lines={4: HALL.lines[4]}),
    "priority": with_(priorities={}),
    "zone": with_(zones={1: ZoneFacts(1, "B区")}),
    "agency": with_(agencies={}),
    "closed day": hours(Exceptional(DAY, None, None, reason="停电")),
    "reason": hours(Exceptional(DAY, None, None, reason="检修")),
    "working day": hours(days=WorkingDays({DAY: Override(False, "放假")})),
    "window's lines": window(handicaps={4: 0}),
    "window's name": window(name="综合"),
}


@pytest.mark.parametrize("changed", SEEN.values(), ids=SEEN)
def test_what_can_be_booked_makes_another_edition_of_both(changed: HallFacts) -> None:
    made, before = edition_of(changed, BOOK), edition_of(HALL, BOOK)
    assert made.booking != before.booking
    assert made.edition != before.edition


def test_no_two_changes_have_the_same_edition() -> None:
    assert len({edition_of(changed, BOOK) for changed in SEEN.values()}) == len(SEEN)


@pytest.mark.parametrize(
    "value", [{"state": WindowState.PAUSED}, {"pause_reason": "lunch"}, {"back_at": datetime.now(UTC)}]
)
def test_a_window_s_state_is_no_matter_of_booking(value: dict[str, Any]) -> None:
    made, before = edition_of(window(**value), BOOK), edition_of(HALL, BOOK)
    assert made.edition != before.edition
    assert made.booking == before.booking
    assert set(value) <= set(STATES)


def test_rules_of_booking_count() -> None:
    assert edition_of(HALL, Rulebook(RulesFacts(days_ahead=3))) != edition_of(HALL, BOOK)


def test_what_visitors_do_not_see_changes_nothing() -> None:
    officer = OfficerFacts(1, "李某", "L1")
    changed = with_(
        ticker="停车场已满",
        staff={1: "李某"},
        covers={4: [1]},
        roster={DAY: {}},
        slides=(),
        windows={3: other(WINDOW, officer=officer, state_since=datetime.now(UTC))},
    )
    assert edition_of(changed, BOOK) == edition_of(HALL, BOOK)
    assert set(HallFacts.__struct_fields__) >= UNSEEN


def test_facts_read_twice_have_one_edition() -> None:
    """However the mappings were filled."""
    again = with_(lines=dict(reversed(HALL.lines.items())), windows={3: other(WINDOW, handicaps={5: 15, 4: 0})})
    assert edition_of(again, BOOK) == edition_of(HALL, BOOK)


class Source:
    """What the editions read, and how often."""

    def __init__(self) -> None:
        self.hall, self.reads = HALL, 0
        self._wanted, self._reached = 0, asyncio.Event()

    async def until(self, reads: int) -> None:
        """Wait until it was read so often."""
        self._wanted = reads
        async with asyncio.timeout(PATIENCE):
            await self._reached.wait()

    async def read(self, _hall_id: int) -> tuple[HallFacts, Rulebook]:
        self.reads += 1
        if self.reads == self._wanted:
            self._reached.set()
        return self.hall, Rulebook(RulesFacts())


@asynccontextmanager
async def opened(bus: MemoryBus, source: Source, count: int) -> AsyncIterator[list[editions_module.Page]]:
    editions = Editions(bus, source.read)
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(editions.page(1)) for _ in range(count)]
    await editions.stop()


async def told(pages: list[editions_module.Page]) -> list[dict[str, Any]]:
    async with asyncio.timeout(PATIENCE):
        return [json.loads((await page.frames())[0]) for page in pages]


async def test_tickets_cost_nothing_and_a_change_is_read_once_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "POLL", 10 * PATIENCE)
    monkeypatch.setattr(HallEditions, "gap", 0.0)
    made: list[HallFacts] = []
    monkeypatch.setattr(editions_module, "edition_of", lambda *facts: made.append(facts[0]) or edition_of(*facts))
    bus, source = MemoryBus(), Source()
    async with opened(bus, source, 20) as pages:
        first = await told(pages)
        for _ in range(100):
            bus.publish(Moved(1, What.QUEUE))
            await asyncio.sleep(0)
        assert source.reads == len(made) == 1
        source.hall = with_(name="大城")
        bus.publish(Moved(1, What.HALL))
        second = await told(pages)
    assert source.reads == len(made) == 2
    assert [frame["edition"] for frame in first] != [frame["edition"] for frame in second]
    assert all(frame == second[0] for frame in second)


async def test_polls_of_kept_facts_make_no_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "POLL", 0.001)
    monkeypatch.setattr(HallEditions, "gap", 0.0)
    made: list[HallFacts] = []
    monkeypatch.setattr(editions_module, "edition_of", lambda *facts: made.append(facts[0]) or edition_of(*facts))
    source = Source()
    async with opened(MemoryBus(), source, 1) as pages:
        await told(pages)
        await source.until(10)
        assert len(made) == 1
        source.hall = with_(name="大城")  # and nobody says so
        await told(pages)
    assert len(made) == 2
