"""Mirrors: our tables as Piccolo sees them, each made from the SQLAlchemy table, so that nothing is said twice.

Piccolo reads by them. What they cannot show as it is fails by name when they are made: no column is silently missing,
or read as something else. Labels and help are not theirs (`words`).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import time
from enum import Enum, StrEnum
from typing import Any, Final

import sqlalchemy as sa
from piccolo.columns import Column, OnDelete, OnUpdate, column_types
from piccolo.columns.combination import Where
from piccolo.columns.readable import Readable
from piccolo.table import Table, create_table_class
from pydantic import BaseModel
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault

from ..core.types import Moment
from .engine import Engine

INTERNAL: Final = frozenset(
    {
        # How far numbers have got: counted in the transaction that gives one, never by hand.
        "case_counter",
        "counter",
        "custody_counter",
        "enquiry_counter",
        "matter_counter",
        "receipt_counter",
        # Second factors: secrets through and through, and Piccolo has a table of its own for them.
        "authenticator_secret",
        # What was answered, for requests that come twice; kept for a day.
        "answer",
        # Known by a blind index of the person; what is held against somebody is lifted at the desk, with a reason.
        "visitor_record",
        # Whole papers with their visitors' links; whoever minds the printers lists and reprints them.
        "print_job",
    }
)
"""Tables without a mirror."""

SECRET: Final = frozenset({"content", "key", "password", "token"})
"""Columns by these names open something to whoever reads them, or are whole papers of somebody's. They are as secret as
what is sealed or blind."""

LABEL: Final = (("number", "prefix", "badge"), ("name", "title", "username", "code"))
"""What a row is called where another refers to it: the first of each that its table has."""


class CannotMirror(Exception):
    """Piccolo cannot show a table of ours as it is; says which, and which column."""


class UnknownType(CannotMirror):
    """A column's type has no counterpart that reads and writes the same."""


class CompositeKey(CannotMirror):
    """A table has not exactly one column as its primary key."""


class UnknownTarget(CannotMirror):
    """A foreign key does not come down to one column that names a row of one mirrored table."""


class TakenName(CannotMirror):
    """A column is called like something that Piccolo or Pydantic calls otherwise."""


class _Searched(Column):
    """SQLite's LIKE knows no case in ASCII, as ILIKE; Piccolo knows that too, but warns at every search."""

    def ilike(self, value: str) -> Where:
        return self.like(value) if self._meta.engine_type == "sqlite" else super().ilike(value)


class Varchar(_Searched, column_types.Varchar):
    pass


class Text(_Searched, column_types.Text):
    pass


_KINDS: Final[Mapping[type[sa.types.TypeEngine[Any]], Callable[..., Column]]] = {
    sa.BigInteger: column_types.BigInt,
    sa.Boolean: column_types.Boolean,
    sa.Date: column_types.Date,
    sa.Double: column_types.DoublePrecision,
    sa.Integer: column_types.Integer,
    sa.JSON: column_types.JSON,
    sa.LargeBinary: column_types.Bytea,
    Moment: column_types.Timestamptz,
    sa.Numeric: column_types.Numeric,
    sa.SmallInteger: column_types.SmallInt,
    sa.String: Varchar,
    sa.Text: Text,
    sa.Time: column_types.Time,
    sa.TIMESTAMP: column_types.Timestamp,
}
_SERIALS: Final[Mapping[type[sa.types.TypeEngine[Any]], Callable[..., Column]]] = {
    sa.BigInteger: column_types.BigSerial,
    sa.Integer: column_types.Serial,
}
_TAKEN: Final = frozenset(dir(Table)) | frozenset(dir(BaseModel))
_TAKEN_OF_TARGETS: Final = frozenset(dir(column_types.ForeignKey("self")))
"""A foreign key has the columns of its target as attributes beside its own."""


def mirrors(metadata: sa.MetaData, engine: Engine) -> dict[str, type[Table]]:
    """A mirror of every table that is not `INTERNAL`, by name, each after those it refers to. Raises CannotMirror."""
    made: dict[str, type[Table]] = {}
    for table in metadata.sorted_tables:
        if table.name not in INTERNAL:
            made[table.name] = mirror(table, engine, made)
    return made


def mirror(table: sa.Table, engine: Engine, known: Mapping[str, type[Table]]) -> type[Table]:
    """``table`` for Piccolo, with the same columns in the same order.

    ``known``: by name, the mirrors of the tables that it refers to, besides itself. Raises CannotMirror.
    """
    if len(table.primary_key.columns) != 1:
        raise CompositeKey(f"{table.name} has the primary key {table.primary_key.columns.keys()}")
    choices = {each.info["column"]: each.info["choices"] for each in table.constraints if "choices" in each.info}
    references = _references(table, known)
    columns = {
        column.name: _column(column, references.get(column.name), choices.get(column.name)) for column in table.columns
    }
    return create_table_class(
        "".join(word.title() for word in table.name.split("_")),
        class_kwargs={"tablename": table.name, "db": engine},
        class_members=columns | {"get_readable": classmethod(_readable)},
    )


