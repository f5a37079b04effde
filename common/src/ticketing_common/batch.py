"""Micro-batching: what is asked for while one round trip is under way goes with the next one.

Callers read as if each made its own call. At one request at a time nothing waits; at many, one
query answers all and one journalled write commits all (group commit).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Generic, TypeVar

K = TypeVar("K")
R = TypeVar("R")

LIMIT = 500  # items a round trip
PATIENCE = 3  # how long a call waits for company at most: so many times what the last one took,
PAUSE = 0.012  # and so many seconds


class Batch(Generic[K, R]):
    """Turns concurrent `ask`s into calls of `run`, one at a time.

    `run` answers a list of items with a result, or an exception, for each. What it raises fails
    all of them. An item joins only a call that starts after it was asked, so that everyone sees
    their own writes; a caller that is cancelled takes nobody along.

    Many callers in a loop would fall into two halves, one waiting while the other is answered: so
    after a call for several the next waits until there are as many again as were answered and had
    come meanwhile, but not for long (`PATIENCE`, `PAUSE`): they may never come back.
    """

    def __init__(self, run: Callable[[list[K]], Awaitable[Sequence[R | Exception]]]) -> None:
        self._run = run
        self._waiting: list[tuple[K, asyncio.Future[R]]] = []
        self._task: asyncio.Task[None] | None = None
        self._company = 0  # items that the next call waits for
        self._complete = asyncio.Event()
        self._since = 0.0  # when the first of those that wait has come
        self.calls = 0
        self.items = 0
        self.waited = 0.0  # seconds, by the first of each call

    async def ask(self, item: K) -> R:
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting.append((item, future))
        if len(self._waiting) >= self._company:
            self._complete.set()
        if self._task is None:
            self._task = asyncio.create_task(self._work())
        return await future

    async def _work(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:LIMIT], self._waiting[LIMIT:]
                self.calls += 1
                self.items += len(batch)
                began = time.monotonic()
                self.waited += began - self._since
                await self._answer(batch)
                if len(batch) > 1:
                    company = min(len(batch) + len(self._waiting), LIMIT)
                    await self._wait_for(company, min(PATIENCE * (time.monotonic() - began), PAUSE))
        finally:
            self._task = None
            left, self._waiting = self._waiting, []
            _cancel(left)  # if there is anyone, we were cancelled

    async def _wait_for(self, company: int, most: float) -> None:
        self._company = company
        self._complete.clear()
        if len(self._waiting) < company:
            with suppress(TimeoutError):
                async with asyncio.timeout(most):
                    await self._complete.wait()

    async def _answer(self, batch: list[tuple[K, asyncio.Future[R]]]) -> None:
        results: Sequence[R | Exception]
        try:
            results = await self._run([item for item, _ in batch])
            if len(results) != len(batch):
                raise ValueError(f"{len(results)} results for {len(batch)} items")
        except Exception as error:  # noqa: BLE001 - it is every caller's to handle
            results = [error] * len(batch)
        except BaseException:  # cancelled: nobody is left waiting for ever
            _cancel(batch)
            raise
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():  # its caller has gone
                continue
            if isinstance(result, Exception):
                future.set_exception(result)
            else:
                future.set_result(result)


def _cancel(items: Iterable[tuple[Any, asyncio.Future[Any]]]) -> None:
    for _, future in items:
        future.cancel()


class Shared(Generic[R]):
    """Lets concurrent identical questions share one answer, asked after each of them came."""

    def __init__(self) -> None:
        self._questions: dict[Hashable, _Question[R]] = {}

    async def ask(self, key: Hashable, answer: Callable[[], Awaitable[R]]) -> R:
        question = self._questions.get(key)
        if question is None:
            question = self._questions[key] = _Question(answer)
        question.callers += 1
        try:
            return await question.batch.ask(None)
        finally:
            question.callers -= 1
            if not question.callers:
                del self._questions[key]


class _Question(Generic[R]):
    """It is forgotten with the last of its callers, answered or cancelled."""

    def __init__(self, answer: Callable[[], Awaitable[R]]) -> None:
        async def run(callers: list[None]) -> list[Any]:
            return [await answer()] * len(callers)

        self.batch: Batch[None, R] = Batch(run)
        self.callers = 0
