"""How many numbers a second, how many calls a second, and how much of the bare driver's rate that is.

Bare and served runs take turns, so that whatever else the machine does falls on both; the ratio is the median of the
turns'. A round of calls presses "next" once at every window; between rounds the windows are freed, which is not timed.
"""

import random
import secrets
from collections.abc import Sequence
from statistics import median, quantiles
from typing import Any, NamedTuple

import msgspec
from recorded import Bare, Fresh, Statement, bare, recorder
from stage import Hall
from web import Clients, request

CLIENTS = 16
PREFIX = "/api/v1"


class Rate(NamedTuple):
    """Per second; ``ratio``: served to bare; ``p50``, ``p99``: milliseconds of a served request."""

    what: str
    bare: float
    served: float
    ratio: float
    p50: float
    p99: float


class _Turn(NamedTuple):
    bare: float
    served: float
    took: list[float]


async def measure(hall: Hall, port: int, *, turns: int, issues: int) -> list[Rate]:
    """Rates of issue and of call-next: ``turns`` times ``issues`` numbers, and ``turns`` rounds of every window."""
    items = [
        (str(code), int(line), str(prefix), float(popularity))
        for code, line, prefix, popularity in await hall.run(
            "SELECT item.code, line.id, line.prefix, item.popularity FROM item JOIN line ON line.id = item.line_id"
        )
    ]
    windows = [int(row[0]) for row in await hall.run('SELECT id FROM "window" ORDER BY id')]
    kiosk = {"Authorization": f"Bearer {hall.made['devices']['kiosk']}"}
    code = hall.made["hall"]
    await hall.wait_in_line(10 * len(windows))

    def wish(item: str) -> bytes:
        return msgspec.json.encode({"channel": "kiosk", "item": item})

    with hall.server(port) as supervisor:
        async with recorder(hall) as service:
            tickets, nexts = (
                [f"{PREFIX}/halls/{code}/tickets"] * 3,
                [f"{PREFIX}/windows/{w}/call-next" for w in windows],
            )
            issue = await service.record(tickets, kiosk, wish(items[0][0]), 201)
            call = await service.record(nexts[:3], supervisor, b"", 200)
            await hall.clear(everybody=True)
        driver = await bare(hall, CLIENTS)
        choice = random.Random(1)

        async def issuing() -> _Turn:
            wishes = choice.choices(items, [item[3] for item in items], k=issues)
            fresh: list[Fresh] = [
                {"key": secrets.token_urlsafe(16), "line_id": line, "prefix": prefix} for _, line, prefix, _ in wishes
            ]
            requests = [
                request("POST", f"{PREFIX}/halls/{code}/tickets", kiosk | _key(), wish(item)) for item, *_ in wishes
            ]
            turn = await _turn(hall, driver, issue, fresh, port, requests, 201)
            await hall.clear(everybody=True)
            return turn

        async def calling() -> _Turn:
            await hall.wait_in_line(3 * len(windows))
            choice.shuffle(windows)  # neighbours share lines, but do not press in the same moment
            fresh: list[Fresh] = [{"key": secrets.token_urlsafe(16), "window": window} for window in windows]
            requests = [
                request("POST", f"{PREFIX}/windows/{window}/call-next", supervisor | _key()) for window in windows
            ]
            return await _turn(hall, driver, call, fresh, port, requests, 200)

        try:
            rates = []
            for what, turn in (("issue", issuing), ("call-next", calling)):
                await turn()  # warms both up
                rates.append(_rate(what, [await turn() for _ in range(turns)]))
            return rates
        finally:
            await driver.close()


async def _turn(
    hall: Hall,
    driver: Bare,
    statements: Sequence[Statement],
    fresh: Sequence[Fresh],
    port: int,
    requests: Sequence[bytes],
    status: int,
) -> _Turn:
    seconds = await driver.run(statements, fresh)
    await hall.clear()
    clients = await Clients.connect(port, CLIENTS)  # anew: the server closes what was idle for some seconds
    served = await clients.ask(requests, status)
    clients.close()
    await hall.clear()
    return _Turn(len(fresh) / seconds, len(requests) / served.seconds, served.took)


def _rate(what: str, turns: Sequence[_Turn]) -> Rate:
    cuts = quantiles([1000 * took for turn in turns for took in turn.took], n=100)
    return Rate(
        what,
        median(turn.bare for turn in turns),
        median(turn.served for turn in turns),
        median(turn.served / turn.bare for turn in turns),
        cuts[49],
        cuts[98],
    )


def _key() -> dict[str, Any]:
    return {"Idempotency-Key": secrets.token_urlsafe(16)}
