"""What the database refuses when the administration changes something, in words that say what to do.

Every CHECK, UNIQUE and foreign key of what can be edited has its words here, by name; a test walks the tables and names
the one that has none.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.exc import DBAPIError, IntegrityError

from ..core.db import Base, violated
from ..core.errors import Conflict, Invalid, Problem
from ..core.i18n import N_, Language, translate
from . import words

REFUSALS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # halls, windows, lines
        "uq_hall_code": N_("该大厅标识已被使用，请换一个"),
        "ck_hall_recalls_bounded": N_("重呼次数应在0到9次之间"),
        "ck_hall_return_bounded": N_("过号后应排在0到50人之后"),
        "ck_hall_wait_limit_bounded": N_("等候上限应在1到480分钟之间"),
        "ck_hall_postpone_bounded": N_("可延后时间应在0到60分钟之间，填0则不允许延后"),
        "ck_hall_quiet_has_both_ends": N_("静音的开始和结束要么都填，要么都不填"),
        "uq_zone_hall_id_name": N_("本大厅已有同名的区域"),
        "uq_department_hall_id_code": N_("该部门代码已被使用，请换一个"),
        "uq_line_hall_id_prefix": N_("该号码字头已被其他队列使用，请换一个"),
        "ck_line_kind_known": N_("请从列表中选择队列类型"),
        "ck_line_wait_limit_bounded": N_("等候上限应在1到480分钟之间，不填则按大厅规定"),
        "uq_window_hall_id_number": N_("该窗口号已被使用，请换一个"),
        "ck_window_kind_known": N_("请从列表中选择窗口类型"),
        "ck_window_state_known": N_("请从列表中选择窗口状态"),
        "ck_window_reason_while_paused": N_("只有暂停服务的窗口才能填写暂停原因和预计恢复时间"),
        "ck_window_line_handicap_bounded": N_("帮办差时应在0到240分钟之间，本窗队列填0"),
        "uq_agency_hall_id_name": N_("本大厅已有同名的外部机构"),
        "uq_priority_hall_id_code": N_("该类别代码已被使用，请换一个"),
        "ck_priority_credit_bounded": N_("优先分钟应在1到120之间"),
        # items
        "uq_item_hall_id_code": N_("该事项编码已被使用，请核对"),
        "ck_item_case_kind_known": N_("请从列表中选择办件类型"),
        "ck_item_figures_not_negative": N_("日均办件和收费不能小于0"),
        "ck_item_form_only_immediate": N_("只作形式审查的事项必须是即办件，请改办件类型或取消勾选"),
        "ck_item_immediate_same_day": N_("即办件当日办结，承诺时限应填0"),
        "ck_item_limit_named": N_("除即办件外，承诺时限至少1个工作日"),
        "ck_item_minutes_positive": N_("平均办理时间应大于0，时间波动不能小于0"),
        "ck_item_promise_within_statute": N_("承诺时限不能小于0，也不能超过法定时限"),
        "ck_item_served_here_or_elsewhere": N_("排队队列和外部办理机构必须填一个，且只能填一个"),
        "ck_item_version_version_positive": N_("版本号应大于0"),
        "uq_item_version_item_id_version": N_("该事项已有这个版本"),
        "item_version_kept": N_("事项版本由系统自动留存，不能改动；请直接修改事项"),
        # hours
        "uq_hours_hall": N_("大厅当天已有同一时间开始的办公时段"),
        "uq_hours_hall_season": N_("该时令内，大厅当天已有同一时间开始的办公时段"),
        "uq_hours_line": N_("该队列当天已有同一时间开始的办公时段"),
        "uq_hours_line_season": N_("该时令内，该队列当天已有同一时间开始的办公时段"),
        "ck_hours_weekday_known": N_("星期几应填1到7，1为星期一，7为星期日"),
        "ck_hours_opens_before_closes": N_("开始时间应早于结束时间"),
        "ck_hours_season_has_both_ends": N_("时令的开始和结束日期要么都填，要么都不填"),
        "ck_hours_since_not_after_until": N_("时令的结束日期不能早于开始日期"),
        "uq_hours_exception_hall": N_("大厅这一天已有同一时间开始的时段"),
        "uq_hours_exception_hall_closed": N_("大厅这一天已停办"),
        "uq_hours_exception_line": N_("该队列这一天已有同一时间开始的时段"),
        "uq_hours_exception_line_closed": N_("该队列这一天已停办"),
        "ck_hours_exception_spell_has_both_ends": N_("开始和结束时间要么都填，要么都不填；都不填表示全天停办"),
        "ck_hours_exception_opens_before_closes": N_("开始时间应早于结束时间"),
        "ck_hours_exception_says_why": N_("请写明停办或调整的原因，办事人会看到"),
        "ck_working_day_says_why": N_("请写明是什么节日或为什么调整"),
        # booking
        "pk_booking_rules": N_("该大厅已有预约规则，请直接修改"),
        "ck_booking_rules_slot_bounded": N_("时段长度应在5到240分钟之间"),
        "ck_booking_rules_percents": N_("预约占比和各渠道上限都应在0到100之间"),
        "ck_booking_rules_ahead_bounded": N_("可约天数应在0到60个工作日之间"),
        "ck_booking_rules_notice_bounded": N_("最少提前和取消须提前都应在0到10080分钟（7天）之间"),
        "ck_booking_rules_hold_bounded": N_("占位保留应在1到60分钟之间，候补确认应在5到1440分钟之间"),
        "ck_booking_rules_a_day_bounded": N_("每人每天次数应在1到50次之间"),
        "ck_booking_rules_sanctions_bounded": N_("爽约、取消次数应在1到50次，统计天数1到365天，限制天数0到365天"),
        "ck_booking_rules_check_in_bounded": N_("提前签到和迟到宽限都应在0到240分钟之间"),
        "ck_booking_rules_late_known": N_("请从列表中选择迟到处理方式"),
        "ck_booking_rules_keep_bounded": N_("信息保留应在1到3650天之间"),
        "ck_line_booking_bounded": N_("预约窗口数应在0到500之间，预约占比应在0到100之间"),
        # people
        "uq_staff_user_id": N_("该账号已归其他工作人员使用"),
        "uq_staff_hall_id_badge": N_("该工号已被使用，请换一个"),
        "ck_staff_role_known": N_("请从列表中选择身份"),
        "ck_staff_hall_unless_admin": N_("除管理员外，工作人员必须选择所属大厅"),
        "uq_piccolo_user_username": N_("该用户名已被使用，请换一个"),
        "uq_piccolo_user_email": N_("该电子邮箱已被其他账号使用"),
        "uq_post_hall_id_name": N_("本大厅已有同名的岗位"),
        "ck_post_holder_part_known": N_("请选择A岗或B岗"),
        "ck_post_holder_since_before_until": N_("任职截止日期不能早于开始日期"),
        "uq_post_holder_current": N_("该岗位的A岗或B岗已有人担任，请先填写前任的截止日期"),
        "uq_duty_window": N_("该窗口已有人在岗，请先办理其离岗"),
        "uq_duty_staff": N_("该工作人员正在其他窗口上岗，请先离岗"),
        "ck_duty_since_before_until": N_("离岗时间不能早于上岗时间"),
        "ck_roster_part_known": N_("请从列表中选择值班类别"),
        "ck_chain_step_chain_known": N_("请从列表中选择责任链"),
        "ck_chain_step_level_bounded": N_("级别应在1到9之间"),
        "ck_chain_step_after_bounded": N_("等候时间应在0到720小时之间"),
        "ck_chain_step_reaches_somebody": N_("提醒对象和提醒电话至少填一个"),
        "uq_chain_step_hall": N_("该责任链已有这一级，请改级别"),
        "uq_chain_step_department": N_("该部门的责任链已有这一级，请改级别"),
        # boards and devices
        "ck_slide_shows_something": N_("请填写文字，或选择图片、视频"),
        "ck_slide_seconds_bounded": N_("显示时间应在3到600秒之间"),
        "ck_slide_since_before_until": N_("开始播放时间应早于结束播放时间"),
        "uq_device_token_hash": N_("该令牌已被使用，请重新发放"),
        "ck_device_kind_known": N_("请从列表中选择设备类型"),
        "ck_device_printer_has_address": N_("打印机必须填写地址，其他设备不填"),
        "ck_device_token_unless_printer": N_("取号机和屏幕须用“登记设备”添加，打印机没有令牌"),
        "ck_device_only_kiosks_print": N_("只有取号机可以指定打印机"),
        # cases
        "pk_case_rules": N_("该大厅已有办件规则，请直接修改"),
        "ck_case_rules_warning_bounded": N_("黄灯提前应在0到30个工作日之间"),
        "ck_case_rules_handover_bounded": N_("转交接收时间应在1到1440分钟之间"),
        "ck_case_rules_matter_bounded": N_("请示答复时间应在1到240小时之间"),
        "ck_case_rules_custody_bounded": N_("代收转交应在1到30个工作日之间"),
        "ck_case_rules_keep_bounded": N_("信息保留应在30到18250天之间"),
        # messages and planned seats
        "ck_seat_since_before_until": N_("排班截止日期不能早于开始日期"),
        "seat_staff_taken": N_("该工作人员这几天已排在其他窗口，请先改原来的排班"),
        "seat_window_taken": N_("该窗口这几天已排了其他人，请先改原来的排班"),
        "seat_same_hall": N_("只能安排本大厅的工作人员"),
        "uq_window_line_window_id_line_id": N_("该窗口已受理这个队列，不必重复添加"),
        "uq_working_day_hall_id_day": N_("这个日期已经设置过，请直接修改"),
        "uq_roster_hall_id_day_part": N_("这一天已排过这类值班，请直接修改"),
        "uq_line_booking_line_id": N_("该队列已有预约设置，请直接修改"),
        "uq_message_template_kind": N_("这类消息已有这种语言的模板，请直接修改"),
        "ck_message_template_kind_known": N_("请从列表中选择消息类型"),
        "ck_message_template_language_known": N_("请从列表中选择语言"),
        "ck_message_template_says_something": N_("请填写消息内容"),
        "ck_message_template_text_bounded": N_("消息内容最多300个字"),
        "ck_message_template_officers_in_chinese": N_("发给工作人员的短信只用中文"),
    }
)
"""Name of a CHECK, a UNIQUE, a primary key that people fill in, or a trigger -> message id."""

CHOOSE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "hall": N_("没有这个大厅，请重新选择"),
        "zone": N_("没有这个区域，请选择本大厅的区域"),
        "department": N_("没有这个部门，请选择本大厅的部门"),
        "line": N_("没有这个队列，请选择本大厅的队列"),
        "window": N_("没有这个窗口，请选择本大厅的窗口"),
        "agency": N_("没有这个外部机构，请选择本大厅登记的机构"),
        "item": N_("没有这个事项，请选择本大厅的事项"),
        "media": N_("没有这个图片或视频，请从本大厅的素材库选择"),
        "piccolo_user": N_("没有这个账号，请重新选择"),
        "staff": N_("没有这个工作人员，请重新选择"),
        "post": N_("没有这个岗位，请重新选择"),
        "device": N_("没有这台打印机，请选择本大厅的打印机"),
    }
)
"""Table that a foreign key leads to -> message id, where there is no such row in the hall."""

_TAKEN: Final = N_("“{table}”中已有相同的内容，请核对")
_BROKEN: Final = N_("“{table}”的内容不符合规定，请核对后再保存")
_USED_BY: Final = N_("“{table}”中还有记录在使用它，请先处理那些记录")
_IN_USE: Final = N_("已有记录在使用它，不能删除或改动")
_UNKNOWN_OR_IN_USE: Final = N_("引用的内容不存在或仍被使用")
_MISSING: Final = N_("请填写“{column}”")
_TOO_LONG: Final = N_("“{column}”最多 {limit} 个字")

# SQLSTATE -> message id: what PostgreSQL finds wrong with a value before it looks at any constraint.
_VALUES: Final = {
    "22001": N_("填写的内容过长，请缩短后再保存"),
    "22003": N_("填写的数值过大或过小，请核对"),
}
_MALFORMED: Final = N_("填写的内容格式不对，请核对")


def too_long(column: str, limit: int) -> Invalid:
    """The refusal of a text of more than ``limit`` characters; ``column``: its label, in the reader's language."""
    return Invalid(_TOO_LONG, code="too_long", column=column, limit=limit)


