"""An appointment's states and the one table of its lawful moves; holds and places on the waiting list have theirs."""

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Channel(StrEnum):
    """How somebody books: three channels, one pool of places, a cap for each (R40)."""

    ONLINE = "online"
    PHONE = "phone"
    ONSITE = "onsite"


class Status(StrEnum):
    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    """He came, and has a ticket."""
    CANCELLED = "cancelled"
    MISSED = "missed"
    """He did not come (爽约)."""


class Action(StrEnum):
    BOOK = "book"
    MOVE = "move"
    CHECK_IN = "check_in"
    CANCEL = "cancel"
    MISS = "miss"


TRANSITIONS: Final = MappingProxyType(
    {
        (Status.BOOKED, Action.MOVE): Status.BOOKED,
        (Status.BOOKED, Action.CHECK_IN): Status.CHECKED_IN,
        (Status.BOOKED, Action.CANCEL): Status.CANCELLED,
        (Status.BOOKED, Action.MISS): Status.MISSED,
    }
)
"""Every lawful move. The services' guards and the database's trigger are derived from it."""


class HoldState(StrEnum):
    HELD = "held"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    """Given back by whoever held it."""
    EXPIRED = "expired"


class WaitingStatus(StrEnum):
    """A place on the waiting list: it waits, is offered a freed place, and takes it, lets it lapse, or leaves."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Late(StrEnum):
    """What becomes of somebody who comes after the grace."""

    WALK_IN = "walk_in"
    """He gets a number like everybody who comes now."""
    REBOOK = "rebook"
    """He must book anew."""
