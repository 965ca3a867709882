"""From what somebody typed to what a column takes: tidy, in bounds, or refused with the column's own name. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, time
from math import isfinite
from typing import Any, Final

import msgspec
from sqlalchemy import JSON, BigInteger, Column, Integer, LargeBinary, SmallInteger, String, Table

from ..core.errors import Invalid
from ..core.i18n import N_, Language, translate
from ..queue.hallcells import CellError, clean
from . import refusals, words

_LARGEST: Final = ((SmallInteger, 2**15 - 1), (BigInteger, 2**63 - 1), (Integer, 2**31 - 1))
_LINES: Final = frozenset({"conditions", "procedure", "basis", "duties", "text", "text_en"})
"""Texts that may have more than one line."""


def tidied(table: Table, given: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """The values of known columns, with their spaces at the ends off; raises Invalid for what a column cannot take."""
    return {name: _tidied(table.c[name], value, language) for name, value in given.items() if name in table.c}


def _tidied(column: Column[Any], value: Any, language: Language) -> Any:
    kind, label = column.type, words.column(column.table.name, column.name, language)
    if value is None:
        if not column.nullable:
            raise Invalid(N_("请填写“{column}”"), code="value_needed", column=label)
        return None
    if isinstance(value, str) and isinstance(kind, JSON):
        value = _json(label, value)
    elif isinstance(value, str):
        value = value.strip()
        _visible(column.name, label, value, language)
        limit = kind.length if isinstance(kind, String) else None
        if limit is not None and len(value) > limit:
            raise refusals.too_long(label, limit)
        if not value and needed(column):
            raise Invalid(N_("请填写“{column}”"), code="value_needed", column=label)
    elif isinstance(value, float) and not isfinite(value):
        raise Invalid(N_("“{column}”应为数字"), code="misread", column=label)
    elif isinstance(value, int) and not isinstance(value, bool):
        most = next((most for of, most in _LARGEST if isinstance(kind, of)), None)
        if most is not None and not -most <= value <= most:
            raise Invalid(N_("“{column}”的数值过大"), code="out_of_range", column=label)
    return value


def needed(column: Column[Any]) -> bool:
    """Whether somebody must fill it in: each row holds something there."""
    return not column.nullable and column.default is None


def _json(label: str, value: str) -> Any:
    try:
        return msgspec.json.decode(value)
    except msgspec.DecodeError:
        raise Invalid(N_("“{column}”的格式有误"), code="broken_json", column=label) from None


def _visible(name: str, label: str, value: str, language: Language) -> None:
    try:
        clean(value.replace("\r\n", " ").replace("\n", " ") if name in _LINES else value)
    except CellError as error:
        why = translate(language, error.reason)
        raise Invalid(N_("“{column}”{reason}"), code="invisible_signs", column=label, reason=why) from None


def plain(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as the audit trail keeps it: JSON, without what is sealed or secret."""
    return {
        name: _plain(value)
        for name, value in row.items()
        if not isinstance(table.c[name].type, LargeBinary) and name not in ("password", "token")
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def differs(value: Any, before: Any) -> bool:
    """Whether a value was changed by hand. The page shows moments to the second and sends them back so."""
    if isinstance(value, datetime | time) and isinstance(before, datetime | time) and not value.microsecond:
        return value != before.replace(microsecond=0)
    return bool(value != before)
