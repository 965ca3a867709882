"""What an item must be, whoever says so: a file, the administration, a form. Pure.

`between` holds the values to each other; `check` also each by itself, to exactly what its cell in the files can say.
Values are named like the columns of table ``item``, and what is not among them is not judged.
"""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec
from msgspec.structs import fields

from ..core.i18n import N_
from .facts import StepFacts
from .hall import CaseKind
from .hallcells import CellError
from .hallrows import SHEETS, GuideRow, ItemRow
from .hallsheets import value_of

IN_FILES: Final = MappingProxyType(
    {
        "statutory_days": "statutory_working_days",
        "promised_days": "promised_working_days",
        "line_id": "line_prefix",
        "agency_id": "agency",
    }
)
"""The columns of table ``item`` that the files call otherwise; the last two name rows there."""

_CALLED: Final = MappingProxyType({file: column for column, file in IN_FILES.items()})
_TYPES: Final = MappingProxyType({field.name: field.type for row in (ItemRow, GuideRow) for field in fields(row)})
_COLUMNS: Final = MappingProxyType(
    {
        _CALLED.get(column.name, column.name): (column, _TYPES[column.name])
        for sheet in SHEETS
        if sheet.name in ("items.csv", "guides.csv")
        for column in sheet.columns
        if column.name not in ("department_code", "line_prefix", "agency")
    }
)
"""The columns that hold values of their own, each with its cell in the files and its type."""


class ItemFault(NamedTuple):
    """What is wrong with ``column``: a message id, and what fills its fields."""

    column: str
    reason: str
    params: Mapping[str, object] = MappingProxyType({})


def between(values: Mapping[str, Any]) -> Iterator[ItemFault]:
    """The rules between the values of an item (R22, R26, R27, R31); the CHECKs of its table hold them too."""
    match values:
        case {"line_id": None, "agency_id": None}:
            yield ItemFault("line_id", N_("队列和外部机构至少填一个"))
        case {"line_id": line, "agency_id": agency} if line is not None and agency is not None:
            yield ItemFault("agency_id", N_("队列和外部机构只能填一个"))
    match values:
        case {"statutory_days": statutory, "promised_days": promised} if promised > statutory:
            yield ItemFault("promised_days", N_("承诺时限不能超过法定时限"))
    match values:
        case {"case_kind": CaseKind.IMMEDIATE, "promised_days": promised} if promised:
            yield ItemFault("promised_days", N_("即办件的承诺时限必须为 0"))
        case {"case_kind": kind, "promised_days": 0} if kind != CaseKind.IMMEDIATE:
            yield ItemFault("promised_days", N_("只有即办件的承诺时限可以为 0，其他事项至少 1 个工作日"))
    match values:
        case {"case_kind": kind, "form_only": True} if kind != CaseKind.IMMEDIATE:
            yield ItemFault("form_only", N_("只需审查形式要件的事项必须是即办件"))
    match values:
        case {"steps": steps, "promised_days": limit} if values.get("agency_id") is None:
            days = sum(step.days for step in msgspec.convert(steps, Sequence[StepFacts], from_attributes=True))
            if days > limit:
                params = {"days": days, "limit": limit}
                yield ItemFault("steps", N_("各环节共 {days} 个工作日，超过承诺时限 {limit} 个工作日"), params)


def called(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row of items.csv, named like the columns of table ``item``; a line or agency by its name."""
    named = {_CALLED.get(name, name): value for name, value in values.items()}
    return named | {name: named[name] or None for name in ("line_id", "agency_id") if name in named}


def check(values: Mapping[str, Any]) -> list[ItemFault]:
    """Every fault of an item's values; only when each is right by itself are they held to each other."""
    alone = [fault for name, value in values.items() if name in _COLUMNS and (fault := _alone(name, value))]
    return alone or list(between(values))


def typed(name: str, text: str) -> Any:
    """What somebody means who writes ``text`` for a column as in its cell of the files. Raises CellError."""
    return value_of(_COLUMNS[name][0], text)


def said(name: str, value: Any) -> str:
    """The same in the other direction."""
    column, type_ = _COLUMNS[name]
    return column.cell.show(msgspec.convert(value, type_, from_attributes=True))


def _alone(name: str, value: Any) -> ItemFault | None:
    """Its cell in the files must be able to say it: written there and read again, it is the same."""
    column, type_ = _COLUMNS[name]
    try:
        plain = msgspec.convert(value, type_, from_attributes=True)
        if value_of(column, column.cell.show(plain)) != plain:
            raise CellError(N_("各项的文字中不能有分号"))
    except CellError as error:
        return ItemFault(name, error.reason, error.params)
    except (msgspec.ValidationError, LookupError):  # of another type; a word that is none of the few
        return ItemFault(name, N_("填写的内容有误"))
    return None
