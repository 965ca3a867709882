"""The one gate in front of every route: who is it, may he, and is the request really his page's (CSRF)."""

from secrets import compare_digest
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from ..core.errors import Forbidden, ForeignHall, Invalid, Unauthorized
from ..core.i18n import N_
from ..core.settings import Settings
from ..queue.facts import HallFacts
from .identity import COOKIE, NOBODY, Identity
from .permissions import PERMISSIONS, WITHOUT_SECOND_FACTOR, Caller
from .services import Services

CSRF_HEADER = "x-csrftoken"
SAFE = {"GET", "HEAD", "OPTIONS"}

Connection = ASGIConnection[Any, Any, Any, Any]


async def gate(connection: Connection, handler: BaseRouteHandler) -> None:
    """Guard of the whole application. Raises Unauthorized or Forbidden; a route without a row is closed to all."""
    if "\0" in connection.scope["path"] or b"%00" in connection.scope["query_string"]:
        raise Invalid(code="nul")  # nothing has such a name, and PostgreSQL could not even look for it
    permission = permission_of(handler)
    allowed = PERMISSIONS.get(permission)
    if allowed is None:
        raise Forbidden(code="unnamed_route")
    # A form without scripts cannot repeat the CSRF word; such pages serve an officer like anybody else.
    identity = NOBODY if handler.opt.get("anonymous") else await identify(connection)
    if identity.caller not in allowed:
        raise Unauthorized if identity is NOBODY else Forbidden
    settings = services_of(connection).settings
    if permission not in WITHOUT_SECOND_FACTOR and second_factor_needed(identity, settings):
        if Caller.PUBLIC not in allowed:
            hold_to_second_factor(identity, settings)
        identity = NOBODY
    connection.scope["user"] = identity


def second_factor_needed(identity: Identity, settings: Settings) -> bool:
    """Whether somebody must set up a second factor before he can do anything else."""
    return settings.second_factor_required and identity.caller is Caller.ADMIN and not identity.second_factor


def hold_to_second_factor(identity: Identity, settings: Settings) -> None:
    """Admins are nobody before they have a second factor, where it is required. Raises Forbidden."""
    if second_factor_needed(identity, settings):
        raise Forbidden(N_("管理员须先开启两步验证：请打开“我的账号”设置"), code="second_factor_needed")


def permission_of(handler: BaseRouteHandler) -> str:
    """The row of the permission table for a route: its name, or what the framework's own routes were given."""
    return str(handler.opt.get("permission") or handler.name or "")


async def identify(connection: Connection) -> Identity:
    """Who asks. A stale cookie is nobody (public pages stay open to him); a wrong bearer token is an error.

    Raises Unauthorized, and Forbidden when a session changes something without its CSRF word.
    """
    identities = services_of(connection).identities
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return await identities.of_device(token)
    cookie = connection.cookies.get(COOKIE)
    if not cookie:
        return NOBODY
    try:
        identity = await identities.of_session(cookie)
    except Unauthorized:
        return NOBODY
    method = connection.scope.get("method", "GET")
    if method not in SAFE:
        word = connection.headers.get(CSRF_HEADER, "")
        if not compare_digest(word.encode(), identities.csrf(cookie).encode()):
            raise Forbidden(N_("页面已过期，请刷新后重试"), code="csrf")
    return identity


def services_of(connection: Connection) -> Services:
    services: Services = connection.app.state.services
    return services


def of_hall(identity: Identity, hall: HallFacts) -> None:
    """Officers and devices act in their own hall only. Raises ForeignHall."""
    if identity.caller is not Caller.PUBLIC and identity.hall_id not in (None, hall.id):
        raise ForeignHall
