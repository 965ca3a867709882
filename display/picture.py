"""Reading a hall's picture from the database: four short queries over what is live."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, time
from typing import Any, Literal
from urllib.parse import quote

from msgspec import UNSET, UnsetType
from sqlalchemy import bindparam, func, select

from ..core.clock import business_day, local
from ..core.db import Database
from ..core.errors import Invalid
from ..core.journal import Journal
from ..queue.facts import HallFacts
from ..queue.hall import CALL_TEXT, CALL_TEXT_EN, Kind
from ..queue.shows import RosterPart
from ..queue.ticket import AT_WINDOW, Action, Language, Status, Ticket
from . import spoken
from .state import CALLS_KEPT, BoardState, CallShown, LineShown, SlideShown, WindowShown

_REVISION = select(func.coalesce(func.max(Journal.id), 0)).where(Journal.hall_id == bindparam("hall"))
_LIVE = Ticket.ended_at.is_(None)
_WAITING = (
    select(
        Ticket.line_id,
        func.count().label("people"),
        func.count().filter(Ticket.need != "", Ticket.helper_id.is_(None)).label("help"),
    )
    .where(
        Ticket.hall_id == bindparam("hall"),
        Ticket.business_day == bindparam("day"),
        _LIVE,
        Ticket.status == Status.WAITING,
    )
    .group_by(Ticket.line_id)
)
_AT_WINDOWS = select(Ticket.window_id, Ticket.number, Ticket.status, Ticket.booked_for).where(
    Ticket.hall_id == bindparam("hall"), Ticket.business_day == bindparam("day"), _LIVE, Ticket.status.in_(AT_WINDOW)
)
_TODAYS_CALLS = (
    select(
        *(Journal.id, Journal.at, Journal.action, Journal.window_id, Journal.line_id),
        *(Ticket.number, Ticket.language, Ticket.booked_for),
    )
    .join(Ticket, Ticket.id == Journal.ticket_id)
    .where(
        Journal.hall_id == bindparam("hall"),
        Journal.action.in_(("call", "recall")),
        Ticket.business_day == bindparam("day"),
    )
)
_CALLS = _TODAYS_CALLS.order_by(Journal.id.desc()).limit(CALLS_KEPT)
_CALL = _TODAYS_CALLS.where(Journal.id == bindparam("call"))


async def read(database: Database, hall: HallFacts, now: datetime) -> BoardState:
    """The hall's picture now. Its revision is the newest journal row that was there when the reading began."""
    day = business_day(now, hall.timezone)
    of_day = {"hall": hall.id, "day": day}
    async with database.read() as connection:
        revision = (await connection.execute(_REVISION, of_day)).scalar_one()
        per_line = (await connection.execute(_WAITING, of_day)).all()
        at_windows = {row.window_id: row for row in await connection.execute(_AT_WINDOWS, of_day)}
        calls = (await connection.execute(_CALLS, of_day)).all()
    waiting = Counter({row.line_id: row.people for row in per_line})
    zone = {key: value.name for key, value in hall.zones.items()}
    windows = {
        window.id: WindowShown(
            window.id,
            window.number,
            zone[window.zone_id],
            window.state,
            at.number if (at := at_windows.get(window.id)) else None,
            at.status if at else None,
            window.pause_reason,
            f"{local(window.back_at, hall.timezone):%H:%M}" if window.back_at else None,
            window.officer.badge if window.officer else None,
            at is not None and at.booked_for is not None,
        )
        for window in hall.windows.values()
    }
    lines = {
        line.id: LineShown(
            line.id, line.prefix, line.name, zone[line.zone_id], waiting[line.id], len(hall.serving(line.id))
        )
        for line in hall.lines.values()
    }
    shown = [made for row in calls if (made := _call(hall, row))]
    today = hall.roster.get(day, {})
    return BoardState(
        hall.code,
        hall.name,
        hall.name_en,
        revision,
        hall.ticker,
        _first_desk(hall, today.get(RosterPart.FIRST_DESK, "")),
        windows,
        lines,
        shown,
        _quiet(hall.quiet_from, hall.quiet_until),
        today.get(RosterPart.LEADER, ""),
        slides(hall, now),
        sum(row.help for row in per_line),
    )


def slides(hall: HallFacts, now: datetime) -> list[SlideShown]:
    """What is to be shown at this moment while nobody is called, in order."""
    return [
        SlideShown(
            slide.id,
            slide.kind or "notice",
            f"/media/{quote(hall.code)}/{slide.digest}" if slide.digest else "",
            slide.text,
            slide.text_en,
            slide.seconds,
        )
        for slide in hall.slides
        if (slide.since is None or slide.since <= now) and (slide.until is None or now < slide.until)
    ]


async def call(database: Database, hall: HallFacts, call_id: int, now: datetime) -> CallShown | None:
    """One call or recall of today in this hall, if there is one with this number in the journal."""
    wanted = {"hall": hall.id, "day": business_day(now, hall.timezone), "call": call_id}
    async with database.read() as connection:
        row = (await connection.execute(_CALL, wanted)).one_or_none()
    return _call(hall, row) if row else None


def _call(hall: HallFacts, row: Any) -> CallShown | None:
    window, line = hall.windows.get(row.window_id), hall.lines.get(row.line_id)
    if window is None or line is None:
        return None  # newer than the facts at hand
    zone = hall.zones[window.zone_id].name
    fields = {"number": row.number, "window": window.number, "zone": zone, "line": line.name}
    say = _said(spoken.chinese, line.call_text or hall.call_text or CALL_TEXT, CALL_TEXT, fields)
    english = line.call_text_en or hall.call_text_en if row.language == Language.ENGLISH else ""
    say_en = _said(spoken.english, english, CALL_TEXT_EN, fields)
    booked: Literal[True] | UnsetType = UNSET if row.booked_for is None else True
    again = row.action == Action.RECALL
    return CallShown(row.id, row.number, window.number, zone, row.at, again, say, say_en, booked)


def _said(speak: Callable[..., str], template: str, usual: str, fields: dict[str, str]) -> str:
    """Templates are checked where they are written; one that went bad all the same must not silence a hall."""
    try:
        return speak(template, **fields)
    except Invalid:
        return speak(usual, **fields)


def _quiet(begins: time | None, ends: time | None) -> tuple[str, str] | None:
    return (f"{begins:%H:%M}", f"{ends:%H:%M}") if begins and ends else None


def _first_desk(hall: HallFacts, named: str) -> str:
    """Who is on duty at the first desk (R13), window and officer, such as ``A01 李某``.

    That is who the roster names, else who is signed in there.
    """
    desks = [window for window in hall.windows.values() if window.kind is Kind.FIRST_INQUIRY]
    desks.sort(key=lambda desk: (not desk.officer, desk.officer is not None and desk.officer.name != named))
    if not desks:
        return named
    name = named or (desks[0].officer.name if desks[0].officer else "")
    return name and f"{desks[0].number} {name}"
