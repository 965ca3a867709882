"""What a hall's screens show, as a value: snapshots, the difference between two of them, and the frames for both.

Names of visitors never appear here. A call carries the id of its journal row: a screen announces an id once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

CALLS_KEPT = 40
"""Calls in a snapshot: more than a hall makes while a screen is away for a minute."""


class CallShown(msgspec.Struct, frozen=True):
    """A call: ``id`` grows; ``again`` marks a recall; ``say``, ``say_en``: to be spoken, '' is left out (R44).

    ``booked``: of somebody with an appointment, else left out.
    """

    id: int
    number: str
    window: str
    zone: str
    at: datetime
    again: bool
    say: str = ""
    say_en: str = ""
    booked: Literal[True] | UnsetType = UNSET


class WindowShown(msgspec.Struct, frozen=True, omit_defaults=True):
    """A window; ``number``: the ticket in front of it, ``status``: called or serving.

    ``reason``, ``back_at`` (HH:MM, in the hall): of a pause. ``officer``: the badge of who sits there; when it changes
    the strip fetches the staff card anew (R43). ``booked``: who is in front of it has an appointment.
    """

    id: int
    window: str
    zone: str
    state: str
    number: str | None = None
    status: str | None = None
    reason: str = ""
    back_at: str | None = None
    officer: str | None = None
    booked: bool = False


class LineShown(msgspec.Struct, frozen=True):
    """A line with its waiting people and the windows open for it."""

    id: int
    prefix: str
    name: str
    zone: str
    waiting: int
    open: int


class SlideShown(msgspec.Struct, frozen=True):
    """What is shown while nobody is called: a ``notice`` to read, or the ``picture`` or ``video`` at ``url``.

    ``seconds``: how long, a video at most.
    """

    id: int
    kind: str
    url: str
    text: str
    text_en: str
    seconds: int


class BoardState(msgspec.Struct, frozen=True):
    """The whole picture. ``first_desk``, ``leader``: who is on duty at the first desk, and which leader is (R13).

    ``quiet``: between these hours (HH:MM, in the hall; the first may be the later one) nothing is spoken. ``help``: how
    many of those who wait asked for help and nobody goes to them yet (R53).
    """

    hall: str
    name: str
    name_en: str
    revision: int
    ticker: str
    first_desk: str
    windows: Mapping[int, WindowShown]
    lines: Mapping[int, LineShown]
    calls: Sequence[CallShown]
    quiet: tuple[str, str] | None = None
    leader: str = ""
    slides: Sequence[SlideShown] = ()
    help: int = 0


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """What differs between ``base`` and ``revision``; a screen that does not stand at ``base`` asks for a snapshot."""

    type: Literal["change"]
    base: int
    revision: int
    windows: Sequence[WindowShown] | None = None
    lines: Sequence[LineShown] | None = None
    ticker: str | None = None
    first_desk: str | None = None
    quiet: tuple[str, str] | UnsetType | None = UNSET
    leader: str | None = None
    slides: Sequence[SlideShown] | None = None
    help: int | None = None


class Call(msgspec.Struct, frozen=True):
    type: Literal["call"]
    revision: int
    call: CallShown


_encode = msgspec.json.Encoder().encode


def snapshot(state: BoardState) -> bytes:
    """The full frame, sent on connection and after a gap."""
    body = msgspec.to_builtins(state)
    body["windows"], body["lines"] = list(body["windows"].values()), list(body["lines"].values())
    return _encode({"type": "snapshot"} | body)


def frames(old: BoardState, new: BoardState) -> list[bytes]:
    """The frames that bring a screen from ``old`` to ``new``: each new call in order, then the rest in one change.

    A configuration change (windows or lines that appeared or went) is a snapshot, and so are calls that went though
    there was room for them: a new business day has begun.
    """
    names = (old.name, old.name_en) != (new.name, new.name_en)
    if names or old.windows.keys() != new.windows.keys() or old.lines.keys() != new.lines.keys():
        return [snapshot(new)]
    known = {call.id for call in old.calls}
    if len(new.calls) < CALLS_KEPT and not known <= {call.id for call in new.calls}:
        return [snapshot(new)]
    calls = sorted((call for call in new.calls if call.id not in known), key=lambda call: call.id)
    change = Change(
        "change",
        old.revision,
        new.revision,
        [window for key, window in new.windows.items() if window != old.windows[key]] or None,
        [line for key, line in new.lines.items() if line != old.lines[key]] or None,
        new.ticker if new.ticker != old.ticker else None,
        new.first_desk if new.first_desk != old.first_desk else None,
        new.quiet if new.quiet != old.quiet else UNSET,
        new.leader if new.leader != old.leader else None,
        new.slides if new.slides != old.slides else None,
        new.help if new.help != old.help else None,
    )
    return [*(_encode(Call("call", new.revision, call)) for call in calls), _encode(change)]
