"""The check from the journal: it accepts a lawful day and finds every kind of planted fault."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from paihao.core.clock import MINUTE, micros
from paihao.queue.audit import Entry, Identity, audit

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)

A, B, C = 1, 2, 3
LINE, OTHER_LINE = 10, 20
DESK, OTHER_DESK = 100, 200


def identity(ticket: int) -> Identity:
    """As the client of `Day` knows a ticket."""
    return f"A{ticket:03d}", MORNING + (ticket - 1) * SECOND


class Day:
    """A journal in the making, one row a second; what is not said goes on from the ticket's last row."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def issue(self, ticket: int, *, credit: int = 0, **different: Any) -> "Day":
        number, came = identity(ticket)
        data = {"number": number, "rank": micros(came) - credit * MINUTE, "credit": credit}
        row = {"ticket": ticket, "line": LINE, "day": date(2026, 3, 2), "from": None, "to": "waiting", "data": data}
        return self._add("issue", row, different)

    def move(self, ticket: int, action: str, after: str, **different: Any) -> "Day":
        last = next(row for row in reversed(self.rows) if row["ticket"] == ticket)
        data = {name: value for name, value in last["data"].items() if name in ("number", "rank", "credit", "bound")}
        return self._add(action, last | {"from": last["to"], "to": after, "data": data}, different)

    def call(self, ticket: int, window: int = DESK, rule: str = "own", **different: Any) -> "Day":
        self.move(ticket, "call", "called", window=window, **different)
        self.rows[-1]["data"]["rule"] = rule
        return self

    def serve(self, ticket: int) -> "Day":
        return self.move(ticket, "start", "serving").move(ticket, "complete", "done")

    def _add(self, action: str, row: dict[str, Any], different: dict[str, Any]) -> "Day":
        data = row["data"] | different.pop("data", {})
        place = len(self.rows)
        made = row | {"id": place + 1, "at": MORNING + place * SECOND, "action": action, "data": data} | different
        self.rows.append(made)
        return self

    @property
    def entries(self) -> list[Entry]:
        return msgspec.convert(self.rows, list[Entry])

    def faults(self, slack: timedelta = timedelta(0), **acknowledged: str) -> list[tuple[str, str]]:
        """Number and reason of what the check finds."""
        known = {identity(int(name.removeprefix("t"))): status for name, status in acknowledged.items()}
        return [(fault.number, fault.reason.format(**fault.params)) for fault in audit(self.entries, known, slack)]


def lawful() -> Day:
    """Three visitors: one is missed and returns, one is parked and sent on, one is served by a helping window."""
    day = Day().issue(A).issue(B).issue(C)
    day.call(A).move(A, "recall", "called").move(A, "miss", "missed")
    day.call(B).move(B, "start", "serving").move(B, "park", "parked")
    day.call(C, OTHER_DESK, "help")
    day.move(A, "requeue", "waiting", data={"rank": micros(MORNING + 9 * SECOND)}).call(A)
    day.serve(C).serve(A)
    day.move(B, "resume", "serving", window=OTHER_DESK).move(B, "transfer", "waiting", line=OTHER_LINE)
    return day.call(B, rule="own").serve(B)


def test_a_lawful_day_has_no_faults() -> None:
    assert lawful().faults(t1="done", t2="done", t3="done") == []


def test_the_order_of_reading_does_not_matter() -> None:
    day = lawful()
    assert audit(reversed(day.entries)) == []


def test_rows_about_windows_are_no_moves() -> None:
    row = {"id": 1, "at": MORNING, "action": "open", "window": DESK, "data": {"reason": ""}}
    assert audit(msgspec.convert([row], list[Entry])) == []


