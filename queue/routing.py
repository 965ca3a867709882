"""Where a visitor belongs: a pure function from what he wants and what the hall is to a line, windows and a reason.

Nobody is sent in circles: every path ends at a line of this hall, and whoever nobody knows how to serve ends at the
first desk (首问责任岗, R6). The reason is printed on the slip.
"""

from enum import StrEnum
from typing import NamedTuple

from .facts import AgencyFacts, HallFacts, ItemFacts, LineFacts, WindowFacts
from .hall import Kind


class Reason(StrEnum):
    OWN_LINE = "own_line"
    """A window that serves the line is open."""
    NOT_OPEN_YET = "not_open_yet"
    """Nobody is there yet, but the hall has not opened: wait at the own line."""
    COVER = "cover"
    """A is away, B covers at another window (R48)."""
    COMPREHENSIVE = "comprehensive"
    """Nobody of the line is there: a comprehensive window takes it (R42)."""
    FIRST_DESK = "first_desk"
    """Nobody else is there: the first desk takes it in and follows it up (R7)."""
    ELSEWHERE = "elsewhere"
    """Not served in this centre: the first desk explains where to go (R5)."""
    UNSURE = "unsure"
    """The visitor does not know what he needs (R6)."""
    COMPLAINT = "complaint"
    """Complaints have their own window (R8)."""
    CHOSEN = "chosen"
    """An officer or the visitor chose the line himself."""


class Route(NamedTuple):
    """``windows``: staffed windows that will call from the line, nearest first; ``bound``: only this window may."""

    line: LineFacts
    reason: Reason
    windows: tuple[WindowFacts, ...]
    bound: WindowFacts | None = None
    agency: AgencyFacts | None = None


def route(item: ItemFacts | None, hall: HallFacts, *, hours_running: bool) -> Route | None:
    """The way of a visitor with an item, or without one ("I don't know").

    ``hours_running``: the hall is inside an opening spell; before it an unmanned line is normal and not a reason to
    send people elsewhere. None: the hall has no first desk to fall back on.
    """
    if item is None:
        return _first_desk(hall, Reason.UNSURE)
    if item.line_id is None:
        agency = hall.agencies.get(item.agency_id or 0)
        desk = _first_desk(hall, Reason.ELSEWHERE)
        return desk and desk._replace(agency=agency)
    line = hall.lines[item.line_id]
    here = _at(line, hall, Reason.OWN_LINE)
    if here.windows:
        return here
    if not hours_running:
        return here._replace(reason=Reason.NOT_OPEN_YET)
    return (
        _cover(line, hall)
        or _first_staffed(hall.lines_of(Kind.COMPREHENSIVE), hall, Reason.COMPREHENSIVE, near=line)
        or _first_staffed(hall.lines_of(Kind.FIRST_INQUIRY), hall, Reason.FIRST_DESK, near=line)
        or here._replace(reason=Reason.NOT_OPEN_YET)
    )


def to_line(line: LineFacts, hall: HallFacts) -> Route:
    """The way to a line that somebody chose, such as the complaint window (R8)."""
    return _at(line, hall, Reason.COMPLAINT if line.kind is Kind.COMPLAINT else Reason.CHOSEN)


def _at(line: LineFacts, hall: HallFacts, reason: Reason) -> Route:
    return Route(line, reason, tuple(hall.serving(line.id)))


def _first_desk(hall: HallFacts, reason: Reason) -> Route | None:
    desks = hall.lines_of(Kind.FIRST_INQUIRY)
    return _first_staffed(desks, hall, reason) or (_at(desks[0], hall, reason) if desks else None)


def _first_staffed(
    lines: list[LineFacts], hall: HallFacts, reason: Reason, near: LineFacts | None = None
) -> Route | None:
    """The first of the lines that has a staffed window, those of the visitor's own zone before the others."""
    lines = sorted(lines, key=lambda line: near is not None and line.zone_id != near.zone_id)
    return next((there for line in lines if (there := _at(line, hall, reason)).windows), None)


def _cover(line: LineFacts, hall: HallFacts) -> Route | None:
    covering = hall.covers.get(line.id, ())
    window = next(
        (
            window
            for window in hall.windows.values()
            if window.staffed and window.officer is not None and window.officer.staff_id in covering
        ),
        None,
    )
    return Route(line, Reason.COVER, (window,), bound=window) if window is not None else None
