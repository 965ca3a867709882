"""Receipts (R11): dense numbers under any load, never changed, printed for whoever holds the link."""

import asyncio
from typing import Any

import pytest
from floor import MORNING, Floor, lay
from house import House, open_second_hall
from paihao.api.permissions import Caller
from paihao.cases import receipt
from paihao.cases.receipt import Material, Receipt
from paihao.core.db import Database, violated
from paihao.core.errors import TicketConflict
from paihao.queue import moves
from paihao.queue.ticket import Action
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

pytestmark = pytest.mark.anyio

WRITERS = 16
EACH = 5
ONE = [Material("居民身份证")]


async def give(database: Database, floor: Floor, ticket: Any, materials: list[Material] = ONE) -> tuple[str, str]:
    async with database.write() as tx:
        return await receipt.give(tx, floor.facts, ticket, materials, floor.officers[0], MORNING, item_name="参保")


async def test_numbers_are_dense_under_sixteen_writers(database_url: str) -> None:
    """R11: numbered without gaps."""
    databases = [Database(database_url, pool_size=WRITERS) for _ in range(2 if "sqlite" in database_url else 1)]
    floor = await lay(databases[0], [{"A": 0}])
    await floor.issue("A")
    (ticket,) = await floor.tickets()

    async def write(place: int) -> list[str]:
        return [(await give(databases[place % len(databases)], floor, ticket))[1] for _ in range(EACH)]

    given = sorted(number for numbers in await asyncio.gather(*map(write, range(WRITERS))) for number in numbers)
    assert given == [f"SJ20260302-{place:04d}" for place in range(1, WRITERS * EACH + 1)]
    for database in databases:
        await database.close()


async def test_a_receipt_refused_takes_no_number(database: Database) -> None:
    floor = await lay(database, [{"A": 0}])
    for _ in range(2):
        await floor.issue("A")
    ticket, gone = await floor.tickets()
    async with database.write() as tx:
        await moves.apply(tx, floor.facts, gone, Action.CANCEL, floor.officers[0], MORNING)
    _, gone = await floor.tickets()
    with pytest.raises(TicketConflict):
        await give(database, floor, gone)
    assert (await give(database, floor, ticket))[1] == "SJ20260302-0001"


async def test_each_hall_counts_its_own(database: Database) -> None:
    for _ in range(2):
        floor = await lay(database, [{"A": 0}])
        await floor.issue("A")
        (ticket,) = await floor.tickets()
        assert (await give(database, floor, ticket))[1] == "SJ20260302-0001"


async def test_the_database_keeps_what_was_handed_out(database: Database, dialect: str, subtests: Any) -> None:
    """R11: a receipt is never changed."""
    floor = await lay(database, [{"A": 0}])
    await floor.issue("A")
    (ticket,) = await floor.tickets()
    await give(database, floor, ticket)
    columns = [column.name for column in Receipt.__table__.columns if column.name != "id"]
    same = ", ".join("'other'" if name == "key" else name for name in columns)
    attacks = {
        "rewritten": ("UPDATE receipt SET materials = '[]'", "receipt_kept"),
        "taken away": ("DELETE FROM receipt", "receipt_kept"),
        "the number again": (
            f"INSERT INTO receipt ({', '.join(columns)}) SELECT {same} FROM receipt",
            "uq_receipt_number",
        ),
    }
    if dialect == "postgresql":
        attacks["all of them"] = ("TRUNCATE receipt", "receipt_kept")
    else:
        attacks["replaced"] = ("INSERT OR REPLACE INTO receipt SELECT * FROM receipt", "receipt_kept")
    for title, (sql, guard) in attacks.items():
        with subtests.test(title):
            with pytest.raises(IntegrityError) as refused:
                async with database.write() as tx:
                    await tx.execute(text(sql))
            assert violated(refused.value) == guard
    async with database.read() as connection:
        assert len((await connection.execute(select(Receipt.id))).all()) == 1


