"""How the replay says something in the reader's language."""

from typing import Protocol


class Say(Protocol):
    """Translate a message and fill its fields."""

    def __call__(self, message: str, **params: object) -> str: ...
