"""An appointment on 80 mm paper, for whoever made it in the hall (R40)."""

from typing import Annotated, Any

from litestar import MediaType, Request, Router, get
from litestar.params import FromPath, QueryParameter
from litestar.response import Template

from ..language import language_of
from ..links import square
from ..services import Provided
from . import booked
from .appointments import opened_for
from .bodies import Proof


@get("/appointments/{code:str}/slip", name="page_booked_slip", media_type=MediaType.HTML)
async def slip(
    request: Request[Any, Any, Any],
    code: FromPath[str],
    services: Provided,
    key: Annotated[str, QueryParameter(max_length=22)] = "",
) -> Template:
    """Its code, time and place, what to bring, and a QR code that checks in; by the ``key`` of its link."""
    office, row = await opened_for(request, services, code, Proof(key=key))
    seen = booked.appointment(office, row, language_of(request))
    context = {"hall": office.hall, "booking": seen, "qr": square(office.link(row.code))}
    return Template("booked_slip.html", context=context)


router = Router("/", route_handlers=[slip])
