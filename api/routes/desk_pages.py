"""Pages of the first desk and the phone operator: the desks, the guidance slip for another agency, the receipt."""

from typing import Annotated, Any

from litestar import MediaType, Request, Router, get
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Template

from ...cases import receipt
from ...core.clock import local, now
from ..links import root_of, square
from ..services import Provided
from .desk import agency_for, items_of

AnyRequest = Request[Any, Any, Any]


@get("/desk", name="page_desk", media_type=MediaType.HTML)
async def desk() -> Template:
    """First desk and guides: who stands before me, what was sent on, who needs help."""
    return Template("desk.html")


@get("/phone", name="page_phone", media_type=MediaType.HTML)
async def phone() -> Template:
    """The phone operator's desk: who calls, what he has booked, and who is to be called back."""
    return Template("phone.html")


@get("/desk/guidance", name="page_guidance", media_type=MediaType.HTML)
async def guidance(
    services: Provided,
    hall: Annotated[str, QueryParameter(max_length=40)],
    agency: FromQuery[int | None] = None,
    item: Annotated[str | None, QueryParameter(max_length=40)] = None,
) -> Template:
    """Where to go for what is not served here, on 80 mm paper (R5)."""
    facts = await services.halls.get(hall)
    named, about = agency_for(facts, agency, item)
    served = [about] if about else items_of(named, facts)
    today = local(now(), facts.timezone)
    return Template("guidance.html", context={"hall": facts, "agency": named, "items": served, "today": today})


@get("/r/{key:str}", name="page_receipt", media_type=MediaType.HTML)
async def receipt_page(
    request: AnyRequest,
    key: FromPath[str],
    services: Provided,
    paper: Annotated[str, QueryParameter(max_length=4)] = "",
) -> Template:
    """A receipt as it was handed out, on A5 or 80 mm paper (R11), for whoever holds its link."""
    async with services.database.read() as connection:
        row = await receipt.find(connection, key)
    hall = await services.halls.by_id(row.hall_id)
    context = {
        "hall": hall,
        "receipt": row,
        "at": local(row.at, hall.timezone),
        "qr": square(f"{root_of(request, services)}/r/{key}"),
        "narrow": paper == "80",
    }
    return Template("receipt.html", context=context)


router = Router("/", route_handlers=[desk, phone, guidance, receipt_page])
