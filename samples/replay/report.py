"""What a replay found out, as tables; and whether it was a good day."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from math import ceil
from typing import Any

import httpx
import msgspec
from rich import box
from rich.console import Console
from rich.table import Table

from ...booking.state import Channel, Status
from ...core.i18n import N_
from ...queue.audit import Fault
from ...queue.ticket import Action
from . import case_tables
from .accepting import Accepting
from .aftermath import Cases
from .booked import Bookings, Wrong
from .client import Client, Refused
from .play import Play
from .say import Say
from .screen import Screen

WIDTH = 120
"""Columns when nobody looks at a terminal."""
MOST_LINES = 12
MOST_FAULTS = 20

ACTIONS = {
    "sign_in": N_("登录"),
    "open": N_("开窗"),
    "slots": N_("查看时段"),
    "hold": N_("占位"),
    "confirm": N_("确认预约"),
    "move": N_("预约改期"),
    "cancel_booking": N_("取消预约"),
    Action.ISSUE: N_("取号"),
    "check_in": N_("预约签到"),
    Action.CALL: N_("呼叫下一位"),
    Action.RECALL: N_("重呼"),
    Action.START: N_("开始办理"),
    Action.COMPLETE: N_("办结"),
    Action.PARK: N_("挂起"),
    Action.RESUME: N_("恢复"),
    Action.TRANSFER: N_("转办"),
    Action.MISS: N_("过号"),
    Action.REQUEUE: N_("重新排队"),
    "close": N_("关窗"),
    "accept": N_("受理办件"),
    "case_decide": N_("当场办结"),
    "case_deliver": N_("当场送达"),
}


BOOKED = {
    "booked": N_("约到"),
    "early": N_("提前签到"),
    "grace": N_("宽限内签到"),
    "late": N_("迟到签到"),
    Status.MISSED: N_("爽约"),
    Status.CANCELLED: N_("已取消"),
    "standing": N_("以后的预约"),
    "moved": N_("其中改期"),
    "waited": N_("进入候补"),
    "offered": N_("其中候补约到"),
    "without": N_("没有约到"),
}


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """``seconds`` and ``attempts`` are those of the play alone; ``shown``: the screen ended with the right picture."""

    play: Play
    screen: Screen
    client: Client
    bookings: Bookings
    amiss: Sequence[Wrong]
    accepting: Accepting
    cases: Cases | None
    lines: Mapping[str, str]
    seconds: float
    attempts: int
    shown: bool
    rows: int
    slack: timedelta
    faults: Sequence[Fault]


def percentile(values: Iterable[float], share: float) -> float:
    """The least value that ``share`` of the values do not exceed (nearest rank). Raises ValueError for no values."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError(share)
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def show(outcome: Outcome, say: Say, console: Console) -> bool:
    """Print the report; True when nothing was wrong."""
    style: dict[str, Any] = {"box": box.SIMPLE_HEAD if console.is_terminal else None, "title_justify": "left"}
    tables = [_day(outcome, say, style), _waits(outcome, say, style), _times(outcome, say, style)]
    if outcome.bookings.guests:
        tables.insert(1, _booked(outcome, say, style))
    tables += case_tables.tables(outcome.accepting.taken, outcome.cases, say, style)
    for table in tables:
        console.print(table, "")
    if outcome.bookings.guests and not outcome.bookings.for_today:
        console.print(say(N_("大厅近期没有可约时段：预约都约在以后，今天无人签到")), style="yellow")
    wrong = [*findings(outcome, say)]
    for text in wrong[:MOST_FAULTS]:
        console.print(text, style="red", markup=False)
    if len(wrong) > MOST_FAULTS:
        console.print(say(N_("……共 {count} 处"), count=len(wrong)), style="red")
    checked = {"rows": outcome.rows, "slack": round(outcome.slack.total_seconds(), 3)}
    if not outcome.faults:
        console.print(say(N_("日志核查：{rows} 条记录，没有发现问题（次序判断留有 {slack} 秒余量）"), **checked))
    if outcome.cases and not outcome.cases.wrong:
        count = len(outcome.cases.found)
        console.print(say(N_("办件核查：{count} 件，逐日重算期限，没有发现差异；每个红灯恰好一次提醒"), count=count))
    console.print(say(N_("通过")) if not wrong else say(N_("未通过")), style="red" if wrong else "green")
    return not wrong


