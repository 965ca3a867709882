"""The words of the administration: what every table and every column that it shows is called, and what it means.

Message ids in Chinese; the catalogues have the English. They lie beside each other by the groups of the menu.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..core.i18n import LANGUAGES, Language, translate
from . import (
    words_booking,
    words_cases,
    words_desk,
    words_hall,
    words_items,
    words_people,
    words_record,
    words_screens,
)
from .words_core import ColumnWords, Group, TableWords

__all__ = ["TABLES", "ColumnWords", "Group", "TableWords", "by_label", "label", "table"]

TABLES: Final[Mapping[str, TableWords]] = MappingProxyType(
    {
        **words_hall.TABLES,
        **words_items.TABLES,
        **words_booking.TABLES,
        **words_people.TABLES,
        **words_screens.TABLES,
        **words_cases.TABLES,
        **words_desk.TABLES,
        **words_record.TABLES,
    }
)
"""Name of a table -> its words, in the order of the menu."""


_BY_LABEL: Final = {translate(language, words.label): name for language in LANGUAGES for name, words in TABLES.items()}


def table(name: str) -> TableWords:
    """The words of a table. Raises KeyError for one that the administration does not show."""
    return TABLES[name]


def label(name: str, language: Language) -> str:
    """What a table is called in the menu and in addresses; its own name where it has no words."""
    known = TABLES.get(name)
    return translate(language, known.label) if known else name


def column(table_name: str, name: str, language: Language) -> str:
    """What a column is called in its table's forms and lists; its own name where it has no words."""
    known = TABLES[table_name].columns.get(name) if table_name in TABLES else None
    return translate(language, known.label) if known else name


def by_label(said: str) -> str | None:
    """The name of the table that is called so in one of the languages; None when no table is."""
    return _BY_LABEL.get(said)
