"""The shapes of the administration's words, and the columns that many tables have.

Labels are what staff in a hall would say; help says what a value does to visitors and staff, its unit and its bounds.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from ..core.i18n import N_
from ..queue.ticket import Language


class Group(StrEnum):
    """A heading of the menu, in its order; the value is a message id."""

    HALL = N_("大厅与窗口")
    ITEMS = N_("事项")
    HOURS = N_("办公时间")
    BOOKING = N_("预约管理")
    PEOPLE = N_("人员与岗位")
    SCREENS = N_("大屏与设备")
    CASES = N_("办件")
    RECORDS = N_("流水与审计")


class ColumnWords(NamedTuple):
    """Message ids of a column."""

    label: str
    help: str = ""


class TableWords(NamedTuple):
    """Message ids of a table. ``choices``: column -> value -> word, for every column that is held to a few values.

    Values are texts or members of a StrEnum, which are found by their text.
    """

    label: str
    help: str
    group: Group
    columns: Mapping[str, ColumnWords]
    choices: Mapping[str, Mapping[Any, str]] = MappingProxyType({})


LANGUAGES: Final = {Language.CHINESE: N_("中文"), Language.ENGLISH: N_("英语")}

ID: Final = ColumnWords(N_("序号"), N_("由系统编排，不能修改"))
HALL: Final = ColumnWords(N_("所属大厅"), N_("只在这个大厅有效，只有这个大厅的人员能看到"))
KEY: Final = ColumnWords(N_("链接标识"), N_("链接和二维码里用的随机标识，别人猜不到"))
ACTOR: Final = ColumnWords(N_("操作人"), N_("工作人员及工号、设备、办事人或系统；筛选时填代号，如 staff:12"))
MOVES: Final = ColumnWords(N_("操作次数"), N_("到现在为止操作过几次"))
CHANGED: Final = ColumnWords(N_("最近变动"), N_("最近一次操作的时间"))
NOTE: Final = ColumnWords(N_("备注"), N_("操作时写下的说明"))
LANGUAGE: Final = ColumnWords(N_("语言"), N_("用哪种语言叫号、显示和发短信"))
VISITOR: Final = ColumnWords(N_("办事人"), N_("只显示部分姓名，全名须单独查看并留下记录"))
PROXY: Final = ColumnWords(N_("代办人"), N_("替别人预约的人，只显示部分姓名"))
NEED: Final = ColumnWords(N_("需要的帮助"), N_("如轮椅、手语，导办人员据此前去"))
SEALED: Final = ColumnWords(N_("加密信息"), N_("姓名、电话等，加密保存，表格中不显示"))
PERSON: Final = ColumnWords(N_("人员索引"), N_("用来统计次数和限制，看不出是谁，表格中不显示"))
NAME_INDEX: Final = ColumnWords(N_("姓名索引"), N_("按姓名查找用，看不出姓名，表格中不显示"))
PHONE_INDEX: Final = ColumnWords(N_("电话索引"), N_("按电话查找用，看不出号码，表格中不显示"))
