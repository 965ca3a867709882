"""The booked visitors: before the day everybody books as he would, during it he comes as he booked, and it must add up.

The server's clock is real, and a day of the replay takes minutes. So bookings are for the first slot that begins soon
by that clock: an admin makes slots short, a supervisor opens places enough in those slots, and after the day the
rules are what they were. Who comes before his slot waits until it really begins. Where nothing opens soon, the bookings
are for later days and stand.
"""

import asyncio
import secrets
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx

from ...booking.state import Channel, Late, Status
from ...core.i18n import N_
from ...queue.hallrows import HallFiles
from .client import Caller, Client, Refused
from .day import Fate, Visitor

SHORT = 5
"""Minutes of a slot while the day is played: so soon the next one begins."""
SOON = timedelta(minutes=2 * SHORT)
EACH = timedelta(seconds=0.05)
"""Time to book, for each of them, before the slot begins that they book."""
AT_LEAST = timedelta(seconds=5)
TRIES = 5
CLOCKS = 1.0
"""Seconds by which the server's clock may differ from ours."""
LOOK_AGAIN = 1.0
"""Seconds: a server's own sweep tells nobody that it has been, so whoever waits for it must ask."""
SWEPT = 90
"""Seconds in which the server notices who did not come."""

Wrong = tuple[str, dict[str, object]]
"""A message and its fields."""


class Guest:
    """A booked visitor, and what the answers said. ``status`` None: he has no appointment."""

    def __init__(self, plan: Visitor, place: int, books: Caller, comes: Caller, phone: str) -> None:
        if plan.booking is None:
            raise ValueError(plan)
        self.plan, self.channel, self.fate, self.delay = plan, *plan.booking
        self.place = place
        self.name = "访客" + "甲乙丙丁戊己庚辛壬癸"[place % 10]
        self.books, self.comes, self.phone = books, comes, phone
        self.code = ""
        self.waiting = ""
        self.status: Status | None = None
        self.starts_at: datetime | None = None
        self.today = True
        self.moved = False
        self.arrived = ""
        """``early`` before his slot, ``grace`` within the grace, ``late`` after it and queued like a walk-in."""

    def take(self, appointment: Mapping[str, Any]) -> None:
        """Keep what an answer says of the appointment."""
        self.code, self.status = appointment["code"], Status(appointment["status"])
        self.starts_at = datetime.fromisoformat(appointment["starts_at"])

    def stays_away(self) -> bool:
        """Whether nobody comes to the hall today."""
        return self.status is Status.CANCELLED or (
            self.status is Status.BOOKED and (self.fate is Fate.NEVER or not self.today)
        )

    def seconds_until_due(self, grace: timedelta) -> float:
        """Who means to come late does not come before that, by the server's clock."""
        if self.status is not Status.BOOKED or self.starts_at is None or self.fate not in (Fate.GRACE, Fate.LATE):
            return 0.0
        into = grace + timedelta(seconds=CLOCKS) if self.fate is Fate.LATE else self.delay * grace
        return (self.starts_at + into - datetime.now(UTC)).total_seconds()

    async def check_in(self) -> Any:
        """The ticket that he is given. Raises Refused."""
        given = await self.comes.post("check_in", f"/appointments/{self.code}/check-in", {"phone": self.phone})
        self.status = Status.CHECKED_IN
        self.arrived = "late" if not given["kept"] else "early" if self.seconds_until_called() > CLOCKS else "grace"
        return given

    def seconds_until_called(self) -> float:
        """Before his slot begins nobody is called."""
        if self.starts_at is None or self.arrived == "late":
            return 0.0
        return (self.starts_at - datetime.now(UTC)).total_seconds() + CLOCKS


