"""Service guides (`/guide`): what every item needs, says and costs, open to everybody (R18, R46); without scripts."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, Final
from urllib.parse import quote

from litestar import MediaType, Request, Response, Router, get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect, Template
from sqlalchemy import bindparam, select

from ...core.clock import local
from ...core.errors import NotFound
from ...core.i18n import N_, formal_date
from ...queue.facts import DepartmentFacts, HallFacts, ItemFacts
from ...queue.hall import CaseKind, ItemVersion
from ..language import language_of
from ..light import compressed
from ..links import root_of, square
from ..services import Provided
from .book_shown import way
from .halls import matches

AnyRequest = Request[Any, Any, Any]
LONGEST_SEARCH = 60
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        CaseKind.IMMEDIATE: N_("即办件"),
        CaseKind.PROMISED: N_("承诺件"),
        CaseKind.REPORTED: N_("上报件"),
        CaseKind.FORWARDED: N_("转办件"),
        CaseKind.JOINT: N_("联办件"),
    }
)
PROCEDURES: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        CaseKind.IMMEDIATE: (
            N_("到窗口提交材料，当场审查"),
            N_("材料不齐的，一次性告知要补的全部材料"),
            N_("材料齐全、符合要求的，当日办结"),
        ),
        CaseKind.PROMISED: (
            N_("到窗口提交材料，当场审查"),
            N_("材料不齐的，一次性告知要补的全部材料"),
            N_("材料齐全的当日受理，受理通知书写明办结日期"),
            N_("从受理的下一个工作日起算，在承诺时限内办结"),
        ),
        CaseKind.REPORTED: (
            N_("到窗口提交材料，材料不齐的一次性告知"),
            N_("受理后由本级审查，报上级机关决定"),
            N_("上级机关作出决定后，窗口告知结果"),
        ),
        CaseKind.FORWARDED: (
            N_("到窗口提交材料，材料不齐的一次性告知"),
            N_("受理后转给负责的单位办理"),
            N_("窗口跟进办理情况，办结后告知结果"),
        ),
        CaseKind.JOINT: (
            N_("材料只交一次，由牵头部门受理"),
            N_("牵头部门转有关部门同时办理"),
            N_("在承诺时限内统一办结，一次告知结果"),
        ),
    }
)
"""How an item is dealt with where its guide says nothing of its own, by its kind (R21)."""

_VERSIONS = (
    select(
        ItemVersion.version,
        ItemVersion.at,
        ItemVersion.case_kind,
        ItemVersion.promised_days,
        ItemVersion.statutory_days,
    )
    .where(ItemVersion.item_id == bindparam("item"))
    .order_by(ItemVersion.version.desc())
)


def guide_path(hall: HallFacts, item: ItemFacts | None = None) -> str:
    """Where a hall's guides are, or that of one item."""
    path = f"/guide/{quote(hall.code, safe='')}"
    return f"{path}/{quote(item.code, safe='')}" if item else path


@get("/guide", name="page_guide", media_type=MediaType.HTML)
async def halls(services: Provided) -> Response[Any]:
    """Which hall; where there is only one, that is no question."""
    known = await services.halls.all()
    if len(known) == 1:
        return Redirect(guide_path(known[0]), status_code=303)
    return Template("guide_hall.html", context={"halls": [(guide_path(hall), hall) for hall in known]})


@get("/guide/{hall:str}", name="page_guide_hall", media_type=MediaType.HTML)
async def items(
    hall: FromPath[str],
    services: Provided,
    q: Annotated[str, QueryParameter(max_length=LONGEST_SEARCH)] = "",
    department: FromQuery[str] = "",
) -> Template:
    """A hall's items by department; with ``q`` those with these words, pinyin initials or code. Raises NotFound."""
    facts, words = await services.halls.get(hall), q.strip()
    groups = _by_department(facts, words)
    context = {"hall": facts, "q": words, "groups": groups, "opened": department, "path": guide_path}
    return Template("guide.html", context=context | {"found": sum(len(found) for _, found in groups)})


@get("/guide/{hall:str}/{item:str}", name="page_guide_item", media_type=MediaType.HTML)
async def item_page(request: AnyRequest, hall: FromPath[str], item: FromPath[str], services: Provided) -> Template:
    """The guide of an item: 八公开 (R46), to be read, printed and photographed (R18). Raises NotFound."""
    facts = await services.halls.get(hall)
    about = facts.items.get(item)
    if about is None:
        raise NotFound(N_("没有这个事项"), code="unknown_item")
    language = language_of(request)
    async with services.database.read() as connection:
        rows = (await connection.execute(_VERSIONS, {"item": about.id})).all()
    versions = [
        {"number": row.version, "since": formal_date(local(row.at, facts.timezone).date(), language), "as": row}
        for row in rows
    ]
    line = facts.lines.get(about.line_id or 0)
    context = {
        "hall": facts,
        "item": about,
        "path": guide_path,
        "department": facts.departments[about.department_id],
        "agency": facts.agencies.get(about.agency_id or 0),
        "zone": facts.zones[line.zone_id] if line else None,
        "windows": _windows(facts, about),
        "kinds": KINDS,
        "procedure": PROCEDURES[about.case_kind],
        "versions": versions,
        "book": way(facts, about)["day"] if about.bookable and line else "",
        "qr": square(root_of(request, services) + guide_path(facts, about)),
    }
    return Template("guide_item.html", context=context)


def _by_department(hall: HallFacts, words: str) -> list[tuple[DepartmentFacts, list[ItemFacts]]]:
    """The items found, under their departments: these in their usual order, items as often as they are asked for."""
    found: dict[int, list[ItemFacts]] = {}
    for item in hall.items.values():
        if matches(item, hall, words):
            found.setdefault(item.department_id, []).append(item)
    return [(department, found[key]) for key, department in hall.departments.items() if key in found]


def _windows(hall: HallFacts, item: ItemFacts) -> list[str]:
    """The windows whose own line the item's is, open or not."""
    return [window.number for window in hall.windows.values() if window.handicaps.get(item.line_id or 0) == 0]


router = Router("/", route_handlers=[halls, items, item_page], middleware=[compressed])