def refusal(error: DBAPIError, table: str, language: Language, *, removing: bool = False) -> Problem:
    """What the reader is told when the database refuses a change of ``table``, or the removal of a row of it.

    Conflict: it meets what is there already (taken, in use, kept for ever). Invalid: the values cannot be. Its ``code``
    is the constraint's name where there is one.
    """
    if not isinstance(error, IntegrityError):
        state = getattr(error.orig, "sqlstate", None)
        if state not in _VALUES and "out of" in str(error.orig):  # the driver looked first, and did not send it
            state = "22003"
        return Invalid(_VALUES.get(state or "", _MALFORMED), code="invalid_value")
    if (column := _missing(error)) is not None:
        known = words.TABLES[table].columns.get(column) if table in words.TABLES else None
        return Invalid(_MISSING, code="missing", column=translate(language, known.label) if known else column)
    name = violated(error)
    if name is None:  # SQLite does not say which foreign key
        return Conflict(_IN_USE, code="in_use") if removing else Invalid(_UNKNOWN_OR_IN_USE, code="unknown_or_in_use")
    if (key := _foreign_keys().get(name)) is not None:
        return _reference(key, table, language, removing=removing)
    kind = Conflict if name.startswith(("uq_", "pk_")) or name.endswith(("_kept", "_taken")) else Invalid
    usual = _TAKEN if kind is Conflict else _BROKEN
    return kind(REFUSALS.get(name, usual), code=name, table=words.label(table, language))


def _reference(key: ForeignKeyConstraint, table: str, language: Language, *, removing: bool) -> Problem:
    """A row that refers to nothing, or, where another table's key is named, one that others still refer to."""
    name = str(key.name)
    if key.table.name == table and not removing:
        return Invalid(CHOOSE.get(key.referred_table.name, _UNKNOWN_OR_IN_USE), code=name)
    if key.table.name in words.TABLES:
        return Conflict(_USED_BY, code=name, table=words.label(key.table.name, language))
    return Conflict(_IN_USE, code=name)


def _foreign_keys() -> Mapping[str, ForeignKeyConstraint]:
    return {
        str(constraint.name): constraint
        for table in Base.metadata.tables.values()
        for constraint in table.foreign_key_constraints
    }


def _missing(error: IntegrityError) -> str | None:
    """The column that must not be empty, where that is what was refused."""
    cause: Any = error.orig.__cause__ if error.orig is not None else None
    if getattr(cause, "sqlstate", None) == "23502":
        return str(cause.column_name)
    found = re.search(r"NOT NULL constraint failed: \w+\.(\w+)", str(error.orig))
    return found[1] if found else None
