"""The hall files that say when the hall is open: lines' own hours, seasons, exceptions, working days (R37-R39)."""

from collections.abc import Mapping
from datetime import date, time
from pathlib import Path

import pytest
from paihao.queue.hallfiles import read, write
from paihao.queue.hallrows import ExceptionRow, HoursRow, WorkingDayRow
from paihao.queue.hallsheets import BrokenFiles

SMALL = Path(__file__).parents[1] / "data" / "small"

HOURS = "weekday,open,close,line,since,until\n"
GOOD = {
    "hours.csv": f"{HOURS}1,08:30,12:00,,,\n1,14:00,17:30,,,\n1,08:00,13:00,,2026-07-01,2026-08-31\n"
    "1,08:30,10:00,,2026-09-01,2026-09-01\n1,10:00,16:00,A,,\n1,09:00,15:00,A,2026-07-01,2026-08-31\n",
    "exceptions.csv": "day,line,spell,reason,reason_en\n2026-10-08,,09:00-11:00,系统升级,System upgrade\n"
    "2026-10-08,,14:00-16:00,系统升级,System upgrade\n2026-10-08,A,,设备检修,\n2026-10-09,,,停电,\n",
    "working_days.csv": "day,working,name\n2027-10-01,no,国庆节\n2027-10-09,yes,国庆节调休\n",
}


def lay(directory: Path, changes: Mapping[str, str]) -> Path:
    """The small hall with other files."""
    directory.mkdir()
    for path in SMALL.glob("*.csv"):
        (directory / path.name).write_bytes(path.read_bytes())
    for name, content in changes.items():
        (directory / name).write_text(content, encoding="utf-8")
    return directory


def test_they_are_read_and_come_back_the_same(tmp_path: Path) -> None:
    header, row = (SMALL / "hall.csv").read_text("utf-8").splitlines()
    hall = {"hall.csv": f"{header},open_on_holidays\n{row},yes\n"}
    files = read(lay(tmp_path / "in", GOOD | hall))
    assert files.hall.open_on_holidays
    summer = date(2026, 7, 1), date(2026, 8, 31)
    assert files.hours[0] == HoursRow(1, time(8), time(13), "", *summer)
    assert files.hours[-2:] == (HoursRow(1, time(10), time(16), "A"), HoursRow(1, time(14), time(17, 30)))
    assert (files.hours[0].season, files.hours[-1].season) == (summer, (None, None))
    upgrade, upgraded = "系统升级", "System upgrade"
    assert files.exceptions == (
        ExceptionRow(date(2026, 10, 8), "", (time(9), time(11)), upgrade, upgraded),
        ExceptionRow(date(2026, 10, 8), "", (time(14), time(16)), upgrade, upgraded),
        ExceptionRow(date(2026, 10, 8), "A", (), "设备检修"),
        ExceptionRow(date(2026, 10, 9), "", (), "停电"),
    )
    assert files.working_days[0] == WorkingDayRow(date(2027, 10, 1), working=False, name="国庆节")
    write(files, tmp_path / "out")
    assert read(tmp_path / "out") == files
    assert (tmp_path / "out" / "exceptions.csv").read_text("utf-8") == GOOD["exceptions.csv"]
    assert (tmp_path / "out" / "working_days.csv").read_text("utf-8") == GOOD["working_days.csv"]


def test_without_them_the_week_holds(tmp_path: Path) -> None:
    files = read(lay(tmp_path / "in", {}))
    assert (files.exceptions, files.working_days, files.hall.open_on_holidays) == ((), (), False)
    write(files, tmp_path / "out")
    assert (tmp_path / "out" / "hours.csv").read_bytes() == (SMALL / "hours.csv").read_bytes()
    assert (tmp_path / "out" / "exceptions.csv").read_text("utf-8") == "day,spell,reason\n"


BROKEN: dict[str, tuple[str, str, list[tuple[int, str, str]]]] = {
    "dates": (
        "hours.csv",
        f"{HOURS}1,08:30,12:00,,2026-7-1,2026-08-31\n1,08:30,12:00,,2026-06-31,１２\n1,08:30,12:00,,0001-01-01,\n",
        [
            (2, "since", "“2026-7-1”不是 2026-10-01 这样的日期"),
            (3, "since", "“2026-06-31”不是 2026-10-01 这样的日期"),
            (3, "until", "“１２”不是 2026-10-01 这样的日期"),
            (4, "since", "“0001-01-01”不是 2026-10-01 这样的日期"),
        ],
    ),
    "half a season": (
        "hours.csv",
        f"{HOURS}1,08:30,12:00,,2026-07-01,\n2,08:30,12:00,,,2026-07-01\n3,08:30,12:00,,2026-07-02,2026-07-01\n",
        [
            (2, "until", "起止日期要么都填，要么都不填"),
            (3, "until", "起止日期要么都填，要么都不填"),
            (4, "until", "结束日期不能早于开始日期"),
        ],
    ),
    "lines": (
        "hours.csv",
        f"{HOURS}1,08:30,12:00,QQ,,\n1,08:30,12:00,a,,\n",
        [(2, "line", "lines.csv 中没有“QQ”"), (3, "line", "“a”不是队列前缀（1 到 4 个大写字母）")],
    ),
    "spells overlap within one week only": (
        "hours.csv",
        f"{HOURS}1,08:30,12:00,,,\n1,11:00,13:00,A,,\n1,12:59,14:00,A,,\n"
        "1,11:00,13:00,,2026-07-01,2026-07-31\n1,12:00,13:00,,2026-08-01,2026-08-31\n1,12:30,14:00,,2026-07-31,2026-07-31\n",
        [(4, "open", "与第 3 行的时段重叠"), (7, "open", "与第 5 行的时段重叠")],
    ),
    "exceptions": (
        "exceptions.csv",
        "day,spell,reason,line\n2026-10-08,09:00-11:00,升级,\n2026-10-08,10:59-12:00,升级,\n2026-10-08,,停电,\n"
        "2026-10-08,,检修,A\n2026-10-08,,检修,A\n2026-10-09,12:00-09:00,升级,\n,9:00-10:00,,QQ\n",
        [
            (3, "spell", "与第 2 行的时段重叠"),
            (4, "spell", "与第 2 行的时段重叠"),
            (6, "spell", "与第 5 行的时段重叠"),
            (7, "spell", "结束时间必须晚于开始时间"),
            (8, "day", "不能为空"),
            (8, "spell", "“9:00”不是 08:30 这样的时间"),
            (8, "reason", "不能为空"),
            (8, "line", "lines.csv 中没有“QQ”"),
        ],
    ),
    "working days": (
        "working_days.csv",
        f"day,working,name\n2027-10-01,no,国庆节\n2027-10-01,yes,\n2027-13-01,是,{'节' * 41}\n",
        [
            (3, "name", "不能为空"),
            (3, "day", "与 working_days.csv 第 2 行重复"),
            (4, "day", "“2027-13-01”不是 2026-10-01 这样的日期"),
            (4, "working", "“是”不在可选值之内：yes、no"),
            (4, "name", "超过 40 个字"),
        ],
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_every_fault_is_told_with_its_place(case: str, tmp_path: Path) -> None:
    file, content, expected = BROKEN[case]
    with pytest.raises(BrokenFiles) as caught:
        read(lay(tmp_path / "in", {file: content}))
    told = [(fault.file, fault.line, fault.column, fault.describe()) for fault in caught.value.faults]
    assert told == [(file, *rest) for rest in expected]
