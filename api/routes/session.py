"""Signing in and out. The cookie is the one that piccolo-admin reads, so one sign-in serves the whole site."""

from typing import Any

from litestar import Request, Response, Router, delete, get, post
from litestar.datastructures import Cookie
from litestar.params import JSONBody

from ...core.clock import business_day, now
from ...queue import seats
from .. import agents
from ..guard import second_factor_needed
from ..identity import COOKIE, Identity, Place
from ..services import Provided, Services
from .bodies import SignIn

AnyRequest = Request[Any, Any, Any]


@post("/session", name="session_create", status_code=200)
async def create(request: AnyRequest, data: JSONBody[SignIn], services: Provided) -> Response[dict[str, Any]]:
    """Sign in. 401 ``wrong_credentials``, ``code_needed`` or ``wrong_code``; 429 after repeated failures."""
    identity = await services.identities.sign_in(data.username, data.password, place_of(request), data.code)
    cookie = Cookie(
        key=COOKIE,
        value=identity.token,
        path="/",
        httponly=True,
        samesite="lax",
        secure=services.settings.cookie_secure,
        max_age=services.settings.session_hours * 3600,
    )
    return Response(await _said(identity, services), cookies=[cookie])


@get("/session", name="session_show")
async def show(request: AnyRequest, services: Provided) -> dict[str, Any]:
    """Who I am, and the CSRF word for my requests (``X-CSRFToken``); ``role`` is ``public`` for nobody we know.

    ``window``: where I am signed in; ``seat``: the window that is planned for me today (R49).
    """
    return await _said(request.user, services)


@delete("/session", name="session_delete", status_code=204)
async def end(request: AnyRequest, services: Provided) -> Response[None]:
    await services.identities.sign_out(request.user, place_of(request))
    return Response(None, status_code=204, cookies=[Cookie(key=COOKIE, value="", path="/", max_age=0)])


def second_factor_of(identity: Identity, services: Services) -> str:
    """``on``, ``off``, or ``needed``: he can do nothing before he has set one up."""
    if identity.second_factor:
        return "on"
    return "needed" if second_factor_needed(identity, services.settings) else "off"


def place_of(request: AnyRequest) -> Place:
    """Where somebody signs in from."""
    return Place(request.client.host if request.client else "", agents.short(request.headers.get("user-agent", "")))


async def _said(identity: Identity, services: Services) -> dict[str, Any]:
    hall = await services.halls.by_id(identity.hall_id) if identity.hall_id is not None else None
    window = seat = None
    if hall is not None and (staff_id := identity.actor.staff_id) is not None:
        sits = hall.seat_of(staff_id)
        window = sits.id if sits else None
        async with services.database.read() as connection:
            seat = await seats.planned(connection, staff_id, business_day(now(), hall.timezone))
    return {
        "role": identity.caller,
        "username": identity.username,
        "name": identity.name,
        "badge": identity.badge,
        "hall": hall.code if hall else None,
        "window": window,
        "second_factor": second_factor_of(identity, services),
        "seat": seat,
        "csrf": services.identities.csrf(identity.token) if identity.token else None,
    }


router = Router("/", route_handlers=[create, show, end])
