"""What a batch calls."""

import asyncio
from collections.abc import Sequence


class Recorded:
    """Doubles numbers; a call waits until it is let go."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.gate = asyncio.Semaphore(0)

    def let_go(self, calls: int) -> None:
        for _ in range(calls):
            self.gate.release()

    async def run(self, items: list[int]) -> Sequence[int | Exception]:
        self.calls.append(items)
        await self.gate.acquire()
        return [ValueError(item) if item < 0 else item * 2 for item in items]


async def started(recorded: Recorded, calls: int) -> None:
    while len(recorded.calls) < calls:
        await asyncio.sleep(0)
