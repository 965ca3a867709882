"""``/admin``: piccolo-admin behind the house's gate, with the house's own sign-in in front of it.

Whoever is not signed in is sent to the sign-in page and comes back; page and interface serve supervisors, who look, and
administrators, who edit. Signing in and out are the house's, so there is one place that counts failures.
"""

from typing import Any, cast

from litestar import Request, asgi
from litestar.datastructures import Cookie
from litestar.enums import ScopeType
from litestar.response.base import ASGIResponse
from litestar.types import HTTPScope, Receive, Scope, Send

from ...admin.house import Officer
from ...core.errors import Forbidden, NotFound, Unauthorized
from ..choices import chosen
from ..guard import services_of
from ..household import Household
from ..identity import COOKIE, NOBODY, Identity
from ..language import language_of
from ..permissions import STEERING, Caller
from ..services import Services
from .session import place_of

PATH = "/admin"
CSRF_COOKIE = "csrftoken"
"""The name whose value piccolo-admin repeats in its requests' header; the value is the session's own word."""
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
"""piccolo-admin writes styles into its page, but no scripts."""
_OPEN = ("/public/translations/", "/public/meta/", "/assets/")

AnyRequest = Request[Identity, Any, Any]


@asgi(PATH, is_mount=True, copy_scope=True, name="administration")
async def administration(scope: Scope, receive: Receive, send: Send) -> None:
    """Everything below ``/admin``. Raises Unauthorized, or Forbidden for whoever neither supervises nor administers."""
    if scope["type"] == ScopeType.WEBSOCKET:
        raise NotFound
    request = AnyRequest(scope, receive)
    path, identity = scope["path"], request.user
    if path == "/public/logout/" and request.method == "POST":
        served = await _left(request)
    elif path.startswith("/public/") and not path.startswith(_OPEN):
        raise NotFound
    elif path == "/" and identity is NOBODY:
        served = ASGIResponse(body=b"", status_code=303, headers={"location": f"/sign-in?next={PATH}/"})
    elif path == "/" and not scope["raw_path"].endswith(b"/"):  # its addresses are relative to where it stands
        served = ASGIResponse(body=b"", status_code=303, headers={"location": f"{PATH}/"})
    elif identity.caller not in STEERING and not path.startswith(_OPEN):
        raise Unauthorized if identity is NOBODY else Forbidden
    elif path == "/":
        served = await _page(request)
    else:
        await _within(request, scope, receive, send)
        return
    await served(scope, receive, send)


async def _left(request: AnyRequest) -> ASGIResponse:
    await services_of(request).identities.sign_out(request.user, place_of(request))
    return ASGIResponse(body=b"", status_code=204, cookies=[Cookie(key=COOKIE, value="", path="/", max_age=0)])


async def _page(request: AnyRequest) -> ASGIResponse:
    services, household = services_of(request), _household(request)
    word, secure = services.identities.csrf(request.user.token), services.settings.cookie_secure
    page = (await household.site()).page(
        language_of(request),
        edits=request.user.caller is Caller.ADMIN,
        zone=await _zone(services, request.user.hall_id),
        print_=chosen(request, "print") or "normal",
        contrast=chosen(request, "contrast") or "normal",
    )
    cookie = Cookie(key=CSRF_COOKIE, value=word, path=PATH, samesite="strict", secure=secure)
    return ASGIResponse(body=page.encode(), media_type="text/html", cookies=[cookie])


async def _zone(services: Services, hall_id: int | None) -> str:
    """The time zone of an officer's hall; who has all halls sees the first one's."""
    halls = await services.halls.all() if hall_id is None else [await services.halls.by_id(hall_id)]
    return next((hall.timezone for hall in halls), "")


async def _within(request: AnyRequest, scope: HTTPScope, receive: Receive, send: Send) -> None:
    """Hand a request over to the administration, with the officer whose it is."""
    identity = request.user
    edits = identity.caller is Caller.ADMIN
    officer = Officer(identity.actor, identity.hall_id, edits, language_of(request))
    # The gate has compared the CSRF word already; on HTTPS piccolo-admin would ask for a list of the house's names.
    inner = {**scope, "officer": officer, "scheme": "http"}
    await (await _household(request).site())(inner, cast(Any, receive), cast(Any, send))


def _household(request: AnyRequest) -> Household:
    household: Household = request.app.state.household
    return household
