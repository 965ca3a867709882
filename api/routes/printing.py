"""Paper: a ticket printed at somebody's wish, and the hall's printers as the supervisor sees them."""

from typing import Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, JSONBody
from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from ...core.clock import now
from ...core.errors import Conflict, Invalid, NotFound
from ...core.i18n import N_, Language, negotiate, translate
from ...display.paper import Sheet, number_of
from ...display.printer import FAULTS, Fault
from ...display.printjob import PrintJob, State
from ...queue import issuing, moves
from ...queue.facts import HallFacts
from ...queue.staff import Device, DeviceKind
from .. import slips
from ..guard import of_hall
from ..language import language_of
from ..once import Answered, once
from ..services import Provided
from . import shown
from .bodies import Print
from .tickets import standing

LAST_JOBS = 5
NEVER_HEARD = N_("尚未连接过")

AnyRequest = Request[Any, Any, Any]

_PRINTERS = (
    select(Device.id, Device.name, Device.address, Device.fault, Device.seen_at)
    .where(Device.hall_id == bindparam("hall"), Device.kind == DeviceKind.PRINTER, Device.revoked_at.is_(None))
    .order_by(Device.id)
)
_WAITING = (
    select(PrintJob.printer_id, func.count())
    .where(PrintJob.hall_id == bindparam("hall"), PrintJob.state.in_((State.QUEUED, State.PRINTING)))
    .group_by(PrintJob.printer_id)
)
_OTHER = aliased(PrintJob)
# From the index alone, printer by printer: papers of years are not numbered to find the last few.
_FIRST_SHOWN = (
    select(_OTHER.id)
    .where(_OTHER.printer_id == Device.id)
    .order_by(_OTHER.id.desc())
    .offset(LAST_JOBS - 1)
    .limit(1)
    .correlate(Device)
    .scalar_subquery()
)
_LAST = (
    select(
        *(PrintJob.printer_id, PrintJob.subject, PrintJob.copy, PrintJob.sheet),
        *(PrintJob.state, PrintJob.at, PrintJob.ended_at, PrintJob.fault),
    )
    .join(Device, Device.id == PrintJob.printer_id)
    .where(Device.hall_id == bindparam("hall"), Device.kind == DeviceKind.PRINTER, Device.revoked_at.is_(None))
    .where(PrintJob.id >= func.coalesce(_FIRST_SHOWN, 0))
    .order_by(PrintJob.id.desc())
)
_PAPER = (
    select(PrintJob.copy, PrintJob.state, PrintJob.fault)
    .where(PrintJob.subject == bindparam("subject"))
    .order_by(PrintJob.copy.desc())
    .limit(1)
)
_BEFORE = select(PrintJob.printer_id).where(PrintJob.subject == bindparam("subject"), PrintJob.copy == 0)


@post("/tickets/{key:str}/print", name="ticket_print", status_code=202)
async def print_ticket(
    request: AnyRequest, key: FromPath[str], services: Provided, data: JSONBody[Print | None] = None
) -> Response[bytes]:
    """Print a ticket; if it was printed before, as a marked reprint (``copy`` above 0).

    404 ``unknown_printer``; 409 ``no_printer`` where the hall has none; 400 ``which_printer`` where it has several and
    neither the request nor an earlier paper of this ticket names one.
    """
    moment, wish = now(), data.printer if data else None
    async with services.database.read() as connection:
        row = await moves.find(connection, key)
        ahead = await issuing.people_ahead(connection, row.line_id, row.rank)
    facts, language = await services.halls.by_id(row.hall_id), negotiate(row.language)
    of_hall(request.user, facts)
    async with services.database.read() as connection:
        printer = await _choose(connection, facts, wish, key)
    ticket = shown.held_ticket(row, facts, language) | await standing(services, facts, row, ahead)
    url = slips.link(request, services, key)

    async def work(tx: AsyncConnection) -> Answered:
        copy = await slips.ask_for(tx, facts, ticket, url, language, printer.id, moment)
        return Answered(202, {"printer": printer.name, "copy": copy})

    answer = await once(request, services, facts.id, work)
    services.printing.wake()
    return answer


@get("/tickets/{key:str}/print", name="ticket_paper")
async def paper(request: AnyRequest, key: FromPath[str], services: Provided) -> dict[str, Any]:
    """How the newest paper of a ticket stands: whoever sent somebody to a printer wants to know. 404 ``no_paper``."""
    async with services.database.read() as connection:
        row = await moves.find(connection, key)
        job = (await connection.execute(_PAPER, {"subject": slips.subject_of(key)})).first()
    of_hall(request.user, await services.halls.by_id(row.hall_id))
    if job is None:
        raise NotFound(N_("没有打印过这张小票"), code="no_paper")
    text = _text(job.fault, language_of(request)) if job.fault else ""
    return {"copy": job.copy, "state": job.state, "fault": job.fault, "text": text}


async def _choose(connection: AsyncConnection, hall: HallFacts, wish: str | None, key: str) -> Any:
    """The printer that was named, or else that of an earlier paper, or else the hall's only one."""
    printers = (await connection.execute(_PRINTERS, {"hall": hall.id})).all()
    if not printers:
        raise Conflict(N_("本大厅没有打印机"), code="no_printer")
    if wish is not None:
        found = [printer for printer in printers if printer.name == wish]
        if not found:
            raise NotFound(N_("没有这台打印机"), code="unknown_printer")
        return found[0]
    before = (await connection.execute(_BEFORE, {"subject": slips.subject_of(key)})).scalar_one_or_none()
    found = [printer for printer in printers if printer.id == before] or list(printers)
    if len(found) > 1:
        raise Invalid(N_("请选择打印机"), code="which_printer")
    return found[0]


@get("/halls/{hall:str}/printers", name="printers")
async def printers(request: AnyRequest, hall: FromPath[str], services: Provided) -> dict[str, Any]:
    """The hall's printers: well or what is wrong, how many papers wait, and the last few."""
    facts, language = await services.halls.get(hall), language_of(request)
    of_hall(request.user, facts)
    async with services.database.read() as connection:
        rows = (await connection.execute(_PRINTERS, {"hall": facts.id})).all()
        waiting = {row[0]: row[1] for row in await connection.execute(_WAITING, {"hall": facts.id})}
        last: dict[int, list[Any]] = {}
        for job in await connection.execute(_LAST, {"hall": facts.id}):
            last.setdefault(job.printer_id, []).append(job)
    return {
        "printers": [
            {
                "id": row.id,
                "name": row.name,
                "address": row.address,
                "well": row.seen_at is not None and not row.fault,
                "fault": row.fault,
                "text": _text(row.fault, language) if row.seen_at or row.fault else translate(language, NEVER_HEARD),
                "seen_at": shown.stamp(row.seen_at, facts),
                "waiting": waiting.get(row.id, 0),
                "jobs": [
                    {
                        "subject": job.subject,
                        "number": _number(job.sheet),
                        "copy": job.copy,
                        "state": job.state,
                        "at": shown.stamp(job.at, facts),
                        "ended_at": shown.stamp(job.ended_at, facts),
                        "fault": _text(job.fault, language) if job.fault else "",
                    }
                    for job in last.get(row.id, ())
                ],
            }
            for row in rows
        ]
    }


def _number(sheet: dict[str, Any]) -> str:
    try:
        return number_of(msgspec.convert(sheet, Sheet))
    except msgspec.ValidationError:  # another version's paper
        return ""


def _text(fault: str, language: Language) -> str:
    return translate(language, FAULTS[Fault(fault)])


router = Router("/", route_handlers=[print_ticket, paper, printers])
