"""What became of the cases, as tables: by kind and light, in time or late, and what was done with them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from rich.table import Table

from ...cases.alert_tables import AlertKind
from ...cases.alert_text import KINDS as ALERTS
from ...cases.clock import Light
from ...cases.state import KINDS, Action, Outcome
from ...core.i18n import N_
from ...queue.hall import CaseKind
from .accepting import Taken
from .aftermath import Cases
from .say import Say
from .verdict import Found

LIGHTS: Final = {Light.GREEN: N_("绿"), Light.YELLOW: N_("黄"), Light.RED: N_("红"), None: N_("无")}
ENDS: Final = {
    "on time": N_("按时"),
    "late": N_("逾期"),
    "withdrawn": N_("撤回"),
    "returned": N_("退回"),
    "open": N_("在办"),
}


def tables(taken: Sequence[Taken], cases: Cases | None, say: Say, style: Mapping[str, Any]) -> list[Table]:
    """Nothing where no case was accepted; only how many of each kind where no days followed."""
    if not taken:
        return []
    if cases is None:
        table = Table(say(N_("办件")), say(N_("受理")), **style)
        kinds = Counter(one.kind for one in taken)
        for kind, name in KINDS.items():
            table.add_row(say(name), str(kinds[kind]))
        return [_right(table)]
    return [_by_kind(cases, say, style), _moves(cases, say, style)]


def end(case: Found) -> str:
    """How a case ended, as a key of `ENDS`: late is what is red, whether it has ended or not."""
    row = case.row
    if row.kind == CaseKind.RETURNED:
        return "returned"
    if row.outcome == Outcome.WITHDRAWN:
        return "withdrawn"
    if row.light == Light.RED:
        return "late"
    return "open" if row.outcome is None else "on time"


def _by_kind(cases: Cases, say: Say, style: Mapping[str, Any]) -> Table:
    heads = [N_("件数"), *LIGHTS.values(), *ENDS.values()]
    table = Table(say(N_("办件")), *map(say, heads), **style)
    found = [(case.row.kind, case.row.light, end(case)) for case in cases.found.values()]
    kinds, lights = Counter(kind for kind, _, _ in found), Counter((kind, light) for kind, light, _ in found)
    ends = Counter((kind, how) for kind, _, how in found)
    for kind, name in KINDS.items():
        of_lights, of_ends = (lights[kind, light] for light in LIGHTS), (ends[kind, how] for how in ENDS)
        table.add_row(say(name), *map(str, (kinds[kind], *of_lights, *of_ends)))
    sums = [sum(lights[kind, light] for kind in KINDS) for light in LIGHTS]
    sums += [sum(ends[kind, how] for kind in KINDS) for how in ENDS]
    table.add_row(say(N_("合计")), *map(str, (len(found), *sums)))
    return _right(table)


def _moves(cases: Cases, say: Say, style: Mapping[str, Any]) -> Table:
    table = Table(say(N_("办件经过")), "", **style)
    moves = Counter(action for case in cases.found.values() for action, _ in case.moves)
    alerts = Counter(alert.kind for case in cases.found.values() for alert in case.alerts)
    noticed = sum(case.row.noticed_on is not None for case in cases.found.values())
    figures = {
        N_("当场或按期一次性告知"): noticed,
        N_("逾期未告知，视为受理"): moves[Action.DEEM],
        N_("特别程序"): moves[Action.SUSPEND],
        N_("延期"): moves[Action.EXTEND],
        N_("送达"): moves[Action.DELIVER],
        N_("依规被拒绝的操作"): cases.counts["refused"],
        N_("全部操作"): moves.total(),
    }
    figures |= {name: alerts[kind] for kind, name in _ALERTS.items() if alerts[kind]}
    figures |= {
        N_("告知申请人的短信"): sum(case.told.total() for case in cases.found.values()),
        N_("逐级提醒"): cases.counts["told"],
        N_("巡查次数"): cases.counts["wake"],
    }
    for name, figure in figures.items():
        table.add_row(say(name), str(figure))
    table.add_row(say(N_("用时（秒）")), f"{cases.seconds:.1f}")
    return _right(table)


_ALERTS: Final = {kind: ALERTS[kind] for kind in AlertKind if kind in ALERTS}


def _right(table: Table) -> Table:
    for column in table.columns[1:]:
        column.justify = "right"
    return table
