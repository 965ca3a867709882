"""A hall as one file: out for whoever steers it, in for administrators, who see first what would change (R28)."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, FromQuery, QueryParameter

from ...booking.appointments import AppointmentRow
from ...booking.intake import Sender, take_in
from ...core.bus import Moved, What
from ...core.clock import business_day, now
from ...core.errors import Invalid, Unprocessable
from ...core.i18n import N_, Language
from ...display.media import MEGABYTE
from ...queue import hallchanges, hallexchange, hallread, hallwords
from ...queue.hallchanges import Changes, SheetChanges
from ...queue.hallexchange import Kind, Report
from ...queue.hallsheets import BrokenFiles, Fault
from ..guard import of_hall
from ..language import language_of
from ..limits import PRIVATE
from ..links import root_of
from ..problems import PROBLEM_JSON, problem
from ..services import Provided
from .bodies import NO_NUL

AnyRequest = Request[Any, Any, Any]
Name = Annotated[str, QueryParameter(max_length=100, pattern=NO_NUL)]
Agreed = Annotated[str | None, QueryParameter(min_length=64, max_length=64, pattern=r"^[0-9a-f]{64}$")]

LARGEST_FILE: Final = 16 * MEGABYTE
"""Bytes of a file that is sent; a hall of 620 items has a hundredth of it."""
MOST_TOLD: Final = 500
"""Rows of a kind of a sheet, and faults, that an answer names; it counts them all."""
WIDEST: Final = 120
"""Signs of a field that are shown, around the place where it changes."""


@get("/halls/{hall:str}/files", name="hall_export")
async def export(
    request: AnyRequest, hall: FromPath[str], services: Provided, kind: FromQuery[Kind] = Kind.BOOK
) -> Response[Any]:
    """The hall as one file: a workbook (``xlsx``), or its CSV files in an archive (``zip``)."""
    facts = await services.halls.get(hall)
    of_hall(request.user, facts)
    async with services.database.write() as tx:  # a transaction: the file shows one moment
        files = await hallread.load(tx, facts.id)
    data = await asyncio.to_thread(hallexchange.written, files, kind, language_of(request))
    name = hallexchange.file_name(facts.code, business_day(now(), facts.timezone), kind)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=kind.media_type, headers=headers)


@post("/halls/import", name="hall_import", status_code=200, request_max_body_size=LARGEST_FILE)
async def import_(request: AnyRequest, services: Provided, name: Name = "", agreed: Agreed = None) -> Response[bytes]:
    """What the hall in a file would change; with ``agreed``, the ``mark`` of such a preview, it is done.

    The body is the file itself, ``name`` says by its end what it is (400 ``hall_file``). Files with faults change
    nothing: 422 ``broken_files`` with all ``faults``. 409 ``hall_changed`` when the changes are others by now, so a
    repeat does nothing either. Slots follow at once; ``in_the_way``: codes of appointments without a place any more.
    """
    kind, language, moment = hallexchange.kind_of(name), language_of(request), now()
    if kind is None:
        raise Invalid(N_("请选择 .xlsx 或 .zip 文件"), code="hall_file")
    try:
        upload = await hallexchange.opened(await request.body(), kind, name)
        if agreed is None:
            async with services.database.write() as tx:
                report = await hallexchange.preview(tx, upload, request.user.hall_id)
            stuck: Sequence[AppointmentRow] = ()
        else:
            user, root = request.user, root_of(request, services)
            sender = Sender(user.actor, moment, services.vault, root, user.hall_id, agreed)
            async with services.database.write() as tx:
                report, stuck = await take_in(tx, upload, name, sender)
    except BrokenFiles as error:
        return _refused(request, error.faults)
    if report.faults:
        return _refused(request, report.faults)
    if report.hall_id is not None:
        services.bus.publish(Moved(report.hall_id, What.HALL))
        services.messages.wake()
    return _answer(said(report, language) | {"in_the_way": [row.code for row in stuck]})


def said(report: Report, language: Language) -> dict[str, Any]:
    """What an import changes, in words."""
    changes: Changes = report.changes
    return {
        "hall": report.code,
        "name": report.name,
        "new": changes.new,
        "applied": report.hall_id is not None,
        "mark": changes.mark,
        "counts": changes.counts,
        "sheets": [_sheet(sheet, language) for sheet in changes.sheets],
    }


def _sheet(sheet: SheetChanges, language: Language) -> dict[str, Any]:
    def fields(row: hallchanges.Changed) -> list[dict[str, str]]:
        told = []
        for field in row.fields:
            before, after = hallchanges.excerpts(field.before, field.after, WIDEST)
            told.append({"column": hallwords.column_word(field.column, language), "before": before, "after": after})
        return told

    return {
        "file": sheet.file.removesuffix(".csv"),
        "name": hallwords.sheet_word(sheet.file, language),
        "counts": sheet.counts,
        "added": [hallchanges.entry_text(row, language) for row in sheet.added[:MOST_TOLD]],
        "changed": [
            {"row": hallchanges.entry_text(row.entry, language), "fields": fields(row)}
            for row in sheet.changed[:MOST_TOLD]
        ],
        "removed": [hallchanges.entry_text(row, language) for row in sheet.removed[:MOST_TOLD]],
    }


def _refused(request: AnyRequest, faults: Sequence[Fault]) -> Response[bytes]:
    """The refusal as any other, with every fault and its place."""
    language = language_of(request)
    error = Unprocessable(N_("共{count}处错误，未导入任何内容"), code="broken_files", count=len(faults))
    told = msgspec.json.decode(problem(request, error).content)
    told |= {"title": told["detail"], "count": len(faults)}
    told |= {"faults": [_fault(fault, language) for fault in faults[:MOST_TOLD]]}
    return _answer(told, Unprocessable.status, PROBLEM_JSON)


def _fault(fault: Fault, language: Language) -> dict[str, Any]:
    return {
        "sheet": fault.file,
        "sheet_name": hallwords.told_sheet(fault.file, language),
        "line": fault.line or None,
        "letter": fault.letter,
        "column": fault.column,
        "column_name": hallwords.told_column(fault.column, language),
        "place": fault.place,
        "reason": fault.describe(language),
    }


def _answer(body: Any, status: int = 200, media_type: str = "application/json") -> Response[bytes]:
    return Response(msgspec.json.encode(body), status_code=status, media_type=media_type)


router = Router("/", route_handlers=[export, import_], cache_control=PRIVATE)
