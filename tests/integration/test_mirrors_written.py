"""Each side reads what the other wrote, whatever the type, on both databases."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mirrored import SAMPLE, Both, both
from paihao.admin.mirror import (
    INTERNAL,
)
from paihao.api.schema import TABLES
from paihao.core.db import Database
from paihao.queue.hall import Kind

EAST, WEST = ZoneInfo("Asia/Shanghai"), timezone(timedelta(hours=-9, minutes=-30))
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
VALUES: dict[str, list[Any]] = {
    "moment": [
        NOON,
        NOON.replace(microsecond=1),
        NOON.replace(microsecond=999_999),
        NOON.astimezone(EAST),
        NOON.replace(microsecond=500).astimezone(WEST),
        datetime(1949, 10, 1, tzinfo=EAST),
        datetime(2399, 12, 31, 23, 59, 59, 999_999, UTC),
    ],
    "naive": [
        datetime(2026, 3, 2, 9, 0),
        datetime(2026, 3, 2, 9, 0, 0, 1),
        datetime(1999, 12, 31, 23, 59, 59, 999_999),
    ],
    "day": [date(2026, 2, 28), date(1949, 10, 1), date(9999, 12, 31)],
    "clock": [time(9), time(9, 0, 0, 1), time.min, time.max],
    "told": [
        {},
        [],
        {"名称": ["甲", None, {"深": [1, -2.5, True, False, ""]}], "空": None},
        ["'\"\\{}%s"],
        [2**53 + 1],
    ],
    "price": [Decimal("0.10"), Decimal("-99.99"), Decimal("12345678.90"), Decimal(0)],
    "figure": [0.1, -2.5, 1e-300, 1.7976931348623157e308, 0.0],
    "large": [2**63 - 1, -(2**63), 0],
    "whole": [2**31 - 1, -(2**31)],
    "small": [2**15 - 1, -(2**15)],
    "kind": [*Kind],
    "words": ["窗口", "", "'; -- {} %s", "𠮷"],
    "yes": [True, False],
    "sealed": [b"", b"\x00\xff'"],
}


@pytest.fixture
async def sides(database: Database) -> AsyncIterator[Both]:
    async with both(database) as made:
        yield made


def test_every_kind_of_column_is_tried() -> None:
    tried = {type(SAMPLE.c[name].type) for name in VALUES}
    assert tried >= {type(column.type) for name in TABLES.keys() - INTERNAL for column in TABLES[name].columns}


@pytest.mark.anyio
@pytest.mark.filterwarnings("ignore:Dialect sqlite")  # it keeps decimals as floats, and SQLAlchemy says so
@pytest.mark.parametrize("column", VALUES)
async def test_what_one_side_writes_the_other_reads(sides: Both, column: str) -> None:
    values = [*VALUES[column], None]
    await sides.write_ours(column, values)
    read, ours = await sides.read_piccolos(column), await sides.stored(column)
    assert read == values
    assert all(isinstance(value, type(same)) for value, same in zip(read, await sides.read_ours(column), strict=True))
    await sides.clear()
    await sides.write_piccolos(column, values)
    assert await sides.read_ours(column) == values
    assert await sides.read_piccolos(column) == values
    if column != "told":  # JSON has blanks or none
        assert await sides.stored(column) == ours


@pytest.mark.anyio
@pytest.mark.parametrize("column", ["moment", "naive", "clock"])
async def test_whoever_wrote_them_moments_are_in_order_and_found(sides: Both, column: str) -> None:
    """On SQLite they are text: 12:00:00 would not be 12:00:00.000000, and come after 12:00:00.000001."""
    values = sorted(VALUES[column])
    await sides.write_ours(column, values[::2])
    await sides.write_piccolos(column, values[1::2])
    ours, shown = SAMPLE.c[column], getattr(sides.shown, column)
    async with sides.database.read() as connection:
        assert list((await connection.execute(sa.select(ours).order_by(ours))).scalars()) == values
    assert [row[column] for row in await sides.shown.select(shown).order_by(shown)] == values
    for value in set(values):
        async with sides.database.read() as connection:
            counted = sa.select(sa.func.count()).where
            assert (await connection.execute(counted(ours == value))).scalar_one() == values.count(value)
            assert (await connection.execute(counted(ours < value))).scalar_one() == values.index(value)
        assert await sides.shown.count().where(shown == value) == values.count(value)
        assert await sides.shown.count().where(shown < value) == values.index(value)


@pytest.mark.anyio
async def test_choices_are_written_as_what_they_say(sides: Both) -> None:
    choices: Any = sides.shown.kind._meta.choices  # type: ignore[attr-defined]
    assert issubclass(choices, Enum)
    await sides.write_piccolos("kind", [choices.COMPLAINT])
    assert await sides.read_ours("kind") == [Kind.COMPLAINT]


SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=8)
TOLD = st.recursive(
    SCALARS | WORDS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4)
)
MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, EAST, WEST]), min_value=datetime(1000, 1, 2))


@pytest.mark.parametrize(
    ("column", "values"), [("moment", MOMENTS), ("told", st.lists(TOLD, max_size=3))], ids=["moment", "told"]
)
def test_whatever_one_side_writes_the_other_reads(
    database_url: str, column: str, values: st.SearchStrategy[Any]
) -> None:
    async def round_trip(sides: Both, wanted: list[Any]) -> None:
        await sides.clear()
        await sides.write_ours(column, wanted)
        await sides.write_piccolos(column, wanted)
        # Of a time that its zone's clocks showed twice, Python holds no moment of another zone for the same.
        same = [one.astimezone(UTC) if isinstance(one, datetime) else one for one in wanted]
        assert await sides.read_ours(column) == same * 2
        assert await sides.read_piccolos(column) == same * 2

    with asyncio.Runner() as runner:
        database = Database(database_url)
        opened = both(database)
        sides = runner.run(opened.__aenter__())

        @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(values, min_size=1, max_size=8))
        def tried(wanted: list[Any]) -> None:
            runner.run(round_trip(sides, wanted))

        try:
            tried()
        finally:
            runner.run(opened.__aexit__(None, None, None))
            runner.run(database.close())


ALONE = """
import asyncio, sqlite3, sys
import sqlalchemy as sa
from datetime import UTC, date, datetime, time
from decimal import Decimal
from paihao.core.db import Database
from paihao.core.types import Moment

