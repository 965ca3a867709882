"""Messages: an event is told once, whatever the gateway does, and nobody else learns what was said to whom."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta

import pytest
from gateway import KEY, Mood
from office import PHONE, START, TEXT, Office, opened
from paihao.core import messages, outbox
from paihao.core.db import Database, violated
from paihao.core.errors import Conflict, NotFound
from paihao.core.gateways import Channel, Fault, NoGateway
from paihao.core.message import Message, State
from paihao.core.messages import LEASE
from paihao.core.outbox import AT_ONCE
from paihao.core.privacy import Vault
from prometheus_client import REGISTRY
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

pytestmark = pytest.mark.anyio


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    async with opened(database) as made:
        yield made


def events(count: int) -> Iterable[str]:
    return [f"appointment:{number}:booked:0" for number in range(count)]


async def test_one_event_is_told_once(office: Office) -> None:
    await office.post("appointment:1:booked:0", "appointment:1:booked:0")
    await office.post("appointment:1:booked:0", to="13900000000")
    await office.step()
    message = await office.one()
    assert (message.state, message.tries, message.ended_at, message.fault) == (State.SENT, 1, START, "")
    [(key, delivered)] = office.sms.delivered.items()
    assert {name: delivered[name] for name in ("to", "text", "language")} == {
        "to": PHONE,
        "text": TEXT,
        "language": "zh_CN",
    }
    assert message.gateway_ref == f"ref-{key}"
    await office.step(hours=48)
    assert office.sms.asked == {key: 1}


async def test_what_was_rolled_back_is_never_told(office: Office) -> None:
    async def fail() -> None:
        async with office.database.write() as tx:
            await post(tx)
            raise RuntimeError

    async def post(tx: AsyncConnection) -> None:
        await messages.post(
            tx,
            office.vault,
            hall_id=office.hall,
            event="appointment:1:booked:0",
            channel=Channel.SMS,
            to=PHONE,
            text=TEXT,
            language="zh_CN",
            now=START,
        )

    with pytest.raises(RuntimeError):
        await fail()
    await office.step()
    assert await office.all() == []
    assert not office.sms.asked


async def test_a_message_waits_until_it_is_due_and_is_not_sent_when_it_is_of_no_use(office: Office) -> None:
    await office.post("reminder:1:", due=START + timedelta(hours=1), until=START + timedelta(hours=2))
    await office.post("reminder:2:", until=START + timedelta(minutes=30))
    async with office.database.write() as tx:
        await tx.execute(
            update(Message).where(Message.event == "reminder:2:").values(try_at=START + timedelta(hours=1))
        )
    await office.post("reminder:3:", until=START - timedelta(hours=1))
    await office.step(minutes=59)
    assert await office.states() == {State.QUEUED: 3}
    await office.step(minutes=1)
    await office.outbox.sweep()
    assert [(message.state, message.fault) for message in await office.all()] == [
        (State.SENT, ""),
        (State.FAILED, Fault.TOO_LATE),
        (State.FAILED, Fault.TOO_LATE),
    ]
    assert len(office.sms.asked) == 1


async def test_a_dead_gateway_makes_no_storm_and_once_alive_gets_everything_once(office: Office) -> None:
    await office.sms.off()
    await office.post(*events(40))
    await office.step()
    assert Counter(message.tries for message in await office.all()) == {1: AT_ONCE, 0: 40 - AT_ONCE}
    for _ in range(5):  # one at a time, and not at every look
        await office.step(seconds=2)
    tried = [message.tries for message in await office.all()]
    assert AT_ONCE < sum(tried) <= AT_ONCE + 4
    assert {message.fault for message in await office.all()} == {Fault.UNREACHABLE, ""}
    await office.outbox.sweep()
    assert REGISTRY.get_sample_value("paihao_gateway_down", {"channel": "sms"}) == 1
    assert REGISTRY.get_sample_value("paihao_messages_waiting", {"channel": "sms"}) == 40
    assert REGISTRY.get_sample_value("paihao_messages_oldest_seconds", {"channel": "sms"}) == 10
    await office.sms.on()
    for _ in range(8):
        await office.step(seconds=30)
    assert await office.states() == {State.SENT: 40}
    assert set(office.sms.asked.values()) == {1}
    assert len(office.sms.delivered) == 40
    await office.outbox.sweep()
    assert REGISTRY.get_sample_value("paihao_gateway_down", {"channel": "sms"}) == 0
    assert REGISTRY.get_sample_value("paihao_messages_waiting", {"channel": "sms"}) == 0


@pytest.mark.parametrize(
    ("mood", "fault", "asked"),
    [(Mood.TROUBLE, Fault.TROUBLE, 1), (Mood.SILENT, Fault.SILENT, 2), (Mood.VANISHING, Fault.SILENT, 2)],
)
async def test_what_the_gateway_took_without_a_word_is_known_again(
    office: Office, monkeypatch: pytest.MonkeyPatch, mood: Mood, fault: Fault, asked: int
) -> None:
    monkeypatch.setattr(outbox, "SEND_SECONDS", 0.2)
    office.sms.mood = mood
    await office.post("appointment:1:booked:0")
    await office.step()
    message = await office.one()
    assert (message.state, message.fault, message.try_at) == (State.QUEUED, fault, START + timedelta(seconds=5))
    office.sms.mood = Mood.WELL
    await office.step(seconds=4)
    assert (await office.one()).tries == 1
    await office.step(seconds=1)
    message = await office.one()
    assert (message.state, message.tries, message.fault) == (State.SENT, 2, "")
    assert list(office.sms.asked.values()) == [asked]
    assert len(office.sms.delivered) == 1


async def test_a_wrong_number_fails_at_once_and_holds_nobody_up(office: Office) -> None:
    office.sms.wrong_numbers.add("13900000000")
    await office.post("appointment:1:booked:0", to="13900000000")
    await office.post("appointment:2:booked:0")
    await office.step()
    assert [(message.state, message.fault) for message in await office.all()] == [
        (State.FAILED, Fault.RECIPIENT),
        (State.SENT, ""),
    ]


async def test_a_wrong_signature_is_turned_away_and_nothing_is_lost(office: Office) -> None:
    await office.post("appointment:1:booked:0")
    await office.step(office.worker(key="another key altogether"))
    message = await office.one()
    assert (message.state, message.fault, office.sms.turned_away) == (State.QUEUED, Fault.KEY, [401])
    assert not office.sms.asked
    await office.step(seconds=5)
    assert await office.states() == {State.SENT: 1}


async def test_after_a_day_it_is_given_up_with_the_reason_and_staff_may_send_it_again(office: Office) -> None:
    office.sms.mood = Mood.TROUBLE
    await office.post("appointment:1:booked:0")
    for _ in range(200):
        await office.step(minutes=15)
        await office.outbox.sweep()
    message = await office.one()
    assert (message.state, message.fault, message.tries) == (State.FAILED, Fault.TROUBLE, len(office.sms.turned_away))
    assert message.ended_at >= message.until == message.due_at + timedelta(days=1)
    assert 8 <= message.tries <= 12
    office.sms.mood = Mood.WELL
    await office.retry(message.id)
    await office.step()
    assert await office.states() == {State.SENT: 1}
    with pytest.raises(Conflict) as refused:
        await office.retry(message.id)
    assert refused.value.code == "not_failed"
    with pytest.raises(NotFound):
        await office.retry(message.id + 1)


async def test_without_a_gateway_staff_see_it(office: Office) -> None:
    await office.post("appointment:1:booked:0")
    await office.step(office.worker(sms=NoGateway()))
    message = await office.one()
    assert (message.state, message.fault) == (State.FAILED, Fault.NO_GATEWAY)


async def test_what_is_withdrawn_is_not_sent(office: Office) -> None:
    await office.post("appointment:1:reminder:day", "appointment:1:reminder:hours", "appointment:17:reminder:day")
    assert await office.withdraw("appointment:1:reminder:") == 2
    assert await office.withdraw("appointment:1:") == 0
    await office.step()
    assert {message.event: message.state for message in await office.all()} == {
        "appointment:1:reminder:day": State.WITHDRAWN,
        "appointment:1:reminder:hours": State.WITHDRAWN,
        "appointment:17:reminder:day": State.SENT,
    }
    with pytest.raises(ValueError, match="appointment:17"):
        await office.withdraw("appointment:1")


async def test_withdrawn_on_its_way_it_is_not_tried_again_and_what_went_out_is_said(office: Office) -> None:
    await office.post("appointment:1:reminder:day", "appointment:2:reminder:day")
    first, second = await office.claim(), await office.claim()
    assert await office.withdraw("appointment:1:") == await office.withdraw("appointment:2:") == 1
    async with office.database.write() as tx:
        assert await messages.sent(tx, first, "", office.now)
        assert not await messages.again(tx, second, Fault.SILENT, office.now)
    assert [message.state for message in await office.all()] == [State.SENT, State.WITHDRAWN]


async def test_what_a_dead_worker_left_is_sent_as_itself_when_its_claim_lapses(office: Office) -> None:
    await office.post("appointment:1:booked:0")
    dead = await office.claim()
    await office.step(seconds=LEASE.total_seconds() - 1)
    assert not office.sms.asked  # it may still be at it
    await office.step(seconds=1)
    assert await office.states() == {State.SENT: 1}
    assert list(office.sms.asked) == [messages.opened(office.vault, dead).key]
    async with office.database.write() as tx:  # it was not dead, only slow: too late
        assert not await messages.failed(tx, dead, Fault.SILENT, office.now)
        assert not await messages.again(tx, dead, Fault.SILENT, office.now)
    assert (await office.one()).tries == 2


async def test_two_workers_send_each_message_once(office: Office) -> None:
    await office.post(*events(60))
    office.sms.together = 2 * AT_ONCE
    other = Database(office.database.url.render_as_string(hide_password=False))
    second = office.worker(other)
    try:
        while (await office.states())[State.SENT] < 60:
            await office.step(office.outbox, second)
    finally:
        await other.close()
    assert set(office.sms.asked.values()) == {1}
    assert len(office.sms.delivered) == 60
    assert office.sms.most_at_once == 2 * AT_ONCE  # each had as many as it may, and none the other's


async def test_two_claims_at_the_same_moment_take_different_messages(office: Office) -> None:
    await office.post(*events(20))
    other = Database(office.database.url.render_as_string(hide_password=False))

    async def claim(database: Database) -> set[int]:
        async with database.write() as tx:
            return {claimed.id for claimed in await messages.claim(tx, Channel.SMS, AT_ONCE, office.now)}

    async with asyncio.timeout(30):
        async with office.database.write() as tx:
            mine = {claimed.id for claimed in await messages.claim(tx, Channel.SMS, AT_ONCE, office.now)}
            second = asyncio.create_task(claim(other))
            if not office.database.sqlite:
                await second  # it does not wait until the first has committed
        theirs = await second
    assert (len(mine), len(theirs), mine & theirs) == (AT_ONCE, AT_ONCE, set())
    await other.close()


async def test_it_wakes_for_a_message_and_lets_it_be_answered_before_it_stops(office: Office) -> None:
    worker = office.worker()
    await worker.start()
    await office.post(*events(30))
    worker.wake()
    await office.sms.until(lambda: len(office.sms.delivered) >= 10)
    await worker.stop()
    states = await office.states()
    assert states[State.SENDING] == 0
    assert states[State.SENT] == len(office.sms.delivered) == sum(office.sms.asked.values())


async def test_a_stop_does_not_wait_for_a_silent_gateway(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "STOP_SECONDS", 0.1)
    office.sms.mood = Mood.SILENT
    worker = office.worker()
    await worker.start()
    await office.post("appointment:1:booked:0")
    worker.wake()
    await office.sms.until(lambda: len(office.sms.delivered) == 1)
    await worker.stop()
    assert await office.states() == {State.SENDING: 1}
    office.sms.mood = Mood.WELL
    await office.step(seconds=LEASE.total_seconds())
    assert await office.states() == {State.SENT: 1}
    assert list(office.sms.asked.values()) == [2]
    assert len(office.sms.delivered) == 1


async def test_nothing_readable_stands_in_the_rows_or_in_the_log(
    office: Office,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "SEND_SECONDS", 0.2)
    caplog.set_level("INFO")
    office.mail.wrong_addresses.add("zhang@example.cn")
    await office.post("appointment:1:booked:0")
    await office.post("appointment:1:mail:0", to="zhang@example.cn", channel=Channel.EMAIL, subject="预约成功")
    for mood in (Mood.TROUBLE, Mood.SILENT, Mood.VANISHING):
        office.sms.mood = office.mail.mood = mood
        await office.step(hours=1)
        for message in await office.all():
            kept = repr(tuple(message)).encode() + message.recipient + message.content
            assert not [secret for secret in (PHONE, "zhang", "482913") if secret.encode() in kept]
    await office.sms.off()
    await office.step(hours=4)
    said = "".join(capsys.readouterr()) + caplog.text
    assert "gateway_fails" in said
    for secret in (PHONE, PHONE[3:], "482913", "zhang", KEY, "s" * 40):
        assert secret not in said


async def test_what_cannot_be_opened_fails_alone(office: Office) -> None:
    office.vault, kept = Vault("t" * 40), office.vault
    await office.post("appointment:1:booked:0")
    office.vault = kept
    await office.post("appointment:2:booked:0")
    await office.step()
    assert [(message.state, message.fault) for message in await office.all()] == [
        (State.FAILED, Fault.UNREADABLE),
        (State.SENT, ""),
    ]
    [first, second] = await office.all()
    assert messages.masked(office.vault, first.channel, first.recipient) == ""
    assert messages.masked(office.vault, second.channel, second.recipient) == "138****5678"


async def test_what_ended_is_forgotten_when_its_days_are_over(office: Office) -> None:
    office.sms.wrong_numbers.add("13900000000")
    await office.post("appointment:1:booked:0", to="13900000000")
    await office.post("appointment:2:booked:0")
    await office.post("appointment:3:reminder:day", due=START + timedelta(days=90))
    await office.step()
    assert await office.forget(office.now) == 0
    assert await office.forget(office.now + timedelta(days=30)) == 2
    rows = await office.all()
    assert [(row.recipient is None, row.content is None) for row in rows] == [
        (True, True),
        (True, True),
        (False, False),
    ]
    assert messages.masked(office.vault, rows[0].channel, rows[0].recipient) == ""
    with pytest.raises(Conflict) as refused:
        await office.retry(rows[0].id)
    assert refused.value.code == "forgotten"


async def test_the_database_itself_keeps_its_rules(office: Office) -> None:
    await office.post(*events(2))
    [first, _] = await office.all()
    ended = {"state": State.FAILED, "ended_at": START}
    for name, changes in (
        ("uq_message_event", {"event": "appointment:1:booked:0"}),
        ("ck_message_channel_known", {"channel": "fax"}),
        ("ck_message_state_known", {"state": "lost", "ended_at": START}),
        ("ck_message_sending_has_claim", {"state": State.SENDING}),
        ("ck_message_ended_has_moment", {"state": State.SENT}),
        ("ck_message_ended_has_moment", {"ended_at": START}),
        ("ck_message_failed_has_fault", ended),
        ("ck_message_forgotten_whole", ended | {"fault": "x", "recipient": None}),
        ("ck_message_forgotten_when_ended", {"recipient": None, "content": None}),
    ):
        with pytest.raises(IntegrityError) as refused:
            async with office.database.write() as tx:
                await tx.execute(update(Message).where(Message.id == first.id).values(**changes))
        assert violated(refused.value) == name
