"""The reader's language: chosen by hand, else what the browser asks for."""

from ..core.i18n import Language, negotiate
from .choices import AnyConnection, chosen


def language_of(connection: AnyConnection) -> Language:
    return negotiate(chosen(connection, "lang"), connection.headers.get("accept-language"))
