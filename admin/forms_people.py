"""Forms for accounts, for moving staff between windows, and for looking at who a visitor is (R49, R61)."""

import asyncio
from datetime import date
from typing import Any, Final

from pydantic import Field

from ..core.bus import What
from ..core.clock import now
from ..core.errors import Forbidden, NotFound
from ..core.i18n import N_, date_text, translate
from ..queue import accounts, officers, seats
from ..queue.hallread import hall_id
from ..queue.staff import Role
from .asking import Ask, Form, Group, Named, Needed, among_these, chosen, listed, names
from .house import House, Officer
from .words_people import ROLES


class NewMember(Ask):
    username: Needed = Field(title=N_("用户名"))
    name: Needed = Field(title=N_("姓名"))
    badge: Needed = Field(title=N_("工号"))
    role: Needed = Field(title=N_("身份"), json_schema_extra=among_these(ROLES))


class LostPassword(Ask):
    username: Needed = Field(title=N_("用户名"), json_schema_extra=names(Named.ACCOUNT))


class MovedStaff(Ask):
    badge: Needed = Field(title=N_("工号"), json_schema_extra=names(Named.BADGE))
    window: Needed = Field(title=N_("到哪个窗口（窗口号）"), json_schema_extra=names(Named.WINDOW))
    since: date = Field(title=N_("从哪天起"))
    until: date | None = Field(None, title=N_("到哪天止（空着：长期）"))


async def enrol(house: House, officer: Officer, asked: NewMember) -> str:
    role, moment = chosen(asked.role, ROLES, officer.language), now()
    member = accounts.checked(accounts.Member(asked.username, asked.name, asked.badge))
    everywhere = role is Role.ADMIN and officer.hall_id is None and not asked.hall
    hall = None if everywhere else await house.hall_for(officer, asked.hall)
    password = accounts.new_password()
    stored = await asyncio.to_thread(accounts.hashed, password)
    of = hall.id if hall else None
    async with house.database.write() if of is None else house.moving(of, What.HALL) as tx:
        await accounts.insert_staff(tx, [member], role, of, stored, moment, officer.actor)
        made = await accounts.find(tx, member.username)
        said = {**member._asdict(), "role": role}
        await house.noted(tx, officer, moment, "staff_add", "staff", made.staff_id, hall_id=of, after=said)
    told = N_("{name}的账号是 {username}，密码只显示这一次：{password}")
    return translate(officer.language, told, name=member.name, username=member.username, password=password)


async def reset(house: House, officer: Officer, asked: LostPassword) -> str:
    moment, password = now(), accounts.new_password()
    stored = await asyncio.to_thread(accounts.hashed, password)
    async with house.database.write() as tx:
        account = await accounts.find(tx, asked.username)
        if officer.hall_id not in (None, account.hall_id):
            raise accounts.unknown()
        if asked.hall and account.hall_id != await hall_id(tx, asked.hall):
            raise accounts.unknown()
        await accounts.set_password(tx, account, stored, moment, officer.actor)
        of = account.hall_id
        await house.noted(tx, officer, moment, "password", "piccolo_user", account.id, hall_id=of)
    told = N_("{username} 的新密码只显示这一次：{password}。此前的登录几秒钟内全部失效")
    return translate(officer.language, told, username=account.username, password=password)


async def move(house: House, officer: Officer, asked: MovedStaff) -> str:
    hall, moment, language = await house.hall_for(officer, asked.hall), now(), officer.language
    window = next((one for one in hall.windows.values() if one.number == asked.window.upper()), None)
    if window is None:
        raise NotFound(N_("没有这个窗口"), code="unknown_window")
    if not officer.actor.anywhere:
        raise Forbidden
    async with house.moving(hall.id, What.HALL) as tx:
        staff = await officers.with_badge(tx, hall.id, asked.badge)
        moved = await seats.move(tx, hall, staff, window, asked.since, asked.until, officer.actor, moment)
        said: dict[str, Any] = {"staff": staff, "window": window.number, "since": asked.since.isoformat()}
        said |= {"until": asked.until.isoformat()} if asked.until else {}
        await house.noted(tx, officer, moment, "seat_move", "seat", hall_id=hall.id, after=said)
    fields = {"name": moved.name, "window": window.number, "since": date_text(asked.since, language)}
    told = [translate(language, N_("{name}从{since}起在{window}号窗口"), **fields)]
    if asked.until:
        told.append(translate(language, N_("到{until}为止"), until=date_text(asked.until, language)))
    for text, place in (
        (N_("之后回到{window}号窗口"), moved.back),
        (N_("已从{window}号窗口退岗，该窗口已关闭"), moved.left),
        (N_("{window}号窗口还有人在办理，请办完后在那里关窗"), moved.busy),
    ):
        if place is not None:
            told.append(translate(language, text, window=place.number))
    return listed(told, language)


FORMS: Final = (
    Form(
        "new-member",
        N_("新增工作人员"),
        N_("一次建好账号和工作人员。密码由系统生成，只显示一次，请当面交给本人。"),
        Group.PEOPLE,
        NewMember,
        enrol,
    ),
    Form(
        "reset-password",
        N_("重置密码"),
        N_("给账号一个新密码，只显示一次；此前的登录全部失效。"),
        Group.PEOPLE,
        LostPassword,
        reset,
    ),
    Form(
        "move-staff",
        N_("调整窗口人员"),
        N_("安排某人从哪天起在哪个窗口。原来的安排到前一天为止；填了截止日期的，到期后回到原窗口。"),
        Group.PEOPLE,
        MovedStaff,
        move,
    ),
)
