"""The words of what happened: tickets, the journal, messages, the audit trail."""

from collections.abc import Mapping
from typing import Final

from ..core import gateways, message
from ..core.i18n import N_
from ..queue.ticket import Action, Channel, Status
from . import words_core as core
from .words_core import ColumnWords, Group, TableWords

STATUSES: Final = {
    Status.WAITING: N_("等候中"),
    Status.CALLED: N_("已叫号"),
    Status.SERVING: N_("办理中"),
    Status.PARKED: N_("已挂起"),
    Status.DONE: N_("已办结"),
    Status.MISSED: N_("已过号"),
    Status.CANCELLED: N_("已取消"),
    Status.EXPIRED: N_("已失效"),
}

CHANNELS: Final = {
    Channel.KIOSK: N_("取号机"),
    Channel.DESK: N_("导办台"),
    Channel.WEB: N_("网上"),
    Channel.PHONE: N_("电话"),
}

ACTIONS: Final = {
    Action.ISSUE: N_("取号"),
    Action.CALL: N_("呼叫"),
    Action.RECALL: N_("重呼"),
    Action.START: N_("开始办理"),
    Action.PARK: N_("挂起"),
    Action.RESUME: N_("恢复"),
    Action.TRANSFER: N_("转移"),
    Action.REQUEUE: N_("重新排队"),
    Action.COMPLETE: N_("办结"),
    Action.MISS: N_("过号"),
    Action.CANCEL: N_("取消此号"),
    Action.EXPIRE: N_("当日失效"),
    Action.POSTPONE: N_("延后"),
    Action.UNDO: N_("撤销操作"),
}

SENT_BY: Final = {
    gateways.Channel.SMS: N_("短信"),
    gateways.Channel.EMAIL: N_("电子邮件"),
}

MESSAGE_STATES: Final = {
    message.State.QUEUED: N_("待发送"),
    message.State.SENDING: N_("发送中"),
    message.State.SENT: N_("已发送"),
    message.State.FAILED: N_("发送失败"),
    message.State.WITHDRAWN: N_("已撤回"),
}

AUDITED: Final = {
    "create": N_("新增"),
    "edit": N_("修改"),
    "delete": N_("删除"),
    "look": N_("查看个人信息"),
    "form": N_("表单操作"),
    "import": N_("导入大厅"),
    "sign_in": N_("登录"),
    "sign_in_failed": N_("登录失败"),
    "sign_out": N_("退出登录"),
}

