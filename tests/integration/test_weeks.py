"""A week of hours copied onto lines and seasons (R37, R38), in both databases."""

from collections.abc import Sequence
from datetime import date, time
from typing import Any

import msgspec
import pytest
from house import small_hall
from paihao.core import clock
from paihao.core.calendar import Regular
from paihao.core.db import Database
from paihao.core.errors import Conflict, Invalid, NotFound, Problem
from paihao.core.journal import Journal
from paihao.queue import hallread, hallstore, weeks
from paihao.queue.actor import officer
from paihao.queue.hall import Line
from paihao.queue.hallrows import HallFiles, HoursRow
from paihao.queue.weeks import Season, Week
from sqlalchemy import select

pytestmark = pytest.mark.anyio
SUMMER = Season(date(2026, 7, 1), date(2026, 8, 31))
AUTUMN = Season(date(2026, 8, 15), date(2026, 9, 30))
HALL = small_hall()
OWN = (HoursRow(1, time(9), time(10), "A"), HoursRow(1, time(7), time(9), "A", SUMMER.since, SUMMER.until))
FILES = msgspec.structs.replace(HALL, hours=tuple(sorted((*HALL.hours, *OWN))))


@pytest.fixture
async def hall(database: Database) -> int:
    async with database.write() as tx:
        return await hallstore.save(tx, FILES)


async def line(database: Database, prefix: str) -> int:
    async with database.read() as connection:
        return int((await connection.execute(select(Line.id).where(Line.prefix == prefix))).scalar_one())


async def now_is(database: Database, hall: int) -> HallFiles:
    async with database.read() as connection:
        return await hallread.load(connection, hall)


async def copy(database: Database, hall: int, source: Week, *targets: Week) -> Sequence[Regular]:
    async with database.write() as tx:
        return await weeks.copy(tx, hall, source, targets, officer(1), clock.now())


def of(files: HallFiles, prefix: str, season: Season = weeks.ALL_YEAR) -> list[tuple[int, time, time]]:
    since = season.since or date.min
    return [(row.weekday, row.open, row.close) for row in files.hours if (row.line, row.since) == (prefix, since)]


async def test_the_halls_week_onto_several_lines(database: Database, hall: int) -> None:
    """R38: what the lines had is replaced and told, their seasons and everything else stay."""
    a, b = await line(database, "A"), await line(database, "B")
    replaced = await copy(database, hall, Week(), Week(a), Week(b), Week(b))
    assert replaced == [Regular(1, time(9), time(10), a)]
    files = await now_is(database, hall)
    week = of(FILES, "")
    assert (of(files, "A"), of(files, "B"), of(files, ""), of(files, "Z")) == (week, week, week, [])
    assert of(files, "A", SUMMER) == of(FILES, "A", SUMMER)
    async with database.read() as connection:
        rows = await connection.execute(
            select(Journal.actor, Journal.data).where(Journal.action == "week_copy").order_by(Journal.id)
        )
        said = [(actor, data["source"], data["line"]) for actor, data in rows]
    assert said == [("staff:1", None, "A"), ("staff:1", None, "B")]
    again = await copy(database, hall, Week(), Week(a))
    assert len(again) == len(week)
    assert await now_is(database, hall) == files


async def test_a_week_as_a_season_and_back(database: Database, hall: int) -> None:
    """R37, R38: the hall's summer from its year's week; a line's summer as its week of all the year."""
    a = await line(database, "A")
    assert await copy(database, hall, Week(), Week(None, SUMMER)) == []
    assert await copy(database, hall, Week(a, SUMMER), Week(a)) == [Regular(1, time(9), time(10), a)]
    files = await now_is(database, hall)
    assert of(files, "", SUMMER) == of(FILES, "")
    assert of(files, "A") == of(FILES, "A", SUMMER) == [(1, time(7), time(9))]
    assert (await copy(database, hall, Week(a), Week(None, SUMMER)))[0] == Regular(
        1, time(8, 30), time(12), None, *SUMMER
    )
    assert of(await now_is(database, hall), "", SUMMER) == [(1, time(7), time(9))]


async def test_what_cannot_be_copied_changes_nothing(database: Database, hall: int) -> None:
    a, b, z = [await line(database, prefix) for prefix in "ABZ"]
    async with database.write() as tx:
        other = await hallstore.save(tx, small_hall("other"))
    async with database.read() as connection:
        foreign = (await connection.execute(select(Line.id).where(Line.hall_id == other))).scalars().first() or 0
    wrong: list[tuple[Week, Week, type[Problem], str]] = [
        (Week(), Week(), Invalid, "same_week"),
        (Week(a, SUMMER), Week(a, SUMMER), Invalid, "same_week"),
        (Week(), Week(a, Season(date(2026, 7, 1), None)), Invalid, "half_season"),
        (Week(), Week(a, Season(SUMMER.until, SUMMER.since)), Invalid, "season_backwards"),
        (Week(b), Week(a), NotFound, "no_week"),
        (Week(a, AUTUMN), Week(b), NotFound, "no_week"),
        (Week(foreign), Week(a), NotFound, "unknown_line"),
        (Week(), Week(foreign), NotFound, "unknown_line"),
        (Week(), Week(999), NotFound, "unknown_line"),
        (Week(a, SUMMER), Week(a, AUTUMN), Conflict, "season_overlaps"),
    ]
    before: Any = await now_is(database, hall), await now_is(database, other)
    for source, target, kind, code in wrong:
        with pytest.raises(kind) as refused:
            await copy(database, hall, source, Week(z), target)
        assert refused.value.code == code, (source, target)
    assert (await now_is(database, hall), await now_is(database, other)) == before


async def test_seasons_that_never_meet_may_share_dates(database: Database, hall: int) -> None:
    """R38: as in the files, only spells of one weekday that overlap in time stand in each other's way."""
    a = await line(database, "A")
    await copy(database, hall, Week(a), Week(a, AUTUMN))  # 9 to 10 beside the summer's 7 to 9
    assert of(await now_is(database, hall), "A", AUTUMN) == [(1, time(9), time(10))]
