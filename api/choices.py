"""What a reader chooses for himself: language, large print (适老版), high contrast.

Chosen by a link (``?print=large``) and kept in a cookie, so that every page that follows knows it, with or without
scripts.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.types import Message, Scope

from ..core.i18n import LANGUAGES

AnyConnection = ASGIConnection[Any, Any, Any, Any]

CHOICES: Mapping[str, tuple[str, ...]] = {
    "lang": LANGUAGES,
    "print": ("normal", "large"),
    "contrast": ("normal", "high"),
}
"""Name of the parameter and of the cookie -> its lawful values."""
KEPT_SECONDS = 365 * 24 * 3600


def chosen(connection: AnyConnection, name: str) -> str | None:
    """What the reader chose, now or before; None when he never did: then his device may say what it prefers."""
    wishes = (connection.query_params.get(name), connection.cookies.get(name))
    return next((wish for wish in wishes if wish in CHOICES[name]), None)


def link(connection: AnyConnection, name: str, value: str) -> str:
    """The way to this very page, with all its other parameters and one choice changed."""
    others = [(key, word) for key, word in connection.query_params.multi_items() if key != name]
    return "?" + urlencode([*others, (name, value)])


async def remember(message: Message, scope: Scope) -> None:
    """Hook before an answer is sent: keep what was chosen by hand for the pages and calls that follow."""
    if message["type"] == "http.response.start" and scope["query_string"]:
        wishes = Request[Any, Any, Any](scope).query_params
        for name, values in CHOICES.items():
            if (value := wishes.get(name)) in values:
                kept = Cookie(key=name, value=value, path="/", max_age=KEPT_SECONDS, samesite="lax")
                message["headers"] = [*message["headers"], kept.to_encoded_header()]
