"""The words of booking: rules, slots, appointments, holds, the waiting list, records."""

from collections.abc import Mapping
from typing import Final

from ..booking.rules import Bar
from ..booking.state import Action, Channel, HoldState, Late, Status, WaitingStatus
from ..core.i18n import N_
from . import words_core as core
from .words_core import ColumnWords, Group, TableWords

LATE: Final = {
    Late.WALK_IN: N_("按现场取号排队"),
    Late.REBOOK: N_("须重新预约"),
}

CHANNELS: Final = {
    Channel.ONLINE: N_("网上"),
    Channel.PHONE: N_("电话"),
    Channel.ONSITE: N_("现场"),
}

STATUSES: Final = {
    Status.BOOKED: N_("已预约"),
    Status.CHECKED_IN: N_("已签到"),
    Status.CANCELLED: N_("已取消"),
    Status.MISSED: N_("爽约"),
}

ACTIONS: Final = {
    Action.BOOK: N_("确认预约"),
    Action.MOVE: N_("改期"),
    Action.CHECK_IN: N_("签到"),
    Action.CANCEL: N_("取消预约"),
    Action.MISS: N_("记为爽约"),
}

HOLD_STATES: Final = {
    HoldState.HELD: N_("保留中"),
    HoldState.CONFIRMED: N_("已预约"),
    HoldState.RELEASED: N_("已放回"),
    HoldState.EXPIRED: N_("已过时"),
}

WAITING: Final = {
    WaitingStatus.WAITING: N_("候补中"),
    WaitingStatus.OFFERED: N_("待确认"),
    WaitingStatus.TAKEN: N_("已约到"),
    WaitingStatus.LAPSED: N_("未确认"),
    WaitingStatus.WITHDRAWN: N_("已退出"),
}

BARRED: Final = {
    "": N_("没有限制"),
    Bar.NO_SHOWS: N_("多次爽约"),
    Bar.CANCELLATIONS: N_("多次取消"),
}

