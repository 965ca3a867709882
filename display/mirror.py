"""A hall's picture at a screen: frames applied in order, each call news once. Pure; the inverse of `state.frames`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from .state import CALLS_KEPT, BoardState, CallShown, Change

NEWS = timedelta(seconds=60)
"""A call that is older is shown, but nobody is told about it any more."""
HEARD_KEPT = 200

Heard = Mapping[tuple[int, datetime], None]


class Mirror(msgspec.Struct, frozen=True):
    """``state`` None: no snapshot yet. ``heard``: the calls that this screen dealt with, oldest first.

    The moment belongs to a call's key: a server that was set up anew counts from 1 again.
    """

    state: BoardState | None = None
    heard: Heard = {}


class Step(NamedTuple):
    """``news``: calls to announce, oldest first, each once in a screen's life. ``gap``: ask for a snapshot."""

    mirror: Mirror
    news: Sequence[CallShown] = ()
    gap: bool = False


def apply(mirror: Mirror, frame: Mapping[str, Any], now: datetime) -> Step:
    """What a frame (as parsed JSON) makes of the picture at the moment ``now``; unknown frames change nothing.

    Raises msgspec.ValidationError for a frame that is none.
    """
    state = mirror.state
    match frame["type"]:
        case "snapshot":
            rows = {part: {row["id"]: row for row in frame[part]} for part in ("windows", "lines")}
            taken = msgspec.convert({**frame, **rows}, BoardState)
            return _hear(mirror, taken, taken.calls, now)
        case "call" if state is not None:
            call = msgspec.convert(frame["call"], CallShown)
            calls = {shown.id: shown for shown in (*state.calls, call)}
            newest = sorted(calls.values(), key=lambda shown: shown.id, reverse=True)[:CALLS_KEPT]
            return _hear(mirror, replace(state, calls=newest), [call], now)
        case "change" if state is not None and frame["base"] == state.revision:
            return Step(replace(mirror, state=_changed(state, frame)))
        case "call" | "change":
            return Step(mirror, gap=True)
        case _:
            return Step(mirror)


def _changed(state: BoardState, frame: Mapping[str, Any]) -> BoardState:
    change = msgspec.convert(frame, Change)
    said = {name: getattr(change, name) for name in Change.__struct_fields__ if name in frame}
    said |= {
        "windows": {**state.windows, **{window.id: window for window in change.windows or ()}},
        "lines": {**state.lines, **{line.id: line for line in change.lines or ()}},
    }
    return replace(state, **{name: value for name, value in said.items() if name not in ("type", "base")})


def _hear(mirror: Mirror, state: BoardState, calls: Sequence[CallShown], now: datetime) -> Step:
    unheard = sorted((call for call in calls if (call.id, call.at) not in mirror.heard), key=lambda call: call.id)
    heard = dict(list({**mirror.heard, **{(call.id, call.at): None for call in unheard}}.items())[-HEARD_KEPT:])
    return Step(Mirror(state, heard), [call for call in unheard if now - call.at <= NEWS])
