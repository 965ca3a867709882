"""The register (R10): masked as a list for officers, in full as a workbook for supervisors."""

from datetime import date
from typing import Annotated, Any

import anyio
from litestar import Request, Response, Router, get
from litestar.params import FromPath, FromQuery, QueryParameter

from ...cases import register, register_asked
from ...cases.register_asked import PAGE
from ...core import journal
from ...core.clock import business_day, now
from ...core.errors import Forbidden
from ...core.i18n import N_, translate
from ..guard import of_hall
from ..language import language_of
from ..limits import PRIVATE
from ..permissions import STEERING
from ..services import Provided
from . import shown

AnyRequest = Request[Any, Any, Any]
AT_ONCE = 1000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

First = Annotated[date | None, QueryParameter(name="from")]
Last = Annotated[date | None, QueryParameter(name="to")]


@get("/halls/{hall:str}/register", name="register")
async def listed(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    first: First = None,
    last: Last = None,
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    complaints: FromQuery[bool] = False,
    cursor: Annotated[str | None, QueryParameter(max_length=80)] = None,
) -> dict[str, Any]:
    """What was taken down, newest first, of the last 31 days unless told, and with ``q`` of no more; ``fields`` are the
    columns' names.

    ``complaints``: their own register, which is confidential (R8): supervisors only.
    """
    facts = await services.halls.get(hall)
    of_hall(request.user, facts)
    if complaints and request.user.caller not in STEERING:
        raise Forbidden
    language, vault = language_of(request), services.vault
    between = register_asked.days(first, last, business_day(now(), facts.timezone))
    if q.strip() and not register_asked.case_number(q):
        register_asked.bounded(between, N_("查找时一次最多 {most} 天，请缩短日期范围"))
    after = register_asked.place_of(cursor) if cursor else None
    async with services.database.read() as connection:
        rows = await register.read(
            connection, vault, facts, between, q=q, after=after, most=PAGE + 1, complaints=complaints
        )
    entries = [register.entry(vault, row, language, full=False) for row in rows[:PAGE]]
    return {
        "from": between[0].isoformat(),
        "to": between[1].isoformat(),
        "fields": [translate(language, title) for title in register.FIELDS],
        "entries": [
            entry._asdict()
            | {"at": shown.stamp(entry.at, facts), "kind_text": translate(language, register.KINDS[entry.kind])}
            for entry in entries
        ],
        "cursor": register_asked.place(rows[PAGE - 1]).cursor() if len(rows) > PAGE else None,
    }


@get("/halls/{hall:str}/register.xlsx", name="register_export")
async def export(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    first: First = None,
    last: Last = None,
    complaints: FromQuery[bool] = False,
) -> Response[bytes]:
    """The register with names in full as a workbook, of 31 days at most; every export stands in the journal."""
    facts, moment = await services.halls.get(hall), now()
    of_hall(request.user, facts)
    between = register_asked.days(first, last, business_day(moment, facts.timezone))
    register_asked.bounded(between, N_("一次最多导出 {most} 天"))
    about: dict[str, Any] = {"from": between[0].isoformat(), "to": between[1].isoformat(), "complaints": complaints}
    async with services.database.write() as tx:
        by = request.user.actor.label
        await journal.write(tx, hall_id=facts.id, at=moment, actor=by, action="register_export", **about)
    from ...cases.ledger import Ledger  # its library is large, and few processes ever export

    ledger, after = Ledger(services.vault, facts.timezone, language_of(request)), None
    while True:
        async with services.database.read() as connection:
            rows = await register.read(
                connection, services.vault, facts, between, after=after, most=AT_ONCE, complaints=complaints
            )
        await anyio.to_thread.run_sync(ledger.add, rows)
        if len(rows) < AT_ONCE:
            break
        after = register_asked.place(rows[-1])
    book = await anyio.to_thread.run_sync(ledger.book)
    name = f"register-{facts.code}-{between[0]:%Y%m%d}-{between[1]:%Y%m%d}.xlsx"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(book, media_type=XLSX, headers=headers)


router = Router("/", route_handlers=[listed, export], cache_control=PRIVATE)
