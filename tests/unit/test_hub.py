"""The hub: the newest picture wins, a gap is healed, boards come before phones, a lost notice is repaired."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from paihao.core.bus import MemoryBus, Moved, What
from paihao.display import hub as hub_module
from paihao.display.hub import Hub, Screen
from paihao.display.state import BoardState, CallShown, LineShown, WindowShown

pytestmark = pytest.mark.anyio

MOMENT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def picture(revision: int, waiting: int = 0, calls: int = 0) -> BoardState:
    return BoardState(
        *("small", "小城", "Small", revision, "", ""),
        {1: WindowShown(1, "1", "A区", "open", None, None)},
        {1: LineShown(1, "A", "社保", "A区", waiting, 1)},
        [CallShown(call, f"A{call:03d}", "1", "A区", MOMENT, False) for call in range(calls, 0, -1)],
    )


class Hall:
    """A hall whose picture the test sets; counts how often it was read."""

    def __init__(self) -> None:
        self.now = picture(1)
        self.readings = 0
        self.read_again = asyncio.Event()
        self.bus = MemoryBus()
        self.hub = Hub(self.bus, self.read)

    async def read(self, hall_id: int) -> BoardState:
        self.readings += 1
        self.read_again.set()
        return self.now

    def move(self, state: BoardState) -> None:
        self.now = state
        self.bus.publish(Moved(1, What.QUEUE))


@asynccontextmanager
async def looking(*, board: bool = True) -> AsyncIterator[tuple[Hall, Screen]]:
    hall = Hall()
    async with hall.hub.screen(1, board=board) as screen:
        assert (await frames(screen))[0]["type"] == "snapshot"
        yield hall, screen


async def frames(screen: Screen) -> list[dict[str, Any]]:
    async with asyncio.timeout(10):
        return [json.loads(frame) for frame in await screen.frames()]


async def test_a_change_says_only_what_differs() -> None:
    async with looking() as (hall, screen):
        hall.move(picture(2, waiting=3))
        (change,) = await frames(screen)
    assert (change["type"], change["base"], change["revision"]) == ("change", 1, 2)
    assert [line["waiting"] for line in change["lines"]] == [3]
    assert "windows" not in change


async def test_what_came_in_between_is_one_difference_with_every_call() -> None:
    async with looking() as (hall, screen):
        async with hall.hub.screen(1, board=True) as other:
            await frames(other)
            for revision in range(2, 6):
                hall.move(picture(revision, waiting=revision, calls=revision - 1))
                await frames(other)  # the picture was taken
        said = await frames(screen)
    assert [frame["type"] for frame in said] == ["call"] * 4 + ["change"]
    assert [frame["call"]["id"] for frame in said[:4]] == [1, 2, 3, 4]
    assert (said[-1]["base"], said[-1]["revision"]) == (1, 5)


async def test_a_screen_that_noticed_a_gap_gets_a_snapshot() -> None:
    async with looking() as (_, screen):
        screen.resync()
        (frame,) = await frames(screen)
    assert frame["type"] == "snapshot"


async def test_a_picture_that_changed_without_a_new_journal_row_still_moves_on() -> None:
    async with looking() as (hall, screen):
        hall.move(picture(1, waiting=9))
        (change,) = await frames(screen)
    assert (change["base"], change["revision"]) == (1, 2)


async def test_other_windows_are_a_new_snapshot() -> None:
    async with looking() as (hall, screen):
        hall.move(msgspec.structs.replace(picture(2), windows={}))
        (frame,) = await frames(screen)
    assert frame["type"] == "snapshot"
    assert frame["windows"] == []


async def test_a_lost_notice_is_repaired_by_the_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "POLL", 0.01)
    async with looking() as (hall, screen):
        hall.now = picture(2, waiting=1)  # and nobody says so
        (change,) = await frames(screen)
    assert change["revision"] == 2


async def test_a_reading_that_fails_does_not_end_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "POLL", 0.01)
    async with looking() as (hall, screen):
        hall.now = None  # type: ignore[assignment]
        for _ in range(2):
            hall.read_again.clear()
            async with asyncio.timeout(10):
                await hall.read_again.wait()
        hall.move(picture(3, waiting=2))
        (change,) = await frames(screen)
    assert change["revision"] == 3


async def test_phones_are_served_too() -> None:
    async with looking(board=False) as (hall, screen):
        hall.move(picture(2, waiting=1))
        (change,) = await frames(screen)
    assert change["revision"] == 2


async def test_nobody_looks_nothing_is_read() -> None:
    async with looking() as (hall, _):
        pass
    readings = hall.readings
    hall.move(picture(2))
    await asyncio.sleep(0)
    assert hall.readings == readings
