"""What is printed, as a value, and that value as the bytes of an 80 mm ESC/POS printer. Pure.

A `Sheet` is kept with its print job as JSON, so that a reprint shows what the first paper showed. Paper has 48 columns;
what GB18030 writes in one byte takes one of them, everything else (also a dash or a quotation mark) takes two.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any, Final

import msgspec

from ..core.clock import local
from ..core.i18n import N_, Language, translate
from ..queue.facts import HallFacts

COLUMNS: Final = 48
NUMBER_SCALE: Final = 4
QR_DOTS: Final = 8
"""Edge of one module: a link of 60 characters becomes 33 mm wide, of the 72 mm that the head reaches."""
MOST_WINDOWS: Final = 6
CHINESE: Final = b"\x1c&"
"""FS &: two bytes are one character. Off after a reset on some models."""

_CLOSING = "，。、；：？！）》】〕”’·％—…"
_OPENING = "（《【〔“‘"
# What a line is broken between: never inside a Latin word or figure, nor before a comma, nor after a bracket opens.
_TOKEN = re.compile(rf" |[{_OPENING}]*(?:[!-~]+|[^ ])[{_CLOSING}]*")


class Title(msgspec.Struct, frozen=True, tag="title"):
    text: str


class Number(msgspec.Struct, frozen=True, tag="number"):
    """What a visitor must find at a glance: as large as the paper allows."""

    text: str


class Lines(msgspec.Struct, frozen=True, tag="lines"):
    lines: tuple[str, ...]
    bold: bool = False


class Rows(msgspec.Struct, frozen=True, tag="rows"):
    """Labels at the left, values at the right."""

    rows: tuple[tuple[str, str], ...]


class Bullets(msgspec.Struct, frozen=True, tag="bullets"):
    title: str
    items: tuple[str, ...]


class Qr(msgspec.Struct, frozen=True, tag="qr"):
    content: str
    caption: str


class Foot(msgspec.Struct, frozen=True, tag="foot"):
    lines: tuple[str, ...]


Part = Title | Number | Lines | Rows | Bullets | Qr | Foot


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of paper from top to bottom. ``copy`` 0 is the original; a reprint says at its top that it is one."""

    parts: tuple[Part, ...]
    language: Language
    timezone: str
    copy: int = 0
    mark: str = ""


def reprinted(sheet: Sheet, copy: int, now: datetime) -> Sheet:
    """The same paper once more, marked with the number of the copy and the hall's time."""
    mark = translate(sheet.language, N_("补打 {copy}"), copy=copy)
    return msgspec.structs.replace(sheet, copy=copy, mark=f"{mark}  {local(now, sheet.timezone):%Y-%m-%d %H:%M}")


def ticket_sheet(hall: HallFacts, ticket: Mapping[str, Any], url: str, language: Language) -> Sheet:
    """A ticket with what its holder needs (R4): the same as the page ``/t/{key}/slip`` shows.

    ``ticket`` is what `api.routes.shown.held_ticket` gives, with ``ahead`` and ``wait`` while it waits; ``url`` is the
    whole address of the follow page. A booked time that was kept stands instead of the wait (R40).
    """

    def say(message: str, **params: object) -> str:
        return translate(language, message, **params)

    item, way = ticket["item"], ticket["route"]
    agency = way["agency"]
    about = (ticket["line_name"], item["name"]) if item else (ticket["line_name"],)
    parts: list[Part] = [
        Title(hall.name_en if language == "en" and hall.name_en else hall.name),
        Number(ticket["number"]),
        Lines(about, bold=True),
    ]
    booked = ticket.get("booked_for") or ""
    kept = bool(booked) and booked == ticket["arrival"]
    if kept:
        parts.append(Rows(((say(N_("预约时间")), booked[11:16]),)))
        parts.append(Lines((say(N_("按预约时间叫号")),)))
    elif booked:
        parts.append(Lines((say(N_("已过预约时间 {time}，按现场取号排队"), time=booked[11:16]),)))
    if "ahead" in ticket and not kept:
        ahead = say(N_("{count}人"), count=ticket["ahead"])
        parts.append(Rows(((say(N_("前面还有")), ahead), (say(N_("预计等候")), _minutes(ticket["wait"], language)))))
    parts.append(Lines((way["text"],), bold=True))
    if way["windows"]:
        parts.append(Lines((say(N_("办理窗口：")) + _windows(way["windows"], language),)))
    if agency and agency["phone"]:
        parts.append(Lines((say(N_("电话：")) + agency["phone"],)))
    if item and item["materials"] and not agency:
        parts.append(Bullets(say(N_("请带好材料")), tuple(item["materials"])))
    parts.append(Qr(url, say(N_("扫码看进度"))))
    label = say(N_("预约时间") if kept else N_("取号时间"))
    taken = f"{label} {ticket['arrival'][:10]} {ticket['arrival'][11:16]}"
    parts.append(Foot((say(N_("过号请到首问责任岗重新排队")), taken)))
    return Sheet(parts=tuple(parts), language=language, timezone=hall.timezone)


