"""A document as PDF on A4, with its font inside: the same on every printer, and to be read back as text.

Pure but for reading fonts. Lengths are millimetres, sizes of type are points.
"""

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Final, cast

import segno
from fpdf import FPDF
from fpdf.enums import TextMode
from fpdf.fonts import TTFFont

from ..cases.paper import Paper
from ..core.i18n import N_, translate
from ..display.paper import clean, wrap
from .templating import TAGS

FONT: Final = Path(__file__).with_name("fonts") / "NotoSerifSC.otf"
SYSTEM_FONTS: Final = Path("/usr/share/fonts")
SIMPLIFIED: Final = 2
"""The face for mainland China in Noto's collections."""
MISSING: Final = "〓"
"""What typesetters put where a character was not in the case: seen, and to be corrected by hand."""

WIDTH, HEIGHT, LEFT, TOP = 210.0, 297.0, 25.0, 20.0
ROOM: Final = WIDTH - 2 * LEFT
BOTTOM: Final = HEIGHT - 22.0
BODY: Final = {"zh_CN": 14.0, "en": 12.5}
NUMBER, SMALL = 12.0, 10.5
LEADING: Final = 1.5
MM: Final = 25.4 / 72
Colour = tuple[int, int, int]
RED, BLACK, GREY, RULE = (200, 16, 46), (0, 0, 0), (80, 80, 80), (120, 120, 120)
GAP, PADDING, HANGING = 2.0, 2.4, 10.0
LABELS: Final = 42.0
BLANK: Final = 14.0
LABELS_OF_BLANKS: Final = 66.0
QR: Final = 26.0
SIGNATURE: Final = 42.0
SIGNED: Final = 88.0


@cache
def rare_font() -> Path | None:
    """A font of the system with all characters of Unicode's Chinese blocks, where there is one."""
    return max(SYSTEM_FONTS.rglob("Noto*CJK-Regular.ttc"), key=lambda path: path.name, default=None)


