"""Who still uses a row: every table with a foreign key to it is asked, and says by name."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core.db import Base
from ..core.errors import Conflict
from ..core.i18n import N_, Language, translate
from . import words
from .naming import called

NAMED = 5
"""So many of each kind are named; of more it is said how many there are."""


async def refuse_if_used(
    tx: AsyncConnection, table: Table, row_id: int, owned: Collection[str], language: Language
) -> None:
    """Raises Conflict with the list of what uses the row; rows of ``owned`` tables go with it and do not count."""
    listed = []
    for user, column in _users(table):
        if user.name in owned:
            continue
        of = select(func.count()).select_from(user).where(column == row_id)
        if not (count := (await tx.execute(of)).scalar_one()):
            continue
        names = [str(name) for name in (await tx.execute(_names(user, column, row_id))).scalars()]
        listed.append(_said(user.name, names, count, language))
    if listed:
        raise Conflict(N_("仍在使用，不能删除：{uses}"), code="in_use", uses=translate(language, N_("；")).join(listed))


def _users(table: Table) -> list[tuple[Table, Column[Any]]]:
    """The columns that refer to rows of a table, but for those whose rows the database removes with them."""
    key = next(iter(table.primary_key.columns))
    found = {
        (user, reference.parent)
        for user in Base.metadata.tables.values()
        for reference in user.foreign_keys
        if reference.column is key and reference.constraint is not None and reference.constraint.ondelete != "CASCADE"
    }
    return sorted(found, key=lambda one: (one[0].name, one[1].name))


def _names(user: Table, column: Column[Any], row_id: int) -> Any:
    name = called(user)
    return select(name).where(column == row_id).order_by(name).limit(NAMED)


def _said(table: str, names: list[str], count: int, language: Language) -> str:
    label = words.label(table, language)
    text = N_("{table} {names}") if count <= len(names) else N_("{table} {names} 等{count}项")
    comma = translate(language, N_("、"))
    return translate(language, text, table=label, names=comma.join(names), count=count)
