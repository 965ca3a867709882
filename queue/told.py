"""What people are told by message: every kind with its usual words, the fields it can use, and those it cannot do
without. A hall may word each for itself (`templates`).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from ..core.i18n import N_


class Told(StrEnum):
    """A kind of message; its code stands in tables and files."""

    APPOINTMENT_BOOKED = "appointment_booked"
    APPOINTMENT_MOVED = "appointment_moved"
    APPOINTMENT_MOVED_BY_HALL = "appointment_moved_by_hall"
    APPOINTMENT_CANCELLED = "appointment_cancelled"
    APPOINTMENT_CANCELLED_BY_HALL = "appointment_cancelled_by_hall"
    APPOINTMENT_REMINDER = "appointment_reminder"
    APPOINTMENT_MISSED = "appointment_missed"
    APPOINTMENT_VOID = "appointment_void"
    BOOKING_CODE = "booking_code"
    BOOKING_RECORD = "booking_record"
    WAITING_JOINED = "waiting_joined"
    WAITING_OFFERED = "waiting_offered"
    WAITING_LAPSED = "waiting_lapsed"
    WAITING_CLOSED = "waiting_closed"
    CASE_ACCEPTED = "case_accepted"
    CASE_RECEIVED = "case_received"
    CASE_NOTICED = "case_noticed"
    CASE_COMPLETED = "case_completed"
    CASE_DEEMED = "case_deemed"
    CASE_REFUSED = "case_refused"
    CASE_SUSPENDED = "case_suspended"
    CASE_RESUMED = "case_resumed"
    CASE_EXTENDED = "case_extended"
    CASE_REVISED = "case_revised"
    CASE_DECIDED = "case_decided"
    CASE_REJECTED = "case_rejected"
    CASE_REPORTED = "case_reported"
    MATTER_PUT = "matter_put"
    MATTER_ANSWERED = "matter_answered"
    ALERT_OFFICER = "alert_officer"
    ALERT_CHAIN = "alert_chain"
    ALERT_UNASSIGNED = "alert_unassigned"


TO_OFFICERS: Final = (
    Told.MATTER_PUT,
    Told.MATTER_ANSWERED,
    Told.ALERT_OFFICER,
    Told.ALERT_CHAIN,
    Told.ALERT_UNASSIGNED,
)
"""Officers are told in Chinese, the language of their work; everything else goes to visitors."""


class Field(NamedTuple):
    """What a field stands for, and how it may look."""

    name: str
    example: str


class Usual(NamedTuple):
    """``when``: what it tells of; ``text``: how, unless the hall words it; ``needed``: those of ``fields``."""

    when: str
    text: str
    fields: tuple[str, ...]
    needed: tuple[str, ...]


FIELDS: Final[Mapping[str, Field]] = MappingProxyType(
    {
        "hall": Field(N_("大厅名称"), N_("区政务服务中心")),
        "when": Field(N_("预约的日期和时间"), N_("11月24日（周二）09:30")),
        "item": Field(N_("事项名称"), N_("灵活就业人员参保登记")),
        "code": Field(N_("预约码"), "7K3M9P2X"),
        "zone": Field(N_("办理区域"), N_("A区")),
        "link": Field(N_("网址"), "https://hall.example.gov.cn/appointments/7K3M9P2X?key=mF3v0pQx8Zk1aYt6WcJd2L"),
        "reason": Field(N_("原因"), N_("设备检修")),
        "digits": Field(N_("验证码"), "482913"),
        "minutes": Field(N_("有效分钟数"), "5"),
        "record": Field(
            N_("预约记录说明"), N_("您近30天内已有1次预约未到，再有一次，30天内将不能网上预约。不能来时请提前取消")
        ),
        "day": Field(N_("日期"), N_("11月24日（周二）")),
        "until": Field(N_("确认截止时间"), "10:30"),
        "number": Field(N_("编号"), "BJ01-20261123-00001"),
        "due": Field(N_("办结期限"), N_("应于11月24日（周二）前办结")),
        "missing": Field(N_("待补齐的材料"), N_("近期照片、户口簿")),
        "by": Field(N_("最迟时间"), N_("11月24日（周二）")),
        "note": Field(N_("说明"), N_("需要鉴定")),
        "extended": Field(N_("延期的工作日数"), "3"),
        "kind": Field(N_("请示类别"), N_("疑难事项")),
        "said": Field(N_("提醒内容"), N_("红灯警示：办件BJ01-20261123-00001应于11月24日（周二）前办结，现已超期")),
        "badge": Field(N_("责任人工号"), "0017"),
    }
)
_APPOINTMENT: Final = ("hall", "when", "item", "code", "zone", "link")
_WAITING: Final = ("hall", "item")
_CASE: Final = ("hall", "item", "number", "link")


def _appointment(when: str, text: str, *needed: str, more: tuple[str, ...] = ()) -> Usual:
    return Usual(when, text, _APPOINTMENT + more, ("code", *needed, *more))


def _waiting(when: str, text: str, *more: str) -> Usual:
    return Usual(when, text, _WAITING + more, more or ("item",))


def _case(when: str, text: str, *more: str) -> Usual:
    """What an applicant must be told of his case beyond its number is as binding as the number."""
    return Usual(when, text, _CASE + more, ("number", *more))


USUAL: Final[Mapping[Told, Usual]] = MappingProxyType(
    {
        Told.APPOINTMENT_BOOKED: _appointment(
            N_("预约成功"),
            N_("【{hall}】已预约：{when} {item}，预约码{code}。到{zone}签到后按时叫号。详情、改期、取消：{link}"),
            "when",
        ),
        Told.APPOINTMENT_MOVED: _appointment(
            N_("预约已改期"), N_("【{hall}】预约{code}已改到{when}，{item}。详情：{link}"), "when"
        ),
        Told.APPOINTMENT_MOVED_BY_HALL: _appointment(
            N_("大厅改期"),
            N_("【{hall}】因{reason}，您的预约{code}已改到{when}，{item}。不便时可改期或取消：{link}"),
            "when",
            more=("reason",),
        ),
        Told.APPOINTMENT_CANCELLED: _appointment(N_("预约取消"), N_("【{hall}】预约{code}（{when} {item}）已取消")),
        Told.APPOINTMENT_CANCELLED_BY_HALL: _appointment(
            N_("大厅取消预约"),
            N_("【{hall}】因{reason}，您{when}的预约{code}（{item}）已取消，请重新预约。给您带来不便，敬请谅解"),
            "when",
            more=("reason",),
        ),
        Told.APPOINTMENT_REMINDER: _appointment(
            N_("预约前一天、前两小时提醒"),
            N_("【{hall}】提醒：您预约了{when} {item}，预约码{code}，请带齐材料。不能来请提前取消：{link}"),
            "when",
        ),
        Told.APPOINTMENT_MISSED: _appointment(
            N_("未按时签到，预约作废"), N_("【{hall}】您{when}的预约{code}（{item}）未签到，已作废")
        ),
        Told.APPOINTMENT_VOID: _appointment(
            N_("因大厅停办，预约取消"),
            N_("【{hall}】因大厅停办，您{when}的预约{code}（{item}）已取消，不计爽约。给您带来不便，敬请谅解"),
            "when",
        ),
        Told.BOOKING_CODE: Usual(
            N_("网上预约时验证手机号"),
            N_("【{hall}】预约验证码{digits}，{minutes}分钟内有效。工作人员不会向您索要验证码"),
            ("hall", "digits", "minutes"),
            ("digits",),
        ),
        Told.BOOKING_RECORD: Usual(
            N_("爽约或取消过多，提醒或限制预约"), N_("【{hall}】{record}"), ("hall", "record"), ("record",)
        ),
        Told.WAITING_JOINED: _waiting(
            N_("候补登记成功"),
            N_("【{hall}】已登记候补：{day} {item}。有空位会短信通知。查看或退出：{link}"),
            "day",
            "link",
        ),
        Told.WAITING_OFFERED: _waiting(
            N_("候补有空位"),
            N_("【{hall}】{when} {item}有空位了，请在{until}前确认，过时让给下一位：{link}"),
            "when",
            "until",
            "link",
        ),
        Told.WAITING_LAPSED: _waiting(
            N_("候补空位逾时未确认"), N_("【{hall}】{item}的候补空位未在规定时间内确认，已让给下一位")
        ),
        Told.WAITING_CLOSED: _waiting(
            N_("因大厅停办，候补取消"),
            N_("【{hall}】因{reason}，{day}停办，您的{item}候补已取消。给您带来不便，敬请谅解"),
            "day",
            "reason",
        ),
        Told.CASE_ACCEPTED: _case(
            N_("已受理"), N_("【{hall}】{item}已受理，编号{number}，{due}。查进度：{link}"), "due"
        ),
        Told.CASE_RECEIVED: _case(
            N_("收件，尚未受理"),
            N_("【{hall}】已收到{item}的申请，编号{number}，将在{by}前一次性告知需补齐的材料：{link}"),
            "by",
        ),
        Told.CASE_NOTICED: _case(
            N_("一次性告知补正"),
            N_("【{hall}】{item}（{number}）还需补齐：{missing}。补齐当日受理。详情：{link}"),
            "missing",
        ),
        Told.CASE_COMPLETED: _case(
            N_("材料补齐后受理"),
            N_("【{hall}】材料已补齐，{item}（{number}）已受理，{due}。查进度：{link}"),
            "due",
        ),
        Told.CASE_DEEMED: _case(
            N_("逾期未告知，视为受理"),
            N_("【{hall}】{item}（{number}）自收件之日起即为受理，{due}。查进度：{link}"),
            "due",
        ),
        Told.CASE_REFUSED: _case(
            N_("决定不予受理"),
            N_("【{hall}】{item}（{number}）不予受理：{reason}。如不服可依法申请行政复议或提起行政诉讼"),
            "reason",
        ),
        Told.CASE_SUSPENDED: _case(
            N_("进入特别程序"),
            N_("【{hall}】{item}（{number}）进入特别程序，所需时间不计入办理时限：{note}。详情：{link}"),
            "note",
        ),
        Told.CASE_RESUMED: _case(
            N_("特别程序结束"),
            N_("【{hall}】{item}（{number}）特别程序结束，恢复办理，{due}。查进度：{link}"),
            "due",
        ),
        Told.CASE_EXTENDED: _case(
            N_("办理延期"),
            N_("【{hall}】{item}（{number}）因{note}延期{extended}个工作日，{due}。给您带来不便，敬请谅解：{link}"),
            "note",
            "extended",
            "due",
        ),
        Told.CASE_REVISED: _case(
            N_("放假安排公布后期限调整"),
            N_("【{hall}】放假安排已公布，{item}（{number}）的办结期限调整：{due}。查进度：{link}"),
            "due",
        ),
        Told.CASE_DECIDED: _case(
            N_("办结，可领取结果"), N_("【{hall}】{item}（{number}）已办结，请凭回执领取结果。详情：{link}")
        ),
        Told.CASE_REJECTED: _case(
            N_("决定不予办理"),
            N_("【{hall}】{item}（{number}）不予办理：{reason}。如不服可依法申请行政复议或提起行政诉讼：{link}"),
            "reason",
        ),
        Told.CASE_REPORTED: _case(
            N_("已上报"), N_("【{hall}】{item}（{number}）已审查完毕，报{note}决定。查进度：{link}"), "note"
        ),
        Told.MATTER_PUT: Usual(
            N_("有请示待答复，发给领导"),
            N_("【{hall}】{kind}请示{number}，请于{by}前答复"),
            ("hall", "kind", "number", "by"),
            ("number", "by"),
        ),
        Told.MATTER_ANSWERED: Usual(
            N_("请示已答复，发给请示人"),
            N_("【{hall}】您的请示{number}已有答复，请在工作台查看"),
            ("hall", "number"),
            ("number",),
        ),
        Told.ALERT_OFFICER: Usual(N_("提醒责任人"), N_("【{hall}】{said}，请及时处理"), ("hall", "said"), ("said",)),
        Told.ALERT_CHAIN: Usual(
            N_("逐级督办"),
            N_("【{hall}】督办：{said}。责任人工号{badge}，请督促处理"),
            ("hall", "said", "badge"),
            ("said", "badge"),
        ),
        Told.ALERT_UNASSIGNED: Usual(
            N_("逐级督办，尚无责任人"), N_("【{hall}】督办：{said}，请安排处理"), ("hall", "said"), ("said",)
        ),
    }
)
