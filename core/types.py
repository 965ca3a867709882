"""Column types that SQLite and PostgreSQL, SQLAlchemy and Piccolo all read alike."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Dialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType


class _TextMoment(UserDefinedType[datetime]):
    """SQLite's side of `Moment`: ISO text in UTC, fixed width, so that text order is time order."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "TIMESTAMPTZ"

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:
        return lambda value: None if value is None else value.astimezone(UTC).isoformat(" ", "microseconds")

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], datetime | None]:
        return lambda value: None if value is None else datetime.fromisoformat(value)


# So that a migrated SQLite database can be compared with the tables: its TIMESTAMPTZ is ours.
SQLiteDialect.ischema_names["TIMESTAMPTZ"] = _TextMoment


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


def one_of(column: str, choices: type[StrEnum]) -> CheckConstraint:
    """The CHECK that holds a text column to its enum."""
    values = ", ".join(f"'{choice.value}'" for choice in choices)
    return CheckConstraint(f"{column} IN ({values})", name=f"{column}_known")
