"""The check of cases from the database alone: every deadline by the reference, every light, paper, move and message."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ...cases.alert_tables import Alert, AlertKind
from ...cases.clock import History, Light, Suspension
from ...cases.state import TRANSITIONS, Action, Outcome, State
from ...cases.tables import Case, Document, PaperKind, Part, Suspended
from ...core.clock import business_day
from ...core.i18n import N_
from ...core.journal import Journal
from ...core.message import Message
from ...core.privacy import Vault
from ...queue.hall import CaseKind
from .booked import Wrong
from .reference import Expected, expected

PAPERS: Final = {
    Action.COMPLETE: PaperKind.ACCEPTANCE,
    Action.DEEM: PaperKind.ACCEPTANCE,
    Action.NOTICE: PaperKind.NOTICE,
    Action.REFUSE: PaperKind.REFUSAL,
    Action.SUSPEND: PaperKind.SUSPENSION,
    Action.RESUME: PaperKind.RESUMPTION,
    Action.EXTEND: PaperKind.EXTENSION,
    Action.FORWARD: PaperKind.FORWARDING,
    Action.DECIDE: PaperKind.APPROVAL,
    Action.REJECT: PaperKind.REJECTION,
    Action.DELIVER: PaperKind.DELIVERY,
}
"""The paper that each move must leave behind; a joint case has one more for each of its parts."""
OPENED: Final = {
    State.ACCEPTED: PaperKind.ACCEPTANCE,
    State.NOTICED: PaperKind.NOTICE,
    State.REFUSED: PaperKind.REFUSAL,
}

_TODAY = and_(Case.hall_id == bindparam("hall"), Case.received_on >= bindparam("day"))
_CASES = select(*Case.__table__.columns).where(_TODAY)


def _beside(table: Any, *columns: Any) -> Any:
    return select(*columns).join(Case, Case.id == table.case_id).where(_TODAY).order_by(table.id)


_PAUSES = _beside(Suspended, Suspended.case_id, Suspended.began_on, Suspended.ended_on)
_PARTS = _beside(Part, Part.case_id)
_PAPERS = _beside(Document, Document.case_id, Document.kind)
_ALERTS = _beside(Alert, Alert.id, Alert.case_id, Alert.kind, Alert.event, Alert.level, Alert.facts)
_JOURNAL = (
    select(Journal.action, Journal.data)
    .where(Journal.ticket_id.in_(select(Case.ticket_id).where(_TODAY)), Journal.action.like("case\\_%", escape="\\"))
    .order_by(Journal.id)
)
_MESSAGES = select(Message.event, Message.content).where(
    Message.hall_id == bindparam("hall"), Message.event.like("case:%")
)


class Found(NamedTuple):
    """A case with all that hangs on it. ``moves``: (action, state after it) as the journal has them."""

    row: Any
    pauses: Sequence[Suspension]
    parts: int
    papers: Counter[str]
    alerts: Sequence[Any]
    moves: Sequence[tuple[str, str]]
    told: Counter[str]
    """Texts that its applicant was sent, by how often."""


class Days(NamedTuple):
    """By which calendar it was counted: ``before`` and, from ``arrived`` on, ``after``; ``today``: the last day."""

    today: date
    timezone: str
    before: Mapping[date, bool]
    after: Mapping[date, bool]
    arrived: datetime | None = None
    warning: int = 1


async def read(connection: AsyncConnection, vault: Vault, hall_id: int, received: date) -> dict[str, Found]:
    """The cases that a hall has received since a day, by number."""
    asked = {"hall": hall_id, "day": received}
    rows = (await connection.execute(_CASES, asked)).all()
    pauses, papers = defaultdict[int, list[Suspension]](list), defaultdict[int, Counter[str]](Counter)
    alerts, told = defaultdict[int, list[Any]](list), defaultdict[int, Counter[str]](Counter)
    moves = defaultdict[str, list[tuple[str, str]]](list)
    for case, began_on, ended_on in await connection.execute(_PAUSES, asked):
        pauses[case].append(Suspension(began_on, ended_on))
    parts = Counter((await connection.execute(_PARTS, asked)).scalars())
    for case, kind in await connection.execute(_PAPERS, asked):
        papers[case][kind] += 1
    for alert in await connection.execute(_ALERTS, asked):
        alerts[alert.case_id].append(alert)
    for row in await connection.execute(_JOURNAL, asked):
        moves[row.data["case"]].append((row.action.removeprefix("case_"), row.data["state"]))
    for event, content in await connection.execute(_MESSAGES, asked):
        if content is not None:
            told[int(event.split(":")[1])][vault.open(content)] += 1
    return {
        row.number: Found(
            row, pauses[row.id], parts[row.id], papers[row.id], alerts[row.id], moves[row.number], told[row.id]
        )
        for row in rows
    }


def faults(cases: Mapping[str, Found], done: Mapping[str, Sequence[str]], days: Days) -> Iterator[Wrong]:
    """Everything that is wrong. ``done``: the moves that were made of each case, the system's own left out."""
    for number in done.keys() - cases.keys():
        yield N_("{number}：数据库中没有这个办件"), {"number": number}
    for number in done.keys() & cases.keys():
        case = cases[number]
        reference = by_reference(case, days)
        for text, fields in (*_clock(case, reference), *_lights(case, reference), *_traces(case, done[number])):
            yield text, {"number": number} | fields


