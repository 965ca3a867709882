"""Byte ranges of a file (RFC 9110, 14): what players ask for to loop and seek. Pure."""

import re

_ONE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.IGNORECASE | re.ASCII)


class Unsatisfiable(Exception):
    """Nothing of the file lies in the range: answered with 416."""


def part(header: str | None, size: int) -> tuple[int, int] | None:
    """First byte and the byte after the last one that a ``Range`` header asks for, of a file of ``size`` bytes.

    None: the whole file, which is also right for several ranges, other units and what cannot be read.
    Raises Unsatisfiable.
    """
    asked = _ONE.fullmatch((header or "").strip())
    if asked is None or asked[0].endswith("=-"):
        return None
    first, last = asked.groups()
    if not first:  # the last so many bytes
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1 if last else size)
        if last and int(last) < int(first):
            return None
    if start >= stop:
        raise Unsatisfiable
    return start, stop
