"""How rows and facts look in JSON: one function each, used by every route that shows them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from ...cases.acceptance import promised_days
from ...core.calendar import Regular, ServiceDay, Spell
from ...core.clock import local, moment
from ...core.i18n import N_, Language, translate
from ...queue.circles import Trail
from ...queue.facts import HallFacts, ItemFacts, WindowFacts
from ...queue.figures import Place
from ...queue.figures import wait as figure
from ...queue.hall import CaseKind, Kind
from ...queue.handovers import HandOver, State
from ...queue.issuing import Issued
from ...queue.moves import TicketRow
from ...queue.needs import NAMES
from ...queue.routing import Reason, Route
from ...queue.ticket import Status, actions
from ...queue.undoing import undoable_until
from ...queue.wait import Handling, Wait, not_before

REASONS = {
    Reason.OWN_LINE: N_("请在{zone}等候叫号"),
    Reason.NOT_OPEN_YET: N_("窗口尚未开启，请在{zone}等候，开窗后按号叫号"),
    Reason.COVER: N_("本岗人员暂离，由{window}号窗口AB岗代办"),
    Reason.COMPREHENSIVE: N_("专窗暂未开启，由综合窗口受理，请在{zone}等候"),
    Reason.FIRST_DESK: N_("专窗暂未开启，由首问责任岗代为接收并跟踪办理"),
    Reason.ELSEWHERE: N_("此事项不在本中心办理，请到：{agency}，{address}。首问责任岗可为您详细说明"),
    Reason.UNSURE: N_("请到首问责任岗，工作人员会帮您弄清要办的事项"),
    Reason.COMPLAINT: N_("请在{zone}等候投诉受理窗口叫号"),
    Reason.CHOSEN: N_("请在{zone}等候叫号"),
}
ENDS_AT = {
    Reason.COMPREHENSIVE: Kind.COMPREHENSIVE,
    Reason.FIRST_DESK: Kind.FIRST_INQUIRY,
    Reason.ELSEWHERE: Kind.FIRST_INQUIRY,
    Reason.UNSURE: Kind.FIRST_INQUIRY,
    Reason.COMPLAINT: Kind.COMPLAINT,
}
"""The kind of line that a reason leads to: a ticket in another one has been transferred since."""


def stamp(when: datetime | None, hall: HallFacts) -> str | None:
    """RFC 3339 with the hall's own offset, to the second."""
    return None if when is None else local(when, hall.timezone).isoformat(timespec="seconds")


def spell(of: Spell | Regular) -> dict[str, str]:
    return {"opens": f"{of.opens:%H:%M}", "closes": f"{of.closes:%H:%M}"}


def service_day(day: date, hours: ServiceDay) -> dict[str, Any]:
    """The hours of a date, and why they are so (`core.calendar.Why`)."""
    return {
        "day": day.isoformat(),
        "spells": [spell(each) for each in hours.spells],
        "why": hours.why,
        "reason": hours.reason,
        "reason_en": hours.reason_en,
        "provisional": hours.provisional,
    }


def window(facts: WindowFacts, hall: HallFacts) -> dict[str, Any]:
    return {
        "id": facts.id,
        "number": facts.number,
        "name": facts.name,
        "zone": hall.zones[facts.zone_id].name,
        "kind": facts.kind,
        "department": hall.departments[facts.department_id].code,
        "state": facts.state,
        "pause_reason": facts.pause_reason,
        "back_at": stamp(facts.back_at, hall),
        "lines": [hall.lines[line_id].prefix for line_id in facts.handicaps],
        "officer": {"name": facts.officer.name, "badge": facts.officer.badge} if facts.officer else None,
    }


def card(facts: WindowFacts, hall: HallFacts) -> dict[str, Any]:
    """The staff card beside a window (R43); the scope's own lines come first."""
    officer = facts.officer
    return {
        "hall": hall.code,
        "window": facts.number,
        "name": facts.name,
        "zone": hall.zones[facts.zone_id].name,
        "department": hall.departments[facts.department_id].name,
        "state": facts.state,
        "reason": facts.pause_reason,
        "back_at": f"{local(facts.back_at, hall.timezone):%H:%M}" if facts.back_at else None,
        "officer": {
            "name": officer.name,
            "post": officer.post,
            "badge": officer.badge,
            "photo": f"/media/{hall.code}/{officer.photo}" if officer.photo else None,
        }
        if officer
        else None,
        "scope": [hall.lines[line_id].name for line_id in facts.handicaps],
        "complaint_phone": hall.complaint_phone,
    }


