"""The far ends of messages, over real sockets: an SMS gateway and a mail server, as good and as bad as real ones."""

import asyncio
import hashlib
import hmac
import json
import re
import ssl
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum, auto
from typing import Any, NamedTuple, TypeVar

from paihao.core import clock

Listening = TypeVar("Listening", bound="Listener")

KEY = "a key that only the gateway knows"


class Mood(Enum):
    WELL = auto()
    TROUBLE = auto()
    """Says that it cannot, and does nothing."""
    SILENT = auto()
    """Takes what it is given, and never says so."""
    VANISHING = auto()
    """Takes it, and breaks the connection."""


class Listener(ABC):
    """A server that can be switched off and on again at the same port."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.mood = Mood.WELL
        self.port = 0
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._changed = asyncio.Condition()

    async def on(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def off(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in self._writers:
                writer.transport.abort()
            await self._server.wait_closed()

    async def until(self, condition: Callable[[], bool], seconds: float = 30) -> None:
        """Wait for something that a connection changes."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(condition)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    @abstractmethod
    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


class SmsGateway(Listener):
    """``delivered``: what went on to phones, by key; ``asked``: how often it was asked for each.

    It answers nobody before it has had ``together`` requests at once, and nobody after ``silent_after`` deliveries.
    """

    def __init__(self) -> None:
        super().__init__()
        self.delivered: dict[str, dict[str, Any]] = {}
        self.asked: Counter[str] = Counter()
        self.turned_away: list[int] = []
        self.wrong_numbers: set[str] = set()
        self.silent_after: int | None = None
        self.together = 0
        self.at_once = self.most_at_once = 0
        self._nonces: set[str] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/sms"

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = {name.lower(): value for name, value in re.findall(r"(?m)^([\w-]+): (.*?)\r$", head)}
            body = await reader.readexactly(int(headers["content-length"]))
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
            try:
                status, said = self._judge(headers, body)
                hushed = self.silent_after is not None and len(self.delivered) >= self.silent_after
                silent = hushed or self.mood is Mood.SILENT
                await self._tell()
                await self.until(lambda: self.most_at_once >= self.together)
                if self.mood is Mood.VANISHING:
                    writer.transport.abort()
                    return
                if silent:
                    await reader.read()  # until the other side has had enough
                    return
            finally:
                self.at_once -= 1
            answer = json.dumps(said).encode()
            writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(answer)}\r\n\r\n".encode() + answer)
            await writer.drain()

    def _judge(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        if not self._signed(headers, body):
            self.turned_away.append(401)
            return 401, {}
        if self.mood is Mood.TROUBLE:
            self.turned_away.append(500)
            return 500, {}
        message = json.loads(body)
        key = headers["idempotency-key"]
        assert key == message["id"]
        self.asked[key] += 1
        if message["to"] in self.wrong_numbers:
            return 422, {"code": "bad_recipient"}
        if key in self.delivered:
            return 409, {"ref": f"ref-{key}"}
        self.delivered[key] = message
        return 202, {"ref": f"ref-{key}"}

    def _signed(self, headers: dict[str, str], body: bytes) -> bool:
        timestamp, nonce = headers["x-paihao-timestamp"], headers["x-paihao-nonce"]
        if nonce in self._nonces or abs(clock.now().timestamp() - int(timestamp)) > 300:
            return False
        self._nonces.add(nonce)
        wanted = hmac.digest(KEY.encode(), b"\n".join((timestamp.encode(), nonce.encode(), body)), hashlib.sha256)
        return hmac.compare_digest(wanted.hex(), headers["x-paihao-signature"])


class Mail(NamedTuple):
    sender: str
    recipient: str
    content: EmailMessage


class MailServer(Listener):
    """``mails``: what it took; ``password``: the only one that it lets in with, as AUTH PLAIN sends it."""

    def __init__(self, tls: ssl.SSLContext | None = None, password: bytes | None = None) -> None:
        super().__init__(tls)
        self.mails: list[Mail] = []
        self.wrong_addresses: set[str] = set()
        self._password = password

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())
            await writer.drain()

        sender = recipient = ""
        await say("220 here")
        while line := (await reader.readline()).decode().strip():
            match line.split(" ")[0].upper():
                case "EHLO":
                    await say("250-here\r\n250 AUTH PLAIN" if self._password else "250 here")
                case "AUTH":
                    await say("235 in" if line.split(" ")[2].encode() == self._password else "535 no")
                case "MAIL":
                    sender = line.split("<")[1].split(">")[0]
                    await say("451 not now" if self.mood is Mood.TROUBLE else "250 ok")
                case "RCPT":
                    recipient = line.split("<")[1].split(">")[0]
                    await say("550 nobody" if recipient in self.wrong_addresses else "250 ok")
                case "DATA":
                    await say("354 go on")
                    content = (await reader.readuntil(b"\r\n.\r\n"))[:-3]
                    mail = message_from_bytes(content, policy=policy.default)
                    assert isinstance(mail, EmailMessage)
                    self.mails.append(Mail(sender, recipient, mail))
                    await self._tell()
                    if self.mood is Mood.VANISHING:
                        writer.transport.abort()
                        return
                    await say("250 taken")
                case _:
                    await say("221 bye")


@asynccontextmanager
async def listening(made: Listening) -> AsyncIterator[Listening]:
    await made.on()
    try:
        yield made
    finally:
        await made.off()
