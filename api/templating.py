"""Templates: Jinja with our catalogues; every visible string goes through ``_``, every choice is known to pages."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, pass_context, select_autoescape
from jinja2.runtime import Context
from markupsafe import Markup

from ..core.i18n import LANGUAGES, Language, translate
from ..queue.needs import NAMES
from .choices import chosen, link
from .language import language_of
from .light import FOLLOW_STYLE

TAGS: Mapping[Language, str] = {"zh_CN": "zh-CN", "en": "en"}


def engine() -> Environment:
    """The environment of all pages: ``_`` translates, ``language`` and ``choice`` tell what the reader chose.

    ``choose`` gives the link that changes a choice; ``needs`` are R53's codes and their words.
    """
    made = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=select_autoescape(default=True),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(_=_translate, language=_language, languages=LANGUAGES)
    made.globals.update(choice=_choice, choose=_choose, needs=_needs, follow_style=Markup(FOLLOW_STYLE))  # noqa: S704
    return made


@pass_context
def _translate(context: Context, message: str, **params: Any) -> str:
    return translate(language_of(context["request"]), message, **params)


@pass_context
def _language(context: Context) -> str:
    return TAGS[language_of(context["request"])]


@pass_context
def _needs(context: Context) -> dict[str, str]:
    return {code: translate(language_of(context["request"]), name) for code, name in NAMES.items()}


@pass_context
def _choice(context: Context, name: str) -> str | None:
    return chosen(context["request"], name)


@pass_context
def _choose(context: Context, name: str, value: str) -> str:
    return link(context["request"], name, value)
