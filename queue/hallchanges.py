"""What an import would change: two halls' files compared row by row, and told so that a person can judge it. Pure."""

import hashlib
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec

from ..core.i18n import N_, Language, translate
from . import hallwords
from .hallfiles import HallFiles
from .hallrows import SHEETS
from .hallsheets import Sheet

_SHEETS: Final = {sheet.name: sheet for sheet in SHEETS}

_KINDS: Final = {"added": N_("新增 {count}"), "changed": N_("修改 {count}"), "removed": N_("删除 {count}")}


class _Part(NamedTuple):
    """A part of the hall's files: its sheet, and the columns by which people know a row."""

    file: str
    attribute: str
    key: tuple[str, ...]


# Outside items are items of which less is known: one that moves from one sheet to the other is a change, no more.
_PARTS: Final = (
    _Part("hall.csv", "hall", ()),
    _Part("departments.csv", "departments", ("code",)),
    _Part("lines.csv", "lines", ("prefix",)),
    _Part("agencies.csv", "agencies", ("name",)),
    _Part("items.csv", "items", ("code",)),
    _Part("guides.csv", "guides", ("code",)),
    _Part("windows.csv", "windows", ("number",)),
    _Part("priorities.csv", "priorities", ("code",)),
    _Part("hours.csv", "hours", ("line", "since", "until", "weekday", "open", "close")),
    _Part("exceptions.csv", "exceptions", ("day", "line", "spell")),
    _Part("working_days.csv", "working_days", ("day",)),
    _Part("messages.csv", "messages", ("kind", "language")),
)


class Entry(msgspec.Struct, frozen=True):
    """A row: the fields of its key by column, and its name where it has one beside."""

    key: tuple[tuple[str, str], ...]
    name: str = ""


class Difference(msgspec.Struct, frozen=True):
    """A field, as the files say it, before and after."""

    column: str
    before: str
    after: str


class Changed(msgspec.Struct, frozen=True):
    """A row that is in both, with what differs; the entry as it was before."""

    entry: Entry
    fields: tuple[Difference, ...]