def booking_sheet(hall: HallFacts, booking: Mapping[str, Any], url: str, language: Language) -> Sheet:
    """An appointment made in the hall, for the visitor to take home (R40): the same as ``/appointments/{code}/slip``.

    ``booking`` is what `api.routes.booked.appointment` gives; ``url`` opens it without the phone number.
    """

    def say(message: str, **params: object) -> str:
        return translate(language, message, **params)

    code, minutes = booking["code"], booking["check_in_minutes"]
    parts: list[Part] = [
        Title(hall.name_en if language == "en" and hall.name_en else hall.name),
        Lines((say(N_("预约码")),)),
        Number(f"{code[:4]} {code[4:]}"),
        Lines((booking["when"], booking["item"]["name"]), bold=True),
        Lines((f"{booking['zone']} {booking['line_name']}", booking["visitor"])),
    ]
    if booking["item"]["materials"]:
        parts.append(Bullets(say(N_("请带好材料")), tuple(booking["item"]["materials"])))
    parts.append(Qr(url, say(N_("扫码签到、改期或取消"))))
    parts.append(Foot((say(N_("预约时间前{minutes}分钟内到大厅签到"), minutes=minutes), say(N_("不能来时请提前取消")))))
    return Sheet(parts=tuple(parts), language=language, timezone=hall.timezone)


def _minutes(wait: Mapping[str, int] | None, language: Language) -> str:
    if wait is None:
        return translate(language, N_("开窗后叫号"))
    if wait["low"] == 0:
        return translate(language, N_("{high}分钟以内"), high=wait["high"])
    if wait["low"] == wait["high"]:
        return translate(language, N_("约{high}分钟"), high=wait["high"])
    return translate(language, N_("约{low}–{high}分钟"), low=wait["low"], high=wait["high"])


def _windows(numbers: list[str], language: Language) -> str:
    first = translate(language, N_("、")).join(numbers[:MOST_WINDOWS])
    if len(numbers) <= MOST_WINDOWS:
        return first
    return translate(language, N_("{windows}等{count}个窗口"), windows=first, count=len(numbers))


def number_of(sheet: Sheet) -> str:
    """What people call the paper: the number on it, or else its title."""
    named = {type(part): part.text for part in sheet.parts if isinstance(part, Number | Title)}
    return named.get(Number) or named.get(Title, "")


def columns(text: str) -> int:
    """How many of the paper's columns a text takes."""
    return sum(1 if character < "\x80" else 2 for character in text)


def clean(text: str) -> str:
    """Only what can be printed: an ESC in a name would be a command, half a surrogate pair has no bytes."""
    kept = (" " if character.isspace() else character for character in unicodedata.normalize("NFC", text))
    return "".join(character for character in kept if not unicodedata.category(character).startswith("C"))


def wrap(text: str, width: float = COLUMNS, measure: Callable[[str], float] = columns) -> list[str]:
    """Lines of at most ``width`` columns (2 or more): broken between words, and inside only those that fill a line.

    Paper of another kind gives its ``width`` in what ``measure`` gives for a text.
    """
    lines, line = [], ""
    for token in _TOKEN.findall(clean(text)):
        if measure(line) + measure(token) > width:
            lines.append(line)
            line = ""
        for character in token:
            if measure(line) + measure(character) > width:
                lines.append(line)
                line = ""
            line += character if line or character != " " else ""
    return [kept for kept in (line.rstrip() for line in [*lines, line]) if kept]


def escpos_bytes(sheet: Sheet) -> bytes:
    """The sheet for a printer: reset, Chinese mode, the parts, feed, partial cut.

    Sizes are set with GS !, because ESC ! leaves Chinese characters as small as they were.
    """
    from escpos.printer import Dummy  # slow to load, and makes a folder: only a process that prints needs it

    printer = Dummy()
    raw = printer._raw  # noqa: SLF001 - its own texts go through code pages, none of which is GB18030

    def style(align: str, *, bold: bool = False, size: int = 1) -> None:
        printer.set(align=align, bold=bold, custom_size=True, width=size, height=size)

    def write(*texts: str, size: int = 1) -> None:
        for text in texts:
            raw("".join(f"{line}\n" for line in wrap(text, COLUMNS // size)).encode("gb18030"))

    def write_part(part: Part) -> None:
        match part:
            case Title(text):
                style("center", bold=True)
                write(text)
            case Number(text):
                size = max(1, min(NUMBER_SCALE, COLUMNS // max(columns(clean(text)), 1)))
                style("center", bold=True, size=size)
                write(text, size=size)
            case Lines(lines, bold):
                style("center", bold=bold)
                write(*lines)
            case Rows(rows):
                style("left")
                raw("".join(f"{line}\n" for label, value in rows for line in _row(label, value)).encode("gb18030"))
            case Bullets(title, items):
                style("left", bold=True)
                write(title)
                style("left")
                raw("".join(f"{line}\n" for item in items for line in _bullet(item)).encode("gb18030"))
            case Qr(content, caption):
                style("center")
                printer.qr(content, ec=1, size=QR_DOTS, native=True)  # 1: level M, as on the page
                raw(b"\n")
                write(caption)
            case Foot(lines):
                style("center")
                write(*lines)

    printer.hw("INIT")
    raw(CHINESE)
    groups: list[list[Part]] = [[Title(sheet.mark)]] if sheet.mark else []
    groups += (list(parts) for _, parts in groupby(sheet.parts, type))
    for group in groups:  # with an empty line after each
        for part in group:
            write_part(part)
        style("left")
        raw(b"\n")
    printer.cut("PART")
    output: bytes = printer.output
    return output


def _row(label: str, value: str) -> list[str]:
    label, value = clean(label), clean(value)
    room = COLUMNS - columns(label) - columns(value)
    if room >= 1:
        return [label + " " * room + value]
    return [*wrap(label), *(" " * (COLUMNS - columns(line)) + line for line in wrap(value))]


def _bullet(item: str) -> list[str]:
    return [("· " if place == 0 else "   ") + line for place, line in enumerate(wrap(item, COLUMNS - 3))]