class Bookings:
    """The booking side of a day in one hall (``hall`` is its path); ``grace`` are its real minutes."""

    def __init__(self, client: Client, hall: str, officers: Mapping[str, Caller], kiosk: Caller, grace: int) -> None:
        self._client, self._hall, self._grace = client, hall, grace
        self._admin, self._supervisor = officers["admin"], officers["supervisor"]
        self._desks = {Channel.PHONE: officers["operator"], Channel.ONSITE: kiosk}
        self._rules: dict[str, Any] = {}
        self._near: dict[str, datetime] = {}
        self._lines: dict[str, str] = {}
        self.guests: dict[Visitor, Guest] = {}
        self.errors: list[Refused] = []
        self.places = 0
        """Opened by hand."""

    @property
    def grace(self) -> timedelta:
        return timedelta(minutes=self._grace)

    @property
    def for_today(self) -> bool:
        return bool(self._near)

    @property
    def expected(self) -> int:
        """How many will check in."""
        return sum(guest.status is not None and not guest.stays_away() for guest in self.guests.values())

    @asynccontextmanager
    async def opened(self, visitors: Sequence[Visitor], files: HallFiles) -> AsyncIterator[None]:
        """The hall made ready for all who will book; in the end it has its rules again, whatever happens."""
        try:
            await self._open(visitors, files)
            yield
        finally:
            with suppress(Refused, httpx.TransportError):  # the error that led here is told
                await self.restore()

    async def _open(self, visitors: Sequence[Visitor], files: HallFiles) -> None:
        """Short slots, and places in those that begin soon. Raises Refused."""
        first = secrets.randbelow(90_000) * 10_000
        self._lines = {item.code: item.line_prefix for item in files.items}
        for place, plan in enumerate(plan for plan in visitors if plan.booking is not None):
            booking = plan.booking
            public = self._client.visitor(f"10.{place >> 16 & 255}.{place >> 8 & 255}.{place & 255}")
            books = self._desks.get(booking.channel, public) if booking else public
            comes = public if books is public else self._desks[Channel.ONSITE]
            # No area has the code 000: nobody has this number.
            self.guests[plan] = Guest(plan, place, books, comes, f"000{first + place:09d}")
        if not self.guests:
            return
        self._rules = await self._admin.get("rules", f"{self._hall}/booking-rules")
        await self._rule(
            slot_minutes=SHORT,
            notice_minutes=0,
            cancel_minutes=0,
            check_in_minutes=240,
            grace_minutes=self._grace,
            late=Late.WALK_IN,
            portals=True,
        )
        await self._near_slots()
        if not self._near:
            await self.restore()

    async def _near_slots(self) -> None:
        after = datetime.now(UTC) + AT_LEAST + EACH * len(self.guests)
        today = (await self._bookings(after.date()))["today"]
        seen = await self._bookings(today)
        wanted = Counter(self._line(guest) for guest in self.guests.values())
        for line in seen["lines"]:
            for slot in line["slots"]:
                starts_at = datetime.fromisoformat(slot["starts_at"])
                if line["prefix"] in wanted and not slot["closed"] and after <= starts_at <= after + SOON:
                    more = 2 * wanted[line["prefix"]]  # whatever the channels' caps leave of it is enough
                    places = slot["booked"] + slot["held"] + more
                    await self._supervisor.post("look", f"/slots/{slot['slot']}", {"places": places}, method="PATCH")
                    self._near[line["prefix"]] = starts_at
                    self.places += more
                    break

    async def _bookings(self, day: date | str) -> Any:
        return await self._supervisor.get("look", f"{self._hall}/bookings?day={day}")

    def _line(self, guest: Guest) -> str:
        return self._lines[guest.plan.item or ""]

    async def _rule(self, **values: Any) -> None:
        await self._admin.post("rules", f"{self._hall}/booking-rules", values, method="PUT")

    async def restore(self) -> None:
        """The rules as they were."""
        if self._rules:
            await self._rule(**self._rules)
            self._rules = {}

    # Before the day

    def _refused(self, error: Refused) -> None:
        """Somebody else was faster: that happens, and is counted with the conflicts. Anything else is an error."""
        if error.status != httpx.codes.CONFLICT:
            self.errors.append(error)

    async def book(self, guest: Guest) -> None:
        """Get an appointment, or a place on the waiting list. A refusal is kept; he will come without one."""
        try:
            if guest.fate is Fate.WAITS:
                await self._wait(guest)
            else:
                await self._take(guest, later=guest.fate is Fate.MOVES)
        except Refused as error:
            self._refused(error)

    async def _take(self, guest: Guest, *, later: bool = False) -> None:
        """Look, hold, confirm; who is forestalled looks again, and gives up after some tries."""
        for _ in range(TRIES):
            slot = await self._slot(guest, later=later)
            if slot is None:
                return
            try:
                held = await guest.books.post(
                    "hold", f"{self._hall}/holds", {"slot": slot["id"], "channel": guest.channel}
                )
                made = await guest.books.post("confirm", f"/holds/{held['id']}/confirm", self._said(guest))
            except Refused as error:
                if error.status != httpx.codes.CONFLICT:
                    raise
            else:
                self._keep(guest, made)
                return

    def _said(self, guest: Guest) -> dict[str, Any]:
        return {"name": guest.name, "phone": guest.phone}

    def _keep(self, guest: Guest, appointment: Mapping[str, Any]) -> None:
        guest.take(appointment)
        near = self._near.get(self._line(guest))
        guest.today = near is not None and guest.starts_at is not None and guest.starts_at <= near + SOON

    async def _slot(self, guest: Guest, *, later: bool = False) -> Any:
        """The slot that he wants: the first that begins soon, the last there is, or where none begins soon, any."""
        near = self._near.get(self._line(guest))
        days = f"&from={near.date()}&to={near.date()}" if near is not None and not later else ""
        query = f"item={guest.plan.item}&channel={guest.channel}{days}"
        seen = await guest.books.get("slots", f"{self._hall}/slots?{query}")
        times = [(datetime.fromisoformat(slot["starts_at"]), slot) for slot in seen["slots"] if slot["free"]]
        free = [
            slot
            for starts_at, slot in times
            if starts_at != guest.starts_at
            and (near is None or (starts_at.date() > near.date() if later else starts_at >= near))
        ]
        if not free:
            return None
        if later:
            return free[-1]
        return free[0 if near is not None else guest.place % len(free)]

    async def _wait(self, guest: Guest) -> None:
        slot = await self._slot(guest)
        if slot is None:
            return
        starts_at = datetime.fromisoformat(slot["starts_at"])
        since, until = starts_at.time(), datetime.fromisoformat(slot["ends_at"]).time()
        wish = {"item": guest.plan.item, "day": slot["day"], "channel": guest.channel}
        wish |= {"since": since.isoformat(), "until": until.isoformat()}
        entry = await guest.books.post("wait", f"{self._hall}/waiting", wish | self._said(guest))
        guest.waiting = entry["key"]

    async def change(self, guest: Guest) -> None:
        """Those who cancel and those who move, when everybody has booked."""
        try:
            path, proof = f"/appointments/{guest.code}", {"phone": guest.phone}
            if guest.status is not Status.BOOKED:
                return
            if guest.fate is Fate.CANCELS:
                guest.take(await guest.books.post("cancel_booking", f"{path}/cancel", proof))
            elif guest.fate is Fate.MOVES and (slot := await self._slot(guest)) is not None:
                self._keep(guest, await guest.books.post("move", f"{path}/move", proof | {"slot": slot["id"]}))
                guest.moved = True
        except Refused as error:
            self._refused(error)

    async def settle(self, guest: Guest) -> None:
        """Who waits takes what he is offered by now, or waits no more and comes without an appointment."""
        if not guest.waiting:
            return
        try:
            path = f"/waiting/{guest.waiting}"
            if (await guest.books.get("look", path))["status"] == "offered":
                self._keep(guest, await guest.books.post("accept", f"{path}/accept"))
            else:
                await guest.books.post("leave", f"{path}/leave")
        except Refused as error:
            self._refused(error)

    # After the day

    async def close(self) -> None:
        """The day is over: whoever has not come is missed now, not only at midnight; then the rules are restored."""
        absent = [guest for guest in self.guests.values() if guest.status is Status.BOOKED and guest.today]
        due = [guest for guest in absent if guest.seconds_until_called() < 0]
        if due:
            await self._rule(late=Late.REBOOK, grace_minutes=0)
            for _ in range(SWEPT):
                if await self._status(due[-1]) is not Status.BOOKED:
                    break
                await asyncio.sleep(LOOK_AGAIN)
        await self.restore()
        for guest in absent:
            # One sweep misses all whose slot has begun; whose slot begins only now may be among them.
            guest.status = Status.MISSED if guest in due else await self._status(guest)

    async def _status(self, guest: Guest) -> Status:
        return Status((await self._supervisor.get("look", f"/appointments/{guest.code}"))["status"])

    async def check(self) -> list[Wrong]:
        """What does not add up: an appointment that the hall knows otherwise, a slot that counts otherwise."""
        if not self.guests:
            return []
        mine = {guest.code: guest for guest in self.guests.values() if guest.status is not None}
        wrong: list[Wrong] = []
        for day in sorted({_day(guest) for guest in mine.values()}):
            listed = await self._listed(day)
            for row in listed:
                if (guest := mine.pop(row["code"], None)) is not None and row["status"] != guest.status:
                    fields = {"code": row["code"], "status": row["status"], "known": guest.status}
                    wrong.append((N_("预约{code}的状态是{status}，访客得到的答复是{known}"), fields))
            wrong += counted(await self._bookings(day), listed)
        wrong += [(N_("预约{code}没有记录"), {"code": code}) for code in mine]
        return wrong

    async def _listed(self, day: date) -> list[Any]:
        rows, cursor = list[Any](), "0"
        while cursor is not None:
            path = f"{self._hall}/appointments?day={day}&cursor={cursor}"
            page = await self._supervisor.get("look", path)
            rows += page["appointments"]
            cursor = page["cursor"]
        return rows

    def figures(self) -> dict[str, Counter[Channel]]:
        """What became of them, by channel."""
        told: dict[str, Counter[Channel]] = defaultdict(Counter)
        for guest in self.guests.values():
            for name in outcomes(guest):
                told[name][guest.channel] += 1
        return told


