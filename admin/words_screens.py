"""The words of what boards show, of devices and what printers print."""

from collections.abc import Mapping
from typing import Final

from ..core.i18n import N_
from ..display.printjob import State
from ..queue.shows import MediaKind
from ..queue.staff import DeviceKind
from . import words_core as core
from .words_core import ColumnWords, Group, TableWords

MEDIA: Final = {
    MediaKind.PICTURE: N_("图片"),
    MediaKind.VIDEO: N_("视频"),
}

DEVICES: Final = {
    DeviceKind.KIOSK: N_("取号机"),
    DeviceKind.BOARD: N_("大屏或窗口屏"),
    DeviceKind.PRINTER: N_("打印机"),
}

JOBS: Final = {
    State.QUEUED: N_("待打印"),
    State.PRINTING: N_("打印中"),
    State.PRINTED: N_("已打印"),
    State.FAILED: N_("打印失败"),
}


TABLES: Final[Mapping[str, TableWords]] = {
    "slide": TableWords(
        N_("播放列表"),
        N_("没有人叫号时大屏依次播放的通知、图片和视频"),
        Group.SCREENS,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "position": ColumnWords(N_("播放顺序"), N_("数字小的先播放")),
            "media_id": ColumnWords(N_("图片或视频"), N_("从素材库选；与文字至少填一个")),
            "text": ColumnWords(N_("文字"), N_("通知内容，或图片、视频的说明")),
            "text_en": ColumnWords(N_("英文文字"), N_("英文内容，可不填")),
            "seconds": ColumnWords(N_("显示秒数"), N_("每次显示多久，3到600秒；视频为最长时间")),
            "since": ColumnWords(N_("开始播放"), N_("从什么时候起播放，不填则立即；须早于结束播放")),
            "until": ColumnWords(N_("结束播放"), N_("到什么时候为止，不填则一直播放")),
        },
    ),
    "media": TableWords(
        N_("素材库"),
        N_("上传的图片和视频，用于大屏和公示牌"),
        Group.SCREENS,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "kind": ColumnWords(N_("素材类型"), N_("公示牌照片须是图片，大屏可放图片和视频")),
            "name": ColumnWords(N_("文件名"), N_("上传时的文件名")),
            "digest": ColumnWords(N_("内容摘要"), N_("文件内容的SHA-256，同样的文件只存一份")),
            "type": ColumnWords(N_("文件格式"), N_("如image/jpeg、video/mp4")),
            "size": ColumnWords(N_("大小（字节）"), N_("文件大小，大于0")),
        },
        {"kind": MEDIA},
    ),
    "device": TableWords(
        N_("设备"),
        N_("取号机、大屏、窗口屏和打印机"),
        Group.SCREENS,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "window_id": ColumnWords(N_("对应窗口"), N_("窗口屏挂在哪个窗口上方；大厅大屏不填")),
            "kind": ColumnWords(N_("设备类型"), N_("打印机须填地址，取号机和屏幕凭令牌连接")),
            "name": ColumnWords(N_("设备名称"), N_("值班台上显示的名称，如“东门取号机”")),
            "token_hash": ColumnWords(N_("令牌摘要"), N_("设备令牌只显示一次，这里只存摘要；请用“登记设备”")),
            "address": ColumnWords(N_("打印机地址"), N_("打印机的主机和端口，如192.168.1.50:9100；只有打印机填写")),
            "printer_id": ColumnWords(N_("使用的打印机"), N_("取号机在哪台打印机上出小票，只有取号机可填")),
            "revoked_at": ColumnWords(N_("停用时间"), N_("停用后令牌失效，设备不能再连接")),
            "seen_at": ColumnWords(N_("最近在线"), N_("最近一次收到它的消息")),
            "seen_revision": ColumnWords(N_("已显示到"), N_("屏幕最近确认显示的流水号")),
            "seen_lag_ms": ColumnWords(N_("显示延迟（毫秒）"), N_("从大厅有变动到屏幕确认显示用了多久")),
            "fault": ColumnWords(N_("故障"), N_("打印机的故障代码，正常时为空")),
        },
        {"kind": DEVICES},
    ),
    "print_job": TableWords(
        N_("打印任务"),
        N_("要打印的小票，打印一次，补打有标记"),
        Group.SCREENS,
        {
            "id": core.ID,
            "hall_id": core.HALL,
            "printer_id": ColumnWords(N_("打印机"), N_("在哪台打印机上打印")),
            "subject": ColumnWords(N_("打印对象"), N_("是哪个号码或预约的小票")),
            "copy": ColumnWords(N_("第几次补打"), N_("0为原件，1到99为补打，0到99")),
            "sheet": ColumnWords(N_("打印内容"), N_("小票上的内容")),
            "state": ColumnWords(N_("打印状态"), N_("排队、打印中、已打印或失败")),
            "tries": ColumnWords(N_("尝试次数"), N_("已经试了几次")),
            "at": ColumnWords(N_("提交时间"), N_("什么时候要求打印")),
            "due_at": ColumnWords(N_("下次打印"), N_("最早什么时候打印或再试")),
            "claimed_at": ColumnWords(N_("开始打印"), N_("打印服务取走任务的时间")),
            "ended_at": ColumnWords(N_("结束时刻"), N_("打印完成或失败的时间")),
            "fault": ColumnWords(N_("故障"), N_("失败的原因")),
        },
        {"state": JOBS},
    ),
}
