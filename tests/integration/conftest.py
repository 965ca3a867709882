"""A printer on the network, for whoever prints."""

from collections.abc import AsyncIterator

import pytest
from paihao.display import printer as network
from printer import Printer, printer


@pytest.fixture
async def machine(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Printer]:
    """It stands in the same machine, and is not waited for as long."""
    monkeypatch.setattr(network, "STATUS_SECONDS", 0.1)
    monkeypatch.setattr(network, "PRINT_SECONDS", 0.1)
    async with printer() as made:
        yield made