def item(facts: ItemFacts, hall: HallFacts) -> dict[str, Any]:
    """An item; ``case_days``: the working days of a case of it that is not settled at once (R31)."""
    agency = hall.agencies.get(facts.agency_id or 0)
    return {
        "code": facts.code,
        "name": facts.name,
        "department": hall.departments[facts.department_id].code,
        "line": hall.lines[facts.line_id].prefix if facts.line_id else None,
        "agency": {"name": agency.name, "address": agency.address, "phone": agency.phone} if agency else None,
        "audience": facts.audience,
        "kind": facts.case_kind,
        "promised_days": facts.promised_days,
        "form_only": facts.form_only,
        "case_days": promised_days(facts, CaseKind.PROMISED),
        "fee_yuan": facts.fee_yuan,
        "materials": facts.materials,
        "bookable": facts.bookable,
    }


def route(way: Route, hall: HallFacts, language: Language) -> dict[str, Any]:
    words = {
        "zone": hall.zones[(way.bound or way.line).zone_id].name,
        "window": way.windows[0].number if way.windows else "",
        "agency": way.agency.name if way.agency else "",
        "address": way.agency.address if way.agency else "",
    }
    return {
        "reason": way.reason,
        "text": translate(language, REASONS[way.reason], **words),
        "zone": words["zone"],
        "windows": [window.number for window in way.windows],
        "agency": {"name": way.agency.name, "address": way.agency.address, "phone": way.agency.phone}
        if way.agency
        else None,
    }


def wait(figure: Wait | None) -> dict[str, int] | None:
    return {"low": figure.low, "high": figure.high} if figure else None


def issued(
    one: Issued, way: Route, hall: HallFacts, case: Handling, language: Language, *, later: int = 0
) -> dict[str, Any]:
    """A new ticket, as whoever took it is told; ``later``: he is not called within so many minutes."""
    minutes = figure(hall, way.line.id, one.ahead, case)
    return {
        "id": one.key,
        "number": one.number,
        "line": way.line.prefix,
        "line_name": way.line.name,
        "status": Status.WAITING,
        "rank": stamp(moment(one.rank), hall),
        "ahead": one.ahead,
        "wait": wait(minutes and not_before(minutes, later)),
        "route": route(way, hall, language),
        "follow_url": f"/t/{one.key}",
    }


def place(at: Place) -> dict[str, Any]:
    """Where a ticket waits in its line (`Figures.place`)."""
    return {"ahead": at.ahead, "wait": wait(at.wait)}


def need(code: str, language: Language) -> str:
    """What a visitor needs, in words (R53): a known code by its name, an officer's free words as they are."""
    return translate(language, NAMES[code]) if code in NAMES else code


def ticket(row: TicketRow, hall: HallFacts) -> dict[str, Any]:
    """A ticket as its holder may see it. ``booked_for``: his time; where ``arrival`` differs, he came too late."""
    at = hall.windows.get(row.window_id or 0)
    line = hall.lines[row.line_id]
    return {
        "id": row.key,
        "hall": hall.code,
        "number": row.number,
        "line": line.prefix,
        "line_name": line.name,
        "zone": hall.zones[at.zone_id if at else line.zone_id].name,
        "status": row.status,
        "window": at.number if at else None,
        "rank": stamp(moment(row.rank), hall),
        "arrival": stamp(row.arrival, hall),
        "booked_for": stamp(row.booked_for, hall),
        "called_at": stamp(row.called_at, hall),
        "started_at": stamp(row.started_at, hall),
        "route": {"reason": row.route_reason},
    }


def held_ticket(row: TicketRow, hall: HallFacts, language: Language) -> dict[str, Any]:
    """A ticket as its holder keeps it, on the slip too: with what to bring and the way to go (R4, R5)."""
    about = _item(row, hall)
    return ticket(row, hall) | {
        "item": {"name": about.name, "materials": about.materials} if about else None,
        "route": route(way_of(row, hall), hall, language),
    }


