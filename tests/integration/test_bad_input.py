"""Bad input gets a clear problem in the reader's language, and changes nothing."""

from typing import Any, NamedTuple

import pytest
from house import House, open_second_hall
from paihao.api.permissions import Caller
from paihao.core.idempotency import Answer
from paihao.core.journal import Journal
from paihao.queue.ticket import Ticket
from paihao.queue.window import Window
from sqlalchemy import func, select
from structlog.testing import capture_logs

pytestmark = pytest.mark.anyio

ISSUE = "/halls/small/tickets"


class Bad(NamedTuple):
    """A request that must be refused. ``{window}`` stands for window 3's id."""

    caller: Caller
    method: str
    path: str
    status: int
    code: str
    json: Any = None
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed


KIOSK, CLERK, GUIDE, ADMIN = Caller.KIOSK, Caller.CLERK, Caller.GUIDE, Caller.SUPERVISOR

CASES = {
    "unknown hall": Bad(KIOSK, "POST", "/halls/nowhere/tickets", 404, "unknown_hall", {"channel": "kiosk"}),
    "unknown hall to look at": Bad(Caller.PUBLIC, "GET", "/halls/nowhere", 404, "unknown_hall"),
    "unknown item": Bad(KIOSK, "POST", ISSUE, 404, "unknown_item", {"channel": "kiosk", "item": "S-999"}),
    "unknown line": Bad(KIOSK, "POST", ISSUE, 404, "unknown_line", {"channel": "kiosk", "line": "Q"}),
    "item and line": Bad(KIOSK, "POST", ISSUE, 400, "item_or_line", {"channel": "kiosk", "item": "S-001", "line": "A"}),
    "unknown priority": Bad(KIOSK, "POST", ISSUE, 400, "unknown_priority", {"channel": "kiosk", "priority": "vip"}),
    "a priority without its reason": Bad(
        GUIDE, "POST", ISSUE, 400, "reason_needed", {"channel": "desk", "priority": "elderly", "reason": " 老 "}
    ),
    "a phone that is none": Bad(GUIDE, "POST", ISSUE, 400, "invalid_phone", {"channel": "desk", "phone": "12345"}),
    "a language nobody speaks": Bad(KIOSK, "POST", ISSUE, 400, "invalid", {"channel": "kiosk", "language": "tlh"}),
    "a forged link postponed": Bad(Caller.PUBLIC, "POST", "/tickets/forged/postpone", 404, "unknown_ticket"),
    "a forged link given up": Bad(Caller.PUBLIC, "POST", "/tickets/forged/cancel", 404, "unknown_ticket"),
    "a forged ticket undone": Bad(CLERK, "POST", "/tickets/forged/undo", 404, "unknown_ticket"),
    "unknown channel": Bad(KIOSK, "POST", ISSUE, 400, "invalid", {"channel": "pigeon"}),
    "unknown field": Bad(KIOSK, "POST", ISSUE, 400, "invalid", {"channel": "kiosk", "rank": 0}),
    "no body": Bad(KIOSK, "POST", ISSUE, 400, "invalid"),
    "a list for a body": Bad(KIOSK, "POST", ISSUE, 400, "invalid", ["kiosk"]),
    "wrong type": Bad(KIOSK, "POST", ISSUE, 400, "invalid", {"channel": "kiosk", "item": 7}),
    "10 kB for a name": Bad(KIOSK, "POST", ISSUE, 400, "invalid", {"channel": "kiosk", "need": "名" * 10_000}),
    "100 kB of anything": Bad(KIOSK, "POST", ISSUE, 413, "too_large", {"channel": "kiosk", "need": "x" * 100_000}),
    "full-width line": Bad(KIOSK, "POST", ISSUE, 404, "unknown_line", {"channel": "kiosk", "line": "Ａ"}),
    "full-width window": Bad(CLERK, "POST", "/windows/１/open", 404, "unknown_window"),
    "full-width limit": Bad(ADMIN, "GET", "/halls/small/journal?limit=１０", 400, "invalid"),
    "full-width cursor": Bad(ADMIN, "GET", "/halls/small/journal?cursor=１０", 400, "invalid_cursor"),
    "limit too large": Bad(ADMIN, "GET", "/halls/small/journal?limit=1000000", 400, "invalid"),
    "cursor too large": Bad(ADMIN, "GET", f"/halls/small/journal?cursor={'9' * 30}", 400, "invalid_cursor"),
    "unknown window": Bad(CLERK, "POST", "/windows/999999/call-next", 404, "unknown_window"),
    "window id beyond the database": Bad(CLERK, "POST", f"/windows/{'9' * 18}/call-next", 404, "unknown_window"),
    "a word for a window": Bad(CLERK, "POST", "/windows/third/call-next", 404, "unknown_window"),
    "closed window": Bad(CLERK, "POST", "/windows/{window}/call-next", 409, "window_closed"),
    "pausing a closed window": Bad(CLERK, "POST", "/windows/{window}/pause", 409, "window_closed"),
    "back at a time without zone": Bad(
        CLERK, "POST", "/windows/{window}/pause", 400, "naive_time", {"back_at": "2026-11-22T10:00:00"}
    ),
    "back in a thousand years": Bad(
        CLERK, "POST", "/windows/{window}/pause", 400, "back_at_out_of_range", {"back_at": "9999-12-31T23:59:59Z"}
    ),
    "back before now": Bad(
        CLERK, "POST", "/windows/{window}/pause", 400, "back_at_out_of_range", {"back_at": "0001-01-01T00:00:00Z"}
    ),
    "a day out of time": Bad(ADMIN, "GET", "/halls/small/duties?day=9999-12-31", 400, "invalid_day"),
    "a NUL in a ticket": Bad(Caller.PUBLIC, "GET", "/tickets/%00", 400, "nul"),
    "a NUL in a hall": Bad(Caller.PUBLIC, "GET", "/halls/sm%00all", 400, "nul"),
    "a NUL in a search": Bad(Caller.PUBLIC, "GET", "/halls/small/items?q=%00", 400, "nul"),
    "a NUL in a number": Bad(CLERK, "GET", "/halls/small/tickets?number=A%00", 400, "nul"),
    "a NUL in a need": Bad(KIOSK, "POST", ISSUE, 400, "invalid", {"channel": "kiosk", "need": "a\0"}),
    "a NUL in a name": Bad(Caller.PUBLIC, "POST", "/session", 400, "invalid", {"username": "a\0", "password": "x"}),
    "unknown ticket": Bad(CLERK, "POST", "/tickets/nobody/start", 404, "unknown_ticket"),
    "unknown action": Bad(CLERK, "POST", "/tickets/nobody/vanish", 404, "unknown_action"),
    "issue as an action": Bad(CLERK, "POST", "/tickets/nobody/issue", 404, "unknown_action"),
    "a clerk on a supervisor's route": Bad(
        CLERK, "POST", "/windows/{window}/call", 403, "forbidden", {"ticket": "x", "reason": "朋友"}
    ),
    "a clerk reads the journal": Bad(CLERK, "GET", "/halls/small/journal", 403, "forbidden"),
    "out of order without a reason": Bad(
        ADMIN, "POST", "/windows/{window}/call", 400, "invalid", {"ticket": "x", "reason": ""}
    ),
    "nobody issues": Bad(Caller.PUBLIC, "POST", ISSUE, 401, "unauthorized", {"channel": "kiosk"}),
    "an unknown device": Bad(
        Caller.PUBLIC, "POST", ISSUE, 401, "unknown_device", {"channel": "kiosk"}, {"authorization": "Bearer forged"}
    ),
    "an empty key": Bad(KIOSK, "POST", ISSUE, 400, "invalid_key", {"channel": "kiosk"}, {"idempotency-key": ""}),
    "a key too long": Bad(
        KIOSK, "POST", ISSUE, 400, "invalid_key", {"channel": "kiosk"}, {"idempotency-key": "k" * 101}
    ),
    "unknown page": Bad(Caller.PUBLIC, "GET", "/nothing/here", 404, "not_found"),
    "wrong method": Bad(CLERK, "PUT", "/session", 405, "method_not_allowed", {}),
}


