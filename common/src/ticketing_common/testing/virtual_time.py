"""An event loop whose clock a busy machine does not move: for tests of how long something takes."""

import asyncio
import selectors
from typing import Any


class _Leaping(selectors.DefaultSelector):
    """Does not wait for the next timer, but says that it did."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        self.now += timeout or 0
        return super().select(timeout and 0)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Work takes no time and waits are over at once: where nothing is ready, the clock moves to the
    next timer. Not for tests with sockets, processes or threads: it would not wait for them.
    """

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.now
