"""Complaints that are met at a window (R8), on both databases: who has nothing to do with one does not find it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import msgspec
import pytest
from cabinet import open_cabinet
from desks import Hall
from house import House, small_hall
from paihao.api.permissions import Caller
from paihao.core.bus import What
from paihao.core.db import Database, violated
from paihao.queue import hallstore
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

pytestmark = pytest.mark.anyio

ABOUT = {"name": "张小三", "phone": "13812345678"}
VISITOR = {"name": "王小明", "phone": "13712345678"}


@pytest.fixture
async def hall(house: House) -> AsyncIterator[Hall]:
    """The small hall, whose window for complaints takes cases down."""
    services, files = house.services, small_hall()
    rows = tuple(
        msgspec.structs.replace(row, line_prefixes=(("T", 0), ("A", 30))) if row.number == "6" else row
        for row in files.windows
    )
    async with services.moving((await services.halls.get("small")).id, What.HALL) as tx:
        await hallstore.save(tx, msgspec.structs.replace(files, windows=rows))
    async with AsyncExitStack() as stack:
        yield Hall(house, stack)


async def complain(hall: Hall) -> dict[str, Any]:
    """Somebody complains at window 6, and somebody else leaves something there; gives the case and the receipt."""
    guide, clerk = await hall.client(Caller.GUIDE), await hall.clerk("6")
    visitor = await hall.take(guide, line="T", **VISITOR)
    receipt = await hall.post(guide, f"/tickets/{visitor['id']}/receipts", materials=[{"name": "举报信"}])
    await hall.call("6")
    await hall.post(clerk, f"/tickets/{visitor['id']}/start")
    await hall.post(clerk, f"/tickets/{visitor['id']}/complete")
    ticket = await hall.take(guide, line="T")
    await hall.call("6")
    await hall.post(clerk, f"/tickets/{ticket['id']}/start")
    accept = {"item": "S-002", "applicant": ABOUT, "materials": ["居民身份证", "解除劳动关系证明"], "complete": True}
    case = await hall.post(clerk, f"/tickets/{ticket['id']}/accept", **accept)
    await hall.post(clerk, f"/tickets/{ticket['id']}/complete")
    return {"case": case, "receipt": receipt}


async def found(client: httpx.AsyncClient, number: str) -> tuple[bool, ...]:
    """Whether a case is there: by itself, who it is, and in every list, search and count."""
    lists: list[dict[str, Any]] = [{}, {"state": "all"}, {"q": number}, {"q": "张小三"}, {"q": "13812345678"}]
    seen = [(await client.get(path)).status_code for path in (f"/cases/{number}", f"/cases/{number}/person")]
    assert set(seen) <= {200, 404}
    pages = [(await client.get("/halls/small/cases", params=asked)).json() for asked in lists]
    return (
        *(status == 200 for status in seen),
        *([one["number"] for one in page["cases"]] == [number] for page in pages),
        *(sum(page["counts"].values()) == 1 for page in pages),
    )


async def test_a_complaint_at_a_window_is_there_for_few_r8(hall: Hall) -> None:
    """R8: for who holds it, who sits at a window for complaints, and supervisors; for others it does not exist."""
    case = (await complain(hall))["case"]
    ordinary, heard = await hall.clerk("3"), await hall.clerk("6")
    supervisor, admin = await hall.client(Caller.SUPERVISOR), await hall.client(Caller.ADMIN)
    guide = await hall.client(Caller.GUIDE)
    for client in (heard, supervisor, admin):
        assert all(await found(client, case["number"]))
    for client in (ordinary, guide):
        assert not any(await found(client, case["number"]))
        moved = await client.post(f"/cases/{case['number']}/decide", json={})
        put = await client.post(
            "/halls/small/matters", json={"text": "请示", "kind": "doubtful", "case": case["number"]}
        )
        assert [(said.status_code, said.json()["code"]) for said in (moved, put)] == [(404, "unknown_case")] * 2
    await hall.post(supervisor, f"/cases/{case['number']}/assign", badge="clerk-3")
    assert all(await found(ordinary, case["number"]))
    assert all(await found(heard, case["number"]))
    await hall.post(heard, f"/windows/{await hall.house.window('6')}/close")
    assert not any(await found(heard, case["number"]))


async def test_complaints_of_windows_stand_in_the_register_of_complaints_r8(hall: Hall) -> None:
    """R8, R10: with the same fields, found there by every search; in the register of everything nowhere."""
    made = await complain(hall)
    supervisor, both = await hall.client(Caller.SUPERVISOR), [made["case"]["number"], made["receipt"]["number"]]

    async def entries(q: str, *, complaints: bool) -> list[str]:
        said = await supervisor.get("/halls/small/register", params={"q": q, "complaints": complaints})
        return [one["number"] for one in said.json()["entries"]]

    for q, there in (
        ("", both),
        (both[0], both[:1]),
        ("张小三", both[:1]),
        ("13812345678", both[:1]),
        ("SJ", both[1:]),
    ):
        assert await entries(q, complaints=True) == there
        assert await entries(q, complaints=False) == []
    for caller in (Caller.CLERK, Caller.GUIDE):
        client = await hall.client(caller)
        assert (await client.get("/halls/small/register")).json()["entries"] == []
        assert (await client.get("/halls/small/register", params={"complaints": True})).status_code == 403


async def test_who_complained_follows_it_like_any_other_r8(hall: Hall) -> None:
    """R8, R29: by its link, or by number and digits."""
    case, public = (await complain(hall))["case"], await hall.client(Caller.PUBLIC)
    assert (await public.get(f"http://hall.test{case['url']}")).status_code == 200
    asked = await public.get(f"/cases/{case['number']}", params={"digits": "5678"})
    assert (asked.status_code, asked.json()["number"]) == (200, case["number"])
    form = {"number": case["number"], "digits": "5678"}
    assert (await public.post("http://hall.test/progress", data=form)).status_code == 303


async def test_a_complaint_stays_one_whoever_writes_r8(database: Database) -> None:
    cabinet = await open_cabinet(database)
    window = cabinet.floor.windows[0]
    row = await cabinet.accept()
    assert (row.confidential, window.kind) == (False, "ordinary")
    with pytest.raises(IntegrityError) as refused:
        async with database.write() as tx:
            await tx.execute(text("UPDATE case_file SET confidential = TRUE"))
    assert violated(refused.value) == "case_move"
