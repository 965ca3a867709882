"""The words of a call: a template such as ``请{number}号到{window}号窗口办理``, checked when it is written (R44)."""

from . import fields

FIELDS = ("number", "window", "zone", "line")
NEEDED = ("number", "window")


def check(template: str) -> None:
    """Raises Invalid when a call cannot be made from the template. An empty one is fine: it stands for another one's.

    Codes as in `fields.pieces`; without number or window nobody knows who goes where.
    """
    if template:
        fields.pieces(template, FIELDS, NEEDED)


def fill(template: str, *, number: str, window: str, zone: str, line: str) -> str:
    """The template with its fields filled; '' for an empty one. Raises Invalid as `check` does."""
    values = {"number": number, "window": window, "zone": zone, "line": line}
    return fields.fill(template, values, NEEDED) if template else ""
