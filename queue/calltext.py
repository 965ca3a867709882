"""The words of a call: a template such as ``请{number}号到{window}号窗口办理``, checked when it is written (R44).

Templates come from people. They are parsed and never handed to `str.format`, which would follow attributes.
"""

from functools import lru_cache
from string import Formatter

from ..core.errors import Invalid
from ..core.i18n import N_

FIELDS = ("number", "window", "zone", "line")
NEEDED = ("number", "window")


def check(template: str) -> None:
    """Raises Invalid when a call cannot be made from the template. An empty one is fine: it stands for another one's.

    Codes: ``unknown_field`` (a field that is not in FIELDS, or is more than a bare name), ``missing_field`` (without
    number or window nobody knows who goes where), ``broken_template`` (braces that do not match).
    """
    if template:
        _pieces(template)


def fill(template: str, *, number: str, window: str, zone: str, line: str) -> str:
    """The template with its fields filled; '' for an empty one. Raises Invalid as `check` does."""
    values = {None: "", "number": number, "window": window, "zone": zone, "line": line}
    return "".join(text + values[field] for text, field in _pieces(template)) if template else ""


@lru_cache(maxsize=500)
def _pieces(template: str) -> tuple[tuple[str, str | None], ...]:
    """Text and the field that follows it, if any."""
    try:
        parsed = list(Formatter().parse(template))
    except ValueError:
        raise Invalid(N_("叫号词里的花括号不成对"), code="broken_template") from None
    known = "".join(f"{{{field}}}" for field in FIELDS)
    for _, field, spec, conversion in parsed:
        if field is not None and (field not in FIELDS or spec or conversion):
            given = field + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
            raise Invalid(
                N_("叫号词里不能用{field}，可以用的有{known}"),
                code="unknown_field",
                field=f"{{{given}}}",
                known=known,
            )
    used = {field for _, field, _, _ in parsed}
    for needed in NEEDED:
        if needed not in used:
            raise Invalid(N_("叫号词里缺少{field}"), code="missing_field", field=f"{{{needed}}}")
    return tuple((text, field) for text, field, _, _ in parsed)
