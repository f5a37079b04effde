"""Ways to take a part out of micro-batching, in the process that is about to be a service."""

import asyncio
from typing import Any

from ticketing_common.batch import Batch

Waiting = list[tuple[Any, Any]]


def own_answers() -> None:
    """The last two callers of a call get each other's answers."""
    answer = Batch._answer

    async def swapped(self: Batch[Any, Any], batch: Waiting) -> None:
        if len(batch) > 1:
            *others, (one, first), (other, second) = batch
            batch = [*others, (one, second), (other, first)]
        await answer(self, batch)

    Batch._answer = swapped  # type: ignore[method-assign]


def fresh_reads() -> None:
    """Who asks what is being asked already shares that answer, however old the question is."""
    asked: dict[tuple[int, Any], Any] = {}
    ask = Batch.ask

    async def shared(self: Batch[Any, Any], item: Any) -> Any:
        if isinstance(item, dict | tuple):  # no question, but something to be written
            return await ask(self, item)
        key = id(self), item
        if key not in asked:
            asked[key] = asyncio.ensure_future(ask(self, item))
            asked[key].add_done_callback(lambda _: asked.pop(key, None))
        return await asyncio.shield(asked[key])

    Batch.ask = shared  # type: ignore[method-assign]
