"""The facts of every hall (`HallFacts`): read as a whole, kept in memory until something about the hall moves."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from time import monotonic
from typing import Any

import msgspec
from sqlalchemy import Executable, bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from ..core.bus import Bus, Moved, What
from ..core.calendar import Exceptional, Override, Regular, Timetable, WorkingDays
from ..core.clock import business_day, now
from ..core.db import Database
from ..core.errors import NotFound
from ..core.i18n import N_
from . import templates
from .facts import HallFacts, ItemFacts, LineFacts, OfficerFacts, PriorityFacts, SlideFacts
from .hall import (
    Agency,
    Department,
    Hall,
    Hours,
    HoursException,
    Item,
    ItemVersion,
    Line,
    Priority,
    WorkingDay,
    Zone,
)
from .shows import Media, Roster, Slide
from .staff import Duty, Part, Post, PostHolder, Staff
from .templates import MessageTemplate
from .window import Window, WindowLine

_HALL = select(Hall).where(Hall.code == bindparam("code"))
_HALL_OF_WINDOW = select(Window.hall_id).where(Window.id == bindparam("window"))
_CODES = select(Hall.id, Hall.code).order_by(Hall.id)
_ZONES = select(Zone.id, Zone.name).where(Zone.hall_id == bindparam("hall")).order_by(Zone.id)
_DEPARTMENTS = (
    select(Department.id, Department.code, Department.name, Department.zone_id)
    .where(Department.hall_id == bindparam("hall"))
    .order_by(Department.id)
)
_LINES = (
    select(*(getattr(Line, name) for name in LineFacts.__struct_fields__))
    .where(Line.hall_id == bindparam("hall"))
    .order_by(Line.id)
)
_AGENCIES = select(Agency.id, Agency.name, Agency.address, Agency.phone).where(Agency.hall_id == bindparam("hall"))
_VERSION = aliased(ItemVersion)
_NEWEST = select(func.max(_VERSION.version)).where(_VERSION.item_id == Item.id).correlate(Item).scalar_subquery()
_OF_VERSION = {"version_id": ItemVersion.id, "version": ItemVersion.version}
_ITEMS = (
    select(
        *(
            _OF_VERSION[name].label(name) if name in _OF_VERSION else getattr(Item, name)
            for name in ItemFacts.__struct_fields__
        )
    )
    .join(ItemVersion, (ItemVersion.item_id == Item.id) & (ItemVersion.version == _NEWEST))
    .where(Item.hall_id == bindparam("hall"))
    .order_by(Item.popularity.desc(), Item.id)
)
_PRIORITIES = (
    select(*(getattr(Priority, name) for name in PriorityFacts.__struct_fields__))
    .where(Priority.hall_id == bindparam("hall"))
    .order_by(Priority.id)
)
_WINDOWS = select(Window).where(Window.hall_id == bindparam("hall")).order_by(Window.id)
_WINDOW_LINES = (
    select(WindowLine.window_id, WindowLine.line_id, WindowLine.handicap_minutes)
    .where(WindowLine.hall_id == bindparam("hall"))
    .order_by(WindowLine.handicap_minutes, WindowLine.line_id)
)
_POST = (
    select(func.coalesce(func.min(Post.name), ""))
    .join(PostHolder, PostHolder.post_id == Post.id)
    .where(PostHolder.staff_id == Staff.id, PostHolder.part == Part.A, PostHolder.until.is_(None))
    .correlate(Staff)
    .scalar_subquery()
)
_OFFICERS = (
    select(Duty.window_id, Staff.id, Staff.name, Staff.badge, Media.digest, _POST.label("post"))
    .join(Staff, Staff.id == Duty.staff_id)
    .outerjoin(Media, Media.id == Staff.photo_id)
    .where(Duty.hall_id == bindparam("hall"), Duty.until.is_(None))
)
_STAFF = select(Staff.id, Staff.name).where(or_(Staff.hall_id == bindparam("hall"), Staff.hall_id.is_(None)))
_HOURS = (
    select(*(getattr(Hours, name) for name in Regular._fields))
    .where(Hours.hall_id == bindparam("hall"))
    .order_by(Hours.id)
)
_EXCEPTIONS = (
    select(*(getattr(HoursException, name) for name in Exceptional._fields))
    .where(HoursException.hall_id == bindparam("hall"))
    .order_by(HoursException.day, HoursException.opens, HoursException.id)
)
_WORKING_DAYS = select(WorkingDay.day, WorkingDay.working, WorkingDay.name).where(
    WorkingDay.hall_id == bindparam("hall")
)
_COVERS = (
    select(Post.line_id, PostHolder.staff_id)
    .join(PostHolder, PostHolder.post_id == Post.id)
    .where(Post.hall_id == bindparam("hall"), PostHolder.part == Part.B, PostHolder.until.is_(None))
    .order_by(Post.id)
)
_SLIDES = (
    select(Slide.id, Media.kind, Media.digest, Slide.text, Slide.text_en, Slide.seconds, Slide.since, Slide.until)
    .outerjoin(Media, Media.id == Slide.media_id)
    .where(Slide.hall_id == bindparam("hall"))
    .order_by(Slide.position, Slide.id)
)
_ROSTER = (
    select(Roster.day, Roster.part, Staff.name)
    .join(Staff, Staff.id == Roster.staff_id)
    .where(Roster.hall_id == bindparam("hall"), Roster.day.between(bindparam("first"), bindparam("last")))
)
_TEMPLATES = select(MessageTemplate.kind, MessageTemplate.language, MessageTemplate.text).where(
    MessageTemplate.hall_id == bindparam("hall")
)


async def load(connection: AsyncConnection, code: str) -> HallFacts:
    """Read a hall by its code. Raises NotFound."""
    hall = (await connection.execute(_HALL, {"code": code})).one_or_none()
    if hall is None:
        raise NotFound(N_("没有这个大厅"), code="unknown_hall")
    today = business_day(now(), hall.timezone)
    of_hall = {"hall": hall.id, "first": today - timedelta(days=1), "last": today + timedelta(days=1)}

    async def rows(statement: Executable) -> Sequence[Any]:
        return (await connection.execute(statement, of_hall)).all()

    handicaps: dict[int, dict[int, int]] = {}
    for window_id, line_id, minutes in await rows(_WINDOW_LINES):
        handicaps.setdefault(window_id, {})[line_id] = minutes
    covers: dict[int, list[int]] = {}
    for line_id, staff_id in await rows(_COVERS):
        covers.setdefault(line_id, []).append(staff_id)
    roster: dict[date, dict[str, str]] = {}
    for day, part, name in await rows(_ROSTER):
        roster.setdefault(day, {})[part] = name
    officers = {row[0]: OfficerFacts(*row[1:]) for row in await rows(_OFFICERS)}
    facts = {
        "zones": {row[0]: row._asdict() for row in await rows(_ZONES)},
        "departments": {row[0]: row._asdict() for row in await rows(_DEPARTMENTS)},
        "lines": {row[0]: row._asdict() for row in await rows(_LINES)},
        "agencies": {row[0]: row._asdict() for row in await rows(_AGENCIES)},
        "items": {row.code: row._asdict() for row in await rows(_ITEMS)},
        "priorities": {row.code: row._asdict() for row in await rows(_PRIORITIES)},
        "windows": {
            row.id: row._asdict() | {"handicaps": handicaps.get(row.id, {}), "officer": officers.get(row.id)}
            for row in await rows(_WINDOWS)
        },
        "hours": Timetable(
            hall.timezone,
            [Regular(*row) for row in await rows(_HOURS)],
            [Exceptional(*row) for row in await rows(_EXCEPTIONS)],
            WorkingDays({row[0]: Override(*row[1:]) for row in await rows(_WORKING_DAYS)}),
            hall.open_on_holidays,
        ),
        "covers": covers,
        "slides": [SlideFacts(*row) for row in await rows(_SLIDES)],
        "roster": roster,
        "staff": {row.id: row.name for row in await rows(_STAFF)},
        "templates": templates.usable(hall.id, (tuple(row) for row in await rows(_TEMPLATES))),
    }
    return msgspec.convert(hall._asdict() | facts, HallFacts, from_attributes=True)


FRESH_SECONDS = 10.0
"""A notice may be lost, or a hall be imported by a command: facts are never older than this."""


class Halls:
    """The facts of every hall, by code: loaded when first asked for, dropped when the bus says that the hall moved."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._kept: dict[str, tuple[float, HallFacts]] = {}
        self._codes: dict[int, str] = {}
        self._versions: dict[int, int] = {}
        self._loading = asyncio.Lock()
        bus.subscribe(self._forget)

    async def get(self, code: str) -> HallFacts:
        """The hall's facts now. Raises NotFound."""
        while (kept := self._fresh(code)) is None:
            async with self._loading:
                if self._fresh(code) is None:
                    await self._load(code)
        return kept

    def _fresh(self, code: str) -> HallFacts | None:
        at, facts = self._kept.get(code, (0.0, None))
        return facts if monotonic() - at < FRESH_SECONDS else None

    async def by_id(self, hall_id: int) -> HallFacts:
        """Likewise by the number that rows carry. Raises NotFound."""
        if hall_id not in self._codes:
            async with self._database.read() as connection:
                self._codes = {row.id: row.code for row in await connection.execute(_CODES)}
        if hall_id not in self._codes:
            raise NotFound(N_("没有这个大厅"), code="unknown_hall")
        return await self.get(self._codes[hall_id])

    async def of_window(self, window_id: int) -> HallFacts:
        """The hall that a window stands in. Raises NotFound."""
        for _, facts in self._kept.values():
            if window_id in facts.windows:
                return facts
        async with self._database.read() as connection:
            hall_id = (await connection.execute(_HALL_OF_WINDOW, {"window": window_id})).scalar_one_or_none()
        if hall_id is None:
            raise NotFound(N_("没有这个窗口"), code="unknown_window")
        return await self.by_id(hall_id)

    async def all(self) -> list[HallFacts]:
        async with self._database.read() as connection:
            codes = [row.code for row in await connection.execute(_CODES)]
        return [await self.get(code) for code in codes]

    async def _load(self, code: str) -> None:
        async with self._database.read() as connection:
            versions = dict(self._versions)
            facts = await load(connection, code)
        self._codes[facts.id] = code
        if versions.get(facts.id) == self._versions.get(facts.id):  # nothing moved while we read
            self._kept[code] = (monotonic(), facts)

    def _forget(self, moved: Moved) -> None:
        if moved.what is What.HALL:
            self._versions[moved.hall_id] = self._versions.get(moved.hall_id, 0) + 1
            if (code := self._codes.get(moved.hall_id)) is not None:
                self._kept.pop(code, None)
