"""The form that shows who somebody is: every look is in the journal and in the audit trail (R61)."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from ..booking import appointments, people
from ..cases import applicant, filing, rules
from ..cases.office import Office
from ..core.clock import now
from ..core.errors import Invalid, NotFound
from ..core.i18n import N_, Language, translate
from ..queue import moves, visitor
from .asking import Ask, Form, Group, Word, listed, pair
from .house import House, Officer


class Looked(Ask):
    appointment: Word = Field("", title=N_("预约码"))
    case: Word = Field("", title=N_("或者办件编号"))
    ticket: Word = Field("", title=N_("或者今天的票号（如 A012）"))


class Somebody(NamedTuple):
    """A person as he is known in full. ``part``: what he is there, as a message id."""

    part: str
    name: str
    phone: str
    id_number: str = ""
    address: str = ""


class Found(NamedTuple):
    """``people``: empty when it was never said, or is forgotten. ``looked``: leaves its row in the journal."""

    hall_id: int
    subject: str
    row_id: int
    people: Sequence[Somebody]
    looked: Callable[[AsyncConnection], Awaitable[None]]


async def look(house: House, officer: Officer, asked: Looked) -> str:
    if sum(map(bool, (asked.appointment, asked.case, asked.ticket))) != 1:
        raise Invalid(N_("预约码、办件编号、票号请填且只填一个"), code="one_of_three")
    moment = now()
    if asked.appointment:
        found = await _appointment(house, officer, asked.appointment, moment)
    elif asked.case:
        found = await _case(house, officer, asked.case, moment)
    else:
        found = await _ticket(house, officer, asked, moment)
    if not found.people:
        raise NotFound(N_("没有留下个人信息，或已按规定清除"), code="forgotten")
    async with house.database.write() as tx:
        await found.looked(tx)
        of = found.hall_id
        await house.noted(tx, officer, moment, "person_shown", found.subject, found.row_id, hall_id=of)
    language = officer.language
    return listed((line for one in found.people for line in _lines(one, language)), language)


async def _appointment(house: House, officer: Officer, code: str, moment: datetime) -> Found:
    async with house.database.read() as connection:
        row = await appointments.find(connection, code)
    if officer.hall_id not in (None, row.hall_id):
        raise NotFound(N_("没有找到这个预约"), code="unknown_appointment")
    office = await house.office(officer, await house.halls.by_id(row.hall_id), moment)
    known: list[Somebody] = []
    if row.sealed is not None:
        party = people.opened(house.vault, row.sealed)
        parts = ((N_("预约人"), party.visitor), (N_("代办人"), party.proxy))
        known = [Somebody(part, one.name, one.phone, one.id_number) for part, one in parts if one]
    return Found(row.hall_id, "appointment", row.id, known, lambda tx: appointments.looked_at(tx, office, row))


async def _case(house: House, officer: Officer, number: str, moment: datetime) -> Found:
    async with house.database.read() as connection:
        row = await filing.find(connection, number)
        book = await rules.load(connection, row.hall_id)
    if officer.hall_id not in (None, row.hall_id):
        raise filing.unknown()
    hall = await house.halls.by_id(row.hall_id)
    office = Office(house.vault, hall, book, house.root, officer.actor, moment)
    filing.sees(office, row)
    known: list[Somebody] = []
    if (party := applicant.opened(house.vault, row.sealed)) is not None:
        one, agent = party.applicant, party.agent
        known = [Somebody(N_("申请人"), one.name, one.phone, one.id_number, one.address)]
        if agent is not None:
            known.append(Somebody(N_("代办人"), agent.name, agent.phone, agent.id_number))
    return Found(row.hall_id, "case_file", row.id, known, lambda tx: filing.looked_at(tx, office, row))


async def _ticket(house: House, officer: Officer, asked: Looked, moment: datetime) -> Found:
    hall = await house.hall_for(officer, asked.hall)
    async with house.database.read() as connection:
        row = await moves.find_numbered(connection, hall, asked.ticket.upper(), moment)
    if row is None:
        raise NotFound(N_("没有这个号"), code="unknown_ticket")
    said = visitor.opened(house.vault, row)
    known = [Somebody(N_("来访人"), said.name, said.phone)] if said else []
    return Found(hall.id, "ticket", row.id, known, lambda tx: visitor.looked_at(tx, row, officer.actor, moment))


def _lines(one: Somebody, language: Language) -> Iterator[str]:
    """What is known of somebody, a line each."""
    yield pair(translate(language, one.part), one.name or "—", language)
    for label, value in ((N_("电话"), one.phone), (N_("证件号码"), one.id_number), (N_("地址"), one.address)):
        if value:
            yield pair(translate(language, label), value, language)


FORMS: Final = (
    Form(
        "look-at-person",
        N_("查看个人信息"),
        N_("查看预约人、申请人或来访人的姓名、电话和证件号码。每次查看都会记录在案。"),
        Group.PEOPLE,
        Looked,
        look,
        edits=False,
    ),
)
