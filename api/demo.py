"""The sample hall, ready to use: imported once, with an account for everybody and a token for every kind of device."""

import json
import os
import secrets
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from piccolo.apps.user.tables import BaseUser
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..booking.planning import plan
from ..cases.alert_tables import Chain, ChainStep
from ..core.accounts import User
from ..core.clock import business_day, now
from ..core.db import Database
from ..core.privacy import Vault
from ..core.settings import Settings
from ..queue import hallfiles, hallstore
from ..queue.actor import SYSTEM
from ..queue.devices import digest
from ..queue.hall import Hall, Line
from ..queue.shows import Roster, RosterPart, Slide
from ..queue.staff import TALKING, Device, DeviceKind, Part, Post, PostHolder, Role, Staff
from ..queue.window import Window, WindowLine
from .accounts import insert_staff, new_password

KEPT = Path("var/demo.json")
OTHERS = {Role.GUIDE: "何某", Role.OPERATOR: "高某", Role.SUPERVISOR: "林某", Role.ADMIN: "郭某"}
NAMES: dict[str, str] = {DeviceKind.KIOSK: "大门取号机", DeviceKind.BOARD: "大厅屏"}
NOTICES = (
    (
        "办事请先取号。不清楚办什么、到哪里办，请到首问责任岗，工作人员会帮您弄清，并负责到底",
        "Please take a number first. If you do not know what you need or where to go, ask at the first desk",
    ),
    (
        "老年人、残疾人、孕产妇和现役军人优先。需要轮椅、手语或代读代写，请告诉我们",
        "The elderly, people with disabilities, expectant mothers and soldiers first. "
        "Need a wheelchair, sign language or a reader? Tell us",
    ),
)
ROSTER_DAYS = 30
CHAINS = (
    (Chain.FIRST, 1, "首席代表和部门分管领导", Role.SUPERVISOR, 2),
    (Chain.FIRST, 2, "督查科", Role.ADMIN, 8),
    (Chain.LATE, 1, "首席代表", Role.SUPERVISOR, 4),
    (Chain.LATE, 2, "部门主要负责人", Role.ADMIN, 24),
)
"""Who is told after how many hours when something has not been dealt with (R14, R34)."""
SURNAMES = "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"

_BADGED = select(Staff.id).where(Staff.hall_id == bindparam("hall"), Staff.badge == bindparam("badge"))
_WINDOWS = select(Window.number).where(Window.hall_id == bindparam("hall")).order_by(Window.id)
_SEATS = (
    select(Line.id, Line.name, Staff.id)
    .join(WindowLine, (WindowLine.line_id == Line.id) & (WindowLine.handicap_minutes == 0))
    .join(Window, Window.id == WindowLine.window_id)
    .join(User, User.username == func.lower(Window.number))
    .join(Staff, Staff.user_id == User.id)
    .where(Line.hall_id == bindparam("hall"), Staff.hall_id == Line.hall_id)
    .order_by(Line.id, Window.id)
)
_KNOWN = select(Hall.id).where(Hall.code == bindparam("code"))


async def prepare(database: Database, settings: Settings, directory: Path, url: str) -> str:
    """Import ``directory`` with accounts and devices unless that was done before; the text says what is where.

    Numbers are given around the clock here, so that a newcomer can try the hall at any hour. Passwords and tokens are
    made at random and kept in ``var/demo.json`` for the next start.
    """
    files = hallfiles.read(directory)
    async with database.read() as connection:
        known = (await connection.execute(_KNOWN, {"code": files.hall.code})).scalar_one_or_none()
    if known is None:
        _keep(await _set_up(database, settings, files))
    return "\n".join(_text(_kept(), url))


async def _set_up(database: Database, settings: Settings, files: hallfiles.HallFiles) -> dict[str, Any]:
    passwords = {role.value: new_password() for role in Role}
    hashes = {role: BaseUser.hash_password(password) for role, password in passwords.items()}
    tokens = {kind.value: secrets.token_urlsafe(32) for kind in TALKING}
    moment = now()
    async with database.write() as tx:
        hall = await hallstore.save(tx, files)
        await tx.execute(update(Hall).where(Hall.id == hall).values(always_open=True))
        numbers = list((await tx.execute(_WINDOWS, {"hall": hall})).scalars())
        clerks = [
            (number.lower(), f"{SURNAMES[place % len(SURNAMES)]}某", f"LQ{place + 1:03d}")
            for place, number in enumerate(numbers)
        ]
        await insert_staff(tx, clerks, Role.CLERK, hall, hashes[Role.CLERK], moment)
        for place, (role, name) in enumerate(OTHERS.items()):
            await insert_staff(tx, [(role.value, name, f"LQ{900 + place}")], role, hall, hashes[role], moment)
        await _posts(tx, hall)
        await _on_boards(tx, hall, business_day(moment, files.hall.timezone))
        await _chains(tx, hall)
        await tx.execute(
            insert(Device),
            [
                {"hall_id": hall, "kind": kind, "name": NAMES[kind], "token_hash": digest(token)}
                for kind, token in tokens.items()
            ],
        )
        await plan(tx, files.hall.code, Vault(settings.secret), settings.public_url.rstrip("/"), SYSTEM, moment)
    return {"hall": files.hall.code, "passwords": passwords, "devices": tokens, "window": numbers[0]}