def _references(table: sa.Table, known: Mapping[str, type[Table]]) -> dict[str, dict[str, Any]]:
    """By column, how Piccolo is told what it refers to.

    Of a key over several columns, it is the one that names the row; the others only hold it to the same hall or day.
    """
    found: dict[str, dict[str, Any]] = {}
    for key in table.foreign_key_constraints:
        naming = [element.parent.name for element in key.elements if element.column.primary_key]
        target = key.referred_table
        if len(naming) != 1 or naming[0] in found or target.name not in {table.name, *known}:
            raise UnknownTarget(f"{table.name}.{'+'.join(key.column_keys)} refers to {target.name}")
        if taken := _TAKEN_OF_TARGETS.intersection(target.columns.keys()):
            raise TakenName(f"{table.name}.{naming[0]} refers to {target.name}, which has {sorted(taken)}")
        found[naming[0]] = {
            "references": known.get(target.name, "self"),
            "on_delete": OnDelete(key.ondelete or OnDelete.no_action),
            "on_update": OnUpdate(key.onupdate or OnUpdate.no_action),
        }
    return found


def _column(column: sa.Column[Any], reference: dict[str, Any] | None, choices: Iterable[StrEnum] | None) -> Column:
    """One column of a mirror; ``choices`` are the values that its CHECK knows."""
    if column.name in _TAKEN or column.name.startswith("_"):
        raise TakenName(f"{column.table.name}.{column.name}")
    secret = isinstance(column.type, sa.LargeBinary) or column.name in SECRET
    options: dict[str, Any] = {
        "null": column.nullable,
        "primary_key": column.primary_key,
        "unique": _unique(column),
        "secret": secret,
    }
    if column is column.table.autoincrement_column:
        return _kind(column, _SERIALS)(**options)
    given = column.nullable or column.default is not None or column.server_default is not None
    options |= {"default": _default(column), "required": not given and not secret}  # nobody is asked for a secret
    if choices is not None:
        options["choices"] = Enum(f"{column.table.name}.{column.name}", {each.name: each.value for each in choices})
    kind = _kind(column, _KINDS)
    if reference is not None:
        return column_types.ForeignKey(**reference, **options)
    if isinstance(column.type, sa.String):
        options |= {"length": column.type.length} if column.type.length else {}
    if isinstance(column.type, sa.Numeric) and not isinstance(column.type, sa.Float):
        options["digits"] = (column.type.precision, column.type.scale)
    return kind(**options)


def _kind(
    column: sa.Column[Any], kinds: Mapping[type[sa.types.TypeEngine[Any]], Callable[..., Column]]
) -> Callable[..., Column]:
    """By the very type: what is derived from a known one may be written otherwise. Raises UnknownType."""
    kind = kinds.get(type(column.type))
    zoned = getattr(column.type, "timezone", False) and not isinstance(column.type, Moment)
    if kind is None or zoned:
        raise UnknownType(f"{column.table.name}.{column.name} is {column.type!r}")
    return kind


def _default(column: sa.Column[Any]) -> Any:
    """What a new row has in this column when nobody says otherwise; None: nothing, or what follows from the row."""
    default = column.default
    if isinstance(default, CallableColumnDefault) and isinstance(column.type, sa.JSON):
        return default.arg(None)  # type: ignore[arg-type]  # an empty list or the like
    if not isinstance(default, ScalarElementColumnDefault):
        return None
    value = default.arg
    if isinstance(value, time):
        return lambda: value  # Piccolo would leave out its microseconds
    return value.value if isinstance(value, Enum) else value


def _unique(column: sa.Column[Any]) -> bool:
    """Whether this column alone may not be the same in two rows, of all the table."""
    table = column.table
    uniques = [each.columns.keys() for each in table.constraints if isinstance(each, sa.UniqueConstraint)]
    uniques += [
        each.columns.keys() for each in table.indexes if each.unique and each.dialect_kwargs.get("sqlite_where") is None
    ]
    return [column.name] in uniques


def _readable(cls: type[Table]) -> Readable:
    """What a row is called in lists and in the rows that refer to it: `LABEL`, or else its key."""
    names = {column._meta.name for column in cls._meta.columns}
    found = [next((name for name in group if name in names), None) for group in LABEL]
    columns = [getattr(cls, name) for name in found if name] or [cls._meta.primary_key]
    return Readable(template=" ".join("%s" for _ in columns), columns=columns)
