"""The cells of the hall's files: what a field may say, as a pair of reader and writer. Pure.

Readers raise `CellError` with a translatable reason; everything they accept, the database's CHECKs accept.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, time
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy.orm import InstrumentedAttribute

from ..core.errors import Invalid
from ..core.i18n import N_
from . import calltext, fields
from .facts import StepFacts

LONGEST_HANDICAP = 240
LONGEST_LIMIT = 3650
"""Working days."""


class CellError(Exception):
    """A field cannot be read: ``reason`` is a message id, ``params`` fill its fields."""

    def __init__(self, reason: str, **params: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.params = params


class Form(Enum):
    """As what a spreadsheet keeps a field."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    DATE = "date"


class Cell(NamedTuple):
    """How a field becomes a value, and a value the field it came from. ``choices``: the only words that it may be."""

    read: Callable[[str], Any]
    show: Callable[[Any], str] = str
    form: Form = Form.TEXT
    choices: tuple[str, ...] = ()


def short(value: str) -> str:
    """As much of a field as a message can bear."""
    return value if len(value) <= 40 else value[:39] + "…"


def checked(check: Callable[[str], None], value: str) -> None:
    """What a check of the house has against a value, as what is wrong with its field."""
    try:
        check(value)
    except Invalid as error:
        raise CellError(error.detail, **error.params) from None


def clean(value: str) -> None:
    """Refuse what nobody can see, as everywhere (`fields.clean`)."""
    checked(fields.clean, value)


def text(column: InstrumentedAttribute[str]) -> Cell:
    """Words, at most as long as the column of the database."""
    limit: int = column.type.length

    def read(value: str) -> str:
        if len(value) > limit:
            raise CellError(N_("超过 {limit} 个字"), limit=limit)
        return value

    return Cell(read)


def call_text(column: InstrumentedAttribute[str]) -> Cell:
    """What is said at a call, with the fields of `calltext`."""
    words = text(column)

    def read(value: str) -> str:
        checked(calltext.check, value)
        return str(words.read(value))

    return Cell(read)


def matching(pattern: str, reason: str) -> Cell:
    """A code of a fixed form."""
    form = re.compile(pattern)

    def read(value: str) -> str:
        if not form.fullmatch(value):
            raise CellError(reason, value=short(value))
        return value

    return Cell(read)


def _within(value: Any, low: float, high: float) -> Any:
    if not low <= value <= high:
        raise CellError(N_("应在 {low} 到 {high} 之间"), low=low, high=high)
    return value


def whole(low: int, high: int) -> Cell:
    """A whole number in half-width digits."""

    def read(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value):
            raise CellError(N_("“{value}”不是整数（只能用半角数字）"), value=short(value))
        return int(_within(int(value), low, high))

    return Cell(read, form=Form.NUMBER)


def number(low: float, high: float, *, places: int = 0) -> Cell:
    """A number in half-width digits with an optional decimal point, written with ``places`` decimals or more."""

    def read(value: str) -> float:
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,20})?", value):
            raise CellError(N_("“{value}”不是数字（只能用半角数字和小数点）"), value=short(value))
        return float(_within(float(value), low, high))

    def show(value: float) -> str:
        exact = Decimal(repr(value)).normalize()
        return f"{exact:f}" if -int(exact.as_tuple().exponent) > places else f"{exact:.{places}f}"

    return Cell(read, show, Form.NUMBER)


def choice(meanings: dict[str, Any]) -> Cell:
    """One of a few words."""
    words = {meaning: word for word, meaning in meanings.items()}

    def read(value: str) -> Any:
        if value not in meanings:
            raise CellError(N_("“{value}”不在可选值之内：{choices}"), value=short(value), choices="、".join(meanings))
        return meanings[value]

    return Cell(read, words.__getitem__, choices=tuple(meanings))


def _time(value: str) -> time:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", value):
        raise CellError(N_("“{value}”不是 08:30 这样的时间"), value=short(value))
    return time.fromisoformat(value)


