"""The 16x64 LED panel above a window, as rows of dots: the number as large as it goes, a sign for the state. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

ROWS: Final = 16
COLUMNS: Final = 64
ON: Final = "#"
OFF: Final = " "

_DRAWN: Final = (
    (
        "0123456789",
        """
.###. ..#.. .###. ##### ...#. ##### ..##. ##### .###. .###.
#...# .##.. #...# ....# ..##. #.... .#... ....# #...# #...#
#..## ..#.. ....# ...#. .#.#. ####. #.... ...#. #...# #...#
#.#.# ..#.. ...#. ..##. #..#. ....# ####. ..#.. .###. .####
##..# ..#.. ..#.. ....# ##### ....# #...# .#... #...# ....#
#...# ..#.. .#... #...# ...#. #...# #...# .#... #...# ...#.
.###. .###. ##### .###. ...#. .###. .###. .#... .###. .##..
""",
    ),
    (
        "ABCDEFGHIJKLM",
        """
.###. ####. .###. ####. ##### ##### .###. #...# .###. ..### #...# #.... #...#
#...# #...# #...# #...# #.... #.... #...# #...# ..#.. ...#. #..#. #.... ##.##
#...# #...# #.... #...# #.... #.... #.... #...# ..#.. ...#. #.#.. #.... #.#.#
##### ####. #.... #...# ####. ####. #.### ##### ..#.. ...#. ##... #.... #.#.#
#...# #...# #.... #...# #.... #.... #...# #...# ..#.. ...#. #.#.. #.... #...#
#...# #...# #...# #...# #.... #.... #...# #...# ..#.. #..#. #..#. #.... #...#
#...# ####. .###. ####. ##### #.... .###. #...# .###. .##.. #...# ##### #...#
""",
    ),
    (
        "NOPQRSTUVWXYZ",
        """
#...# .###. ####. .###. ####. .#### ##### #...# #...# #...# #...# #...# #####
##..# #...# #...# #...# #...# #.... ..#.. #...# #...# #...# #...# #...# ....#
#.#.# #...# #...# #...# #...# #.... ..#.. #...# #...# #...# .#.#. .#.#. ...#.
#..## #...# ####. #...# ####. .###. ..#.. #...# #...# #.#.# ..#.. ..#.. ..#..
#...# #...# #.... #.#.# #.#.. ....# ..#.. #...# #...# #.#.# .#.#. ..#.. .#...
#...# #...# #.... #..#. #..#. ....# ..#.. #...# .#.#. ##.## #...# ..#.. #....
#...# .###. #.... .##.# #...# ####. ..#.. .###. ..#.. #...# #...# ..#.. #####
""",
    ),
)
FONT: Final[Mapping[str, Sequence[str]]] = {
    sign: [row.split()[place].replace("#", ON).replace(".", OFF) for row in picture.split("\n")[1:-1]]
    for signs, picture in _DRAWN
    for place, sign in enumerate(signs)
}
"""Sign -> seven rows of five dots."""
UNKNOWN: Final = [OFF * 5] * 3 + [ON * 5] + [OFF * 5] * 3

_SIGNS: Final = {
    "calling": "....#.... ....#.... ....#.... #...#...# .#..#..#. ..#.#.#.. ...###... ....#....",
    "serving": "..#####.. .#######. ######### ######### ######### ######### .#######. ..#####..",
    "free": "..#####.. .#.....#. #.......# #.......# #.......# #.......# .#.....#. ..#####..",
    "paused": ".##...##. .##...##. .##...##. .##...##. .##...##. .##...##. .##...##. .##...##.",
    "closed": "#.......# .#.....#. ..#...#.. ...#.#... ...#.#... ..#...#.. .#.....#. #.......#",
}
SIGNS: Final[Mapping[str, Sequence[str]]] = {
    state: [row.replace("#", ON).replace(".", OFF) for row in drawn.split()] for state, drawn in _SIGNS.items()
}
"""State -> eight rows of nine dots, the same signs as on the web strip."""
_SIGN_WIDTH = 9
_ROOM = COLUMNS - _SIGN_WIDTH - 1
"""Columns for the number."""
_SETTINGS = ((2, 2), (2, 1), (1, 1))
"""How wide a dot of a letter is, and the gap between letters: the first that fits."""


def panel(text: str, state: str, shift: int = 0) -> list[str]:
    """16 rows of 64 dots: ``text`` (letters and digits) at the left, the sign of ``state`` at the right.

    The letters are as wide as fits; a text that is too long even so runs past, ``shift`` dots on.
    """
    wide, gap = next((setting for setting in _SETTINGS if _width(text, *setting) <= _ROOM), _SETTINGS[-1])
    letters = [FONT.get(sign, UNKNOWN) for sign in text.upper()]
    rows = [(OFF * gap).join("".join(dot * wide for dot in letter[row]) for letter in letters) for row in range(7)]
    number = [_cut(rows[row // 2], shift) for row in range(14)]
    blank = OFF * _SIGN_WIDTH
    signs = [blank, blank, blank, *SIGNS[state], blank, blank, blank]
    nothing = OFF * COLUMNS
    return [nothing, *(f"{dots}{OFF}{sign}" for dots, sign in zip(number, signs, strict=True)), nothing]


def runs(text: str) -> bool:
    """The text is too long for the panel: it is to be shown with a growing ``shift``."""
    return _width(text, *_SETTINGS[-1]) > _ROOM


def _width(text: str, wide: int, gap: int) -> int:
    return (5 * wide + gap) * len(text) - gap


def _cut(dots: str, shift: int) -> str:
    """The part of a row that is seen; what is too long comes round again after an empty panel."""
    if len(dots) <= _ROOM:
        return dots.ljust(_ROOM, OFF)
    endless = dots + OFF * _ROOM
    start = shift % len(endless)
    return (endless * 2)[start : start + _ROOM]
