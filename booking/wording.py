"""What visitors are told about their bookings, in both languages, by text message. Pure but for the seal."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from ..core import clock
from ..core.gateways import Channel
from ..core.i18n import Language, negotiate
from ..core.messages import Letter
from ..queue.told import Told
from .office import Office

REMINDERS: Final = {"day": timedelta(days=1), "soon": timedelta(hours=2)}
"""When somebody is reminded: so long before his time."""


class Reason(NamedTuple):
    """Why the hall does something, in its officers' words. ``english`` may be empty."""

    chinese: str
    english: str = ""

    def to(self, language: str) -> str:
        """As somebody of this language is told it."""
        return self.english or self.chinese if negotiate(language) == "en" else self.chinese


def letter(
    office: Office, event: str, to: str, told: Told, language: str, due: datetime | None = None, **fields: Any
) -> Letter:
    """A text message about ``event``, in the hall's words for it; ``fields`` fill them."""
    spoken = negotiate(language)
    text = office.hall.says(told, spoken, **fields)
    return Letter(office.hall.id, event, Channel.SMS, to, text, spoken, due=due, until=fields.get("ends"))


def not_at_night(office: Office) -> datetime:
    """Now, or the next morning when it is night: for what can wait until people are awake."""
    return clock.not_at_night(office.now, office.hall.timezone)


def code_text(office: Office, number: str, language: Language) -> str:
    """The message with a code that shows whose phone it is."""
    return office.hall.says(Told.BOOKING_CODE, language, digits=number, minutes=office.rules.hold_minutes)


def reminders(
    office: Office, about: int, moves: int, to: str, language: str, starts_at: datetime, **fields: Any
) -> Iterator[Letter]:
    """The day before and two hours before, as far as that lies ahead. A later move has reminders of its own."""
    for name, before in REMINDERS.items():
        if starts_at - before > office.now:
            event = f"appointment:{about}:remind:{moves}:{name}"
            due = starts_at - before
            yield letter(office, event, to, Told.APPOINTMENT_REMINDER, language, due, ends=starts_at, **fields)
