"""``paihao hall import`` and ``export``: directories, workbooks and archives on both databases, tried before done."""

import asyncio
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest
from click.testing import CliRunner, Result
from diary import open_diary
from house import SAMPLE, SMALL
from paihao.api.cli import main
from paihao.booking.tables import Slot
from paihao.core.clock import local, now
from paihao.core.db import Base, Database
from paihao.core.i18n import LANGUAGES, translate
from sqlalchemy import select
from workbooks import BROKEN, broken_all_over, cells, edited, fill


class Command:
    """The command line over one database."""

    def __init__(self, url: str, directory: Path) -> None:
        self._url, self.directory = url, directory

    def run(self, *arguments: str | Path, language: str = "zh_CN") -> Result:
        env = {"PAIHAO_DATABASE_URL": self._url, "LANG": f"{language}.UTF-8"}
        return CliRunner().invoke(main, ["hall", *map(str, arguments)], env=env)

    def good(self, *arguments: str | Path, language: str = "zh_CN") -> str:
        result = self.run(*arguments, language=language)
        assert result.exit_code == 0, result.output
        return result.output

    def everything(self) -> dict[str, list[str]]:
        """Every row of every table."""

        async def look() -> dict[str, list[str]]:
            database = Database(self._url)
            try:
                async with database.read() as connection:
                    return {
                        name: sorted(map(repr, await connection.execute(select(table))))
                        for name, table in Base.metadata.tables.items()
                    }
            finally:
                await database.close()

        return asyncio.run(look())

    def book(self, edit: Any, name: str = "edited.xlsx") -> Path:
        """The hall's workbook after somebody edited it."""
        self.good("export", self.directory / "hall.xlsx")
        path = self.directory / name
        path.write_bytes(edited((self.directory / "hall.xlsx").read_bytes(), edit))
        return path


@pytest.fixture
def command(database_url: str, tmp_path: Path) -> Command:
    made = Command(database_url, tmp_path)
    made.good("import", SMALL)
    return made


def test_out_and_in_as_directory_workbook_and_archive(database_url: str, tmp_path: Path) -> None:
    command = Command(database_url, tmp_path)
    assert command.good("import", SAMPLE) == "已导入龙泉驿区政务服务中心：151个窗口，43条队列，628个事项\n"
    book, archive, directory = tmp_path / "a.xlsx", tmp_path / "a.zip", tmp_path / "out"
    for target in (book, archive, directory):
        command.good("export", target)
    before = command.everything()
    for source in (book, archive, directory):
        assert command.good("import", source, "--dry-run") == "没有变更\n"
    assert command.everything() == before
    for path in directory.iterdir():
        assert path.read_bytes() == (SAMPLE / path.name).read_bytes()
    command.good("import", book)
    command.good("export", tmp_path / "b.xlsx")
    assert cells((tmp_path / "b.xlsx").read_bytes()) == cells(book.read_bytes())


def test_a_dry_run_says_what_the_import_does(command: Command) -> None:
    path = command.book(fill(windows_C4="社保综合窗口", hall_B2="新名"))
    before = command.everything()
    told = command.good("import", path, "--dry-run").splitlines()
    assert told == [
        "共 2 处变更：修改 2",
        "大厅 1 处：修改 1",
        "  * 小城政务服务大厅：名称 “小城政务服务大厅” → “新名”",
        "窗口 1 处：修改 1",
        "  * 3 社保1号窗口：名称 “社保1号窗口” → “社保综合窗口”",
    ]
    assert command.good("import", path, "--dry-run", language="en").startswith("2 changes: 2 changed\n")
    assert command.everything() == before
    assert command.good("import", path) == "已导入新名：6个窗口，5条队列，4个事项\n"
    after = command.everything()
    assert {name for name, rows in after.items() if rows != before[name]} == {"hall", "window", "journal", "audit"}
    assert command.good("import", path, "--dry-run") == "没有变更\n"


def test_broken_workbooks_are_told_whole_and_change_nothing(command: Command) -> None:
    """Sixteen kinds of them, tried and imported."""
    before = command.everything()
    for case, (edit, expected) in BROKEN.items():
        path = command.book(edit)
        for more in ((), ("--dry-run",)):
            result = command.run("import", path, *more)
            assert result.exit_code == 1, case
            *told, last = result.output.splitlines()
            assert told == [f"{place}  {reason}" for place, reason in expected], case
            assert last == f"Error: 共{len(expected)}处错误，未导入任何内容"
    assert command.everything() == before


def test_a_workbook_broken_all_over_in_both_languages(command: Command) -> None:
    path = command.book(broken_all_over)
    before = command.everything()
    told = {language: command.run("import", path, language=language).output.splitlines() for language in LANGUAGES}
    assert len(told["zh_CN"]) == len(told["en"]) == 12
    for chinese, english in zip(told["zh_CN"][:-1], told["en"][:-1], strict=True):
        assert chinese.split("  ")[0] == english.split("  ")[0]
        assert chinese != english
    assert (
        "windows!C4 [name]  " + translate("en", "Excel 把内容变成了日期或时间，请把单元格设为文本后重新填写")
        in told["en"]
    )
    assert command.everything() == before


def test_what_no_hall_can_be_in(command: Command) -> None:
    before = command.everything()
    for name, content, told in (
        ("a.txt", b"x", "Error: 大厅可以是一个目录、.xlsx 文件或 .zip 文件"),
        ("a.xlsx", b"x", "a.xlsx  不是 Excel 工作簿（.xlsx）"),
        ("a.zip", b"x", "a.zip  不是 ZIP 压缩包"),
    ):
        path = command.directory / name
        path.write_bytes(content)
        result = command.run("import", path)
        assert result.exit_code == 1
        assert result.output.splitlines()[0] == told
    assert command.everything() == before


def evenings(book: Any) -> None:
    """Hours outside of all that there were."""
    sheet = book["hours"]
    sheet.delete_rows(2, sheet.max_row)
    for weekday in range(1, 8):
        sheet.append([weekday, "19:00", "21:00"])


@pytest.mark.anyio
async def test_slots_follow_and_who_has_no_place_any_more_is_told_of(database_url: str, tmp_path: Path) -> None:
    """R38: also by command there is no moment at which people book what the hall has taken back."""
    command = Command(database_url, tmp_path)
    async with open_diary(database_url) as diary:
        booked = await diary.book()
        told = await anyio.to_thread.run_sync(lambda: command.good("import", command.book(evenings)))
        assert told.splitlines()[1:] == ["1个预约不在新的时间里，请联系改期", booked["code"]]
        hall = await diary.house.services.halls.get("small")
        async with diary.house.services.database.read() as connection:
            offered = select(Slot.starts_at).where(Slot.hall_id == hall.id, Slot.starts_at > now(), ~Slot.closed)
            hours = {local(moment, hall.timezone).hour for moment in (await connection.execute(offered)).scalars()}
        assert hours == {19, 20}
