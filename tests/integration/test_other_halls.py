"""A hall ends at its door: whatever an officer of one hall names of another is refused, and nothing there moves."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

import httpx
import pytest
from house import House, open_second_hall
from paihao.api.accounts import add_device, insert_staff
from paihao.api.permissions import Caller
from paihao.core import clock
from paihao.core.journal import Journal
from paihao.queue import signage
from paihao.queue.actor import SYSTEM
from paihao.queue.facts import HallFacts
from paihao.queue.shows import MediaKind
from paihao.queue.staff import DeviceKind, Role
from sqlalchemy import func, select

pytestmark = pytest.mark.anyio

DIGEST = "0" * 64
OFFICERS = (Caller.CLERK, Caller.GUIDE, Caller.SUPERVISOR)


class Elsewhere(NamedTuple):
    """What there is in the other hall."""

    hall: HallFacts
    ticket: str
    window: int
    slide: int


@pytest.fixture
async def elsewhere(house: House) -> Elsewhere:
    kiosk = await open_second_hall(house)
    services = house.services
    hall = await services.halls.get("other")
    async with house.client(Caller.KIOSK, token=kiosk) as client:
        taken = await client.post("/halls/other/tickets", json={"channel": "kiosk", "item": "S-001"})
        assert taken.status_code == 201, taken.text
    await add_device(services.database, DeviceKind.PRINTER, "other", None, "远处", address="127.0.0.1:9")
    await add_device(services.database, DeviceKind.PRINTER, "small", None, "近处", address="127.0.0.1:9")
    async with services.database.write() as tx:
        file: dict[str, Any] = {"kind": MediaKind.PICTURE, "name": "", "type_": "image/png", "size": 1}
        await signage.add_media(tx, hall.id, SYSTEM, clock.now(), digest=DIGEST, **file)
        slide = await signage.add_slide(tx, hall.id, SYSTEM, clock.now(), digest=None, text="别处的通知")
        somebody = [("elsewhere", "别人", "elsewhere")]
        await insert_staff(tx, somebody, Role.CLERK, hall.id, "pbkdf2_sha256$1$x$x", clock.now())
    return Elsewhere(hall, taken.json()["id"], next(iter(hall.windows)), slide)


@pytest.fixture
async def officers(house: House) -> AsyncIterator[list[httpx.AsyncClient]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(house.client(caller)) for caller in OFFICERS]


async def happened(house: House, hall: HallFacts) -> int:
    async with house.services.database.read() as connection:
        return int((await connection.execute(select(func.count()).where(Journal.hall_id == hall.id))).scalar_one())


async def test_no_officer_reaches_into_another_hall(
    house: House, elsewhere: Elsewhere, officers: list[httpx.AsyncClient]
) -> None:
    hall, ticket, window, slide = elsewhere
    before = await happened(house, hall)
    asked: list[tuple[str, str, Any]] = [
        *(("GET", f"/halls/other/{name}", None) for name in ("live", "printers", "screens", "journal", "media")),
        *(("GET", f"/halls/other/{name}", None) for name in ("slides", "roster", "staff", "helps", "handovers")),
        ("GET", "/halls/other/duties?window=3", None),
        ("GET", "/halls/other/tickets?number=A001", None),
        ("GET", f"/windows/{window}", None),
        *(("POST", f"/windows/{window}/{action}", None) for action in ("open", "pause", "close", "call-next")),
        ("POST", f"/windows/{window}/call", {"ticket": ticket, "reason": "看看行不行"}),
        *(("POST", f"/tickets/{ticket}/{action}", None) for action in ("start", "undo", "miss", "help", "print")),
        ("POST", f"/tickets/{ticket}/transfer", {"line": "B"}),
        ("POST", f"/tickets/{ticket}/receipts", {"materials": [{"name": "身份证"}]}),
        ("POST", "/halls/other/tickets", {"channel": "desk"}),
        ("POST", "/halls/other/guidance", {"item": "S-001"}),
        ("POST", "/halls/other/slides", {"text": "别处"}),
        ("DELETE", f"/halls/other/slides/{slide}", None),
        ("POST", f"/halls/other/slides/{slide}/move", {"place": 0}),
        ("POST", "/halls/other/ticker", {"text": "别处"}),
        ("POST", "/halls/other/media", None),
        ("DELETE", f"/halls/other/media/{DIGEST}", None),
        ("PUT", "/halls/other/roster/2026-05-01", {}),
        ("PUT", "/halls/other/staff/elsewhere/photo", {"media": None}),
    ]
    for officer in officers:
        let_in = [
            (method, path, answer.status_code)
            for method, path, body in asked
            if (answer := await officer.request(method, path, json=body)).status_code != 403
        ]
        assert let_in == []
    supervisor = officers[-1]
    for method, path, body in asked:
        code = (await supervisor.request(method, path, json=body)).json()["code"]
        assert code == "foreign_hall", (method, path, code)
    assert await happened(house, hall) == before


async def test_nothing_of_another_hall_is_taken_for_ones_own(
    house: House, elsewhere: Elsewhere, officers: list[httpx.AsyncClient]
) -> None:
    before = await happened(house, elsewhere.hall)
    supervisor = officers[-1]
    own = (await supervisor.post("/halls/small/tickets", json={"channel": "desk", "item": "S-001"})).json()["id"]
    for method, path, body, code in (
        ("DELETE", f"/halls/small/slides/{elsewhere.slide}", None, "unknown_slide"),
        ("POST", f"/halls/small/slides/{elsewhere.slide}/move", {"place": 0}, "unknown_slide"),
        ("POST", "/halls/small/slides", {"media": DIGEST}, "unknown_media_file"),
        ("DELETE", f"/halls/small/media/{DIGEST}", None, "unknown_media_file"),
        ("PUT", "/halls/small/staff/clerk/photo", {"media": DIGEST}, "unknown_media_file"),
        ("PUT", "/halls/small/staff/elsewhere/photo", {"media": None}, "unknown_badge"),
        ("PUT", "/halls/small/roster/2026-05-01", {"leader": "elsewhere"}, "unknown_badge"),
        ("POST", f"/tickets/{own}/print", {"printer": "远处"}, "unknown_printer"),
    ):
        answer = await supervisor.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, code), (method, path)
    assert await happened(house, elsewhere.hall) == before
