"""What call-next costs when years of tickets lie in the table.

The service's own claim, in this process, each in a transaction of its own. Three halls that differ only in how many old
tickets they keep take turns, so that whatever else the machine does falls on all of them.
"""

from statistics import median
from time import perf_counter
from typing import NamedTuple

from paihao.core.clock import now
from paihao.queue import calling
from paihao.queue.actor import SYSTEM
from stage import Hall, Stage


class Cost(NamedTuple):
    """``median``: microseconds of a claim with its commit; ``growth``: relative to the fewest old tickets."""

    old: int
    median: float
    growth: float


async def measure(stage: Stage, name: str, *, sizes: tuple[int, ...], rounds: int, claims: int) -> list[Cost]:
    """``rounds`` times ``claims`` claims per size."""
    halls = [await stage.hall(name) for _ in sizes]
    for hall, old in zip(halls, sizes, strict=True):
        await hall.add_old(old)
        await hall.settle()
    took: list[list[float]] = [[] for _ in sizes]
    for turn in range(rounds + 1):
        for hall, measured in zip(halls, took, strict=True):
            claimed = await _claims(hall, claims)
            if turn:  # the first round warms up
                measured += claimed
    for hall in halls:
        await hall.database.close()
    medians = [1e6 * median(measured) for measured in took]
    return [Cost(old, cost, cost / medians[0]) for old, cost in zip(sizes, medians, strict=True)]


async def _claims(hall: Hall, claims: int) -> list[float]:
    await hall.clear(everybody=True)
    await hall.wait_in_line(600)
    windows = [int(row[0]) for row in await hall.run(f'SELECT id FROM "window" ORDER BY id LIMIT {claims}')]
    took = []
    for window in windows:
        began = perf_counter()
        async with hall.database.write() as tx:
            called = await calling.call_next(tx, window, SYSTEM, now())
        took.append(perf_counter() - began)
        assert called is not None
    return took
