"""Accepting at a window (受理): case, clock, register and the paper for the applicant in one transaction (R2)."""

from typing import Any, Final

import msgspec
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.errors import Forbidden, Invalid, TicketConflict
from ..core.i18n import N_
from ..queue.facts import ItemFacts, WindowFacts
from ..queue.hall import CaseKind, Kind
from ..queue.moves import TicketRow
from ..queue.ticket import Status
from . import applicant, filing, numbers, papers, steps, wording
from .applicant import Party
from .file import Ask, File, opened, reasoned
from .filing import NUMBER_PLACES, CaseRow
from .office import Office
from .state import Action, State
from .tables import Case, CaseCounter, PaperKind

ORDINARY_DAYS: Final = 3
COMPLEX_DAYS: Final = 7
"""Working days where an item names none (R31)."""

_NEXT = numbers.upsert(CaseCounter)
_INSERT = insert(Case).returning(Case.id)
_PAPER = {
    State.ACCEPTED: PaperKind.ACCEPTANCE,
    State.NOTICED: PaperKind.NOTICE,
    State.REFUSED: PaperKind.REFUSAL,
}


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a window accepts. ``kind``: where it is not the item's, and ``why_kind``. ``why_later``: why the notice
    cannot be given on the spot (R20). ``refused``: why it is not accepted at all."""

    item: ItemFacts
    party: Party
    ask: Ask
    kind: CaseKind | None = None
    why_kind: str = ""
    why_later: str = ""
    refused: str = ""
    language: str = "zh_CN"


async def accept(
    tx: AsyncConnection, office: Office, ticket: TicketRow, window: WindowFacts | None, wish: Wish
) -> CaseRow:
    """Open a case for the visitor whom a window serves (R2, R22-R24); gives it as it stands, with its number.

    Raises TicketConflict for a ticket that is not being served, Forbidden for one that somebody else serves, Invalid
    for what cannot be: an item of another window or another centre, materials that do not add up, a kind that the
    item does not allow (R26), wrong personal data. The counter's row is locked last, before the INSERT.
    """
    _served(office, ticket, window)
    item, party = wish.item, applicant.checked(wish.party, office.today)
    if item.line_id is None:
        raise Invalid(N_("该事项不在本中心办理，请引导到承办单位"), code="not_of_this_centre")
    if window is None or not window.accepts(item):
        raise Invalid(N_("本窗口不办理此事项，请转到相应窗口"), code="item_not_here")
    kind = _kind(item, wish.kind)
    note = reasoned(wish.why_kind) if kind != item.case_kind else ""
    days = promised_days(item, kind)
    file = opened(kind, days, item.materials, wish.ask, office.today, why_later=wish.why_later, refused=wish.refused)
    file = msgspec.structs.replace(file, note=note)
    values = await _drawn(tx, office, ticket, window, wish, party, file)
    row = await filing.by_id(tx, (await tx.execute(_INSERT, values)).scalar_one())
    if file.state is State.ACCEPTED:
        await steps.begin(tx, office, row)
    if file.state in _PAPER:
        await papers.issue(tx, office, row, _PAPER[file.state])
    await wording.tell(tx, office, row, party, Action.ACCEPT)
    return row


async def _drawn(
    tx: AsyncConnection, office: Office, ticket: TicketRow, window: WindowFacts, wish: Wish, party: Party, file: File
) -> dict[str, Any]:
    hall, item, by = office.hall, wish.item, office.by.staff_id
    values = {
        "hall_id": hall.id,
        "ticket_id": ticket.id,
        "item_id": item.id,
        "version_id": item.version_id,
        "department_id": item.department_id,
        "unit_id": item.department_id,
        "window_number": window.number,
        "confidential": hall.lines[ticket.line_id].kind is Kind.COMPLAINT,
        # Whoever met him first, on whatever channel; at the latest the window that serves him (R1).
        "first_officer_id": ticket.first_officer_id or by,
        "officer_id": by,
        "holder_id": by,
        "company": party.applicant.company,
        "language": wish.language,
        "received_at": office.now,
        "received_on": office.today,
        "statutory_days": item.statutory_days,
        "days": file.days,
        "complete": file.complete,
        "why_later": file.why_later,
        "action": Action.ACCEPT,
        "actor": office.by.label,
        "changed_at": office.now,
    }
    values |= applicant.columns(office.vault, party) | filing.columns(office, file, [])
    prefix = f"BJ{hall.id:02d}-"
    return values | {"number": await numbers.draw(tx, _NEXT, prefix, hall, office.now, NUMBER_PLACES)}


def _served(office: Office, ticket: TicketRow, window: WindowFacts | None) -> None:
    """Only the window that serves a visitor accepts from him. Raises Forbidden, TicketConflict."""
    by = office.by
    if ticket.status != Status.SERVING:
        raise TicketConflict(N_("该号未在办理中，请先呼叫并开始办理"), code="not_serving")
    if by.staff_id is None or (ticket.staff_id != by.staff_id and not by.anywhere):
        raise Forbidden(N_("该号在其他窗口办理"), code="foreign_window")
    if window is None or window.id != ticket.window_id:
        raise Forbidden(N_("该号在其他窗口办理"), code="foreign_window")


def _kind(item: ItemFacts, wished: CaseKind | None) -> CaseKind:
    """How the case is dealt with: as the item says, or longer with reason. Raises Invalid."""
    kind = wished or CaseKind(item.case_kind)
    if item.form_only and kind is not CaseKind.IMMEDIATE:
        raise Invalid(N_("只作形式审查的事项一律即来即办"), code="form_only")
    if kind is CaseKind.RETURNED or (kind is CaseKind.IMMEDIATE and item.case_kind != CaseKind.IMMEDIATE):
        raise Invalid(N_("该事项不能按此类办件受理"), code="kind_not_allowed")
    return kind


def promised_days(item: ItemFacts, kind: CaseKind) -> int:
    """Working days in which a case of this kind is promised (R22, R31); 0: the same day."""
    if kind is CaseKind.IMMEDIATE:
        return 0
    usual = item.promised_days or (COMPLEX_DAYS if item.complex else ORDINARY_DAYS)
    return min(usual, item.statutory_days or usual)
