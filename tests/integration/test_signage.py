"""What supervisors put on the screens: files through the interface, slides, ticker, roster, faces."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from house import SMALL, House, open_second_hall
from live import People
from paihao.api.permissions import Caller
from paihao.core import clock
from paihao.queue.shows import Slide
from pictures import WEBM, mp4, noise, picture
from server import serving
from shop import Shop
from sqlalchemy import update

pytestmark = pytest.mark.anyio

LARGEST = 2_000_000


async def upload(client: httpx.AsyncClient, content: bytes, name: str = "海报.png") -> dict[str, Any]:
    answer = await client.post("/halls/small/media", content=content, params={"name": name})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def board(house: House) -> dict[str, Any]:
    async with house.client() as client:
        return dict((await client.get("/halls/small/board")).json())


def kept(house: House) -> list[Path]:
    return [path for path in Path(house.services.settings.media).rglob("*") if path.is_file()]


async def actions(house: House) -> list[str]:
    async with house.client(Caller.SUPERVISOR) as client:
        return [row["action"] for row in (await client.get("/halls/small/journal")).json()["rows"]]


async def test_a_picture_goes_up_and_comes_down(house: House) -> None:
    async with house.client(Caller.SUPERVISOR) as supervisor, house.client() as anybody:
        made = await upload(supervisor, picture())
        assert await upload(supervisor, picture(), "again.png") == made
        assert len(kept(house)) == 1
        answer = await anybody.get(f"http://hall.test{made['url']}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert (len(answer.content), answer.content[:4]) == (made["size"], b"\x89PNG")
        listed = (await supervisor.get("/halls/small/media")).json()["media"]
        assert [(row["name"], row["used"]) for row in listed] == [("海报.png", False)]
    assert (await actions(house)).count("media_add") == 1


async def test_players_get_the_part_that_they_ask_for(house: House) -> None:
    content = mp4(600_000)
    async with house.client(Caller.SUPERVISOR) as supervisor, house.client() as player:
        url = f"http://hall.test{(await upload(supervisor, content, 'a.mp4'))['url']}"
        whole = await player.get(url)
        assert (whole.status_code, whole.headers["accept-ranges"], whole.content) == (200, "bytes", content)
        some = await player.get(url, headers={"range": "bytes=300000-300999"})
        assert (some.status_code, some.content) == (206, content[300_000:301_000])
        assert some.headers["content-range"] == f"bytes 300000-300999/{len(content)}"
        assert some.headers["content-length"] == "1000"
        beyond = await player.get(url, headers={"range": f"bytes={len(content)}-"})
        assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(content)}")


async def test_what_is_refused_says_why_and_leaves_nothing(house: House) -> None:
    async with house.client(Caller.SUPERVISOR) as supervisor:
        for content, code in (
            (b"no picture", "unknown_media"),
            (noise((99, 99))[:-999], "broken_picture"),
            (b"", "unknown_media"),
        ):
            answer = await supervisor.post("/halls/small/media", content=content)
            assert (answer.status_code, answer.json()["code"]) == (400, code)
        answer = await supervisor.post("/halls/small/media", content=mp4(LARGEST))
        assert (answer.status_code, answer.json()["code"]) == (413, "media_too_large")
        assert answer.json()["detail"] == "文件超过 2 MB，请压缩后再上传"
        assert (await supervisor.post("/halls/small/media?name=a%00b", content=picture())).status_code == 400
    assert kept(house) == []
    async with house.client(Caller.CLERK) as clerk:
        assert (await clerk.post("/halls/small/media", content=picture())).status_code == 403
    async with house.client() as anybody:
        for digest in ("0" * 64, "..%2F..%2Fp.db", "x"):
            assert (await anybody.get(f"http://hall.test/media/small/{digest}")).status_code == 404


async def test_one_hall_neither_shows_nor_touches_anothers_files(house: House) -> None:
    await open_second_hall(house)
    async with house.client(Caller.SUPERVISOR) as supervisor, house.client() as anybody:
        made = await upload(supervisor, picture())
        elsewhere = f"http://hall.test/media/other/{made['digest']}"
        assert (await anybody.get(elsewhere)).status_code == 404
        answer = await supervisor.post("/halls/other/media", content=picture())
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_hall")


async def test_media_in_use_cannot_vanish(house: House) -> None:
    async with house.client(Caller.SUPERVISOR) as supervisor:
        made = await upload(supervisor, picture())
        path = f"/halls/small/media/{made['digest']}"
        slide = (await supervisor.post("/halls/small/slides", json={"media": made["digest"]})).json()["id"]
        face = {"media": made["digest"]}
        assert (await supervisor.put("/halls/small/staff/clerk/photo", json=face)).status_code == 204
        for free in (
            supervisor.delete(f"/halls/small/slides/{slide}"),
            supervisor.put("/halls/small/staff/clerk/photo", json={"media": None}),
        ):
            answer = await supervisor.delete(path)
            assert (answer.status_code, answer.json()["code"]) == (409, "media_in_use")
            assert len(kept(house)) == 1
            assert (await free).status_code == 204
        assert (await supervisor.delete(path)).status_code == 204
        assert kept(house) == []
        assert (await supervisor.delete(path)).status_code == 404


async def test_slides_are_shown_in_order_and_in_their_time(house: House) -> None:
    moment = clock.now()
    async with house.client(Caller.SUPERVISOR) as supervisor:
        poster, film = await upload(supervisor, picture()), await upload(supervisor, WEBM, "film.webm")
        ids = []
        for body in (
            {"text": "五一放假通知：\n5月1日至5日\t休息", "text_en": "Closed May 1 to 5"},
            {"media": poster["digest"], "text": "医保缴费流程", "seconds": 20},
            {"media": film["digest"], "until": (moment + timedelta(hours=1)).isoformat()},
            {"text": "明天起", "since": (moment + timedelta(days=1)).isoformat()},
        ):
            answer = await supervisor.post("/halls/small/slides", json=body)
            assert answer.status_code == 201, answer.text
            ids.append(answer.json()["id"])
        shown = (await board(house))["slides"]
        assert [(s["id"], s["kind"], s["seconds"]) for s in shown] == [
            (ids[0], "notice", 12),
            (ids[1], "picture", 20),
            (ids[2], "video", 600),
        ]
        assert shown[0]["text"] == "五一放假通知： 5月1日至5日 休息"
        assert (shown[0]["text_en"], shown[0]["url"]) == ("Closed May 1 to 5", "")
        assert shown[1]["url"] == poster["url"]

        assert (await supervisor.post(f"/halls/small/slides/{ids[3]}/move", json={"place": 0})).status_code == 204
        assert (await supervisor.post(f"/halls/small/slides/{ids[0]}/move", json={"place": 1000})).status_code == 204
        assert (await supervisor.delete(f"/halls/small/slides/{ids[1]}")).status_code == 204
        listed = (await supervisor.get("/halls/small/slides")).json()["slides"]
        assert [(s["id"], s["when"]) for s in listed] == [(ids[3], "later"), (ids[2], "now"), (ids[0], "now")]
        assert [s["id"] for s in (await board(house))["slides"]] == [ids[2], ids[0]]

    # Time passes: what is over disappears without anybody doing anything.
    async with house.services.moving(1) as tx:
        await tx.execute(update(Slide).where(Slide.id == ids[2]).values(until=moment))
    house.services.halls._kept.clear()
    assert [s["id"] for s in (await board(house))["slides"]] == [ids[0]]
    done = await actions(house)
    assert [done.count(f"slide_{what}") for what in ("add", "move", "delete")] == [4, 2, 1]


async def test_slides_that_cannot_be(house: House) -> None:
    moment = clock.now()
    later = (moment + timedelta(hours=1)).isoformat()
    async with house.client(Caller.SUPERVISOR) as supervisor:
        for body, code in (
            ({}, "empty_slide"),
            ({"text": " \n "}, "empty_slide"),
            ({"media": "0" * 64}, "unknown_media_file"),
            ({"text": "a", "since": "2026-05-01T08:00:00"}, "naive_time"),
            ({"text": "a", "until": (moment - timedelta(hours=1)).isoformat()}, "until_out_of_range"),
            ({"text": "a", "since": later, "until": later}, "until_out_of_range"),
            ({"text": "a", "since": "0001-01-01T00:00:00+08:00"}, "invalid_day"),
            ({"text": "a", "until": "9999-12-31T23:59:59Z"}, "invalid_day"),
            ({"text": "a", "seconds": 2}, "invalid"),
            ({"text": "长" * 401}, "invalid"),
            ({"media": "x"}, "invalid"),
        ):
            answer = await supervisor.post("/halls/small/slides", json=body)
            assert (answer.status_code in (400, 404), answer.json()["code"]) == (True, code), body
        for path in ("999", "x", "9" * 30):
            assert (await supervisor.delete(f"/halls/small/slides/{path}")).json()["code"] == "unknown_slide"
        for number in range(50):
            assert (await supervisor.post("/halls/small/slides", json={"text": f"{number}"})).status_code == 201
        answer = await supervisor.post("/halls/small/slides", json={"text": "one more"})
        assert (answer.status_code, answer.json()["code"]) == (409, "too_many_slides")


async def test_the_ticker_and_who_is_on_duty_stand_on_the_board(house: House) -> None:
    """R13: who is at the first desk, or named for the day, and which leader is on duty."""
    async with house.client(Caller.SUPERVISOR) as supervisor, house.client(Caller.CLERK) as clerk:
        said = await supervisor.post("/halls/small/ticker", json={"text": " 系统升级，\n医保业务暂停办理 "})
        assert said.json() == {"text": "系统升级， 医保业务暂停办理"}
        day = (await supervisor.get("/halls/small/roster")).json()["roster"][0]["day"]
        desk = next(w for w in (await clerk.get("/halls/small")).json()["windows"] if w["kind"] == "first_inquiry")
        assert (await clerk.post(f"/windows/{desk['id']}/open")).status_code == 200
        now = await board(house)
        assert (now["ticker"], now["first_desk"], now["leader"]) == (
            "系统升级， 医保业务暂停办理",
            f"{desk['number']} clerk",
            "",
        )
        on_duty = {"first_desk": "guide", "leader": "supervisor"}
        assert (await supervisor.put(f"/halls/small/roster/{day}", json=on_duty)).status_code == 204
        now = await board(house)
        assert (now["first_desk"], now["leader"]) == (f"{desk['number']} guide", "supervisor")
        listed = (await supervisor.get("/halls/small/roster?days=2")).json()["roster"]
        assert listed[0]["leader"] == {"badge": "supervisor", "name": "supervisor"}
        assert listed[1]["leader"] is None
        assert (await supervisor.put(f"/halls/small/roster/{day}", json={"leader": "guide"})).status_code == 204
        now = await board(house)
        assert (now["first_desk"], now["leader"]) == (f"{desk['number']} clerk", "guide")

        for path, body, code in (
            (f"/halls/small/roster/{day}", {"leader": "nobody"}, "unknown_badge"),
            ("/halls/small/roster/tomorrow", {}, "invalid_day"),
            ("/halls/small/roster/1026-01-01", {}, "invalid_day"),
            ("/halls/small/staff/nobody/photo", {"media": None}, "unknown_badge"),
        ):
            assert (await supervisor.put(path, json=body)).json()["code"] == code
        film = await upload(supervisor, WEBM, "film.webm")
        answer = await supervisor.put("/halls/small/staff/clerk/photo", json={"media": film["digest"]})
        assert answer.json()["code"] == "photo_is_video"
        face = await upload(supervisor, picture())
        await supervisor.put("/halls/small/staff/clerk/photo", json={"media": face["digest"]})
        staff = (await supervisor.get("/halls/small/staff")).json()["staff"]
        assert {one["badge"]: one["photo"] for one in staff}["clerk"] == face["url"]
        hall = await house.services.halls.get("small")
        assert face["digest"] in {w.officer.photo for w in hall.windows.values() if w.officer}
    assert {"ticker", "roster", "photo"} <= set(await actions(house))


async def pieces(megabytes: int) -> AsyncIterator[bytes]:
    yield mp4()
    for _ in range(megabytes):
        yield bytes(1_000_000)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("announced", [True, False])
async def test_a_video_of_200_mb_is_refused_without_being_held(
    database_url: str, tmp_path: Path, announced: bool
) -> None:
    with serving(database_url, tmp_path, SMALL) as server:
        async with People(Shop(server, tmp_path)) as people:
            supervisor = await people.officer(server, "supervisor")
            length = {"content-length": str(200_000_000 + len(mp4()))} if announced else {}
            idle = server.peak_memory()
            answer = await supervisor.post("/halls/small/media", content=pieces(200), headers=length)
            assert (answer.status_code, answer.json()["code"]) == (413, "media_too_large")
            assert [path for path in (tmp_path / "var" / "media").rglob("*") if path.is_file()] == []
            assert server.peak_memory() < idle + 50_000_000
            # Everything goes on.
            answer = await supervisor.post("/halls/small/media", content=pieces(90))
            assert answer.status_code == 201, answer.text
            assert server.peak_memory() < idle + 50_000_000
