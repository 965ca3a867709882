"""The words of what a hall is made of: zones, departments, lines, windows, agencies, priorities, templates."""

from collections.abc import Mapping
from typing import Final

from ..core.i18n import N_
from ..queue.hall import Kind
from ..queue.told import USUAL
from ..queue.window import WindowState
from . import words_core as core
from .words_core import ColumnWords, Group, TableWords

KINDS: Final = {
    Kind.ORDINARY: N_("普通"),
    Kind.COMPREHENSIVE: N_("综合窗口"),
    Kind.FIRST_INQUIRY: N_("首问责任岗"),
    Kind.COMPLAINT: N_("投诉"),
}

STATES: Final = {
    WindowState.OPEN: N_("正在服务"),
    WindowState.PAUSED: N_("暂停服务"),
    WindowState.CLOSED: N_("未开"),
}


TABLES: Final[Mapping[str, TableWords]] = {
    "hall": TableWords(
        N_("大厅"),
        N_("大厅的名称、时区和办事规矩，改动后各屏幕立即生效"),
        Group.HALL,
        {
            "id": core.ID,
            "code": ColumnWords(
                N_("大厅标识"),
                N_(
                    "网址和命令里用的代码：小写字母、数字和连字符，最多40个字。建立后不能修改，否则旧网址和设备上的地址会失效"
                ),
            ),
            "name": ColumnWords(N_("大厅名称"), N_("办事人在首页、小票、大屏和短信里看到的名称")),
            "name_en": ColumnWords(N_("英文名称"), N_("英文页面和英文短信里的名称，可不填，不填则用中文名称")),
            "timezone": ColumnWords(N_("时区"), N_("办公时间、预约和期限按此时区计算，如 Asia/Shanghai")),
            "ticker": ColumnWords(N_("大屏滚动通知"), N_("在大屏底部滚动显示的文字，不填则不显示")),
            "recalls_before_missed": ColumnWords(N_("重呼次数"), N_("至少重呼这么多次，窗口才能标记过号，0到9次")),
            "return_after": ColumnWords(
                N_("过号后退几位"), N_("过号的人回来重新排队，排在接下来的这么多人之后，0到50人")
            ),
            "keep_parked": ColumnWords(N_("挂起的号过夜保留"), N_("勾选后，挂起的号下班时不失效，改天可以继续办理")),
            "always_open": ColumnWords(N_("全天取号"), N_("勾选后，非办公时间也可取号，供演示和培训用")),
            "open_on_holidays": ColumnWords(N_("节假日照常办公"), N_("勾选后，法定节假日按当天星期的办公时间开放")),
            "call_text": ColumnWords(
                N_("叫号词"), N_("叫号时播报和显示的话，必须有{number}和{window}，还可用{zone}、{line}")
            ),
            "call_text_en": ColumnWords(N_("英文叫号词"), N_("为英语来访者叫号时用的话，字段写法与叫号词相同")),
            "quiet_from": ColumnWords(
                N_("静音开始"), N_("从这个时间起大屏只显示、不出声；起止要么都填，要么都不填，可以跨零点")
            ),
            "quiet_until": ColumnWords(N_("静音结束"), N_("到这个时间恢复播报；与静音开始同时填写或同时留空")),
            "complaint_phone": ColumnWords(N_("监督电话"), N_("印在工作人员公示牌上，供办事人投诉监督")),
            "wait_limit_minutes": ColumnWords(
                N_("等候上限（分钟）"), N_("有人等候超过这个时间，值班台会提示超时，1到480分钟；队列可另设")
            ),
            "postpone_minutes": ColumnWords(
                N_("可延后（分钟）"), N_("等候的人可以往后让一次的时间，0到60分钟；填0则不允许延后")
            ),
        },
    ),
    "zone": TableWords(
        N_("大厅区域"),
        N_("办事人能按名称找到的地方，如“A区1楼”"),
        Group.HALL,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "name": ColumnWords(N_("区域名称"), N_("小票和大屏上指路用的名称，同一大厅内不能重复")),
        },
    ),
    "department": TableWords(
        N_("进驻部门"),
        N_("在大厅设有窗口或事项的部门和单位"),
        Group.HALL,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "code": ColumnWords(N_("部门代码"), N_("导入导出文件里用来对应部门，最多20个字，同一大厅内不能重复")),
            "name": ColumnWords(N_("部门名称"), N_("办事指南、文书和窗口信息上显示的全称")),
            "zone_id": ColumnWords(N_("所在区域"), N_("部门在大厅的哪个区域，用于指路")),
        },
    ),
    "line": TableWords(
        N_("队列"),
        N_("办事人排的队，每个队列有自己的号码字头"),
        Group.HALL,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "prefix": ColumnWords(N_("号码字头"), N_("排队号开头的1到4个大写字母，如“A”给出A001，同一大厅内不能重复")),
            "name": ColumnWords(N_("队列名称"), N_("取号机和小票上显示的业务名称")),
            "zone_id": ColumnWords(N_("等候区域"), N_("取号后请办事人到哪个区域等候")),
            "kind": ColumnWords(N_("队列类型"), N_("说不清要办什么的人排到首问责任岗队列，投诉排到投诉队列")),
            "call_text": ColumnWords(N_("叫号词"), N_("本队列专用的叫号词，必须有{number}和{window}；不填则用大厅的")),
            "call_text_en": ColumnWords(N_("英文叫号词"), N_("本队列专用的英文叫号词；不填则用大厅的")),
            "wait_limit_minutes": ColumnWords(
                N_("等候上限（分钟）"), N_("本队列有人等候超过这个时间时提示值班长，1到480分钟；不填则按大厅规定")
            ),
        },
        {"kind": KINDS},
    ),
    "window": TableWords(
        N_("服务窗口"),
        N_("大厅里的窗口，窗口号写在窗口上方"),
        Group.HALL,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "number": ColumnWords(N_("窗口号"), N_("写在窗口上方、叫号时报的号码，如“A01”，同一大厅内不能重复")),
            "name": ColumnWords(N_("窗口名称"), N_("窗口屏和窗口列表上显示的名称")),
            "zone_id": ColumnWords(N_("所在位置"), N_("窗口在哪个区域，叫号和小票据此指路")),
            "kind": ColumnWords(N_("窗口类型"), N_("专窗无人时，由综合窗口受理；仍无人时由首问责任岗代为接收")),
            "department_id": ColumnWords(N_("所属部门"), N_("窗口由哪个部门派人")),
            "state": ColumnWords(N_("窗口状态"), N_("未开的窗口不叫号、不派号；平时由工作人员在工作台上开关")),
            "pause_reason": ColumnWords(N_("暂停原因"), N_("暂停服务时显示在窗口屏上，只有暂停时才能填写")),
            "back_at": ColumnWords(N_("预计恢复"), N_("预计什么时候恢复服务，只有暂停时才能填写")),
            "state_since": ColumnWords(N_("状态起始时间"), N_("最近一次开窗、暂停或关窗的时间，由系统记录")),
        },
        {"kind": KINDS, "state": STATES},
    ),
    "window_line": TableWords(
        N_("窗口受理队列"),
        N_("哪个窗口受理哪些队列，忙时先顾自己的队列"),
        Group.HALL,
        {
            "id": core.ID,
            "window_id": ColumnWords(N_("受理窗口"), N_("由哪个窗口受理")),
            "line_id": ColumnWords(N_("受理的队列"), N_("该窗口受理哪个队列，同一窗口每个队列只填一次")),
            "hall_id": core.HALL,
            "handicap_minutes": ColumnWords(
                N_("帮办差时（分钟）"),
                N_("0表示本窗队列；大于0表示支援：该队列的人要多等这么久，本窗才先叫他，0到240分钟"),
            ),
        },
    ),
    "agency": TableWords(
        N_("外部机构"),
        N_("本中心办不了的事项由哪里办，首问责任岗据此指引"),
        Group.HALL,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "name": ColumnWords(N_("机构名称"), N_("承办机构的全称，同一大厅内不能重复")),
            "address": ColumnWords(N_("机构地址"), N_("告知办事人并印在指引单上的地址")),
            "phone": ColumnWords(N_("机构电话"), N_("供办事人去之前核实，可不填")),
        },
    ),
    "priority": TableWords(
        N_("优先类别"),
        N_("对外公布的优先办理对象，如老年人、残疾人、军人"),
        Group.HALL,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "code": ColumnWords(N_("类别代码"), N_("接口和文件里用的代码，最多20个字，同一大厅内不能重复")),
            "name": ColumnWords(N_("类别名称"), N_("取号时可选、小票和工作台上显示的名称")),
            "name_en": ColumnWords(N_("英文名称"), N_("英文页面上的名称，可不填")),
            "credit_minutes": ColumnWords(N_("优先分钟"), N_("排队时视为早到这么多分钟，1到120分钟；每次使用都有记录")),
        },
    ),
    "message_template": TableWords(
        N_("短信模板"),
        N_("发给办事人的短信用语，没有设置的用系统默认用语"),
        Group.HALL,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "kind": ColumnWords(N_("消息类型"), N_("这段话用于哪一类通知，每类每种语言只设一条")),
            "language": ColumnWords(N_("消息语言"), N_("这段话用于哪种语言的收信人")),
            "text": ColumnWords(N_("消息内容"), N_("短信正文，花括号里的字段由系统填写，必需的字段不能删")),
        },
        {"kind": {kind: usual.when for kind, usual in USUAL.items()}, "language": core.LANGUAGES},
    ),
}
