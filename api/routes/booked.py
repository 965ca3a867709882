"""How slots, holds, appointments and the waiting list look in JSON, and what visitors are told of them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from ...booking import slots
from ...booking.appointments import AppointmentRow, item_of
from ...booking.holds import Held
from ...booking.office import Office
from ...booking.records import Outlook
from ...booking.rules import Verdict, warn
from ...booking.state import Channel, Status
from ...core.i18n import N_, Language, day_text, translate
from ...queue.facts import ItemFacts, LineFacts
from ...queue.needs import NAMES
from . import shown

CLOSED = {
    "closed": N_("不再办理预约"),
    "full": N_("已约满"),
    "channel": N_("此渠道已约满"),
}


def needs(given: str | Iterable[str]) -> str:
    """What a ticket keeps of the needs: a code, or all of them in words (R53)."""
    said = [given] if isinstance(given, str) else list(given)
    known = [one.strip() for one in said if one.strip()]
    if len(known) == 1:
        return known[0]
    return "、".join(NAMES.get(one, one) for one in known)[:60]


def day(office: Office, each: date, line_id: int | None) -> dict[str, Any]:
    """A day of the week strip: open or not, and why not."""
    found = office.hall.hours.on(each, line_id)
    return {
        "day": each.isoformat(),
        "open": bool(found.spells),
        "why": found.why,
        "reason": found.reason,
        "reason_en": found.reason_en,
        "working": office.hall.hours.working_days.on(each).working,
        "provisional": found.provisional,
    }


def slot(
    office: Office, row: slots.SlotRow, item: ItemFacts, channel: Channel, *, mine: bool = False
) -> dict[str, Any]:
    """A slot with what the channel may still take. Its id tells what it is asked for, so a hold needs no more."""
    places = slots.places(row, channel, mine=mine)
    return {
        "id": f"{row.id}.{item.code}",
        "day": row.day.isoformat(),
        "starts_at": shown.stamp(row.starts_at, office.hall),
        "ends_at": shown.stamp(row.ends_at, office.hall),
        "free": places.free,
        "why": places.why,
        "mine": mine,
    }


def slot_figures(office: Office, row: slots.SlotRow) -> dict[str, Any]:
    """A slot as a supervisor sees it."""
    return {
        "slot": row.id,
        "starts_at": shown.stamp(row.starts_at, office.hall),
        "ends_at": shown.stamp(row.ends_at, office.hall),
        "capacity": row.capacity,
        "booked": row.booked,
        "held": row.held,
        "closed": row.closed,
        "fixed": row.fixed,
        "channels": {channel.value: getattr(row, channel) for channel in Channel},
    }


def line_day(office: Office, line: LineFacts, rows: Iterable[slots.SlotRow]) -> dict[str, Any]:
    """A line's day: whether it is open, and its slots."""
    return {
        "prefix": line.prefix,
        "name": line.name,
        "slots": [slot_figures(office, row) for row in rows if row.line_id == line.id],
    }


def held(office: Office, one: Held) -> dict[str, Any]:
    return {"id": one.key, "expires_at": shown.stamp(one.expires_at, office.hall)}


def appointment(office: Office, row: AppointmentRow, language: Language, *, ours: bool = False) -> dict[str, Any]:
    """An appointment for whoever may see it; ``ours``: officers also see how it came about."""
    hall, item = office.hall, item_of(office, row)
    line = hall.lines[row.line_id]
    body = {
        "code": row.code,
        "hall": hall.code,
        "status": row.status,
        "item": {"code": item.code, "name": item.name, "materials": item.materials},
        "line": line.prefix,
        "line_name": line.name,
        "zone": hall.zones[line.zone_id].name,
        "day": row.day.isoformat(),
        "starts_at": shown.stamp(row.starts_at, hall),
        "ends_at": shown.stamp(row.ends_at, hall),
        "when": office.when(row.starts_at, language),
        "visitor": row.visitor,
        "proxy": row.proxy,
        "need": row.need,
        "need_text": shown.need(row.need, language),
        "channel": row.channel,
        "url": office.link(row.code).removeprefix(office.root),
        "may_change": row.status == Status.BOOKED
        and (not office.visitor or office.rules.may_cancel(row.starts_at, office.now)),
        "cancel_minutes": office.rules.cancel_minutes,
        "check_in_minutes": office.rules.check_in_minutes,
        "grace_minutes": office.rules.grace_minutes,
        "late": office.rules.late,
    }
    if not ours:
        return body
    return body | {
        "moves": row.moves,
        "note": row.note,
        "booked_at": shown.stamp(row.at, hall),
        "changed_at": shown.stamp(row.changed_at, hall),
        "closed": row.closed,
    }


NOTHING = {"barred_until": None, "barred_for": "", "warning": ""}
"""How somebody stands of whom nothing is known any more."""


def standing(office: Office, outlook: Outlook, language: Language) -> dict[str, Any]:
    """Until when somebody is barred from booking online and for what, or what he is warned of; for officers."""
    record = outlook.record
    if record is None or record.barred_until is None or record.barred_until <= office.now:
        return NOTHING | {"warning": warning(office, outlook.verdict, language)}
    return NOTHING | {"barred_until": shown.stamp(record.barred_until, office.hall), "barred_for": record.barred_for}


def warning(office: Office, verdict: Verdict, language: Language) -> str:
    """What somebody is warned of before he is barred; empty when there is nothing."""
    if verdict.warning is None:
        return ""
    text, fields = warn(verdict.warning, office.rules)
    return translate(language, text, **fields)


def closed_day(office: Office, each: date, line_id: int | None, language: Language) -> str:
    """Why a day is closed, in a visitor's words; empty when it is open."""
    found = office.hall.hours.on(each, line_id)
    if found.spells:
        return ""
    reason = (found.reason_en if language == "en" else found.reason) or found.reason
    return reason or translate(language, N_("{day}不办公"), day=day_text(each, language))
