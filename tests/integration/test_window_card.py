"""The staff card, and the window in the board's picture: who serves here, why it pauses, when it is back (R43)."""

from datetime import timedelta

import pytest
from house import House, sign_in_clerk
from paihao.api.permissions import Caller
from paihao.core.bus import Moved, What
from paihao.core.clock import local, now
from paihao.queue.hall import Hall
from paihao.queue.shows import Media
from paihao.queue.staff import Part, Post, PostHolder, Staff
from sqlalchemy import insert, select, update

pytestmark = pytest.mark.anyio

CARD = "/halls/small/windows/4/card"


async def at_work(house: House, number: str, **pause: str) -> None:
    """A clerk with a post and a photo opens a window, and pauses it if so said."""
    token = await sign_in_clerk(house, "lan")
    hall = await house.services.halls.get("small")
    line = hall.line("A")
    assert line is not None
    async with house.services.database.write() as tx:
        staff = (await tx.execute(select(Staff.id).where(Staff.badge == "lan"))).scalar_one()
        photo = {"hall_id": hall.id, "kind": "picture", "name": "p", "digest": "d" * 64, "type": "image/png", "size": 1}
        media = (await tx.execute(insert(Media).values(photo).returning(Media.id))).scalar_one()
        await tx.execute(update(Staff).where(Staff.id == staff).values(photo_id=media))
        made = {"hall_id": hall.id, "line_id": line.id, "name": "社保岗"}
        post = (await tx.execute(insert(Post).values(made).returning(Post.id))).scalar_one()
        held = {"post_id": post, "staff_id": staff, "part": Part.A, "since": now().date()}
        await tx.execute(insert(PostHolder).values(held))
        await tx.execute(update(Hall).values(complaint_phone="12345"))
    house.services.bus.publish(Moved(hall.id, What.HALL))
    async with house.client(Caller.CLERK, token=token) as clerk:
        path = f"/windows/{await house.window(number)}"
        assert (await clerk.post(f"{path}/open")).status_code == 200
        if pause:
            assert (await clerk.post(f"{path}/pause", json=pause)).status_code == 200


async def test_a_closed_window_has_a_card_without_anybody(house: House) -> None:
    async with house.client() as guest:
        card = (await guest.get(CARD)).json()
    assert card == {
        "hall": "small",
        "window": "4",
        "name": "社保2号窗口",
        "zone": "B区1楼",
        "department": "人力资源和社会保障局",
        "state": "closed",
        "reason": "",
        "back_at": None,
        "officer": None,
        "scope": ["社会保险", "户政业务"],
        "complaint_phone": "",
    }


async def test_the_card_shows_who_serves_and_where_to_complain(house: House) -> None:
    """R43."""
    await at_work(house, "4")
    async with house.client() as guest:
        card = (await guest.get(CARD)).json()
    photo = f"/media/small/{'d' * 64}"
    assert card["officer"] == {"name": "lan", "post": "社保岗", "badge": "lan", "photo": photo}
    assert (card["state"], card["complaint_phone"]) == ("open", "12345")


async def test_a_pause_is_on_the_card_and_in_the_picture(house: House) -> None:
    back = now() + timedelta(minutes=20)
    await at_work(house, "4", reason="整理\x1b\n材料 ", back_at=back.isoformat())  # a screen gets one visible line
    facts = await house.services.halls.get("small")
    time = f"{local(back, facts.timezone):%H:%M}"
    async with house.client() as guest:
        card = (await guest.get(CARD)).json()
        windows = (await guest.get("/halls/small/board")).json()["windows"]
    assert (card["state"], card["reason"], card["back_at"]) == ("paused", "整理 材料", time)
    shown = {window["window"]: window for window in windows}
    assert shown["4"] == {
        "id": shown["4"]["id"],
        "window": "4",
        "zone": "B区1楼",
        "state": "paused",
        "reason": "整理 材料",
        "back_at": time,
        "officer": "lan",
    }
    assert shown["3"].keys() == {"id", "window", "zone", "state"}  # what is usual is left out


@pytest.mark.parametrize("path", ["/halls/small/windows/999/card", "/halls/nowhere/windows/4/card"])
async def test_what_is_not_there_has_no_card(house: House, path: str) -> None:
    async with house.client() as guest:
        assert (await guest.get(path)).status_code == 404


async def test_a_strip_for_a_window_that_is_not_there_is_a_page_that_says_so(house: House) -> None:
    async with house.client() as guest:
        guest.headers["accept"] = "text/html"
        for path, status in (("small/4", 200), ("small/999", 404), ("nowhere/4", 404)):
            page = await guest.get(f"http://hall.test/window/{path}")
            assert (page.status_code, "html" in page.headers["content-type"]) == (status, True)
