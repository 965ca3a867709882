"""Forms for kiosks, screens and printers."""

from typing import Final

from pydantic import Field

from ..core.bus import What
from ..core.clock import now
from ..core.i18n import N_, translate
from ..queue import devices
from ..queue.staff import DeviceKind
from .asking import Ask, Form, Group, Named, Needed, Word, among_these, chosen, names
from .house import House, Officer

KINDS: Final = {
    DeviceKind.KIOSK: N_("取号机"),
    DeviceKind.BOARD: N_("屏幕"),
    DeviceKind.PRINTER: N_("打印机"),
}


class NewDevice(Ask):
    kind: Needed = Field(title=N_("设备类型"), json_schema_extra=among_these(KINDS))
    name: Needed = Field(title=N_("名称（写它摆在哪里）"))
    window: Word = Field("", title=N_("窗口号（只有窗口屏填）"), json_schema_extra=names(Named.WINDOW))
    printer: Word = Field("", title=N_("出票打印机的名称（只有取号机填）"), json_schema_extra=names(Named.PRINTER))
    address: Word = Field("", title=N_("打印机的网络地址（只有打印机填，如 192.168.1.50:9100）"))


class RevokedDevice(Ask):
    name: Needed = Field(title=N_("设备名称"), json_schema_extra=names(Named.DEVICE))


async def add(house: House, officer: Officer, asked: NewDevice) -> str:
    hall, moment, language = await house.hall_for(officer, asked.hall), now(), officer.language
    kind = chosen(asked.kind, KINDS, language)
    wish = devices.NewDevice(kind, asked.name, asked.window or None, asked.address or None, asked.printer or None)
    said = {name: value for name, value in asked.model_dump(exclude={"hall"}).items() if value} | {"kind": kind}
    async with house.moving(hall.id, What.HALL) as tx:
        made = await devices.add(tx, hall.id, wish, moment, officer.actor)
        await house.noted(tx, officer, moment, "device_add", "device", made.id, hall_id=hall.id, after=said)
    if not made.token:
        return translate(language, N_("已登记打印机{name}"), name=asked.name)
    told = N_("“{name}”的令牌只显示这一次，请马上抄到设备上：{token}")
    return translate(language, told, name=asked.name, token=made.token)


async def revoke(house: House, officer: Officer, asked: RevokedDevice) -> str:
    hall, moment = await house.hall_for(officer, asked.hall), now()
    async with house.moving(hall.id, What.HALL) as tx:
        ids = await devices.named(tx, hall.id, asked.name)
        names = await devices.revoke(tx, hall.id, ids, moment, officer.actor)
        for one in ids:
            was = {"name": asked.name}
            await house.noted(tx, officer, moment, "device_revoke", "device", one, hall_id=hall.id, before=was)
    told = N_("已停用“{name}”，共{count}台，几秒钟内失效")
    return translate(officer.language, told, name=asked.name, count=len(names))


FORMS: Final = (
    Form(
        "issue-device",
        N_("登记设备"),
        N_("登记取号机、屏幕或打印机。取号机和屏幕会得到一个令牌，只显示一次，系统不保存。"),
        Group.DEVICES,
        NewDevice,
        add,
    ),
    Form(
        "revoke-device",
        N_("停用设备"),
        N_("按名称停用设备：令牌立即作废，打印机不再出纸。停用后不能恢复，可以重新登记。"),
        Group.DEVICES,
        RevokedDevice,
        revoke,
    ),
)
