"""The form that gives a hall as one file; the way in is a page of its own, as a form here takes no files (R28)."""

import asyncio
from io import BytesIO
from typing import Final

from piccolo_admin.endpoints import FileResponse
from pydantic import Field

from ..core.clock import business_day, now
from ..core.i18n import N_
from ..queue import hallexchange, hallread
from ..queue.hallexchange import Kind
from .asking import Ask, Form, Group, Word, among_these, chosen
from .house import House, Officer

KINDS: Final = {Kind.BOOK: N_("工作簿"), Kind.ZIP: N_("CSV 压缩包")}


class ExportedHall(Ask):
    kind: Word = Field(KINDS[Kind.BOOK], title=N_("文件格式"), json_schema_extra=among_these(KINDS))


async def export(house: House, officer: Officer, asked: ExportedHall) -> FileResponse:
    kind = chosen(asked.kind, KINDS, officer.language)
    hall = await house.hall_for(officer, asked.hall)
    async with house.database.write() as tx:  # a transaction: the file shows one moment
        files = await hallread.load(tx, hall.id)
    data = await asyncio.to_thread(hallexchange.written, files, kind, officer.language)
    name = hallexchange.file_name(hall.code, business_day(now(), hall.timezone), kind)
    return FileResponse(BytesIO(data), name, kind.media_type)


FORMS: Final = (
    Form(
        "export-hall",
        N_("导出大厅"),
        N_(
            "把大厅的窗口、队列、事项、办公时间等全部资料存成一个文件。改好后在“导入导出大厅”页面导入，导入前会先列出变更。"
        ),
        Group.HALL,
        ExportedHall,
        export,
        edits=False,
    ),
)
