"""Templates: Jinja with our catalogues; every visible string goes through ``_``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, pass_context, select_autoescape
from jinja2.runtime import Context

from ..core.i18n import LANGUAGES, Language, translate
from .language import language_of

TAGS: Mapping[Language, str] = {"zh_CN": "zh-CN", "en": "en"}


def engine() -> Environment:
    """The environment of all pages: ``_`` translates, ``language`` names the reader's."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(_=_translate, language=_language, languages=LANGUAGES)
    return made


@pass_context
def _translate(context: Context, message: str, **params: Any) -> str:
    return translate(language_of(context["request"]), message, **params)


@pass_context
def _language(context: Context) -> str:
    return TAGS[language_of(context["request"])]
