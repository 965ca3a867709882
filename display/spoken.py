"""What a call sounds like: the text that a speech engine reads right, from the hall's template (R44).

Plain text for any engine. Digits of a number are written as Chinese numerals one by one, since engines read ``012`` as
twelve and ``A012`` as they please; spaces keep letters apart, so that ``TJ`` is two letters and no syllable.
"""

import re
import unicodedata

from ..queue import calltext

TEST = "声音测试，一，二，三，请把音量调到大厅里都听得清"
"""To set a screen's volume by. It calls no number: people would go."""
_DIGITS = "零一二三四五六七八九"
_SIGN = re.compile(r"[A-Z]|[0-9]|[^\W0-9A-Z_]+")
_UNREAD = re.compile(r"[^\x20-\x7e]+")
"""What an English voice cannot read: zones and lines have Chinese names only."""


def chinese(template: str, *, number: str, window: str, zone: str, line: str) -> str:
    """``请{number}号到{window}号窗口`` with A012 and 3 is ``请A 零 一 二号到三号窗口``.

    Raises Invalid for a template that `calltext.check` refuses.
    """
    said = " ".join(map(_chinese_sign, _signs(number)))
    at = _chinese_number(int(window)) if _as_number(window) else " ".join(map(_chinese_sign, _signs(window)))
    return calltext.fill(template, number=said, window=at, zone=zone, line=line)


def english(template: str, *, number: str, window: str, zone: str, line: str) -> str:
    """Likewise ``A, 0, 1, 2``, the commas keeping the letter from being an article; '' for an empty template."""
    at = window if _as_number(window) else ", ".join(_signs(window))
    zone, line = (_UNREAD.sub(" ", name).strip() for name in (zone, line))
    return calltext.fill(template, number=", ".join(_signs(number)), window=at, zone=zone, line=line)


def _signs(text: str) -> list[str]:
    """Letters and digits one by one; words in another script stay whole."""
    return _SIGN.findall(unicodedata.normalize("NFKC", text).upper())


def _as_number(window: str) -> bool:
    """3 and 41 are said as numbers; A01, 03 and 101 sign by sign, as people in a hall do."""
    return re.fullmatch(r"[1-9][0-9]?", window) is not None


def _chinese_sign(sign: str) -> str:
    return _DIGITS[int(sign)] if sign in "0123456789" else sign


def _chinese_number(number: int) -> str:
    """1 to 99."""
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else _DIGITS[tens]) + ("十" if tens else "") + (_DIGITS[ones] if ones else "")