def _kept() -> dict[str, Any]:
    """What was made at the first start; empty where the hall was set up by other ways."""
    try:
        kept: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return kept


async def _posts(tx: AsyncConnection, hall: int) -> None:
    """A post for every line: A sits at its first window, B at the first window of the next line (R48)."""
    lines: dict[int, tuple[str, int]] = {}
    for line_id, name, staff_id in await tx.execute(_SEATS, {"hall": hall}):
        lines.setdefault(line_id, (name, staff_id))
    posts = [{"hall_id": hall, "line_id": line_id, "name": name} for line_id, (name, _) in lines.items()]
    made = await tx.execute(insert(Post).returning(Post.id, sort_by_parameter_order=True), posts)
    officers, today = [staff_id for _, staff_id in lines.values()], now().date()
    await tx.execute(
        insert(PostHolder),
        [
            {"post_id": post_id, "staff_id": officers[(place + shift) % len(officers)], "part": part, "since": today}
            for place, post_id in enumerate(made.scalars())
            for shift, part in enumerate(Part)
        ],
    )


async def _chains(tx: AsyncConnection, hall: int) -> None:
    """Supervisor and administrator stand for the leaders, so that reminders climb from the first day."""
    badges = {role: f"LQ{900 + place}" for place, role in enumerate(OTHERS)}
    rows = [
        {
            "hall_id": hall,
            "chain": chain,
            "level": level,
            "title": title,
            "staff_id": (await tx.execute(_BADGED, {"hall": hall, "badge": badges[role]})).scalar_one(),
            "after_hours": hours,
        }
        for chain, level, title, role, hours in CHAINS
    ]
    await tx.execute(insert(ChainStep), rows)


async def _on_boards(tx: AsyncConnection, hall: int, today: date) -> None:
    """Notices for quiet moments, and who is on duty in the coming weeks (R13)."""
    slides = [
        {"hall_id": hall, "position": place, "text": text, "text_en": text_en, "seconds": 12}
        for place, (text, text_en) in enumerate(NOTICES, 1)
    ]
    await tx.execute(insert(Slide), slides)
    leader = list(OTHERS).index(Role.SUPERVISOR) + 900
    chief = (await tx.execute(_BADGED, {"hall": hall, "badge": f"LQ{leader}"})).scalar_one()
    first = (await tx.execute(_BADGED, {"hall": hall, "badge": "LQ001"})).scalar_one()
    days = [today + timedelta(days=ahead) for ahead in range(ROSTER_DAYS)]
    duties = [
        {"hall_id": hall, "day": day, "part": part, "staff_id": staff}
        for day in days
        for part, staff in ((RosterPart.FIRST_DESK, first), (RosterPart.LEADER, chief))
    ]
    await tx.execute(insert(Roster), duties)


def _keep(made: dict[str, Any]) -> None:
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(KEPT, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(made, file, indent=2)


def _text(kept: dict[str, Any], url: str) -> Iterator[str]:
    if not kept:
        yield f"  {url}/"
        return
    passwords, devices = kept["passwords"], kept["devices"]
    yield ""
    yield f"  大厅首页  home       {url}/"
    yield f"  取号机    kiosk      {url}/kiosk#token={devices['kiosk']}"
    yield f"  大屏      board      {url}/board/{kept['hall']}#token={devices['board']}"
    yield f"  窗口屏    strip      {url}/window/{kept['hall']}/{kept['window']}#token={devices['board']}"
    yield f"  终端屏    terminal   paihao board --hall {kept['hall']} --token {devices['board']} --url {url}"
    yield f"  窗口工作台 console    {url}/console"
    yield f"  首问岗    first desk {url}/desk"
    yield f"  值班台    supervise  {url}/supervise"
    yield f"  后台管理  admin      {url}/admin"
    yield ""
    yield f"  窗口人员  clerk      a01 … h11   {passwords['clerk']}"
    for role, words in (("guide", "导办员"), ("operator", "话务员"), ("supervisor", "值班长"), ("admin", "管理员")):
        yield f"  {words}    {role:<10} {role:<11} {passwords[role]}"
    yield ""