PLANTED: dict[str, tuple[Callable[[], Day], tuple[str, str]]] = {
    "a history without its beginning": (
        lambda: Day().issue(A, **{"from": "waiting", "to": "called", "action": "call", "window": DESK}),
        ("A001", "不是从取号开始：waiting call called"),
    ),
    "an issue that ends elsewhere": (lambda: Day().issue(A, to="parked"), ("A001", "不是从取号开始： issue parked")),
    "a lost move": (
        lambda: Day().issue(A).move(A, "cancel", "cancelled", **{"from": "parked"}),
        ("A001", "与上一次的状态不相接：parked cancel cancelled"),
    ),
    "an unlawful move": (
        lambda: Day().issue(A).move(A, "complete", "done"),
        ("A001", "不允许的操作：waiting complete done"),
    ),
    "a lawful action that leads elsewhere": (
        lambda: Day().issue(A).move(A, "cancel", "done"),
        ("A001", "不允许的操作：waiting cancel done"),
    ),
    "an unknown action": (
        lambda: Day().issue(A).move(A, "vanish", "done"),
        ("A001", "不允许的操作：waiting vanish done"),
    ),
    "a move after the end": (
        lambda: Day().issue(A).move(A, "cancel", "cancelled").move(A, "requeue", "waiting"),
        ("A001", "不允许的操作：cancelled requeue waiting"),
    ),
    "a number that changes": (
        lambda: Day().issue(A).move(A, "cancel", "cancelled", data={"number": "A999"}),
        ("A999", "号码中途改变：cancel"),
    ),
    "a rank that changes": (
        lambda: Day().issue(A).move(A, "transfer", "waiting", line=OTHER_LINE, data={"rank": 5}),
        ("A001", "次序无故改变：transfer"),
    ),
    "two people at a window": (
        lambda: Day().issue(A).issue(B).call(A).call(B),
        ("A002", "窗口（序号 100）同时有两人：还有 A001"),
    ),
    "two people by a resumption": (
        lambda: Day().issue(A).issue(B).call(A).move(A, "park", "parked").call(B).move(A, "resume", "serving"),
        ("A001", "窗口（序号 100）同时有两人：还有 A002"),
    ),
    "somebody served at another window than called to": (
        lambda: Day().issue(A).call(A).move(A, "start", "serving", window=OTHER_DESK),
        ("A001", "此人并不在窗口（序号 200）"),
    ),
    "a number given twice": (
        lambda: Day().issue(A).issue(B, data={"number": "A001"}),
        ("A001", "同一天给出两次"),
    ),
    "somebody passed over": (lambda: Day().issue(A).issue(B).call(B), ("A002", "越过了排在前面的 A001")),
    "somebody passed over by a helping window": (
        lambda: Day().issue(A).issue(B).call(B, rule="help"),
        ("A002", "越过了排在前面的 A001"),
    ),
    "somebody with credit passed over": (
        lambda: Day().issue(A).issue(B, credit=15).call(A),
        ("A001", "越过了排在前面的 A002"),
    ),
    "somebody passed over at one window": (
        lambda: Day().issue(A, data={"bound": DESK}).issue(B, data={"bound": DESK}).call(B, rule="bound"),
        ("A002", "越过了排在前面的 A001"),
    ),
    "a bound visitor called by another window": (
        lambda: Day().issue(A, data={"bound": OTHER_DESK}).call(A, rule="bound"),
        ("A001", "只能由指定的窗口呼叫"),
    ),
}


@pytest.mark.parametrize(("make", "found"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_found(make: Callable[[], Day], found: tuple[str, str]) -> None:
    assert found in make().faults()


def test_a_lost_ticket_is_found() -> None:
    assert Day().issue(A).faults(t1="waiting", t2="waiting") == [("A002", "已给出的号没有记录")]


def test_a_lost_answer_is_found() -> None:
    assert Day().issue(A).faults(t1="done") == [("A001", "记录的状态是 waiting，窗口得到的答复是 done")]


def test_the_number_of_another_day_is_another_ticket() -> None:
    day = Day().issue(A).move(A, "expire", "expired").issue(B, day=date(2026, 3, 3), data={"number": "A001"})
    assert day.faults(t1="expired") == []


@pytest.mark.parametrize(
    "day",
    [
        Day().issue(A).issue(B).call(B, rule="chosen"),
        Day().issue(A).issue(B, line=OTHER_LINE).call(B),
        Day().issue(A).issue(B, data={"bound": DESK}).call(B, rule="bound"),
        Day().issue(A, data={"bound": OTHER_DESK}).issue(B).call(B),
        Day().issue(A).issue(B, credit=15).call(B),
        Day().issue(A).issue(B).call(A, OTHER_DESK).call(B),
        Day().issue(A, at=MORNING, data={"rank": micros(MORNING + 9 * SECOND)}).issue(B, credit=15).call(B),
    ],
    ids=["chosen", "another line", "bound to it", "bound elsewhere", "credit", "called before", "slot not yet begun"],
)
def test_what_looks_like_passing_but_is_not(day: Day) -> None:
    assert day.faults() == []


def test_an_appointment_is_passed_over_only_once_its_slot_has_begun() -> None:
    early = {"data": {"rank": micros(MORNING + 2 * SECOND)}}
    day = Day().issue(A, **early).issue(B, data={"rank": micros(MORNING + 3 * SECOND)})
    assert day.call(B, at=MORNING + 2 * SECOND).faults() == [("A002", "越过了排在前面的 A001")]
    assert Day().issue(A, **early).issue(B).call(B, at=MORNING + 1 * SECOND).faults() == []


@pytest.mark.parametrize(
    ("seconds", "passed"),
    [(0, True), (1, True), (2, False)],
)
def test_slack_forgives_what_came_or_went_at_the_same_moment(seconds: float, passed: bool) -> None:
    came_late = Day().issue(B).issue(A, at=MORNING + 1 * SECOND).call(B, at=MORNING + 2 * SECOND)
    went_soon = Day().issue(A).issue(B).call(B, at=MORNING + 5 * SECOND).call(A, OTHER_DESK, at=MORNING + 6 * SECOND)
    for day in (came_late, went_soon):
        assert bool(day.faults(seconds * SECOND)) is passed


def test_the_order_of_calls_before_the_own_ones_is_not_judged() -> None:
    day = Day().issue(A).issue(B).call(B)
    assert audit(day.entries, after=3) == []
    assert len(audit(day.entries, after=2)) == 1
