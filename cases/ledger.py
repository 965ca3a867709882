"""The register as an Excel workbook (R10), made while its rows are read: whole names, so supervisors alone get it."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from sqlalchemy import Row

from ..core.clock import local
from ..core.i18n import N_, Language, translate
from ..core.privacy import Vault
from . import register

HEAD: Final = (N_("登记时间"), N_("类别"), N_("编号"), *register.FIELDS)
WIDTHS: Final = (17, 8, 22, 22, 32, 16, 36, 44, 12, 12, 16, 22)
LONGEST_TEXT: Final = 32_767
"""Signs that a cell holds."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class Ledger:
    """One sheet, written row by row; `book` gives the file."""

    def __init__(self, vault: Vault, timezone: str, language: Language) -> None:
        self._vault, self._timezone, self._language = vault, timezone, language
        self._book = Workbook(write_only=True)
        self._sheet: Any = self._book.create_sheet(translate(language, N_("登记台账")))
        self._sheet.freeze_panes = "A2"
        for place, width in enumerate(WIDTHS, 1):
            self._sheet.column_dimensions[get_column_letter(place)].width = width
        self._sheet.append([self._text(translate(language, title), head=True) for title in HEAD])

    def add(self, rows: Iterable[Row[Any]]) -> None:
        """More rows of the register (`register.read`)."""
        for row in rows:
            line = register.entry(self._vault, row, self._language, full=True)
            at = f"{local(line.at, self._timezone):%Y-%m-%d %H:%M}"
            kind = translate(self._language, register.KINDS[line.kind])
            self._sheet.append([self._text(value) for value in (at, kind, line.number, *line[3:])])

    def book(self) -> bytes:
        """The workbook; nothing can be added any more."""
        file = BytesIO()
        self._book.save(file)
        return file.getvalue()

    def _text(self, value: str, *, head: bool = False) -> Any:
        """A cell that is text whatever it looks like: what somebody typed never becomes a formula."""
        cell: Any = WriteOnlyCell(self._sheet, ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST_TEXT])
        cell.data_type = "s"
        if cell.value.startswith(_FORMULA):
            cell.quotePrefix = True
        if head:
            cell.font, cell.alignment = Font(bold=True), Alignment(vertical="center")
        return cell
