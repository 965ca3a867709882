"""The legal clock's trace in plain words, as applicants and officers read it."""

from collections.abc import Mapping
from typing import Final

from ..core.calendar import FRIDAY
from ..core.i18n import N_, Language, date_text, translate
from .clock import Light, Step, Why

SAID: Final[Mapping[Why, str]] = {
    Why.RECEIVED: N_("收件"),
    Why.NOTICE_DAY: N_("一次性告知期限第{number}个工作日"),
    Why.NOTICED: N_("已一次性告知，等待补齐材料"),
    Why.NOTICE_MISSED: N_("期限内未作一次性告知"),
    Why.ACCEPTED: N_("材料齐全，受理"),
    Why.COMPLETED: N_("材料补齐，受理"),
    Why.ACCEPTED_AS_RECEIVED: N_("自收到申请材料之日起即为受理"),
    Why.COUNTED: N_("第{number}个工作日"),
    Why.EXTENDED: N_("第{number}个工作日（延期）"),
    Why.REST: N_("休息日，不计入"),
    Why.SUSPENDED: N_("中止期间，不计入"),
    Why.DUE: N_("办结期限，当日24时止"),
}
_MAKE_UP: Final = N_("{said}，调休上班日")
_NAMED: Final = N_("{name}，不计入")
_PROVISIONAL: Final = N_("{said}（放假安排公布前暂定）")
LIGHTS: Final[Mapping[Light, str]] = {Light.GREEN: N_("绿灯"), Light.YELLOW: N_("黄灯"), Light.RED: N_("红灯")}


def said(step: Step, language: Language) -> str:
    """What a step comes to: ``第3个工作日，调休上班日``."""
    about = step.about
    text = translate(language, SAID[step.why], number=step.number)
    if about is None:
        return text
    if step.why is Why.REST and about.name:
        text = translate(language, _NAMED, name=about.name_en if language == "en" and about.name_en else about.name)
    elif step.number and step.day.isoweekday() > FRIDAY:
        text = translate(language, _MAKE_UP, said=text)
    return translate(language, _PROVISIONAL, said=text) if about.provisional else text


def line(step: Step, language: Language) -> str:
    """A step with its day and its rule: ``2026年10月10日（周六） 第3个工作日，调休上班日 [R23]``."""
    return f"{date_text(step.day, language)} {said(step, language)} [{step.rule}]"
