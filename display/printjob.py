"""The queue of what is to be printed: rows, written in the transaction of what they are about.

A job is printed once. `claim` and `finish` are guarded, so that of many workers one prints it, and a worker that was
given up on cannot end it any more. What went wrong before the first byte is tried again; what may lie in the tray is
never printed again as an original: one marked reprint is made, and if that is unsure too, a person decides.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from ..core.db import Base
from ..core.errors import Conflict, NotFound
from ..core.i18n import N_
from ..core.journal import Id
from ..core.types import Moment, one_of
from ..queue.staff import Device
from .paper import Sheet, reprinted
from .printer import Fault, Outcome, Result

FIRST_RETRY: Final = timedelta(seconds=2)
LONGEST_RETRY: Final = timedelta(seconds=60)
GIVEN_UP: Final = timedelta(minutes=10)
"""After that the visitor has been helped otherwise; a number out of nowhere would only confuse."""
ORPHANED: Final = timedelta(seconds=60)
MOST_COPIES: Final = 99


class State(StrEnum):
    QUEUED = "queued"
    PRINTING = "printing"
    PRINTED = "printed"
    FAILED = "failed"


class PrintJob(Base):
    """One paper: ``subject`` says of what (``ticket:<key>``), ``copy`` 0 is the original."""

    __tablename__ = "print_job"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    hall_id: Mapped[int] = mapped_column(ForeignKey("hall.id"))
    printer_id: Mapped[int] = mapped_column(Id)
    subject: Mapped[str] = mapped_column(String(40))
    copy: Mapped[int] = mapped_column(SmallInteger)
    sheet: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(8))
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    claimed_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    fault: Mapped[str] = mapped_column(String(200), default="")

    __table_args__ = (
        # One original ever, and no two papers with the same number of copy.
        UniqueConstraint("subject", "copy", name="uq_print_job_copy"),
        ForeignKeyConstraint(["printer_id", "hall_id"], ["device.id", "device.hall_id"], name="fk_print_job_printer"),
        one_of("state", State),
        CheckConstraint(f"copy BETWEEN 0 AND {MOST_COPIES}", name="copy_0_to_99"),
        CheckConstraint("state <> 'printing' OR claimed_at IS NOT NULL", name="printing_has_claim"),
        CheckConstraint("(state IN ('printed', 'failed')) = (ended_at IS NOT NULL)", name="ended_has_moment"),
        # A printer prints one paper at a time, whoever sends it.
        Index(
            "uq_print_job_printing",
            "printer_id",
            unique=True,
            postgresql_where=state == State.PRINTING,
            sqlite_where=state == State.PRINTING,
        ),
        # What waits, by printer: looked up every few seconds among all the papers of years.
        Index(
            "ix_print_job_queued",
            "printer_id",
            "id",
            postgresql_where=state == State.QUEUED,
            sqlite_where=state == State.QUEUED,
        ),
        Index("ix_print_job_printer_id_id", "printer_id", "id"),
    )


class Claimed(NamedTuple):
    """A job that this worker, and no other, prints now; ``tries`` tells its claim from earlier ones."""

    id: int
    printer_id: int
    subject: str
    copy: int
    sheet: Mapping[str, Any]
    tries: int
    at: datetime


_JOB = PrintJob.__table__
_OTHER = _JOB.alias("other")
_NOW = bindparam("now", type_=Moment)
_ORIGINAL: Final = {
    dialect.dialect.name: dialect.insert(_JOB)
    .on_conflict_do_nothing(index_elements=["subject", "copy"])
    .returning(_JOB.c.id)
    for dialect in (sqlite, postgresql)
}
_REPRINT = insert(PrintJob)
_FIRST = (
    select(PrintJob.hall_id, PrintJob.printer_id, PrintJob.sheet)
    .where(PrintJob.subject == bindparam("subject"), PrintJob.copy == 0)
    .with_for_update()
)
_NEWEST = select(func.max(PrintJob.copy)).where(PrintJob.subject == bindparam("subject"))
_DUE = (
    select(PrintJob.printer_id, Device.address)
    .join(Device, Device.id == PrintJob.printer_id)
    .where(PrintJob.state == State.QUEUED, PrintJob.due_at <= _NOW, Device.revoked_at.is_(None))
    .distinct()
)
_OF_PRINTER = _OTHER.c.printer_id == bindparam("printer")
_CLAIM = (
    update(PrintJob)
    .where(
        # Always the head of the printer's queue, due or not: papers come out in the order of the numbers. Two workers
        # that see the same head meet at its row, and the second finds it no longer queued.
        PrintJob.id
        == select(func.min(_OTHER.c.id)).where(_OF_PRINTER, _OTHER.c.state == State.QUEUED).scalar_subquery(),
        PrintJob.state == State.QUEUED,
        PrintJob.due_at <= _NOW,
        ~select(_OTHER.c.id).where(_OF_PRINTER, _OTHER.c.state == State.PRINTING).exists(),
    )
    .values(state=State.PRINTING, claimed_at=_NOW, tries=PrintJob.tries + 1)
    .returning(*(_JOB.c[name] for name in Claimed._fields))
)
_FINISH = (
    update(PrintJob)
    .where(PrintJob.id == bindparam("job"), PrintJob.tries == bindparam("try"), PrintJob.state == State.PRINTING)
    .returning(PrintJob.id)
)
_ORPHANED = (
    select(*(_JOB.c[name] for name in Claimed._fields))
    .where(PrintJob.state == State.PRINTING, PrintJob.claimed_at <= bindparam("before", type_=Moment))
    .order_by(PrintJob.id)
)
_GIVE_UP = (
    update(PrintJob)
    .where(PrintJob.state == State.QUEUED, PrintJob.at <= bindparam("before", type_=Moment))
    .values(state=State.FAILED, ended_at=_NOW)
)


async def enqueue(
    tx: AsyncConnection, *, hall_id: int, printer_id: int, subject: str, sheet: Sheet, now: datetime
) -> bool:
    """Ask for the original of a paper. False when there has been one: then only `reprint` prints it again."""
    values = _row(hall_id, printer_id, subject, 0, sheet, now)
    return (await tx.execute(_ORIGINAL[tx.dialect.name], values)).first() is not None


async def reprint(
    tx: AsyncConnection, subject: str, now: datetime, *, sheet: Sheet | None = None, printer_id: int | None = None
) -> int:
    """Ask for one more paper, marked as such, and give the number of its copy.

    ``sheet`` and ``printer_id`` are the original's unless given. Raises NotFound when nothing was printed before,
    Conflict ``too_many_copies`` after the 99th.
    """
    first = (await tx.execute(_FIRST, {"subject": subject})).first()  # its row lock puts reprints in order
    if first is None:
        raise NotFound(N_("还没有打印过，不能补打"), code="never_printed")
    copy = (await tx.execute(_NEWEST, {"subject": subject})).scalar_one() + 1
    if copy > MOST_COPIES:
        raise Conflict(N_("补打次数过多"), code="too_many_copies")
    marked = reprinted(sheet or msgspec.convert(first.sheet, Sheet), copy, now)
    await tx.execute(_REPRINT, _row(first.hall_id, printer_id or first.printer_id, subject, copy, marked, now))
    return copy


def _row(hall_id: int, printer_id: int, subject: str, copy: int, sheet: Sheet, now: datetime) -> dict[str, Any]:
    return {
        "hall_id": hall_id,
        "printer_id": printer_id,
        "subject": subject,
        "copy": copy,
        "sheet": msgspec.to_builtins(sheet),
        "state": State.QUEUED,
        "tries": 0,
        "at": now,
        "due_at": now,
        "fault": "",
    }


async def due(connection: AsyncConnection, now: datetime) -> dict[int, str]:
    """Printers for which something waits that may be tried now: id -> address."""
    return {row.printer_id: row.address for row in await connection.execute(_DUE, {"now": now})}


async def claim(tx: AsyncConnection, printer_id: int, now: datetime) -> Claimed | None:
    """Take the next paper of a printer; None when it is not due, another worker has it, or the printer is busy."""
    row = (await tx.execute(_CLAIM, {"printer": printer_id, "now": now})).first()
    return None if row is None else Claimed(*row)


async def finish(tx: AsyncConnection, job: Claimed, result: Result, now: datetime) -> bool:
    """Write down how a claimed job went; False when it was given up as orphaned meanwhile, and then nothing changes.

    Only an original is followed by a reprint of itself, and only if nobody has asked for one: whoever asked for a
    reprint stands at the printer and sees what came out.
    """
    changes: dict[str, Any]
    if result.outcome is Outcome.REFUSED:
        retry = min(FIRST_RETRY * 2 ** (job.tries - 1), LONGEST_RETRY)
        changes = {"state": State.QUEUED, "claimed_at": None, "due_at": now + retry}
    else:
        state = State.PRINTED if result.outcome is Outcome.PRINTED else State.FAILED
        changes = {"state": state, "ended_at": now}
    ended = _FINISH.values(**changes, fault=result.fault)
    if (await tx.execute(ended, {"job": job.id, "try": job.tries})).first() is None:
        return False
    if result.outcome is Outcome.UNSURE and job.copy == 0:
        newest = (await tx.execute(_NEWEST, {"subject": job.subject})).scalar_one()
        if newest == 0:
            with suppress(msgspec.ValidationError):  # a spoiled one
                await reprint(tx, job.subject, now)
    return True


async def orphaned(tx: AsyncConnection, now: datetime) -> int:
    """End what a dead worker left in the middle, as unsure; how many there were."""
    left = (await tx.execute(_ORPHANED, {"before": now - ORPHANED})).all()
    ended = [await finish(tx, Claimed(*row), Result(Outcome.UNSURE, Fault.STOPPED), now) for row in left]
    return sum(ended)


async def give_up(tx: AsyncConnection, now: datetime) -> int:
    """Fail what has waited too long for its printer, with the last fault; how many there were."""
    return (await tx.execute(_GIVE_UP, {"before": now - GIVEN_UP, "now": now})).rowcount
