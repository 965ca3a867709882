"""The pages. They carry no data of their own: each talks to the same interface as everybody else."""

from typing import Any

from litestar import MediaType, Request, Router, get
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from ...booking.appointments import CODE_SIGNS
from ...core.clock import local, now
from ...core.errors import NotFound
from ...core.i18n import N_
from ...display import spoken
from ...display.media import MEGABYTE
from .. import slips
from ..light import compressed
from ..links import square
from ..own_account import LEAST_PASSWORD
from ..services import Provided
from .hall_files import LARGEST_FILE
from .halls import overview, window_of
from .tickets import look

AnyRequest = Request[Any, Any, Any]


@get("/", name="page_home", media_type=MediaType.HTML)
async def home(services: Provided) -> Template:
    """Every hall: open or not, its hours today, and who waits where; readable without JavaScript."""
    moment, shown_halls = now(), []
    for facts in await services.halls.all():
        times = {"moment": local(moment, facts.timezone), "opening": facts.next_opening(moment)}
        shown_halls.append(await overview(facts, services, moment) | times)
    return Template("home.html", context={"halls": shown_halls})


@get("/kiosk", name="page_kiosk", media_type=MediaType.HTML)
async def kiosk() -> Template:
    """Its device token, given once in the address (``#token=``), tells the page which hall it stands in."""
    return Template("kiosk.html", context={"code_signs": CODE_SIGNS})


@get("/board/{hall:str}", name="page_board", media_type=MediaType.HTML)
async def board(hall: FromPath[str], services: Provided, zone: FromQuery[list[str] | None] = None) -> Template:
    """The hall's board; with ``zone`` the board of these parts of the hall alone. Raises NotFound."""
    facts = await services.halls.get(hall)
    known = {each.name for each in facts.zones.values()}
    if zone is not None and not known.issuperset(zone):
        raise NotFound(N_("没有这个区域，本大厅有：{zones}"), code="unknown_zone", zones="、".join(sorted(known)))
    return Template("board.html", context={"hall": facts, "voice_test": spoken.TEST})


@get("/window/{hall:str}/{number:str}", name="page_window", media_type=MediaType.HTML)
async def window(hall: FromPath[str], number: FromPath[str], services: Provided) -> Template:
    """The strip above a window, with the staff card beside it."""
    facts = await services.halls.get(hall)
    return Template("window.html", context={"hall": facts, "window": window_of(facts, number)})


@get("/sign-in", name="page_sign_in", media_type=MediaType.HTML)
async def sign_in() -> Template:
    return Template("sign_in.html")


@get("/account", name="page_account", media_type=MediaType.HTML)
async def account() -> Template:
    """An officer's own account: password, second factor, sign-ins, sessions."""
    return Template("account.html", context={"least_password": LEAST_PASSWORD})


@get("/hall-files", name="page_hall_files", media_type=MediaType.HTML)
async def hall_files() -> Template:
    """A hall out as one file and in again, with a look at what would change before anything does."""
    return Template("hall_files.html", context={"largest": LARGEST_FILE, "megabyte": MEGABYTE})


@get("/console", name="page_console", media_type=MediaType.HTML)
async def console() -> Template:
    return Template("console.html")


@get("/supervise", name="page_supervise", media_type=MediaType.HTML)
async def supervise(services: Provided) -> Template:
    """The live hall and what its screens show, for supervisors."""
    return Template("supervise.html", context={"media_mb": services.settings.media_mb})


@get("/t/{key:str}/slip", name="page_slip", media_type=MediaType.HTML)
async def slip(request: AnyRequest, key: FromPath[str], services: Provided) -> Template:
    """The ticket as it is printed on 80 mm paper: number, people ahead, minutes, where to go, what to bring, QR."""
    shown_ticket = await look(request, key, services)
    hall = await services.halls.get(shown_ticket["hall"])
    qr = square(slips.link(request, services, key))
    return Template("slip.html", context={"hall": hall, "ticket": shown_ticket, "qr": qr})


@get("/t/{key:str}", name="page_ticket", media_type=MediaType.HTML)
async def ticket(request: AnyRequest, key: FromPath[str], services: Provided) -> Template:
    """Follow my number, for whoever holds the link."""
    shown_ticket = await look(request, key, services)
    hall = await services.halls.get(shown_ticket["hall"])
    return Template("ticket.html", context={"hall": hall, "ticket": shown_ticket, "now": now()})


router = Router(
    "/",
    route_handlers=[home, kiosk, board, window, sign_in, account, hall_files, console, supervise, slip, ticket],
    middleware=[compressed],
)
