"""A hall's CSV files in one ZIP, for the way through a browser; and what any archive from outside must be. Pure."""

import re
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ..core.i18n import N_
from . import hallcsv
from .hallcells import short
from .hallfiles import NAMES, BrokenFiles, Fault, HallFiles, assemble, pages

LARGEST: Final = 16 * 1024 * 1024
"""Bytes of everything in an archive, unpacked; the sample hall's are a twentieth of it."""
MOST: Final = 200
"""Things in an archive."""
NAMELESS: Final = Fault("hall.csv", 0, "", N_("没有写明是哪个大厅"))
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)
"""Of every file: the same hall gives the same archive."""


def unpack(data: bytes, name: str) -> list[tuple[str, bytes]]:
    """Everything in an archive by its path, in order. Raises BrokenFiles, for the file ``name``, if it is unsafe.

    Nothing is unpacked beyond what the archive's directory says, whatever comes of it, and that is within `LARGEST`.
    """
    try:
        with ZipFile(BytesIO(data)) as archive:
            parts = [part for part in archive.infolist() if not part.is_dir()]
            if reason := _unsafe(parts):
                raise BrokenFiles([Fault(name, 0, "", reason, {"count": MOST, "mb": LARGEST // 2**20})])
            return [(part.filename, _content(archive, part)) for part in parts]
    # NotImplementedError is what zipfile says of a way to compress that it does not know.
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
        raise BrokenFiles([Fault(name, 0, "", N_("压缩包已损坏"))]) from None


def _content(archive: ZipFile, part: ZipInfo) -> bytes:
    with archive.open(part) as file:
        return file.read(part.file_size)  # ZipFile.read would unpack all there is before it looks at the size


def _unsafe(parts: list[ZipInfo]) -> str:
    if any(part.flag_bits & 1 for part in parts):
        return N_("文件有密码，请去掉密码后再上传")
    if any(part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for part in parts):
        return N_("压缩方式不常用，请用系统自带的压缩功能重新压缩")  # others unpack without a bound
    if len(parts) > MOST:
        return N_("里面的文件超过 {count} 个")
    return N_("解压后超过 {mb} MB") if sum(part.file_size for part in parts) > LARGEST else ""


def read_zip(data: bytes, name: str = "hall.zip") -> HallFiles:
    """The hall of the CSV files in an archive, at its top or in one folder; what else lies there is left alone.

    Raises BrokenFiles with every fault of every file.
    """
    if not data.startswith(b"PK"):
        raise BrokenFiles([Fault(name, 0, "", N_("不是 ZIP 压缩包"))])
    found: dict[str, bytes] = {}
    faults: list[Fault] = []
    for path, content in unpack(data, name):
        *folders, file = re.split(r"[/\\]", path)
        if not file.lower().endswith(".csv") or "__MACOSX" in folders:
            continue
        if file not in NAMES:
            faults.append(Fault(short(file), 0, "", N_("不认识这个文件")))
        elif file in found:
            faults.append(Fault(file, 0, "", N_("压缩包里有两个同名的文件")))
        found[file] = content
    if not found:
        raise BrokenFiles([Fault(name, 0, "", N_("压缩包里没有 CSV 文件"))])
    return assemble({file: hallcsv.grid(content) for file, content in found.items()}, NAMELESS, faults)


def write_zip(files: HallFiles) -> bytes:
    """The hall's CSV files but arrivals.csv, which `read_zip` gives back; the same bytes for the same hall."""
    return pack({name: hallcsv.content(page) for name, page in pages(files).items()})


def pack(contents: Mapping[str, bytes]) -> bytes:
    """An archive of these files."""
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, content in contents.items():
            archive.writestr(ZipInfo(name, _MOMENT), content, ZIP_DEFLATED)
    return out.getvalue()
