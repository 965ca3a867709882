"""What visitors are told about their bookings, in both languages, by text message. Pure but for the seal."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from ..core.clock import local, start_of
from ..core.gateways import Channel
from ..core.i18n import N_, Language, negotiate, translate
from ..core.messages import Letter
from .office import Office

BOOKED = N_("【{hall}】已预约：{when} {item}，预约码{code}。到{zone}签到后按时叫号。详情、改期、取消：{link}")
MOVED = N_("【{hall}】预约{code}已改到{when}，{item}。详情：{link}")
MOVED_BY_HALL = N_("【{hall}】因{reason}，您的预约{code}已改到{when}，{item}。不便时可改期或取消：{link}")
CANCELLED = N_("【{hall}】预约{code}（{when} {item}）已取消")
CANCELLED_BY_HALL = N_("【{hall}】因{reason}，您{when}的预约{code}（{item}）已取消，请重新预约。给您带来不便，敬请谅解")
REMINDER = N_("【{hall}】提醒：您预约了{when} {item}，预约码{code}，请带齐材料。不能来请提前取消：{link}")
MISSED = N_("【{hall}】您{when}的预约{code}（{item}）未签到，已作废")
OFFERED = N_("【{hall}】{when} {item}有空位了，请在{until}前确认，过时让给下一位：{link}")
CODE = N_("【{hall}】预约验证码{number}，{minutes}分钟内有效。工作人员不会向您索要验证码")
VOID = N_("【{hall}】因大厅停办，您{when}的预约{code}（{item}）已取消，不计爽约。给您带来不便，敬请谅解")
SIGNED = N_("【{hall}】{said}")
LIST_CLOSED = N_("【{hall}】因{reason}，{day}停办，您的{item}候补已取消。给您带来不便，敬请谅解")
JOINED = N_("【{hall}】已登记候补：{day} {item}。有空位会短信通知。查看或退出：{link}")
LAPSED = N_("【{hall}】{item}的候补空位未在规定时间内确认，已让给下一位")

AWAKE: Final = (8, 21)
"""Local hours between which people may be told what can wait."""
REMINDERS: Final = {"day": timedelta(days=1), "soon": timedelta(hours=2)}
"""When somebody is reminded: so long before his time."""


class Reason(NamedTuple):
    """Why the hall does something, in its officers' words. ``english`` may be empty."""

    chinese: str
    english: str = ""

    def to(self, language: str) -> str:
        """As somebody of this language is told it."""
        return self.english or self.chinese if negotiate(language) == "en" else self.chinese


def letter(
    office: Office, event: str, to: str, message: str, language: str, due: datetime | None = None, **fields: Any
) -> Letter:
    """A text message about ``event``; ``fields`` fill ``message``."""
    spoken = negotiate(language)
    text = translate(spoken, message, hall=hall_name(office, spoken), **fields)
    return Letter(office.hall.id, event, Channel.SMS, to, text, spoken, due=due, until=fields.get("ends"))


def not_at_night(office: Office) -> datetime:
    """Now, or the next morning when it is night: for what can wait until people are awake."""
    at = local(office.now, office.hall.timezone)
    if AWAKE[0] <= at.hour < AWAKE[1]:
        return office.now
    day = at.date() + timedelta(days=at.hour >= AWAKE[1])
    return start_of(day, office.hall.timezone) + timedelta(hours=AWAKE[0])


def code_text(office: Office, number: str, language: Language) -> str:
    """The message with a code that shows whose phone it is."""
    return translate(language, CODE, hall=hall_name(office, language), number=number, minutes=office.rules.hold_minutes)


def hall_name(office: Office, language: Language) -> str:
    """The hall as a visitor of this language knows it."""
    return (office.hall.name_en if language == "en" else "") or office.hall.name


def reminders(
    office: Office, about: int, moves: int, to: str, language: str, starts_at: datetime, **fields: Any
) -> Iterator[Letter]:
    """The day before and two hours before, as far as that lies ahead. A later move has reminders of its own."""
    for name, before in REMINDERS.items():
        if starts_at - before > office.now:
            event = f"appointment:{about}:remind:{moves}:{name}"
            due = starts_at - before
            yield letter(office, event, to, REMINDER, language, due, ends=starts_at, **fields)
