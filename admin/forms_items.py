"""The form for the next version of an item (R28)."""

from enum import StrEnum
from functools import cache
from typing import Any, Final

from pydantic import Field

from ..core.bus import What
from ..core.clock import now
from ..core.i18n import N_, Language, translate
from ..queue import items
from ..queue.hall import VERSIONED, CaseKind
from ..queue.hallcells import CellError
from ..queue.itemrules import ItemFault, said, typed
from .asking import (
    TEXT_AREA,
    Ask,
    Form,
    Group,
    Named,
    Needed,
    Word,
    among_these,
    called,
    chosen,
    listed,
    names,
    pair,
    spoken,
)
from .house import House, Officer

CLEARED: Final = "-"
"""Written for a text that is to be empty; nothing written leaves it as it is."""

KINDS: Final = {
    CaseKind.IMMEDIATE: N_("即办件"),
    CaseKind.PROMISED: N_("承诺件"),
    CaseKind.REPORTED: N_("上报件"),
    CaseKind.FORWARDED: N_("转办件"),
    CaseKind.JOINT: N_("联办件"),
}


class YesNo(StrEnum):
    YES = "yes"
    NO = "no"


YES_NO: Final = {YesNo.YES: N_("是"), YesNo.NO: N_("否")}


class RevisedItem(Ask):
    code: Needed = Field(title=N_("事项编码"), json_schema_extra=names(Named.ITEM))
    note: Needed = Field(title=N_("修订原因"))
    name: Word = Field("", title=N_("事项名称（各项空着即不变）"))
    case_kind: Word = Field("", title=N_("办件类型"), json_schema_extra=among_these(KINDS))
    statutory_days: Word = Field("", title=N_("法定时限（工作日）"))
    promised_days: Word = Field("", title=N_("承诺时限（工作日）"))
    fee_yuan: Word = Field("", title=N_("收费（元）"))
    materials: Word = Field("", title=N_("申请材料（用分号隔开；- 表示不需要）"), json_schema_extra=TEXT_AREA)
    basis: Word = Field("", title=N_("设定依据（- 表示清空）"), json_schema_extra=TEXT_AREA)
    conditions: Word = Field("", title=N_("受理条件（- 表示清空）"), json_schema_extra=TEXT_AREA)
    procedure: Word = Field("", title=N_("办理流程（- 表示清空）"), json_schema_extra=TEXT_AREA)
    steps: Word = Field(
        "", title=N_("各环节（“环节:工作日:责任岗位”，用分号隔开；- 表示清空）"), json_schema_extra=TEXT_AREA
    )
    form_only: Word = Field("", title=N_("只审查形式要件"), json_schema_extra=among_these(YES_NO))
    complex: Word = Field("", title=N_("复杂事项"), json_schema_extra=among_these(YES_NO))


async def revise(house: House, officer: Officer, asked: RevisedItem) -> str:
    hall, moment, language = await house.hall_for(officer, asked.hall), now(), officer.language
    values = _values(asked, language)
    async with house.moving(hall.id, What.HALL) as tx:
        done = await items.revise(tx, hall.id, asked.code, values, asked.note, officer.actor, moment)
        before = {change.column: change.before for change in done.changes}
        after = {change.column: change.after for change in done.changes}
        about: dict[str, Any] = {"hall_id": hall.id, "before": before, "after": after, "note": asked.note}
        await house.noted(tx, officer, moment, "item_version", "item", done.item_id, **about)
    told = N_("{code} 已是第{version}版，未办结的办件仍按受理时的版本")
    first = translate(language, told, code=asked.code, version=done.version)
    return listed([first, *(_change(change, language) for change in done.changes)], language)


def _values(asked: RevisedItem, language: Language) -> dict[str, Any]:
    """What is to be changed, as typed values. Raises ItemRefused with every field that cannot be read, Invalid."""
    values: dict[str, Any] = {}
    faults = []
    for name in VERSIONED:
        text = getattr(asked, name)
        if not text:
            continue
        if name == "case_kind":
            values[name] = chosen(text, KINDS, language)
            continue
        if name in ("form_only", "complex"):
            values[name] = chosen(text, YES_NO, language) is YesNo.YES
            continue
        try:
            values[name] = typed(name, "" if text == CLEARED else text.replace("；", ";"))
        except CellError as error:
            faults.append(ItemFault(name, error.reason, error.params))
    if faults:
        raise items.ItemRefused(faults)
    return values


_spoken = cache(spoken)


def _change(change: items.Change, language: Language) -> str:
    before, after = (_shown(change.column, value, language) for value in (change.before, change.after))
    return pair(called(_spoken(RevisedItem, language), change.column), f"{before} → {after}", language)


def _shown(column: str, value: Any, language: Language) -> str:
    if column == "case_kind":
        return translate(language, KINDS[CaseKind(value)])
    if isinstance(value, bool):
        return translate(language, YES_NO[YesNo.YES if value else YesNo.NO])
    return said(column, value) or "—"


FORMS: Final = (
    Form(
        "revise-item",
        N_("修订事项"),
        N_("一次改好时限、材料、条件、环节等，产生新的版本并立即公布；空着的各项不变。"),
        Group.HALL,
        RevisedItem,
        revise,
    ),
)
