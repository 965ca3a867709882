"""What single tables ask of a change beyond their columns: what is derived, done by another room, or not to oneself."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Integer, Table, bindparam, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..booking.state import Status
from ..booking.tables import Appointment, Slot
from ..core.accounts import Session
from ..core.clock import business_day
from ..core.errors import Conflict, Invalid
from ..core.i18n import N_, date_text, translate
from ..core.types import Moment
from ..queue import devices, halls, hallstore, seats, templates, turn, windows
from ..queue.actor import Actor
from ..queue.address import Address
from ..queue.facts import HallFacts, StepFacts
from ..queue.hall import Hall
from ..queue.staff import DeviceKind, Staff
from ..queue.window import WindowState
from .house import Officer
from .refusals import REFUSALS
from .uses import NAMED

Row = Mapping[str, Any]
Values = dict[str, Any]


class Edit(NamedTuple):
    """A change that is asked for. ``before`` None: a new row. ``told``: what whoever asks is to hear besides."""

    tx: AsyncConnection
    table: Table
    before: Row | None
    values: Values
    by: Officer
    now: datetime
    told: list[str]

    @property
    def whole(self) -> Values:
        """The row as it would stand."""
        return {**(self.before or {}), **self.values}

    @property
    def anywhere(self) -> Actor:
        """Who acts, at whichever window."""
        return self.by.actor._replace(anywhere=True)

    @property
    def of_himself(self) -> bool:
        """Whether an officer changes his own row of the staff."""
        return self.before is not None and self.before["id"] == self.by.actor.staff_id


Shape = Callable[[Edit], Awaitable[Values]]


async def shaped(edit: Edit) -> Values:
    """What is to be written for what was typed. Raises Invalid or Conflict."""
    shape = _SHAPES.get(edit.table.name)
    return edit.values if shape is None else await shape(edit)


def before_removal(table: Table, row: Row) -> None:
    """Raises Conflict for what must not be removed though nothing uses it."""
    if table.name == "window" and row["state"] != WindowState.CLOSED:
        raise Conflict(N_("窗口开着，请先关窗再删除"), code="window_open")


_LISTS: Final = {
    "materials": (list[str], N_('所需材料应写成：["身份证", "户口簿"]')),
    "steps": (list[StepFacts], N_('办理环节应写成：[{"name": "审查", "days": 2, "post": "审查岗"}]')),
}


async def _item(edit: Edit) -> Values:
    values = dict(edit.values)
    for name, (kind, form) in _LISTS.items():
        if name in values:
            try:
                values[name] = msgspec.to_builtins(msgspec.convert(values[name] or [], kind))
            except msgspec.ValidationError:
                raise Invalid(form, code=f"broken_{name}") from None
    if "name" in values:
        values["initials"] = hallstore.initials(values["name"])
    return values


async def _window(edit: Edit) -> Values:
    """Opened, paused and closed as from the console, with all that follows from it."""
    values, told = dict(edit.values), edit.values.keys() & {"state", "pause_reason", "back_at"}
    for name in told:
        del values[name]
    if edit.before is None or not told:
        return values
    state, reason, back_at = (edit.whole[name] for name in ("state", "pause_reason", "back_at"))
    if state != WindowState.PAUSED and any(edit.values.get(name) for name in ("pause_reason", "back_at")):
        raise Invalid(REFUSALS["ck_window_reason_while_paused"], code="ck_window_reason_while_paused")
    if "state" not in told and state != WindowState.PAUSED:
        return values
    tx, hall_id, by, now = edit.tx, edit.before["hall_id"], edit.anywhere, edit.now
    window = (await _facts(tx, hall_id)).windows[edit.before["id"]]
    match state:
        case WindowState.OPEN:
            await windows.open_(tx, hall_id, window, by, now)
        case WindowState.PAUSED:
            await windows.pause(tx, hall_id, window, by, now, reason=reason, back_at=back_at)
        case WindowState.CLOSED:
            await windows.close(tx, hall_id, window, by, now)
        case _:
            raise Invalid(N_("请从列表中选择窗口状态"), code="unknown_state")
    return values


async def _staff(edit: Edit) -> Values:
    if edit.of_himself and "role" in edit.values:
        raise Conflict(N_("不能改自己的角色，请另一位管理员来改"), code="not_oneself")
    return edit.values


async def _user(edit: Edit) -> Values:
    """Whoever is shut out is out at once; a name to sign in with has no spaces."""
    name = edit.values.get("username", "-")
    if not name or any(sign.isspace() for sign in name):
        raise Invalid(N_("用户名不能有空格，姓名和工号不能有不可见的字符"), code="invalid_name")
    if edit.before is not None and edit.values.get("active") is False:
        mine = select(Staff.id).where(Staff.user_id == edit.before["id"], Staff.id == edit.by.actor.staff_id)
        if (await edit.tx.execute(mine)).first() is not None:
            raise Conflict(N_("不能停用自己的账号"), code="not_oneself")
        await edit.tx.execute(delete(Session).where(Session.user_id == edit.before["id"]))
        await _off_duty(edit, edit.before["id"])
    return edit.values


async def _off_duty(edit: Edit, user_id: int) -> None:
    """His window is closed. Where somebody stands before him it stays open, and whoever asked hears of it."""
    of = select(Staff.id, Staff.hall_id).where(Staff.user_id == user_id)
    for staff_id, hall_id in (await edit.tx.execute(of)).all():
        if hall_id is not None:  # who belongs to all halls sits at none of their windows
            await turn.take(edit.tx, hall_id)
            hall = await _facts(edit.tx, hall_id)
            _, busy = await seats.stand_up(edit.tx, hall, staff_id, edit.anywhere, edit.now)
            if busy is not None:
                text = N_("{window}号窗口还有人在办理，请办完后在那里关窗")
                edit.told.append(translate(edit.by.language, text, window=busy.number))


async def _seat(edit: Edit) -> Values:
    """Planned as by the form: not into the past, nor beyond what it takes. One that has begun may have ended before."""
    hall_id, since, until = (edit.whole.get(name) for name in ("hall_id", "since", "until"))
    if hall_id is None or since is None:
        return edit.values
    zone = (await edit.tx.execute(select(Hall.timezone).where(Hall.id == hall_id))).scalar_one_or_none()
    today = business_day(edit.now, zone or "UTC")  # what is of no hall is refused by its key
    if "since" in edit.values:
        seats.check(since, until, today)
    else:
        seats.check(today, until and max(until, today), today)
    return edit.values


_CLOSES: Final = frozenset({"day", "line_id", "opens", "closes"})
_BOOKED = (
    select(Appointment.code, Appointment.visitor)
    .join(Slot, Slot.id == Appointment.slot_id)
    .where(
        Appointment.hall_id == bindparam("hall"),
        Appointment.day == bindparam("day"),
        Appointment.status == Status.BOOKED,
        Slot.starts_at > bindparam("now", type_=Moment),
        or_(bindparam("line", type_=Integer).is_(None), Slot.line_id == bindparam("line")),
    )
    .order_by(Slot.starts_at, Appointment.id)
)


async def _exception(edit: Edit) -> Values:
    """A day that people booked is closed by the form, which tells them. Of other changes whoever makes them is told
    whose appointments are outside of the hours then (`Counter`)."""
    whole = edit.whole
    if whole.get("opens") is not None or whole.get("day") is None or not edit.values.keys() & _CLOSES:
        return edit.values
    asked = {"hall": whole.get("hall_id"), "day": whole["day"], "line": whole.get("line_id"), "now": edit.now}
    if booked := (await edit.tx.execute(_BOOKED, asked)).all():
        language = edit.by.language
        names = [f"{code} {visitor}" for code, visitor in booked[:NAMED]] + ["…"] * (len(booked) > NAMED)
        raise Conflict(
            N_("{day}已有{count}人预约：{names}。请用表单“停办一天”，会逐一改期或取消并短信通知"),
            code="day_booked",
            day=date_text(whole["day"], language),
            count=len(booked),
            names=translate(language, N_("、")).join(names),
        )
    return edit.values


async def _facts(tx: AsyncConnection, hall_id: int) -> HallFacts:
    """The hall as this transaction sees it. Raises NotFound."""
    code = (await tx.execute(select(Hall.code).where(Hall.id == hall_id))).scalar_one_or_none()
    return await halls.load(tx, code or "")


async def _device(edit: Edit) -> Values:
    if edit.before is None and edit.values.get("kind") != DeviceKind.PRINTER:
        raise Conflict(N_("取号机和屏幕请用表单“登记设备”添加"), code="by_form")
    if address := edit.values.get("address"):
        Address.parse(address)
    if "name" in edit.values and edit.whole["kind"] == DeviceKind.PRINTER and not edit.whole.get("revoked_at"):
        await devices.free(edit.tx, edit.whole["hall_id"], edit.values["name"])
    return edit.values


async def _template(edit: Edit) -> Values:
    templates.check(edit.whole.get("kind", ""), edit.whole.get("text", ""), edit.whole.get("language", ""))
    return edit.values


_SHAPES: Final[Mapping[str, Shape]] = {
    "item": _item,
    "window": _window,
    "staff": _staff,
    "hours_exception": _exception,
    "piccolo_user": _user,
    "seat": _seat,
    "device": _device,
    "message_template": _template,
}
