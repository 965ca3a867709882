"""What the sheets of a hall's files and their columns are called, and how a column is filled in."""

from collections.abc import Mapping
from typing import Final

from ..core.i18n import N_, Language, translate

SHEETS: Final[Mapping[str, str]] = {
    "hall.csv": N_("大厅"),
    "departments.csv": N_("部门"),
    "lines.csv": N_("队列"),
    "agencies.csv": N_("外部机构"),
    "items.csv": N_("事项"),
    "outside_items.csv": N_("外部机构办理的事项"),
    "guides.csv": N_("办事指南"),
    "windows.csv": N_("窗口"),
    "priorities.csv": N_("优先类别"),
    "hours.csv": N_("办公时间"),
    "exceptions.csv": N_("例外日期"),
    "working_days.csv": N_("工作日调整"),
    "messages.csv": N_("短信模板"),
    "arrivals.csv": N_("到访分布（仅模拟用）"),
}

_COLUMNS: Final[Mapping[str, str]] = {
    "address": N_("地址"),
    "agency": N_("外部机构"),
    "always_open": N_("办公时间外也可取号"),
    "audience": N_("服务对象"),
    "basis": N_("设定依据"),
    "bookable": N_("可预约"),
    "call_text": N_("叫号词"),
    "call_text_en": N_("英文叫号词"),
    "case_kind": N_("办件类型"),
    "close": N_("关门时间"),
    "code": N_("编码"),
    "complaint_phone": N_("投诉电话"),
    "complex": N_("情况复杂"),
    "conditions": N_("受理条件"),
    "credit_minutes": N_("优先分钟数"),
    "day": N_("日期"),
    "department_code": N_("部门编码"),
    "end": N_("结束时间"),
    "fee_yuan": N_("收费（元）"),
    "form_only": N_("只需审查形式要件"),
    "keep_parked": N_("挂起的号留到第二天"),
    "kind": N_("类型"),
    "language": N_("语言"),
    "line": N_("队列"),
    "line_prefix": N_("队列前缀"),
    "line_prefixes": N_("办理的队列"),
    "materials": N_("所需材料"),
    "minutes_mean": N_("平均办理分钟数"),
    "minutes_sd": N_("办理分钟数的标准差"),
    "name": N_("名称"),
    "name_en": N_("英文名称"),
    "number": N_("窗口号"),
    "open": N_("开门时间"),
    "open_on_holidays": N_("法定节假日照常开放"),
    "phone": N_("电话"),
    "popularity": N_("每日办理量"),
    "postpone_minutes": N_("延后分钟数"),
    "prefix": N_("前缀"),
    "procedure": N_("办理流程"),
    "promised_working_days": N_("承诺时限（工作日）"),
    "quiet": N_("静音时段"),
    "reason": N_("原因"),
    "reason_en": N_("英文原因"),
    "recalls_before_missed": N_("过号前的重呼次数"),
    "return_after": N_("过号返回后排在几位之后"),
    "share": N_("占当日比例"),
    "since": N_("开始日期"),
    "spell": N_("时段"),
    "start": N_("开始时间"),
    "statutory_working_days": N_("法定时限（工作日）"),
    "steps": N_("环节"),
    "text": N_("消息内容"),
    "ticker": N_("大屏滚动文字"),
    "timezone": N_("时区"),
    "until": N_("结束日期"),
    "visitors": N_("到访人数"),
    "wait_limit_minutes": N_("等候上限（分钟）"),
    "weekday": N_("星期"),
    "working": N_("是否工作日"),
    "zone": N_("区域"),
}

_HELP: Final[Mapping[str, str]] = {
    "agency": N_("事项由外部机构办理时填写它的名称，队列前缀就不填"),
    "call_text": N_("可以用 {number}、{window}、{zone}、{line}；不填用通用的叫号词"),
    "call_text_en": N_("可以用 {number}、{window}、{zone}、{line}；不填用通用的叫号词"),
    "department_code": N_("departments 表中的 code"),
    "kind": N_("ordinary 普通、comprehensive 综合窗口、first_inquiry 首问责任岗、complaint 投诉受理"),
    "language": N_("zh_CN 中文、en 英语"),
    "line": N_("队列的前缀；不填是整个大厅"),
    "line_prefix": N_("lines 表中的 prefix"),
    "line_prefixes": N_("用分号隔开，第一个是本窗口的队列，其余是帮办的队列；MZ:20 表示等候多出 20 分钟才帮办"),
    "materials": N_("用分号隔开"),
    "promised_working_days": N_("不填按通常时限：即办件 0 天，其他 3 天，情况复杂的 7 天"),
    "quiet": N_("例如 12:00-14:00：大屏只显示、不播报"),
    "since": N_("只在一段日期内有效时填写，两头都算；不填是全年"),
    "spell": N_("例如 09:00-11:00；不填是全天不开放"),
    "steps": N_("环节:工作日:责任岗位，用分号隔开"),
    "text": N_("短信正文，花括号里的字段由系统填写，必需的字段不能删"),
    "until": N_("只在一段日期内有效时填写，两头都算；不填是全年"),
    "wait_limit_minutes": N_("等候超过后提醒主管；队列不填或填 0 时与大厅相同"),
    "weekday": N_("1 到 7，1 是星期一"),
}

_HELP_OF: Final[Mapping[tuple[str, str], str]] = {
    ("messages", "kind"): N_("哪一类短信，名称见后台管理的“短信模板”；没有写的用系统默认用语"),
}
"""Of columns that one sheet fills in otherwise than the others."""


def sheet_word(file: str, language: Language) -> str:
    """What a sheet is called."""
    return translate(language, SHEETS[file])


def column_word(column: str, language: Language) -> str:
    """What a column is called."""
    return translate(language, _COLUMNS[column])


def column_help(sheet: str, column: str, language: Language) -> str:
    """How a column of a sheet is filled in; empty where its name says all."""
    known = _HELP_OF.get((sheet, column)) or _HELP.get(column)
    return translate(language, known) if known else ""


def told_sheet(name: str, language: Language) -> str:
    """What a sheet that somebody sent is called, by its name in a workbook or its file's; empty for a strange one."""
    file = f"{name.removesuffix('.csv')}.csv"
    return sheet_word(file, language) if file in SHEETS else ""


def told_column(column: str, language: Language) -> str:
    """What a column that somebody sent is called; empty for a strange one."""
    return column_word(column, language) if column in _COLUMNS else ""
