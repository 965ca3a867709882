"""The LED panel: always sixteen rows of sixty-four dots, every sign to be told from every other."""

from itertools import combinations
from string import ascii_uppercase, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paihao.display.led import COLUMNS, FONT, OFF, ON, ROWS, SIGNS, panel, runs


def dots(rows: list[str], *, number: bool = True) -> int:
    """Dots that are on, of the number or of the sign."""
    return sum((row[:54] if number else row[54:]).count(ON) for row in rows)


@given(st.text(max_size=14), st.sampled_from(sorted(SIGNS)), st.integers(0, 500))
def test_the_panel_always_has_its_size(text: str, state: str, shift: int) -> None:
    rows = panel(text, state, shift)
    assert len(rows) == ROWS == 16
    assert {len(row) for row in rows} == {COLUMNS} == {64}
    assert set("".join(rows)) <= {ON, OFF}


def test_every_letter_and_figure_is_drawn_and_differs_from_the_others() -> None:
    assert set(FONT) == set(ascii_uppercase + digits)
    for letter in FONT.values():
        assert [len(row) for row in letter] == [5] * 7
    for one, other in combinations(FONT, 2):
        different = sum(a != b for a, b in zip("".join(FONT[one]), "".join(FONT[other]), strict=True))
        assert different >= 2, (one, other)


def test_the_signs_of_the_states_differ() -> None:
    assert len({tuple(rows) for rows in SIGNS.values()}) == len(SIGNS)
    for state in SIGNS:
        assert dots(panel("", state), number=False) > 0


@pytest.mark.parametrize("text", ["A012", "SB123", "WWWW999"])
def test_a_number_is_as_large_as_fits_and_whole(text: str) -> None:
    rows = panel(text, "calling")
    drawn = sum(row.count(ON) for letter in text for row in FONT[letter])
    assert dots(rows) in (2 * drawn, 4 * drawn)  # twice as high always, twice as wide where there is room
    assert (dots(rows) == 4 * drawn) is (len(text) <= 5)
    assert not runs(text)


def test_a_number_that_is_too_long_runs_past() -> None:
    assert runs("ABCD012345")
    shown = [panel("ABCD012345", "free", shift) for shift in range(200)]
    assert shown[0] != shown[1]
    assert any(dots(rows) == 0 for rows in shown)  # an empty panel between the rounds
