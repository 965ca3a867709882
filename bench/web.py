"""Clients so light that they leave the machine to the server: prepared bytes out, status and frames in."""

import asyncio
import base64
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import perf_counter
from typing import NamedTuple

HOST = "127.0.0.1"
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


def request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """The bytes of an HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", f"Content-Length: {len(body)}"]
    if body:
        lines.append("Content-Type: application/json")
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Line(asyncio.Protocol):
    """One keep-alive connection, one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._read = b""
        self._answer: asyncio.Future[tuple[int, bytes]]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    async def ask(self, bytes_: bytes) -> tuple[int, bytes]:
        """Status and body of the answer."""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(bytes_)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._read += data
        head, end, body = self._read.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if end and len(body) >= (int(length[1]) if length else 0):
            self._read = b""
            self._answer.set_result((int(head[9:12]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._answer.done():
            self._answer.set_exception(ConnectionError("the server hung up"))

    def close(self) -> None:
        self._transport.close()


class Asked(NamedTuple):
    """Seconds for all requests and for each, and what was answered."""

    seconds: float
    took: list[float]
    bodies: list[bytes]


class Clients:
    """So many clients on their own connections, each asking again as soon as it is answered."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines

    @classmethod
    async def connect(cls, port: int, count: int) -> "Clients":
        loop = asyncio.get_running_loop()
        return cls([(await loop.create_connection(Line, HOST, port))[1] for _ in range(count)])

    async def ask(self, requests: Sequence[bytes], status: int) -> Asked:
        """Send all requests. Raises AssertionError for another status."""
        waiting, asked = iter(requests), Asked(0.0, [], [])
        began = perf_counter()
        await asyncio.gather(*(self._client(line, waiting, status, asked) for line in self._lines))
        return asked._replace(seconds=perf_counter() - began)

    async def _client(self, line: Line, waiting: Iterator[bytes], status: int, asked: Asked) -> None:
        for bytes_ in waiting:
            sent = perf_counter()
            got, body = await line.ask(bytes_)
            asked.took.append(perf_counter() - sent)
            asked.bodies.append(body)
            assert got == status, (got, body)

    def close(self) -> None:
        for line in self._lines:
            line.close()


Heard = Callable[[bytes, float], bytes | None]
"""Handed each text frame and when it came; gives what to say in return."""


class Socket(asyncio.Protocol):
    """A WebSocket that hears text frames and says something back; ``open`` is set by the first frame."""

    def __init__(self, path: str, heard: Heard, hello: bytes | None = None) -> None:
        self._path = path
        self._heard = heard
        self._hello = hello
        self._read = bytearray()
        self._upgraded = False
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        key = base64.b64encode(os.urandom(16)).decode()
        upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
        self._transport.write(request("GET", self._path, upgrade | {"Sec-WebSocket-Key": key}))

    def data_received(self, data: bytes) -> None:
        came = perf_counter()
        self._read += data
        if not self._upgraded:
            end = self._read.find(b"\r\n\r\n")
            if end < 0:
                return
            assert self._read.startswith(b"HTTP/1.1 101"), bytes(self._read)
            del self._read[: end + 4]
            self._upgraded = True
            if self._hello:
                self._say(self._hello)
        while (frame := self._frame()) is not None:
            if not self.open.done():
                self.open.set_result(None)
            if answer := self._heard(frame, came):
                self._say(answer)

    def _frame(self) -> bytes | None:
        """The next whole frame's payload; the server sends short unfragmented text, unmasked."""
        read = self._read
        if len(read) < 2:
            return None
        size, start = read[1] & 127, 2
        if size == 126:
            size, start = int.from_bytes(read[2:4]), 4
        elif size == 127:
            size, start = int.from_bytes(read[2:10]), 10
        if len(read) < start or len(read) < start + size:
            return None
        payload = bytes(read[start : start + size])
        del read[: start + size]
        return payload

    def _say(self, payload: bytes) -> None:
        size = len(payload)
        head = bytes((0x81, 0x80 | size)) if size < 126 else bytes((0x81, 0xFE)) + size.to_bytes(2)
        self._transport.write(head + bytes(4) + payload)  # a mask of zeros changes nothing

    def close(self) -> None:
        self._transport.abort()
