"""Documents that wait for a next try of their own."""

import pytest

from ticketing_common.events import held


def test_only_so_many_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more waits in the store only; who is held already is counted on."""
    monkeypatch.setattr(held, "MOST", 2)
    documents = held.Held()

    counts = [documents.add(each, "a", refused=True) for each in (1, 2, 3, 1)]

    assert counts == [1, 1, 0, 2]
    assert documents.documents() == [1, 2]
    assert documents.add(1, "b", refused=True) == 1
    assert documents.add(1, "b", refused=False) == 1