class _Sheets(FPDF):
    """The pages of one document: texts are placed line by line, and what belongs together stays on one page."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4")
        self.paper = paper
        self.set_auto_page_break(False)
        self.set_title(clean(f"{paper.title} {paper.number}"))
        self.set_author(clean(paper.letterhead))
        self.set_lang(TAGS[paper.language])
        self.body = BODY[paper.language]
        self.high = _high(self.body)
        self.ours, self.rare = self._added("song", FONT), cast(TTFFont | None, None)
        self.set_font("song", size=self.body)
        self.add_page()
        self.y = TOP

    def _added(self, family: str, path: Path) -> TTFFont:
        self.add_font(family, fname=path, collection_font_number=SIMPLIFIED if path.suffix == ".ttc" else 0)
        return cast(TTFFont, self.fonts[family])

    def face(self, character: str) -> TTFFont:
        """The font that has a character, or else ours; that of the system is read only when a name needs it."""
        if ord(character) in self.ours.cmap:
            return self.ours
        if self.rare is None and (path := rare_font()):
            self.rare = self._added("rare", path)
        return self.rare if self.rare and ord(character) in self.rare.cmap else self.ours

    def settable(self, text: str) -> str:
        """The text as it can be set: nothing vanishes, what no font has is `MISSING`."""
        return "".join(c if ord(c) in self.face(c).cmap else MISSING for c in clean(text))

    def wide(self, text: str, size: float) -> float:
        """How many millimetres a settable text takes."""
        return sum((self.face(c).cw[ord(c)] for c in text), 0.0) * size / 1000 * MM

    def broken(self, text: str, room: float) -> list[str]:
        return wrap(self.settable(text), room, lambda part: self.wide(part, self.body))

    def put(
        self, text: str, x: float, y: float, *, size: float = 0, bold: bool = False, colour: Colour = BLACK
    ) -> None:
        """One line with its top at ``y``. Bold is drawn: the outline of the letters is inked as well."""
        size = size or self.body
        with self.local_context(text_mode=TextMode.FILL_STROKE if bold else TextMode.FILL, line_width=size * 0.006):
            self.set_text_color(*colour)
            self.set_draw_color(*colour)
            for face, run in groupby(text, self.face):
                part = "".join(run)
                self.set_font(face.fontkey, size=size)
                self.text(x, y + size * MM * (LEADING / 2 + 0.38), part)
                x += self.wide(part, size)

    def turn(self, height: float) -> None:
        """A new page when so much does not fit on this one."""
        if self.y + height > BOTTOM:
            self.add_page()
            head = f"{self.paper.title}  {self.paper.number}"
            self.put(self.settable(head), LEFT, TOP - 8, size=SMALL, colour=GREY)
            self.y = TOP

    def lines(self, lines: Sequence[str], x: float = LEFT, **style: Any) -> None:
        for line in lines:
            self.turn(self.high)
            self.put(line, x, self.y, **style)
            self.y += self.high

    def centred(self, text: str, size: float, colour: Colour = BLACK) -> None:
        """A bold line in the middle, smaller when it would be too long for one."""
        text = self.settable(text)
        size = min(size, size * ROOM / max(self.wide(text, size), 1))
        self.put(text, (WIDTH - self.wide(text, size)) / 2, self.y, size=size, bold=True, colour=colour)
        self.y += _high(size)

    def rule(self, y: float, thick: float, colour: Colour = RULE, x: float = LEFT) -> None:
        with self.local_context(line_width=thick):
            self.set_draw_color(*colour)
            self.line(x, y, WIDTH - LEFT, y)


def _high(size: float) -> float:
    return size * MM * LEADING


def made(paper: Paper) -> bytes:
    """The document as PDF. It takes some tenths of a second of computing: call it in a thread."""
    sheets = _Sheets(paper)
    _head(sheets)
    for text in paper.opening:
        _paragraph(sheets, text)
    _facts(sheets)
    _list(sheets)
    for text in paper.closing[:-1]:
        _paragraph(sheets, text)
    # The signature never stands on a page without text.
    last = sum(sheets.high * len(_indented(sheets, text)) + GAP for text in paper.closing[-1:])
    blanks = [sheets.broken(label, LABELS_OF_BLANKS - 2 * PADDING) for label in paper.blanks]
    sheets.turn(last + sum(_blank_height(sheets, label) for label in blanks) + GAP + _signature_height(sheets))
    for text in paper.closing[-1:]:
        _paragraph(sheets, text)
    sheets.y += GAP
    for label in blanks:
        _row(sheets, label, (), _blank_height(sheets, label), LABELS_OF_BLANKS)
    _signature(sheets)
    _feet(sheets)
    data = bytes(sheets.output())
    for face in filter(None, (sheets.ours, sheets.rare)):
        face.ttfont.close()
    return data


def _head(sheets: _Sheets) -> None:
    paper = sheets.paper
    sheets.centred(paper.letterhead, 34, RED)
    sheets.rule(sheets.y + 2, 1.0, RED)
    sheets.rule(sheets.y + 3.4, 0.3, RED)
    sheets.y += 9
    sheets.centred(paper.title, 22)
    sheets.y += 1
    number = sheets.settable(paper.number)
    sheets.put(number, WIDTH - LEFT - sheets.wide(number, NUMBER), sheets.y, size=NUMBER)
    sheets.y += _high(NUMBER) + GAP
    if paper.to:
        sheets.lines(sheets.broken(paper.to, ROOM), bold=True)
        sheets.y += GAP / 2


def _indented(sheets: _Sheets, text: str) -> list[str]:
    """A paragraph's lines. In Chinese the first is moved by two characters, for which two stand while it is broken."""
    if sheets.paper.language == "en":
        return sheets.broken(text, ROOM)
    return sheets.broken("字字" + text, ROOM)


def _paragraph(sheets: _Sheets, text: str) -> None:
    first, *rest = _indented(sheets, text)
    indent = 0 if sheets.paper.language == "en" else 2
    sheets.lines([first[indent:]], LEFT + indent * sheets.body * MM)
    sheets.lines(rest)
    sheets.y += GAP


