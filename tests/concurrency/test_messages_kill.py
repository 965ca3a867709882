"""``kill -9`` of a server that is sending, and a new start: each event reaches its visitor exactly once."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from gateway import KEY, SmsGateway, listening
from house import SMALL
from live import PATIENCE
from paihao.core import clock, messages
from paihao.core.db import Database
from paihao.core.gateways import Channel
from paihao.core.message import Message, State
from paihao.core.messages import Letter
from paihao.core.outbox import AT_ONCE
from paihao.core.privacy import Vault
from paihao.queue.hall import Hall
from server import Server, serving
from sqlalchemy import func, select, update

pytestmark = pytest.mark.anyio

MESSAGES = 300
BEFORE = 100
"""Delivered, then the gateway takes what comes without a word, and the server is killed."""


async def post(database: Database, vault: Vault) -> set[str]:
    """As other processes write them: each in a transaction of its own; gives the texts."""
    async with database.read() as connection:
        hall = (await connection.execute(select(Hall.id))).scalar_one()
    for number in range(MESSAGES):
        letter = Letter(hall, f"appointment:{number}:booked:0", Channel.SMS, "13812345678", f"第{number}条", "zh_CN")
        async with database.write() as tx:
            await messages.post_all(tx, vault, [letter], clock.now())
    return {f"第{number}条" for number in range(MESSAGES)}


async def states(database: Database) -> Counter[str]:
    async with database.read() as connection:
        rows = await connection.execute(select(Message.state, func.count()).group_by(Message.state))
        return Counter({row[0]: row[1] for row in rows})


async def test_each_event_is_told_exactly_once(
    database_url: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(SmsGateway()) as gateway:
        monkeypatch.setenv("PAIHAO_SMS_URL", gateway.url)
        monkeypatch.setenv("PAIHAO_PUBLIC_URL", "http://hall.test")
        monkeypatch.setenv("PAIHAO_SMS_KEY", KEY)
        gateway.silent_after = BEFORE
        with serving(database_url, tmp_path, SMALL) as server:
            posting = asyncio.create_task(post(database, Vault((tmp_path / "var" / "secret").read_text())))
            await gateway.until(lambda: len(gateway.delivered) >= BEFORE and gateway.at_once > 0, PATIENCE)
            texts = await posting
            server.kill()
            left = await states(database)
            assert BEFORE - AT_ONCE <= left[State.SENT] <= BEFORE
            assert 1 <= left[State.SENDING] <= AT_ONCE

            gateway.silent_after = None
            async with database.write() as tx:  # as if the claims had lapsed
                await tx.execute(update(Message).where(Message.state == State.SENDING).values(try_at=clock.now()))
            await asyncio.to_thread(server.start)
            await gateway.until(lambda: len(gateway.delivered) == MESSAGES, PATIENCE)
            async with asyncio.timeout(PATIENCE):
                while (await states(database))[State.SENT] < MESSAGES:
                    pass
            server.stop()
        assert Counter(message["text"] for message in gateway.delivered.values()) == Counter(texts)
        # What was taken and not answered was sent again, and the gateway knew it by its key.
        assert 1 <= sum(asked == 2 for asked in gateway.asked.values()) <= AT_ONCE
        assert set(gateway.asked.values()) == {1, 2}
        assert gateway.turned_away == []


async def test_a_gateway_that_comes_back_gets_everything_from_two_servers_once(
    database_url: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with listening(SmsGateway()) as gateway:
        monkeypatch.setenv("PAIHAO_SMS_URL", gateway.url)
        monkeypatch.setenv("PAIHAO_PUBLIC_URL", "http://hall.test")
        monkeypatch.setenv("PAIHAO_SMS_KEY", KEY)
        await gateway.off()
        with serving(database_url, tmp_path, SMALL) as server:
            second = Server(database_url, tmp_path)
            second.start()
            try:
                texts = await post(database, Vault((tmp_path / "var" / "secret").read_text()))
                async with asyncio.timeout(PATIENCE), database.read() as connection:
                    tried = select(func.count()).where(Message.tries > 0)
                    while not (await connection.execute(tried)).scalar_one():
                        pass
                await gateway.on()
                await gateway.until(lambda: len(gateway.delivered) == MESSAGES, 2 * PATIENCE)
                second.stop()
                server.stop()
            finally:
                second.kill()
        assert {message["text"] for message in gateway.delivered.values()} == texts
        assert set(gateway.asked.values()) == {1}
        assert await states(database) == {State.SENT: MESSAGES}
