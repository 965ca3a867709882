"""The words of items with their versions, and of when a hall is open."""

from collections.abc import Mapping
from typing import Final

from ..cases.state import KINDS as CASE_KINDS
from ..core.i18n import N_
from ..queue.hall import ITEM_KINDS
from . import words_core as core
from .words_core import ColumnWords, Group, TableWords

KINDS: Final = {kind: CASE_KINDS[kind] for kind in ITEM_KINDS}
WEEKDAYS: Final = {
    1: N_("星期一"),
    2: N_("星期二"),
    3: N_("星期三"),
    4: N_("星期四"),
    5: N_("星期五"),
    6: N_("星期六"),
    7: N_("星期日"),
}

TABLES: Final[Mapping[str, TableWords]] = {
    "item": TableWords(
        N_("事项"),
        N_("办事人来办的事，决定排哪个队、要什么材料、多久办结"),
        Group.ITEMS,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "code": ColumnWords(N_("事项编码"), N_("事项的统一编码，同一大厅内不能重复")),
            "department_id": ColumnWords(N_("负责部门"), N_("由哪个部门负责，其责任链处理提醒")),
            "line_id": ColumnWords(N_("排队队列"), N_("在本大厅排哪个队列；与外部机构只能填一个")),
            "agency_id": ColumnWords(
                N_("外部办理机构"), N_("不在本大厅办理时，由哪个外部机构办；与排队队列只能填一个")
            ),
            "name": ColumnWords(N_("事项名称"), N_("取号、预约、办指南和文书上显示的名称")),
            "initials": ColumnWords(N_("拼音首字母"), N_("取号机按首字母查找用，如“sfz”；小写字母和数字")),
            "audience": ColumnWords(N_("服务对象"), N_("个人、法人，或“个人/法人”")),
            "case_kind": ColumnWords(N_("办件类型"), N_("决定受理后的办理流程和期限算法；即办件当天办结")),
            "statutory_days": ColumnWords(
                N_("法定时限（工作日）"), N_("法律规定的办理期限，以工作日计，不能少于承诺时限")
            ),
            "promised_days": ColumnWords(
                N_("承诺时限（工作日）"), N_("对外承诺的办理期限，以工作日计；即办件必须填0，其他至少1个工作日")
            ),
            "bookable": ColumnWords(N_("可预约"), N_("勾选后可以预约办理，所在队列会排出预约时段")),
            "minutes_mean": ColumnWords(
                N_("平均办理（分钟）"), N_("办一件平均要多久，用于估算等候时间和安排预约名额，必须大于0")
            ),
            "minutes_sd": ColumnWords(
                N_("办理时间波动（分钟）"), N_("办理时间的标准差，用于给出等候时间的范围，不能小于0")
            ),
            "popularity": ColumnWords(
                N_("日均办件"), N_("平时一个工作日大约多少人来办，多的排在取号机前面，不能小于0")
            ),
            "fee_yuan": ColumnWords(N_("收费（元）"), N_("办理要交的费用，不收费填0")),
            "materials": ColumnWords(N_("应交材料"), N_("要带的材料清单，窗口据此核对并一次性告知")),
            "basis": ColumnWords(N_("设定依据"), N_("办事指南里的法律依据，最多1000字")),
            "conditions": ColumnWords(N_("受理条件"), N_("办事指南里的受理条件，最多1000字")),
            "procedure": ColumnWords(N_("办理流程"), N_("办事指南里的办理步骤，最多1000字")),
            "steps": ColumnWords(N_("环节与时限"), N_("每个环节的名称、工作日和责任岗位，合计不超过承诺时限")),
            "form_only": ColumnWords(
                N_("只作形式审查"), N_("只看材料形式的事项必须即来即办，勾选后办件类型须为即办件")
            ),
            "complex": ColumnWords(N_("复杂事项"), N_("没有写明时限时，复杂事项按7个工作日，一般事项按3个")),
        },
        {"case_kind": KINDS},
    ),
    "item_version": TableWords(
        N_("事项版本"),
        N_("事项每次修改自动留下的版本，已受理的办件按原版本办理"),
        Group.ITEMS,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "item_id": ColumnWords(N_("所属事项"), N_("是哪个事项的版本")),
            "version": ColumnWords(N_("版本号"), N_("从1起逐次加1，由系统编排")),
            "at": ColumnWords(N_("生效时间"), N_("从这时起，新受理的办件按此版本办理")),
            "name": ColumnWords(N_("事项名称"), N_("当时的事项名称")),
            "case_kind": ColumnWords(N_("办件类型"), N_("当时的办件类型")),
            "statutory_days": ColumnWords(N_("法定时限（工作日）"), N_("当时的法定期限，以工作日计")),
            "promised_days": ColumnWords(N_("承诺时限（工作日）"), N_("当时对外承诺的期限，以工作日计")),
            "fee_yuan": ColumnWords(N_("收费（元）"), N_("当时的收费")),
            "materials": ColumnWords(N_("应交材料"), N_("当时要求的材料")),
            "basis": ColumnWords(N_("设定依据"), N_("当时的法律依据")),
            "conditions": ColumnWords(N_("受理条件"), N_("当时的受理条件")),
            "procedure": ColumnWords(N_("办理流程"), N_("当时的办理步骤")),
            "steps": ColumnWords(N_("环节与时限"), N_("当时的环节、工作日和责任岗位")),
            "form_only": ColumnWords(N_("只作形式审查"), N_("当时是否只作形式审查")),
            "complex": ColumnWords(N_("复杂事项"), N_("当时是否为复杂事项")),
        },
    ),
    "hours": TableWords(
        N_("每周办公时间"),
        N_("每个星期几的办公时段，一天两段之间即为午休"),
        Group.HOURS,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "line_id": ColumnWords(N_("适用队列"), N_("不填为全大厅的办公时间，填了只对该队列有效")),
            "weekday": ColumnWords(N_("星期几"), N_("这段时间在每周的哪一天")),
            "opens": ColumnWords(N_("开始时间"), N_("开始办公的时间，须早于结束时间")),
            "closes": ColumnWords(N_("结束时间"), N_("结束办公的时间，此后不再取号")),
            "since": ColumnWords(N_("时令开始"), N_("只在一段日期内有效时填写，如夏令时间；起止要么都填，要么都不填")),
            "until": ColumnWords(N_("时令结束"), N_("含当天，不能早于时令开始")),
        },
        {"weekday": WEEKDAYS},
    ),
    "hours_exception": TableWords(
        N_("停办与特殊时间"),
        N_("某一天停办或另有办公时间，优先于每周办公时间。已有人预约的日子请用表单“停办一天”，会逐一短信通知"),
        Group.HOURS,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "line_id": ColumnWords(N_("适用队列"), N_("不填为全大厅，填了只对该队列有效")),
            "day": ColumnWords(N_("适用日期"), N_("只在这一天有效。有人预约的日子请用“停办一天”，以便逐一通知")),
            "opens": ColumnWords(N_("开始时间"), N_("当天的开始时间；开始和结束都不填表示全天停办")),
            "closes": ColumnWords(N_("结束时间"), N_("当天的结束时间，须晚于开始时间；与开始时间同时填写或同时留空")),
            "reason": ColumnWords(N_("停办或调整原因"), N_("必填，会在办公时间旁告知办事人")),
            "reason_en": ColumnWords(N_("英文原因"), N_("英文页面上的原因，可不填")),
        },
    ),
    "working_day": TableWords(
        N_("工作日调整"),
        N_("与国家公布的放假安排不同的日子，办理期限按此计算"),
        Group.HOURS,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "day": ColumnWords(N_("日历日期"), N_("每个日期只填一次")),
            "working": ColumnWords(N_("算工作日"), N_("勾选为工作日（如调休上班），不勾选为休息日，期限顺延")),
            "name": ColumnWords(N_("节日或说明"), N_("必填，如“国庆节调休”，计时过程里会写明")),
        },
    ),
}
