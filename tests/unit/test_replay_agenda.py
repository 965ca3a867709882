"""Simulated time: in order, near things at once, and at the chosen speed."""

import asyncio
import itertools
import time

import pytest
from paihao.samples.replay.agenda import AT_ONCE, GRAIN, Agenda

pytestmark = pytest.mark.anyio


async def test_things_are_done_in_order_and_may_lead_to_others() -> None:
    agenda, done = Agenda(0), list[tuple[float, str]]()

    async def do(minute: float, name: str, then: float | None) -> None:
        done.append((minute, name))
        if then is not None:
            agenda.at(then, do, f"{name}+", None)

    agenda.at(30, do, "late", None)
    agenda.at(10, do, "early", 20)
    agenda.at(10, do, "second", None)
    await agenda.run()
    assert done == [(10, "early"), (10, "second"), (20, "early+"), (30, "late")]


async def test_nothing_starts_before_what_was_due_earlier_is_done() -> None:
    agenda, under_way, together = Agenda(0), set[float](), list[tuple[float, ...]]()

    async def do(minute: float) -> None:
        under_way.add(minute)
        for _ in range(3):  # an answer takes a while
            await asyncio.sleep(0)
        together.append(tuple(sorted(under_way)))
        under_way.remove(minute)

    for step in range(40):
        agenda.at(step * GRAIN / 4, do)
    await agenda.run()
    assert all(minutes[-1] - minutes[0] <= GRAIN + 1e-9 for minutes in together)
    assert max(map(len, together)) == 5


async def test_only_so_many_things_are_under_way() -> None:
    agenda, running, most = Agenda(0), 0, list[int]()

    async def do(_: float) -> None:
        nonlocal running
        running += 1
        most.append(running)
        await asyncio.sleep(0)
        running -= 1

    for _ in range(3 * AT_ONCE):
        agenda.at(0, do)
    await agenda.run()
    assert max(most) == AT_ONCE


async def test_speed_is_simulated_per_real_time() -> None:
    agenda, moments = Agenda(600), list[float]()

    async def do(_: float) -> None:
        moments.append(time.perf_counter())

    for minute in (100, 101, 102):
        agenda.at(minute, do)
    await agenda.run()
    assert [later - earlier for earlier, later in itertools.pairwise(moments)] == pytest.approx([0.1, 0.1], abs=0.05)


async def test_what_waits_for_a_real_moment_comes_then_and_the_run_waits_for_it() -> None:
    agenda, done, started = Agenda(0), list[tuple[float, str]](), time.perf_counter()

    async def do(minute: float, name: str) -> None:
        done.append((minute, name))

    async def put_off(_: float) -> None:
        agenda.after(0.1, do, "real")

    agenda.at(10, put_off)
    agenda.at(90, do, "last")
    await agenda.run()
    assert done == [(90, "last"), (90, "real")]
    assert time.perf_counter() - started >= 0.1


async def test_an_error_ends_the_run() -> None:
    agenda = Agenda(0)

    async def fail(_: float) -> None:
        raise LookupError

    async def never(_: float) -> None:
        raise AssertionError

    agenda.at(1, fail)
    agenda.at(2, never)
    with pytest.raises(ExceptionGroup) as raised:
        await agenda.run()
    assert [type(error) for error in raised.value.exceptions] == [LookupError]