async def taken(house: House) -> dict[str, Any]:
    async with house.client(Caller.KIOSK) as kiosk:
        return dict((await kiosk.post("/halls/small/tickets", json={"channel": "kiosk", "item": "S-002"})).json())


async def test_a_receipt_says_who_took_what_from_whom(house: House) -> None:
    """R11: numbered, printable, with a QR code."""
    ticket = await taken(house)
    materials = [{"name": "居民身份证", "count": 1}, {"name": "解除劳动关系证明<b>", "count": 2}]
    async with house.client(Caller.CLERK) as clerk:
        await clerk.post(f"/windows/{await house.window('3')}/open")
        wish = {"json": {"materials": materials, "note": "原件"}, "headers": {"idempotency-key": "once"}}
        said = await clerk.post(f"/tickets/{ticket['id']}/receipts", **wish)
        assert said.status_code == 201, said.text
        assert (await clerk.post(f"/tickets/{ticket['id']}/receipts", **wish)).json() == said.json()
    given = said.json()
    assert given["number"].endswith("-0001")
    async with house.client() as public:
        page = (await public.get(f"http://hall.test{given['url']}")).text
        assert "&lt;b&gt;" in page
        wanted = (
            "小城政务服务大厅",
            given["number"],
            ticket["number"],
            "失业保险金申领",
            "居民身份证",
            "原件",
            "clerk",
            "<svg",
        )
        assert [words for words in wanted if words not in page] == []
        unknown = await public.get("http://hall.test/r/forged", headers={"accept": "text/html"})
        assert unknown.status_code == 404
        assert "没有这张收件回执" in unknown.text


BAD: dict[str, tuple[Any, int, str]] = {
    "nothing": ({"materials": []}, 400, "no_materials"),
    "no list": ({}, 400, "invalid"),
    "a count of none": ({"materials": [{"name": "证", "count": 0}]}, 400, "invalid"),
    "a count beyond reason": ({"materials": [{"name": "证", "count": 1000}]}, 400, "invalid"),
    "a count of halves": ({"materials": [{"name": "证", "count": 1.5}]}, 400, "invalid"),
    "an empty name": ({"materials": [{"name": "  "}]}, 400, "invalid"),
    "a name with a NUL": ({"materials": [{"name": "证\0"}]}, 400, "invalid"),
    "a long name": ({"materials": [{"name": "证" * 101}]}, 400, "invalid"),
    "too many rows": ({"materials": [{"name": "证"}] * 51}, 400, "too_many_materials"),
    "an unknown item": ({"materials": [{"name": "证"}], "item": "S-999"}, 404, "unknown_item"),
    "an unknown field": ({"materials": [{"name": "证", "kind": 1}]}, 400, "invalid"),
}


async def test_bad_receipts_are_refused(house: House, subtests: pytest.Subtests) -> None:
    ticket = await taken(house)
    async with house.client(Caller.GUIDE) as guide:
        for title, (body, status, code) in BAD.items():
            with subtests.test(title):
                said = await guide.post(f"/tickets/{ticket['id']}/receipts", json=body)
                assert (said.status_code, said.json()["code"]) == (status, code)
        good = {"materials": [{"name": "证"}]}
        said = await guide.post("/tickets/forged/receipts", json=good)
        assert (said.status_code, said.json()["code"]) == (404, "unknown_ticket")
        token = await open_second_hall(house)
        async with house.client(Caller.KIOSK, token=token) as other:
            foreign = (await other.post("/halls/other/tickets", json={"channel": "kiosk", "item": "S-001"})).json()
        said = await guide.post(f"/tickets/{foreign['id']}/receipts", json=good)
        assert (said.status_code, said.json()["code"]) == (403, "foreign_hall")
        # What was refused took no number.
        said = await guide.post(f"/tickets/{ticket['id']}/receipts", json=good)
        assert said.json()["number"].endswith("-0001")
