"""The play: visitors come, windows call them and serve them, each step a request and then a new entry in the agenda.

A step's first argument is the simulated minute at which it happens. A window has one step under way or due at any time,
or it is idle; so nothing here needs a lock. Who is sent to wait is believed to wait before the answer is there: the
next window may call him, and have its answer, sooner.
"""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from ...booking.state import Status as Booked
from ...queue.audit import Identity
from ...queue.ticket import Action, Channel, Status
from .accepting import Accepting
from .agenda import Agenda
from .booked import Bookings, Guest
from .client import Caller, Refused
from .day import Visitor
from .screen import Screen, Seen

TURN = 0.1
"""Minutes between one visitor's end and the next call; also until an idle clerk notices somebody."""
RECALL = 0.5
STRANGER = Visitor(comes=0, item=None, minutes=3, walk=0.2, away=5)
"""Whoever was in the hall before the play, or came by another kiosk."""

Done = Callable[[], object]


class Visit:
    """A visitor with the ticket he was given; ``status`` as the answers said."""

    def __init__(self, ticket: dict[str, Any], plan: Visitor = STRANGER) -> None:
        self.key, self.number, self.plan = ticket["id"], ticket["number"], plan
        self.status = Status.WAITING
        self.minutes = plan.minutes
        self.since = plan.comes
        """When his wait began; a booked visitor's not before his slot."""
        self.met = False
        """He has been called before: his wait is over, and he will neither miss the call nor be sent on again."""
        self.halfway = False
        """He was parked or sent on: the next time he stays to the end."""


class Desk:
    """A window with its clerk. ``news`` counts who came for it; ``back``: parked visitors who stand there again."""

    def __init__(self, number: str, path: str, lines: list[str], clerk: Caller) -> None:
        self.number, self.path, self.lines, self.clerk = number, path, lines, clerk
        self.idle = False
        self.news = 0
        self.back: deque[Visit] = deque()


