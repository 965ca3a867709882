"""The pages. They carry no data of their own: each talks to the same interface as everybody else."""

from typing import Any

import segno
from litestar import MediaType, Request, Router, get
from litestar.params import FromPath
from litestar.response import Template
from markupsafe import Markup

from ...core.clock import local, now
from ..services import Provided
from .halls import overview
from .tickets import look

AnyRequest = Request[Any, Any, Any]


@get("/", name="page_home", media_type=MediaType.HTML)
async def home(services: Provided) -> Template:
    """Every hall: open or not, its hours today, and who waits where; readable without JavaScript."""
    moment, shown_halls = now(), []
    for facts in await services.halls.all():
        times = {"today": local(moment, facts.timezone), "opening": facts.next_opening(moment)}
        shown_halls.append(await overview(facts, services, moment) | times)
    return Template("home.html", context={"halls": shown_halls})


@get("/kiosk", name="page_kiosk", media_type=MediaType.HTML)
async def kiosk() -> Template:
    """Its device token, given once in the address (``#token=``), tells the page which hall it stands in."""
    return Template("kiosk.html")


@get("/board/{hall:str}", name="page_board", media_type=MediaType.HTML)
async def board(hall: FromPath[str], services: Provided) -> Template:
    return Template("board.html", context={"hall": await services.halls.get(hall)})


@get("/sign-in", name="page_sign_in", media_type=MediaType.HTML)
async def sign_in() -> Template:
    return Template("sign_in.html")


@get("/console", name="page_console", media_type=MediaType.HTML)
async def console() -> Template:
    return Template("console.html")


@get("/t/{key:str}/slip", name="page_slip", media_type=MediaType.HTML)
async def slip(request: AnyRequest, key: FromPath[str], services: Provided) -> Template:
    """The ticket as it is printed on 80 mm paper: number, people ahead, minutes, where to go, what to bring, QR."""
    shown_ticket = await look(request, key, services)
    hall = await services.halls.get(shown_ticket["hall"])
    root = (services.settings.public_url or str(request.base_url)).rstrip("/")
    code = segno.make(f"{root}/t/{key}", error="m").svg_inline(border=0, omitsize=True)
    return Template("slip.html", context={"hall": hall, "ticket": shown_ticket, "qr": Markup(code)})  # noqa: S704


@get("/t/{key:str}", name="page_ticket", media_type=MediaType.HTML)
async def ticket(request: AnyRequest, key: FromPath[str], services: Provided) -> Template:
    """Follow my number, for whoever holds the link."""
    shown_ticket = await look(request, key, services)
    hall = await services.halls.get(shown_ticket["hall"])
    return Template("ticket.html", context={"hall": hall, "ticket": shown_ticket})


router = Router("/", route_handlers=[home, kiosk, board, sign_in, console, slip, ticket])
