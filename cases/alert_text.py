"""What an alert says, to officers in the console and by message: numbers and days, never who applies (R61)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from ..core.clock import local
from ..core.i18n import N_, Language, day_text, moment_text, translate
from .alert_tables import AlertKind

LANGUAGE: Final[Language] = "zh_CN"
"""Officers are told in the language of their work."""
KINDS: Final[Mapping[AlertKind, str]] = {
    AlertKind.YELLOW: N_("黄灯提醒"),
    AlertKind.RED: N_("红灯警示"),
    AlertKind.NOTICE_DUE: N_("告知将到期"),
    AlertKind.NOTICE_MISSED: N_("逾期未告知"),
    AlertKind.SECOND_NOTICE: N_("二次告知"),
    AlertKind.STEP_LATE: N_("环节超时"),
    AlertKind.PART_LATE: N_("联办超时"),
    AlertKind.DELIVERY_LATE: N_("送达超时"),
    AlertKind.HAND_OVER: N_("转办未接收"),
    AlertKind.PING_PONG: N_("来回推转"),
    AlertKind.CUSTODY: N_("代收未转交"),
    AlertKind.CALL_BACK: N_("逾期未答复"),
    AlertKind.MATTER: N_("请示未答复"),
}
_SAID: Final[Mapping[AlertKind, str]] = {
    AlertKind.YELLOW: N_("黄灯提醒：办件{number}应于{due}前办结"),
    AlertKind.RED: N_("红灯警示：办件{number}应于{due}前办结，现已超期"),
    AlertKind.NOTICE_DUE: N_("办件{number}材料不齐，应于{due}前一次性告知申请人"),
    AlertKind.NOTICE_MISSED: N_("办件{number}未在{due}前一次性告知，自收到申请材料之日起即为受理"),
    AlertKind.SECOND_NOTICE: N_("办件{number}再次要求补正材料，违反一次性告知规定"),
    AlertKind.STEP_LATE: N_("办件{number}的当前环节应于{due}前完成，现已超时"),
    AlertKind.PART_LATE: N_("联办件{number}有部门未在{due}前办结"),
    AlertKind.DELIVERY_LATE: N_("办件{number}的决定应于{due}前送达，尚未送达"),
    AlertKind.HAND_OVER: N_("{number}号转办后超过时限无人接收"),
    AlertKind.PING_PONG: N_("{number}号在岗位之间来回推转，请首问责任人负责到底"),
    AlertKind.CUSTODY: N_("代收的{number}应于{due}前转交承办人，尚未转交"),
    AlertKind.CALL_BACK: N_("咨询{number}应于{due}前答复，现已超过24小时"),
    AlertKind.MATTER: N_("请示{number}应于{due}前答复，尚未答复"),
}
_COMPLAINT: Final = N_("投诉{number}应于{due}前答复，现已超过24小时")
_SOME_DAY: Final = N_("规定时限")
OFFICER: Final = N_("责任人")
"""The rung below all others, as lists name it."""


def said(kind: AlertKind, number: str, facts: Mapping[str, Any], timezone: str, language: Language) -> str:
    """An alert in one line: ``黄灯提醒：办件BJ01-20261123-0001应于11月24日（周二）前办结``.

    ``facts``: ``number`` where it is about something else than its case, ticket or enquiry; ``due``: a date or a moment
    in ISO form; ``complaint``: true of a complaint.
    """
    text = _COMPLAINT if kind is AlertKind.CALL_BACK and facts.get("complaint") else _SAID[kind]
    due = _due(facts.get("due"), timezone, language)
    return translate(language, text, number=facts.get("number") or number, due=due)


def _due(value: Any, timezone: str, language: Language) -> str:
    if not value:
        return translate(language, _SOME_DAY)
    if len(value) == len("2026-11-23"):
        return day_text(date.fromisoformat(value), language)
    return moment_text(local(datetime.fromisoformat(value), timezone), language)
