"""A booked visitor of the replay: who comes, when, and what his slot's counts must be."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from paihao.booking.state import Channel, Status
from paihao.samples.replay.booked import Guest, counted, outcomes
from paihao.samples.replay.client import Caller
from paihao.samples.replay.day import Booking, Fate, Visitor

pytestmark = pytest.mark.anyio

GRACE = timedelta(minutes=10)


class Desk:
    """Answers a check-in."""

    def __init__(self, *, kept: bool) -> None:
        self.kept = kept

    async def post(self, *_: object) -> dict[str, Any]:
        return {"kept": self.kept}


def guest(fate: Fate, *, begins: timedelta | None = None, kept: bool = True, delay: float = 0.5) -> Guest:
    booking = Booking(Channel.ONLINE, fate, delay)
    plan = Visitor(comes=600, item="S-002", minutes=5, walk=0.2, away=5, booking=booking)
    desk = cast(Caller, Desk(kept=kept))
    made = Guest(plan, 0, desk, desk, "000000000001")
    if begins is not None:
        starts_at = (datetime.now(UTC) + begins).isoformat()
        made.take({"code": "ABCD2345", "status": "booked", "starts_at": starts_at})
    return made


def test_who_comes_at_all() -> None:
    soon = timedelta(minutes=1)
    assert not guest(Fate.COMES, begins=soon).stays_away()
    assert not guest(Fate.WAITS).stays_away()  # without an appointment he comes like everybody
    assert guest(Fate.NEVER, begins=soon).stays_away()
    another_day = guest(Fate.COMES, begins=soon)
    another_day.today = False
    assert another_day.stays_away()
    cancelled = guest(Fate.CANCELS, begins=soon)
    cancelled.status = Status.CANCELLED
    assert cancelled.stays_away()


def test_who_means_to_be_late_waits_for_it() -> None:
    begins = timedelta(minutes=1)
    assert guest(Fate.COMES, begins=begins).seconds_until_due(GRACE) == 0
    assert guest(Fate.GRACE, begins=begins).seconds_until_due(GRACE) == pytest.approx(60 + 300, abs=1)
    assert guest(Fate.LATE, begins=begins).seconds_until_due(GRACE) == pytest.approx(60 + 601, abs=1)
    assert guest(Fate.LATE, begins=-timedelta(hours=1)).seconds_until_due(GRACE) < 0


@pytest.mark.parametrize(
    ("begins", "kept", "arrived"),
    [(timedelta(minutes=5), True, "early"), (-timedelta(minutes=5), True, "grace"), (-GRACE * 2, False, "late")],
)
async def test_a_check_in_is_told_by_when_it_was(begins: timedelta, kept: bool, arrived: str) -> None:
    one = guest(Fate.COMES, begins=begins, kept=kept)
    await one.check_in()
    assert (one.status, one.arrived) == (Status.CHECKED_IN, arrived)
    assert (one.seconds_until_called() > 0) == (arrived == "early")
    assert outcomes(one) == ["booked", arrived, "checked_in"]


def test_outcomes_leave_nobody_out() -> None:
    assert outcomes(guest(Fate.COMES)) == ["without"]
    waited = guest(Fate.WAITS, begins=timedelta(minutes=5))
    waited.waiting = "key"
    assert outcomes(waited) == ["booked", "waited", "offered", "standing"]


def slot(**changed: Any) -> dict[str, Any]:
    channels = {"online": 1, "phone": 0, "onsite": 0}
    plain = {"starts_at": "T", "booked": 1, "held": 0, "capacity": 2, "channels": channels}
    return {"lines": [{"prefix": "A", "name": "社会保险", "slots": [plain | changed]}]}


def test_slots_must_count_what_is_in_them() -> None:
    one = {"line": "A", "starts_at": "T", "status": "checked_in"}
    assert counted(slot(), [one, one | {"status": "cancelled"}]) == []
    assert len(counted(slot(), [])) == 1
    assert len(counted(slot(), [one, one])) == 1
    assert len(counted(slot(booked=2), [one, one])) == 1  # the channels do not add up
    assert len(counted(slot(capacity=0), [one])) == 1
    assert len(counted(slot(), [one, one | {"starts_at": "U"}])) == 1  # a slot that nobody knows
