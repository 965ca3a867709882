"""The worker that brings messages to their gateways: in each process one, on each channel a few messages at a time.

What is to be done stands in rows (`messages`); `wake` only says that it is worth looking now, and a look every two
seconds finds what other processes wrote, what is due again, and what a dead worker left behind. A gateway that fails is
asked with one message at a time, after growing pauses, until it answers: the others wait untouched.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from random import SystemRandom
from typing import Final

import structlog
from cryptography.exceptions import InvalidTag
from prometheus_client import Counter, Gauge
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from . import clock, messages
from .db import Database
from .gateways import SEND_SECONDS, Channel, Fault, Gateway, Refused, Trouble
from .messages import Claimed
from .privacy import Vault

log = structlog.get_logger()

LOOK_SECONDS: Final = 2.0
GATHER_SECONDS: Final = 0.02
"""What is committed within moments of each other is claimed together: on a busy morning that spares many looks."""
SWEEP_SECONDS: Final = 10.0
STOP_SECONDS: Final = 5.0
AT_ONCE: Final = 8
FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(seconds=30)

_chance = SystemRandom().random

_ENDED = Counter("paihao_messages", "Messages by how a try of them ended", ("channel", "outcome"))
_WAITING = Gauge("paihao_messages_waiting", "Messages that should have gone out by now", ("channel",))
_OLDEST = Gauge("paihao_messages_oldest_seconds", "For how long the oldest of them waits", ("channel",))
_DOWN = Gauge("paihao_gateway_down", "1 while a gateway does not answer this process", ("channel",))


class Circuit:
    """How much a gateway may be asked, by how it did (pure)."""

    def __init__(self) -> None:
        self.failures = 0
        self._probe_at: datetime | None = None

    def room(self, busy: int, now: datetime) -> int:
        """How many more messages may be begun while ``busy`` are under way."""
        if self._probe_at is None:
            return max(0, AT_ONCE - busy)
        return int(busy == 0 and now >= self._probe_at)

    def answered(self) -> None:
        self.failures, self._probe_at = 0, None

    def failed(self, now: datetime) -> None:
        """What fails together, and what was begun before a pause, counts once."""
        if self._probe_at is None or now >= self._probe_at:
            self._probe_at = now + min(FIRST_PAUSE * 2 ** min(self.failures, 10), LONGEST_PAUSE)
            self.failures += 1


class Lane:
    """One channel: its gateway, how that does, and what is under way to it."""

    def __init__(self, channel: Channel, gateway: Gateway) -> None:
        self.channel = channel
        self.gateway = gateway
        self.circuit = Circuit()
        self.busy: set[asyncio.Task[None]] = set()


class Outbox:
    """Sends what is due. ``now`` is the clock, so that tests can turn it; ``luck`` gives numbers from 0 to 1."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        gateways: Mapping[Channel, Gateway],
        now: Callable[[], datetime] = clock.now,
        luck: Callable[[], float] = _chance,
    ) -> None:
        self._database = database
        self._vault = vault
        self._now = now
        self._luck = luck
        self._lanes = {channel: Lane(channel, gateway) for channel, gateway in gateways.items()}
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def wake(self) -> None:
        """A message was committed."""
        self._wake.set()

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="outbox")

    async def stop(self) -> None:
        """Let what is under way be answered; what takes too long is sent again, as itself, when its claim lapses."""
        self._stopping = True
        self.wake()
        if self._task is not None:
            await self._task  # not cancelled: what it has begun at the database ends
        if busy := [task for lane in self._lanes.values() for task in lane.busy]:
            _, late = await asyncio.wait(busy, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for lane in self._lanes.values():
            await lane.gateway.close()

    async def step(self) -> None:
        """Begin with what is due now and may be begun, each message by a task of its own."""
        now = self._now()
        async with self._database.read() as connection:
            due = await messages.due(connection, now)
        for lane in (self._lanes[channel] for channel in due):
            if room := lane.circuit.room(len(lane.busy), now):
                async with self._database.single() as tx:
                    claimed = await messages.claim(tx, lane.channel, room, now)
                for message in claimed:
                    task = asyncio.create_task(self._deliver(lane, message))
                    lane.busy.add(task)
                    task.add_done_callback(lane.busy.discard)
                    task.add_done_callback(lambda _: self.wake())

    async def sweep(self) -> None:
        """Give up what is too late, and count."""
        now = self._now()
        async with self._database.read() as connection:
            waiting = await messages.waiting(connection, now)
        if waiting:
            async with self._database.write() as tx:
                if given_up := await messages.give_up(tx, now):
                    log.warning("messages_given_up", count=given_up)
        for channel, lane in self._lanes.items():
            count, age = waiting.get(channel, (0, timedelta(0)))
            _WAITING.labels(channel).set(count)
            _OLDEST.labels(channel).set(age.total_seconds())
            _DOWN.labels(channel).set(lane.circuit.failures > 0)

    async def idle(self) -> None:
        """Wait until what `step` began has ended."""
        await asyncio.gather(*(task for lane in self._lanes.values() for task in lane.busy))

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        swept = -SWEEP_SECONDS
        while not self._stopping:
            self._wake.clear()
            try:
                if loop.time() - swept >= SWEEP_SECONDS:
                    await self.sweep()
                    swept = loop.time()
                await self.step()
            except (OSError, SQLAlchemyError) as error:
                log.warning("outbox_interrupted", error=str(error))
            except Exception:  # whatever it is, messages go on leaving
                log.exception("outbox_interrupted")
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()
                    await asyncio.sleep(GATHER_SECONDS)

    async def _deliver(self, lane: Lane, claimed: Claimed) -> None:
        wrong, ref = await self._send(lane, claimed)
        try:
            async with self._database.single() as tx:
                outcome = await self._note(tx, claimed, wrong, ref)
        except Exception as error:  # it stays claimed, and the gateway will know it again
            log.warning("message_not_noted", message=claimed.id, error=type(error).__name__)
            return
        _ENDED.labels(lane.channel, outcome).inc()
        log.info("message", message=claimed.id, about=claimed.event, outcome=outcome, fault=wrong and wrong.fault)

    async def _note(self, tx: AsyncConnection, claimed: Claimed, wrong: Refused | Trouble | None, ref: str) -> str:
        """Write down how it went, unless the claim has lapsed meanwhile and is another worker's."""
        now = self._now()
        if wrong is None:
            noted, outcome = await messages.sent(tx, claimed, ref, now), "sent"
        elif isinstance(wrong, Refused):
            noted, outcome = await messages.failed(tx, claimed, wrong.fault, now), "failed"
        else:
            at = messages.next_try(claimed, now, self._luck())
            noted, outcome = await messages.again(tx, claimed, wrong.fault, at), "later"
        return outcome if noted else "lapsed"

    async def _send(self, lane: Lane, claimed: Claimed) -> tuple[Refused | Trouble | None, str]:
        """What went wrong, if anything, and the gateway's name for the message."""
        try:
            outgoing = messages.opened(self._vault, claimed)
        except InvalidTag:
            return Refused(Fault.UNREADABLE), ""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                ref = await lane.gateway.send(outgoing)
        except Refused as refused:
            lane.circuit.answered()
            return refused, ""
        except Exception as error:  # what libraries raise may hold his number: only its kind is logged
            kind = Fault.SILENT if isinstance(error, TimeoutError) else Fault.TROUBLE
            trouble = error if isinstance(error, Trouble) else Trouble(kind)
            lane.circuit.failed(self._now())
            log.warning("gateway_fails", channel=lane.channel, fault=trouble.fault, error=type(error).__name__)
            return trouble, ""
        lane.circuit.answered()
        return None, ref
