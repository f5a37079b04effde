"""Fixtures of the tests about messages."""

import pytest

from ticketing_common.events import held
from ticketing_common.events import relay as relays

QUICK = 0.02  # seconds


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow each other at once, and so do polls."""
    monkeypatch.setattr(held, "FIRST_DELAY", QUICK)
    monkeypatch.setattr(relays, "POLL_INTERVAL", QUICK)
