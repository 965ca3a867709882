"""A whole day through the public interface, against a real server: it ends well and its check finds nothing."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import SMALL, serving
from house import ZONE
from server import at_noon

BEGINS = timedelta(seconds=40)
"""At the first full minute after this the first slot begins: by then the server is up and everybody has booked."""


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    """The small hall with an hour of arrivals."""
    hall = at_noon(SMALL, tmp_path / "hall")
    (hall / "arrivals.csv").write_text("weekday,start,end,share,visitors\n1,08:30,09:00,0.6,36\n1,09:00,09:30,0.4,24\n")
    return hall


@pytest.fixture
def open_soon(hall: Path) -> Path:
    """The hall opens in a minute."""
    opens = datetime.now(ZoneInfo(ZONE)) + BEGINS + timedelta(minutes=1)
    (hall / "exceptions.csv").write_text(
        f"day,spell,reason\n{opens:%Y-%m-%d},{opens:%H:%M}-23:00,试演\n", encoding="utf-8"
    )
    return hall


def test_a_day_ends_well(database_url: str, tmp_path: Path, hall: Path) -> None:
    with serving(database_url, tmp_path, hall) as server:
        for days in ("0", "30"):  # the second day finds what the first one left
            command = ("replay", str(hall), "--url", server.base, "--visitors", "60", "--booked", "0")
            report = server.command(*command, "--days", days)
            assert "通过" in report.splitlines()[-1]


def test_a_day_with_bookings_ends_well(
    database_url: str, tmp_path: Path, open_soon: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAIHAO_SWEEP_SECONDS", "1")
    with serving(database_url, tmp_path, open_soon) as server:
        command = ("replay", str(open_soon), "--url", server.base, "--visitors", "300", "--grace", "0")
        report = server.command(*command).splitlines()
        assert "通过" in report[-1], report
        rows = [line.split() for line in report]
        figures = {row[0]: int(row[-1]) for row in rows if len(row) == 5 and row[-1].isdigit()}
        came = figures["提前签到"] + figures["宽限内签到"] + figures["迟到签到"]
        assert figures["约到"] + figures["没有约到"] == 90
        assert came + figures["爽约"] + figures["已取消"] + figures["以后的预约"] == figures["约到"]
        assert came > 60
        assert all(figures[name] for name in ("爽约", "已取消", "其中改期", "进入候补"))
