"""What goes wrong in a hall: each fault says in both languages what it is, and calls go on as though nothing were."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from house import SMALL, House, open_second_hall
from paihao.api.accounts import add_device
from paihao.api.permissions import Caller
from paihao.core.bus import What
from paihao.core.i18n import LANGUAGES, translate
from paihao.display.clips import Espeak
from paihao.queue.hall import Hall
from paihao.queue.hallfiles import BrokenFiles, read
from paihao.queue.staff import DeviceKind
from pictures import mp4, noise
from printer import Mood, printer
from sqlalchemy import update

pytestmark = pytest.mark.anyio

Told = dict[str, str]
"""Language -> what was said."""


class Counter:
    """Somebody who takes numbers and calls them while the rest of the hall breaks."""

    def __init__(self, house: House, chief: httpx.AsyncClient) -> None:
        self.house, self.chief = house, chief

    async def calls_go_on(self) -> str:
        """One more visitor is called, and the board shows and says it; gives what is said."""
        taken = await self.chief.post("/halls/small/tickets", json={"channel": "desk", "item": "S-001"})
        window = await self.house.window("3")
        assert (await self.chief.post(f"/windows/{window}/open")).status_code == 200
        called = await self.chief.post(f"/windows/{window}/call-next")
        assert called.json()["ticket"]["number"] == taken.json()["number"]
        newest = (await self.chief.get("/halls/small/board")).json()["calls"][0]
        assert newest["number"] == taken.json()["number"]
        return str(newest["say"])

    async def told(self, method: str, path: str, status: int, content: bytes | None = None) -> Told:
        """A refusal in both languages."""
        said = {}
        for language in LANGUAGES:
            answer = await self.chief.request(method, path, params={"lang": language}, content=content)
            assert answer.status_code == status, answer.text
            said[str(language)] = str(answer.json()["detail"])
        return said


@pytest.fixture
async def counter(house: House) -> AsyncIterator[Counter]:
    async with house.client(Caller.SUPERVISOR) as chief:
        yield Counter(house, chief)


async def test_a_forged_follow_link(counter: Counter) -> None:
    expected = {"zh_CN": "没有这个号", "en": "There is no such ticket"}
    assert await counter.told("GET", "/tickets/AAAAAAAAAAAAAAAAAAAAAA", 404) == expected
    async with counter.house.client() as visitor:
        for language, said in expected.items():
            for path in ("/t/forged", "/t/forged/slip", "/t/..%2F..%2Fetc"):
                page = await visitor.get(
                    f"http://hall.test{path}", params={"lang": language}, headers={"accept": "text/html"}
                )
                assert (page.status_code, page.headers["content-type"][:9]) == (404, "text/html")
                assert said in page.text or "%2F" in path
    assert await counter.calls_go_on()


async def test_another_halls_strip_token(counter: Counter) -> None:
    await open_second_hall(counter.house)
    token = await add_device(counter.house.services.database, DeviceKind.BOARD, "other", "3", "strip")
    async with counter.house.client(Caller.BOARD, token=token) as strip:
        assert (await strip.get("/session")).json()["hall"] == "other"
        for language, said in (("zh_CN", "此设备不属于本大厅"), ("en", "This device does not belong to this hall")):
            page = await strip.get("http://hall.test/window/small/3", params={"lang": language})
            assert f'data-foreign_hall="{said}"' in page.text  # what it shows when its socket is refused: test_live
    assert await counter.calls_go_on()


async def test_a_template_with_an_unknown_field(counter: Counter, tmp_path: Path) -> None:
    for file in SMALL.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    lines = (SMALL / "lines.csv").read_text(encoding="utf-8").splitlines()
    bad = [f"{lines[0]},call_text", *(f"{line},请{{name}}到{{window}}" for line in lines[1:])]
    (tmp_path / "lines.csv").write_text("\n".join(bad), encoding="utf-8")
    with pytest.raises(BrokenFiles) as refused:
        read(tmp_path)
    fault = refused.value.faults[0]
    assert [translate(language, fault.reason, **fault.params) for language in LANGUAGES] == [
        "不能用{name}，可以用的有{number}{window}{zone}{line}",
        "{name} cannot be used here; these can: {number}{window}{zone}{line}",
    ]
    # Nobody checks what is written past the import: the usual words are said then.
    async with counter.house.services.moving(1, What.HALL) as tx:
        await tx.execute(update(Hall).values(call_text="请{name.__class__}到{window}"))
    assert await counter.calls_go_on() == "请A 零 零 一号到三号窗口办理"


async def test_a_video_that_is_too_large(counter: Counter) -> None:
    assert await counter.told("POST", "/halls/small/media", 413, mp4(2_000_000)) == {
        "zh_CN": "文件超过 2 MB，请压缩后再上传",
        "en": "The file is larger than 2 MB; please compress it first",
    }
    assert await counter.calls_go_on()


async def test_a_broken_picture(counter: Counter) -> None:
    assert await counter.told("POST", "/halls/small/media", 400, noise((99, 99))[:-999]) == {
        "zh_CN": "图片已损坏或过大，无法打开，请换一张",
        "en": "The picture is damaged or too large to open; please choose another one",
    }
    assert await counter.calls_go_on()


async def test_a_printer_that_answers_rubbish(counter: Counter) -> None:
    services = counter.house.services
    async with printer() as machine:
        machine.mood = Mood.RUBBISH
        await add_device(services.database, DeviceKind.PRINTER, "small", None, "门口", address=machine.address)
        taken = await counter.chief.post("/halls/small/tickets", json={"channel": "desk", "item": "S-001"})
        assert (await counter.chief.post(f"/tickets/{taken.json()['id']}/print")).status_code == 202
        await services.printing.step()
        await services.printing.idle()
        said = {}
        for language in LANGUAGES:
            shown = (await counter.chief.get("/halls/small/printers", params={"lang": language})).json()["printers"][0]
            assert (shown["well"], shown["waiting"]) == (False, 1)
            said[str(language)] = shown["text"]
        assert said == {
            "zh_CN": "应答异常，该地址可能不是打印机",
            "en": "It answers what no printer would; is the address right?",
        }
        assert machine.begun == 0
    await counter.chief.post(f"/tickets/{taken.json()['id']}/cancel")
    assert await counter.calls_go_on()


async def test_espeak_is_missing(counter: Counter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(counter.house.services.clips, "_engine", Espeak(str(tmp_path / "no-such-engine")))
    monkeypatch.setattr(counter.house.services.clips, "_directory", tmp_path)
    await counter.calls_go_on()
    call = (await counter.chief.get("/halls/small/board")).json()["calls"][0]["id"]
    expected = {
        "zh_CN": "服务器的语音引擎没有装好或出了故障，叫号照常显示",
        "en": "The server's speech engine is missing or out of order; calls are shown as usual",
    }
    assert await counter.told("GET", f"/halls/small/calls/{call}/voice", 503) == expected
    assert await counter.told("GET", "/halls/small/voice-test", 503) == expected
