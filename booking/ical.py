"""An appointment as an iCalendar file (RFC 5545): the same event however often it is moved, and told when cancelled."""

from datetime import timedelta
from typing import Final

from icalendar import STATUS, Alarm, Calendar, Event

from ..core.clock import local
from ..core.i18n import N_, Language, translate
from . import wording
from .appointments import AppointmentRow, item_of
from .office import Office
from .state import Status

PRODUCT: Final = "-//Paihao//Booking//ZH"


def calendar_file(office: Office, row: AppointmentRow, language: Language) -> bytes:
    """One event with the hall's own time zone, reminding as the messages do. Neither name nor phone stands in it."""
    hall, item = office.hall, item_of(office, row)
    zone = hall.zones[hall.lines[row.line_id].zone_id].name
    lines = [translate(language, N_("预约码：{code}"), code=row.code)]
    if item.materials:
        lines.append(translate(language, N_("请带好：{materials}"), materials="、".join(item.materials)))
    event = Event.new(
        uid=f"{row.code}@{hall.code}.paihao",
        sequence=row.moves,
        stamp=row.changed_at,
        last_modified=row.changed_at,
        start=local(row.starts_at, hall.timezone),
        end=local(row.ends_at, hall.timezone),
        summary=f"{office.hall.name_in(language)} · {item.name}",
        location=f"{office.hall.name_in(language)} {zone}",
        description="\n".join([*lines, office.link(row.code)]),
        url=office.link(row.code),
        status=STATUS.CANCELLED if row.status == Status.CANCELLED else STATUS.CONFIRMED,
    )
    for before in wording.REMINDERS.values() if row.status == Status.BOOKED else ():
        event.add_component(_alarm(before, item.name))
    calendar = Calendar.new(prodid=PRODUCT, method="PUBLISH", subcomponents=[event])
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _alarm(before: timedelta, text: str) -> Alarm:
    alarm = Alarm.new(description=text)
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -before)
    return alarm
