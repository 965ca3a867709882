"""A printer on the network that speaks ESC/POS's status protocol, and can be as bad as real ones are."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import Enum, auto

import printed

_QUESTION = re.compile(rb"\x10\x04(?P<now>[\x01\x02\x04])|\x1dr(?P<then>\x01)", re.DOTALL)
_CUT = b"\x1dV\x01"


class Mood(Enum):
    WELL = auto()
    SILENT = auto()
    """Prints, and never answers anything."""
    SIMPLE = auto()
    """Knows DLE EOT, but not GS r."""
    RUBBISH = auto()
    BABBLING = auto()
    """Right answers, and more of them than were asked for."""
    VANISHING = auto()
    """Breaks the connection with the first bytes of a sheet."""
    DUMB_AFTER = auto()
    """Answers until it has a sheet, and nothing then."""
    EMPTY_AFTER = auto()
    """Its paper ends with the sheet."""
    RUBBISH_AFTER = auto()


class Printer:
    """``papers``: every sheet that came out whole, as bytes; ``begun``: how many were begun."""

    def __init__(self) -> None:
        self.mood = Mood.WELL
        self.offline = self.cover_open = self.paper_out = self.broken = False
        self.papers: list[bytes] = []
        self.begun = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._changed = asyncio.Condition()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pictures(self) -> list[str]:
        return [printed.picture(paper) for paper in self.papers]

    async def on(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def off(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in self._writers:
                writer.transport.abort()
            await self._server.wait_closed()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that a connection changes; ten seconds at most."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(condition)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        sheet, pending, printing = b"", b"", False
        try:
            while data := await reader.read(4096):
                pending += data
                while pending and (keep := _whole(pending)):
                    part, pending = pending[:keep], pending[keep:]
                    if question := _QUESTION.fullmatch(part):
                        if (answer := self._answer(question, after=printing)) is not None:
                            writer.write(answer)
                            await writer.drain()
                        continue
                    if not printing:
                        printing, self.begun = True, self.begun + 1
                        if self.mood is Mood.VANISHING:
                            writer.transport.abort()
                            return
                    sheet += part
                    if sheet.endswith(_CUT):
                        self.papers.append(sheet)
                        sheet = b""
                async with self._changed:
                    self._changed.notify_all()
        except ConnectionError:
            pass
        finally:
            self._writers.discard(writer)
            writer.close()
            async with self._changed:
                self._changed.notify_all()

    def _answer(self, question: re.Match[bytes], *, after: bool) -> bytes | None:
        empty = self.paper_out or (self.mood is Mood.EMPTY_AFTER and after)
        if self.mood is Mood.SILENT or (self.mood is Mood.DUMB_AFTER and after):
            return None
        if self.mood is Mood.RUBBISH or (self.mood is Mood.RUBBISH_AFTER and after):
            return b"\xff"
        if question["then"]:
            return None if self.mood is Mood.SIMPLE else bytes([0b1100 * empty])
        bits = {
            b"\x01": 0b1000 * (self.offline or self.cover_open or empty or self.broken),
            b"\x02": 0b100 * self.cover_open | 0b10_0000 * empty | 0b100_0000 * self.broken,
            b"\x04": 0b110_0000 * empty,
        }
        answer = bytes([0b0001_0010 | bits[question["now"]]])
        return answer * 9 if self.mood is Mood.BABBLING else answer


def _whole(pending: bytes) -> int:
    """How many of the bytes are one question, or no question at all."""
    if pending[:1] in (b"\x10", b"\x1d") and len(pending) < 3:
        return 0
    if _QUESTION.match(pending):
        return 3
    found = _QUESTION.search(pending)
    return found.start() if found else len(pending)


@asynccontextmanager
async def printer() -> AsyncIterator[Printer]:
    made = Printer()
    await made.on()
    try:
        yield made
    finally:
        await made.off()
