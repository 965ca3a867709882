"""First desk and guides: numbers taken for visitors, hand-overs (R4), guidance (R5), help (R53)."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from desks import Hall
from house import House, open_second_hall
from paihao.api.permissions import Caller
from paihao.core.clock import business_day, now
from paihao.queue import handovers
from paihao.queue.handovers import State
from paihao.queue.ticket import Status

pytestmark = pytest.mark.anyio


@pytest.fixture
async def hall(house: House) -> AsyncIterator[Hall]:
    async with AsyncExitStack() as stack:
        yield Hall(house, stack)


async def test_a_guides_ticket_tells_why_it_comes_first_r45(hall: Hall) -> None:
    guide = await hall.client(Caller.GUIDE)
    refused = await guide.post("/halls/small/tickets", json={"channel": "desk", "item": "S-001", "priority": "elderly"})
    assert (refused.status_code, refused.json()["code"]) == (400, "reason_needed")
    ticket = await hall.take(guide, item="S-001", priority="elderly", reason="出示老年证", need="wheelchair")
    (row,) = await hall.journal("issue")
    assert row.data["number"] == ticket["number"] == "A001"
    assert (row.data["credit"], row.data["note"]) == (15, "出示老年证")


async def test_the_way_is_shown_before_a_number_is_taken(hall: Hall) -> None:
    await hall.clerk("3")
    guide = await hall.client(Caller.GUIDE)
    way = (await guide.get("/halls/small/route?item=S-001")).json()
    assert (way["line"], way["ahead"], way["route"]["reason"], way["route"]["windows"]) == ("A", 0, "own_line", ["3"])
    await hall.take(guide, item="S-001")
    assert (await guide.get("/halls/small/route?item=S-001")).json()["ahead"] == 1
    assert (await guide.get("/halls/small/route")).json()["route"]["reason"] == "unsure"
    assert (await guide.get("/halls/small/route?item=O-001")).json()["route"]["agency"]["name"] == "小城人民法院"
    unknown = await guide.get("/halls/small/route?item=S-999&line=A")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_item")


async def test_an_officer_may_choose_another_line_for_an_item(hall: Hall) -> None:
    guide = await hall.client(Caller.GUIDE)
    ticket = await hall.take(guide, item="S-001", line="Z")
    assert (ticket["line"], ticket["route"]["reason"]) == ("Z", "chosen")
    seen = (await guide.get(f"/tickets/{ticket['id']}")).json()
    assert seen["item"]["code"] == "S-001"


async def test_a_hand_over_is_open_until_its_receiver_starts_r4(hall: Hall) -> None:
    await hall.clerk("3")
    guide = await hall.client(Caller.GUIDE)
    ticket = await hall.take(guide, item="S-001")
    (one,) = await hall.sent_on(guide, mine=True)
    assert (one["number"], one["state"], one["late"], one["item"]) == ("A001", "open", False, "养老保险参保登记")
    assert one["to"] == {"line": "社会保险", "zone": "B区1楼", "window": None}
    assert (one["sender"], one["from"], one["taken"]) == ("guide", {"window": None, "line": None}, None)
    await hall.call("3")
    (one,) = await hall.sent_on(guide)
    assert (one["state"], one["window"], one["taken"]) == ("called", "3", None)
    await hall.post(await hall.clerk("3"), f"/tickets/{ticket['id']}/start")
    (one,) = await hall.sent_on(guide)
    assert (one["state"], one["taken"]["window"], one["taken"]["by"]) == ("taken", "3", "clerk-3")
    await hall.post(await hall.clerk("3"), f"/tickets/{ticket['id']}/complete")
    (one,) = await hall.sent_on(guide)
    assert one["state"] == "taken"


async def test_a_start_taken_back_is_not_taken(hall: Hall) -> None:
    clerk, guide = await hall.clerk("3"), await hall.client(Caller.GUIDE)
    ticket = await hall.take(guide, item="S-001")
    await hall.call("3")
    await hall.post(clerk, f"/tickets/{ticket['id']}/start")
    await hall.post(clerk, f"/tickets/{ticket['id']}/undo")
    assert [one["state"] for one in await hall.sent_on(guide)] == ["called"]


async def test_what_a_first_desk_transfers_keeps_its_place_r4(hall: Hall) -> None:
    await hall.clerk("3")
    first_desk, kiosk, guide = await hall.clerk("1"), await hall.client(Caller.KIOSK), await hall.client(Caller.GUIDE)
    lost = await hall.post(kiosk, "/halls/small/tickets", channel="kiosk")
    later = await hall.post(kiosk, "/halls/small/tickets", channel="kiosk", item="S-001")
    assert (await hall.call("1"))["number"] == lost["number"] == "X001"
    await hall.post(first_desk, f"/tickets/{lost['id']}/start")
    await hall.post(first_desk, f"/tickets/{lost['id']}/transfer", line="A", reason="要办参保")
    (one,) = await hall.sent_on(first_desk, mine=True)
    assert (one["number"], one["state"], one["from"]["window"], one["to"]["line"]) == ("X001", "open", "1", "社会保险")
    assert await hall.sent_on(guide, mine=True) == []
    assert [other["number"] for other in await hall.sent_on(guide)] == ["X001"]
    # R4: he came before the other, and is called before him, although he joined the line after him.
    assert (await hall.call("3"))["number"] == "X001"
    assert later["number"] == "A001"


async def test_a_transfer_taken_back_and_a_closing_window_hand_nothing_over(hall: Hall) -> None:
    first_desk, kiosk, guide = await hall.clerk("1"), await hall.client(Caller.KIOSK), await hall.client(Caller.GUIDE)
    clerk = await hall.clerk("3")
    lost = await hall.post(kiosk, "/halls/small/tickets", channel="kiosk")
    await hall.call("1")
    await hall.post(first_desk, f"/tickets/{lost['id']}/transfer", line="A")
    await hall.post(first_desk, f"/tickets/{lost['id']}/undo")
    assert await hall.sent_on(guide) == []
    await hall.post(first_desk, f"/tickets/{lost['id']}/transfer", window="3")
    (one,) = await hall.sent_on(guide)
    assert (one["to"]["window"], one["sender"]) == ("3", "clerk-1")
    await hall.post(clerk, f"/windows/{await hall.house.window('3')}/close")
    (one,) = await hall.sent_on(guide)
    assert one["sender"] == "clerk-1"


async def test_a_waiting_visitor_sent_to_another_line_is_a_hand_over(hall: Hall) -> None:
    """R4."""
    await hall.clerk("3")
    await hall.clerk("5")
    kiosk, guide = await hall.client(Caller.KIOSK), await hall.client(Caller.GUIDE)
    ticket = await hall.post(kiosk, "/halls/small/tickets", channel="kiosk", item="S-001")
    assert await hall.sent_on(guide) == []
    await hall.post(guide, f"/tickets/{ticket['id']}/transfer", line="B")
    (one,) = await hall.sent_on(guide, mine=True)
    assert (one["from"]["line"], one["to"]["line"]) == ("社会保险", "户政业务")
    await hall.post(guide, f"/tickets/{ticket['id']}/cancel")
    assert [one["state"] for one in await hall.sent_on(guide)] == ["gone"]


@pytest.mark.parametrize(
    ("minutes", "state", "late"),
    [(29, State.OPEN, False), (31, State.OPEN, True), (31, State.CALLED, True), (31, State.TAKEN, False)],
)
def test_a_hand_over_is_late_after_the_halls_minutes_r4(minutes: int, state: State, late: bool) -> None:
    moment = now()
    assert handovers.is_late(state, moment - timedelta(minutes=minutes), 30, moment) is late


@pytest.mark.parametrize("status", list(Status))
def test_whatever_a_receiver_began_is_taken(status: Status) -> None:
    assert handovers.state_of(status, taken=True) is State.TAKEN
    assert handovers.state_of(status, taken=False) is not State.TAKEN
    assert (handovers.state_of(status, taken=False, acknowledged=True) is State.ACKNOWLEDGED) is (
        handovers.state_of(status, taken=False) is State.OPEN
    )


async def test_nothing_of_yesterday_is_listed(hall: Hall) -> None:
    guide = await hall.client(Caller.GUIDE)
    await hall.take(guide, item="S-001")
    facts = await hall.house.services.halls.get("small")
    tomorrow = now() + timedelta(days=1)
    assert business_day(tomorrow, facts.timezone) > business_day(now(), facts.timezone)
    async with hall.house.services.database.read() as connection:
        assert await handovers.read(connection, facts, tomorrow, 15) == []
        assert len(await handovers.read(connection, facts, now(), 15)) == 1


async def test_one_officer_goes_to_help_and_the_others_see_it_r53(hall: Hall) -> None:
    kiosk, guide, clerk = await hall.client(Caller.KIOSK), await hall.client(Caller.GUIDE), await hall.clerk("3")
    ticket = await hall.post(kiosk, "/halls/small/tickets", channel="kiosk", item="S-001", need="wheelchair")
    plain = await hall.post(kiosk, "/halls/small/tickets", channel="kiosk", item="S-001")
    board = (await guide.get("/halls/small/board")).json()
    assert board["help"] == 1
    (one,) = (await guide.get("/halls/small/helps")).json()["helps"]
    assert (one["number"], one["need"], one["need_text"], one["helper"]) == ("A001", "wheelchair", "轮椅", None)
    assert (await hall.post(guide, f"/tickets/{ticket['id']}/help"))["helper"] == "guide"
    (one,) = (await clerk.get("/halls/small/helps")).json()["helps"]
    assert (one["helper"], one["mine"]) == ("guide", False)
    assert (await guide.get("/halls/small/board")).json()["help"] == 0
    again = await clerk.post(f"/tickets/{ticket['id']}/help")
    assert (again.status_code, again.json()["code"]) == (409, "helped_already")
    none = await guide.post(f"/tickets/{plain['id']}/help")
    assert (none.status_code, none.json()["code"]) == (409, "no_help_needed")
    (row,) = await hall.journal("help")
    assert (row.data, row.from_status, row.to_status) == ({"need": "wheelchair"}, None, None)
    assert row.ticket_id is not None


async def test_free_words_of_a_need_never_enter_the_journal_r61(hall: Hall) -> None:
    guide = await hall.client(Caller.GUIDE)
    ticket = await hall.take(guide, item="S-001", need="王小二刚做完手术", name="王小二", phone="13800000000")
    await hall.post(guide, f"/tickets/{ticket['id']}/help")
    rows = await hall.journal("help") + await hall.journal("issue")
    assert [row.data.get("need") for row in rows] == ["other", None]
    assert not any("王" in str(row.data) or "138" in str(row.data) for row in rows)


async def test_help_stands_in_no_officers_way_who_takes_his_action_back(hall: Hall) -> None:
    clerk, guide, kiosk = await hall.clerk("3"), await hall.client(Caller.GUIDE), await hall.client(Caller.KIOSK)
    ticket = await hall.post(kiosk, "/halls/small/tickets", channel="kiosk", item="S-001", need="reading")
    await hall.call("3")
    await hall.post(clerk, f"/tickets/{ticket['id']}/start")
    await hall.post(guide, f"/tickets/{ticket['id']}/help")
    assert (await hall.post(clerk, f"/tickets/{ticket['id']}/undo"))["status"] == "called"


async def test_guidance_to_another_agency_is_recorded_and_printed_r5(hall: Hall) -> None:
    guide = await hall.client(Caller.GUIDE)
    (agency,) = (await guide.get("/halls/small/agencies", params={"q": "诉讼"})).json()["agencies"]
    assert (agency["name"], agency["phone"], [item["code"] for item in agency["items"]]) == (
        "小城人民法院",
        "0000-1234567",
        ["O-001"],
    )
    assert (await guide.get("/halls/small/agencies", params={"q": "气象"})).json()["agencies"] == []
    given = await hall.post(guide, "/halls/small/guidance", item="O-001")
    (row,) = await hall.journal("guidance")
    assert row.data == {"agency": "小城人民法院", "item": "O-001"}
    page = await guide.get(f"http://hall.test{given['url']}")
    assert page.status_code == 200
    for words in ("小城人民法院", "中心路8号", "0000-1234567", "民事诉讼立案"):
        assert words in page.text
    by_agency = await hall.post(guide, "/halls/small/guidance", agency=agency["id"])
    assert "民事诉讼立案" in (await guide.get(f"http://hall.test{by_agency['url']}")).text


@pytest.mark.parametrize(
    ("about", "status", "code"),
    [
        ({}, 404, "unknown_agency"),
        ({"agency": 999_999}, 404, "unknown_agency"),
        ({"item": "S-999"}, 404, "unknown_item"),
        ({"item": "S-001"}, 404, "unknown_agency"),
        ({"agency": "法院"}, 400, "invalid"),
        ({"agency": 10**30}, 404, "unknown_agency"),
        ({"item": "O-001", "note": "x"}, 400, "invalid"),
    ],
)
async def test_guidance_that_leads_nowhere_is_refused(hall: Hall, about: Any, status: int, code: str) -> None:
    guide = await hall.client(Caller.GUIDE)
    said = await guide.post("/halls/small/guidance", json=about)
    assert (said.status_code, said.json()["code"]) == (status, code)
    assert await hall.journal("guidance") == []


async def test_a_desk_belongs_to_its_hall(hall: Hall) -> None:
    await open_second_hall(hall.house)
    guide, operator = await hall.client(Caller.GUIDE), await hall.client(Caller.OPERATOR)
    for path in ("/halls/other/handovers", "/halls/other/helps"):
        assert (await guide.get(path)).json()["code"] == "foreign_hall"
        assert (await operator.get(path.replace("other", "small"))).status_code == 403
    refused = await guide.post("/halls/other/guidance", json={"item": "O-001"})
    assert (refused.status_code, refused.json()["code"]) == (403, "foreign_hall")
