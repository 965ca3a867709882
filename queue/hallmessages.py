"""messages.csv, a hall's own words for its messages: its rows, and the rules between their columns. Pure."""

from collections.abc import Iterator

import msgspec

from ..core.errors import Invalid
from ..core.i18n import N_
from . import templates
from .hallcells import choice, text
from .hallsheets import Column, Fault, Sheet, Table
from .templates import MessageTemplate
from .ticket import Language
from .told import Told


class MessageRow(msgspec.Struct, frozen=True, order=True):
    """The hall's own words for a kind of message; columns as in table ``message_template``."""

    kind: Told
    language: Language
    text: str


MESSAGES = Sheet(
    "messages.csv",
    (
        Column("kind", choice({str(kind): kind for kind in Told})),
        Column("language", choice({str(language): language for language in Language})),
        Column("text", text(MessageTemplate.text)),
    ),
    optional=True,
)


def message_rules(messages: Table) -> Iterator[Fault]:
    """What `templates.check` has against a row, and rows that say again what another says."""
    first: dict[tuple[str, str], int] = {}
    for line, values in messages.rows:
        match values:
            case {"kind": kind, "language": language, "text": text_}:
                try:
                    templates.check(kind, text_, language)
                except Invalid as error:
                    yield Fault(MESSAGES.name, line, "text", error.detail, error.params)
        match values:
            case {"kind": kind, "language": language}:
                known = first.setdefault((kind, language), line)
                if known != line:
                    params = {"file": MESSAGES.name, "line": known}
                    yield Fault(MESSAGES.name, line, "kind", N_("与 {file} 第 {line} 行重复"), params)
