"""Halls in one file, out of the house and in: previewed before anything changes, then taken in whole or not at all.

Callers read the file first (`opened`), outside of any transaction; `preview` and `apply` get one that may write.
"""

import asyncio
from datetime import date, datetime
from enum import StrEnum
from pathlib import PurePath
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import audit, journal
from ..core.errors import Conflict
from ..core.i18n import N_, Language, translate
from . import hallarchive, hallbook, hallchanges, hallread, hallstore
from .hall import Hall
from .hallchanges import Changes
from .hallrows import HallFiles
from .hallsheets import BrokenFiles, Fault

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AS_IT_IS = Changes(new=False, sheets=())


class Kind(StrEnum):
    """What a hall can be in one file, by the end of its name."""

    BOOK = "xlsx"
    ZIP = "zip"

    @property
    def media_type(self) -> str:
        """What browsers are told of it."""
        return "application/zip" if self is Kind.ZIP else XLSX


class Upload(NamedTuple):
    """A hall that was read, and from what; None: from a directory."""

    files: HallFiles
    kind: Kind | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What an import changes, or why it cannot be. ``hall_id``: of the hall that was changed; None: nothing was."""

    code: str
    name: str
    changes: Changes = AS_IT_IS
    faults: tuple[Fault, ...] = ()
    hall_id: int | None = None

    def lines(self, language: Language) -> list[str]:
        """The report for a person: its faults, each with its place, or else its changes."""
        if not self.faults:
            return hallchanges.describe(self.changes, language)
        told = translate(language, N_("共{count}处错误，未导入任何内容"), count=len(self.faults))
        return [told, *(f"{fault.place}  {fault.describe(language)}" for fault in self.faults)]


def kind_of(name: str) -> Kind | None:
    """What a file of this name is; None: nothing that holds a hall."""
    end = PurePath(name).suffix.lower().removeprefix(".")
    return next((kind for kind in Kind if kind == end), None)


def file_name(code: str, day: date, kind: Kind) -> str:
    """What a hall that was exported on a day is called; ASCII, as codes are."""
    return f"{code}-{day.isoformat()}.{kind}"


def read(data: bytes, kind: Kind, name: str = "") -> Upload:
    """The hall in a file; ``name`` is told where all of it is wrong.

    Raises BrokenFiles with every fault of every sheet. A large one takes seconds: servers read in a thread.
    """
    reader = hallbook.read_book if kind is Kind.BOOK else hallarchive.read_zip
    return Upload(reader(data, name or f"hall.{kind}"), kind)


def written(files: HallFiles, kind: Kind, language: Language) -> bytes:
    """The hall as one file that `read` gives back. It takes a second or two."""
    return hallbook.write_book(files, language) if kind is Kind.BOOK else hallarchive.write_zip(files)


async def opened(data: bytes, kind: Kind, name: str = "") -> Upload:
    """`read` for servers."""
    return await asyncio.to_thread(read, data, kind, name)


async def export(connection: AsyncConnection, hall: int, kind: Kind, language: Language) -> bytes:
    """The hall with this id as one file. Raises NotFound. The connection's transaction makes it one moment."""
    return await asyncio.to_thread(written, await hallread.load(connection, hall), kind, language)


async def preview(tx: AsyncConnection, upload: Upload, own: int | None = None) -> Report:
    """What `apply` would do now; nothing stays changed. ``own``: the only hall that the asker may import; None: any."""
    report = await _report(tx, upload, own)
    if report.faults:
        return report
    async with tx.begin_nested() as savepoint:
        try:
            await hallstore.save(tx, upload.files)
        except BrokenFiles as error:
            return _refused(report, upload, error.faults)
        finally:
            await savepoint.rollback()
    return report


async def apply(
    tx: AsyncConnection,
    upload: Upload,
    *,
    file: str,
    actor: str,
    at: datetime,
    own: int | None = None,
    agreed: str | None = None,
) -> Report:
    """Make the hall what the files say; the journal and the audit trail tell of it. With faults nothing has changed.

    ``file``: what was read, for the trail. ``agreed``: the `mark` of the changes that somebody saw; raises Conflict
    when they are others by now. When there is a ``hall_id``, the caller tells the bus after the commit.
    """
    report = await _report(tx, upload, own)
    if report.faults:
        return report
    if agreed is not None and agreed != report.changes.mark:
        raise Conflict(N_("预览之后大厅有了变化，请重新预览"), code="hall_changed")
    try:
        async with tx.begin_nested():
            hall = await hallstore.save(tx, upload.files)
    except BrokenFiles as error:
        return _refused(report, upload, error.faults)
    await journal.write(tx, hall_id=hall, at=at, actor=actor, action="import")
    sheets = {sheet.file: sheet.count for sheet in report.changes.sheets}
    what = {"file": file, **report.changes.counts, "sheets": sheets}
    about: dict[str, Any] = {"hall_id": hall, "subject": "hall", "row_id": hall}
    await audit.write(tx, at=at, actor=actor, action="import", **about, after=what)
    return msgspec.structs.replace(report, hall_id=hall)


async def _report(tx: AsyncConnection, upload: Upload, own: int | None) -> Report:
    files = upload.files
    known = await hallstore.claim(tx, files.hall.code)
    report = Report(code=files.hall.code, name=files.hall.name)
    if own is not None and known != own:
        mine = (await tx.execute(select(Hall.code).where(Hall.id == own))).scalar_one()
        reason = N_("文件里是大厅“{code}”，您只能导入本大厅“{own}”")
        return _refused(report, upload, (Fault("hall.csv", 0, "code", reason, {"code": report.code, "own": mine}),))
    old = None if known is None else await hallread.load(tx, known)
    return msgspec.structs.replace(report, changes=hallchanges.compare(old, files))


def _refused(report: Report, upload: Upload, faults: tuple[Fault, ...]) -> Report:
    if upload.kind is Kind.BOOK:
        faults = tuple(map(hallbook.as_seen, faults))
    return msgspec.structs.replace(report, faults=faults)
