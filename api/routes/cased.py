"""How a case looks in JSON, to officers and to whoever applies; and the clock's trace in plain words (R29, R33)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from ...cases import clock_text, filing
from ...cases.clock import Light
from ...cases.file import judged
from ...cases.filing import CaseRow
from ...cases.office import Office
from ...cases.papers import TITLES
from ...cases.state import KINDS, PROCEDURES, STATES, Action, Procedure, State, actions
from ...cases.tables import PaperKind
from ...cases.wording import due_text
from ...core.clock import start_of
from ...core.i18n import Language, date_text, translate
from ...queue.hall import CaseKind
from . import shown

STILL = "still"


def brief(office: Office, row: CaseRow, language: Language) -> dict[str, Any]:
    """A case as lists show it: its applicant masked."""
    hall, state, kind = office.hall, State(row.state), CaseKind(row.kind)
    item = hall.items_by_id.get(row.item_id)
    return {
        "number": row.number,
        "hall": hall.code,
        "kind": kind,
        "kind_text": translate(language, KINDS[kind]),
        "state": state,
        "state_text": translate(language, STATES[state]),
        "outcome": row.outcome,
        "item": {"code": item.code if item else "", "name": row.item_name},
        "version": row.version,
        "department": hall.departments[row.department_id].name,
        "unit": hall.departments[row.unit_id].name,
        "window": row.window_number,
        "company": row.company,
        "applicant": row.applicant,
        "officer": row.officer,
        "holder": row.holder,
        "first_officer": row.first_officer,
        "mine": row.holder_id == office.by.staff_id,
        "received_on": _day(row.received_on),
        "accepted_on": _day(row.accepted_on),
        "notice_by": _day(row.notice_by),
        "due_on": _day(row.due_on),
        "due_at": shown.stamp(end_of(row.due_on, hall.timezone), hall),
        "due_text": due_text(office, row.due_on, provisional=row.provisional, language=language) if row.due_on else "",
        "provisional": row.provisional,
        "light": row.light,
        "light_text": translate(language, clock_text.LIGHTS[Light(row.light)]) if row.light else "",
        "days": row.days,
        "statutory_days": row.statutory_days,
        "actual_days": row.actual_days,
        "extended": row.extended,
        "decided_on": _day(row.decided_on),
        "delivered_on": _day(row.delivered_on),
        "deliver_by": _day(row.deliver_by),
        "reason": row.reason,
        "materials": row.materials,
        "missing": [one["name"] for one in row.materials if one["on"] is None],
        "actions": offered(row),
        "url": office.link(row.number).removeprefix(office.root),
        "changed_at": shown.stamp(row.changed_at, hall),
    }


async def whole(connection: AsyncConnection, office: Office, row: CaseRow, language: Language) -> dict[str, Any]:
    """A case with its papers, steps, parts, special procedures, extension, and the trace of its clock."""
    pauses, issued = await filing.suspensions(connection, row.id), await filing.papers(connection, row.id)
    return brief(office, row, language) | {
        "suspensions": [_suspension(one, language) for one in pauses],
        "parts": [_part(office, one) for one in await filing.parts(connection, row.id)],
        "steps": [_step(one) for one in await filing.steps(connection, row.id)],
        "papers": [paper(one, language) for one in issued],
        "extension": next((_extension(one) for one in issued if one.kind == PaperKind.EXTENSION), None),
        "trace": trace(office, row, pauses, language),
    }


def public(whole: dict[str, Any]) -> dict[str, Any]:
    """What an applicant sees of `whole`: nothing of who in the house does what, but for the window."""
    hidden = ("officer", "holder", "first_officer", "mine", "actions", "parts")
    return {name: value for name, value in whole.items() if name not in hidden} | {
        "steps": [{name: value for name, value in step.items() if name != "by"} for step in whole["steps"]],
        # What departments write to each other is none of his papers.
        "papers": [one for one in whole["papers"] if one["kind"] != PaperKind.JOINT],
    }


def trace(office: Office, row: CaseRow, pauses: Sequence[Any], language: Language) -> list[dict[str, Any]]:
    """Every day that the clock looked at, in plain words, with its rule."""
    file = filing.file_of(row)
    found = judged(file, filing.pauses(pauses), office.today, office.working_days, office.rules.warning_days)
    return [
        {
            "day": step.day.isoformat(),
            "date": date_text(step.day, language),
            "text": clock_text.said(step, language),
            "rule": step.rule,
            "number": step.number,
        }
        for step in found.trace
    ]


def offered(row: CaseRow) -> list[Action]:
    """What can be done with a case now: the buttons of an officer."""
    if row.kind == CaseKind.RETURNED:
        return []
    hidden = {Action.COMPLETE, Action.DEEM}
    if row.state == State.NOTICED:
        hidden.add(Action.NOTICE)
    if row.extended:
        hidden.add(Action.EXTEND)
    return [one for one in actions(CaseKind(row.kind), State(row.state)) if one not in hidden]


def paper(row: Any, language: Language) -> dict[str, Any]:
    """A paper with where it is shown and printed."""
    return {
        "kind": row.kind,
        "title": translate(language, TITLES[PaperKind(row.kind)]),
        "number": row.number,
        "day": _day(row.day),
        "url": f"/papers/{row.key}",
        "pdf": f"/papers/{row.key}.pdf",
    }


def end_of(day: date | None, timezone: str) -> datetime | None:
    """The last second of a day: until then a case is in time."""
    return None if day is None else start_of(day + timedelta(days=1), timezone) - timedelta(seconds=1)


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _extension(row: Any) -> dict[str, Any]:
    """The one extension, with its reason (R30)."""
    said = row.content
    return {"told_on": _day(row.day), "days": said["days"], "due_on": said["due_on"], "reason": said["reason"]}


def _suspension(row: Any, language: Language) -> dict[str, Any]:
    return {
        "procedure": row.procedure,
        "procedure_text": translate(language, PROCEDURES[Procedure(row.procedure)]),
        "reason": row.reason,
        "began_on": _day(row.began_on),
        "ended_on": _day(row.ended_on),
    }


def _part(office: Office, row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "department": office.hall.departments[row.department_id].name,
        "days": row.days,
        "due_on": _day(row.due_on),
        "done_on": _day(row.done_on),
        "opinion": row.opinion,
        "late": (row.done_on or office.today) > row.due_on,
    }


def _step(row: Any) -> dict[str, Any]:
    return {
        "position": row.position,
        "name": row.name,
        "post": row.post,
        "days": row.days,
        "began_on": _day(row.began_on),
        "due_on": _day(row.due_on),
        "ended_on": _day(row.ended_on),
        "by": row.by or "",
    }