TABLES: Final[Mapping[str, TableWords]] = {
    "ticket": TableWords(
        N_("排队号码"),
        N_("每个办事人的排队号和办理经过"),
        Group.RECORDS,
        {
            "id": core.ID,
            "key": core.KEY,
            "hall_id": core.HALL,
            "business_day": ColumnWords(N_("营业日期"), N_("大厅当地的日期，号码每天从头编")),
            "number": ColumnWords(N_("排队号"), N_("叫号用的号码，如A012，当天不重复")),
            "line_id": ColumnWords(N_("所属队列"), N_("排在哪个队列")),
            "item_id": ColumnWords(N_("办理事项"), N_("来办什么事项，说不清的为空")),
            "priority_id": ColumnWords(N_("优先"), N_("享受哪类优先，没有为空")),
            "channel": ColumnWords(N_("取号方式"), N_("取号机、导办台、网上还是电话")),
            "need": ColumnWords(N_("需要的帮助"), N_("如轮椅、手语，导办人员据此前去")),
            "helper_id": ColumnWords(N_("帮办人"), N_("前去帮办的工作人员")),
            "visitor": core.VISITOR,
            "visitor_sealed": core.SEALED,
            "language": core.LANGUAGE,
            "route_reason": ColumnWords(N_("分流原因"), N_("为什么排到这个队列，印在小票上")),
            "status": ColumnWords(N_("号码状态"), N_("等候、已叫、办理中、挂起、办结等")),
            "arrival": ColumnWords(N_("到达时间"), N_("取号时间，预约的人为预约时间")),
            "credit_minutes": ColumnWords(N_("优先分钟"), N_("排队时视为早到的分钟数，0到120分钟")),
            "rank": ColumnWords(N_("次序"), N_("数值小的先叫，由到达时间减去优先分钟得出")),
            "callable_at": ColumnWords(N_("可叫时间"), N_("这个时间以前不叫")),
            "postponed": ColumnWords(N_("已延后一次"), N_("延后过的号不能再延后")),
            "booked_for": ColumnWords(N_("预约的时间"), N_("预约的时间，没有预约的为空")),
            "bound_window_id": ColumnWords(N_("指定窗口"), N_("只能由这个窗口叫，没有指定的为空")),
            "window_id": ColumnWords(N_("办理窗口"), N_("叫到哪个窗口")),
            "staff_id": ColumnWords(N_("办理人"), N_("谁办理的")),
            "first_officer_id": ColumnWords(N_("首问责任人员"), N_("第一个接待的人，确定后不变")),
            "recalls": ColumnWords(N_("已重呼次数"), N_("重呼了几次")),
            "called_at": ColumnWords(N_("叫号时间"), N_("什么时候叫的")),
            "started_at": ColumnWords(N_("开始办理时间"), N_("什么时候开始办理")),
            "ended_at": ColumnWords(N_("结束时刻"), N_("办结、取消或失效的时间")),
            "why_rule": ColumnWords(N_("叫号依据"), N_("按哪条规则轮到它")),
            "why_handicap": ColumnWords(N_("叫号差时（分钟）"), N_("叫号时该窗口对此队列的帮办差时")),
            "moves": core.MOVES,
            "action": ColumnWords(N_("最近操作"), N_("最近一次对号码做了什么")),
            "actor": core.ACTOR,
            "changed_at": core.CHANGED,
            "note": core.NOTE,
        },
        {"status": STATUSES, "channel": CHANNELS, "action": ACTIONS, "language": core.LANGUAGES},
    ),
    "journal": TableWords(
        N_("流水"),
        N_("发生过的每一件事，只增不改"),
        Group.RECORDS,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "at": ColumnWords(N_("发生时间"), N_("什么时候发生的")),
            "actor": core.ACTOR,
            "action": ColumnWords(N_("做了什么"), N_("操作的代码，如call为叫号")),
            "ticket_id": ColumnWords(N_("排队号"), N_("关于哪个排队号，可为空")),
            "window_id": ColumnWords(N_("窗口"), N_("在哪个窗口，可为空")),
            "line_id": ColumnWords(N_("所属队列"), N_("关于哪个队列，可为空")),
            "from_status": ColumnWords(N_("原状态"), N_("操作前的状态")),
            "to_status": ColumnWords(N_("新状态"), N_("操作后的状态")),
            "data": ColumnWords(N_("附加情况"), N_("号码、次序、原因等，不含个人信息")),
        },
        {"from_status": STATUSES, "to_status": STATUSES},
    ),
    "message": TableWords(
        N_("消息"),
        N_("发给办事人和工作人员的短信与邮件"),
        Group.RECORDS,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "event": ColumnWords(N_("事由标识"), N_("为什么事发的，同一事由只发一次")),
            "channel": ColumnWords(N_("发送方式"), N_("短信或邮件")),
            "recipient": ColumnWords(N_("收信人"), N_("加密保存，到期清除，表格中不显示")),
            "content": ColumnWords(N_("正文"), N_("加密保存，到期清除，表格中不显示")),
            "language": core.LANGUAGE,
            "state": ColumnWords(N_("发送状态"), N_("待发、发送中、已发、失败或已撤回")),
            "tries": ColumnWords(N_("尝试次数"), N_("已经试了几次")),
            "at": ColumnWords(N_("生成时间"), N_("什么时候写入的")),
            "due_at": ColumnWords(N_("应发时间"), N_("原定什么时候发出")),
            "try_at": ColumnWords(N_("下次发送"), N_("下次什么时候再试")),
            "until": ColumnWords(N_("有效到"), N_("过了这个时间就不再发")),
            "claimed_at": ColumnWords(N_("开始发送"), N_("发送程序取走消息的时间")),
            "ended_at": ColumnWords(N_("结束时刻"), N_("发出、失败或撤回的时间")),
            "fault": ColumnWords(N_("失败原因"), N_("没有发出的原因代码")),
            "gateway_ref": ColumnWords(N_("网关回执号"), N_("发送网关给的编号，查对用")),
        },
        {"channel": SENT_BY, "state": MESSAGE_STATES},
    ),
    "audit": TableWords(
        N_("审计记录"),
        N_("谁在什么时候改了什么、看了谁的信息，只增不改"),
        Group.RECORDS,
        {
            "id": core.ID,
            "at": ColumnWords(N_("发生时间"), N_("什么时候发生的")),
            "hall_id": core.HALL,
            "actor": core.ACTOR,
            "action": ColumnWords(N_("操作类别"), N_("新增、修改、删除、查看、登录等")),
            "subject": ColumnWords(N_("操作对象"), N_("哪张表或哪个表单")),
            "row_id": ColumnWords(N_("对象序号"), N_("哪一条记录，可为空")),
            "before": ColumnWords(N_("修改前"), N_("修改前的内容，不含密码和加密信息")),
            "after": ColumnWords(N_("修改后"), N_("修改后的内容，不含密码和加密信息")),
            "note": core.NOTE,
        },
        {"action": AUDITED},
    ),
}
