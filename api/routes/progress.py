"""How a case stands (`/progress`), for whoever applied: by its link, or by number and last digits of the phone (R29).

The digits are asked for by a form and never stand in an address; from then on the link's key proves the applicant.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final

from litestar import MediaType, Request, Response, Router, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from ...cases import filing, progress
from ...cases.applicant import DIGITS
from ...cases.filing import CaseRow
from ...cases.office import LINK, Office
from ...cases.state import State
from ...core.clock import business_day
from ...core.errors import NotFound, Problem, TooMany
from ...core.i18n import N_, Language, day_text, translate
from .. import drafts
from ..language import language_of
from ..light import compressed
from ..limits import PRIVATE
from ..services import Provided
from . import cased
from .book import see
from .book_shown import said
from .cases import opened_for

AnyRequest = Request[Any, Any, Any]
LONGEST_NUMBER: Final = 40
STOPPED: Final = N_("查询次数太多，为保护申请人已暂停。请过一会儿再试，或打开短信里的链接、扫通知书上的二维码")


@get("/progress", name="page_progress", media_type=MediaType.HTML)
async def ask() -> Template:
    """For whoever has no link at hand: the case's number, and four digits."""
    return _asking()


@post("/progress", name="page_progress_said", media_type=MediaType.HTML)
async def asked(request: AnyRequest, services: Provided) -> Response[Any]:
    """On to the case with the link's key. Who guesses is stopped, and does not learn which numbers there are."""
    form, language = await drafts.form_of(request), language_of(request)
    number, digits = form["number"].strip()[:LONGEST_NUMBER], "".join(filter(str.isdecimal, form["digits"]))
    errors = {}
    if not any(map(str.isdecimal, number)):
        errors["number"] = translate(language, N_("请填写办件编号，它在短信和通知书上"))
    if len(digits) != DIGITS:
        errors["digits"] = translate(language, N_("请填写手机号的后四位，共4个数字"))
    if errors:
        return _asking(number, errors, 400)
    try:
        office, row = await opened_for(request, services, number, digits)
    except TooMany as stopped:
        return _asking(number, {"": translate(language, STOPPED)}, stopped.status)
    except Problem as refused:
        return _asking(number, {"number": said(refused, language)}, 400)
    return see(office.link(row.number).removeprefix(office.root))


@get("/progress/{number:str}", name="page_progress_case", media_type=MediaType.HTML)
async def show(
    request: AnyRequest, number: FromPath[str], services: Provided, key: FromQuery[str] = ""
) -> Response[Any]:
    """A case, with everything that its applicant needs to know; without its own key the form."""
    plain, language = filing.plain_number(number)[:LONGEST_NUMBER], language_of(request)
    if not services.vault.proves(LINK, plain, key):
        broken = {"": translate(language, N_("链接不完整，请填写手机号后四位查询"))} if key else {}
        return _asking(plain, broken, NotFound.status if key else 200)
    office, row = await opened_for(request, services, plain, "", key)
    async with services.database.read() as connection:
        whole = await cased.whole(connection, office, row, language)
    return Template("progress.html", context=_seen(office, row, whole, language))


def _asking(number: str = "", errors: Mapping[str, str] | None = None, status: int = 200) -> Template:
    return Template("progress_find.html", context={"number": number, "errors": errors or {}}, status_code=status)


def _seen(office: Office, row: CaseRow, whole: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """What the page shows of a case. Days are texts."""
    hall, state = office.hall, State(row.state)
    told = {paper["kind"]: date.fromisoformat(paper["day"]) for paper in whole["papers"]}
    changed = business_day(row.changed_at, hall.timezone)
    running = next((one["procedure_text"] for one in whole["suspensions"] if one["ended_on"] is None), "")
    window = next((one for one in hall.windows.values() if one.number == row.window_number), None)
    return {
        "hall": hall,
        "case": cased.public(dict(whole)),
        "state": state,
        "standing": progress.standing(row, running, hall.departments[row.unit_id].name, language),
        "until": progress.until_text(office, row, language),
        "light_text": progress.light_text(row, language),
        "stages": [_stage(one, state, language) for one in progress.stages(row, told, changed)],
        "units": whole["parts"],
        "pauses": [_days(one, language) for one in whole["suspensions"]],
        "extension": whole["extension"] and _days(whole["extension"], language),
        "window": window,
        "zone": hall.zones[window.zone_id].name if window else "",
        "unit": hall.departments[row.unit_id].name,
        "trace": _by_day(whole["trace"]),
    }


def _stage(one: progress.Stage, state: State, language: Language) -> dict[str, str]:
    said_ = progress.stage_text(one, state, language)
    return {"name": translate(language, one.point), "passed": one.passed, "text": said_}


def _days(one: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """A special procedure or an extension with its days as texts."""
    return {
        name: day_text(date.fromisoformat(value), language) if value and name.endswith("_on") else value
        for name, value in one.items()
    }


def _by_day(trace: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The trace with what falls on one day together."""
    return [
        {"date": day, "texts": [step["text"] for step in steps]}
        for day, steps in groupby(trace, key=lambda step: step["date"])
    ]


router = Router(
    "/",
    route_handlers=[ask, asked, show],
    middleware=[compressed],
    opt={"anonymous": True},
    cache_control=PRIVATE,
    response_headers={"x-robots-tag": "noindex"},
)