def way_of(row: TicketRow, hall: HallFacts) -> Route:
    """The way of a ticket as things stand now: the reason it got, while that still says where it waits."""
    line, bound = hall.lines[row.line_id], hall.windows.get(row.bound_window_id or 0)
    windows = (bound,) if bound else tuple(hall.serving(line.id))
    reason, about = Reason(row.route_reason), _item(row, hall)
    moved_on = ENDS_AT.get(reason, line.kind) is not line.kind or (reason is Reason.COVER and bound is None)
    if moved_on or (reason is Reason.NOT_OPEN_YET and windows):
        reason = Reason.CHOSEN
    agency = hall.agencies.get(about.agency_id or 0) if about and reason is Reason.ELSEWHERE else None
    return Route(line, reason, windows, bound, agency)


def _item(row: Row[Any], hall: HallFacts) -> ItemFacts | None:
    return next((facts for facts in hall.items.values() if facts.id == row.item_id), None)


def desk_ticket(row: TicketRow, hall: HallFacts) -> dict[str, Any]:
    """A ticket as an officer sees it: with what it is about, and what can be done with it now."""
    about = _item(row, hall)
    priority = next((facts for facts in hall.priorities.values() if facts.id == row.priority_id), None)
    return ticket(row, hall) | {
        "item": item(about, hall) if about else None,
        "need": row.need,
        "language": row.language,
        "visitor": row.visitor,
        "postponed": row.postponed,
        "channel": row.channel,
        "priority": {"code": priority.code, "name": priority.name, "name_en": priority.name_en} if priority else None,
        "credit_minutes": row.credit_minutes,
        "first_officer": hall.staff.get(row.first_officer_id or 0),
        "recalls": row.recalls,
        "recalls_before_missed": hall.recalls_before_missed,
        "note": row.note,
        "changed_at": stamp(row.changed_at, hall),
        "why": why(row),
        "actions": actions(Status(row.status)),
        "undo_until": stamp(undoable_until(row), hall),
    }


def hand_over(one: HandOver, hall: HallFacts) -> dict[str, Any]:
    """A hand-over for the list of a first desk (R4): what, from where, where to, and who acknowledged and took it."""
    row, line = one.row, hall.lines[one.row.line_id]
    bound, now_at = hall.windows.get(row.bound or 0), hall.windows.get(row.window_id or 0)
    return _sent(row, hall) | {
        "to": {
            "line": line.name,
            "zone": hall.zones[(bound or line).zone_id].name,
            "window": bound.number if bound else None,
        },
        "at": stamp(one.since, hall),
        "state": one.state,
        "late": one.late,
        "window": now_at.number if now_at and one.state == State.CALLED else None,
        "acknowledged": _received(row.acknowledged_window, row.acknowledger, row.acknowledged_at, hall),
        "taken": _received(row.taken_window, row.taker, row.taken_at, hall),
    }


def coming(row: Row[Any], hall: HallFacts) -> dict[str, Any]:
    """A hand-over for the window that it was sent to: who is coming, and who sends him (R4)."""
    return _sent(row, hall) | {"bound": row.bound is not None, "at": stamp(max(row.at, row.callable_at), hall)}


def _sent(row: Row[Any], hall: HallFacts) -> dict[str, Any]:
    left, came_from = hall.windows.get(row.from_window or 0), hall.lines.get(row.from_line or 0)
    about = _item(row, hall)
    return {
        "id": row.key,
        "number": row.number,
        "item": about.name if about else None,
        "line": hall.lines[row.line_id].name,
        "sender": row.sender,
        "from": {"window": left.number if left else None, "line": came_from.name if came_from else None},
    }


def _received(window_id: int | None, by: str | None, at: datetime | None, hall: HallFacts) -> dict[str, Any] | None:
    window = hall.windows.get(window_id or 0)
    return {"window": window.number if window else None, "by": by, "at": stamp(at, hall)} if at else None


def trail(of: Trail, hall: HallFacts) -> dict[str, Any]:
    """How often a visitor was sent on, and where he is not to be sent again (`queue.circles`)."""
    return {
        "times": of.times,
        "lines": [hall.lines[line_id].prefix for line_id in sorted(of.lines) if line_id in hall.lines],
        "windows": [hall.windows[id_].number for id_ in sorted(of.windows) if id_ in hall.windows],
    }


def why(row: TicketRow) -> dict[str, Any] | None:
    """Why this ticket was next, as stored with its call."""
    if row.why_rule is None:
        return None
    return {
        "rule": row.why_rule,
        "handicap_minutes": row.why_handicap,
        "credit_minutes": row.credit_minutes,
        "rank": row.rank,
    }
