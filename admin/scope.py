"""Which rows are a hall's: by their own hall, or by whatever they point to that has one. Pure."""

from functools import cache
from typing import Any

from piccolo.columns.combination import WhereRaw
from sqlalchemy import ColumnElement, Select, Table, false, select
from sqlalchemy.dialects import postgresql

from ..core.accounts import Session, User
from ..core.db import Base
from ..queue.hall import Hall
from ..queue.staff import Staff

_TABLES = Base.metadata.tables
_QUOTES = postgresql.dialect()  # type: ignore[no-untyped-call]


def table(name: str) -> Table:
    return _TABLES[name]


def condition(table: Table, hall_id: int) -> ColumnElement[bool]:
    """What the rows of this hall have in common; nothing is of a hall that has no way to it."""
    if table is Hall.__table__:
        return table.c.id == hall_id
    if "hall_id" in table.c:
        return table.c.hall_id == hall_id
    if table is User.__table__:
        return table.c.id.in_(select(Staff.user_id).where(Staff.hall_id == hall_id))
    way = _way(table.name)
    if way is None:
        return false()
    column, target = way
    parent = _TABLES[target]
    return table.c[column].in_(select(parent.c.id).where(condition(parent, hall_id)))


@cache
def _way(name: str) -> tuple[str, str] | None:
    """The column that leads to a hall, and the table that it points to: the first whose row must be there."""
    ways = [
        (key.parent.name, key.column.table.name)
        for key in sorted(_TABLES[name].foreign_keys, key=lambda key: key.parent.name)
        if key.column.name == "id" and not key.parent.nullable
    ]
    halls = {User.__tablename__, Hall.__tablename__}
    known = [way for way in ways if way[1] in halls or "hall_id" in _TABLES[way[1]].c]
    return known[0] if known else None


def bounded(query: Any, name: str, hall_id: int | None) -> Any:
    """A query of piccolo's about this table, within a hall; of everything where ``hall_id`` is None."""
    if hall_id is None:
        return query
    # Both databases take PostgreSQL's quotes; a number is all that is written into the words.
    said = condition(_TABLES[name], hall_id).compile(dialect=_QUOTES, compile_kwargs={"literal_binds": True})
    return query.where(WhereRaw(str(said)))


def hall_of(table: Table, row_id: int) -> Select[Any]:
    """Asks for the hall of a row; NULL where it has none."""
    key = next(iter(table.primary_key.columns))
    if table is Hall.__table__:
        return select(table.c.id).where(key == row_id)
    if "hall_id" in table.c:
        return select(table.c.hall_id).where(key == row_id)
    if table is User.__table__:
        return select(Staff.hall_id).where(Staff.user_id == row_id)
    if table is Session.__table__:
        return select(Staff.hall_id).join(Session, Session.user_id == Staff.user_id).where(Session.id == row_id)
    way = _way(table.name)
    if way is None:
        return select(Staff.hall_id).where(false())
    parent = _TABLES[way[1]]
    return select(parent.c.hall_id).join(table, table.c[way[0]] == parent.c.id).where(key == row_id)
