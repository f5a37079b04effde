"""What lies between two processes: it takes time, stalls, and breaks."""

import random
from collections.abc import Callable
from typing import Any

from infra.tests.simulation.chronicle import Chronicle
from infra.tests.simulation.loop import SimulatedLoop

LATENCY = 0.2e-3, 3e-3  # seconds, one way
SLOW = 0.05  # the share of messages that take up to `SLOWNESS` longer
SLOWNESS = 0.15


class Network:
    """Delays messages. Ways `(a, b)` between two names can be stalled: what is on them waits. Who
    lives on it writes down in its chronicle what happens."""

    def __init__(self, loop: SimulatedLoop, seed: int | str) -> None:
        self.loop = loop
        self.chronicle = Chronicle(loop.time)
        self.dice = random.Random(f"network {seed}")
        self._stalled: dict[frozenset[str], list[Callable[[], None]]] = {}

    def latency(self) -> float:
        delay = self.dice.uniform(*LATENCY)
        if self.dice.random() < SLOW:
            delay += self.dice.uniform(0, SLOWNESS)
        return delay

    def send(self, a: str, b: str, arrive: Callable[..., None], *args: Any) -> None:
        """One message from a to b; the order of two is not kept."""
        self.loop.in_world(self.latency(), self._arrive, frozenset((a, b)), arrive, args)

    def in_order(
        self, a: str, b: str, after: float, arrive: Callable[..., None], *args: Any
    ) -> float:
        """One message of a connection; returns when it arrives, which the next has to be after."""
        at = max(after, self.loop.time() + self.latency()) + 1e-6
        delay = at - self.loop.time()
        self.loop.in_world(delay, self._arrive, frozenset((a, b)), arrive, args)
        return at

    def stall(self, a: str, b: str) -> None:
        self._stalled.setdefault(frozenset((a, b)), [])

    def resume(self, a: str, b: str) -> None:
        for deliver in self._stalled.pop(frozenset((a, b)), []):
            deliver()

    def resume_all(self) -> None:
        for way in list(self._stalled):
            for deliver in self._stalled.pop(way):
                deliver()

    def _arrive(self, way: frozenset[str], arrive: Callable[..., None], args: Any) -> None:
        held = self._stalled.get(way)
        if held is None:
            arrive(*args)
        else:
            held.append(lambda: arrive(*args))
