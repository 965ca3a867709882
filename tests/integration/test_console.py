"""What the console asks of the server: the own day, masked visitors, taking back, and what became of a press."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from house import House, sign_in_clerk
from paihao.api.permissions import Caller
from paihao.queue.ticket import Ticket
from sqlalchemy import select, update

pytestmark = pytest.mark.anyio


class Desk:
    """A clerk at window 3, with a guide who gives numbers."""

    def __init__(self, house: House, clerk: httpx.AsyncClient, guide: httpx.AsyncClient, window: int) -> None:
        self.house, self.clerk, self.guide, self.window = house, clerk, guide, window

    async def issue(self, **wish: Any) -> str:
        said = await self.guide.post("/halls/small/tickets", json={"channel": "desk", "item": "S-001"} | wish)
        assert said.status_code == 201, said.text
        return str(said.json()["id"])

    async def look(self) -> dict[str, Any]:
        return dict((await self.clerk.get(f"/windows/{self.window}")).json())

    async def call(self) -> str:
        return str((await self.clerk.post(f"/windows/{self.window}/call-next")).json()["ticket"]["id"])

    async def act(self, ticket: str, *actions: str) -> dict[str, Any]:
        for action in actions:
            said = await self.clerk.post(f"/tickets/{ticket}/{action}")
            assert said.status_code == 200, said.text
        return dict(said.json())

    async def refused(self, ticket: str, by: httpx.AsyncClient | None = None) -> tuple[int, str]:
        """How taking back the last step is refused."""
        said = await (by or self.clerk).post(f"/tickets/{ticket}/undo")
        return said.status_code, said.json()["code"]

    async def shift(self, ticket: str, **by: timedelta) -> None:
        """As though that had been so much earlier."""
        async with self.house.services.database.write() as tx:
            row = (await tx.execute(select(Ticket.__table__).where(Ticket.key == ticket))).one()
            moved = {name: getattr(row, name) - earlier for name, earlier in by.items()}
            await tx.execute(update(Ticket).where(Ticket.key == ticket).values(moved))


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    token = await sign_in_clerk(house, "three")
    async with house.client(Caller.CLERK, token=token) as clerk, house.client(Caller.GUIDE) as guide:
        window = await house.window("3")
        assert (await clerk.post(f"/windows/{window}/open")).status_code == 200
        yield Desk(house, clerk, guide, window)


async def test_an_officers_own_day(desk: Desk) -> None:
    assert (await desk.look())["day"] | {"since": ""} == {"served": 0, "minutes": None, "missed": 0, "since": ""}
    for minutes in (4, 7):
        ticket = await desk.issue()
        assert await desk.call() == ticket
        await desk.act(ticket, "start", "complete")
        await desk.shift(ticket, started_at=timedelta(minutes=minutes))
    missed = await desk.issue()
    await desk.call()
    await desk.act(missed, "recall", "recall", "miss")
    day = (await desk.look())["day"]
    assert (day["served"], day["minutes"], day["missed"]) == (2, 5.5, 1)
    assert day["since"] is not None

    other = await sign_in_clerk(desk.house, "four")
    async with desk.house.client(Caller.CLERK, token=other) as four, desk.house.client(Caller.SUPERVISOR) as chief:
        window = await desk.house.window("4")
        await four.post(f"/windows/{window}/open")
        assert (await four.get(f"/windows/{window}")).json()["day"]["served"] == 0
        # Who looks on sees the day of whoever sits there.
        assert (await chief.get(f"/windows/{desk.window}")).json()["day"]["served"] == 2
    await desk.clerk.post(f"/windows/{desk.window}/close")
    day = (await desk.look())["day"]
    assert (day["served"], day["since"]) == (2, None)


async def test_the_break_ends_when_the_hall_opens_again(desk: Desk) -> None:
    hall = (await desk.clerk.get("/halls/small")).json()
    assert (await desk.look())["next_opening"] == hall["next_opening"] is not None


async def test_a_visitor_is_shown_masked_r61(desk: Desk) -> None:
    await desk.issue(name="欧阳娜娜", phone="13812345678", need="sign_language", language="en")
    await desk.call()
    seen = await desk.clerk.get(f"/windows/{desk.window}")
    here = seen.json()["here"]
    assert (here["need"], here["language"], here["channel"]) == ("sign_language", "en", "desk")
    assert here["visitor"].endswith("138****5678")
    for secret in ("阳娜", "13812345678", "12345"):
        assert secret not in seen.text


async def test_what_may_be_taken_back_and_until_when(desk: Desk) -> None:
    ticket = await desk.issue()
    await desk.call()
    assert (await desk.look())["here"]["undo_until"] is None
    assert await desk.refused(ticket) == (409, "not_undoable")
    done = await desk.act(ticket, "start", "complete")
    assert done["undo_until"] is not None
    async with desk.house.client(Caller.SUPERVISOR) as chief:
        assert await desk.refused(ticket, chief) == (403, "not_your_action")
    assert (await desk.act(ticket, "undo"))["status"] == "serving"
    assert await desk.refused(ticket) == (409, "not_undoable")
    await desk.act(ticket, "complete")
    await desk.shift(ticket, changed_at=timedelta(seconds=11))
    assert await desk.refused(ticket) == (409, "too_late_to_undo")


async def test_nobody_is_taken_back_to_a_window_that_has_somebody_else(desk: Desk) -> None:
    first, second = await desk.issue(), await desk.issue()
    await desk.call()
    await desk.act(first, "start", "complete")
    assert await desk.call() == second
    assert await desk.refused(first) == (409, "window_busy")
    assert (await desk.look())["here"]["id"] == second


async def test_what_became_of_a_press_without_an_answer(desk: Desk) -> None:
    ticket = await desk.issue()
    path, asking = f"/windows/{desk.window}/call-next", {"idempotency-withdraw": "1"}
    press = {"idempotency-key": "arrived"}
    first = await desk.clerk.post(path, headers=press)
    again = await desk.clerk.post(path, headers=press | asking)
    assert (again.status_code, again.json()) == (200, first.json())
    await desk.act(ticket, "start", "complete")

    waiting, press = await desk.issue(), {"idempotency-key": "lost"}
    for headers in (press | asking, press, press | asking):  # the second is the first copy, arriving late
        said = await desk.clerk.post(path, headers=headers)
        assert (said.status_code, said.json()["code"]) == (409, "withdrawn")
    seen = await desk.look()
    assert (seen["here"], seen["next"][0]["id"]) == (None, waiting)
    assert (await desk.clerk.post(path, headers={"idempotency-key": "anew"})).status_code == 200


async def test_who_asked_for_some_minutes_more_is_here_but_not_yet_to_be_called(desk: Desk) -> None:
    ticket = await desk.issue()
    assert (await desk.look())["later"] == {"people": 0, "first": None}
    assert (await desk.guide.post(f"/tickets/{ticket}/postpone")).status_code == 200
    seen = await desk.look()
    shown = (await desk.guide.get(f"/tickets/{ticket}")).json()
    assert (seen["waiting"], seen["next"]) == (0, [])
    assert seen["later"] == {"people": 1, "first": shown["callable_at"]}
    assert (await desk.clerk.post(f"/windows/{desk.window}/call-next")).status_code == 204