def outcomes(guest: Guest) -> list[str]:
    """What he is counted as; the keys of `report.BOOKED`, and the status that his appointment ended with."""
    standing = guest.status is Status.BOOKED
    return [
        *(["booked"] if guest.status is not None else ["without"]),
        *(["moved"] if guest.moved else []),
        *(["waited"] if guest.waiting else []),
        *(["offered"] if guest.waiting and guest.status is not None else []),
        *([guest.arrived] if guest.arrived else []),
        *(["standing"] if standing else []),
        *([str(guest.status)] if guest.status is not None and not standing else []),
    ]


def _day(guest: Guest) -> date:
    if guest.starts_at is None:
        raise ValueError(guest.code)
    return guest.starts_at.date()


def counted(seen: Mapping[str, Any], listed: Sequence[Mapping[str, Any]]) -> list[Wrong]:
    """Slots of a day (as ``GET /halls/{hall}/bookings``) whose counts are not those of the appointments in them."""
    taken = Counter((row["line"], row["starts_at"]) for row in listed if row["status"] != Status.CANCELLED)
    wrong: list[Wrong] = []
    for line in seen["lines"]:
        for slot in line["slots"]:
            real = taken.pop((line["prefix"], slot["starts_at"]), 0)
            sums = slot["booked"] + slot["held"]
            if slot["booked"] != real or sum(slot["channels"].values()) != sums or sums > slot["capacity"]:
                fields = {"line": line["name"], "when": slot["starts_at"], "booked": slot["booked"], "real": real}
                wrong.append((N_("{line} {when}时段记为已约{booked}个，实际预约{real}个"), fields))
    wrong += [
        (N_("{line} {when}有{real}个预约，却没有这个时段"), {"line": line, "when": when, "real": real})
        for (line, when), real in taken.items()
    ]
    return wrong