def _date(value: str) -> date:
    try:
        if re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", value):
            return date.fromisoformat(value)
    except ValueError:  # the 30th of February
        pass
    raise CellError(N_("“{value}”不是 2026-10-01 这样的日期"), value=short(value))


def _spell(value: str) -> tuple[time, time]:
    start, dash, end = value.partition("-")
    if not dash or start == end:
        raise CellError(N_("“{value}”不是 12:00-14:00 这样的时段"), value=short(value))
    return _time(start), _time(end)


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (LookupError, ValueError, OSError):  # unknown, not a name at all, a folder of names
        raise CellError(N_("没有“{value}”这个时区"), value=short(value)) from None
    return value


def _parts(value: str) -> tuple[str, ...]:
    parts = tuple(value.split(";")) if value else ()
    for part in parts:
        if not part.strip():
            raise CellError(N_("分号之间有空项"))
        clean(part)
    return parts


def _handicap(place: int) -> int:
    """Minutes for the line at ``place`` in a window's list when none are written: its own line 0, then 15, 20, 25."""
    return 10 + 5 * place if place else 0


def _lines(value: str) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    for place, part in enumerate(_parts(value)):
        match = re.fullmatch(r"([A-Z]{1,4})(?::([0-9]{1,4}))?", part)
        if not match:
            raise CellError(N_("“{value}”不是队列前缀，也不是“前缀:分钟”"), value=short(part))
        if match[1] in found:
            raise CellError(N_("队列 {value} 重复"), value=match[1])
        found[match[1]] = int(_within(int(match[2]) if match[2] else _handicap(place), 0, LONGEST_HANDICAP))
    return by_handicap(found.items())


def _show_lines(lines: tuple[tuple[str, int], ...]) -> str:
    return ";".join(
        prefix if minutes == _handicap(place) else f"{prefix}:{minutes}"
        for place, (prefix, minutes) in enumerate(lines)
    )


def by_handicap(lines: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """The one order in which a window's lines are told: by handicap, then by prefix."""
    return tuple(sorted(lines, key=lambda line: (line[1], line[0])))


def _steps(value: str) -> tuple[StepFacts, ...]:
    return tuple(map(_step, _parts(value)))


def _step(part: str) -> StepFacts:
    match = re.fullmatch(r"([^:]{1,40}):([0-9]{1,4}):([^:]{1,60})", part)
    if not match:
        raise CellError(N_("“{value}”不是“环节:工作日:责任岗位”"), value=short(part))
    for word in match[1], match[3]:
        clean(word)
    return StepFacts(match[1], int(_within(int(match[2]), 0, LONGEST_LIMIT)), match[3])


def _show_steps(steps: Iterable[StepFacts]) -> str:
    return ";".join(f"{step.name}:{step.days}:{step.post}" for step in steps)


YES_NO = choice({"yes": True, "no": False})
WEEKDAY = whole(1, 7)
TIME = Cell(_time, lambda value: f"{value:%H:%M}", Form.TIME)
DATE = Cell(_date, form=Form.DATE)
SPELL = Cell(_spell, lambda spell: f"{spell[0]:%H:%M}-{spell[1]:%H:%M}")
TIMEZONE = Cell(_timezone)
HALL_CODE = matching(r"[a-z0-9-]{1,40}", N_("“{value}”不是大厅代码（小写字母、数字、连字符）"))
PREFIX = matching(r"[A-Z]{1,4}", N_("“{value}”不是队列前缀（1 到 4 个大写字母）"))
WINDOW_NUMBER = matching(r"[A-Z]{0,2}[0-9]{1,4}", N_("“{value}”不是窗口号（如 A01）"))
WINDOW_LINES = Cell(_lines, _show_lines)
MATERIALS = Cell(_parts, ";".join)
STEPS = Cell(_steps, _show_steps)
