"""The worker that brings print jobs to printers: in each process one, and per printer one paper at a time.

What is to be done stands in rows (`display.printjob`); `wake` only says that it is worth looking now, and a sweep every
few seconds finds what other processes wrote, what is due again, and what a dead worker left behind. A printer that
nothing was sent to for a while is asked how it is, so that an empty one is known before a visitor stands at it.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import clock
from ..core.db import Database
from ..core.types import Moment
from ..queue.address import Address
from ..queue.staff import Device, DeviceKind
from . import printer, printjob
from .paper import Sheet, escpos_bytes
from .printer import Fault, Outcome, Result
from .printjob import PrintJob, State

log = structlog.get_logger()

SWEEP_SECONDS = 2.0
LOOK_EVERY = timedelta(seconds=30)
STOP_SECONDS = 5.0

_QUIET = select(Device.id, Device.address).where(
    Device.kind == DeviceKind.PRINTER,
    Device.revoked_at.is_(None),
    # Many printers take one connection at a time: another process's paper must not find it taken.
    ~select(PrintJob.id).where(PrintJob.printer_id == Device.id, PrintJob.state == State.PRINTING).exists(),
)
_TOLD = update(Device).where(Device.id == bindparam("device")).values(fault=bindparam("what"))
_HEARD = _TOLD.values(seen_at=bindparam("at", type_=Moment))


def _bytes(sheet: Mapping[str, Any]) -> bytes:
    return escpos_bytes(msgspec.convert(sheet, Sheet))


class Printing:
    """Prints what is due. ``now`` is the clock, so that tests can turn it."""

    def __init__(self, database: Database, now: Callable[[], datetime] = clock.now) -> None:
        self._database = database
        self._now = now
        self._wake = asyncio.Event()
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._asked: dict[int, datetime] = {}
        self._task: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """A job was committed."""
        self._wake.set()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="printing")

    async def stop(self) -> None:
        """Let papers that are under way come out; one that takes too long is found as orphaned later."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._busy:
            _, late = await asyncio.wait(self._busy.values(), timeout=STOP_SECONDS)
            for task in late:
                task.cancel()

    async def step(self) -> None:
        """Begin with everything that is due now, each printer by a task of its own."""
        async with self._database.read() as connection:
            due = await printjob.due(connection, self._now())
        for printer_id, address in due.items():
            self._serve(printer_id, address)

    async def sweep(self) -> None:
        """End what was orphaned or has waited too long, and look after printers not asked for a while."""
        now = self._now()
        async with self._database.write() as tx:
            orphaned, given_up = await printjob.orphaned(tx, now), await printjob.give_up(tx, now)
        if orphaned or given_up:
            log.warning("papers_not_printed", orphaned=orphaned, given_up=given_up)
        async with self._database.read() as connection:
            quiet = (await connection.execute(_QUIET)).all()
        for row in quiet:
            if (asked := self._asked.get(row.id)) is None or now - asked >= LOOK_EVERY:
                self._serve(row.id, row.address, look=True)

    async def idle(self) -> None:
        """Wait until the printers are done with what `step` and `sweep` began."""
        await asyncio.gather(*self._busy.values())

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        swept = -SWEEP_SECONDS
        while True:
            self._wake.clear()
            try:
                if loop.time() - swept >= SWEEP_SECONDS:
                    await self.sweep()
                    swept = loop.time()
                await self.step()
            except (OSError, SQLAlchemyError) as error:
                log.warning("printing_interrupted", error=str(error))
            except Exception:  # whatever it is, papers go on coming
                log.exception("printing_interrupted")
            with suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_SECONDS):
                    await self._wake.wait()

    def _serve(self, printer_id: int, address: str, *, look: bool = False) -> None:
        if printer_id not in self._busy:
            self._asked[printer_id] = self._now()
            task = self._busy[printer_id] = asyncio.create_task(self._work(printer_id, address, look=look))
            task.add_done_callback(lambda _: self._busy.pop(printer_id))

    async def _work(self, printer_id: int, address: str, *, look: bool) -> None:
        try:
            at = Address.parse(address)
            if look:
                fault = await printer.look(at)
                async with self._database.write() as tx:
                    await self._tell(tx, printer_id, fault)
            while await self._print(printer_id, at):
                pass
        except Exception:  # whatever it is, the other printers go on; what was claimed is found as orphaned
            log.exception("printer_not_served", printer=printer_id)

    async def _print(self, printer_id: int, address: Address) -> bool:
        """Print one paper; whether it is worth trying the next."""
        async with self._database.write() as tx:
            job = await printjob.claim(tx, printer_id, self._now())
        if job is None:
            return False
        try:
            content = await asyncio.to_thread(_bytes, job.sheet)
        except Exception:
            log.exception("paper_spoiled", job=job.id)
            async with self._database.write() as tx:
                return await printjob.finish(tx, job, Result(Outcome.SPOILED), self._now())
        result = await printer.send(address, content)
        async with self._database.write() as tx:
            await printjob.finish(tx, job, result, self._now())
            await self._tell(tx, printer_id, result.fault)
        log.info("paper", job=job.id, copy=job.copy, outcome=result.outcome, fault=result.fault)
        return result.outcome is not Outcome.REFUSED

    async def _tell(self, tx: AsyncConnection, printer_id: int, fault: Fault) -> None:
        heard = _TOLD if fault is Fault.UNREACHABLE else _HEARD
        await tx.execute(heard, {"device": printer_id, "what": fault, "at": self._now()})
