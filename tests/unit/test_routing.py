"""Where a visitor belongs: every rule of the routing by name."""

import msgspec
import pytest
from paihao.core.calendar import Timetable
from paihao.queue.facts import (
    AgencyFacts,
    DepartmentFacts,
    HallFacts,
    ItemFacts,
    LineFacts,
    OfficerFacts,
    WindowFacts,
    ZoneFacts,
)
from paihao.queue.hall import Kind
from paihao.queue.routing import Reason, route, to_line
from paihao.queue.window import WindowState

DESK, COMPLAINT, GENERAL, SOCIAL, NEAR = 1, 2, 3, 4, 5
"""Lines: first desk and general in zone 1, social and another general one in zone 2."""


def item(line: int | None = SOCIAL, agency: int | None = None) -> ItemFacts:
    return ItemFacts(1, "S-001", "参保登记", "cbdj", 1, line, agency, 6, 2, 10, "个人", "immediate", 0, 0, ())


def window(number: int, *lines: int, state: WindowState = WindowState.OPEN, officer: int | None = None) -> WindowFacts:
    handicaps = {line: 15 * place for place, line in enumerate(lines)}
    sits = OfficerFacts(officer, "李某", "L1") if officer else None
    return WindowFacts(number, str(number), "", 1, Kind.ORDINARY, 1, state, "", None, handicaps, sits)


def hall(*windows: WindowFacts, covers: dict[int, list[int]] | None = None) -> HallFacts:
    lines = [
        LineFacts(DESK, "X", "首问责任岗", 1, Kind.FIRST_INQUIRY),
        LineFacts(COMPLAINT, "T", "投诉", 1, Kind.COMPLAINT),
        LineFacts(GENERAL, "Z", "综合", 1, Kind.COMPREHENSIVE),
        LineFacts(SOCIAL, "A", "社保", 2, Kind.ORDINARY),
        LineFacts(NEAR, "Y", "综合二", 2, Kind.COMPREHENSIVE),
    ]
    return HallFacts(
        *(1, "small", "小城", "", "Asia/Shanghai", "", 2, 3, False, False),
        {1: ZoneFacts(1, "A区"), 2: ZoneFacts(2, "B区")},
        {1: DepartmentFacts(1, "D", "部门", 1)},
        {line.id: line for line in lines},
        {7: AgencyFacts(7, "人民法院", "中心路8号", "")},
        {},
        {},
        {made.id: made for made in windows},
        Timetable("Asia/Shanghai"),
        covers or {},
    )


def test_an_open_window_of_the_own_line() -> None:
    way = route(item(), hall(window(1, DESK), window(4, SOCIAL)), hours_running=True)
    assert way is not None
    assert (way.line.id, way.reason, [w.id for w in way.windows]) == (SOCIAL, Reason.OWN_LINE, [4])


def test_a_paused_window_still_counts() -> None:
    way = route(item(), hall(window(4, SOCIAL, state=WindowState.PAUSED)), hours_running=True)
    assert way is not None
    assert way.reason is Reason.OWN_LINE


def test_a_helping_window_counts_and_stands_behind_the_own_ones() -> None:
    way = route(item(), hall(window(3, GENERAL, SOCIAL), window(4, SOCIAL)), hours_running=True)
    assert way is not None
    assert [w.id for w in way.windows] == [4, 3]


def test_b_covers_when_a_is_away_r48() -> None:
    covered = hall(window(1, DESK), window(3, GENERAL, officer=9), covers={SOCIAL: [9]})
    way = route(item(), covered, hours_running=True)
    assert way is not None
    assert way.reason is Reason.COVER
    assert way.line.id == SOCIAL
    assert way.bound is not None
    assert way.bound.id == 3


def test_a_comprehensive_window_takes_what_nobody_else_takes_r42() -> None:
    way = route(item(), hall(window(1, DESK), window(3, GENERAL)), hours_running=True)
    assert way is not None
    assert (way.line.id, way.reason) == (GENERAL, Reason.COMPREHENSIVE)


def test_a_comprehensive_window_of_the_own_zone_comes_first() -> None:
    way = route(item(), hall(window(3, GENERAL), window(5, NEAR)), hours_running=True)
    assert way is not None
    assert way.line.id == NEAR


def test_the_first_desk_takes_it_in_when_nobody_else_is_there_r7() -> None:
    way = route(item(), hall(window(1, DESK)), hours_running=True)
    assert way is not None
    assert (way.line.id, way.reason) == (DESK, Reason.FIRST_DESK)


@pytest.mark.parametrize("windows", [(), (window(1, DESK),), (window(3, GENERAL),)])
def test_before_the_hall_opens_everybody_waits_at_his_own_line(windows: tuple[WindowFacts, ...]) -> None:
    way = route(item(), hall(*windows), hours_running=False)
    assert way is not None
    assert (way.line.id, way.reason, way.windows) == (SOCIAL, Reason.NOT_OPEN_YET, ())


def test_what_is_not_served_here_goes_to_the_first_desk_with_the_address_r5() -> None:
    way = route(item(None, 7), hall(window(1, DESK), window(4, SOCIAL)), hours_running=True)
    assert way is not None
    assert (way.line.id, way.reason) == (DESK, Reason.ELSEWHERE)
    assert way.agency is not None
    assert way.agency.address == "中心路8号"


def test_who_does_not_know_goes_to_the_first_desk_r6() -> None:
    for windows in ((window(1, DESK),), ()):
        way = route(None, hall(*windows), hours_running=True)
        assert way is not None
        assert (way.line.id, way.reason) == (DESK, Reason.UNSURE)


def test_complaints_have_their_own_line_r8() -> None:
    here = hall(window(2, COMPLAINT))
    assert to_line(here.lines[COMPLAINT], here).reason is Reason.COMPLAINT
    assert to_line(here.lines[SOCIAL], here).reason is Reason.CHOSEN


def test_a_hall_without_a_first_desk_says_so() -> None:
    whole = hall()
    without = msgspec.structs.replace(
        whole, lines={key: line for key, line in whole.lines.items() if line.kind is not Kind.FIRST_INQUIRY}
    )
    assert route(None, without, hours_running=True) is None