TABLES: Final[Mapping[str, TableWords]] = {
    "booking_rules": TableWords(
        N_("预约规则"),
        N_("一个大厅怎样接受预约，没有设置的大厅按默认值"),
        Group.BOOKING,
        {
            "hall_id": core.HALL,
            "slot_minutes": ColumnWords(
                N_("时段长度（分钟）"), N_("每个预约时段多长，5到240分钟；改动后未来的时段重新排")
            ),
            "share_percent": ColumnWords(
                N_("预约占比（%）"), N_("窗口办理能力中留给预约的比例，0到100；其余留给现场取号")
            ),
            "online_percent": ColumnWords(
                N_("网上上限（%）"), N_("一个时段的名额最多有百分之几可以网上预约，0到100；填0则不开放")
            ),
            "phone_percent": ColumnWords(
                N_("电话上限（%）"), N_("一个时段的名额最多有百分之几可以电话预约，0到100；填0则不开放")
            ),
            "onsite_percent": ColumnWords(
                N_("现场上限（%）"), N_("一个时段的名额最多有百分之几可以在大厅预约，0到100；填0则不开放")
            ),
            "days_ahead": ColumnWords(N_("可约天数"), N_("可以提前预约今后多少个工作日，0到60；填0则只能约当天")),
            "notice_minutes": ColumnWords(
                N_("最少提前（分钟）"), N_("网上和电话预约至少提前多久，0到10080分钟（7天）；现场预约不受限")
            ),
            "cancel_minutes": ColumnWords(
                N_("取消须提前（分钟）"), N_("办事人自己取消或改期至少提前多久，0到10080分钟（7天）")
            ),
            "hold_minutes": ColumnWords(
                N_("占位保留（分钟）"), N_("选好时段后填写信息期间为其保留多久，1到60分钟，过时放出")
            ),
            "a_day": ColumnWords(N_("每人每天次数"), N_("同一人一天最多预约几次，1到50次")),
            "no_shows": ColumnWords(N_("爽约几次受限"), N_("统计天数内爽约达到这么多次，暂停网上预约，1到50次")),
            "cancellations": ColumnWords(N_("取消几次受限"), N_("统计天数内取消达到这么多次，暂停网上预约，1到50次")),
            "counted_days": ColumnWords(N_("统计天数"), N_("爽约和取消只看最近这么多天，1到365天")),
            "barred_days": ColumnWords(N_("限制天数"), N_("受限后多少天不能网上预约，0到365天；填0则不限制")),
            "check_in_minutes": ColumnWords(N_("提前签到（分钟）"), N_("预约时间前多久开始可以签到，0到240分钟")),
            "grace_minutes": ColumnWords(N_("迟到宽限（分钟）"), N_("迟到不超过这么久仍按预约时间叫号，0到240分钟")),
            "late": ColumnWords(N_("迟到处理"), N_("超过宽限时间才来的人怎么办")),
            "offer_minutes": ColumnWords(
                N_("候补确认（分钟）"), N_("有空位后给候补的人多长时间确认，5到1440分钟，过时让给下一位")
            ),
            "portals": ColumnWords(
                N_("允许合作平台"), N_("勾选后，其他平台可以替已核实手机的人预约，不再发验证码；本系统网页始终验证")
            ),
            "keep_days": ColumnWords(N_("信息保留（天）"), N_("预约过后多少天清除姓名、电话等个人信息，1到3650天")),
        },
        {"late": LATE},
    ),
    "line_booking": TableWords(
        N_("队列预约设置"),
        N_("某个队列与大厅规则不同的地方，不填的按大厅规则"),
        Group.BOOKING,
        {
            "id": core.ID,
            "line_id": ColumnWords(N_("适用队列"), N_("每个队列只设一条")),
            "hall_id": core.HALL,
            "windows": ColumnWords(
                N_("预约窗口数"), N_("排时段时按几个窗口算，0到500；不填则按实际窗口，填0则不开放预约")
            ),
            "share_percent": ColumnWords(N_("预约占比（%）"), N_("本队列留给预约的比例，0到100；不填则按大厅规则")),
        },
    ),
    "slot": TableWords(
        N_("预约时段"),
        N_("各队列每天可约的时段和名额，由系统按办公时间排出"),
        Group.BOOKING,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "line_id": ColumnWords(N_("所属队列"), N_("是哪个队列的时段")),
            "day": ColumnWords(N_("预约日期"), N_("大厅当地的日期")),
            "starts_at": ColumnWords(N_("时段开始"), N_("签到的人按这个时间排队")),
            "ends_at": ColumnWords(N_("时段结束"), N_("时段到这个时间为止")),
            "capacity": ColumnWords(N_("名额"), N_("最多可约的人数，已约加保留不会超过它")),
            "fixed": ColumnWords(N_("手动设定"), N_("名额由人设定，系统重排时不改动")),
            "closed": ColumnWords(N_("停约"), N_("停办、改时间或没有窗口，不再接受预约")),
            "booked": ColumnWords(N_("已约"), N_("已预约的人数")),
            "held": ColumnWords(N_("保留中"), N_("正在填写信息或待候补确认的名额")),
            "online": ColumnWords(N_("网上已用"), N_("网上渠道用掉的名额")),
            "phone": ColumnWords(N_("电话已用"), N_("电话渠道用掉的名额")),
            "onsite": ColumnWords(N_("现场已用"), N_("现场渠道用掉的名额")),
            "online_cap": ColumnWords(N_("网上名额上限"), N_("网上最多可用的名额")),
            "phone_cap": ColumnWords(N_("电话名额上限"), N_("电话最多可用的名额")),
            "onsite_cap": ColumnWords(N_("现场名额上限"), N_("现场最多可用的名额")),
        },
    ),
    "appointment": TableWords(
        N_("预约记录"),
        N_("办事人约好的时间，签到后转为排队号"),
        Group.BOOKING,
        {
            "id": core.ID,
            "code": ColumnWords(N_("预约码"), N_("办事人查询和签到用的8位字母数字")),
            "hall_id": core.HALL,
            "slot_id": ColumnWords(N_("所约时段"), N_("约在哪个时段")),
            "item_id": ColumnWords(N_("办理事项"), N_("约的什么事项")),
            "day": ColumnWords(N_("预约日期"), N_("约在哪一天")),
            "channel": ColumnWords(N_("预约渠道"), N_("通过网上、电话还是现场预约")),
            "status": ColumnWords(N_("预约状态"), N_("已预约、已签到、已取消或爽约")),
            "ticket_id": ColumnWords(N_("签到后的号码"), N_("签到取得的排队号，签到前为空")),
            "at": ColumnWords(N_("预约于"), N_("什么时候预约的")),
            "ended_at": ColumnWords(N_("结束时刻"), N_("签到、取消或记为爽约的时间")),
            "moves": core.MOVES,
            "action": ColumnWords(N_("最近操作"), N_("最近一次对预约做了什么")),
            "actor": core.ACTOR,
            "changed_at": core.CHANGED,
            "note": core.NOTE,
            "visitor": core.VISITOR,
            "proxy": core.PROXY,
            "sealed": core.SEALED,
            "person": core.PERSON,
            "name_index": core.NAME_INDEX,
            "phone_index": core.PHONE_INDEX,
            "need": core.NEED,
            "language": core.LANGUAGE,
        },
        {"channel": CHANNELS, "status": STATUSES, "action": ACTIONS, "language": core.LANGUAGES},
    ),
    "hold": TableWords(
        N_("保留的名额"),
        N_("填写信息期间或候补确认前暂时保留的名额"),
        Group.BOOKING,
        {
            "id": core.ID,
            "key": core.KEY,
            "hall_id": core.HALL,
            "slot_id": ColumnWords(N_("所约时段"), N_("保留的是哪个时段的名额")),
            "item_id": ColumnWords(N_("办理事项"), N_("要办什么事项")),
            "channel": ColumnWords(N_("预约渠道"), N_("占用哪个渠道的名额")),
            "state": ColumnWords(N_("保留状态"), N_("保留中、已预约、已放回或已过时")),
            "at": ColumnWords(N_("保留于"), N_("什么时候开始保留")),
            "expires_at": ColumnWords(N_("保留到"), N_("到这个时间没有确认就放出")),
            "phone_index": core.PHONE_INDEX,
            "code_index": ColumnWords(N_("验证码摘要"), N_("用来核对短信验证码，表格中不显示")),
            "codes_sent": ColumnWords(N_("验证码发送次数"), N_("已发出几次验证码，次数有限")),
            "tries": ColumnWords(N_("验证码试错次数"), N_("填错了几次，错得过多须重新获取")),
            "verified": ColumnWords(N_("手机已验证"), N_("短信验证码核对无误")),
        },
        {"channel": CHANNELS, "state": HOLD_STATES},
    ),
    "waiting": TableWords(
        N_("候补名单"),
        N_("当天约满后登记候补的人，按先后通知空位"),
        Group.BOOKING,
        {
            "id": core.ID,
            "key": core.KEY,
            "hall_id": core.HALL,
            "line_id": ColumnWords(N_("所属队列"), N_("候补哪个队列的名额")),
            "item_id": ColumnWords(N_("办理事项"), N_("要办什么事项")),
            "day": ColumnWords(N_("预约日期"), N_("候补哪一天")),
            "since": ColumnWords(N_("最早时间"), N_("当天这个时间以后才能来")),
            "until": ColumnWords(N_("最晚时间"), N_("当天这个时间以前才能来")),
            "channel": ColumnWords(N_("预约渠道"), N_("占用哪个渠道的名额")),
            "status": ColumnWords(N_("候补状态"), N_("候补中、待确认、已约到、未确认或已退出")),
            "at": ColumnWords(N_("登记时间"), N_("按登记先后通知")),
            "hold_id": ColumnWords(N_("让出的名额"), N_("通知他确认的那个名额")),
            "ended_at": ColumnWords(N_("结束时刻"), N_("约到、过时或退出的时间")),
            "visitor": core.VISITOR,
            "proxy": core.PROXY,
            "sealed": core.SEALED,
            "person": core.PERSON,
            "name_index": core.NAME_INDEX,
            "phone_index": core.PHONE_INDEX,
            "need": core.NEED,
            "language": core.LANGUAGE,
        },
        {"channel": CHANNELS, "status": WAITING, "language": core.LANGUAGES},
    ),
    "visitor_record": TableWords(
        N_("爽约与限制"),
        N_("因多次爽约或取消而暂停网上预约的人"),
        Group.BOOKING,
        {
            "hall_id": core.HALL,
            "person": core.PERSON,
            "barred_until": ColumnWords(N_("限制到"), N_("这个时间以前不能网上预约；可电话预约或到大厅取号")),
            "barred_for": ColumnWords(N_("限制原因"), N_("因爽约还是因频繁取消")),
            "counted_from": ColumnWords(N_("重新起算"), N_("此前的爽约和取消不再计算")),
            "lifted_by": ColumnWords(N_("解除人"), N_("谁解除了限制")),
            "lifted_why": ColumnWords(N_("解除理由"), N_("解除限制时写明的理由")),
        },
        {"barred_for": BARRED},
    ),
}
