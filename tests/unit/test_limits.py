"""How often an address may ask: a burst, then a pace; whoever keeps knocking gets in when his turn comes."""

import pytest
from paihao.api import limits
from paihao.api.limits import Bucket
from paihao.core.errors import TooMany


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(limits, "monotonic", made)
    return made


def lets(bucket: Bucket, name: str, tries: int) -> int:
    """How many of so many requests get through."""
    through = 0
    for _ in range(tries):
        try:
            bucket.take(name)
        except TooMany:
            continue
        through += 1
    return through


def test_a_burst_and_then_a_pace(clock: Clock) -> None:
    bucket = Bucket(6)
    assert lets(bucket, "a", 10) == 6
    clock.now += 10
    assert lets(bucket, "a", 10) == 1
    clock.now += 3600
    assert lets(bucket, "a", 10) == 6


def test_one_address_does_not_hold_up_another(clock: Clock) -> None:
    bucket = Bucket(2)
    assert lets(bucket, "a", 500) == 2
    assert lets(bucket, "b", 2) == 2


def test_whoever_keeps_asking_is_let_in_when_his_time_comes(clock: Clock) -> None:
    bucket = Bucket(60)
    lets(bucket, "a", 60)
    through = 0
    for _ in range(100):
        clock.now += 0.1
        through += lets(bucket, "a", 1)
    assert through in (9, 10)


def test_what_is_kept_is_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_KEPT", 3)
    bucket = Bucket(1)
    for name in "abcd":
        bucket.take(name)
    assert lets(bucket, "d", 1) == 0
    assert lets(bucket, "a", 1) == 1
