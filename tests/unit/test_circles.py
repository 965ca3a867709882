"""Nobody is sent around in circles: the rule, from a ticket's rows in the journal."""

from typing import NamedTuple

import msgspec
import pytest
from paihao.queue import circles
from paihao.queue.actor import Actor, officer
from paihao.queue.circles import SentInCircles, Trail
from paihao.queue.facts import LineFacts, WindowFacts
from paihao.queue.hall import Kind
from paihao.queue.window import WindowState


class Move(NamedTuple):
    action: str
    from_status: str | None
    window_id: int | None
    line_id: int


class Waiting(NamedTuple):
    line_id: int


ISSUE = Move("issue", None, None, 1)
CLERK, CHIEF = officer(1), officer(2, anywhere=True)


def line(id_: int, kind: Kind = Kind.ORDINARY) -> LineFacts:
    return LineFacts(id=id_, prefix="ABCD"[id_], name=f"{id_}号队列", zone_id=1, kind=kind)


def window(id_: int, *lines: int, kind: Kind = Kind.ORDINARY) -> WindowFacts:
    facts = {"id": id_, "number": str(id_), "name": f"{id_}号窗口", "zone_id": 1, "kind": kind, "department_id": 1}
    rest = {"state": WindowState.OPEN, "pause_reason": "", "back_at": None, "handicaps": dict.fromkeys(lines, 0)}
    return msgspec.convert(facts | rest | {"officer": None}, WindowFacts)


def served(window_id: int, line_id: int, to: int, *, status: str = "serving") -> list[Move]:
    """Called at a window and sent on from there."""
    return [Move("call", "waiting", window_id, line_id), Move("transfer", status, window_id, to)]


def test_whoever_was_met_and_sent_on_was_sent_away() -> None:
    """R4, R6: A -> B -> C is free, and each leaves the way back closed."""
    trail = circles.followed([ISSUE, *served(11, 1, 2), *served(12, 2, 3)])
    assert trail == Trail(2, frozenset({1, 2}), frozenset({11, 12}))
    assert not circles.closes(Trail(1, frozenset({1}), frozenset({11})), Waiting(2), line(3), None)
    assert circles.closes(trail, Waiting(3), line(1), None)
    assert circles.closes(trail, Waiting(3), None, window(11, 3))
    assert circles.closes(trail, Waiting(3), None, window(14, 2))
    assert not circles.closes(trail, Waiting(3), None, window(14, 3))
    assert not circles.closes(trail, Waiting(3), line(3), None)


@pytest.mark.parametrize("status", ["called", "serving", "parked"])
def test_who_was_met_counts_in_whatever_state(status: str) -> None:
    assert circles.followed([ISSUE, *served(11, 1, 2, status=status)]).lines == {1}


def test_who_only_waited_was_sent_away_by_nobody() -> None:
    assert circles.followed([ISSUE, Move("transfer", "waiting", None, 2)]) == Trail()


def test_what_was_taken_back_never_was() -> None:
    undone = [ISSUE, *served(11, 1, 2), Move("undo", "waiting", 11, 1)]
    assert circles.followed(undone) == Trail()
    assert circles.followed([*undone, Move("transfer", "serving", 11, 3)]) == Trail(1, frozenset({1}), frozenset({11}))


def test_to_another_window_of_the_same_line_leaves_the_line_open() -> None:
    trail = circles.followed([ISSUE, *served(11, 1, 1)])
    assert trail == Trail(1, frozenset(), frozenset({11}))


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("by", [CLERK, CHIEF])
def test_the_first_desk_the_complaint_window_and_a_supervisor_remain(kind: Kind, by: Actor) -> None:
    """R6, R8."""
    trail = Trail(2, frozenset({1}), frozenset({11}))
    for goal in ((line(1, kind), None), (None, window(11, 1, kind=kind))):
        if by.anywhere or kind in (Kind.FIRST_INQUIRY, Kind.COMPLAINT):
            circles.refuse(trail, *goal, by)
        else:
            with pytest.raises(SentInCircles) as refused:
                circles.refuse(trail, *goal, by)
            assert refused.value.params["times"] == 2
