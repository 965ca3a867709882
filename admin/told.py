"""What the administration tells of people whom a change concerns."""

from collections.abc import Iterable, Sequence
from typing import Final

from ..booking.appointments import AppointmentRow, item_of
from ..booking.office import Office
from ..core.i18n import N_, Language, translate

MOST_LISTED: Final = 50


def people(office: Office, rows: Iterable[AppointmentRow], language: Language) -> list[str]:
    """Appointments, a line each, with who it is as lists show him."""
    lines = [
        f"{row.code} {row.visitor} {office.when(row.starts_at, language)} {item_of(office, row).name}" for row in rows
    ]
    if len(lines) > MOST_LISTED:
        more = translate(language, N_("……等{count}人"), count=len(lines))
        return [*lines[:MOST_LISTED], more]
    return lines


def stuck(office: Office, rows: Sequence[AppointmentRow], language: Language) -> list[str]:
    """Whose appointments are outside of the hours that hold now; nothing where there are none."""
    if not rows:
        return []
    return [
        translate(language, N_("{count}个预约不在新的时间里，请联系改期"), count=len(rows)),
        *people(office, rows, language),
    ]
