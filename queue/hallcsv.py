"""A sheet as a CSV file. Pure.

A file is UTF-8 without BOM. Each row is one line of the file (no field may hold a line break), so a broken row never
hides the ones after it.
"""

import csv
import io

from ..core.i18n import N_
from .hallcells import CellError
from .hallsheets import Grid, Line, Note, Page

BOM = b"\xef\xbb\xbf"


def grid(data: bytes) -> Grid:
    """A file's content as it was written; never raises for what it says."""
    notes: list[Note] = []
    if data.startswith(BOM):
        notes.append(Note(1, CellError(N_("文件开头有 BOM，请另存为不带 BOM 的 UTF-8"))))
        data = data.removeprefix(BOM)
    if not data.strip():
        return Grid((), [*notes, Note(0, CellError(N_("文件是空的")))])
    lines = data.removesuffix(b"\n").split(b"\n")
    return Grid([Line(number, _fields(raw)) for number, raw in enumerate(lines, 1)], notes)


def _fields(raw: bytes) -> list[str] | CellError:
    try:
        return next(csv.reader([raw.removesuffix(b"\r").decode()], strict=True))
    except UnicodeDecodeError:
        return CellError(N_("不是有效的 UTF-8 文字"))
    except csv.Error:
        return CellError(N_("引号或换行的用法有误"))


def content(page: Page) -> bytes:
    """The file for a page."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.name for column in page.columns)
    writer.writerows(page.rows)
    return out.getvalue().encode()
