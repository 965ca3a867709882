"""Nobody is sent around in circles: where a visitor was sent away from, he is not sent to again.

Whoever met him and sent him on has said that he is not the right one. From then on the way back is closed to everybody
but a supervisor; the first desk (首问责任岗) and the complaint window always remain, and so does staying.
"""

from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.errors import TicketConflict
from ..core.i18n import N_
from ..core.journal import Journal
from .actor import Actor
from .facts import LineFacts, WindowFacts
from .hall import Kind
from .moves import TicketRow, line_at
from .ticket import Action, Status

ALWAYS_OPEN: Final = (Kind.FIRST_INQUIRY, Kind.COMPLAINT)


class SentInCircles(TicketConflict):
    """The visitor was sent away from there before."""

    code = "sent_in_circles"
    title = N_("不能把访客来回推转")


class Trail(NamedTuple):
    """How often somebody who met the visitor sent him on; the ids of the lines and windows that he was sent from."""

    times: int = 0
    lines: frozenset[int] = frozenset()
    windows: frozenset[int] = frozenset()


_MOVES = (
    select(Journal.action, Journal.from_status, Journal.window_id, Journal.line_id)
    .where(Journal.ticket_id == bindparam("ticket"), Journal.to_status.is_not(None))
    .order_by(Journal.id)
)


async def trail(connection: AsyncConnection, ticket_id: int) -> Trail:
    """Where a visitor was sent away from, from his ticket's rows in the journal."""
    return followed((await connection.execute(_MOVES, {"ticket": ticket_id})).all())


def followed(moves: Any) -> Trail:
    """Likewise from rows of ``action, from_status, window_id, line_id`` in their order; what was undone never was.

    Who only waited in a line was not sent away by anybody there.
    """
    times, lines, windows = 0, set(), set()
    for before, move, after in zip(moves, moves[1:], [*moves[2:], None], strict=False):
        undone = after is not None and after.action == Action.UNDO
        if move.action == Action.TRANSFER and move.from_status != Status.WAITING and not undone:
            times += 1
            windows.add(move.window_id)
            lines |= {before.line_id} - {move.line_id}
    return Trail(times, frozenset(lines), frozenset(windows))


def closes(trail: Trail, ticket: TicketRow, line: LineFacts | None, window: WindowFacts | None) -> bool:
    """Whether a transfer of the ticket there would send him back."""
    to = line.id if line is not None else window and line_at(ticket, window)
    return (to != ticket.line_id and to in trail.lines) or (window is not None and window.id in trail.windows)


def refuse(trail: Trail, line: LineFacts | None, window: WindowFacts | None, by: Actor) -> None:
    """Hold an officer back from sending a visitor back. Raises SentInCircles."""
    goal = line or window
    if not by.anywhere and goal is not None and goal.kind not in ALWAYS_OPEN:
        text = N_("该访客已被转过{times}次，不能再转回{goal}。请在本窗办理，或转首问责任岗")
        raise SentInCircles(text, times=trail.times, goal=goal.name)
