"""The words of enquiries, matters, custody, receipts and alerts."""

from collections.abc import Mapping
from typing import Final

from ..cases import alert_text, custody, matter
from ..cases.enquiry import Channel, Kind, State
from ..core.i18n import N_
from . import words_core as core
from .words_core import ColumnWords, Group, TableWords

CHANNELS: Final = {
    Channel.PHONE: N_("电话"),
    Channel.DESK: N_("来访"),
    Channel.FAX: N_("传真"),
    Channel.LETTER: N_("信函"),
    Channel.WEB: N_("网上"),
}

KINDS: Final = {
    Kind.ENQUIRY: N_("咨询"),
    Kind.COMPLAINT: N_("投诉"),
}

STATES: Final = {
    State.OPEN: N_("待答复"),
    State.ANSWERED: N_("已有答复，待回复"),
    State.CLOSED: N_("已答复"),
}

MATTER_STATES: Final = {
    matter.State.OPEN: N_("待答复"),
    matter.State.ANSWERED: N_("已答复"),
}


TABLES: Final[Mapping[str, TableWords]] = {
    "enquiry": TableWords(
        N_("咨询投诉"),
        N_("来电、来访、来信提出的咨询和投诉，24小时内答复"),
        Group.CASES,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "number": ColumnWords(N_("登记编号"), N_("登记和回电时用的编号，同一大厅内不重复")),
            "channel": ColumnWords(N_("来源"), N_("电话、来访、传真、信函还是网上")),
            "kind": ColumnWords(N_("登记类别"), N_("咨询或投诉；投诉只有值班长和经手人可见")),
            "officer_id": ColumnWords(N_("首问责任人员"), N_("谁登记的，始终不变")),
            "holder_id": ColumnWords(N_("负责回电"), N_("现在由谁负责答复")),
            "unit": ColumnWords(N_("来电单位"), N_("来电人所在单位")),
            "caller": ColumnWords(N_("来电人"), N_("只显示部分姓名，全名须单独查看并留下记录")),
            "sealed": core.SEALED,
            "phone_index": core.PHONE_INDEX,
            "item_id": ColumnWords(N_("办理事项"), N_("问的是哪个事项，可为空")),
            "at": ColumnWords(N_("登记时间"), N_("什么时候登记的")),
            "call_back_by": ColumnWords(N_("最迟答复"), N_("登记后24小时内应答复")),
            "state": ColumnWords(N_("答复状态"), N_("待答复、待回复或已答复")),
            "answer": ColumnWords(N_("答复内容"), N_("加密保存，表格中不显示")),
            "answered_by_id": ColumnWords(N_("答复人"), N_("谁答复的")),
            "answered_at": ColumnWords(N_("答复时间"), N_("什么时候有了答复")),
            "closed_at": ColumnWords(N_("回复时间"), N_("什么时候告知了来电人")),
        },
        {"channel": CHANNELS, "kind": KINDS, "state": STATES},
    ),
    "matter": TableWords(
        N_("请示"),
        N_("疑难、重大、紧急事项向领导的请示"),
        Group.CASES,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "number": ColumnWords(N_("请示编号"), N_("由系统按天编排")),
            "officer_id": ColumnWords(N_("请示人"), N_("谁提出的请示")),
            "department_id": ColumnWords(N_("所属部门"), N_("按哪个部门的责任链提醒")),
            "case_id": ColumnWords(N_("所属办件"), N_("就哪个办件请示，可为空")),
            "ticket_id": ColumnWords(N_("排队号"), N_("就哪个排队号请示，可为空")),
            "kind": ColumnWords(N_("请示类别"), N_("疑难、重大、紧急或延期")),
            "urgent": ColumnWords(N_("紧急"), N_("需要尽快答复")),
            "text": ColumnWords(N_("请示内容"), N_("加密保存，表格中不显示")),
            "at": ColumnWords(N_("请示时间"), N_("什么时候提出的")),
            "answer_by": ColumnWords(N_("答复期限"), N_("领导应在这个时间前答复")),
            "state": ColumnWords(N_("答复状态"), N_("待答复或已答复")),
            "answer": ColumnWords(N_("答复内容"), N_("加密保存，表格中不显示")),
            "answered_by_id": ColumnWords(N_("答复人"), N_("谁答复的")),
            "answered_at": ColumnWords(N_("答复时间"), N_("什么时候有了答复")),
        },
        {"kind": matter.KINDS, "state": MATTER_STATES},
    ),
    "custody": TableWords(
        N_("代收材料"),
        N_("承接人不在时代为收下的材料，转交并跟踪到位"),
        Group.CASES,
        {
            "id": core.ID,
            "key": core.KEY,
            "hall_id": core.HALL,
            "number": ColumnWords(N_("代收编号"), N_("印在代收回执上，同一大厅内不重复")),
            "ticket_id": ColumnWords(N_("排队号"), N_("送交人的排队号，可为空")),
            "department_id": ColumnWords(N_("代收部门"), N_("替哪个部门代收")),
            "staff_id": ColumnWords(N_("代收对象"), N_("替哪位工作人员代收")),
            "item_id": ColumnWords(N_("办理事项"), N_("关于哪个事项，可为空")),
            "matter": ColumnWords(N_("代收事由"), N_("为什么事送来的")),
            "materials": ColumnWords(N_("代收的材料"), N_("材料名称和份数")),
            "applicant": ColumnWords(N_("送交人"), N_("只显示部分姓名，全名须单独查看并留下记录")),
            "sealed": core.SEALED,
            "name_index": core.NAME_INDEX,
            "phone_index": core.PHONE_INDEX,
            "officer_id": ColumnWords(N_("代收人"), N_("谁代收的，接收确认前由其负责")),
            "at": ColumnWords(N_("代收时间"), N_("什么时候代收的")),
            "pass_by": ColumnWords(N_("最迟转交"), N_("最迟哪天转到承接人")),
            "state": ColumnWords(N_("转交状态"), N_("待转交、待接收或已接收")),
            "passed_to_id": ColumnWords(N_("转交给"), N_("转交给了谁")),
            "passed_at": ColumnWords(N_("转交时间"), N_("什么时候转交的")),
            "acknowledged_at": ColumnWords(N_("接收时间"), N_("承接人确认接收的时间")),
        },
        {"state": custody.STATES},
    ),
    "receipt": TableWords(
        N_("回执登记"),
        N_("开给办事人的收件回执，开出后不再改动"),
        Group.CASES,
        {
            "id": core.ID,
            "key": core.KEY,
            "hall_id": core.HALL,
            "number": ColumnWords(N_("回执编号"), N_("印在回执上，同一大厅内按天连续编号")),
            "ticket_id": ColumnWords(N_("排队号"), N_("交材料的人的排队号")),
            "staff_id": ColumnWords(N_("收件人"), N_("谁收的材料")),
            "window_number": ColumnWords(N_("收件窗口"), N_("在哪个窗口收的，导办人员收的为空")),
            "at": ColumnWords(N_("收件时间"), N_("什么时候收的")),
            "item_name": ColumnWords(N_("事项名称"), N_("当时登记的事项名称")),
            "materials": ColumnWords(N_("收到的材料"), N_("材料名称和份数")),
            "note": core.NOTE,
        },
    ),
    "alert": TableWords(
        N_("提醒"),
        N_("需要有人处理的情况，没人处理就沿责任链逐级提醒"),
        Group.CASES,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "event": ColumnWords(N_("事由标识"), N_("同一事由只提醒一次")),
            "kind": ColumnWords(N_("提醒类别"), N_("什么情况")),
            "case_id": ColumnWords(N_("所属办件"), N_("关于哪个办件，可为空")),
            "ticket_id": ColumnWords(N_("排队号"), N_("关于哪个排队号，可为空")),
            "enquiry_id": ColumnWords(N_("相关咨询"), N_("关于哪条咨询或投诉，可为空")),
            "officer_id": ColumnWords(N_("责任人"), N_("由谁负责处理")),
            "department_id": ColumnWords(N_("所属部门"), N_("按哪个部门的责任链提醒")),
            "facts": ColumnWords(N_("相关情况"), N_("期限、编号等，不含个人信息")),
            "at": ColumnWords(N_("提醒时间"), N_("什么时候出现的")),
            "level": ColumnWords(N_("已提醒级数"), N_("已提醒到第几级，0表示还没有提醒")),
            "next_at": ColumnWords(N_("下次提醒"), N_("什么时候提醒上一级，空表示不再提醒")),
            "seen_at": ColumnWords(N_("已阅时间"), N_("责任人什么时候看到的")),
            "ended_at": ColumnWords(N_("了结时间"), N_("什么时候处理完，未处理完为空")),
        },
        {"kind": alert_text.KINDS},
    ),
}
