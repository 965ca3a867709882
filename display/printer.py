"""A printer on the network: ask how it is, send the bytes, and wait until it says that they are paper.

python-escpos has a `Network` printer too, but it is synchronous, and when something goes wrong in the middle it cannot
say how far it came. Everything here turns on just that: before the first byte of a sheet a failure is `REFUSED` and may
be tried again freely; after it the failure is `UNSURE`, because paper may lie in the tray. So python-escpos only makes
the bytes (`display.paper`), and this sender takes them there.

What ESC/POS offers: DLE EOT n is answered at once, whatever lies in the buffer (1: online, 2: why not, 4: paper).
GS r 1 is answered when all before it has been worked off; its answer is what makes a sheet `PRINTED`. Cheap printers
know only some of this, so:

* One that never says anything is believed: it is told everything, and its taking all bytes and not breaking the
  connection counts as printed.
* One that answers DLE EOT but not GS r is asked by DLE EOT again, and printed then means: online, with paper, no fault.
* One that fell silent in the middle is `UNSURE`.
"""

import asyncio
from contextlib import suppress
from enum import StrEnum
from typing import NamedTuple

from ..core.i18n import N_
from ..queue.address import Address

CONNECT_SECONDS = 4.0
STATUS_SECONDS = 2.0
SEND_SECONDS = 10.0
PRINT_SECONDS = 8.0
"""Together well below `printjob.ORPHANED`: nobody takes a job for lost that is still being printed."""

_ASK_ONLINE, _ASK_CAUSE, _ASK_PAPER = b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x04"
_ASK_DONE = b"\x1dr\x01"
_MOST_ANSWER = 16
# Bits of the answers to DLE EOT; four of them are fixed in each, which tells an answer from rubbish.
_FIXED, _FIXED_AS = 0b1001_0011, 0b0001_0010
_OFFLINE = 0b0000_1000
_COVER_OPEN, _STOPPED_FOR_PAPER, _ERROR = 0b0000_0100, 0b0010_0000, 0b0100_0000
_PAPER_OUT = 0b0110_0000
# Bits of the answer to GS r 1.
_NOT_OF_GS_R, _PAPER_OUT_AFTER = 0b1001_0000, 0b0000_1100


class Outcome(StrEnum):
    PRINTED = "printed"
    REFUSED = "refused"
    """Not a byte of the sheet has left."""
    SPOILED = "spoiled"
    """It cannot be made into bytes: another version of the program wrote it, and no other paper is to wait for it."""
    UNSURE = "unsure"
    """Some bytes have left; whether there is paper, nobody knows."""


class Fault(StrEnum):
    """What is wrong with a printer, as kept in ``device.fault``; told to people by `FAULTS`."""

    NONE = ""
    UNREACHABLE = "printer_unreachable"
    OFFLINE = "printer_offline"
    COVER = "printer_cover_open"
    PAPER = "printer_paper_out"
    BROKEN = "printer_broken"
    RUBBISH = "printer_rubbish"
    VANISHED = "printer_vanished"
    SILENT = "printer_silent"
    STOPPED = "printing_stopped"


FAULTS = {
    Fault.NONE: N_("正常"),
    Fault.UNREACHABLE: N_("连接不上，请检查电源、网线和地址"),
    Fault.OFFLINE: N_("打印机脱机"),
    Fault.COVER: N_("纸仓盖未关"),
    Fault.PAPER: N_("缺纸"),
    Fault.BROKEN: N_("打印机报错，请检查切刀后重新开机"),
    Fault.RUBBISH: N_("应答异常，该地址可能不是打印机"),
    Fault.VANISHED: N_("打印中途断开"),
    Fault.SILENT: N_("打印中途没有应答"),
    Fault.STOPPED: N_("打印服务中途停止"),
}


class Result(NamedTuple):
    outcome: Outcome
    fault: Fault = Fault.NONE


async def send(address: Address, sheet: bytes) -> Result:
    """Print the bytes of one sheet, in well under a minute; nothing that a printer or network does is raised."""
    return await _with(address, sheet)


async def look(address: Address) -> Fault:
    """How a printer is, without printing."""
    return (await _with(address, None)).fault


async def _with(address: Address, sheet: bytes | None) -> Result:
    begun = False
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            line = _Line(*await asyncio.open_connection(*address))
        try:
            fault = await line.fault()
            if fault or sheet is None:
                return Result(Outcome.REFUSED, fault or Fault.NONE)
            begun = True
            await line.give(sheet)
            fault = await line.fault_after() if line.talks else await line.hung_up()
            return Result(Outcome.UNSURE if fault else Outcome.PRINTED, fault)
        finally:
            await line.close()
    except _Rubbish:
        fault = Fault.RUBBISH
    except (OSError, UnicodeError):  # refused, reset, too slow, no such host; a name that no host can have
        fault = Fault.VANISHED if begun else Fault.UNREACHABLE
    return Result(Outcome.UNSURE if begun else Outcome.REFUSED, fault)


class _Rubbish(Exception):
    """An answer that the protocol does not know."""


class _Line:
    """A connection to a printer; ``talks`` once it has answered anything. Raises OSError when it breaks."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.talks = False

    async def give(self, data: bytes) -> None:
        self._writer.write(data)
        async with asyncio.timeout(SEND_SECONDS):
            await self._writer.drain()

    async def fault(self) -> Fault:
        """What DLE EOT says, the cause before the consequence; nothing from a printer that does not answer."""
        online = await self._status(_ASK_ONLINE)
        if online is None:
            return Fault.SILENT if self.talks else Fault.NONE
        cause, paper = await self._status(_ASK_CAUSE) or 0, await self._status(_ASK_PAPER) or 0
        if cause & _COVER_OPEN:
            return Fault.COVER
        if cause & _STOPPED_FOR_PAPER or paper & _PAPER_OUT:
            return Fault.PAPER
        if cause & _ERROR:
            return Fault.BROKEN
        return Fault.OFFLINE if online & _OFFLINE else Fault.NONE

    async def fault_after(self) -> Fault:
        """What is wrong after a sheet: asked in the order of its bytes, and if that gets no answer, at once."""
        done = await self._ask(_ASK_DONE, PRINT_SECONDS)
        if done is None:
            return await self.fault()
        if done & _NOT_OF_GS_R:
            raise _Rubbish
        return Fault.PAPER if done & _PAPER_OUT_AFTER else Fault.NONE

    async def hung_up(self) -> Fault:
        """End a sheet for a printer that never speaks: all it can tell is that it breaks the connection (OSError)."""
        self._writer.write_eof()
        with suppress(TimeoutError):
            async with asyncio.timeout(STATUS_SECONDS):
                await self._reader.read(_MOST_ANSWER)
        return Fault.NONE

    async def close(self) -> None:
        self._writer.close()
        with suppress(OSError):
            async with asyncio.timeout(STATUS_SECONDS):
                await self._writer.wait_closed()

    async def _status(self, question: bytes) -> int | None:
        answer = await self._ask(question, STATUS_SECONDS)
        if answer is not None and answer & _FIXED != _FIXED_AS:
            raise _Rubbish
        return answer

    async def _ask(self, question: bytes, seconds: float) -> int | None:
        """The one byte that answers a question; None when none comes in time."""
        await self.give(question)
        try:
            async with asyncio.timeout(seconds):
                answer = await self._reader.read(_MOST_ANSWER)
        except TimeoutError:
            return None
        if not answer:
            raise ConnectionResetError
        if len(answer) > 1:
            raise _Rubbish
        self.talks = True
        return answer[0]
