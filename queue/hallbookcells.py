"""What the cells of a workbook mean, as fields of a hall's files, and how those are kept in one. Pure."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from ..core.i18n import N_
from .hallcells import Cell, CellError, Form, short

FORMATS: Final = {Form.TEXT: "@", Form.NUMBER: "General", Form.TIME: "hh:mm", Form.DATE: "yyyy-mm-dd"}
"""As what Excel is to show, and to keep what somebody types."""
_EXACT: Final = 10**15
"""Excel keeps 15 digits of a number."""
_YES_NO: Final = {"true": "yes", "是": "yes", "yes": "yes", "false": "no", "否": "no", "no": "no"}
_TIME: Final = re.compile(r"([0-9]{1,2})[:：]([0-9]{2})(?:[:：]00)?")
_DATE: Final = re.compile(r"([0-9]{4})([-/.年])([0-9]{1,2})[-/.月]([0-9]{1,2})日?")


def blank(cell: Any) -> bool:
    """Nothing, or only spaces."""
    return cell.value is None or (isinstance(cell.value, str) and not cell.value.strip())


def field(cell: Any, known: Cell | None) -> str | CellError:
    """What an openpyxl cell says in a column of this kind; an error where it cannot be known."""
    form = known.form if known is not None else Form.TEXT
    match cell.value:
        case _ if cell.data_type == "f":
            return CellError(N_("单元格是公式，请粘贴为数值"))
        case value if cell.data_type == "e":
            return CellError(N_("单元格是错误值“{value}”"), value=short(str(value)))
        case bool(value):
            said = str(value).upper()
            return _YES_NO[said.lower()] if known is not None and "yes" in known.choices else said
        case int(value) | float(value):
            return _number(value, form, str(cell.number_format))
        case datetime() | date() | time() | timedelta() as value:
            return _moment(value, form)
        case value:
            return _typed(str(value).strip(), form, known)


def _number(value: float, form: Form, shown: str) -> str | CellError:
    if form is Form.TEXT and abs(value) >= _EXACT:
        return CellError(N_("数字超过 15 位，Excel 没有保留末尾几位，请把单元格设为文本后重新填写"))
    exact = f"{Decimal(repr(value)).normalize():f}"
    zeros = form is Form.TEXT and exact.isdigit() and re.fullmatch(r"0+", shown)
    return exact.zfill(len(shown)) if zeros else exact


def _moment(value: datetime | date | time | timedelta, form: Form) -> str | CellError:
    if form not in (Form.TIME, Form.DATE):
        return CellError(N_("Excel 把内容变成了日期或时间，请把单元格设为文本后重新填写"))
    match value:
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            said = f"{minutes // 60:02}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
        case datetime(hour=0, minute=0, second=0):
            said = f"{value:%Y-%m-%d}"
        case datetime():
            said = f"{value:%Y-%m-%d %H:%M}"
        case time(second=0):
            said = f"{value:%H:%M}"
        case _:
            said = value.isoformat()
    return said


def _typed(said: str, form: Form, known: Cell | None) -> str:
    """Times, dates and answers that somebody typed into cells that are text."""
    if form is Form.TIME and (found := _TIME.fullmatch(said)):
        return f"{found[1]:0>2}:{found[2]}"
    if form is Form.DATE and (found := _DATE.fullmatch(said)):
        return f"{found[1]}-{found[3]:0>2}-{found[4]:0>2}"
    return _YES_NO.get(said.lower(), said) if known is not None and "yes" in known.choices else said


def kept(said: str, form: Form) -> str | int | float | time | date:
    """A field as the value that a workbook keeps."""
    match form:
        case Form.NUMBER:
            return int(said) if said.isdigit() else float(said)
        case Form.TIME:
            return time.fromisoformat(said)
        case Form.DATE:
            return date.fromisoformat(said)
        case _:
            return said
