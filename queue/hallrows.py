"""A hall in rows: what each of its CSV files holds, column by column, with the limits that the tables set."""

from datetime import date, time

import msgspec

from .facts import StepFacts
from .hall import (
    CALL_TEXT,
    CALL_TEXT_EN,
    Agency,
    CaseKind,
    Department,
    Hall,
    HoursException,
    Item,
    Kind,
    Line,
    Priority,
    WorkingDay,
    Zone,
)
from .hallcells import (
    DATE,
    HALL_CODE,
    LONGEST_LIMIT,
    MATERIALS,
    PREFIX,
    SPELL,
    STEPS,
    TIME,
    TIMEZONE,
    WEEKDAY,
    WINDOW_LINES,
    WINDOW_NUMBER,
    YES_NO,
    call_text,
    choice,
    number,
    text,
    whole,
)
from .hallmessages import MESSAGES, MessageRow
from .hallsheets import Column, Sheet
from .window import Window


class HallRow(msgspec.Struct, frozen=True):
    """The hall itself; columns as in table ``hall``."""

    code: str
    name: str
    name_en: str = ""
    timezone: str = "Asia/Shanghai"
    ticker: str = ""
    recalls_before_missed: int = 2
    return_after: int = 3
    keep_parked: bool = False
    always_open: bool = False
    call_text: str = CALL_TEXT
    call_text_en: str = CALL_TEXT_EN
    quiet: tuple[time, time] | tuple[()] = ()
    """Between these local times boards show but do not speak."""
    complaint_phone: str = ""
    wait_limit_minutes: int = 30
    postpone_minutes: int = 10
    open_on_holidays: bool = False


class DepartmentRow(msgspec.Struct, frozen=True):
    """A department and the name of its zone."""

    code: str
    name: str
    zone: str


class LineRow(msgspec.Struct, frozen=True):
    """A line and the name of its zone."""

    prefix: str
    name: str
    zone: str
    kind: Kind
    call_text: str = ""
    call_text_en: str = ""
    wait_limit_minutes: int = 0
    """0: the hall's."""


class WindowRow(msgspec.Struct, frozen=True):
    """A window. ``line_prefixes``: its lines with their handicap in minutes, by handicap, then prefix (R42)."""

    number: str
    zone: str
    name: str
    kind: Kind
    line_prefixes: tuple[tuple[str, int], ...]
    department_code: str


class ItemRow(msgspec.Struct, frozen=True, kw_only=True):
    """An item, served by a line here or by an agency elsewhere (R5). The defaults are those of outside_items.csv."""

    code: str
    department_code: str
    line_prefix: str = ""
    agency: str = ""
    name: str
    audience: str = "个人/法人"
    case_kind: CaseKind = CaseKind.IMMEDIATE
    statutory_working_days: int = 0
    promised_working_days: int = 0
    bookable: bool = False
    minutes_mean: float = 5.0
    minutes_sd: float = 2.0
    popularity: float = 0.1
    fee_yuan: float = 0.0
    materials: tuple[str, ...] = ()
    form_only: bool = False
    complex: bool = False

    @property
    def outside(self) -> bool:
        """Nothing is known of it but who serves it: outside_items.csv can say all of it."""
        plain = ItemRow(code=self.code, department_code=self.department_code, agency=self.agency, name=self.name)
        return bool(self.agency) and self == plain


class GuideRow(msgspec.Struct, frozen=True, order=True):
    """What the guide of an item says besides (R18, R46): 设定依据, 受理条件, 办理流程, and its steps (R27)."""

    code: str
    basis: str = ""
    conditions: str = ""
    procedure: str = ""
    steps: tuple[StepFacts, ...] = ()


class PriorityRow(msgspec.Struct, frozen=True):
    """A published priority class and its credit (R45)."""

    code: str
    name: str
    name_en: str
    credit_minutes: int


class AgencyRow(msgspec.Struct, frozen=True):
    """An office outside this centre (R5)."""

    name: str
    address: str
    phone: str


