"""What supervisors see and do about messages, through the interface."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from house import House, open_second_hall
from office import PHONE, START, TEXT
from paihao.api.permissions import Caller
from paihao.core import messages
from paihao.core.gateways import Channel, Fault
from paihao.core.journal import Journal
from paihao.core.message import Message, State
from paihao.core.messages import Letter
from sqlalchemy import select, update

pytestmark = pytest.mark.anyio


async def post(house: House, hall: str, event: str, state: State = State.FAILED) -> int:
    facts = await house.services.halls.get(hall)
    letter = Letter(facts.id, event, Channel.SMS, PHONE, TEXT, "zh_CN")
    ended = {"state": state, "ended_at": START, "fault": Fault.RECIPIENT if state is State.FAILED else ""}
    async with house.services.database.write() as tx:
        await messages.post_all(tx, house.services.vault, [letter], START)
        mine = update(Message).where(Message.event == event).values(**ended, tries=1)
        return int((await tx.execute(mine.returning(Message.id))).scalar_one())


async def test_failed_ones_are_listed_masked_and_sent_again(house: House) -> None:
    number = await post(house, "small", "appointment:1:booked:0")
    await post(house, "small", "appointment:2:booked:0", State.SENT)
    async with house.client(Caller.SUPERVISOR) as client:
        [shown] = (await client.get("/halls/small/messages?state=failed")).json()["messages"]
        assert {name: shown[name] for name in ("id", "event", "channel", "to", "state", "tries", "fault")} == {
            "id": number,
            "event": "appointment:1:booked:0",
            "channel": "sms",
            "to": "138****5678",
            "state": "failed",
            "tries": 1,
            "fault": "bad_recipient",
        }
        assert (shown["text"], shown["can_retry"]) == ("号码或邮箱地址无法送达，请核对后另行通知", True)
        assert (await client.post(f"/messages/{number}/retry")).status_code == 204
        again = await client.post(f"/messages/{number}/retry")
        assert (again.status_code, again.json()["code"]) == (409, "not_failed")
        assert (await client.get("/halls/small/messages?state=failed")).json()["messages"] == []
    async with house.services.database.read() as connection:
        about = select(Journal.data).where(Journal.action == "message_retry")
        [written] = (await connection.execute(about)).scalars()
    assert written == {"message": number, "event": "appointment:1:booked:0"}


async def test_lists_go_on_where_they_ended(house: House) -> None:
    numbers = [await post(house, "small", event) for event in (f"appointment:{number}:booked:0" for number in range(5))]
    seen: list[int] = []
    path: str | None = "/halls/small/messages?limit=2"
    async with house.client(Caller.SUPERVISOR) as client:
        while path:
            page = (await client.get(path)).json()
            seen += [message["id"] for message in page["messages"]]
            path = f"/halls/small/messages?limit=2&cursor={page['cursor']}" if page["cursor"] else None
        for wrong in ("limit=0", "limit=101", "cursor=x", "state=lost"):
            assert (await client.get(f"/halls/small/messages?{wrong}")).status_code == 400
        for unknown in ("x", "99999999", "9" * 30):
            answer = await client.post(f"/messages/{unknown}/retry")
            assert (answer.status_code, answer.json()["code"]) == (404, "unknown_message")
    assert seen == numbers[::-1]


async def test_another_halls_messages_are_not_shown_or_sent(house: House) -> None:
    await open_second_hall(house)
    number = await post(house, "other", "appointment:1:booked:0")
    async with house.client(Caller.SUPERVISOR) as client:
        for answer in (
            await client.get("/halls/other/messages"),
            await client.post(f"/messages/{number}/retry"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign_hall")
        assert (await client.get("/halls/small/messages")).json()["messages"] == []
    async with house.services.database.read() as connection:
        assert (await messages.find(connection, number)).state == State.FAILED


async def test_in_development_the_console_shows_what_would_be_sent(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    facts, services = await house.services.halls.get("small"), house.services
    async with services.moving(facts.id) as tx:
        letter = Letter(facts.id, "code:1:", Channel.SMS, PHONE, TEXT, "zh_CN")
        await messages.post_all(tx, services.vault, [letter], datetime.now(UTC))
    services.messages.wake()
    said: list[str] = []

    async def shown(wanted: Callable[[str], bool]) -> None:
        async with asyncio.timeout(10):
            while not wanted("".join(said)):
                said.append(capsys.readouterr().out)
                await asyncio.sleep(0)

    await shown(lambda text: TEXT in text)
    assert PHONE not in "".join(said)
