"""The check of a hall from its journal alone: one lawful history per ticket, one person per window, nobody passed over.

What the ids prove. On SQLite writers take turns, so ids are the order of commits. On PostgreSQL an id is drawn inside
the transaction: rows of *one* ticket and of *one* window are still in order, because the row's lock and the unique
index of people at windows make the later transaction wait before it draws its id. Rows of different tickets may
commit in another order than their ids say. So the order of calls is judged by ids *and* moments: a ticket counts as
passed over only if it had been waiting for longer than ``slack`` before the call and still was ``slack`` after it, the
longest time that may lie between a row's moment and its commit. That a window preferred the right one of several
lines (handicaps) cannot be seen here: the journal names the handicap of the called ticket only.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import msgspec

from ..core.clock import MINUTE, moment
from ..core.i18n import N_
from .calling import Rule
from .ticket import AT_WINDOW, TRANSITIONS, UNDONE, Action, Status

NEVER = datetime.max.replace(tzinfo=UTC)
NO_SLACK = timedelta(0)
_LAWFUL = frozenset((str(before), str(action), str(after)) for (before, action), after in TRANSITIONS.items())


class Details(msgspec.Struct, frozen=True):
    """What a ticket's row says beyond its columns; ``rank`` in microseconds, ``credit`` in minutes."""

    number: str = ""
    rank: int = 0
    credit: int = 0
    bound: int | None = None
    rule: str | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True, rename={"before": "from", "after": "to"}):
    """A row as ``GET /halls/{hall}/journal`` shows it."""

    id: int
    at: datetime
    action: str
    data: Details
    ticket: int | None = None
    day: date | None = None
    window: int | None = None
    line: int | None = None
    before: str | None = None
    after: str | None = None


class Fault(NamedTuple):
    """What is wrong. ``row``: the journal row that shows it, 0 when the fault is that there is none."""

    row: int
    number: str
    reason: str
    params: Mapping[str, object] = {}


class Place(NamedTuple):
    """Where a ticket waits: in a line, or for one window alone."""

    line: int | None
    bound: int | None


class Spell(NamedTuple):
    """A ticket waits, surely so from ``since`` to ``until``."""

    number: str
    rank: int
    since: datetime
    until: datetime


Identity = tuple[str, datetime]
"""A ticket as whoever took it knows it: its number, and its rank when it was issued, to the second."""


def audit(
    entries: Iterable[Entry],
    acknowledged: Mapping[Identity, str] | None = None,
    slack: timedelta = NO_SLACK,
    *,
    after: int = 0,
) -> list[Fault]:
    """Everything that the journal proves to be wrong, in its order; an empty list for a lawful day.

    ``acknowledged``: the tickets that a client was given, with the status in which it last knew each of them.
    ``slack``: see above; zero is right where writers take turns, else the longest request is a safe choice. Who knows
    it for his own requests only has the order judged ``after`` the last row that was there before them.
    """
    moves = sorted((entry for entry in entries if entry.after is not None), key=lambda entry: entry.id)
    rules = (
        _histories(moves),
        _windows(moves),
        _numbers(moves),
        _order(moves, slack, after),
        _kept(moves, acknowledged or {}),
    )
    return sorted((fault for rule in rules for fault in rule), key=lambda fault: fault.row)


def _histories(moves: Sequence[Entry]) -> Iterator[Fault]:
    """Every ticket starts with its issue, and each move is in the table and goes on from the last."""
    last: dict[int | None, Entry] = {}
    for move in moves:
        if reason := _unlawful(last.get(move.ticket), move):
            params = {"before": move.before or "", "action": move.action, "after": move.after}
            yield Fault(move.id, move.data.number, reason, params)
        last[move.ticket] = move


def _unlawful(last: Entry | None, move: Entry) -> str | None:
    if last is None:
        lawful = (move.before, move.action, move.after) == (None, Action.ISSUE, Status.WAITING)
        return None if lawful else N_("不是从取号开始：{before} {action} {after}")
    if move.before != last.after:
        return N_("与上一次的状态不相接：{before} {action} {after}")
    if not _known(last, move):
        return N_("不允许的操作：{before} {action} {after}")
    if move.data.number != last.data.number:
        return N_("号码中途改变：{action}")
    if move.data.rank != last.data.rank and move.action not in (Action.REQUEUE, Action.POSTPONE):
        return N_("次序无故改变：{action}")
    return None


