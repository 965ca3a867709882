"""What everything about cases is done with: the hall and its rules, who does it, and when."""

from datetime import date, datetime
from typing import NamedTuple

from ..core.calendar import WorkingDays
from ..core.clock import business_day
from ..core.privacy import Vault
from ..queue.actor import Actor
from ..queue.facts import HallFacts
from .rules import RulesFacts

LINK = "case"
"""The kind of link (`Vault.key_of`) that opens a case's progress without its phone number."""


class Office(NamedTuple):
    """``root``: where applicants' phones reach the pages. ``now`` is asked once, at the edge."""

    vault: Vault
    hall: HallFacts
    rules: RulesFacts
    root: str
    by: Actor
    now: datetime

    @property
    def today(self) -> date:
        return business_day(self.now, self.hall.timezone)

    @property
    def working_days(self) -> WorkingDays:
        return self.hall.hours.working_days

    def link(self, number: str) -> str:
        """The address of a case's progress page; whoever holds it needs no digits."""
        return f"{self.root}/progress/{number}?key={self.vault.key_of(LINK, number)}"
