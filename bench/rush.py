"""Thousands of people want a few hundred places at once: none may be oversold, and none lost."""

from contextlib import ExitStack

from crowd import Outcome, Rush
from stage import Hall, free_port

from booking import PROCESSES

CONNECTIONS = 64


async def measure(hall: Hall, *, people: int, slots: int, each: int) -> Outcome:
    """All come at once, `CONNECTIONS` of them at a moment, for ``slots`` slots of one line with ``each`` places."""
    ports = [free_port() for _ in range(PROCESSES[hall.name])]
    with ExitStack() as running:
        for port in ports:
            running.enter_context(hall.server(port))
        [(item,)] = await hall.run(
            "SELECT min(item.code) FROM item WHERE bookable AND line_id = (SELECT min(line_id) FROM slot)"
        )
        crowd = Rush(hall.database, ports, hall.made["hall"], str(item))
        await crowd.prepare(slots, each)
        return await crowd.run(people, CONNECTIONS, seed=1)
