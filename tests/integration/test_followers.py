"""Follow my number: every phone hears of its own ticket, all of them together cost one reading, and links hold."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any, Self

import ear
import pytest
from ear import PATIENCE
from house import House
from paihao.api.permissions import Caller
from paihao.api.services import Services, build
from paihao.core.bus import Moved, What
from paihao.core.clock import now
from paihao.display import hub as hub_module
from paihao.display.followers import HallFollowers, Phone
from paihao.queue import issuing, moves
from paihao.queue.actor import SYSTEM
from paihao.queue.hall import Hall
from paihao.queue.routing import to_line
from paihao.queue.ticket import Action, Channel
from sqlalchemy import event, update

pytestmark = pytest.mark.anyio

KIOSK = {"channel": "kiosk", "item": "S-001"}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HallFollowers, "gap", 0.0)


class Ear(ear.Ear):
    """A phone's socket."""

    def __init__(self, house: House, key: str, query: str = "") -> None:
        super().__init__(house, f"/tickets/{key}/live", query)

    async def ticket(self, **wanted: Any) -> dict[str, Any]:
        """The next frame about the ticket in which these fields are so."""
        return await self.frame("ticket", **wanted)


class Desk:
    """Somebody who may act anywhere, at window 3 of the small hall."""

    def __init__(self, house: House, stack: AsyncExitStack) -> None:
        self.house = house
        self._stack = stack

    async def open(self) -> Self:
        self.kiosk = await self._stack.enter_async_context(self.house.client(Caller.KIOSK))
        self.chief = await self._stack.enter_async_context(self.house.client(Caller.SUPERVISOR))
        self.guest = await self._stack.enter_async_context(self.house.client())
        self.window = f"/windows/{await self.house.window('3')}"
        (await self.chief.post(f"{self.window}/open")).raise_for_status()
        return self

    async def issue(self) -> str:
        return str((await self.kiosk.post("/halls/small/tickets", json=KIOSK)).raise_for_status().json()["id"])

    async def call(self) -> str:
        return str((await self.chief.post(f"{self.window}/call-next")).raise_for_status().json()["ticket"]["id"])

    async def act(self, key: str, *actions: str) -> None:
        for action in actions:
            (await self.chief.post(f"/tickets/{key}/{action}")).raise_for_status()

    async def postpone(self, key: str) -> tuple[int, str]:
        said = await self.guest.post(f"/tickets/{key}/postpone")
        return said.status_code, said.json().get("code", "")

    async def rule(self, **values: Any) -> None:
        """Change a rule of the hall."""
        hall = await self.house.services.halls.get("small")
        async with self.house.services.moving(hall.id, What.HALL) as tx:
            await tx.execute(update(Hall).where(Hall.id == hall.id).values(values))


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        yield await Desk(house, stack).open()


async def test_each_phone_hears_of_its_own_place(house: House, desk: Desk) -> None:
    keys = [await desk.issue() for _ in range(4)]
    async with AsyncExitStack() as stack:
        ears = [await stack.enter_async_context(Ear(house, key)) for key in keys]
        for place, ear in enumerate(ears):
            frame = await ear.ticket()
            assert (frame["ahead"], frame["near"], frame["id"]) == (place, place <= 2, keys[place])
            assert frame["wait"]["low"] <= frame["wait"]["high"]
            assert frame == (await desk.guest.get(f"/tickets/{keys[place]}")).json()
        assert await desk.call() == keys[0]
        called = await ears[0].ticket(status="called")
        assert (called["window"], called["zone"], called["said"]["now"]) == ("3", "B区1楼", "请到 3号窗口")
        for place, ear in enumerate(ears[1:]):
            await ear.ticket(ahead=place)


async def test_a_recall_is_heard_and_the_language_is_the_phones(house: House, desk: Desk) -> None:
    key = await desk.issue()
    async with Ear(house, key) as chinese, Ear(house, key, "lang=en") as english:
        await desk.call()
        await desk.act(key, "recall")
        assert (await chinese.ticket(recalls=1))["said"]["now"] == "请到 3号窗口"
        told = await english.ticket(recalls=1)
    assert told["route"] == (await desk.guest.get(f"/tickets/{key}?lang=en")).json()["route"]
    assert told["said"]["now"].isascii()


async def test_a_bound_ticket_does_not_count_itself(house: House, desk: Desk) -> None:
    keys = [await desk.issue() for _ in range(3)]
    said = await desk.chief.post(f"/tickets/{keys[2]}/transfer", json={"window": "3"})
    assert said.status_code == 200, said.text
    async with Ear(house, keys[2]) as ear:
        frame = await ear.ticket()
    assert frame == (await desk.guest.get(f"/tickets/{keys[2]}")).json()
    assert frame["ahead"] == 2


async def test_some_minutes_more_once(house: House, desk: Desk) -> None:
    mine, other = await desk.issue(), await desk.issue()
    async with Ear(house, mine) as ear:
        assert (await ear.ticket())["postpone_minutes"] == 10
        assert await desk.postpone(mine) == (200, "")
        later = await ear.ticket(postponed=True)
    assert (later["ahead"], later["near"], later["postpone_minutes"]) == (1, False, 0)
    assert later["wait"]["high"] >= later["wait"]["low"] >= 9
    assert later["callable_at"][11:16] in later["said"]["now"]
    assert (await desk.guest.get(f"/tickets/{mine}")).json()["wait"]["low"] >= 9
    assert await desk.postpone(mine) == (409, "postponed_already")
    assert await desk.call() == other


