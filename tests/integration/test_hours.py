"""What the public is told of a hall's hours: today as it really is, and why it is closed (R37-R39)."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import msgspec
import pytest
from house import House, small_hall
from paihao.core.bus import Moved, What
from paihao.queue import hallstore
from paihao.queue.hallrows import ExceptionRow, HallFiles, HoursRow

pytestmark = pytest.mark.anyio

SATURDAYS = HoursRow(6, time(9), time(12))
FILES = msgspec.structs.replace(
    small_hall(),
    hours=(*small_hall().hours, SATURDAYS),
    exceptions=(
        ExceptionRow(date(2026, 11, 24), "", (), "停电检修", "Power cut"),
        ExceptionRow(date(2026, 11, 25), "", (time(9), time(10)), "系统升级"),
        ExceptionRow(date(2026, 11, 26), "A", (), "停电检修"),
    ),
)


async def change(house: House, files: HallFiles) -> None:
    async with house.services.database.write() as tx:
        hall = await hallstore.save(tx, files)
    house.services.bus.publish(Moved(hall, What.HALL))


@pytest.mark.parametrize(
    ("day", "why", "opening", "words"),
    [
        ("2026-10-01", "holiday", "2026-10-08T08:30", "国庆节放假"),
        ("2026-10-10", "make_up", "2026-10-10T14:00", "08:30–12:00  14:00–17:30 （调休上班）"),
        ("2026-11-21", "week", "2026-11-23T08:30", "09:00–12:00"),
        ("2026-11-22", "week", "2026-11-23T08:30", "今天不办公"),
        ("2026-11-24", "exception", "2026-11-25T09:00", "今天不办公：停电检修"),
        ("2026-11-25", "exception", "2026-11-26T08:30", "09:00–10:00 （系统升级）"),
        ("2026-11-26", "week", "2026-11-26T14:00", "08:30–12:00  14:00–17:30"),
    ],
)
async def test_today_and_why(
    house: House, monkeypatch: pytest.MonkeyPatch, day: str, why: str, opening: str, words: str
) -> None:
    """R37, R39."""
    await change(house, FILES)
    noon = datetime.fromisoformat(f"{day}T12:30").replace(tzinfo=ZoneInfo(FILES.hall.timezone))
    for room in ("halls", "pages"):
        monkeypatch.setattr(f"paihao.api.routes.{room}.now", lambda: noon)
    async with house.client() as public:
        hall = (await public.get("/halls/small")).json()
        page = await public.get("http://hall.test/")
        page_en = await public.get("http://hall.test/", headers={"accept-language": "en"})
    assert (hall["today"]["day"], hall["today"]["why"], hall["open"]) == (day, why, False)
    assert hall["next_opening"].startswith(opening)
    assert f"<dd>{words}</dd>" in page.text
    assert ("Power cut" in page_en.text) is (hall["today"]["reason_en"] == "Power cut")


async def test_the_week_of_the_season_is_told(house: House) -> None:
    season = HoursRow(1, time(8), time(13), "", date(2020, 1, 1), date(2090, 1, 1))
    await change(house, msgspec.structs.replace(FILES, hours=(SATURDAYS, season, HoursRow(1, time(7), time(8), "A"))))
    async with house.client() as public:
        hall = (await public.get("/halls/small")).json()
    assert hall["hours"] == [{"weekday": 1, "opens": "08:00", "closes": "13:00"}]