def by_reference(case: Found, days: Days) -> Expected:
    """What the rules alone make of a case as it was judged last: one that is over, by the calendar of then."""
    row = case.row
    if row.kind == CaseKind.RETURNED:
        return Expected(None, None, provisional=False, light=None)
    history = History(
        kind=CaseKind(row.kind),
        received_on=row.received_on,
        days=row.days,
        complete=row.complete,
        completed_on=row.completed_on,
        noticed_on=row.noticed_on,
        suspensions=case.pauses,
        extended=row.extended,
        ended_on=row.ended_on,
    )
    old = row.outcome is not None and days.arrived is not None and row.judged_at < days.arrived
    gone = row.outcome == Outcome.WITHDRAWN
    today = business_day(row.changed_at, days.timezone) if gone else days.today
    return expected(history, today, days.before if old else days.after, days.warning)


def _clock(case: Found, wanted: Expected) -> Iterator[Wrong]:
    for name in Expected._fields:
        found, right = getattr(case.row, name), getattr(wanted, name)
        if found != right:
            fields = {"what": name, "found": found, "wanted": right}
            yield N_("{number}：{what} 为 {found}，按规则应为 {wanted}"), fields


def _lights(case: Found, wanted: Expected) -> Iterator[Wrong]:
    """One alert for a red light, none without; yellow at most once for a due date."""
    kinds = Counter(alert.kind for alert in case.alerts)
    red = int(wanted.light == Light.RED)
    if kinds[AlertKind.RED] != red:
        yield N_("{number}：红灯提醒 {count} 次，应为 {wanted} 次"), {"count": kinds[AlertKind.RED], "wanted": red}
    yellow = Counter(alert.facts["due"] for alert in case.alerts if alert.kind == AlertKind.YELLOW)
    for due, count in yellow.items():
        if count > 1:
            yield N_("{number}：{due} 到期的黄灯提醒 {count} 次"), {"due": due, "count": count}
    missed = sum(action == Action.DEEM for action, _ in case.moves)
    if kinds[AlertKind.NOTICE_MISSED] != missed:
        yield (
            N_("{number}：逾期告知 {wanted} 次，提醒 {count} 次"),
            {"count": kinds[AlertKind.NOTICE_MISSED], "wanted": missed},
        )


def _traces(case: Found, done: Sequence[str]) -> Iterator[Wrong]:
    """The journal holds every move, each lawful; every move has its paper, and nobody was told anything twice."""
    actions = [action for action, _ in case.moves]
    if [action for action in actions if action != Action.DEEM] != list(done) or len(actions) != case.row.moves + 1:
        yield (
            N_("{number}：日志中的操作是 {found}，实际是 {wanted}"),
            {"found": "、".join(actions), "wanted": "、".join(done)},
        )
    kind, before = CaseKind(case.row.kind), ""
    for action, after in case.moves:
        returned = kind is CaseKind.RETURNED
        if before and not returned and TRANSITIONS.get((kind, State(before), Action(action))) != after:
            yield (
                N_("{number}：不允许的操作：{before} {action} {after}"),
                {"before": before, "action": action, "after": after},
            )
        before = after
    if before != case.row.state:
        yield N_("{number}：状态为 {found}，日志为 {wanted}"), {"found": case.row.state, "wanted": before}
    wanted = Counter(str(PAPERS[Action(action)]) for action in actions if action in PAPERS)
    if case.moves and case.moves[0][1] in OPENED:
        wanted[OPENED[State(case.moves[0][1])]] += 1
    wanted[PaperKind.JOINT] += case.parts
    if +wanted != +case.papers:
        fields = {"found": dict(case.papers), "wanted": dict(+wanted)}
        yield N_("{number}：文书为 {found}，应为 {wanted}"), {**fields}
    for text, count in case.told.items():
        if count > 1:
            yield N_("{number}：同一条短信发了 {count} 次：{text}"), {"count": count, "text": text}