async def test_no_minutes_more_before_closing_nor_where_it_is_off(desk: Desk) -> None:
    key = await desk.issue()
    await desk.rule(always_open=False)  # the house stands in its noon break
    assert await desk.postpone(key) == (409, "closing_soon")
    await desk.rule(always_open=True, postpone_minutes=0)
    assert (await desk.guest.get(f"/tickets/{key}")).json()["postpone_minutes"] == 0
    assert await desk.postpone(key) == (409, "postpone_off")
    await desk.rule(postpone_minutes=10)
    await desk.call()
    assert (await desk.postpone(key))[0] == 409
    assert await desk.postpone("forged") == (404, "unknown_ticket")


async def test_the_last_frame_ends_the_conversation(house: House, desk: Desk) -> None:
    done, left = await desk.issue(), await desk.issue()
    async with Ear(house, done) as ear:
        await desk.call()
        await desk.act(done, "start", "complete")
        assert "said" in await ear.ticket(status="done")
        assert await ear.closed() == 1000
    async with Ear(house, left) as ear:
        (await desk.guest.post(f"/tickets/{left}/cancel")).raise_for_status()
        await ear.ticket(status="cancelled")
        assert await ear.closed() == 1000
    async with Ear(house, done) as ear:  # opened again afterwards
        await ear.ticket(status="done")
        assert await ear.closed() == 1000


async def test_who_missed_his_call_is_told_where_to_go(house: House, desk: Desk) -> None:
    key = await desk.issue()
    first_desk = await house.window("1")
    (await desk.chief.post(f"/windows/{first_desk}/open")).raise_for_status()
    async with Ear(house, key) as ear:
        await desk.call()
        await desk.act(key, "recall", "recall", "miss")
        said = (await ear.ticket(status="missed"))["said"]
    assert "1号窗口" in said["hint"]
    assert "A区1楼" in said["hint"]


async def test_a_forged_link_is_told_so(house: House, desk: Desk) -> None:
    async with Ear(house, "forged") as ear:
        assert await ear.closed() == 4404


async def test_who_talks_nonsense_is_shown_out(house: House, desk: Desk) -> None:
    key = await desk.issue()
    for nonsense in ("nonsense", "[]", "x" * 600):
        async with Ear(house, key) as ear:
            ear.say('{"type":"pong"}')
            ear.say(nonsense)
            assert await ear.closed() == 1008


async def test_a_lost_notice_is_repaired(house: House, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "POLL", 0.05)
    key = await desk.issue()
    hall = await house.services.halls.get("small")
    async with Ear(house, key) as ear:
        await ear.ticket()
        async with house.services.database.write() as tx:  # and nobody says so
            await moves.apply(tx, hall, await moves.find(tx, key), Action.CANCEL, SYSTEM, now())
        await ear.ticket(status="cancelled")


@contextmanager
def counting(services: Services) -> Iterator[list[str]]:
    """The statements about tickets that are executed meanwhile."""
    seen: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "ticket" in statement:
            seen.append(statement)

    engine = services.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", count)
    yield seen
    event.remove(engine, "before_cursor_execute", count)


@asynccontextmanager
async def following(services: Services, count: int) -> AsyncIterator[tuple[list[str], list[Phone]]]:
    """So many new tickets of one line, and a phone for each of them that knows how it stands."""
    hall = await services.halls.get("small")
    line = hall.line("A")
    assert line is not None
    wish = issuing.Wish(to_line(line, hall), Channel.KIOSK)
    async with services.database.write() as tx:
        keys = [(await issuing.issue(tx, hall, wish, SYSTEM, now())).key for _ in range(count)]
    async with AsyncExitStack() as stack:
        phones = [await stack.enter_async_context(services.followers.phone(hall.id, key, "zh_CN")) for key in keys]
        await told(phones)
        yield keys, phones


async def told(phones: list[Phone]) -> list[dict[str, Any]]:
    async with asyncio.timeout(PATIENCE):
        return [json.loads((await phone.frames())[0]) for phone in phones]


async def test_two_hundred_followers_cost_a_reading_and_not_two_hundred(house: House) -> None:
    services = house.services
    hall = await services.halls.get("small")
    async with following(services, 200) as (keys, phones):
        async with services.database.read() as connection:
            first = await moves.find(connection, keys[0])
        with counting(services) as seen:
            async with services.moving(hall.id) as tx:
                await moves.apply(tx, hall, first, Action.CANCEL, SYSTEM, now())
            frames = await told(phones)
    assert frames[0]["status"] == "cancelled"
    assert [frame["ahead"] for frame in frames[1:]] == list(range(199))
    # The move itself; the day, the one that is over, and the line's recent cases.
    assert len(seen) <= 4, seen


async def test_a_phone_is_not_told_what_does_not_concern_it(house: House) -> None:
    services = house.services
    hall = await services.halls.get("small")
    async with following(services, 2) as (keys, phones):
        async with services.moving(hall.id) as tx:
            await moves.apply(tx, hall, await moves.find(tx, keys[1]), Action.CANCEL, SYSTEM, now())
        await told(phones[1:])
        assert not phones[0].behind
        services.bus.publish(Moved(hall.id, What.HALL))
        assert await phones[1].frames() == []


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
async def test_a_move_in_another_process_reaches_the_phone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "POLL", 10 * PATIENCE)  # only the bus can tell
    other = build(house.services.settings)
    await other.bus.start()
    try:
        async with following(other, 1) as (keys, phones):
            async with house.client() as guest:
                (await guest.post(f"/tickets/{keys[0]}/cancel")).raise_for_status()
            assert [frame["status"] for frame in await told(phones)] == ["cancelled"]
    finally:
        await other.followers.stop()
        await other.bus.stop()
        await other.database.close()
