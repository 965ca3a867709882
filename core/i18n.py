"""Two languages from one source: message ids are the Chinese texts, catalogues are Babel's .po files."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final, Literal

from babel import Locale
from babel.dates import format_date
from babel.messages.pofile import read_po

Language = Literal["zh_CN", "en"]
LANGUAGES: tuple[Language, ...] = ("zh_CN", "en")
SPOKEN: Mapping[str, Language] = {"zh": "zh_CN", "en": "en"}
DOMAIN = "paihao"
_locale = cache(Locale.parse)
_DAYS: Final[Mapping[Language, str]] = {"zh_CN": "M月d日（EEE）", "en": "EEE d MMM"}
_DATES: Final[Mapping[Language, str]] = {"zh_CN": "y年M月d日（EEE）", "en": "EEE d MMM y"}
_FORMAL: Final[Mapping[Language, str]] = {"zh_CN": "y年M月d日", "en": "d MMMM y"}


def N_(message: str) -> str:  # noqa: N802 - gettext's customary name, known to the extractor
    """Mark a message for the catalogues where it is written; it is translated where it is shown."""
    return message


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Message id -> text of one language, read once from the installed catalogue."""
    path = Path(__file__).parent / "locales" / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id and message.string}


def translate(language: Language, message: str, **params: object) -> str:
    """``message`` in the language, with ``{name}`` fields filled; the Chinese source is the fall-back."""
    text = catalogue(language).get(message, message)
    return text.format(**params) if params else text


def negotiate(*wishes: str | None) -> Language:
    """The first language wished for that we speak, Chinese otherwise.

    A wish is a tag (``en``) or a header like Accept-Language, whose tags browsers send in the order of their weight.
    """
    for wish in wishes:
        for tag in (wish or "").replace("_", "-").split(","):
            if (spoken := SPOKEN.get(tag.strip().split("-")[0].split(";")[0].lower())) is not None:
                return spoken
    return "zh_CN"


def day_text(day: date, language: Language, note: str = "") -> str:
    """A date with its weekday, as people say it: ``11月24日（周二）``, ``Tue 24 Nov``; with a ``note`` of it."""
    text = format_date(day, _DAYS[language], locale=_locale(language))
    if not note:
        return text
    return f"{text} ({note})" if language == "en" else f"{text[:-1]}，{note}）"


def date_text(day: date, language: Language) -> str:
    """A date with its weekday and year: ``2026年11月24日（周二）``, ``Tue 24 Nov 2026``."""
    return format_date(day, _DATES[language], locale=_locale(language))


def formal_date(day: date, language: Language) -> str:
    """A date as documents are dated: ``2026年11月24日``, ``24 November 2026``."""
    return format_date(day, _FORMAL[language], locale=_locale(language))


def moment_text(local: datetime, language: Language) -> str:
    """A moment of the hall's own time: ``11月24日（周二）09:30``, ``Tue 24 Nov, 09:30``."""
    between = ", " if language == "en" else ""
    return f"{day_text(local.date(), language)}{between}{local:%H:%M}"
