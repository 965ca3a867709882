"""First responsibility at desks and windows, on both databases: the first officer (R1), hand-overs (R4)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from desks import Hall
from house import House
from paihao.api import case_offices
from paihao.api.permissions import Caller
from paihao.cases import handover_watch, overdue
from paihao.cases.alert_tables import Alert
from paihao.core.clock import now
from paihao.core.db import violated
from paihao.queue import receiving
from paihao.queue.staff import Staff
from paihao.queue.ticket import Ticket
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

pytestmark = pytest.mark.anyio

LATER = timedelta(minutes=16)
"""More than the minutes that a receiver has."""


@pytest.fixture
async def hall(house: House) -> AsyncIterator[Hall]:
    async with AsyncExitStack() as stack:
        yield Hall(house, stack)


async def sweep(hall: Hall, after: timedelta = LATER) -> None:
    services = hall.house.services
    office = await case_offices.own_office(services, await services.halls.get("small"), now() + after)
    async with services.database.write() as tx:
        await handover_watch.sweep(tx, office)


async def alerts(hall: Hall) -> list[Any]:
    query = select(Alert.__table__, Staff.name.label("officer")).join(Staff, Staff.id == Alert.officer_id, isouter=True)
    async with hall.house.services.database.read() as connection:
        return list(await connection.execute(query.order_by(Alert.id)))


async def lost(hall: Hall) -> dict[str, Any]:
    """Somebody who does not know what he needs is served at the first desk."""
    kiosk = await hall.client(Caller.KIOSK)
    ticket = await hall.post(kiosk, "/halls/small/tickets", channel="kiosk")
    first_desk = await hall.clerk("1")
    await hall.call("1")
    return await hall.post(first_desk, f"/tickets/{ticket['id']}/start")


async def test_the_first_officer_is_shown_and_never_changes_r1(hall: Hall) -> None:
    """R1: whoever met him first, on any channel, stays his first officer whoever serves him then."""
    await hall.clerk("3")
    ticket = await lost(hall)
    assert ticket["first_officer"] == "clerk-1"
    first_desk = await hall.clerk("1")
    await hall.post(first_desk, f"/tickets/{ticket['id']}/transfer", line="A")
    await hall.call("3")
    served = await hall.post(await hall.clerk("3"), f"/tickets/{ticket['id']}/start")
    assert served["first_officer"] == "clerk-1"
    desk = (await (await hall.clerk("3")).get(f"/windows/{await hall.house.window('3')}")).json()
    assert desk["here"]["first_officer"] == "clerk-1"
    public = await hall.client(Caller.PUBLIC)
    assert "first_officer" not in (await public.get(f"/tickets/{ticket['id']}")).json()


@pytest.mark.parametrize(("caller", "channel"), [(Caller.GUIDE, "desk"), (Caller.OPERATOR, "phone")])
async def test_who_takes_a_number_for_somebody_is_his_first_officer_r1(
    hall: Hall, caller: Caller, channel: str
) -> None:
    officer = await hall.client(caller)
    ticket = await hall.take(officer, item="S-001", channel=channel)
    assert (await officer.get(f"/tickets/{ticket['id']}")).json()["first_officer"] == caller.value


async def test_no_writer_can_change_the_first_officer_r1(hall: Hall) -> None:
    """R1: held in the database."""
    await lost(hall)
    attacks = (
        "UPDATE ticket SET first_officer_id = (SELECT min(id) FROM staff)",
        "UPDATE ticket SET first_officer_id = NULL",
        "UPDATE ticket SET first_officer_id = (SELECT min(id) FROM staff), moves = moves + 1, action = 'park', "
        "status = 'parked'",
    )
    for attack in attacks:
        with pytest.raises(IntegrityError) as refused:
            async with hall.house.services.database.write() as tx:
                await tx.execute(text(attack))
        assert violated(refused.value) == "ticket_move"


async def test_the_receiver_acknowledges_once_r4(hall: Hall) -> None:
    """R4: from then on he answers for the visitor; a repeat changes nothing, also when two press at once."""
    clerk, guide = await hall.clerk("3"), await hall.client(Caller.GUIDE)
    ticket = await hall.take(guide, item="S-001")
    path = f"/tickets/{ticket['id']}/acknowledge"
    picture = (await clerk.get(f"/windows/{await hall.house.window('3')}")).json()
    (coming,) = picture["handovers"]
    assert (coming["number"], coming["sender"], coming["item"]) == ("A001", "guide", "养老保险参保登记")
    answers = await asyncio.gather(*(clerk.post(path) for _ in range(3)))
    assert [said.status_code for said in answers] == [200] * 3
    (row,) = await hall.journal("acknowledge")
    (issue,) = await hall.journal("issue")
    assert (row.data, row.to_status) == ({"handover": issue.id}, None)
    (one,) = await hall.sent_on(guide)
    assert (one["state"], one["late"], one["acknowledged"]["by"]) == ("acknowledged", False, "clerk-3")
    assert one["acknowledged"]["window"] == "3"
    assert (await clerk.get(f"/windows/{await hall.house.window('3')}")).json()["handovers"] == []
    await hall.call("3")
    await hall.post(clerk, f"/tickets/{ticket['id']}/start")
    assert (await clerk.post(path)).status_code == 200
    assert len(await hall.journal("acknowledge")) == 1
    assert (await hall.sent_on(guide))[0]["state"] == "taken"


async def test_only_the_receiver_acknowledges_r4(hall: Hall) -> None:
    await hall.clerk("3")
    first_desk, guide, other = await hall.clerk("1"), await hall.client(Caller.GUIDE), await hall.clerk("5")
    ticket = await lost(hall)
    path = f"/tickets/{ticket['id']}/acknowledge"
    nothing = await first_desk.post(path)
    assert (nothing.status_code, nothing.json()["code"]) == (409, "no_handover")
    await hall.post(first_desk, f"/tickets/{ticket['id']}/transfer", window="3")
    for somebody in (first_desk, guide, other):
        refused = await somebody.post(path)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_receiver")
    assert await hall.journal("acknowledge") == []
    assert (await (await hall.clerk("3")).post(path)).status_code == 200
    public = await hall.client(Caller.PUBLIC)
    assert (await public.post(path)).status_code in (401, 403)


async def test_a_new_hand_over_is_to_be_acknowledged_anew_r4(hall: Hall) -> None:
    """R4: what window 3 acknowledged and sent on, window 5 has not acknowledged; window 3 answers for it until then."""
    first_desk, three, five = await hall.clerk("1"), await hall.clerk("3"), await hall.clerk("5")
    ticket = await lost(hall)
    await hall.post(first_desk, f"/tickets/{ticket['id']}/transfer", line="A")
    await hall.post(three, f"/tickets/{ticket['id']}/acknowledge")
    await hall.call("3")
    await hall.post(three, f"/tickets/{ticket['id']}/transfer", line="B")
    (one,) = await hall.sent_on(three, mine=True)
    assert (one["state"], one["from"]["window"], one["to"]["line"]) == ("open", "3", "户政业务")
    await hall.post(five, f"/tickets/{ticket['id']}/acknowledge")
    (first, second) = await hall.journal("acknowledge")
    assert first.data["handover"] < second.data["handover"]


async def test_a_visitor_who_is_gone_is_acknowledged_by_nobody(hall: Hall) -> None:
    clerk, guide = await hall.clerk("3"), await hall.client(Caller.GUIDE)
    ticket = await hall.take(guide, item="S-001")
    await hall.post(guide, f"/tickets/{ticket['id']}/cancel")
    said = await clerk.post(f"/tickets/{ticket['id']}/acknowledge")
    assert (said.status_code, said.json()["code"]) == (409, "no_handover")


async def test_nobody_took_him_and_the_sender_is_reminded_once_r4(hall: Hall) -> None:
    """R4, R14: after the hall's minutes, once for each hand-over, and it ends when he is taken."""
    clerk, guide = await hall.clerk("3"), await hall.client(Caller.GUIDE)
    ticket = await hall.take(guide, item="S-001")
    await sweep(hall, timedelta(minutes=14))
    assert await alerts(hall) == []
    for _ in range(3):
        await sweep(hall)
    (alert,) = await alerts(hall)
    (issue,) = await hall.journal("issue")
    assert (alert.event, alert.kind, alert.officer) == (f"handover:{issue.id}", "hand_over", "guide")
    assert (alert.facts["number"], alert.facts["to"], alert.ended_at) == ("A001", "社会保险", None)
    await hall.call("3")
    await hall.post(clerk, f"/tickets/{ticket['id']}/start")
    await sweep(hall, LATER + timedelta(minutes=1))
    (alert,) = await alerts(hall)
    assert alert.ended_at is not None
    await sweep(hall, timedelta(hours=1))
    assert len(await alerts(hall)) == 1


