"""Who of a day's visitors applies for something, and how it goes on: made beforehand, the same for the same seed."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from ...cases.acceptance import COMPLEX_DAYS, ORDINARY_DAYS
from ...queue.hall import CaseKind, Kind
from ...queue.hallrows import HallFiles, ItemRow
from .cards import Cards
from .courses import Application, Matter, Opening, course
from .day import Fate, Visitor
from .people import People

SALT: Final = 5
"""So that applications are no echo of bookings, which are drawn with the same seed."""
EXTRA: Final = "近期免冠照片"
OPENINGS: Final = {Opening.COMPLETE: 15, Opening.NOTICED: 3, Opening.LATER: 2, Opening.REFUSED: 1}
OWN: Final = "own"
KINDS: Final = {OWN: 14, CaseKind.REPORTED: 2, CaseKind.FORWARDED: 2, CaseKind.JOINT: 2}
"""Few items are dealt with so by themselves."""
SHORT: Final = {OWN: 10, CaseKind.REPORTED: 1, CaseKind.FORWARDED: 1}
JOINT_DAYS: Final = 3
"""A joint case has so many working days at least, or there is nothing to share."""


def apply(visitors: Sequence[Visitor], files: HallFiles, share: float, seed: int) -> list[Visitor]:
    """Have this share of those apply who come with an item to a window that is no first desk."""
    cards = Cards(seed + SALT)
    people = People(cards, seed)
    first_desk = {line.prefix for line in files.lines if line.kind is Kind.FIRST_INQUIRY}
    items = {item.code: item for item in files.items if item.line_prefix and item.line_prefix not in first_desk}
    able = [place for place, visitor in enumerate(visitors) if visitor.item in items and _stays(visitor)]
    made = list(visitors)
    for place in sorted(cards.chance.sample(able, round(share * len(able)))):
        application = _application(items[made[place].item or ""], files, cards, people)
        made[place] = msgspec.structs.replace(made[place], application=application)
    return made


def _stays(visitor: Visitor) -> bool:
    """He comes, and is served where his item is."""
    booked = visitor.booking is not None and visitor.booking.fate in (Fate.NEVER, Fate.CANCELS)
    return not booked and visitor.transfer is None and (visitor.returns or not visitor.missed)


def _application(item: ItemRow, files: HallFiles, cards: Cards, people: People) -> Application:
    kind, opening = _kind(item, files, cards), cards.deal(OPENINGS)
    brought, extra = list(item.materials), list[str]()
    if opening in (Opening.NOTICED, Opening.LATER):
        more = EXTRA not in brought and (not brought or cards.chance.random() < 0.5)
        brought, extra = brought[1:], [EXTRA] if more else []
    missing = [name for name in item.materials if name not in brought] + extra
    guide = next((one for one in files.guides if one.code == item.code), None)
    units = [one.code for one in files.departments if one.code != item.department_code]
    steps = len(guide.steps) if guide else 0
    matter = Matter(kind, opening, days(item, kind), missing, steps, units)
    body: dict[str, Any] = {
        "item": item.code,
        "applicant": people.next(),
        "materials": brought,
        "missing": extra,
        "complete": opening is Opening.COMPLETE,
    }
    if kind is not item.case_kind:
        body |= {"kind": kind, "why_kind": "情况复杂，不能当场办结"}
    if opening is Opening.LATER:
        body["why_later"] = "需调取档案核对"
    elif opening is Opening.REFUSED:
        body["refuse"] = "申请事项依法不需要取得行政许可"
    return Application(kind, opening, body, course(matter, cards))


def _kind(item: ItemRow, files: HallFiles, cards: Cards) -> CaseKind:
    """As the item says, or otherwise where it allows that."""
    if item.form_only:
        return CaseKind(item.case_kind)
    wished = cards.deal(KINDS if days(item, CaseKind.PROMISED) >= JOINT_DAYS else SHORT)
    kind = CaseKind(item.case_kind if wished == OWN else wished)
    alone = len(files.departments) < 2 and kind in (CaseKind.FORWARDED, CaseKind.JOINT)
    short = kind is CaseKind.JOINT and days(item, kind) < JOINT_DAYS
    return CaseKind.PROMISED if alone or short else kind


def days(item: ItemRow, kind: CaseKind) -> int:
    """Working days that a window will promise (R26, R31)."""
    if kind is CaseKind.IMMEDIATE:
        return 0
    usual = item.promised_working_days or (COMPLEX_DAYS if item.complex else ORDINARY_DAYS)
    return min(usual, item.statutory_working_days or usual)
