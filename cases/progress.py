"""A case as its applicant follows it: where it stands in his words, and its way from receipt to delivery. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from ..core.i18n import N_, Language, day_text, translate
from ..queue.hall import CaseKind
from .clock import Light
from .filing import CaseRow
from .office import Office
from .state import State
from .wording import due_text

STANDING: Final[Mapping[State, str]] = {
    State.RECEIVED: N_("已收件，正在核对材料"),
    State.NOTICED: N_("请补齐材料"),
    State.ACCEPTED: N_("已受理，正在办理"),
    State.SUSPENDED: N_("正在进行{procedure}，办理时限暂停计算"),
    State.FORWARDED: N_("已转到{unit}，等待接收"),
    State.HANDLED: N_("{unit}正在办理"),
    State.JOINED: N_("各部门正在一起办理"),
    State.REPORTED: N_("已上报，等待上级机关决定"),
    State.DECIDED: N_("已办结，请领取结果"),
    State.REJECTED: N_("未获批准，请领取决定书"),
    State.REFUSED: N_("未予受理"),
    State.WITHDRAWN: N_("已撤回申请"),
    State.DELIVERED: N_("已办完，结果已送达"),
}
"""The state in the words of somebody who has never seen the inside of an office."""
_IN_TIME: Final[Mapping[Light, str]] = {
    Light.GREEN: N_("在期限内"),
    Light.YELLOW: N_("快到期限了"),
    Light.RED: N_("已超过期限"),
}
_WAS_IN_TIME: Final[Mapping[Light, str]] = {Light.GREEN: N_("按期办结"), Light.RED: N_("超过期限才办结")}
_OUR_PART_WAS: Final[Mapping[Light, str]] = {Light.GREEN: N_("本级按期审完"), Light.RED: N_("本级超过期限才审完")}


class Point(StrEnum):
    """A point of the way; its value is what pages say."""

    RECEIVE = N_("收件")
    NOTICE = N_("一次性告知")
    ACCEPT = N_("受理")
    FORWARD = N_("转办")
    REVIEW = N_("审查")
    JOIN = N_("各部门联办")
    DECIDE = N_("决定")
    DECIDE_ABOVE = N_("上级机关决定")
    DELIVER = N_("送达")
    REFUSE = N_("未予受理")
    WITHDRAW = N_("撤回")


class Passed(StrEnum):
    """How a point of the way stands."""

    DONE = "done"
    NOW = "now"
    NEXT = "next"


class Stage(NamedTuple):
    """A point of a case's way. ``on``: the day it was passed; ``until``: the day until which it is to be."""

    point: Point
    passed: Passed
    on: date | None = None
    until: date | None = None


_WAYS: Final[Mapping[CaseKind, Sequence[Point]]] = {
    CaseKind.IMMEDIATE: (Point.DECIDE,),
    CaseKind.PROMISED: (Point.REVIEW, Point.DECIDE),
    CaseKind.REPORTED: (Point.REVIEW, Point.DECIDE_ABOVE),
    CaseKind.FORWARDED: (Point.FORWARD, Point.REVIEW, Point.DECIDE),
    CaseKind.JOINT: (Point.JOIN, Point.DECIDE),
}
"""What lies between acceptance and delivery, by kind (R21)."""
_NOW: Final[Mapping[State, Point]] = {
    State.RECEIVED: Point.NOTICE,
    State.NOTICED: Point.ACCEPT,
    State.FORWARDED: Point.FORWARD,
    State.HANDLED: Point.REVIEW,
    State.REPORTED: Point.DECIDE_ABOVE,
    State.DECIDED: Point.DELIVER,
    State.REJECTED: Point.DELIVER,
}
"""Where a case is; in other states at the first point after its acceptance, or at none."""
_MEANWHILE: Final[Mapping[Point, str]] = {
    Point.ACCEPT: N_("等您补齐材料"),
    Point.DELIVER: N_("等您领取"),
}
"""What is waited for where a case is; elsewhere it is being worked on."""
_PASSED_BEFORE_LEAVING: Final = (Point.RECEIVE, Point.NOTICE, Point.ACCEPT, Point.FORWARD)


