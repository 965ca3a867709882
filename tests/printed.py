"""ESC/POS bytes turned back into what a printer would put on paper.

A line of the picture is ``style|text`` with the text where it stands in the 48 columns: ``B`` bold, ``4x`` four times
as wide and high. What a printer does besides is a line in brackets. What it would not understand is refused.
"""

from collections.abc import Iterator

COLUMNS = 48


class Unreadable(Exception):
    """Bytes that mean nothing to a printer, or text beyond the edge of the paper."""


def width(text: str) -> int:
    return sum(1 if len(character.encode("gb18030")) == 1 else 2 for character in text)


def picture(data: bytes) -> str:
    """The paper as text. Raises Unreadable, and UnicodeDecodeError for a character cut in half."""
    return "".join(f"{line}\n" for line in _lines(data))


def codes(data: bytes) -> list[str]:
    """The contents of the QR codes."""
    return [line[4:-1] for line in _lines(data) if line.startswith("[QR ")]


def _lines(data: bytes) -> Iterator[str]:
    bold, align, size, stored, place = False, 0, 1, "", 0

    def laid(text: str) -> str:
        room = COLUMNS // size - width(text)
        if room < 0:
            raise Unreadable(f"beyond the edge: {text}")
        style = ("B" if bold else " ") + (f"{size}x" if size > 1 else "  ")
        return f"{style}|{' ' * (room // 2 if align == 1 else 0)}{text}".rstrip()

    while place < len(data):
        rest = data[place:]
        match rest[:2]:
            case b"\x1b@":
                yield "[reset]"
                place += 2
            case b"\x1c&":
                yield "[Chinese]"
                place += 2
            case b"\x1d!":
                if rest[2] >> 4 != rest[2] & 0x0F:
                    raise Unreadable("distorted text")
                size, place = (rest[2] & 0x0F) + 1, place + 3
            case b"\x1bE":
                bold, place = bool(rest[2]), place + 3
            case b"\x1ba":
                align, place = rest[2], place + 3
            case b"\x1bd":
                yield f"[feed {rest[2]}]"
                place += 3
            case b"\x1dV":
                yield {0: "[cut]", 1: "[partial cut]"}[rest[2]]
                place += 3
            case b"\x1d(":
                length = int.from_bytes(rest[3:5], "little")
                function, value = rest[5:7], rest[7 : 5 + length]
                if function == b"1P":
                    stored = value[1:].decode()
                elif function == b"1Q":
                    yield f"[QR {stored}]"
                elif function not in (b"1A", b"1C", b"1E"):
                    raise Unreadable(f"GS ( k {function!r}")
                place += 5 + length
            case _:
                text, end, _ = rest.partition(b"\n")
                if not end or any(byte < 0x20 for byte in text):
                    raise Unreadable(repr(rest[:20]))
                yield laid(text.decode("gb18030"))
                place += len(text) + 1
