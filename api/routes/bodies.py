"""What requests may say. Everything is typed and bounded; unknown fields are refused."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from ...queue.ticket import Channel

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
    """Neither ``item`` nor ``line``: the visitor does not know what he needs (R6)."""

    channel: Channel
    item: Code | None = None
    line: Code | None = None
    need: Words = ""
    priority: Code | None = None


class Pause(Struct, forbid_unknown_fields=True):
    reason: Words = ""
    back_at: datetime | None = None


class CallThis(Struct, forbid_unknown_fields=True):
    """Out of order: ``ticket`` is its id, ``reason`` is kept in the journal."""

    ticket: Key
    reason: Reason


class Move(Struct, forbid_unknown_fields=True):
    """What an action needs: a transfer its goal (a line's prefix or a window's number), others at most a reason."""

    line: Code | None = None
    window: Code | None = None
    reason: Note = ""
