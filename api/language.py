"""The reader's language: chosen by hand (``?lang=en``, remembered in a cookie), else what the browser asks for."""

from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.types import Message, Scope

from ..core.i18n import LANGUAGES, Language, negotiate

COOKIE = "lang"
KEPT_SECONDS = 365 * 24 * 3600


def language_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Language:
    wishes = (connection.query_params.get("lang"), connection.cookies.get(COOKIE))
    return negotiate(*wishes, connection.headers.get("accept-language"))


async def remember(message: Message, scope: Scope) -> None:
    """Hook before an answer is sent: keep a language chosen by hand for the pages and calls that follow."""
    if message["type"] == "http.response.start" and scope["query_string"]:
        chosen = Request[Any, Any, Any](scope).query_params.get("lang")
        if chosen in LANGUAGES:
            kept = Cookie(key=COOKIE, value=chosen, path="/", max_age=KEPT_SECONDS, samesite="lax")
            message["headers"] = [*message["headers"], kept.to_encoded_header()]
