"""Where messages leave from: a hall with a worker that a test moves on by hand, before a gateway of each kind."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway import KEY, MailServer, SmsGateway, listening
from house import SMALL
from paihao.core import gateways, messages
from paihao.core.db import Database
from paihao.core.gateways import Channel, Gateway, MailGateway
from paihao.core.message import Message
from paihao.core.messages import Letter
from paihao.core.outbox import Outbox
from paihao.core.privacy import Vault
from paihao.queue import hallfiles, hallstore
from sqlalchemy import select

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PHONE = "13812345678"
TEXT = "您已预约3月3日上午9点，预约码482913"


class Office:
    """A hall with a worker that a test moves on by hand, before a gateway of each kind."""

    def __init__(self, database: Database, hall: int, sms: SmsGateway, mail: MailServer) -> None:
        self.database = database
        self.hall = hall
        self.sms = sms
        self.mail = mail
        self.now = START
        self.vault = Vault("s" * 40)
        self.workers: list[Outbox] = []
        self.outbox = self.worker()

    def worker(self, database: Database | None = None, key: str = KEY, **others: Gateway) -> Outbox:
        ways: dict[Channel, Gateway] = {
            Channel.SMS: gateways.SmsGateway(self.sms.url, key),
            Channel.EMAIL: MailGateway(f"smtp://127.0.0.1:{self.mail.port}", "办事大厅 <hall@example.cn>"),
        }
        ways |= {Channel(name): gateway for name, gateway in others.items()}
        made = Outbox(database or self.database, self.vault, ways, lambda: self.now, lambda: 0.0)
        self.workers.append(made)
        return made

    async def post(self, *events: str, to: str = PHONE, channel: Channel = Channel.SMS, **more: Any) -> None:
        letters = [Letter(self.hall, event, channel, to, TEXT, "zh_CN", **more) for event in events]
        async with self.database.write() as tx:
            await messages.post_all(tx, self.vault, letters, self.now)

    async def step(self, *workers: Outbox, **after: float) -> None:
        """After so much time, what is due is tried once; then nothing is under way."""
        self.now += timedelta(**after)
        workers = workers or (self.outbox,)
        await asyncio.gather(*(worker.step() for worker in workers))
        await asyncio.gather(*(worker.idle() for worker in workers))

    async def all(self) -> list[Any]:
        async with self.database.read() as connection:
            return list(await connection.execute(select(Message.__table__).order_by(Message.id)))

    async def one(self) -> Any:
        [message] = await self.all()
        return message

    async def states(self) -> Counter[str]:
        return Counter(message.state for message in await self.all())

    async def claim(self) -> messages.Claimed:
        """As a worker that then died."""
        async with self.database.write() as tx:
            [claimed] = await messages.claim(tx, Channel.SMS, 1, self.now)
        return claimed

    async def withdraw(self, about: str) -> int:
        async with self.database.write() as tx:
            return await messages.withdraw(tx, about, self.now)

    async def retry(self, message: int) -> None:
        async with self.database.write() as tx:
            await messages.retry(tx, message, self.now)

    async def forget(self, before: datetime) -> int:
        async with self.database.write() as tx:
            return await messages.forget(tx, self.hall, before)


@asynccontextmanager
async def opened(database: Database) -> AsyncIterator[Office]:
    async with database.write() as tx:
        hall = await hallstore.save(tx, hallfiles.read(SMALL))
    async with listening(SmsGateway()) as sms, listening(MailServer()) as mail:
        office = Office(database, hall, sms, mail)
        yield office
        for worker in office.workers:
            await worker.stop()