async def everything(house: House) -> list[object]:
    """A digest of what must not change."""
    async with house.services.database.read() as connection:
        counts = [
            (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (Ticket, Journal, Answer)
        ]
        states = (await connection.execute(select(Window.id, Window.state, Window.pause_reason))).all()
    return [*counts, *states]


async def send(house: House, bad: Bad, language: str) -> Any:
    async with house.client(bad.caller) as client:
        path = bad.path.replace("{window}", str(await house.window("3")))
        headers = bad.headers | {"accept-language": language}
        return await client.request(bad.method, path, json=bad.json, headers=headers)


@pytest.mark.parametrize("name", list(CASES))
async def test_bad_input_is_told_and_changes_nothing(house: House, name: str) -> None:
    bad, before = CASES[name], await everything(house)
    said = await send(house, bad, "zh-CN")
    problem = said.json()
    assert (said.status_code, problem["code"]) == (bad.status, bad.code), said.text
    assert said.headers["content-type"].startswith("application/problem+json")
    assert problem["status"] == bad.status
    assert problem["type"].endswith(bad.code)
    assert problem["title"]
    assert problem["detail"]
    english = (await send(house, bad, "en-GB,en;q=0.9")).json()
    assert english["detail"].isascii(), english
    assert english["detail"] != problem["detail"]
    assert await everything(house) == before


async def test_broken_json(house: House) -> None:
    async with house.client(KIOSK) as client:
        said = await client.post(ISSUE, content=b'{"channel": "kio', headers={"content-type": "application/json"})
    assert (said.status_code, said.json()["code"]) == (400, "invalid")


async def test_a_repeated_key_with_another_body(house: House) -> None:
    async with house.client(KIOSK) as client:
        key = {"idempotency-key": "press-1"}
        first = await client.post(ISSUE, json={"channel": "kiosk", "item": "S-001"}, headers=key)
        before = await everything(house)
        again = await client.post(ISSUE, json={"channel": "kiosk", "item": "S-001"}, headers=key)
        other = await client.post(ISSUE, json={"channel": "kiosk", "item": "S-003"}, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert await everything(house) == before


async def test_another_halls_token(house: House) -> None:
    token = await open_second_hall(house)
    before = await everything(house)
    async with house.client(KIOSK, token=token) as client:
        said = await client.post(ISSUE, json={"channel": "kiosk"})
    assert (said.status_code, said.json()["code"]) == (403, "foreign_hall")
    assert await everything(house) == before


async def test_people_get_a_page_instead(house: House) -> None:
    async with house.client() as client:
        said = await client.get("http://hall.test/t/nobody", headers={"accept": "text/html", "accept-language": "en"})
    assert said.status_code == 404
    assert said.headers["content-type"].startswith("text/html")
    assert '<html lang="en"' in said.text


async def test_a_fault_of_ours_is_logged_without_the_key_that_opens_a_ticket_r61(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def breaks(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr("paihao.queue.moves.find", breaks)
    async with house.client() as client:
        with capture_logs() as log:
            said = await client.get("/tickets/secret-key")
    assert said.status_code == 500
    assert "out of order" not in said.text
    (entry,) = log
    assert entry["route"] == "/api/v1/tickets/{key}"
    assert not any("secret-key" in str(value) for value in entry.values())


@pytest.mark.parametrize("path", ["/nothing", "/static/css/base.css", "/kiosk", "/api/v1/halls"])
async def test_every_answer_allows_nothing_from_elsewhere(house: House, path: str) -> None:
    async with house.client() as client:
        said = await client.get(f"http://hall.test{path}")
    assert "default-src 'self'" in said.headers["content-security-policy"]
    assert said.headers["x-content-type-options"] == "nosniff"


async def test_guessing_passwords_is_stopped(house: House) -> None:
    async with house.client() as client:
        wrong = {"username": "clerk", "password": "guess"}
        codes = [(await client.post("/session", json=wrong)).json()["code"] for _ in range(11)]
    assert codes == ["wrong_credentials"] * 10 + ["too_many_failures"]
