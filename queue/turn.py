"""Whoever changes what a hall is takes its row first: two officers change it one after the other."""

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from .hall import Hall

_TURN = select(Hall.id).where(Hall.id == bindparam("hall")).with_for_update(key_share=True)


async def take(tx: AsyncConnection, hall_id: int) -> None:
    """Wait for the hall's row, and keep it until the transaction ends; tickets are issued meanwhile."""
    await tx.execute(_TURN, {"hall": hall_id})
