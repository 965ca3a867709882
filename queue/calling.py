"""Calling: one statement picks the next ticket of a window and claims it, and stores why it was next.

The head of each of the window's lines (and of those bound to it) is read from a partial index of waiting tickets;
the least ``rank + handicap`` wins. PostgreSQL locks the winner with SKIP LOCKED, so that windows never wait for one
another; on SQLite the transaction itself is the lock (``BEGIN IMMEDIATE``). The window's row is shared (see `desk`).
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Boolean, Integer, Row, String, bindparam, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import TextualSelect

from ..core.clock import MINUTE
from ..core.db import violated
from ..core.errors import Forbidden, TicketConflict, WindowConflict
from ..core.i18n import N_
from ..core.types import Moment
from .actor import Actor
from .window import WindowState

HEADS = 8
"""Heads read per line on PostgreSQL: so many windows of a line can claim at the same moment without a second try."""
MANY = 1000
"""Heads read by further tries: more than there are windows that can have claimed them."""
TRIES = 5


class Rule(StrEnum):
    """Why a ticket was the next one."""

    OWN = "own"
    """First in the window's own lines."""
    HELP = "help"
    """First in a line that the window helps, waiting longer by the handicap or more (R42)."""
    BOUND = "bound"
    """Waits for this window alone."""
    CHOSEN = "chosen"
    """Called out of order, with a reason."""


_HEAD = """SELECT head.id FROM ticket head WHERE head.line_id = lane.line_id AND head.status = 'waiting'
        AND head.bound_window_id IS NULL AND head.callable_at <= :now ORDER BY head.rank, head.id LIMIT"""
_BOUND = """SELECT own.id FROM ticket own WHERE own.bound_window_id = :window AND own.status = 'waiting'
        AND own.callable_at <= :now ORDER BY own.rank, own.id LIMIT"""
_LANES = {
    "sqlite": f"window_line lane JOIN ticket t ON t.id = ({_HEAD} {{heads}})",
    "postgresql": f"window_line lane CROSS JOIN LATERAL ({_HEAD} {{heads}}) head JOIN ticket t ON t.id = head.id",
}
_SHARED = {"sqlite": "", "postgresql": "FOR SHARE OF w"}
_CLAIMED = {"sqlite": "", "postgresql": "FOR UPDATE OF t SKIP LOCKED"}
# Only who sits there presses the button, or who may act anywhere; the visitor is the officer's who sits there.
_DESK = """desk AS MATERIALIZED (
      SELECT COALESCE(d.staff_id, :staff) AS staff_id
      FROM "window" w LEFT JOIN duty d ON d.window_id = w.id AND d.until IS NULL
      WHERE w.id = :window AND w.state = 'open' AND (d.staff_id = :staff OR :anywhere) {shared}
    )"""
_FREE = """EXISTS (SELECT 1 FROM desk)
      AND NOT EXISTS (
        SELECT 1 FROM ticket busy WHERE busy.window_id = :window AND busy.status IN ('called', 'serving'))"""
_SET = """status = 'called', action = 'call', moves = moves + 1, window_id = :window,
    staff_id = (SELECT staff_id FROM desk), called_at = :now, changed_at = :now, actor = :actor, recalls = 0,
    started_at = NULL"""
_GIVES = """ticket.id, ticket.key, ticket.number, ticket.line_id, ticket.rank, ticket.credit_minutes, ticket.arrival,
      why_rule, why_handicap"""


_PARAMETERS: tuple[BindParameter[Any], ...] = (
    bindparam("now", type_=Moment),
    bindparam("window", type_=BigInteger),
    bindparam("ticket", type_=BigInteger),
    bindparam("staff", type_=BigInteger),
    bindparam("anywhere", type_=Boolean),
    bindparam("actor", type_=String),
    bindparam("note", type_=String),
)


def _next(dialect: str, heads: int) -> TextualSelect:
    lanes = _LANES[dialect].format(heads=heads)
    # What was picked is locked only if it has not moved since it was read, so it still waits. To say so again would
    # let PostgreSQL read all who wait instead of the few that were picked.
    return _typed(
        f"""WITH {_DESK.format(shared=_SHARED[dialect])}, pick AS (
      SELECT t.id, t.moves, t.rank, lane.handicap_minutes AS handicap FROM {lanes} WHERE lane.window_id = :window
      UNION ALL
      SELECT t.id, t.moves, t.rank, -1 FROM ticket t WHERE t.id IN ({_BOUND} {heads})
    ), best AS (
      SELECT t.id, pick.handicap FROM pick JOIN ticket t ON t.id = pick.id AND t.moves = pick.moves
      WHERE {_FREE}
      ORDER BY pick.rank + (CASE WHEN pick.handicap > 0 THEN pick.handicap ELSE 0 END) * CAST({MINUTE} AS BIGINT),
        pick.id
      LIMIT 1 {_CLAIMED[dialect]}
    )
    UPDATE ticket SET {_SET}, note = '', why_handicap = CASE WHEN best.handicap > 0 THEN best.handicap ELSE 0 END,
      why_rule = CASE WHEN best.handicap > 0 THEN 'help' WHEN best.handicap = 0 THEN 'own' ELSE 'bound' END
    FROM best WHERE ticket.id = best.id AND ticket.status = 'waiting' RETURNING {_GIVES}"""  # noqa: S608 - constants
    )


