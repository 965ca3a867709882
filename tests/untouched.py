"""What tests of bad input compare: the whole database before and after."""

import asyncio
from collections.abc import Mapping
from typing import Any

from house import House
from paihao.core.clock import now
from paihao.core.db import Base
from paihao.core.message import Message, State
from sqlalchemy import or_, select


async def quiet(house: House) -> None:
    """Until the messages have gone out, which changes their rows."""
    query = select(Message.id).where(or_(Message.state == State.SENDING, Message.try_at <= now()))
    pending = query.where(Message.state.in_((State.QUEUED, State.SENDING)))
    async with asyncio.timeout(10), house.services.database.read() as connection:
        while (await connection.execute(pending)).first() is not None:
            pass


async def everything(house: House) -> dict[str, list[Any]]:
    """Every row of every table."""
    async with house.services.database.read() as connection:
        return {
            name: sorted(map(repr, await connection.execute(select(table))))
            for name, table in Base.metadata.tables.items()
        }


def filled(said: Any, names: Mapping[str, str]) -> Any:
    """The same with the names filled in."""
    if isinstance(said, str):
        for name, value in names.items():
            said = said.replace(f"{{{name}}}", value)
        return said
    if isinstance(said, dict):
        return {key: filled(value, names) for key, value in said.items()}
    return [filled(value, names) for value in said] if isinstance(said, list) else said
