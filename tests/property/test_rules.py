"""The pure rules, for whatever they are given: order, waits, routes, pictures and the table of moves."""

from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from paihao.core.calendar import Timetable
from paihao.core.clock import micros, moment
from paihao.display.state import BoardState, CallShown, LineShown, WindowShown, frames, snapshot
from paihao.queue.facts import HallFacts, ItemFacts, LineFacts, OfficerFacts, WindowFacts, ZoneFacts
from paihao.queue.hall import CaseKind, Kind
from paihao.queue.rank import effective, rank, returning
from paihao.queue.routing import Reason, route, to_line
from paihao.queue.ticket import AT_WINDOW, TARGET, TRANSITIONS, Action, Status, actions, sources
from paihao.queue.wait import Handling, estimate, handling
from paihao.queue.window import WindowState

MOST_CREDIT = 120
CALLED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)

moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
credits_ = st.integers(0, MOST_CREDIT)


class TestOrder:
    @given(moments)
    def test_a_moment_survives_as_microseconds(self, when: datetime) -> None:
        assert moment(micros(when)) == when

    @given(moments, moments, credits_, credits_)
    def test_nobody_passes_who_came_later_than_the_largest_credit(
        self, first: datetime, second: datetime, credit: int, other: int
    ) -> None:
        if rank(second, other) < rank(first, credit):
            assert second < first + timedelta(minutes=MOST_CREDIT)

    @given(moments, moments, credits_)
    def test_with_equal_credit_who_came_first_is_first(self, first: datetime, second: datetime, credit: int) -> None:
        assert (rank(first, credit) < rank(second, credit)) == (first < second)

    @given(moments, credits_, st.integers(0, 240))
    def test_a_handicap_is_so_many_minutes_of_waiting(self, when: datetime, credit: int, minutes: int) -> None:
        assert effective(rank(when, credit), minutes) == rank(when + timedelta(minutes=minutes), credit)

    @given(st.lists(moments), moments, st.integers(0, 10), moments)
    def test_who_returns_is_behind_the_next_few_and_never_better_off(
        self, others: list[datetime], came: datetime, after: int, now: datetime
    ) -> None:
        ranks = sorted(micros(other) for other in others if other <= now)
        old = min(micros(came), micros(now))
        place = returning(old, ranks[:after], after, now)
        assert old <= place <= micros(now)
        if place < micros(now):
            assert sum(ahead < place for ahead in ranks) >= min(after, len(ranks))
        if after < len(ranks) and ranks[after - 1] + 1 < micros(now) and after:
            assert place == max(old, ranks[after - 1] + 1)


handlings = st.builds(Handling, st.floats(0.1, 60), st.floats(0, 60))
capacities = st.sampled_from([0.0, 1 / 3, 0.5, 1.0, 2.0, 7.5, 151.0])
people = st.integers(0, 500)


class TestWait:
    @given(people, handlings, capacities, capacities)
    def test_a_range_is_one(self, ahead: int, case: Handling, own: float, helpers: float) -> None:
        figure = estimate(ahead, case, own, helpers)
        assert (figure is None) == (own + helpers == 0)
        if figure is not None:
            assert 0 <= figure.low <= figure.high >= 1

    @given(people, people, handlings, capacities, capacities)
    def test_more_people_ahead_never_shorten_it(
        self, ahead: int, more: int, case: Handling, own: float, helpers: float
    ) -> None:
        figure, longer = estimate(ahead, case, own, helpers), estimate(ahead + more, case, own, helpers)
        if figure is not None and longer is not None:
            assert figure.low <= longer.low
            assert figure.high <= longer.high

    @given(people, handlings, capacities, capacities, capacities, capacities)
    def test_more_windows_never_lengthen_it(
        self, ahead: int, case: Handling, own: float, helpers: float, more_own: float, more_helpers: float
    ) -> None:
        figure, shorter = (
            estimate(ahead, case, own, helpers),
            estimate(ahead, case, own + more_own, helpers + more_helpers),
        )
        if figure is not None and shorter is not None:
            assert shorter.low <= figure.low
            assert shorter.high <= figure.high

    @given(handlings, st.lists(st.floats(-10, 1000)))
    def test_what_a_case_takes_lies_between_what_was_configured_and_what_was_seen(
        self, prior: Handling, recent: list[float]
    ) -> None:
        case = handling(prior, recent)
        counted = [minutes for minutes in recent if 0 < minutes <= 4 * prior.mean]
        bounds = [prior.mean, *counted]
        assert min(bounds) * 0.999 <= case.mean <= max(bounds) * 1.001
        assert case.sd >= 0
        if not counted:
            assert case == pytest.approx(prior)


