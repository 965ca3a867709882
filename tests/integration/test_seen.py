"""Confirmations of screens are gathered: the newest of each device is written, all in one transaction."""

import asyncio
from pathlib import Path

import pytest
from paihao.core.clock import now
from paihao.core.db import Database
from paihao.display import seen
from paihao.queue import hallfiles, hallstore
from paihao.queue.staff import Device, DeviceKind
from sqlalchemy import insert, select

pytestmark = pytest.mark.anyio
SMALL = Path(__file__).parent.parent / "data" / "small"


async def test_the_newest_confirmation_of_each_screen_is_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen, "GATHER_SECONDS", 0)
    async with database.write() as tx:
        hall = await hallstore.save(tx, hallfiles.read(SMALL))
        for device in (1, 2):
            await tx.execute(
                insert(Device),
                {"id": device, "hall_id": hall, "kind": DeviceKind.BOARD, "name": "b", "token_hash": bytes([device])},
            )
    gathering = seen.Seen(database)
    for device, revision in ((1, 7), (2, 8), (1, 9)):
        gathering.confirm(device, now(), revision)
    [writing] = [task for task in asyncio.all_tasks() if task.get_name() == "seen"]
    await writing
    async with database.read() as connection:
        kept = (await connection.execute(select(Device.id, Device.seen_revision).order_by(Device.id))).all()
    assert [tuple(row) for row in kept] == [(1, 9), (2, 8)]
