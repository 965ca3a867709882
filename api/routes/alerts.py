"""Reminders, and the chains that they climb (R14, R34): what officers and supervisors see of them."""

from typing import Annotated, Any

from litestar import Request, Response, Router, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Struct
from sqlalchemy.ext.asyncio import AsyncConnection

from ...cases import alert_text, alerts, chains
from ...cases.alert_tables import AlertKind
from ...cases.alerts import AlertRow
from ...cases.chains import Chains, Step
from ...core import journal
from ...core.clock import now
from ...core.errors import NotFound
from ...core.i18n import N_, Language, translate
from ...core.types import NEWEST
from ...queue.facts import HallFacts
from ..guard import of_hall
from ..language import language_of
from ..once import Answered, once
from ..permissions import STEERING
from ..services import Provided
from . import shown
from .halls import offset_of
from .media import hall_of

AnyRequest = Request[Any, Any, Any]
MOST_LISTED = 50


class NewChains(Struct, forbid_unknown_fields=True):
    """All chains of a hall, rung by rung."""

    steps: list[Step]


def brief(row: AlertRow, hall: HallFacts, ways: Chains, language: Language) -> dict[str, Any]:
    """An alert as lists show it; ``told``: who has been told, from below upwards."""
    kind = AlertKind(row.kind)
    rungs = [translate(language, alert_text.OFFICER), *(rung.title for rung in alerts.way_of(row, ways))]
    return {
        "id": row.id,
        "kind": kind,
        "kind_text": translate(language, alert_text.KINDS[kind]),
        "text": alerts.said_of(row, hall, language),
        "finding": kind in alerts.FINDINGS,
        "level": row.level,
        "told": rungs[: row.level],
        "at": shown.stamp(row.at, hall),
        "case": row.case_number,
        "ticket": row.ticket_number,
        "enquiry": row.enquiry_number,
        "matter": row.facts.get("number") if kind is AlertKind.MATTER else None,
        "officer": row.officer,
        "seen_at": shown.stamp(row.seen_at, hall),
        "ended_at": shown.stamp(row.ended_at, hall),
    }


@get("/halls/{hall:str}/alerts", name="alerts")
async def listed(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    mine: Annotated[bool, QueryParameter()] = False,
    cursor: FromQuery[str | None] = None,
) -> dict[str, Any]:
    """Open alerts, newest first: officers see those that they were told of, supervisors all unless ``mine``.

    ``total``: how many there are in all; ``cursor``: the id below which to go on.
    """
    facts, language = await hall_of(request, hall, services), language_of(request)
    below = NEWEST if cursor is None else offset_of(cursor)
    everything = request.user.caller in STEERING and not mine
    officer = None if everything else request.user.actor.staff_id
    async with services.database.read() as connection:
        rows = await alerts.listed(connection, facts.id, below, MOST_LISTED, officer)
        total = await alerts.count(connection, facts.id, officer)
        ways = await chains.load(connection, facts.id)
    return {
        "alerts": [brief(row, facts, ways, language) for row in rows],
        "total": total,
        "cursor": str(rows[-1].id) if len(rows) == MOST_LISTED else None,
    }


@post("/alerts/{alert:str}/seen", name="alert_seen", status_code=200)
async def seen(request: AnyRequest, alert: FromPath[str], services: Provided) -> Response[bytes]:
    """He has taken note; what nothing can mend any more ends with a supervisor's look. 404 for what is not his."""
    if not (alert.isascii() and alert.isdigit() and len(alert) <= 18):
        raise NotFound(N_("没有这条提醒"), code="unknown_alert")
    by = request.user.actor
    async with services.database.read() as connection:
        row = await alerts.find(connection, int(alert), by)
        ways = await chains.load(connection, row.hall_id)
    facts, language = await services.halls.by_id(row.hall_id), language_of(request)
    of_hall(request.user, facts)

    async def work(tx: AsyncConnection) -> Answered:
        await alerts.seen(tx, row, by, now())
        return Answered(200, brief(await alerts.find(tx, row.id, by), facts, ways, language))

    return await once(request, services, facts.id, work, None)


@get("/halls/{hall:str}/chains", name="chains")
async def shown_chains(request: AnyRequest, hall: FromPath[str], services: Provided) -> dict[str, Any]:
    """Who is told when what is below has not been dealt with, as `put` takes it."""
    facts = await hall_of(request, hall, services)
    async with services.database.read() as connection:
        return {"steps": await chains.listed(connection, facts)}


@put("/halls/{hall:str}/chains", name="chains_set")
async def replace(
    request: AnyRequest, hall: FromPath[str], data: JSONBody[NewChains], services: Provided
) -> dict[str, Any]:
    """Put these chains in the place of all. 400 ``levels_not_in_order``, ``unknown_badge``, ``unknown_department`` …"""
    facts = await hall_of(request, hall, services)
    async with services.moving(facts.id, None) as tx:
        await chains.replace(tx, facts, data.steps)
        await journal.write(tx, hall_id=facts.id, at=now(), actor=request.user.actor.label, action="chains")
        return {"steps": await chains.listed(tx, facts)}


router = Router("/", route_handlers=[listed, seen, shown_chains, replace])
