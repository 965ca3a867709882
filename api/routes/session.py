"""Signing in and out. The cookie is the one that piccolo-admin reads, so one sign-in serves the whole site."""

from typing import Any

from litestar import Request, Response, Router, delete, get, post
from litestar.datastructures import Cookie
from litestar.params import JSONBody

from ..identity import COOKIE, Identity
from ..services import Provided, Services
from .bodies import SignIn

AnyRequest = Request[Any, Any, Any]


@post("/session", name="session_create", status_code=200)
async def create(request: AnyRequest, data: JSONBody[SignIn], services: Provided) -> Response[dict[str, Any]]:
    """Sign in. 401 ``wrong_credentials``; 429 after repeated failures."""
    address = request.client.host if request.client else ""
    identity = await services.identities.sign_in(data.username, data.password, address)
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
    """Who I am, and the CSRF word for my requests (``X-CSRFToken``); ``role`` is ``public`` for nobody we know."""
    return await _said(request.user, services)


@delete("/session", name="session_delete", status_code=204)
async def end(request: AnyRequest, services: Provided) -> Response[None]:
    await services.identities.sign_out(request.user.token)
    return Response(None, status_code=204, cookies=[Cookie(key=COOKIE, value="", path="/", max_age=0)])


async def _said(identity: Identity, services: Services) -> dict[str, Any]:
    hall = await services.halls.by_id(identity.hall_id) if identity.hall_id is not None else None
    window = None
    if hall is not None and identity.actor.staff_id is not None:
        sits = (w for w in hall.windows.values() if w.officer and w.officer.staff_id == identity.actor.staff_id)
        window = next((w.id for w in sits), None)
    return {
        "role": identity.caller,
        "username": identity.username,
        "name": identity.name,
        "badge": identity.badge,
        "hall": hall.code if hall else None,
        "window": window,
        "csrf": services.identities.csrf(identity.token) if identity.token else None,
    }


router = Router("/", route_handlers=[create, show, end])