def stages(row: CaseRow, told: Mapping[str, date], changed: date) -> list[Stage]:
    """The way of a case of each of the six kinds (R21), with the days of what is done and the limit of what is not.

    ``told``: the day of the last paper of each kind; ``changed``: the day of the last move.
    """
    state, over = State(row.state), row.outcome is not None
    days = {
        Point.RECEIVE: row.received_on,
        Point.NOTICE: row.noticed_on,
        Point.ACCEPT: row.accepted_on,
        Point.FORWARD: told.get("forwarding"),
        Point.REVIEW: row.ended_on,
        Point.JOIN: row.ended_on,
        Point.DECIDE: row.decided_on,
        Point.DECIDE_ABOVE: row.decided_on,
        Point.DELIVER: row.delivered_on,
        Point.REFUSE: told.get("refusal", changed),
        Point.WITHDRAW: changed,
    }
    opening = [Point.RECEIVE] + [Point.NOTICE] * (row.noticed_on is not None or state is State.RECEIVED)
    if state in (State.REFUSED, State.WITHDRAWN):
        end = Point.REFUSE if state is State.REFUSED else Point.WITHDRAW
        before = [one for one in _PASSED_BEFORE_LEAVING if days[one] is not None]
        return [Stage(one, Passed.DONE, days[one]) for one in (*before, end)]
    way = [*opening, Point.ACCEPT, *_WAYS[CaseKind(row.kind)], Point.DELIVER]
    here = len(way) if state is State.DELIVERED else way.index(_NOW.get(state, _WAYS[CaseKind(row.kind)][0]))
    if state is State.SUSPENDED and Point.FORWARD in way:
        here = way.index(Point.REVIEW)
    limits = {
        Point.NOTICE: row.notice_by,
        Point.DECIDE: None if over else row.due_on,
        Point.DELIVER: row.deliver_by,
    }
    return [
        Stage(one, Passed.DONE, days[one])
        if place < here
        else Stage(one, Passed.NOW if place == here else Passed.NEXT, until=limits.get(one))
        for place, one in enumerate(way)
    ]


def standing(row: CaseRow, procedure: str, unit: str, language: Language) -> str:
    """Where a case stands, in a few words; ``procedure``: the special one that runs, ``unit``: who has it now."""
    return translate(language, STANDING[State(row.state)], procedure=procedure, unit=unit)


def stage_text(stage: Stage, state: State, language: Language) -> str:
    """What stands beside a point of the way: the day it was passed, what goes on there, until when at the latest."""
    if stage.on is not None:
        return day_text(stage.on, language)
    limit = translate(language, N_("最迟{day}"), day=day_text(stage.until, language)) if stage.until else ""
    if stage.passed is not Passed.NOW:
        return limit
    paused = state is State.SUSPENDED
    doing = translate(language, N_("暂停中") if paused else _MEANWHILE.get(stage.point, N_("正在进行")))
    return translate(language, N_("{doing}，{limit}"), doing=doing, limit=limit) if limit else doing


def light_text(row: CaseRow, language: Language) -> str:
    """What the light means (R36); empty without one, and where nothing came of it."""
    if not row.light or row.state == State.WITHDRAWN:
        return ""
    words = _WAS_IN_TIME if row.outcome else _OUR_PART_WAS if row.ended_on else _IN_TIME
    return translate(language, words[Light(row.light)])


def until_text(office: Office, row: CaseRow, language: Language) -> str:
    """By when something will have happened, whatever it is (R16, R23, R24, R29, R35)."""

    def say(text: str, day: date | None = None) -> str:
        return translate(language, text, day=day_text(day, language) if day else "", days=row.days)

    match State(row.state):
        case State.RECEIVED:
            return say(N_("最迟{day}一次性告诉您还要补哪些材料"), row.notice_by)
        case State.NOTICED if row.days:
            return say(N_("补齐当天受理，从下一个工作日起算，{days}个工作日内办结"))
        case State.NOTICED:
            return say(N_("补齐当天受理，当天办结"))
        case State.SUSPENDED:
            return say(N_("这段时间不算在办理时限里；结束后告诉您新的期限"))
        case State.REPORTED:
            return say(N_("本级已于{day}审查完毕；上级机关决定后马上告诉您"), row.ended_on)
        case State.DECIDED | State.REJECTED:
            return say(N_("{day}作出决定"), row.decided_on)
        case State.DELIVERED:
            return say(N_("{day}送达"), row.delivered_on)
        case State.REFUSED | State.WITHDRAWN:
            return ""
    return due_text(office, row.due_on, provisional=row.provisional, language=language)
