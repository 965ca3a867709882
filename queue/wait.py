"""How long a visitor will wait, said honestly: a range, from what the line really takes and the windows open now."""

from collections.abc import Iterable
from math import ceil, floor, sqrt
from typing import NamedTuple

PRIOR_WEIGHT = 5
"""The configured handling time counts like so many observed cases, so that a quiet morning does not swing it."""
SPREAD = 1.0
"""Standard deviations to either side: about two visitors of three are called inside the range."""


class Handling(NamedTuple):
    """Minutes that a case of a line takes at the window."""

    mean: float
    sd: float


class Wait(NamedTuple):
    """Whole minutes, ``low <= high``."""

    low: int
    high: int


def handling(prior: Handling, recent: Iterable[float]) -> Handling:
    """Blend a line's configured minutes with its recent ones; a forgotten one (over 4 x the mean) does not count."""
    cases = [minutes for minutes in recent if 0 < minutes <= 4 * prior.mean]
    weight = PRIOR_WEIGHT + len(cases)
    mean = (prior.mean * PRIOR_WEIGHT + sum(cases)) / weight
    squares = (prior.sd**2 + (prior.mean - mean) ** 2) * PRIOR_WEIGHT + sum((case - mean) ** 2 for case in cases)
    return Handling(mean, sqrt(squares / weight))


def estimate(ahead: int, case: Handling, own: float, helpers: float) -> Wait | None:
    """The range until the next call of somebody with ``ahead`` people before him; None while no window is open.

    ``own``: windows that serve the line first, ``helpers``: windows that help it, each weighted by how many lines it
    shares itself between. Helpers count fully in the low figure and half in the high one.
    """
    if own + helpers <= 0:
        return None
    turns = ahead + 0.5  # on average the cases now at the windows are half done
    spread = SPREAD * case.sd * sqrt(turns)
    low = (turns * case.mean - spread) / (own + helpers)
    high = (turns * case.mean + spread) / (own + helpers / 2)
    return Wait(max(0, floor(low)), max(1, ceil(high)))


def not_before(figure: Wait, minutes: int) -> Wait:
    """The range of somebody who asked not to be called within the next ``minutes``."""
    return Wait(max(figure.low, minutes), max(figure.high, minutes))