class SheetChanges(msgspec.Struct, frozen=True):
    """What happens to the rows of one sheet."""

    file: str
    added: tuple[Entry, ...] = ()
    changed: tuple[Changed, ...] = ()
    removed: tuple[Entry, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many rows are ``added``, ``changed`` and ``removed``."""
        return {kind: len(getattr(self, kind)) for kind in _KINDS}

    @property
    def count(self) -> int:
        return sum(self.counts.values())


class Changes(msgspec.Struct, frozen=True):
    """What an import changes, sheets without changes left out. ``new``: the hall is not known yet."""

    new: bool
    sheets: tuple[SheetChanges, ...]

    @property
    def count(self) -> int:
        return sum(sheet.count for sheet in self.sheets)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of all sheets are ``added``, ``changed`` and ``removed``."""
        return {kind: sum(sheet.counts[kind] for sheet in self.sheets) for kind in _KINDS}

    @property
    def mark(self) -> str:
        """The same for the same changes, and no others."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()


def compare(old: HallFiles | None, new: HallFiles) -> Changes:
    """What makes ``new`` of ``old``; None: of nothing. The order of rows counts for nothing, as it does to `save`."""
    sheets = (_compare(part, _rows(old, part), _rows(new, part)) for part in _PARTS)
    return Changes(old is None, tuple(sheet for sheet in sheets if sheet.count))


def _rows(files: HallFiles | None, part: _Part) -> tuple[Any, ...]:
    if files is None:
        return ()
    rows = getattr(files, part.attribute)
    return rows if isinstance(rows, tuple) else (rows,)


def _compare(part: _Part, old: tuple[Any, ...], new: tuple[Any, ...]) -> SheetChanges:
    sheet = _SHEETS[part.file]
    before = {_key(part, row): row for row in old}
    after = {_key(part, row): row for row in new}
    return SheetChanges(
        part.file,
        added=tuple(_entry(sheet, part, row) for key, row in after.items() if key not in before),
        changed=tuple(
            Changed(_entry(sheet, part, before[key]), tuple(_differences(sheet, before[key], row)))
            for key, row in after.items()
            if key in before and row != before[key]
        ),
        removed=tuple(_entry(sheet, part, row) for key, row in before.items() if key not in after),
    )


def _key(part: _Part, row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in part.key)


def _entry(sheet: Sheet, part: _Part, row: Any) -> Entry:
    columns = (column for column in sheet.columns if column.name in part.key)
    key = tuple((column.name, said) for column in columns if (said := column.show(getattr(row, column.name))))
    return Entry(key, "" if "name" in part.key else getattr(row, "name", ""))


def _differences(sheet: Sheet, before: Any, after: Any) -> Iterator[Difference]:
    for column in sheet.columns:
        old, new = getattr(before, column.name), getattr(after, column.name)
        if old != new:
            yield Difference(column.name, column.show(old), column.show(new))


def describe(changes: Changes, language: Language, most: int = 20) -> list[str]:
    """The changes in lines of text: counts first, then sheet by sheet, ``most`` rows of each kind at the most."""
    if not changes.count:
        return [translate(language, N_("没有变更"))]
    whole = N_("新的大厅，共 {count} 行") if changes.new else N_("共 {count} 处变更")
    lines = [translate(language, whole, count=changes.count) + _tail(changes.counts, language)]
    for sheet in changes.sheets:
        told = N_("{sheet} {count} 处")
        head = translate(language, told, sheet=hallwords.sheet_word(sheet.file, language), count=sheet.count)
        lines.append(head + _tail(sheet.counts, language))
        rows = (
            [f"+ {entry_text(entry, language)}" for entry in sheet.added],
            [f"* {changed_text(changed, language)}" for changed in sheet.changed],
            [f"- {entry_text(entry, language)}" for entry in sheet.removed],
        )
        for kind in rows:
            lines += [f"  {row}" for row in kind[:most]]
            if len(kind) > most:
                lines.append("  … " + translate(language, N_("另有 {count} 处"), count=len(kind) - most))
    return lines


def _tail(counts: dict[str, int], language: Language) -> str:
    """How many of each kind, after the whole: ``：新增 1，删除 2``."""
    colon, comma = (": ", ", ") if language == "en" else ("：", "，")
    return colon + comma.join(translate(language, _KINDS[kind], count=count) for kind, count in counts.items() if count)


def entry_text(entry: Entry, language: Language) -> str:
    """A row as people know it: ``A01 首问1号``; one of several columns with what they are called."""
    if len(entry.key) > 1:
        comma = ", " if language == "en" else "，"
        return comma.join(f"{hallwords.column_word(column, language)} {said}" for column, said in entry.key)
    return " ".join(filter(None, (*(said for _, said in entry.key), entry.name)))


def changed_text(changed: Changed, language: Language) -> str:
    """A row with what differs: ``A01 首问1号：名称 “首问1号” → “咨询”``."""
    colon, comma = (": ", ", ") if language == "en" else ("：", "，")
    told = (
        f"{hallwords.column_word(field.column, language)} {_quoted(before, language)} → {_quoted(after, language)}"
        for field in changed.fields
        for before, after in [excerpts(field.before, field.after)]
    )
    return entry_text(changed.entry, language) + colon + comma.join(told)


def _quoted(said: str, language: Language) -> str:
    return f"“{said}”" if said else translate(language, N_("（空）"))


def excerpts(before: str, after: str, most: int = 40) -> tuple[str, str]:
    """As much of two fields as a line can bear, from a little before the place where they part."""
    if max(len(before), len(after)) <= most:
        return before, after
    same = next((at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), None)
    start = max(0, (min(len(before), len(after)) if same is None else same) - 8)
    return _cut(before, start, most), _cut(after, start, most)


def _cut(said: str, start: int, most: int) -> str:
    piece = said[start : start + most]
    return ("…" if start and said else "") + piece + ("…" if len(said) > start + most else "")
