"""What a hall is, as an immutable value: routing, the kiosk and the public pages ask it on every visit (`halls`)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from functools import cached_property

import msgspec

from ..core.calendar import Spell, Timetable
from ..core.i18n import Language
from .hall import CALL_TEXT, CALL_TEXT_EN, Kind
from .shows import MediaKind, RosterPart
from .templates import Own, compose
from .told import Told
from .window import WindowState


class ZoneFacts(msgspec.Struct, frozen=True):
    id: int
    name: str


class DepartmentFacts(msgspec.Struct, frozen=True):
    id: int
    code: str
    name: str
    zone_id: int


class LineFacts(msgspec.Struct, frozen=True):
    id: int
    prefix: str
    name: str
    zone_id: int
    kind: Kind
    call_text: str = ""
    call_text_en: str = ""
    wait_limit_minutes: int | None = None


class AgencyFacts(msgspec.Struct, frozen=True):
    id: int
    name: str
    address: str
    phone: str


class StepFacts(msgspec.Struct, frozen=True):
    """A step of an item: its standard time in working days and the post that answers for it (R27)."""

    name: str
    days: int
    post: str


class ItemFacts(msgspec.Struct, frozen=True):
    """An item as its newest version says (R28)."""

    id: int
    code: str
    name: str
    initials: str
    department_id: int
    line_id: int | None
    agency_id: int | None
    minutes_mean: float
    minutes_sd: float
    popularity: float
    audience: str
    case_kind: str
    promised_days: int
    fee_yuan: float
    materials: tuple[str, ...]
    bookable: bool = False
    version_id: int = 0
    version: int = 1
    statutory_days: int = 0
    basis: str = ""
    conditions: str = ""
    procedure: str = ""
    steps: tuple[StepFacts, ...] = ()
    form_only: bool = False
    complex: bool = False


class PriorityFacts(msgspec.Struct, frozen=True):
    id: int
    code: str
    name: str
    name_en: str
    credit_minutes: int


class OfficerFacts(msgspec.Struct, frozen=True):
    """Somebody signed in at a window now."""

    staff_id: int
    name: str
    badge: str
    photo: str | None = None
    """Digest of the picture on his staff card (R43)."""
    post: str = ""
    """The post that he holds, by name; empty without one."""


class SlideFacts(msgspec.Struct, frozen=True):
    """What boards show while nobody is called: a notice, or the media of this digest."""

    id: int
    kind: MediaKind | None
    digest: str | None
    text: str
    text_en: str
    seconds: int
    since: datetime | None
    until: datetime | None


class WindowFacts(msgspec.Struct, frozen=True):
    """``handicaps``: line id -> minutes; 0 for the window's own lines. ``officer``: who is signed in there."""

    id: int
    number: str
    name: str
    zone_id: int
    kind: Kind
    department_id: int
    state: WindowState
    pause_reason: str
    back_at: datetime | None
    handicaps: Mapping[int, int]
    officer: OfficerFacts | None
    state_since: datetime | None = None

    @property
    def staffed(self) -> bool:
        """Open, or paused for a moment: visitors may still be sent here."""
        return self.state is not WindowState.CLOSED

    def accepts(self, item: ItemFacts) -> bool:
        """Whether an item is dealt with here: one of its lines, or any of the hall's at a comprehensive window."""
        return item.line_id is not None and (item.line_id in self.handicaps or self.kind is Kind.COMPREHENSIVE)


class HallFacts(msgspec.Struct, frozen=True, dict=True):
    id: int
    code: str
    name: str
    name_en: str
    timezone: str
    ticker: str
    recalls_before_missed: int
    return_after: int
    keep_parked: bool
    always_open: bool
    zones: Mapping[int, ZoneFacts]
    departments: Mapping[int, DepartmentFacts]
    lines: Mapping[int, LineFacts]
    agencies: Mapping[int, AgencyFacts]
    items: Mapping[str, ItemFacts]
    priorities: Mapping[str, PriorityFacts]
    windows: Mapping[int, WindowFacts]
    hours: Timetable
    covers: Mapping[int, Sequence[int]]
    """Line id -> staff ids of the B holders of its posts, today (R48)."""
    call_text: str = CALL_TEXT
    call_text_en: str = CALL_TEXT_EN
    quiet_from: time | None = None
    quiet_until: time | None = None
    complaint_phone: str = ""
    wait_limit_minutes: int = 30
    postpone_minutes: int = 10
    slides: Sequence[SlideFacts] = ()
    roster: Mapping[date, Mapping[RosterPart, str]] = {}
    """Who is named on the boards, by day, from yesterday to tomorrow (R13)."""
    staff: Mapping[int, str] = {}
    """The names of the hall's officers."""
    templates: Own = {}

    def name_in(self, language: Language) -> str:
        """The hall as somebody of this language knows it."""
        return (self.name_en if language == "en" else "") or self.name

    def says(self, told: Told, language: Language, /, **values: object) -> str:
        """A message in the hall's words. ``values``: every field of its kind but ``hall``; others do no harm."""
        return compose(self.templates, told, language, values | {"hall": self.name_in(language)})

    def line(self, prefix: str) -> LineFacts | None:
        return next((line for line in self.lines.values() if line.prefix == prefix), None)

    def lines_of(self, kind: Kind) -> list[LineFacts]:
        return [line for line in self.lines.values() if line.kind is kind]

    def seat_of(self, staff_id: int | None) -> WindowFacts | None:
        """The window where an officer sits now."""
        return next((one for one in self.windows.values() if one.officer and one.officer.staff_id == staff_id), None)

    def serving(self, line_id: int) -> Sequence[WindowFacts]:
        """Staffed windows that serve a line, its own windows first."""
        return self._servers.get(line_id, ())

    @cached_property
    def items_by_id(self) -> Mapping[int, ItemFacts]:
        return {item.id: item for item in self.items.values()}

    @cached_property
    def _servers(self) -> Mapping[int, Sequence[WindowFacts]]:
        serving: dict[int, list[WindowFacts]] = {}
        for window in self.windows.values():
            for line_id in window.handicaps if window.staffed else ():
                serving.setdefault(line_id, []).append(window)
        for line_id, windows in serving.items():
            windows.sort(key=lambda window: window.handicaps[line_id])
        return serving

    def open_at(self, now: datetime) -> bool:
        return self.hours.open_at(now)

    def takes_visitors(self, now: datetime) -> bool:
        """Numbers are given while the hall is open, and at any time where the hall says so."""
        return self.always_open or self.open_at(now)

    def next_opening(self, now: datetime) -> datetime | None:
        return self.hours.next_opening(now)

    def spells_on(self, day: date, line_id: int | None = None) -> Sequence[Spell]:
        """The opening hours of a date, of the hall or of one of its lines."""
        return self.hours.spells_on(day, line_id)