@st.composite
def halls(draw: st.DrawFn) -> HallFacts:
    """Halls of every make: with and without first desks, windows in any state, lines that nobody serves, covers."""
    zones = {key: ZoneFacts(key, f"{key}区") for key in (1, 2)}
    kinds = draw(st.lists(st.sampled_from(Kind), min_size=1, max_size=8))
    lines = {
        key: LineFacts(key, f"L{key}", kind, draw(st.sampled_from([1, 2])), kind) for key, kind in enumerate(kinds, 1)
    }
    served = st.dictionaries(st.sampled_from(sorted(lines)), st.sampled_from([0, 15, 240]), max_size=4)
    windows = {}
    for key in range(1, draw(st.integers(0, 8)) + 1):
        state = draw(st.sampled_from(WindowState))
        sits = state is not WindowState.CLOSED and draw(st.booleans())
        officer = OfficerFacts(key, "某", f"{key:03d}") if sits else None
        windows[key] = WindowFacts(key, f"W{key}", "", 1, Kind.ORDINARY, 1, state, "", None, draw(served), officer)
    goals = st.one_of(
        st.tuples(st.sampled_from(sorted(lines)), st.none()), st.tuples(st.none(), st.sampled_from([None, 1]))
    )
    items = {}
    for key, code in enumerate(("one", "two"), 1):
        line, agency = draw(goals)
        items[code] = ItemFacts(
            key, code, code, code, 1, line, agency, 8.0, 4.0, 1.0, "个人", CaseKind.IMMEDIATE, 0, 0.0, ()
        )
    covers = draw(st.dictionaries(st.sampled_from(sorted(lines)), st.lists(st.integers(1, 8), max_size=2), max_size=3))
    return HallFacts(
        1, "hall", "大厅", "", "Asia/Shanghai", "", 2, 3, False, False,
        zones, {}, lines, {}, items, {}, windows, Timetable("Asia/Shanghai"), covers,
    )  # fmt: skip


class TestRouting:
    @given(halls(), st.sampled_from([None, "one", "two"]), st.booleans())
    def test_every_way_ends_at_a_line_of_the_hall(self, hall: HallFacts, code: str | None, hours: bool) -> None:
        item = hall.items[code] if code else None
        way = route(item, hall, hours_running=hours)
        desks = hall.lines_of(Kind.FIRST_INQUIRY)
        if way is None:
            assert not desks
            assert item is None or item.line_id is None
            return
        assert hall.lines[way.line.id] == way.line
        assert all(window.staffed for window in way.windows)
        served = [window for window in way.windows if way.line.id in window.handicaps or window is way.bound]
        assert served == list(way.windows)
        if way.reason in (Reason.UNSURE, Reason.ELSEWHERE, Reason.FIRST_DESK):
            assert way.line in desks
        if way.reason is Reason.COMPREHENSIVE:
            assert way.line.kind is Kind.COMPREHENSIVE
        if way.bound is not None:
            assert way.reason is Reason.COVER
            assert way.windows == (way.bound,)

    @given(halls(), st.sampled_from(["one", "two"]))
    def test_nobody_is_sent_away_from_where_he_is_served(self, hall: HallFacts, code: str) -> None:
        item = hall.items[code]
        if item.line_id is not None and hall.serving(item.line_id):
            way = route(item, hall, hours_running=True)
            assert way is not None
            assert (way.line.id, way.reason, way.bound) == (item.line_id, Reason.OWN_LINE, None)

    @given(halls(), st.sampled_from(["one", "two"]))
    def test_nobody_waits_for_no_one_while_somebody_could_take_him(self, hall: HallFacts, code: str) -> None:
        """While the hall is open: to a deserted line only when every other way is deserted too."""
        item = hall.items[code]
        way = route(item, hall, hours_running=True)
        if way is not None and not way.windows:
            others = hall.lines_of(Kind.FIRST_INQUIRY)
            others += hall.lines_of(Kind.COMPREHENSIVE) if item.line_id is not None else []
            assert not any(hall.serving(line.id) for line in others)
            sitting = {window.officer.staff_id for window in hall.windows.values() if window.officer}
            assert not sitting & set(hall.covers.get(item.line_id or 0, ()))

    @given(halls())
    def test_own_windows_come_before_helping_ones(self, hall: HallFacts) -> None:
        for line in hall.lines.values():
            handicaps = [window.handicaps[line.id] for window in to_line(line, hall).windows]
            assert handicaps == sorted(handicaps)


numbers = st.none() | st.from_regex(r"[A-C]00[1-9]", fullmatch=True)


