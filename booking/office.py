"""What every booking is done with: the hall and its rules, who does it, and when."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from ..core.clock import business_day, local
from ..core.i18n import Language, moment_text
from ..core.privacy import Vault
from ..queue.actor import PUBLIC, Actor
from ..queue.facts import HallFacts
from .rulebook import Rulebook
from .rules import RulesFacts

LINK = "appointment"
"""The kind of link (`Vault.key_of`) that opens an appointment without its phone number."""


class Office(NamedTuple):
    """``root``: where visitors' phones reach the pages. ``now`` is asked once, at the edge."""

    vault: Vault
    hall: HallFacts
    book: Rulebook
    root: str
    by: Actor
    now: datetime

    @property
    def rules(self) -> RulesFacts:
        return self.book.hall

    @property
    def today(self) -> date:
        return business_day(self.now, self.hall.timezone)

    @property
    def last_day(self) -> date:
        """The last day that is open for booking: so many working days ahead."""
        return self.hall.hours.working_days.after(self.today, self.rules.days_ahead).day

    @property
    def open_days(self) -> list[date]:
        """The days that are open for booking, today among them."""
        return [self.today + timedelta(days=n) for n in range((self.last_day - self.today).days + 1)]

    @property
    def visitor(self) -> bool:
        """Whether the visitor does it himself: then the hall's notice and sanctions bind him."""
        return self.by == PUBLIC

    def when(self, moment: datetime, language: Language) -> str:
        """A moment of the hall's in a visitor's words."""
        return moment_text(local(moment, self.hall.timezone), language)

    def link(self, code: str) -> str:
        """The address of an appointment's page; whoever holds it needs no phone number."""
        return f"{self.root}/appointments/{code}?key={self.vault.key_of(LINK, code)}"
