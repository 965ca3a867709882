"""The register (登记台账, R10): one list over everything that an officer took down, with the same fields for all of it.

Cases, enquiries, papers in custody, and receipts for whom no case was begun, where their visitor said who he is.
Complaints are no part of it (R8), whether somebody called or stood at a window for them: they have a register of their
own with the same fields.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import (
    JSON,
    Boolean,
    CompoundSelect,
    LargeBinary,
    Row,
    Select,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from ..core.clock import start_of
from ..core.i18n import N_, Language, translate
from ..core.journal import Id
from ..core.privacy import Vault, mask_name, mask_phone, mask_unit
from ..core.types import Moment
from ..queue.facts import HallFacts
from ..queue.hall import Department, Item, Line
from ..queue.hall import Kind as HallKind
from ..queue.staff import Staff
from ..queue.ticket import Ticket
from . import applicant, custody, state
from .custody import Custody
from .enquiry import Enquiry, Kind, Said
from .enquiry import State as EnquiryState
from .receipt import Receipt
from .register_asked import PAGE, Place, case_number, wanted
from .tables import Case

SHOWN: Final = 8
"""Signs of an address that lists show."""

FIELDS: Final = (
    N_("姓名或单位名称"),
    N_("住址"),
    N_("联络方式"),
    N_("办理事项"),
    N_("所收材料名称及数量"),
    N_("首问责任人"),
    N_("承接人"),
    N_("承接人联络方式"),
    N_("处理状况"),
)
"""The columns that the source asks for, in its order."""

KINDS: Final[Mapping[str, str]] = {
    "case": N_("办件"),
    "enquiry": N_("咨询"),
    "complaint": N_("投诉"),
    "custody": N_("代收材料"),
    "receipt": N_("收件"),
}
_STATES: Final[Mapping[str, Mapping[Any, str]]] = {
    "case": state.STATES,
    "enquiry": {
        EnquiryState.OPEN: N_("待答复"),
        EnquiryState.ANSWERED: N_("已有答复，待回复"),
        EnquiryState.CLOSED: N_("已答复"),
    },
    "custody": custody.STATES,
    "receipt": {"given": N_("已收件，已开具回执")},
}


class Entry(NamedTuple):
    """A line of the register in words of one language; ``person`` to ``state`` are the `FIELDS`."""

    kind: str
    number: str
    at: datetime
    person: str
    address: str
    contact: str
    matter: str
    materials: str
    first_officer: str
    holder: str
    holder_contact: str
    state: str


class Visitor(msgspec.Struct, frozen=True):
    """Who somebody said that he is when he took a number."""

    name: str = ""
    phone: str = ""


_FIRST, _HOLDER, _FOR = aliased(Staff), aliased(Staff), aliased(Staff)
_SINCE, _AT = bindparam("since", type_=Moment), bindparam("at", type_=Moment)
_SOURCE, _ID = bindparam("source", type_=String), bindparam("id", type_=Id)
_MOST: Any = bindparam("most")


def _branch(
    source: str,
    table: Any,
    at: Any,
    matter: Any,
    holder: Any,
    *,
    sealed: Any,
    status: Any,
    materials: Any = None,
    unit: Any = None,
    phone: Any = None,
    indexes: Sequence[Any] = (),
) -> Select[Any]:
    """The columns of a source, of a hall and some days, and of whom is asked for; newest first.

    Whoever asks joins ``_FIRST``, and what else the columns are of.
    """
    found = [
        table.number.like(bindparam("number", type_=String), escape="\\"),
        matter.like(bindparam("words", type_=String), escape="\\"),
        *(column == bindparam(name, type_=LargeBinary()) for column, name in indexes),
    ]
    if unit is not None:
        found.append(unit.like(bindparam("words", type_=String), escape="\\"))
    return (
        select(
            literal(source).label("source"),
            table.id,
            at.label("at"),
            table.number,
            (literal("") if unit is None else unit).label("unit"),
            sealed.label("sealed"),
            func.coalesce(matter, "").label("matter"),
            (cast(null(), JSON) if materials is None else materials).label("materials"),
            _FIRST.name.label("first_officer"),
            holder.label("holder"),
            (_HOLDER.phone if phone is None else phone).label("holder_contact"),
            status.label("status"),
        )
        .select_from(table)
        .where(table.hall_id == bindparam("hall"), at >= _SINCE, at <= _AT)
        .where(or_(at < _AT, literal(source) < _SOURCE, and_(literal(source) == _SOURCE, table.id < _ID)))
        .where(or_(bindparam("all", type_=Boolean()), *found))
        .order_by(at.desc(), table.id.desc())
        .limit(_MOST)
    )


def _enquiries(kind: Kind) -> Select[Any]:
    return (
        _branch(
            kind,
            Enquiry,
            Enquiry.at,
            Item.name,
            _HOLDER.name,
            sealed=Enquiry.sealed,
            status=Enquiry.state,
            unit=Enquiry.unit,
            indexes=[(Enquiry.phone_index, "phone")],
        )
        .join(_FIRST, _FIRST.id == Enquiry.officer_id)
        .join(_HOLDER, _HOLDER.id == Enquiry.holder_id)
        .join(Item, Item.id == Enquiry.item_id, isouter=True)
        .where(Enquiry.kind == kind)
    )


def _cases(*, confidential: bool) -> Select[Any]:
    return (
        _branch(
            "case",
            Case,
            Case.received_at,
            Item.name,
            _HOLDER.name,
            sealed=Case.sealed,
            status=Case.state,
            materials=Case.materials,
            indexes=[(Case.phone_index, "phone"), (Case.name_index, "name")],
        )
        .join(_FIRST, _FIRST.id == Case.first_officer_id)
        .join(_HOLDER, _HOLDER.id == Case.holder_id)
        .join(Item, Item.id == Case.item_id)
        .where(Case.confidential.is_(confidential))
    )


_CUSTODIES = (
    _branch(
        "custody",
        Custody,
        Custody.at,
        Custody.matter,
        func.coalesce(_HOLDER.name, _FOR.name, Department.name),
        sealed=Custody.sealed,
        status=Custody.state,
        materials=Custody.materials,
        phone=func.coalesce(_HOLDER.phone, _FOR.phone, ""),
        indexes=[(Custody.phone_index, "phone"), (Custody.name_index, "name")],
    )
    .join(_FIRST, _FIRST.id == Custody.officer_id)
    .join(_HOLDER, _HOLDER.id == Custody.passed_to_id, isouter=True)
    .join(_FOR, _FOR.id == Custody.staff_id, isouter=True)
    .join(Department, Department.id == Custody.department_id, isouter=True)
)


def _receipts(*, confidential: bool) -> Select[Any]:
    # A visitor left his name with his number; of whoever has a case, its line says what was handed in.
    return (
        _branch(
            "receipt",
            Receipt,
            Receipt.at,
            Receipt.item_name,
            _HOLDER.name,
            sealed=Ticket.visitor_sealed,
            status=literal("given"),
            materials=Receipt.materials,
        )
        .join(Ticket, Ticket.id == Receipt.ticket_id)
        .join(Line, Line.id == Ticket.line_id)
        .join(_FIRST, _FIRST.id == func.coalesce(Ticket.first_officer_id, Receipt.staff_id))
        .join(_HOLDER, _HOLDER.id == Receipt.staff_id)
        .where(Ticket.visitor_sealed.is_not(None), ~exists().where(Case.ticket_id == Ticket.id))
        .where((Line.kind == HallKind.COMPLAINT) if confidential else (Line.kind != HallKind.COMPLAINT))
    )


def _newest(*branches: Select[Any]) -> Select[Any]:
    # Each source by itself, so that its own index gives the newest, and then the newest of all.
    everything: CompoundSelect[Any] = union_all(*(select(branch.subquery()) for branch in branches))
    rows = everything.subquery()
    return select(rows).order_by(rows.c.at.desc(), rows.c.source.desc(), rows.c.id.desc()).limit(_MOST)


_ALL: Final = {
    False: _newest(_cases(confidential=False), _enquiries(Kind.ENQUIRY), _CUSTODIES, _receipts(confidential=False)),
    True: _newest(_cases(confidential=True), _enquiries(Kind.COMPLAINT), _receipts(confidential=True)),
}
# A whole number needs no other condition: its index alone is asked.
_NUMBERED: Final = {
    complaints: _newest(_cases(confidential=complaints).where(Case.number == bindparam("exact")))
    for complaints in (False, True)
}


async def read(
    connection: AsyncConnection,
    vault: Vault,
    hall: HallFacts,
    between: tuple[date, date],
    *,
    q: str = "",
    after: Place | None = None,
    most: int = PAGE,
    complaints: bool = False,
) -> Sequence[Row[Any]]:
    """Rows of the register between two days, both included, newest first, in one statement.

    ``q``: a name or a phone number in full, by their blind indexes (who called is found by his phone); a number or its
    beginning; or words of a matter or a unit. ``complaints``: their register instead.
    """
    first, last = between
    begin = after or Place(start_of(last + timedelta(days=1), hall.timezone))
    asked = {
        "hall": hall.id,
        "since": start_of(first, hall.timezone),
        "at": begin.at,
        "source": begin.source,
        "id": begin.id,
        "most": most,
    }
    exact = case_number(q)
    statement = (_NUMBERED if exact else _ALL)[complaints]
    asked |= wanted(vault, "" if exact else q) | {"exact": exact}
    rows: Sequence[Row[Any]] = (await connection.execute(statement, asked)).all()
    return rows


def entry(vault: Vault, row: Row[Any], language: Language, *, full: bool) -> Entry:
    """A row in words; ``full``: with names, addresses and phone numbers as they are, else masked (R61)."""
    person, address, contact, question = _person(vault, row, full=full)
    states = _STATES["enquiry" if row.source == "complaint" else row.source]
    return Entry(
        row.source,
        row.number,
        row.at,
        person,
        address,
        contact,
        row.matter or question,
        _materials(row.materials or []),
        row.first_officer,
        row.holder or "",
        row.holder_contact or "",
        translate(language, next(text for known, text in states.items() if known == row.status)),
    )


def _person(vault: Vault, row: Row[Any], *, full: bool) -> tuple[str, str, str, str]:
    """Name, address, phone, and of an enquiry its question; all empty once it is forgotten."""
    if row.sealed is None:
        return "", "", "", ""
    if row.source in ("case", "custody"):
        party = applicant.opened(vault, row.sealed)
        assert party is not None  # noqa: S101 - it is sealed
        one = party.applicant
        name = one.name if full else (mask_unit if one.company else mask_name)(one.name)
        address = one.address if full else one.address[:SHOWN] + "****" * bool(one.address[SHOWN:])
        return name, address, _phone(party.contact, full=full), ""
    if row.source == "receipt":
        visitor = msgspec.json.decode(vault.open(row.sealed), type=Visitor)
        return _name("", visitor.name, full=full), "", _phone(visitor.phone, full=full), ""
    said = msgspec.json.decode(vault.open(row.sealed), type=Said)
    return _name(row.unit, said.name, full=full), "", _phone(said.phone, full=full), said.question


def _name(unit: str, name: str, *, full: bool) -> str:
    return " ".join(part for part in (unit, name if full or not name else mask_name(name)) if part)


def _phone(phone: str, *, full: bool) -> str:
    return phone if full or not phone else mask_phone(phone)


def _materials(rows: Sequence[Mapping[str, Any]]) -> str:
    """``居民身份证×2；申请表×1``: what was handed in, and how many of it."""
    return "；".join(f"{row['name']}×{row['count']}" for row in rows if "on" not in row or row["on"])
