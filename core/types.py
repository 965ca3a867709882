"""Column types that SQLite and PostgreSQL, SQLAlchemy and Piccolo all read alike."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ARRAY, CheckConstraint, DateTime, Dialect, Text
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

NEWEST: Final = 2**63 - 1
"""Where lists of what is newest begin: above every id."""


def moment_text(moment: datetime) -> str:
    """A moment as SQLite keeps it: ISO text of fixed width, aware ones in UTC, so that text order is time order."""
    return (moment if moment.tzinfo is None else moment.astimezone(UTC)).isoformat(" ", "microseconds")


class _TextMoment(UserDefinedType[datetime]):
    """SQLite's side of `Moment`."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "TIMESTAMPTZ"

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:
        return lambda value: None if value is None else moment_text(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], datetime | None]:
        return lambda value: None if value is None else datetime.fromisoformat(value)


class _TextArray(UserDefinedType[list[str]]):
    """SQLite's side of `Texts`: JSON, under the name by which Piccolo knows it."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "ARRAY"

    def bind_processor(self, dialect: Dialect) -> Callable[[list[Any] | None], str | None]:
        return lambda value: None if value is None else json.dumps(value, ensure_ascii=False)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], list[Any] | None]:
        return lambda value: None if value is None else json.loads(value)


class _MomentArray(_TextArray):
    """SQLite's side of `Moments`: JSON of what `_TextMoment` writes."""

    def get_col_spec(self, **_: Any) -> str:
        return "ARRAY_TIMESTAMPTZ"

    def bind_processor(self, dialect: Dialect) -> Callable[[list[Any] | None], str | None]:
        one, whole = _TextMoment().bind_processor(dialect), super().bind_processor(dialect)
        return lambda value: whole(None if value is None else [one(each) for each in value])

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], list[Any] | None]:
        whole = super().result_processor(dialect, coltype)
        return lambda value: None if value is None else [datetime.fromisoformat(each) for each in whole(value) or []]


# So that a migrated SQLite database can be compared with the tables: these types are ours.
SQLiteDialect.ischema_names["TIMESTAMPTZ"] = _TextMoment
SQLiteDialect.ischema_names["ARRAY"] = _TextArray
SQLiteDialect.ischema_names["ARRAY_TIMESTAMPTZ"] = _MomentArray


class Moment(TypeDecorator[datetime]):
    """A point in time: always aware, always stored in UTC; naive datetimes are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(_TextMoment() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value


class Texts(TypeDecorator[list[str]]):
    """A list of texts: an array on PostgreSQL, on SQLite as Piccolo's ``Array(Text())`` keeps it."""

    impl = ARRAY(Text())
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(_TextArray() if dialect.name == "sqlite" else ARRAY(Text()))


class Moments(TypeDecorator[list[datetime]]):
    """A list of points in time, as Piccolo's ``Array(Timestamptz())`` keeps it; naive ones are refused."""

    impl = ARRAY(DateTime(timezone=True))
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kept = ARRAY(DateTime(timezone=True))
        return dialect.type_descriptor(_MomentArray() if dialect.name == "sqlite" else kept)

    def process_bind_param(self, value: list[datetime] | None, dialect: Dialect) -> list[datetime] | None:
        if any(each.tzinfo is None for each in value or ()):
            raise ValueError("a moment needs a time zone")
        return value


def one_of(column: str, choices: Iterable[StrEnum]) -> CheckConstraint:
    """The CHECK that holds a text column to its enum, or to some members of it; its ``info`` says which they are."""
    known = tuple(choices)
    values = ", ".join(f"'{choice.value}'" for choice in known)
    return CheckConstraint(f"{column} IN ({values})", name=f"{column}_known", info={"column": column, "choices": known})
