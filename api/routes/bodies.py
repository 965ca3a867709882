"""What requests may say. Everything is typed and bounded; unknown fields are refused."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from ...cases.receipt import Material
from ...queue.ticket import Channel, Language

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL keeps no text with a NUL in it."""

Code = Annotated[str, Meta(min_length=1, max_length=40, pattern=NO_NUL)]
Words = Annotated[str, Meta(max_length=60, pattern=NO_NUL)]
Note = Annotated[str, Meta(max_length=200, pattern=NO_NUL)]
Reason = Annotated[str, Meta(min_length=2, max_length=200, pattern=NO_NUL)]
Key = Annotated[str, Meta(min_length=1, max_length=22, pattern=NO_NUL)]


class SignIn(Struct, forbid_unknown_fields=True):
    username: Annotated[str, Meta(min_length=1, max_length=100, pattern=NO_NUL)]
    password: Annotated[str, Meta(min_length=1, max_length=128)]


class NewTicket(Struct, forbid_unknown_fields=True):
    """Neither ``item`` nor ``line``: the visitor does not know what he needs (R6).

    ``need``: a code of `queue.needs` or free words (R53). ``language``: in which the visitor is spoken to. ``reason``:
    why an officer gives the priority (R45). ``name``, ``phone``: what a visitor leaves at a desk, kept sealed.
    """

    channel: Channel
    item: Code | None = None
    line: Code | None = None
    need: Words = ""
    priority: Code | None = None
    language: Language | None = None
    reason: Note = ""
    name: Words = ""
    phone: Annotated[str, Meta(max_length=24, pattern=NO_NUL)] = ""


class Pause(Struct, forbid_unknown_fields=True):
    reason: Words = ""
    back_at: datetime | None = None


class CallThis(Struct, forbid_unknown_fields=True):
    """Out of order: ``ticket`` is its id, ``reason`` is kept in the journal."""

    ticket: Key
    reason: Reason


class Print(Struct, forbid_unknown_fields=True):
    """``printer``: its name, where it is not clear which."""

    printer: Annotated[str, Meta(min_length=1, max_length=60, pattern=NO_NUL)] | None = None


class NewReceipt(Struct, forbid_unknown_fields=True):
    """What was handed in (R11); ``item``: its code, where it is not the ticket's."""

    materials: list[Material]
    item: Code | None = None
    note: Note = ""


class Guidance(Struct, forbid_unknown_fields=True):
    """Where a visitor was sent (R5): an agency, an item that one serves, or both."""

    agency: int | None = None
    item: Code | None = None


class Move(Struct, forbid_unknown_fields=True):
    """What an action needs: a transfer its goal (a line's prefix or a window's number), others at most a reason."""

    line: Code | None = None
    window: Code | None = None
    reason: Note = ""