class HoursRow(msgspec.Struct, frozen=True, order=True):
    """An opening spell; weekday 1 is Monday, times are local (R37). Of the hall or a line, all the year or a season."""

    weekday: int
    open: time
    close: time
    line: str = ""
    since: date = date.min
    until: date = date.max

    @property
    def season(self) -> tuple[date, date] | tuple[None, None]:
        return (None, None) if self.since == date.min else (self.since, self.until)


class ExceptionRow(msgspec.Struct, frozen=True, order=True):
    """A spell of a date with other hours, of the hall or a line; closed all day without one."""

    day: date
    line: str
    spell: tuple[time, time] | tuple[()]
    reason: str
    reason_en: str = ""


class WorkingDayRow(msgspec.Struct, frozen=True, order=True):
    """A date that is a working day, or not, otherwise than published (R39)."""

    day: date
    working: bool
    name: str


class HallFiles(msgspec.Struct, frozen=True):
    """All files of a hall, rows in the files' order; `outside` items come last, guides, hours and dates are sorted."""

    hall: HallRow
    departments: tuple[DepartmentRow, ...]
    lines: tuple[LineRow, ...]
    agencies: tuple[AgencyRow, ...]
    items: tuple[ItemRow, ...]
    windows: tuple[WindowRow, ...]
    priorities: tuple[PriorityRow, ...]
    hours: tuple[HoursRow, ...]
    exceptions: tuple[ExceptionRow, ...] = ()
    working_days: tuple[WorkingDayRow, ...] = ()
    guides: tuple[GuideRow, ...] = ()
    messages: tuple[MessageRow, ...] = ()

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones that the files name, each once, as they first appear."""
        rows: tuple[DepartmentRow | LineRow | WindowRow, ...] = (*self.departments, *self.lines, *self.windows)
        return tuple(dict.fromkeys(row.zone for row in rows))


_ZONE = Column("zone", text(Zone.name))
_KIND = Column("kind", choice({str(kind): kind for kind in Kind}))
_CASE_KIND = choice(
    {
        "即办件": CaseKind.IMMEDIATE,
        "承诺件": CaseKind.PROMISED,
        "上报件": CaseKind.REPORTED,
        "转办件": CaseKind.FORWARDED,
        "联办件": CaseKind.JOINT,
    }
)
_DEPARTMENT = Column("department_code", text(Department.code))
_LINE = Column("line", PREFIX, empty="", optional=True)
_DAYS = whole(0, LONGEST_LIMIT)

UNNAMED = -1
"""An item names no limit: it has the usual one of its kind (`usual_limit`)."""


def usual_limit(kind: CaseKind, *, complex_: bool) -> int:
    """Working days of an item that names no limit: the same day, 3, or 7 where it is complex (R31)."""
    if kind is CaseKind.IMMEDIATE:
        return 0
    return 7 if complex_ else 3


SHEETS = (
    Sheet(
        "hall.csv",
        (
            Column("code", HALL_CODE),
            Column("name", text(Hall.name)),
            Column("name_en", text(Hall.name_en), empty=""),
            Column("timezone", TIMEZONE),
            Column("ticker", text(Hall.ticker), empty=""),
            Column("recalls_before_missed", whole(0, 9)),
            Column("return_after", whole(0, 50)),
            Column("keep_parked", YES_NO),
            Column("always_open", YES_NO),
            Column("call_text", call_text(Hall.call_text), empty=CALL_TEXT, optional=True),
            Column("call_text_en", call_text(Hall.call_text_en), empty=CALL_TEXT_EN, optional=True),
            Column("quiet", SPELL, empty=(), optional=True),
            Column("complaint_phone", text(Hall.complaint_phone), empty="", optional=True),
            Column("wait_limit_minutes", whole(1, 480), empty=30, optional=True),
            Column("postpone_minutes", whole(0, 60), empty=10, optional=True),
            Column("open_on_holidays", YES_NO, empty=False, optional=True),
        ),
        optional=True,
    ),
    Sheet("departments.csv", (Column("code", text(Department.code)), Column("name", text(Department.name)), _ZONE)),
    Sheet(
        "lines.csv",
        (
            Column("prefix", PREFIX),
            Column("name", text(Line.name)),
            _ZONE,
            _KIND,
            Column("call_text", call_text(Line.call_text), empty="", optional=True),
            Column("call_text_en", call_text(Line.call_text_en), empty="", optional=True),
            Column("wait_limit_minutes", whole(0, 480), empty=0, optional=True),
        ),
    ),
    Sheet(
        "agencies.csv",
        (
            Column("name", text(Agency.name)),
            Column("address", text(Agency.address)),
            Column("phone", text(Agency.phone), empty=""),
        ),
        optional=True,
    ),
    Sheet(
        "items.csv",
        (
            Column("code", text(Item.code)),
            _DEPARTMENT,
            Column("line_prefix", PREFIX, empty=""),
            Column("agency", text(Agency.name), empty="", optional=True),
            Column("name", text(Item.name)),
            Column("audience", text(Item.audience)),
            Column("case_kind", _CASE_KIND),
            Column("statutory_working_days", _DAYS),
            Column("promised_working_days", _DAYS, empty=UNNAMED),
            Column("bookable", YES_NO),
            Column("minutes_mean", number(0.01, 1440)),
            Column("minutes_sd", number(0, 1440)),
            Column("popularity", number(0, 1_000_000, places=2)),
            Column("fee_yuan", number(0, 100_000_000)),
            Column("materials", MATERIALS, empty=()),
            Column("form_only", YES_NO, empty=False, optional=True),
            Column("complex", YES_NO, empty=False, optional=True),
        ),
    ),
    Sheet(
        "outside_items.csv",
        (
            Column("code", text(Item.code)),
            Column("name", text(Item.name)),
            _DEPARTMENT,
            Column("agency", text(Agency.name)),
        ),
        optional=True,
    ),
    Sheet(
        "guides.csv",
        (
            Column("code", text(Item.code)),
            Column("basis", text(Item.basis), empty=""),
            Column("conditions", text(Item.conditions), empty=""),
            Column("procedure", text(Item.procedure), empty=""),
            Column("steps", STEPS, empty=()),
        ),
        optional=True,
    ),
    Sheet(
        "windows.csv",
        (
            Column("number", WINDOW_NUMBER),
            _ZONE,
            Column("name", text(Window.name)),
            _KIND,
            Column("line_prefixes", WINDOW_LINES, empty=()),
            _DEPARTMENT,
        ),
    ),
    Sheet(
        "priorities.csv",
        (
            Column("code", text(Priority.code)),
            Column("name", text(Priority.name)),
            Column("name_en", text(Priority.name_en), empty=""),
            Column("credit_minutes", whole(1, 120)),
        ),
        optional=True,
    ),
    Sheet(
        "hours.csv",
        (
            Column("weekday", WEEKDAY),
            Column("open", TIME),
            Column("close", TIME),
            _LINE,
            Column("since", DATE, empty=date.min, optional=True),
            Column("until", DATE, empty=date.max, optional=True),
        ),
    ),
    Sheet(
        "exceptions.csv",
        (
            Column("day", DATE),
            _LINE,
            Column("spell", SPELL, empty=()),
            Column("reason", text(HoursException.reason)),
            Column("reason_en", text(HoursException.reason_en), empty="", optional=True),
        ),
        optional=True,
    ),
    Sheet(
        "working_days.csv",
        (Column("day", DATE), Column("working", YES_NO), Column("name", text(WorkingDay.name))),
        optional=True,
    ),
    MESSAGES,
    # Only the simulation uses it: checked, never stored.
    Sheet(
        "arrivals.csv",
        (
            Column("weekday", WEEKDAY),
            Column("start", TIME),
            Column("end", TIME),
            Column("share", number(0, 1)),
            Column("visitors", whole(0, 1_000_000)),
        ),
        optional=True,
    ),
)
"""Every file, with its columns in the order in which they are written."""