@st.composite
def pictures(draw: st.DrawFn) -> BoardState:
    windows = {
        key: WindowShown(key, f"W{key}", "A区", draw(st.sampled_from(WindowState)), draw(numbers), draw(numbers))
        for key in range(1, draw(st.integers(3, 4)) + 1)
    }
    lines = {key: LineShown(key, f"L{key}", "队", "A区", draw(st.integers(0, 3)), 1) for key in (1, 2)}
    ids = draw(st.sets(st.integers(1, 12)))
    calls = [
        CallShown(key, f"A{key:03d}", "W1", "A区", CALLED, again=key % 3 == 0) for key in sorted(ids, reverse=True)
    ]
    text = st.sampled_from(["", "一", "二"])
    return BoardState("hall", "大厅", "Hall", draw(st.integers(1, 100)), draw(text), draw(text), windows, lines, calls)


class Client:
    """A screen in a few lines: what it would show after some frames, and what it announced."""

    def __init__(self, first: BoardState) -> None:
        self.picture: dict[str, Any] = {}
        self.announced: list[int] = []
        self.take(snapshot(first))

    def take(self, raw: bytes) -> None:
        frame = msgspec.json.decode(raw)
        match frame.pop("type"):
            case "snapshot":
                self.picture = frame
                for part in ("windows", "lines", "calls"):
                    frame[part] = {row["id"]: row for row in frame[part]}
            case "call":
                call = frame["call"]
                assert call["id"] not in self.picture["calls"]
                self.picture["calls"][call["id"]] = call
                self.announced.append(call["id"])
            case "change":
                assert frame.pop("base") == self.picture["revision"]
                for part in ("windows", "lines"):
                    self.picture[part] |= {row["id"]: row for row in frame.pop(part, ())}
                self.picture |= frame


class TestFrames:
    @given(pictures(), pictures())
    def test_frames_bring_a_screen_from_one_picture_to_the_next(self, old: BoardState, new: BoardState) -> None:
        client, expected = Client(old), Client(new).picture
        for frame in frames(old, new):
            client.take(frame)
        # Calls that are no longer among the newest stay on a screen until it has new ones; nothing else differs.
        assert client.picture | {"calls": {}} == expected | {"calls": {}}
        assert client.picture["calls"].items() >= expected["calls"].items()

    @given(pictures(), st.lists(st.integers(0, 5), min_size=1, max_size=5))
    def test_each_call_is_announced_once_and_in_order(self, first: BoardState, more: list[int]) -> None:
        """Of a day's pictures each has the calls of the one before and some later ones, the newest first."""
        calls = [CallShown(key, f"A{key:03d}", "W1", "A区", CALLED, again=False) for key in range(sum(more) + 1)]
        day = [msgspec.structs.replace(first, calls=calls[: total + 1][::-1]) for total in accumulate(more, initial=0)]
        client = Client(day[0])
        for old, new in pairwise(day):
            for frame in frames(old, new):
                client.take(frame)
        assert client.announced == list(range(1, sum(more) + 1))

    @given(pictures())
    def test_nothing_new_is_an_empty_change(self, state: BoardState) -> None:
        (frame,) = frames(state, state)
        assert msgspec.json.decode(frame) == {"type": "change", "base": state.revision, "revision": state.revision}


class TestTransitions:
    def test_an_action_leads_to_one_place_from_everywhere(self) -> None:
        assert {(action, target) for (_, action), target in TRANSITIONS.items()} == set(TARGET.items())
        assert set(TARGET) == set(Action) - {Action.ISSUE, Action.UNDO}

    def test_every_state_can_be_reached_from_the_issue(self) -> None:
        reached = {Status.WAITING}
        for _ in Status:
            reached |= {target for (status, _), target in TRANSITIONS.items() if status in reached}
        assert reached == set(Status)

    def test_what_is_over_is_over(self) -> None:
        over = {status for status in Status if not actions(status)}
        assert over == {Status.DONE, Status.CANCELLED, Status.EXPIRED}

    @pytest.mark.parametrize("status", [status for status in Status if actions(status)])
    def test_whatever_is_not_over_can_end(self, status: Status) -> None:
        reached = {status}
        for _ in Status:
            reached |= {target for (source, _), target in TRANSITIONS.items() if source in reached}
        assert reached & {Status.DONE, Status.CANCELLED, Status.EXPIRED}

    def test_sources_and_actions_tell_the_same(self) -> None:
        assert {(status, action) for action in Action for status in sources(action)} == set(TRANSITIONS)
        assert {(status, action) for status in Status for action in actions(status)} == set(TRANSITIONS)

    def test_only_from_a_window_does_anybody_go_to_serve(self) -> None:
        assert sources(Action.COMPLETE) == (Status.SERVING,)
        assert set(sources(Action.RECALL)) <= set(AT_WINDOW)
