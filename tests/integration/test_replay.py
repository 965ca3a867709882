"""A whole day through the public interface, against a real server: it ends well and its check finds nothing."""

import shutil
from pathlib import Path

import pytest
from conftest import SMALL, serving


@pytest.fixture
def hall(tmp_path: Path) -> Path:
    """The small hall with an hour of arrivals."""
    hall = tmp_path / "hall"
    shutil.copytree(SMALL, hall)
    (hall / "arrivals.csv").write_text("weekday,start,end,share,visitors\n1,08:30,09:00,0.6,36\n1,09:00,09:30,0.4,24\n")
    return hall


def test_a_day_ends_well(database_url: str, tmp_path: Path, hall: Path) -> None:
    with serving(database_url, tmp_path, hall) as server:
        for _ in range(2):  # the second day finds what the first one left
            report = server.command("replay", str(hall), "--url", server.base, "--visitors", "60")
            assert "通过" in report.splitlines()[-1]