class Play:
    """One day in one hall (``hall`` is its path). ``through`` is told when a visitor is, ``came`` of check-ins."""

    def __init__(
        self,
        hall: str,
        desks: Iterable[Desk],
        *,
        kiosk: Caller,
        guide: Caller,
        screen: Screen,
        agenda: Agenda,
        through: Done,
        bookings: Bookings,
        came: Done,
        accepting: Accepting,
    ) -> None:
        self._hall, self._kiosk, self._guide = hall, kiosk, guide
        self._screen, self._agenda, self._through = screen, agenda, through
        self._bookings, self._came, self._accepting = bookings, came, accepting
        self._desks = list(desks)
        self._serving: defaultdict[str, list[Desk]] = defaultdict(list)
        for place in range(max(len(desk.lines) for desk in self._desks)):  # a line's own windows before its helpers
            for desk in self._desks:
                for line in desk.lines[place : place + 1]:
                    self._serving[line].append(desk)
        self._taking = 0
        self._taken = asyncio.Condition()
        self.visits: dict[str, Visit] = {}
        self.acknowledged: dict[Identity, Visit] = {}
        self.waits: defaultdict[str, list[float]] = defaultdict(list)
        self.counts: Counter[str] = Counter()
        self.called: Counter[Seen] = Counter()
        self.errors: list[Refused] = []

    async def run(self, visitors: Sequence[Visitor]) -> None:
        """Until everybody is through. Raises httpx.TransportError, in a group, when the server is away."""
        for desk in self._desks:
            self._then(min(visitor.comes for visitor in visitors), self._begin, desk)
        for visitor in visitors:
            self._then(visitor.comes, self._arrive, visitor)
        await self._agenda.run()

    @property
    def unfinished(self) -> list[Visit]:
        return [visit for visit in self.visits.values() if visit.status not in (Status.DONE, Status.MISSED)]

    def _then(self, minute: float, step: Callable[..., Any], *arguments: object) -> None:
        self._agenda.at(minute, self._step, step, *arguments)

    async def _step(self, minute: float, step: Callable[..., Any], *arguments: object) -> None:
        """A refusal ends this visitor's or window's day; the report names it."""
        try:
            await step(minute, *arguments)
        except Refused as error:
            self.errors.append(error)

    # Visitors

    async def _arrive(self, minute: float, plan: Visitor) -> None:
        guest = self._bookings.guests.get(plan)
        if guest is not None and guest.stays_away():
            self._through()
            return
        if guest is not None and (due := guest.seconds_until_due(self._bookings.grace)) > 0:
            self._agenda.after(due, self._step, self._arrive, plan)
            return
        self._taking += 1
        try:
            given = await self._ticket(plan, guest)
            visit = self.visits[given["id"]] = Visit(given, plan)
            self.acknowledged[given["number"], datetime.fromisoformat(given["rank"])] = visit
        finally:
            async with self._taken:
                self._taking -= 1
                self._taken.notify_all()
        seconds = guest.seconds_until_called() if guest is not None and guest.arrived else 0.0
        if seconds > 0:
            self._agenda.after(seconds, self._step, self._wait, visit, given["line"])
        else:
            await self._wait(minute, visit, given["line"])

    async def _ticket(self, plan: Visitor, guest: Guest | None) -> Any:
        if guest is not None and guest.status is Booked.BOOKED:
            given = await guest.check_in()
            self._came()
            return given
        wish = {"item": plan.item, "priority": plan.priority}
        body = {"channel": Channel.KIOSK} | {name: value for name, value in wish.items() if value is not None}
        return await self._kiosk.post(Action.ISSUE, f"{self._hall}/tickets", body)

    async def _wait(self, minute: float, visit: Visit, line: str) -> None:
        """He can be called from now on."""
        visit.since = minute
        self._come(minute, self._serving[line])

    def _come(self, minute: float, desks: list[Desk]) -> None:
        """Somebody waits for these windows: one of the idle ones will notice, its own line's before helpers."""
        for desk in desks:
            desk.news += 1
        if (idle := next((desk for desk in desks if desk.idle), None)) is not None:
            idle.idle = False
            self._then(minute + TURN, self._free, idle)

    async def _visit(self, given: dict[str, Any]) -> Visit:
        """Who was called. He may be faster than his own number: then its answer is still under way."""
        key = given["id"]
        async with self._taken:
            await self._taken.wait_for(lambda: key in self.visits or not self._taking)
        return self.visits.get(key) or self._stranger(given)

    def _stranger(self, given: dict[str, Any]) -> Visit:
        self.counts["stranger"] += 1
        return Visit(given)

    async def _requeue(self, minute: float, visit: Visit) -> None:
        visit.status = Status.WAITING
        moved = await self._act(self._guide, visit, Action.REQUEUE)
        self._come(minute, self._serving[moved["line"]])

    async def _stand_again(self, minute: float, desk: Desk, visit: Visit) -> None:
        desk.back.append(visit)
        self._come(minute, [desk])

    # Windows

    async def _begin(self, minute: float, desk: Desk) -> None:
        """The clerk sits down. A visitor may still be there from before: then he is served first."""
        here = (await desk.clerk.get("look", desk.path))["here"]
        if here is None:
            await self._free(minute, desk)
        else:
            visit = self._stranger(here)
            await (self._start if here["status"] == Status.CALLED else self._complete)(minute, desk, visit)

    async def _free(self, minute: float, desk: Desk) -> None:
        """Nobody is at the window: take back who was parked, else call the next, else be idle."""
        if desk.back:
            return await self._resume(minute, desk, desk.back.popleft())
        news, asked = desk.news, self._screen.asks(desk.number)
        answer = await desk.clerk.post(Action.CALL, f"{desk.path}/call-next")
        if answer is None:
            self._screen.withdraws(desk.number, asked)
            if desk.news != news:  # somebody came while the answer was under way
                self._then(minute, self._free, desk)
            else:
                desk.idle = True
            return None
        given = answer["ticket"]
        self.called[given["number"], desk.number, False] += 1
        visit = await self._visit(given)
        visit.status = Status.CALLED
        met, visit.met = visit.met, True
        if not met and visit.plan is not STRANGER:
            self.waits[given["line"]].append(max(0.0, minute - visit.since))
        if visit.plan.missed and not met:
            self._then(minute + RECALL, self._recall, desk, visit)
        else:
            self._then(minute + visit.plan.walk, self._start, desk, visit)
        return None

    async def _recall(self, minute: float, desk: Desk, visit: Visit) -> None:
        self._screen.asks(desk.number, again=True)
        moved = await self._act(desk.clerk, visit, Action.RECALL)
        self.called[visit.number, desk.number, True] += 1
        enough = moved["recalls"] >= moved["recalls_before_missed"]
        self._then(minute + RECALL, self._miss if enough else self._recall, desk, visit)

    async def _miss(self, minute: float, desk: Desk, visit: Visit) -> None:
        await self._act(desk.clerk, visit, Action.MISS)
        visit.status = Status.MISSED
        if visit.plan.returns:
            self._then(minute + visit.plan.away, self._requeue, visit)
        else:
            self._through()
        self._then(minute + TURN, self._free, desk)

    async def _start(self, minute: float, desk: Desk, visit: Visit) -> None:
        await self._act(desk.clerk, visit, Action.START)
        visit.status = Status.SERVING
        plan, end = visit.plan, minute + visit.minutes
        if visit.halfway or not (plan.parked or plan.transfer):
            self._then(end, self._complete, desk, visit)
            return
        visit.halfway = True
        visit.minutes /= 2
        self._then(minute + visit.minutes, self._transfer if plan.transfer else self._park, desk, visit)

    async def _park(self, minute: float, desk: Desk, visit: Visit) -> None:
        await self._act(desk.clerk, visit, Action.PARK)
        visit.status = Status.PARKED
        self._then(minute + visit.plan.away, self._stand_again, desk, visit)
        self._then(minute + TURN, self._free, desk)

    async def _resume(self, minute: float, desk: Desk, visit: Visit) -> None:
        await self._act(desk.clerk, visit, Action.RESUME)
        visit.status = Status.SERVING
        self._then(minute + visit.minutes, self._complete, desk, visit)

    async def _transfer(self, minute: float, desk: Desk, visit: Visit) -> None:
        if (goal := visit.plan.transfer) is None:
            raise ValueError(visit.number)
        desks = self._serving[goal.line]
        if goal.to_window:
            desks = [other for other in desks if other is not desk][:1] or desks
        body = {"window": desks[0].number} if goal.to_window else {"line": goal.line}
        visit.minutes, visit.status = goal.minutes, Status.WAITING
        await self._act(desk.clerk, visit, Action.TRANSFER, body)
        self._come(minute, desks)
        self._then(minute + TURN, self._free, desk)

    async def _complete(self, minute: float, desk: Desk, visit: Visit) -> None:
        if visit.plan.application is not None:
            await self._accepting.accept(desk.clerk, visit.key, visit.plan.application)
        await self._act(desk.clerk, visit, Action.COMPLETE)
        visit.status = Status.DONE
        if visit.plan is not STRANGER:
            self._through()
        self._then(minute + TURN, self._free, desk)

    async def _act(self, caller: Caller, visit: Visit, action: Action, body: dict[str, str] | None = None) -> Any:
        moved = await caller.post(action, f"/tickets/{visit.key}/{action}", body)
        self.counts[action] += 1
        return moved