async def test_an_acknowledgement_ends_the_reminder_at_once_r4(hall: Hall) -> None:
    clerk, guide = await hall.clerk("3"), await hall.client(Caller.GUIDE)
    ticket = await hall.take(guide, item="S-001")
    await sweep(hall, LATER)
    await hall.post(clerk, f"/tickets/{ticket['id']}/acknowledge")
    (alert,) = await alerts(hall)
    assert alert.ended_at is not None
    await sweep(hall, timedelta(hours=1))
    assert len(await alerts(hall)) == 1


async def test_what_a_window_sends_on_is_watched_too_r4(hall: Hall) -> None:
    """R4: also an ordinary window answers for whom it sends on, until he is taken over."""
    three = await hall.clerk("3")
    await hall.clerk("5")
    kiosk = await hall.client(Caller.KIOSK)
    ticket = await hall.post(kiosk, "/halls/small/tickets", channel="kiosk", item="S-001")
    await hall.call("3")
    await hall.post(three, f"/tickets/{ticket['id']}/transfer", line="B")
    await sweep(hall)
    (alert,) = await alerts(hall)
    assert (alert.officer, alert.facts["from"], alert.facts["to"]) == ("clerk-3", "3", "户政业务")
    assert [row.id for row in await pending(hall, timedelta(days=2))] == []


