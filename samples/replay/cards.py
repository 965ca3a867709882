"""Decisions dealt like cards: each as often as it should be, so that everything happens in a small run too."""

import random
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


class Cards:
    """The same for the same seed; ``chance`` for whatever is no matter of cards."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a simulation
        self._decks: dict[object, list[object]] = {}

    def deal(self, counts: Mapping[T, int]) -> T:
        """The next card of a deck in which each lies so often; an empty one is shuffled anew."""
        deck: list[T] = self._decks.setdefault(tuple(counts.items()), [])  # type: ignore[assignment]
        if not deck:
            deck += [what for what, count in counts.items() for _ in range(count)]
            self.chance.shuffle(deck)
        return deck.pop()
