"""When a message is tried again, how a failing gateway is asked, what a request to it says: without any of them."""

from datetime import UTC, datetime, timedelta

import pytest
from paihao.core.gateways import Channel as Way
from paihao.core.gateways import LogGateway, NoGateway, SmsGateway, build, signature
from paihao.core.messages import Claimed, next_try
from paihao.core.outbox import AT_ONCE, Circuit
from paihao.core.settings import Settings, SettingsError

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def claimed(tries: int) -> Claimed:
    return Claimed(1, "e", "sms", b"", b"", "zh_CN", tries, START, START + DAY, START)


@pytest.mark.parametrize(
    ("tries", "seconds"), [(1, 5), (2, 30), (3, 120), (4, 600), (5, 3600), (6, 4 * 3600), (7, 4 * 3600), (99, 4 * 3600)]
)
def test_pauses_grow_and_luck_spreads_them(tries: int, seconds: float) -> None:
    assert next_try(claimed(tries), START, 0.0) == START + timedelta(seconds=seconds)
    assert next_try(claimed(tries), START, 1.0) == START + timedelta(seconds=seconds * 0.8)


def test_no_message_is_tried_after_its_end() -> None:
    late = START + DAY - timedelta(minutes=1)
    assert next_try(claimed(6), late, 0.0) == START + DAY


def test_in_its_day_a_message_is_tried_eleven_times() -> None:
    moment, tries = START, 1
    while (following := next_try(claimed(tries), moment, 0.0)) < START + DAY:
        moment, tries = following, tries + 1
    assert tries == 11


def test_a_gateway_that_fails_is_asked_once_at_a_time_after_growing_pauses() -> None:
    circuit = Circuit()
    assert [circuit.room(busy, START) for busy in (0, 3, AT_ONCE, AT_ONCE + 1)] == [AT_ONCE, AT_ONCE - 3, 0, 0]
    moment, pauses = START, []
    for _ in range(8):
        for _ in range(AT_ONCE):  # what was under way fails together, and counts once
            circuit.failed(moment)
        assert circuit.room(0, moment) == 0
        step = timedelta(0)
        while circuit.room(0, moment + step) == 0:
            step += timedelta(seconds=1)
        moment += step
        pauses.append(step.seconds)
        assert [circuit.room(busy, moment) for busy in (0, 1, 5)] == [1, 0, 0]
    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]
    circuit.answered()
    assert circuit.room(0, moment) == AT_ONCE


def test_a_signature_is_over_timestamp_nonce_and_body() -> None:
    whole = signature("k", "1", "n", b"body")
    assert len(whole) == 64
    others = [("l", "1", "n", b"body"), ("k", "2", "n", b"body"), ("k", "1", "m", b"body"), ("k", "1", "n", b"bodY")]
    assert whole not in {signature(*other) for other in others}


def test_the_log_never_holds_messages_in_production() -> None:
    development = Settings(secret="s" * 40)
    production = Settings(secret="s" * 40, environment="production")
    assert {type(gateway) for gateway in build(development).values()} == {LogGateway}
    assert {type(gateway) for gateway in build(production).values()} == {NoGateway}
    with pytest.raises(SettingsError):
        LogGateway(production, Way.SMS)


@pytest.mark.anyio
async def test_a_gateway_that_is_named_is_used() -> None:
    gateways = build(
        Settings(secret="s" * 40, environment="production", sms_url="http://127.0.0.1:9/", sms_key="k" * 16)
    )
    assert [type(gateways[way]) for way in (Way.SMS, Way.EMAIL)] == [SmsGateway, NoGateway]
    for gateway in gateways.values():
        await gateway.close()
