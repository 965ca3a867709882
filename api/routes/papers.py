"""Papers of cases (`/papers/...`), to be read, printed and kept as PDF, for whoever holds their link (R19, R29)."""

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import quote

from litestar import MediaType, Request, Response, Router, get
from litestar.params import FromPath
from litestar.response import Template

from ...cases import filing, papers
from ...cases.paper import Paper
from ...core.clock import now
from ...core.i18n import negotiate
from ..case_offices import own_office
from ..light import compressed
from ..limits import PRIVATE, slow_down
from ..links import root_of, square
from ..services import Provided

PDF: Final = ".pdf"
_DRAWING: Final = ThreadPoolExecutor(1, "pdf")
"""One document at a time: each holds its font in memory while it is drawn."""


@get("/papers/{name:str}", name="page_paper", media_type=MediaType.HTML)
async def paper(request: Request[Any, Any, Any], name: FromPath[str], services: Provided) -> Response[Any]:
    """A paper in the case's language or ``?lang=``; with ``.pdf`` behind its key the same as PDF. Raises NotFound."""
    slow_down(request, services.asking)
    key = name.removesuffix(PDF)
    async with services.database.read() as connection:
        document = await papers.find(connection, key)
        row = await filing.by_id(connection, document.case_id)
    hall = await services.halls.by_id(row.hall_id)
    office = (await own_office(services, hall, now()))._replace(root=root_of(request, services))
    language = negotiate(request.query_params.get("lang"), row.language)
    shown = papers.shown(office, row, document, language)
    if name == key:
        context = {"paper": shown, "qr": square(shown.qr), "pdf": f"/papers/{key}{PDF}?lang={language}"}
        return Template("paper.html", context=context)
    content = await asyncio.get_running_loop().run_in_executor(_DRAWING, _drawn, shown)
    title = quote(f"{shown.title} {document.number}{PDF}", safe="")
    disposition = f"inline; filename=\"{document.number}{PDF}\"; filename*=UTF-8''{title}"
    return Response(content, media_type="application/pdf", headers={"content-disposition": disposition})


def _drawn(shown: Paper) -> bytes:
    from ..pdf import made  # its library is loaded by nothing else, and not by a process that draws nothing

    try:
        return made(shown)
    finally:
        gc.collect()  # fonts lie in circles of references: a dozen documents would hold a hundred megabytes for long


router = Router(
    "/",
    route_handlers=[paper],
    middleware=[compressed],
    cache_control=PRIVATE,
    response_headers={"x-robots-tag": "noindex"},
)
