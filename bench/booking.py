"""How many bookings a minute: a place held and confirmed over HTTP, by visitors who each have an address of their own.

PostgreSQL is served by two processes, SQLite by one. Slots are so large here that none gets full: what is measured is
the booking with its messages, and not the refusal.
"""

import asyncio
import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from statistics import median, quantiles
from time import perf_counter
from typing import Any, NamedTuple

from crowd import Visitor, connect
from paihao.core.clock import now
from stage import Hall, free_port
from web import Line

CLIENTS = 32
PROCESSES = {"SQLite": 1, "PostgreSQL": 2}
_LARGE = "UPDATE slot SET capacity = 30000, online_cap = 30000, fixed = true"


class Pace(NamedTuple):
    """Bookings a minute, the turns' median and the best; ``p50``, ``p99``: milliseconds of hold and confirmation."""

    processes: int
    usual: float
    best: float
    p50: float
    p99: float


async def measure(hall: Hall, *, turns: int, bookings: int) -> Pace:
    """``turns`` times ``bookings`` visitors book, `CLIENTS` of them at once, spread over all slots."""
    ports = [free_port() for _ in range(PROCESSES[hall.name])]
    with ExitStack() as running:
        for port in ports:
            running.enter_context(hall.server(port))
        await hall.run(_LARGE)
        slots = await slots_of(hall, now() + timedelta(days=1))
        lines = await connect(ports, CLIENTS)
        turn = [await _turn(hall, lines, slots, bookings) for _ in range(turns + 1)][1:]  # the first one warms up
        for line in lines:
            line.close()
    cuts = quantiles([1000 * took for _, each in turn for took in each], n=100)
    rates = [60 * bookings / seconds for seconds, _ in turn]
    return Pace(len(ports), median(rates), max(rates), cuts[49], cuts[98])


async def slots_of(hall: Hall, after: Any) -> list[str]:
    """The slots after a moment as the interface names them, each with an item of its line."""
    rows = await hall.run(
        "SELECT slot.id, min(item.code) FROM slot JOIN item ON item.line_id = slot.line_id AND item.bookable "
        f"WHERE slot.starts_at > '{after:%Y-%m-%d %H:%M:%S+00:00}' GROUP BY slot.id ORDER BY slot.id"
    )
    return [f"{number}.{item}" for number, item in rows]


async def _turn(hall: Hall, lines: Sequence[Line], slots: Sequence[str], bookings: int) -> tuple[float, list[float]]:
    """The seconds for all bookings, and for each."""
    wishes = iter(random.choices(slots, k=bookings))
    took: list[float] = []
    began = perf_counter()
    await asyncio.gather(*(_book(line, hall.made["hall"], wishes, took) for line in lines))
    return perf_counter() - began, took


async def _book(line: Line, code: str, wishes: Iterator[str], took: list[float]) -> None:
    for slot in wishes:
        visitor, began = Visitor(line), perf_counter()
        status, held = await visitor.ask(f"/halls/{code}/holds", slot=slot, channel="online")
        assert status == 201, held
        status, made = await visitor.ask(f"/holds/{held['id']}/confirm", name="张小三", phone=visitor.phone)
        assert status == 201, made
        took.append(perf_counter() - began)