def _row(sheets: _Sheets, label: Sequence[str], value: Sequence[str], height: float, wide: float = LABELS) -> None:
    """A row of a table: lines above, below and between, which every page draws anew."""
    sheets.turn(height)
    for x, lines in ((LEFT, label), (LEFT + wide, value)):
        top = sheets.y + (height - len(lines) * sheets.high) / 2
        for place, line in enumerate(lines):
            sheets.put(line, x + PADDING, top + place * sheets.high)
    with sheets.local_context(line_width=0.25):
        sheets.set_draw_color(*RULE)
        sheets.rect(LEFT, sheets.y, wide, height)
        sheets.rect(LEFT + wide, sheets.y, ROOM - wide, height)
    sheets.y += height


def _facts(sheets: _Sheets) -> None:
    sheets.y += GAP / 2
    for label, value in sheets.paper.facts:
        labels = sheets.broken(label, LABELS - 2 * PADDING)
        values = sheets.broken(value, ROOM - LABELS - 2 * PADDING)
        _row(sheets, labels, values, max(len(labels), len(values)) * sheets.high + PADDING)
    sheets.y += 2 * GAP


def _list(sheets: _Sheets) -> None:
    """The numbered list; an item stays on one page, and the heading with the first."""
    if not sheets.paper.items:
        return
    sheets.turn(3 * sheets.high)
    sheets.lines(sheets.broken(sheets.paper.heading, ROOM), bold=True)
    for place, item in enumerate(sheets.paper.items, 1):
        lines = sheets.broken(item, ROOM - HANGING)
        sheets.turn(min(len(lines) * sheets.high, BOTTOM - TOP))
        number = f"{place}."
        sheets.put(number, LEFT + HANGING - 2 - sheets.wide(number, sheets.body), sheets.y)
        sheets.lines(lines, LEFT + HANGING)
    sheets.y += 2 * GAP


def _blank_height(sheets: _Sheets, label: Sequence[str]) -> float:
    return max(BLANK, len(label) * sheets.high + PADDING)


def _signed(sheets: _Sheets) -> list[str]:
    paper = sheets.paper
    return [line for text in (paper.unit, paper.officer, paper.day) for line in sheets.broken(text, SIGNED)]


def _signature_height(sheets: _Sheets) -> float:
    return max(SIGNATURE, len(_signed(sheets)) * sheets.high + 12)


def _signature(sheets: _Sheets) -> None:
    """The code at the left; at the right who signs, with room above and below for a seal over unit and date."""
    sheets.turn(_signature_height(sheets))
    paper, top = sheets.paper, sheets.y + 8
    if paper.qr:
        _code(sheets, paper.qr, LEFT, top)
        sheets.put(sheets.settable(paper.qr_caption), LEFT, top + QR + 1, size=SMALL)
    sheets.y = top + 4
    for line in _signed(sheets):
        sheets.put(line, WIDTH - LEFT - (SIGNED + sheets.wide(line, sheets.body)) / 2, sheets.y)
        sheets.y += sheets.high


def _code(sheets: _Sheets, address: str, x: float, y: float) -> None:
    rows = segno.make(address, error="m").matrix
    module = QR / len(rows)
    with sheets.local_context():
        sheets.set_fill_color(*BLACK)
        for down, row in enumerate(rows):
            place = 0
            for dark, run in groupby(row):
                long = len(tuple(run))
                if dark:
                    sheets.rect(x + place * module, y + down * module, long * module, module, style="F")
                place += long


def _feet(sheets: _Sheets) -> None:
    """Whom to complain to, and the page of how many, which are known only now."""
    last = sheets.page
    for page in range(1, last + 1):
        sheets.page = page
        sheets.rule(BOTTOM + 4, 0.25)
        sheets.put(sheets.settable(sheets.paper.foot), LEFT, BOTTOM + 5, size=SMALL, colour=GREY)
        said = translate(sheets.paper.language, N_("第{page}页，共{pages}页"), page=page, pages=last)
        sheets.put(said, WIDTH - LEFT - sheets.wide(said, SMALL), BOTTOM + 5, size=SMALL, colour=GREY)
