"""How many requests came, by endpoint and answer, and which faults struck them."""

from collections import Counter
from typing import Any


class Counts:
    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.total = 0
        self._endpoints: dict[str, Counter[str]] = {}
        self._faults: Counter[str] = Counter()

    def answered(self, endpoint: str, outcome: str) -> None:
        """`outcome` is a status, or what happened in place of an answer."""
        self.total += 1
        self._endpoints.setdefault(endpoint, Counter())[outcome] += 1

    def replayed(self, endpoint: str) -> None:
        self._endpoints.setdefault(endpoint, Counter())["replayed"] += 1

    def struck(self, kind: str) -> None:
        self._faults[kind] += 1

    def as_json(self) -> dict[str, Any]:
        return {
            "total": self.total,
            "endpoints": {name: dict(found) for name, found in sorted(self._endpoints.items())},
            "faults": dict(self._faults),
        }
