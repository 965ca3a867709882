"""The live hall for whoever steers it: windows, lines over their limit, longest waits, screens, printers, the day."""

from datetime import datetime, timedelta
from typing import Any

from litestar import Request, Router, get
from litestar.params import FromPath

from ...core.clock import now
from ...core.i18n import Language, translate
from ...display.printer import FAULTS, Fault
from ...queue import overview
from ...queue.facts import HallFacts
from ...queue.staff import DeviceKind
from ..language import language_of
from ..services import Provided
from . import shown
from .media import hall_of
from .steering import ALIVE

AnyRequest = Request[Any, Any, Any]


@get("/halls/{hall:str}/live", name="live")
async def live(request: AnyRequest, hall: FromPath[str], services: Provided) -> dict[str, Any]:
    """Everything that a supervisor looks at, as it stands now; minutes are whole ones that have passed.

    ``lines[].over``: somebody waits longer than the line's limit. ``screens[].alive``: heard within the last minute;
    ``lag_ms``: how long after the hall it last showed what it confirmed. ``printers[].fault``: a code, or empty.
    """
    facts, moment = await hall_of(request, hall, services), now()
    async with services.database.read() as connection:
        seen = await overview.read(connection, facts, moment)
    devices = {kind: [row for row in seen.devices if row.kind == kind] for kind in DeviceKind}
    return {
        "hall": facts.code,
        "now": shown.stamp(moment, facts),
        "windows": [_window(window, facts, moment) for window in seen.windows],
        "lines": [_line(line, facts) for line in seen.lines],
        "longest": [
            {
                "id": row.key,
                "number": row.number,
                "line": facts.lines[row.line_id].prefix,
                "line_name": facts.lines[row.line_id].name,
                "minutes": _minutes(moment - row.arrival),
            }
            for row in seen.longest
        ],
        "screens": [_screen(row, facts, moment) for row in devices[DeviceKind.BOARD]],
        "printers": [_printer(row, facts, language_of(request)) for row in devices[DeviceKind.PRINTER]],
        "today": {
            "issued": seen.day.issued,
            "waiting": seen.day.waiting,
            "served": seen.day.served,
            "missed": seen.day.missed,
            "wait_minutes": _minutes(seen.day.wait),
        },
    }


def _window(window: overview.WindowNow, hall: HallFacts, moment: datetime) -> dict[str, Any]:
    signed_in = shown.stamp(window.signed_in, hall)
    facts = shown.window(window.facts, hall)
    return facts | {
        "ticket": window.number,
        "status": window.status,
        "minutes": _minutes(moment - window.since) if window.since else None,
        "officer": facts["officer"] and facts["officer"] | {"since": signed_in},
    }


def _line(line: overview.LineNow, hall: HallFacts) -> dict[str, Any]:
    facts = hall.lines[line.id]
    return {
        "prefix": facts.prefix,
        "name": facts.name,
        "zone": hall.zones[facts.zone_id].name,
        "waiting": line.waiting,
        "open": line.open,
        "longest": _minutes(line.longest),
        "limit": line.limit,
        "over": line.over,
    }


def _screen(row: Any, hall: HallFacts, moment: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "window": hall.windows[row.window_id].number if row.window_id in hall.windows else None,
        "alive": row.seen_at is not None and moment - row.seen_at < ALIVE,
        "seen_at": shown.stamp(row.seen_at, hall),
        "revision": row.seen_revision,
        "lag_ms": row.seen_lag_ms,
    }


def _printer(row: Any, hall: HallFacts, language: Language) -> dict[str, Any]:
    known = row.fault if row.fault in set(Fault) else Fault.BROKEN
    return {
        "id": row.id,
        "name": row.name,
        "address": row.address,
        "fault": row.fault,
        "fault_text": translate(language, FAULTS[Fault(known)]) if row.fault else "",
        "seen_at": shown.stamp(row.seen_at, hall),
    }


def _minutes(lasting: timedelta) -> int:
    return max(0, lasting // timedelta(minutes=1))


router = Router("/", route_handlers=[live])
