"""What is said at a call, and its sound over HTTP: by the hall's words or the line's, in the visitor's language."""

import wave
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from house import House, open_second_hall
from paihao.api.permissions import Caller
from paihao.core.bus import What
from paihao.queue.hall import Hall, Line
from sqlalchemy import update

pytestmark = pytest.mark.anyio


class Day:
    """A kiosk, and window 3."""

    def __init__(self, house: House, kiosk: httpx.AsyncClient, chief: httpx.AsyncClient, guest: httpx.AsyncClient):
        self.house, self.kiosk, self.chief, self.guest = house, kiosk, chief, guest

    async def call(self, **wish: Any) -> dict[str, Any]:
        """Take a number and call it to window 3; gives the ticket."""
        taken = await self.kiosk.post("/halls/small/tickets", json={"channel": "kiosk", "item": "S-001"} | wish)
        assert taken.status_code == 201, taken.text
        window = await self.house.window("3")
        await self.chief.post(f"/windows/{window}/open")
        called = await self.chief.post(f"/windows/{window}/call-next")
        assert called.status_code == 200, called.text
        return dict(called.json()["ticket"])

    async def change(self, table: type[Hall] | type[Line], **values: Any) -> None:
        hall = await self.house.services.halls.get("small")
        statement = update(table).values(**values)
        statement = statement.where(table.id == hall.id) if table is Hall else statement.where(Line.prefix == "A")
        async with self.house.services.moving(hall.id, What.HALL) as tx:
            await tx.execute(statement)

    async def board(self) -> dict[str, Any]:
        return dict((await self.guest.get("/halls/small/board")).json())

    async def said(self) -> tuple[str, str]:
        newest = (await self.board())["calls"][0]
        return newest["say"], newest["say_en"]


@pytest.fixture
async def day(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Day]:
    monkeypatch.chdir(tmp_path)  # clips are kept beside the server
    async with AsyncExitStack() as stack:
        callers = (Caller.KIOSK, Caller.SUPERVISOR, Caller.PUBLIC)
        yield Day(house, *[await stack.enter_async_context(house.client(caller)) for caller in callers])


async def voice(client: httpx.AsyncClient, call: int | str, hall: str = "small", **params: str) -> httpx.Response:
    return await client.get(f"/halls/{hall}/calls/{call}/voice", params=params)


async def test_a_call_and_its_clip(day: Day) -> None:
    ticket = await day.call()
    await day.chief.post(f"/tickets/{ticket['id']}/recall")
    again, first = (await day.board())["calls"]
    assert (again["say"], first["say"]) == ("请A 零 零 一号到三号窗口办理",) * 2
    clips = [await voice(day.guest, call["id"]) for call in (first, again)]
    for clip in clips:
        assert (clip.status_code, clip.headers["content-type"]) == (200, "audio/wav")
        assert clip.headers["cache-control"] == "public, max-age=86400"
        with wave.open(BytesIO(clip.content)) as told:
            assert 1 < told.getnframes() / told.getframerate() < 15
    assert clips[0].content == clips[1].content


async def test_what_is_no_call_of_this_hall_has_no_voice(day: Day) -> None:
    await open_second_hall(day.house)
    await day.call()
    board = await day.board()
    call = board["calls"][0]["id"]
    assert (await voice(day.guest, call)).status_code == 200
    refused = {
        "another hall": await voice(day.guest, call, hall="other"),
        "no hall": await voice(day.guest, call, hall="nowhere"),
        "issue": await voice(day.guest, call - 1),
        "future": await voice(day.guest, call + 1000),
        "never": await voice(day.guest, 0),
        "beyond all": await voice(day.guest, 2**63),
        "far beyond": await voice(day.guest, "9" * 60),
        "nonsense": await voice(day.guest, "x"),
        "not said in English": await voice(day.guest, call, language="en"),
    }
    assert {name: said.status_code for name, said in refused.items()} == dict.fromkeys(refused, 404)
    assert (await voice(day.guest, call, language="fr")).status_code == 400


async def test_yesterdays_calls_have_no_voice(day: Day) -> None:
    await day.call()
    call = (await day.board())["calls"][0]["id"]
    await day.change(Hall, timezone="Pacific/Kiritimati")
    elsewhere = [await voice(day.guest, call)]
    await day.change(Hall, timezone="Pacific/Pago_Pago")  # never the same day as in Kiritimati
    elsewhere.append(await voice(day.guest, call))
    assert 404 in [said.status_code for said in elsewhere]


async def test_nobody_has_the_clips_of_a_whole_day_made(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    await day.call()
    call = (await day.board())["calls"][0]
    at = datetime.fromisoformat(call["at"])
    for passed, status in ((timedelta(minutes=10), 200), (timedelta(minutes=10, seconds=1), 404)):
        monkeypatch.setattr("paihao.api.routes.voice.now", lambda passed=passed: at + passed)
        assert (await voice(day.guest, call["id"])).status_code == status


async def test_a_line_may_say_it_otherwise(day: Day) -> None:
    """R47."""
    await day.call()
    await day.change(Hall, call_text="{number}，{window}")
    assert (await day.said())[0] == "A 零 零 一，三"
    await day.change(Line, call_text="请{line}{number}号到{zone}{window}号窗口")
    assert (await day.said())[0] == "请社会保险A 零 零 一号到B区1楼三号窗口"


async def test_a_template_that_went_bad_does_not_silence_the_hall(day: Day) -> None:
    await day.call(language="en")
    await day.change(Line, call_text="{nobody}", call_text_en="{number")
    assert await day.said() == ("请A 零 零 一号到三号窗口办理", "Ticket A, 0, 0, 1, please go to window 3")


async def test_an_english_ticket_is_called_in_english_too(day: Day) -> None:
    await day.call(language="en")
    assert await day.said() == ("请A 零 零 一号到三号窗口办理", "Ticket A, 0, 0, 1, please go to window 3")
    call = (await day.board())["calls"][0]["id"]
    clips = [(await voice(day.guest, call, language=language)).content for language in ("zh", "en")]
    assert clips[0] != clips[1]
    await day.change(Line, call_text_en="{number}: window {window}")
    assert (await day.said())[1] == "A, 0, 0, 1: window 3"
    await day.change(Line, call_text_en="")
    await day.change(Hall, call_text_en="")
    assert (await day.said())[1] == ""


async def test_quiet_hours_are_in_the_picture(day: Day) -> None:
    assert (await day.board())["quiet"] is None
    await day.change(Hall, quiet_from=time(22, 30), quiet_until=time(7))
    assert (await day.board())["quiet"] == ["22:30", "07:00"]


async def test_a_sentence_to_set_the_volume_by(day: Day) -> None:
    said = await day.guest.get("/halls/small/voice-test")
    assert (said.status_code, said.headers["content-type"]) == (200, "audio/wav")
    with wave.open(BytesIO(said.content)) as told:
        assert told.getnframes() > told.getframerate()
    assert (await day.guest.get("/halls/nowhere/voice-test")).status_code == 404
