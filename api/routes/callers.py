"""Who calls: one word of his (phone, name or booking code) finds what he has booked, and what stands against him."""

import unicodedata
from datetime import timedelta
from typing import Annotated, Any

from litestar import Request, Router, get
from litestar.params import FromPath, QueryParameter

from ...booking import appointments, records
from ...booking.appointments import CODE_LENGTH, CODE_SIGNS, AppointmentRow
from ...booking.office import Office
from ...cases import enquiry
from ...core.errors import Invalid, NotFound
from ...core.i18n import N_
from ...core.privacy import person_name, phone_number
from ..language import language_of
from ..offices import office_for
from ..services import Provided, Services
from . import booked, enquiries

AnyRequest = Request[Any, Any, Any]
MOST_ENQUIRIES = 5


@get("/halls/{hall:str}/callers", name="callers")
async def find(
    request: AnyRequest,
    hall: FromPath[str],
    services: Provided,
    q: Annotated[str, QueryParameter(max_length=60)],
) -> dict[str, Any]:
    """What a caller has booked, soonest first, then what is over; names and phones come masked.

    ``by``: what ``q`` was taken for. With a phone also the enquiries about which he is to be called back.
    """
    facts = await services.halls.get(hall)
    office = await office_for(request, services, facts)
    typed = unicodedata.normalize("NFKC", q).strip()
    if not typed:
        raise Invalid(N_("请输入来电人的手机号、姓名或预约码"), code="one_search")
    by, index, marked = await _understood(services, office, typed)
    since = office.today - timedelta(days=1 + max(office.rules.counted_days, office.rules.barred_days))
    async with services.database.read() as connection:
        rows = await appointments.search(connection, office, by, index, since)
        people = list({row.person for row in rows if row.person is not None})
        stands = await records.outlooks(connection, facts.id, people, office.rules, office.now)
        me = request.user.actor
        asked = await enquiry.pending(connection, facts.id, me, MOST_ENQUIRIES, phone=index) if by == "phone" else []
    language = language_of(request)
    found = [
        booked.appointment(office, row, language, ours=True)
        | (booked.standing(office, stands[row.person], language) if row.person in stands else booked.NOTHING)
        for row in sorted(rows, key=_order)
    ]
    return {
        "by": "code" if marked else by,
        "appointments": found,
        "marked": marked or (found[0]["code"] if found else None),
        "enquiries": [enquiries.brief(row, services.vault, facts, request) for row in asked],
    }


async def _understood(services: Services, office: Office, typed: str) -> tuple[str, bytes, str | None]:
    """What to look for, its blind index, and the code that was named. Raises Invalid, NotFound.

    A code can look like a name in letters, and is tried first.
    """
    code = appointments.plain_code(typed)
    digits = any(sign.isdigit() for sign in typed)
    if len(code) == CODE_LENGTH and set(code) <= set(CODE_SIGNS):
        async with services.database.read() as connection:
            try:
                row = await appointments.find(connection, code)
            except NotFound:
                row = None
        if row is not None and row.hall_id == office.hall.id and row.phone_index is not None:
            return "phone", row.phone_index, row.code
        if digits:
            raise NotFound(N_("没有这个预约码，请来电人再报一遍"), code="unknown_appointment")
    if digits:
        return "phone", services.vault.index("phone", phone_number(typed)), None
    return "name", services.vault.index("name", person_name(typed)), None


def _order(row: AppointmentRow) -> tuple[bool, float]:
    """What is to come, soonest first; then what is over, newest first."""
    over, at = row.status != "booked", row.starts_at.timestamp()
    return over, -at if over else at


router = Router("/", route_handlers=[find])