ROW = {"a": datetime(2026, 3, 2, 12, tzinfo=UTC), "b": datetime(2026, 3, 2, 12), "c": datetime(2026, 3, 2, 12),
    "d": date(2026, 3, 2), "e": time(9), "f": [1, None], "g": 0.5, "h": True, "i": b"\\0"}
KINDS = [Moment, sa.TIMESTAMP, sa.DateTime, sa.Date, sa.Time, sa.JSON, sa.Double, sa.Boolean, sa.LargeBinary]
TABLE = sa.Table("t", sa.MetaData(), *(sa.Column(name, kind) for name, kind in zip(ROW, KINDS)))

async def write(database):
    async with database.write() as tx:
        await tx.execute(sa.insert(TABLE), ROW)

async def main():
    database = Database(f"sqlite:///{sys.argv[1]}")
    async with database.write() as tx:
        await tx.run_sync(TABLE.metadata.create_all)
    assert not any(name.startswith("piccolo") for name in sys.modules)
    await write(database)
    from paihao.admin.engine import engine_of
    engine_of(database)
    await write(database)
    await database.close()
    rows = sqlite3.connect(sys.argv[1]).execute("SELECT * FROM t").fetchall()
    assert len(rows) == 2 and rows[0] == rows[1], rows

asyncio.run(main())
"""


def test_what_we_write_to_sqlite_is_the_same_with_piccolo_beside_us(tmp_path: Path) -> None:
    """Piccolo registers adapters for the whole process; ours never get so far as to need one."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ALONE, str(tmp_path / "alone.db")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
