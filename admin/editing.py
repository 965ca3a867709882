"""Changes that people make in the administration: by the house's rules, in one transaction, with their audit row.

The steps are the same for every table: may this be done (`policy`), what was typed (`values`), is what it points to of
the same hall, what the table itself asks (`rules`), the statement, whose broken constraints become words (`refusals`),
whether the hall as a whole is still one that its own files could describe (`wholeness`), and the audit row.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Table, delete, insert, select, true, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..core import audit
from ..core.db import Base
from ..core.errors import Conflict, Forbidden, Invalid, NotFound
from ..core.i18n import N_
from . import refusals, rules, scope, uses, wholeness, words
from .house import Officer
from .policy import Act, policy
from .values import differs, plain, tidied

Row = Mapping[str, Any]


class Edited(NamedTuple):
    """``hall_id``: whose screens are to be told; None when no hall shows it. ``told``: what the asker is to hear."""

    row_id: int
    hall_id: int | None
    told: Sequence[str] = ()


async def create(tx: AsyncConnection, table: Table, given: Row, by: Officer, now: datetime) -> Edited:
    """Add a row. Raises Forbidden, Invalid or Conflict, and then nothing is to be committed."""
    may(table, Act.CREATE, by)
    kept = policy(table.name).kept
    values = tidied(table, {name: value for name, value in given.items() if name not in kept}, by.language)
    if by.hall_id is not None and "hall_id" in table.c:
        values["hall_id"] = by.hall_id
    elif table.name == "hall" and by.hall_id is not None:
        raise Forbidden(N_("只有管理所有大厅的管理员可以新增大厅"), code="foreign_hall")
    key = _key(table)
    if key.name != "hall_id":  # else it says whose the row is
        values.pop(key.name, None)
    return await _written(tx, table, None, values, by, now)


async def change(tx: AsyncConnection, table: Table, row_id: int, given: Row, by: Officer, now: datetime) -> Edited:
    """Change some columns of a row. Raises NotFound, Forbidden, Invalid or Conflict, as `create` does."""
    may(table, Act.EDIT, by)
    before = await _find(tx, table, row_id, by)
    values = {name: value for name, value in tidied(table, given, by.language).items() if differs(value, before[name])}
    values.pop(_key(table).name, None)
    own = policy(table.name)
    for name in values.keys() & own.kept:
        raise Invalid(
            N_("“{column}”由系统填写，不能修改"), code="kept_column", column=words.column(table.name, name, by.language)
        )
    for name in values.keys() & own.fixed:
        raise Invalid(
            N_("“{column}”建立后不能修改"), code="fixed_column", column=words.column(table.name, name, by.language)
        )
    return await _written(tx, table, before, values, by, now)


async def remove(tx: AsyncConnection, table: Table, row_id: int, by: Officer, now: datetime) -> Edited:
    """Remove a row that nothing uses. Raises NotFound, Forbidden, and Conflict with the list of what uses it."""
    may(table, Act.DELETE, by)
    before = await _find(tx, table, row_id, by)
    own, hall_id = policy(table.name), await _hall(tx, table, row_id)
    await uses.refuse_if_used(tx, table, row_id, own.owns, by.language)
    rules.before_removal(table, before)
    try:
        for name in own.owns:
            owned = Base.metadata.tables[name]
            column = next(key.parent for key in owned.foreign_keys if key.column is _key(table))
            await tx.execute(delete(owned).where(column == row_id))
        await tx.execute(delete(table).where(_key(table) == row_id))
    except IntegrityError as error:
        raise refusals.refusal(error, table.name, by.language, removing=True) from error
    await wholeness.check(tx, table, hall_id, by.language)
    await audit.write(tx, **_about(table, row_id, hall_id, Act.DELETE, by, now), before=plain(table, before))
    return Edited(row_id, hall_id)


async def _written(
    tx: AsyncConnection, table: Table, before: Row | None, values: dict[str, Any], by: Officer, now: datetime
) -> Edited:
    key = _key(table)
    if before is not None and not values:
        return Edited(before[key.name], await _hall(tx, table, before[key.name]))
    told: list[str] = []
    values = await rules.shaped(rules.Edit(tx, table, before, values, by, now, told))
    await _same_hall(tx, table, before, values, by)
    try:
        row_id = await _stored(tx, table, before, values)
    except (IntegrityError, DataError) as error:
        raise refusals.refusal(error, table.name, by.language) from error
    hall_id = await _hall(tx, table, row_id)
    await wholeness.check(tx, table, hall_id, by.language)
    after = dict((await tx.execute(select(table).where(key == row_id))).mappings().one())
    if before is None:
        about = _about(table, row_id, hall_id, Act.CREATE, by, now)
        await audit.write(tx, **about, after=plain(table, after))
    else:
        differ = [name for name in after if after[name] != before[name]]
        was, now_is = ({name: row[name] for name in differ} for row in (before, after))
        about = _about(table, row_id, hall_id, Act.EDIT, by, now)
        await audit.write(tx, **about, before=plain(table, was), after=plain(table, now_is))
    return Edited(row_id, hall_id, told)


async def _stored(tx: AsyncConnection, table: Table, before: Row | None, values: dict[str, Any]) -> int:
    key = _key(table)
    if before is None:
        return int((await tx.execute(insert(table).values(values).returning(key))).scalar_one())
    if values:
        await tx.execute(update(table).where(key == before[key.name]).values(values))
    return int(before[key.name])


async def _find(tx: AsyncConnection, table: Table, row_id: int, by: Officer) -> Row:
    mine = true() if by.hall_id is None else scope.condition(table, by.hall_id)
    query = select(table).where(_key(table) == row_id, mine).with_for_update()
    row = (await tx.execute(query)).mappings().one_or_none()
    if row is None:
        raise NotFound(N_("没有这一条，可能已被删除"), code="unknown_row")
    return dict(row)


async def _hall(tx: AsyncConnection, table: Table, row_id: int) -> int | None:
    found: int | None = (await tx.execute(scope.hall_of(table, row_id))).scalar_one_or_none()
    return found


async def _same_hall(tx: AsyncConnection, table: Table, before: Row | None, values: Row, by: Officer) -> None:
    """Whatever a row points to is of its own hall, and of the officer's. Raises Invalid."""
    whole = {**(before or {}), **values}
    hall_id = whole.get("hall_id", by.hall_id)
    pointed = [key for key in table.foreign_keys if key.parent.name != "hall_id" and key.column.name == "id"]
    for key in sorted(pointed, key=lambda key: key.parent.name):
        target, value = key.column.table, whole.get(key.parent.name)
        if value is None or key.parent.name not in values:
            continue
        if hall_id is None:  # for an officer of all halls, the first that it points to says which one is meant
            hall_id = await _hall(tx, target, value)
        mine = true() if hall_id is None else scope.condition(target, hall_id)
        if (await tx.execute(select(key.column).where(key.column == value, mine))).first() is None:
            label = words.column(table.name, key.parent.name, by.language)
            raise Invalid(N_("“{column}”所选的不属于本大厅，或已不存在"), code="foreign_row", column=label)


def may(table: Table, act: Act, by: Officer) -> None:
    """Raises Forbidden for whoever only looks, Conflict for what is not done by hand, saying how it is done."""
    if not by.may_edit:
        raise Forbidden(N_("您只能查看，不能修改；需要修改请联系管理员"), code="may_not_edit")
    own = policy(table.name)
    if act not in own.acts:
        raise Conflict(own.instead, code="not_by_hand")


def _about(table: Table, row_id: int, hall_id: int | None, act: Act, by: Officer, now: datetime) -> dict[str, Any]:
    about = {"at": now, "actor": by.actor.label, "action": act.value, "hall_id": hall_id}
    return about | {"subject": table.name, "row_id": row_id}


def _key(table: Table) -> Any:
    return next(iter(table.primary_key.columns))