def _chosen(dialect: str) -> TextualSelect:
    return _typed(
        f"""WITH {_DESK.format(shared=_SHARED[dialect])}
    UPDATE ticket SET {_SET}, note = :note, why_rule = 'chosen', why_handicap = 0
    WHERE ticket.id = :ticket AND ticket.status = 'waiting' AND {_FREE} RETURNING {_GIVES}"""  # noqa: S608 - constants
    )


def _typed(sql: str) -> TextualSelect:
    used = [parameter for parameter in _PARAMETERS if f":{parameter.key}" in sql]
    clause = text(sql).bindparams(*used)
    return clause.columns(arrival=Moment, why_handicap=Integer, why_rule=String)


NEXT = {"sqlite": _next("sqlite", 1), "postgresql": _next("postgresql", HEADS)}
"""The claim, built once per dialect. Parameters: window, staff, anywhere, actor, now."""
_AGAIN = {"sqlite": NEXT["sqlite"], "postgresql": _next("postgresql", MANY)}
_CHOSEN = {dialect: _chosen(dialect) for dialect in NEXT}

_STATE = text(
    """SELECT w.state, d.staff_id AS sitting, EXISTS (
        SELECT 1 FROM ticket busy WHERE busy.window_id = w.id AND busy.status IN ('called', 'serving')) AS busy,
      EXISTS (SELECT 1 FROM ticket t JOIN window_line lane ON lane.line_id = t.line_id
        WHERE lane.window_id = w.id AND t.status = 'waiting' AND t.bound_window_id IS NULL AND t.callable_at <= :now)
      OR EXISTS (SELECT 1 FROM ticket t
        WHERE t.bound_window_id = w.id AND t.status = 'waiting' AND t.callable_at <= :now)
      AS waited_for
    FROM "window" w LEFT JOIN duty d ON d.window_id = w.id AND d.until IS NULL WHERE w.id = :window"""
).bindparams(bindparam("now", type_=Moment), bindparam("window", type_=BigInteger))


async def call_next(tx: AsyncConnection, window_id: int, by: Actor, now: datetime) -> Row[tuple[object, ...]] | None:
    """Call the next visitor to a window; None when nobody waits for it.

    Raises WindowConflict when the window is not open or still has somebody in front of it, Forbidden when somebody else
    sits there.
    """
    parameters = _by(by) | {"window": window_id, "now": now}
    try:
        for attempt in range(TRIES):
            statement = (_AGAIN if attempt else NEXT)[tx.dialect.name]
            if (called := (await tx.execute(statement, parameters)).first()) is not None:
                return called
            if not await _others_were_faster(tx, window_id, by, now):
                return None
    except IntegrityError as error:
        raise _busy(error) from error
    return None


async def call(
    tx: AsyncConnection, window_id: int, ticket_id: int, reason: str, by: Actor, now: datetime
) -> Row[tuple[object, ...]]:
    """Call a particular ticket out of order; the reason stands in the journal.

    Raises WindowConflict as `call_next`, TicketConflict when the ticket does not wait.
    """
    parameters = _by(by) | {"window": window_id, "ticket": ticket_id, "note": reason, "now": now}
    try:
        called = (await tx.execute(_CHOSEN[tx.dialect.name], parameters)).first()
    except IntegrityError as error:
        raise _busy(error) from error
    if called is None:
        await _others_were_faster(tx, window_id, by, now)
        raise TicketConflict(N_("该号已不在等候"))
    return called


def _by(by: Actor) -> dict[str, Any]:
    return {"staff": by.staff_id, "anywhere": by.anywhere, "actor": by.label}


async def _others_were_faster(tx: AsyncConnection, window_id: int, by: Actor, now: datetime) -> bool:
    """After a claim that found nothing: raise when the window is to blame; else say whether somebody does wait."""
    state = (await tx.execute(_STATE, {"window": window_id, "now": now})).one()
    if state.state != WindowState.OPEN:
        raise WindowConflict(N_("窗口尚未开启，请先开窗"), code="window_closed")
    if not by.anywhere and state.sitting != by.staff_id:
        raise Forbidden(N_("您未在该窗口上岗"), code="foreign_window")
    if state.busy:
        raise WindowConflict(N_("请先办结或转出当前号，再呼叫下一位"), code="window_busy")
    return bool(state.waited_for)


def _busy(error: IntegrityError) -> Exception:
    if violated(error) == "uq_ticket_at_window":
        return WindowConflict(N_("请先办结或转出当前号，再呼叫下一位"), code="window_busy")
    return error