def _known(last: Entry, move: Entry) -> bool:
    """In the table, or the last move taken back."""
    if move.action != Action.UNDO:
        return (move.before, move.action, move.after) in _LAWFUL
    return last.action in set(UNDONE) and move.after == last.before


def _windows(moves: Sequence[Entry]) -> Iterator[Fault]:
    """Nobody comes to a window where somebody is, or leaves one where he is not."""
    there: dict[int | None, Entry] = {}
    for move in moves:
        if move.before in AT_WINDOW:
            at = there.get(move.window)
            if at is not None and at.ticket == move.ticket:
                del there[move.window]
            else:
                yield Fault(move.id, move.data.number, N_("此人并不在窗口（序号 {window}）"), {"window": move.window})
        if move.after in AT_WINDOW:
            if (other := there.get(move.window)) is not None:
                params = {"window": move.window, "other": other.data.number}
                yield Fault(move.id, move.data.number, N_("窗口（序号 {window}）同时有两人：还有 {other}"), params)
            there[move.window] = move


def _numbers(moves: Sequence[Entry]) -> Iterator[Fault]:
    """A number is given once a day."""
    given: set[tuple[date | None, str]] = set()
    for move in moves:
        if move.action == Action.ISSUE:
            if (move.day, move.data.number) in given:
                yield Fault(move.id, move.data.number, N_("同一天给出两次"))
            given.add((move.day, move.data.number))


def _order(moves: Sequence[Entry], slack: timedelta, after: int) -> Iterator[Fault]:
    """Called by rule means called first: nobody with a smaller rank was waiting in the same place.

    As ``rank = arrival - credit``, nobody is passed by people who came later than the largest credit after him.
    """
    left, next_move = dict[int, datetime](), dict[int | None, Entry]()
    for move in reversed(moves):
        if (then := next_move.get(move.ticket)) is not None:
            left[move.id] = then.at - slack
        next_move[move.ticket] = move
    waiting: defaultdict[Place, dict[int | None, Spell]] = defaultdict(dict)
    places, arrivals, ranks = dict[int | None, Place](), dict[int | None, datetime](), dict[int | None, int]()
    for move in moves:
        place = places.pop(move.ticket, None)
        if place is not None:
            del waiting[place][move.ticket]
            if move.action == Action.CALL and move.data.rule != Rule.CHOSEN and move.id > after:
                yield from _passed(move, place, waiting[place].values())
        if move.action == Action.ISSUE:
            arrivals[move.ticket] = moment(move.data.rank + move.data.credit * MINUTE)
        if move.action == Action.POSTPONE:  # not called before as many minutes are over as he moved back
            since = max(move.at, arrivals.get(move.ticket, move.at))
            arrivals[move.ticket] = since + timedelta(microseconds=move.data.rank - ranks[move.ticket])
        ranks[move.ticket] = move.data.rank
        if move.after == Status.WAITING:
            places[move.ticket] = place = Place(None if move.data.bound else move.line, move.data.bound)
            since = max(move.at + slack, arrivals.get(move.ticket, move.at))
            waiting[place][move.ticket] = Spell(move.data.number, move.data.rank, since, left.get(move.id, NEVER))


def _passed(call: Entry, place: Place, others: Iterable[Spell]) -> Iterator[Fault]:
    if place.bound not in (None, call.window):
        yield Fault(call.id, call.data.number, N_("只能由指定的窗口呼叫"))
    passed = [other for other in others if other.rank < call.data.rank and other.since <= call.at <= other.until]
    if passed:
        first = min(passed, key=lambda other: other.rank)
        yield Fault(call.id, call.data.number, N_("越过了排在前面的 {other}"), {"other": first.number})


def _kept(moves: Sequence[Entry], acknowledged: Mapping[Identity, str]) -> Iterator[Fault]:
    """Nothing that was acknowledged is lost."""
    issued = {
        (move.data.number, moment(move.data.rank).replace(microsecond=0)): move.ticket
        for move in moves
        if move.action == Action.ISSUE
    }
    last = {move.ticket: move for move in moves}
    for identity, status in acknowledged.items():
        number, _ = identity
        if identity not in issued:
            yield Fault(0, number, N_("已给出的号没有记录"))
        elif (end := last[issued[identity]]).after != status:
            params = {"status": status, "after": end.after}
            yield Fault(end.id, number, N_("记录的状态是 {after}，窗口得到的答复是 {status}"), params)
