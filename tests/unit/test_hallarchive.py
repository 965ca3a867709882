"""A hall as a ZIP of its CSV files: it comes back the same, and what an archive can do wrong is told."""

import struct
import tracemalloc
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_BZIP2, ZipFile, ZipInfo

import pytest
from house import SAMPLE, SMALL
from paihao.queue.hallarchive import LARGEST, read_zip, write_zip
from paihao.queue.hallfiles import read
from paihao.queue.hallsheets import BrokenFiles

SMALL_FILES = {path.name: path.read_bytes() for path in SMALL.glob("*.csv")}


def zipped(files: Mapping[str, bytes], method: int = 8) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name), content, method)
    return out.getvalue()


def refused(data: bytes) -> list[tuple[str, str]]:
    with pytest.raises(BrokenFiles) as caught:
        read_zip(data)
    return [(fault.place, fault.describe()) for fault in caught.value.faults]


def test_the_sample_comes_back_byte_by_byte() -> None:
    files = read(SAMPLE)
    data = write_zip(files)
    assert read_zip(data) == files
    assert write_zip(read_zip(data)) == data
    with ZipFile(BytesIO(data)) as archive:
        assert set(archive.namelist()) == {path.name for path in SAMPLE.glob("*.csv")} - {"arrivals.csv"}
        for name in archive.namelist():
            assert archive.read(name) == (SAMPLE / name).read_bytes()


def test_a_folder_somebody_compressed() -> None:
    files = {f"大厅/{name}": content for name, content in SMALL_FILES.items()}
    files |= {"大厅/README.md": b"read me", "__MACOSX/大厅/._lines.csv": b"\0", "大厅/.DS_Store": b"\0"}
    assert read_zip(zipped(files)) == read(SMALL)


def test_every_fault_of_every_file() -> None:
    files = SMALL_FILES | {
        "hours.csv": b"weekday,open,close\n8,08:30,12:00\n1,14:00,13:00\n",
        "lines.csv": "prefix,name,zone,kind\nX,,A区1楼,first_inquiry\n".encode(),
        "窗口.csv": b"number\n",
        "old/hall.csv": SMALL_FILES["hall.csv"],
    }
    del files["windows.csv"]
    places = refused(zipped(files))
    for fault in (
        ("hall.csv", "压缩包里有两个同名的文件"),
        ("lines.csv:2 [name]", "不能为空"),
        ("items.csv:2 [line_prefix]", "lines.csv 中没有“A”"),
        ("windows.csv", "缺少这个文件"),
        ("hours.csv:2 [weekday]", "应在 1 到 7 之间"),
        ("hours.csv:3 [close]", "结束时间必须晚于开始时间"),
        ("窗口.csv", "不认识这个文件"),
    ):
        assert fault in places


def test_it_must_say_which_hall() -> None:
    files = {name: content for name, content in SMALL_FILES.items() if name != "hall.csv"}
    assert refused(zipped(files)) == [("hall.csv", "没有写明是哪个大厅")]
    files["hall.csv"] = SMALL_FILES["hall.csv"].split(b"\n")[0]
    assert refused(zipped(files)) == [("hall.csv", "没有写明是哪个大厅")]


def test_what_is_no_archive_for_us() -> None:
    good = zipped(SMALL_FILES)
    sealed = bytearray(good)
    sealed[sealed.index(b"PK\1\2") + 8] |= 1
    for data, reason in (
        (b"code,name\n", "不是 ZIP 压缩包"),
        (good[: len(good) // 2], "压缩包已损坏"),
        (b"PK", "压缩包已损坏"),
        (zipped({"a.txt": b"a"}), "压缩包里没有 CSV 文件"),
        (bytes(sealed), "文件有密码，请去掉密码后再上传"),
        (zipped(SMALL_FILES, ZIP_BZIP2), "压缩方式不常用，请用系统自带的压缩功能重新压缩"),
        (zipped({"hall.csv": b"0" * (LARGEST + 1)}), "解压后超过 16 MB"),
        (zipped({f"{number}.csv": b"" for number in range(201)}), "里面的文件超过 200 个"),
    ):
        assert refused(data) == [("hall.zip", reason)]


def test_a_size_that_is_not_true_unpacks_no_more_than_it_says() -> None:
    """The archive's directory says 10 bytes of a file of 64 MB: they are read, and the checksum tells the lie."""
    data = bytearray(zipped({"hall.csv": b"0" * (64 * 2**20)}))
    for mark, offset in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
        struct.pack_into("<L", data, data.index(mark) + offset, 10)
    tracemalloc.start()
    assert refused(bytes(data)) == [("hall.zip", "压缩包已损坏")]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * 2**20
