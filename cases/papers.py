"""Papers that a case brings with it: issued once, numbered, kept as they were; `documents` says what stands in them."""

import secrets
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.db import violated
from ..core.errors import CaseConflict, NotFound
from ..core.i18n import N_, Language, translate
from ..queue.staff import Staff
from . import documents
from .applicant import opened
from .filing import CaseRow
from .office import Office
from .paper import Matter, Paper
from .state import PROCEDURES, Procedure
from .tables import Document, PaperKind

PREFIXES: Final = {
    PaperKind.ACCEPTANCE: "SL",
    PaperKind.NOTICE: "GZ",
    PaperKind.REFUSAL: "BS",
    PaperKind.SUSPENSION: "ZZ",
    PaperKind.RESUMPTION: "HF",
    PaperKind.EXTENSION: "YQ",
    PaperKind.APPROVAL: "BJJ",
    PaperKind.REJECTION: "BY",
    PaperKind.DELIVERY: "SD",
    PaperKind.FORWARDING: "ZB",
    PaperKind.JOINT: "LB",
}
TITLES: Final[Mapping[PaperKind, str]] = {
    PaperKind.ACCEPTANCE: N_("受理通知书"),
    PaperKind.NOTICE: N_("一次性告知书"),
    PaperKind.REFUSAL: N_("不予受理通知书"),
    PaperKind.SUSPENSION: N_("中止办理（特别程序）告知书"),
    PaperKind.RESUMPTION: N_("恢复办理告知书"),
    PaperKind.EXTENSION: N_("延期告知书"),
    PaperKind.APPROVAL: N_("办结通知书"),
    PaperKind.REJECTION: N_("不予办理决定书"),
    PaperKind.DELIVERY: N_("送达回证"),
    PaperKind.FORWARDING: N_("转办告知书"),
    PaperKind.JOINT: N_("联办件通知书"),
}
_MADE: Final[Mapping[PaperKind, Callable[..., Paper]]] = {
    PaperKind.ACCEPTANCE: documents.acceptance,
    PaperKind.NOTICE: documents.notice,
    PaperKind.REFUSAL: documents.refusal,
    PaperKind.SUSPENSION: documents.suspension,
    PaperKind.RESUMPTION: documents.resumption,
    PaperKind.EXTENSION: documents.extension,
    PaperKind.APPROVAL: documents.approval,
    PaperKind.REJECTION: documents.rejection,
    PaperKind.DELIVERY: documents.delivery,
    PaperKind.FORWARDING: documents.forwarding,
    PaperKind.JOINT: documents.joint,
}
_DAYS: Final = ("accepted_on", "due_on", "received_on", "until", "extended_to", "began_on", "ended_on")
_INSERT = insert(Document)
_FIND = (
    select(*Document.__table__.columns, Staff.name.label("officer"))
    .outerjoin(Staff, Staff.id == Document.staff_id)
    .where(Document.key == bindparam("key"))
)


async def issue(
    tx: AsyncConnection,
    office: Office,
    row: CaseRow,
    kind: PaperKind,
    *,
    forced: bool = False,
    suffix: str = "",
    **content: Any,
) -> str:
    """Write a paper of a case as it stands; gives its key. ``content``: what `documents` needs besides the case's own;
    ``suffix``: what tells papers of one kind and move apart.

    Raises CaseConflict for a second one of what is given once (R15).
    """
    again = suffix or (str(row.moves) if forced or kind in _AGAIN else "")
    number = f"{PREFIXES[kind]}{row.number[2:]}" + (f"-{again}" if again else "")
    key = secrets.token_urlsafe(16)
    values = {
        "key": key,
        "case_id": row.id,
        "kind": kind,
        "number": number,
        "day": row.decided_on or office.today if kind in _DATED else office.today,
        "staff_id": office.by.staff_id,
        "forced": forced,
        "content": _content(row, kind) | content | {"head": _head(office, row)},
    }
    try:
        await tx.execute(_INSERT, values)
    except IntegrityError as error:
        if violated(error) == "uq_case_document_once":
            raise CaseConflict(N_("该文书已出具，不能重复出具"), code="issued_already") from error
        raise
    return key


_DATED: Final = (PaperKind.APPROVAL, PaperKind.REJECTION)
"""What bears the date of the decision (R25)."""
_AGAIN: Final = (PaperKind.SUSPENSION, PaperKind.RESUMPTION, PaperKind.FORWARDING, PaperKind.JOINT)


def _head(office: Office, row: CaseRow) -> dict[str, str]:
    """Who signs, as it is called on that day: a paper stays as it was handed out."""
    hall = office.hall
    return {
        "hall": hall.name,
        "hall_en": hall.name_en,
        "department": hall.departments[row.department_id].name,
        "window": row.window_number,
        "complaint_phone": hall.complaint_phone,
    }


def _content(row: CaseRow, kind: PaperKind) -> dict[str, Any]:
    """What the case itself says in a paper of a kind; days as text."""

    def day(value: date | None) -> str | None:
        return value.isoformat() if value else None

    here = [one["name"] for one in row.materials if one["on"] is not None]
    missing = [one["name"] for one in row.materials if one["on"] is None]
    match kind:
        case PaperKind.ACCEPTANCE:
            own: dict[str, Any] = {"accepted_on": day(row.accepted_on), "due_on": day(row.due_on)}
            return own | {"days": row.days, "materials": here, "provisional": row.provisional}
        case PaperKind.NOTICE:
            return {"received_on": day(row.received_on), "missing": missing}
        case PaperKind.REFUSAL:
            return {"received_on": day(row.received_on), "reason": row.reason}
        case PaperKind.APPROVAL | PaperKind.REJECTION:
            own = {"accepted_on": day(row.accepted_on)}
            return own | (
                {"results": [row.note or row.item_name]} if kind is PaperKind.APPROVAL else {"reason": row.reason}
            )
    return {}


async def find(connection: AsyncConnection, key: str) -> Any:
    """A paper with its ``officer``. Raises NotFound."""
    row = (await connection.execute(_FIND, {"key": key})).one_or_none()
    if row is None:
        raise NotFound(N_("没有这份文书"), code="unknown_paper")
    return row


def shown(office: Office, row: CaseRow, document: Any, language: Language) -> Paper:
    """The paper in a language, for whoever holds its link; whom it is for stays unsaid once that is forgotten."""
    content = dict(document.content)
    head = content.pop("head")
    for name in _DAYS:
        if content.get(name):
            content[name] = date.fromisoformat(content[name])
    if "procedure" in content:
        content["procedure"] = translate(language, PROCEDURES[Procedure(content["procedure"])])
    party = opened(office.vault, row.sealed)
    matter = Matter(
        hall=(head["hall_en"] if language == "en" else "") or head["hall"],
        department=head["department"],
        number=row.number,
        item=row.item_name,
        applicant=party.applicant.name if party else row.applicant,
        officer=document.officer or "",
        window=head["window"],
        complaint_phone=head["complaint_phone"],
        url=office.link(row.number),
        language=language,
    )
    return _MADE[document.kind](matter, document.number, document.day, **content)