async def pending(hall: Hall, after: timedelta) -> Any:
    facts = await hall.house.services.halls.get("small")
    async with hall.house.services.database.read() as connection:
        return await receiving.pending(connection, facts, now() + after, 15)


async def test_the_whole_watch_raises_them(hall: Hall) -> None:
    await hall.clerk("3")
    guide = await hall.client(Caller.GUIDE)
    await hall.take(guide, item="S-001")
    services = hall.house.services
    office = await case_offices.own_office(services, await services.halls.get("small"), now() + LATER)
    async with services.database.write() as tx:
        await overdue.run(tx, office)
    assert [alert.kind for alert in await alerts(hall)] == ["hand_over"]


async def test_a_hand_over_prints_where_to_go_r4(hall: Hall) -> None:
    """R4: the slip of whoever was transferred names the new zone and windows."""
    await hall.clerk("3")
    ticket = await lost(hall)
    first_desk = await hall.clerk("1")
    await hall.post(first_desk, f"/tickets/{ticket['id']}/transfer", window="3")
    slip = (await first_desk.get(f"http://hall.test/t/{ticket['id']}/slip")).text
    assert "B区1楼" in slip
    assert "3" in slip.split("B区1楼", 1)[1]


async def test_nobody_is_sent_in_circles_r6(hall: Hall) -> None:
    """R6: who was sent away from a line is not sent there again, except to the first desk; it is told once."""
    first_desk, three, five = await hall.clerk("1"), await hall.clerk("3"), await hall.clerk("5")
    ticket = await lost(hall)
    move = f"/tickets/{ticket['id']}/transfer"
    await hall.post(first_desk, move, line="A")
    await hall.call("3")
    await hall.post(three, move, line="B")
    await hall.call("5")
    assert await alerts(hall) == []
    seen = (await five.get(f"/tickets/{ticket['id']}")).json()
    assert seen["sent_on"] == {"times": 2, "lines": ["X", "A"], "windows": ["1", "3"]}
    for goal in ({"line": "A"}, {"window": "3"}):
        refused = await five.post(move, json=goal)
        assert (refused.status_code, refused.json()["code"]) == (409, "sent_in_circles")
        assert "已被转过2次" in refused.json()["detail"]
    (alert,) = await alerts(hall)
    assert (alert.kind, alert.officer, alert.ended_at) == ("ping_pong", "clerk-1", None)
    async with hall.house.services.database.read() as connection:
        (row,) = list(await connection.execute(select(Ticket.id, Ticket.status, Ticket.line_id)))
    assert (alert.event, row.status) == (f"pingpong:{row.id}", "called")
    assert (await hall.post(five, move, line="X"))["line"] == "X"  # the first desk always remains
    supervisor = await hall.client(Caller.SUPERVISOR)
    assert (await hall.post(supervisor, move, line="A"))["line"] == "A"
    assert len(await alerts(hall)) == 1
