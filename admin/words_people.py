"""The words of accounts, staff, posts, duty, the roster, chains of responsibility, sign-ins."""

from collections.abc import Mapping
from typing import Final

from ..cases.alert_tables import Chain
from ..core.i18n import N_
from ..queue.shows import RosterPart
from ..queue.staff import Part, Role
from . import words_core as core
from .words_core import ColumnWords, Group, TableWords

ROLES: Final = {
    Role.CLERK: N_("窗口人员"),
    Role.GUIDE: N_("导办员"),
    Role.OPERATOR: N_("话务员"),
    Role.SUPERVISOR: N_("值班长"),
    Role.ADMIN: N_("管理员"),
}

PARTS: Final = {
    Part.A: N_("A岗"),
    Part.B: N_("B岗"),
}

ON_DUTY: Final = {
    RosterPart.FIRST_DESK: N_("首问责任人"),
    RosterPart.LEADER: N_("值班领导"),
}

CHAINS: Final = {
    Chain.FIRST: N_("首问责任链"),
    Chain.LATE: N_("超期责任链"),
}


TABLES: Final[Mapping[str, TableWords]] = {
    "staff": TableWords(
        N_("工作人员"),
        N_("能登录使用本系统的人，身份决定能做什么"),
        Group.PEOPLE,
        {
            "id": core.ID,
            "user_id": ColumnWords(N_("所用账号"), N_("用哪个账号登录，一个账号只归一个人")),
            "hall_id": ColumnWords(N_("所属大厅"), N_("在哪个大厅工作；只有管理员可以不填，表示管理所有大厅")),
            "role": ColumnWords(N_("身份"), N_("窗口、导办、话务、值班长或管理员；改动后立即生效")),
            "name": ColumnWords(N_("姓名"), N_("公示牌和文书上的姓名")),
            "badge": ColumnWords(N_("工号"), N_("公示牌和叫号屏上的编号，同一大厅内不能重复")),
            "photo_id": ColumnWords(N_("照片"), N_("公示牌上的照片，从素材库里选图片")),
            "phone": ColumnWords(N_("工作电话"), N_("提醒和督办短信发到这里，可不填")),
        },
        {"role": ROLES},
    ),
    "piccolo_user": TableWords(
        N_("登录账号"),
        N_("登录用的用户名和密码，一个账号对应一名工作人员"),
        Group.PEOPLE,
        {
            "id": core.ID,
            "username": ColumnWords(N_("用户名"), N_("登录时填写，不能与别人重复，最多100个字")),
            "password": ColumnWords(N_("密码"), N_("只存加密后的摘要，任何人都看不到；忘记时请用“重置密码”")),
            "first_name": ColumnWords(N_("名"), N_("可不填，姓名以工作人员表为准")),
            "last_name": ColumnWords(N_("姓"), N_("可不填，姓名以工作人员表为准")),
            "email": ColumnWords(N_("电子邮箱"), N_("不能与别的账号重复；没有邮箱时用“用户名@localhost”")),
            "active": ColumnWords(N_("启用"), N_("取消勾选后不能再登录")),
            "admin": ColumnWords(N_("可进管理后台"), N_("由身份自动设置：值班长和管理员可以打开管理后台")),
            "superuser": ColumnWords(N_("可改管理后台"), N_("由身份自动设置：只有管理员可以改动管理后台里的内容")),
            "last_login": ColumnWords(N_("上次登录"), N_("最近一次登录的时间，由系统记录")),
        },
    ),
    "post": TableWords(
        N_("岗位"),
        N_("岗位和职责，与由谁来担任分开"),
        Group.PEOPLE,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "line_id": ColumnWords(N_("负责的队列"), N_("这个岗位办理哪个队列，A岗不在时由B岗顶上")),
            "name": ColumnWords(N_("岗位名称"), N_("公示牌和办理环节里的岗位名称，同一大厅内不能重复")),
            "duties": ColumnWords(N_("岗位职责"), N_("这个岗位负责什么，最多400字")),
        },
    ),
    "post_holder": TableWords(
        N_("AB岗安排"),
        N_("谁在什么时候担任哪个岗位的A岗或B岗"),
        Group.PEOPLE,
        {
            "id": core.ID,
            "post_id": ColumnWords(N_("担任岗位"), N_("担任哪个岗位")),
            "staff_id": ColumnWords(N_("担任人"), N_("由谁担任")),
            "part": ColumnWords(N_("A岗或B岗"), N_("A岗负责，A岗不在时B岗顶岗；每个岗位同时只有一个A岗、一个B岗")),
            "since": ColumnWords(N_("任职开始"), N_("从哪天起担任")),
            "until": ColumnWords(N_("任职截止"), N_("到哪天为止，含当天；不填表示仍在担任")),
        },
        {"part": PARTS},
    ),
    "seat": TableWords(
        N_("窗口排班"),
        N_("谁从哪天到哪天坐哪个窗口；实际上岗另有记录"),
        Group.PEOPLE,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "staff_id": ColumnWords(N_("工作人员"), N_("安排谁，同一天只能排一个窗口，须是本大厅的人")),
            "window_id": ColumnWords(N_("窗口"), N_("坐哪个窗口，同一天只能排一个人")),
            "since": ColumnWords(N_("排班开始"), N_("从哪天起，不能晚于截止")),
            "until": ColumnWords(N_("排班截止"), N_("到哪天为止，含当天；不填表示一直有效")),
        },
    ),
    "duty": TableWords(
        N_("上岗记录"),
        N_("谁在什么时间坐哪个窗口，日后可以查清"),
        Group.PEOPLE,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "window_id": ColumnWords(N_("窗口"), N_("坐的哪个窗口，一个窗口同时只有一人")),
            "staff_id": ColumnWords(N_("上岗人"), N_("谁在窗口，一人同时只在一个窗口")),
            "since": ColumnWords(N_("上岗时间"), N_("上岗的时间")),
            "until": ColumnWords(N_("离岗时间"), N_("离岗的时间，不早于上岗；不填表示还在岗")),
        },
    ),
    "roster": TableWords(
        N_("值班安排"),
        N_("每天的首问责任人和值班领导，显示在大屏底部"),
        Group.PEOPLE,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "day": ColumnWords(N_("值班日期"), N_("每天每种值班只排一人")),
            "part": ColumnWords(N_("值班类别"), N_("首问责任人还是值班领导")),
            "staff_id": ColumnWords(N_("值班人"), N_("大屏上公示其姓名")),
        },
        {"part": ON_DUTY},
    ),
    "chain_step": TableWords(
        N_("责任链"),
        N_("事情没人处理时逐级提醒谁"),
        Group.PEOPLE,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "chain": ColumnWords(N_("责任链类型"), N_("首问责任链管接待、转交和答复，超期责任链管办件期限")),
            "department_id": ColumnWords(N_("适用部门"), N_("不填则适用于没有单独设置的所有部门")),
            "level": ColumnWords(N_("级别"), N_("从1起连续编号，1到9，从低到高逐级提醒，同一条链上不能重复")),
            "title": ColumnWords(N_("职务"), N_("如“首席代表”“部门分管领导”“督查科”")),
            "staff_id": ColumnWords(N_("提醒对象"), N_("提醒哪位工作人员；与提醒电话至少填一个")),
            "phone": ColumnWords(N_("提醒电话"), N_("收督办短信的电话；不填则用工作人员的工作电话")),
            "after_hours": ColumnWords(N_("等候小时"), N_("上一级提醒后多少小时仍未处理就提醒这一级，0到720小时")),
        },
        {"chain": CHAINS},
    ),
    "sessions": TableWords(
        N_("登录会话"),
        N_("正在登录的账号，结束会话后须重新登录"),
        Group.PEOPLE,
        {
            "id": core.ID,
            "token": ColumnWords(N_("会话令牌"), N_("相当于登录凭证，表格中不显示")),
            "user_id": ColumnWords(N_("所用账号"), N_("哪个账号登录的")),
            "expiry_date": ColumnWords(N_("到期时间"), N_("到这个时间自动退出，须重新登录")),
            "max_expiry_date": ColumnWords(N_("最晚到期"), N_("登录最长有效到这个时间")),
            "began_at": ColumnWords(N_("登录于"), N_("什么时候登录的")),
            "address": ColumnWords(N_("登录地址"), N_("从哪个网络地址登录")),
            "agent": ColumnWords(N_("浏览器"), N_("登录时用的浏览器或程序")),
        },
    ),
    "authenticator_secret": TableWords(
        N_("两步验证"),
        N_("登录管理后台时手机验证器的登记，停用后须重新登记"),
        Group.PEOPLE,
        {
            "id": core.ID,
            "user_id": ColumnWords(N_("所用账号"), N_("哪个账号登记的")),
            "secret": ColumnWords(N_("验证器密钥"), N_("加密保存，表格中不显示")),
            "recovery_codes": ColumnWords(N_("备用码"), N_("手机不在身边时使用，只存摘要，表格中不显示")),
            "recovery_codes_used_at": ColumnWords(N_("备用码使用时间"), N_("每个备用码只能用一次")),
            "created_at": ColumnWords(N_("启用时间"), N_("什么时候启用两步验证")),
            "revoked_at": ColumnWords(N_("停用时间"), N_("停用后不再用它登录")),
            "last_used_at": ColumnWords(N_("最近使用"), N_("最近一次用它登录的时间")),
            "last_used_code": ColumnWords(N_("最近的验证码"), N_("用过的验证码不能再用，表格中不显示")),
            "last_step": ColumnWords(N_("最近验证的时间步"), N_("防止同一验证码重复使用")),
        },
    ),
}