def _day(outcome: Outcome, say: Say, style: dict[str, Any]) -> Table:
    play, client = outcome.play, outcome.client
    table = Table(say(N_("当日")), "", show_header=True, **style)
    table.columns[1].justify = "right"
    conflicts = ", ".join(f"{code} {count}" for code, count in client.conflicts.most_common())
    figures = {
        N_("取号人数"): len(play.visits),
        N_("办结"): play.counts[Action.COMPLETE],
        N_("过号"): play.counts[Action.MISS],
        N_("过号后返回"): play.counts[Action.REQUEUE],
        N_("转办"): play.counts[Action.TRANSFER],
        N_("挂起"): play.counts[Action.PARK],
        N_("受理办件"): len(outcome.accepting.taken),
        N_("其他来客"): play.counts["stranger"],
        N_("请求冲突（409）"): conflicts or 0,
        N_("其他错误"): sum(error.status != httpx.codes.CONFLICT for error in _errors(outcome)),
        N_("被要求放慢（429）"): client.held_up,
        N_("大屏补取全图"): outcome.screen.gaps,
        N_("用时（秒）"): f"{outcome.seconds:.1f}",
        N_("每秒请求"): f"{outcome.attempts / outcome.seconds:.0f}",
    }
    for name, figure in figures.items():
        table.add_row(say(name), str(figure))
    return table


def _booked(outcome: Outcome, say: Say, style: dict[str, Any]) -> Table:
    """What became of those who booked, by channel."""
    channels = {Channel.ONLINE: N_("网上"), Channel.PHONE: N_("电话"), Channel.ONSITE: N_("现场")}
    table = Table(say(N_("预约情况")), *map(say, channels.values()), say(N_("合计")), **style)
    figures = outcome.bookings.figures()
    for key, name in BOOKED.items():
        counts = figures.get(key, Counter())
        table.add_row(say(name), *(str(counts[channel]) for channel in channels), str(counts.total()))
    table.add_row(say(N_("值班长加开名额")), "", "", "", str(outcome.bookings.places))
    return _right(table)


def _waits(outcome: Outcome, say: Say, style: dict[str, Any]) -> Table:
    """Simulated minutes between coming and the first call, for the busiest lines and for all."""
    waits = outcome.play.waits
    table = Table(say(N_("等候（模拟分钟）")), say(N_("人数")), "p50", "p90", **style)
    busiest = sorted(waits, key=lambda line: -len(waits[line]))
    rows = {f"{line} {outcome.lines.get(line, '')}": waits[line] for line in busiest[:MOST_LINES]}
    rows[say(N_("全部队列"))] = [wait for line in busiest for wait in waits[line]]
    for name, values in rows.items():
        if values:
            table.add_row(name, str(len(values)), *(f"{percentile(values, share):.1f}" for share in (0.5, 0.9)))
    return _right(table)


def _times(outcome: Outcome, say: Say, style: dict[str, Any]) -> Table:
    table = Table(say(N_("耗时（毫秒）")), say(N_("次数")), "p50", "p99", **style)
    rows = {say(name): outcome.client.latencies[kind] for kind, name in ACTIONS.items()}
    rows[say(N_("从呼叫到大屏"))] = outcome.screen.latencies
    for name, values in rows.items():
        if values:
            table.add_row(name, str(len(values)), *(f"{percentile(values, share) * 1000:.1f}" for share in (0.5, 0.99)))
    return _right(table)


def _right(table: Table) -> Table:
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _errors(outcome: Outcome) -> Sequence[Refused]:
    return [*outcome.bookings.errors, *outcome.accepting.errors, *outcome.play.errors]


def findings(outcome: Outcome, say: Say) -> Iterable[str]:
    """Everything that was wrong, in words."""
    play, screen = outcome.play, outcome.screen
    for error, count in Counter(map(str, _errors(outcome))).most_common():
        yield say(N_("请求失败 {count} 次：{error}"), error=error, count=count)
    for text, fields in (*outcome.amiss, *(outcome.cases.wrong if outcome.cases else ())):
        yield say(text, **fields)
    for visit in play.unfinished:
        yield say(N_("{number} 没有办完：{status}"), number=visit.number, status=visit.status)
    for number, window, again in (play.called - screen.calls).elements():
        call = ACTIONS[Action.RECALL if again else Action.CALL]
        yield say(N_("{number} 到 {window} 窗口的呼叫没有上屏（{call}）"), number=number, window=window, call=say(call))
    if screen.repeated:
        yield say(N_("{count} 次呼叫重复上屏"), count=len(screen.repeated))
    if not outcome.shown:
        yield say(N_("大屏最后显示的内容与大厅不符"))
    for fault in outcome.faults:
        what = say(fault.reason, **fault.params)
        yield say(N_("日志第 {row} 条，{number}：{what}"), row=fault.row, number=fault.number, what=what)
