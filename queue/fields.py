"""Words with fields, such as ``请{number}号到{window}号窗口办理``, which a hall writes for itself: parsed, filled.

They come from people. They are parsed and never handed to `str.format`, which would follow attributes.
"""

from collections.abc import Mapping
from functools import lru_cache
from string import Formatter

from ..core.errors import Invalid
from ..core.i18n import N_


def clean(value: str) -> None:
    """Refuse what nobody can see: control and formatting characters, spaces at the ends (inner 全角空格 may stay).

    Raises Invalid ``unclean``.
    """
    if value != value.strip():
        raise Invalid(N_("首尾有多余的空格"), code="unclean")
    if not value.replace("\u3000", " ").isprintable():
        raise Invalid(N_("含有不可见的字符"), code="unclean")


def fill(template: str, values: Mapping[str, str], needed: tuple[str, ...] = ()) -> str:
    """The template with these values in its fields. Raises Invalid as `pieces` does."""
    parsed = pieces(template, tuple(values), needed)
    return "".join(text if field is None else text + values[field] for text, field in parsed)


@lru_cache(maxsize=500)
def pieces(template: str, fields: tuple[str, ...], needed: tuple[str, ...] = ()) -> tuple[tuple[str, str | None], ...]:
    """Text and the field that follows it, if any.

    Raises Invalid: ``unknown_field`` (one that is not in ``fields``, or is more than a bare name), ``missing_field``
    (one of ``needed`` is not there), ``broken_template`` (braces that do not match).
    """
    try:
        parsed = list(Formatter().parse(template))
    except ValueError:
        raise Invalid(N_("花括号不成对"), code="broken_template") from None
    known = "".join(f"{{{field}}}" for field in fields)
    for _, field, spec, conversion in parsed:
        if field is not None and (field not in fields or spec or conversion):
            given = field + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
            raise Invalid(
                N_("不能用{field}，可以用的有{known}"), code="unknown_field", field=f"{{{given}}}", known=known
            )
    used = {field for _, field, _, _ in parsed}
    for name in needed:
        if name not in used:
            raise Invalid(N_("缺少{field}"), code="missing_field", field=f"{{{name}}}")
    return tuple((text, field) for text, field, _, _ in parsed)
