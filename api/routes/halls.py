"""Public facts of the halls: hours, lines with their figures, windows, items."""

import unicodedata
from datetime import datetime
from typing import Annotated, Any

from litestar import Router, get
from litestar.params import FromPath, FromQuery, QueryParameter

from ...core.clock import business_day, now
from ...core.errors import Invalid, NotFound
from ...core.i18n import N_
from ...display import picture
from ...queue.facts import HallFacts, ItemFacts, WindowFacts
from ...queue.figures import wait
from ..services import Provided, Services
from . import shown

MOST_ITEMS = 50
FAVOURITES = 10


def offset_of(cursor: str | None) -> int:
    """Lists page by offset; the cursor is opaque to callers. Raises Invalid."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 18):
        raise Invalid(N_("翻页参数无效"), code="invalid_cursor")
    return int(cursor)


@get("/halls", name="halls")
async def halls(services: Provided) -> dict[str, Any]:
    return {"halls": [_brief(hall) for hall in await services.halls.all()]}


@get("/halls/{hall:str}", name="hall")
async def hall(hall: FromPath[str], services: Provided) -> dict[str, Any]:
    """Hours, lines with people waiting and the range of minutes for somebody who comes now, windows, classes.

    ``hours``: the week that holds now. ``today``: what really holds today, and ``why``: the week, a public holiday, a
    make-up day or an exception. ``edition``: of what the hall shows; see `changes`.
    """
    return await overview(await services.halls.get(hall), services, now())


async def overview(facts: HallFacts, services: Services, moment: datetime) -> dict[str, Any]:
    """What the public may know about a hall, for the interface and the front page alike."""
    board = await picture.read(services.database, facts, moment)
    today = business_day(moment, facts.timezone)
    edition = services.editions.of(facts, await services.rulebooks.get(facts.id))
    lines = []
    for line in facts.lines.values():
        waiting = board.lines[line.id].waiting
        case = await services.figures.case(facts, line.id, moment)
        lines.append(
            {
                "prefix": line.prefix,
                "name": line.name,
                "kind": line.kind,
                "zone": facts.zones[line.zone_id].name,
                "waiting": waiting,
                "open": board.lines[line.id].open,
                "wait": shown.wait(wait(facts, line.id, waiting, case)),
            }
        )
    return _brief(facts) | {
        "edition": edition.edition,
        "hours": [
            {"weekday": spell.weekday, **shown.spell(spell)}
            for spell in sorted(facts.hours.week(today), key=lambda spell: (spell.weekday, spell.opens))
        ],
        "today": shown.service_day(today, facts.hours.on(today)),
        "zones": [zone.name for zone in facts.zones.values()],
        "departments": [
            {"code": department.code, "name": department.name, "zone": facts.zones[department.zone_id].name}
            for department in facts.departments.values()
        ],
        "priorities": [
            {"code": p.code, "name": p.name, "name_en": p.name_en, "credit_minutes": p.credit_minutes}
            for p in facts.priorities.values()
        ],
        "lines": lines,
        "windows": [shown.window(window, facts) for window in facts.windows.values()],
    }


def window_of(facts: HallFacts, number: str) -> WindowFacts:
    """A window by what stands above it. Raises NotFound."""
    for window in facts.windows.values():
        if window.number == number:
            return window
    raise NotFound(N_("没有这个窗口"), code="unknown_window")


@get("/halls/{hall:str}/windows/{number:str}/card", name="window_card")
async def window_card(hall: FromPath[str], number: FromPath[str], services: Provided) -> dict[str, Any]:
    """The staff card: who serves here, his post and badge, what the window is for, where to complain (R43)."""
    facts = await services.halls.get(hall)
    return shown.card(window_of(facts, number), facts)


@get("/halls/{hall:str}/items", name="hall_items")
async def hall_items(
    hall: FromPath[str],
    services: Provided,
    q: Annotated[str, QueryParameter(max_length=60)] = "",
    department: Annotated[str | None, QueryParameter(max_length=20)] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_ITEMS)] = MOST_ITEMS,
    window: Annotated[str | None, QueryParameter(max_length=20)] = None,
    cursor: FromQuery[str | None] = None,
) -> dict[str, Any]:
    """Items by words, pinyin initials or code, most asked for first; without words a department's or favourites.

    ``window``: a number; only what is accepted there.
    """
    facts, start = await services.halls.get(hall), offset_of(cursor)
    at = window_of(facts, window) if window is not None else None
    found = [
        item
        for item in facts.items.values()
        if matches(item, facts, q, department) and (at is None or at.accepts(item))
    ]
    if not q and department is None and at is None:
        found = found[:FAVOURITES]
    more = start + limit < len(found)
    return {
        "items": [shown.item(item, facts) for item in found[start : start + limit]],
        "total": len(found),
        "cursor": str(start + limit) if more else None,
    }


def matches(item: ItemFacts, hall: HallFacts, q: str, department: str | None = None) -> bool:
    """Whether all words stand in an item's name, initials or code."""
    if department is not None and hall.departments[item.department_id].code != department:
        return False
    words = unicodedata.normalize("NFKC", q).lower().split()
    name, code = item.name.lower(), item.code.lower()
    return all(word in name or word in item.initials or word in code for word in words)


def _brief(facts: HallFacts) -> dict[str, Any]:
    moment = now()
    return {
        "code": facts.code,
        "name": facts.name,
        "name_en": facts.name_en,
        "timezone": facts.timezone,
        "open": facts.open_at(moment),
        "takes_visitors": facts.takes_visitors(moment),
        "next_opening": shown.stamp(facts.next_opening(moment), facts),
    }


router = Router("/", route_handlers=[halls, hall, window_card, hall_items])
