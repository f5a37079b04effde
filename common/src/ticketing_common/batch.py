"""Micro-batching: what is asked for while one round trip is under way goes with the next one.

Callers read as if each made its own call. At one request at a time nothing waits; at many, one
query answers all and one journalled write commits all (group commit). Many callers in a loop would
fall into two halves, one waiting while the other is answered: so a call that follows a busy one
waits until those just answered have come back, though not for long: they may never come.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Generic, Self, TypeVar

K = TypeVar("K")
R = TypeVar("R")

LIMIT = 500  # items a round trip
PAUSE = 0.001  # seconds a query waits for company at most
COMMIT_PAUSE = 0.012  # and a write: callers need longer for their next one
PATIENCE = 0.9  # of the company expected is left after a busy call that had less
MEMORY = 0.05  # so long after a busy call the first waits for company, too


class Batch(Generic[K, R]):
    """Turns concurrent `ask`s into calls of `run`, one at a time.

    `run` answers a list of items with a result, or an exception, for each. What it raises fails
    all of them. An item joins only a call that starts after it was asked, so that everyone sees
    their own writes; a caller that is cancelled takes nobody along. After a call that had company
    the next waits for as much: as many as were answered and had come meanwhile, or nearly as many
    as before, but for `pause` seconds at most. So does the first of those that come between `rest`
    and `MEMORY` seconds later: callers that were busy with something else meanwhile, as with a
    commit, come back together.
    """

    def __init__(
        self,
        run: Callable[[list[K]], Awaitable[Sequence[R | Exception]]],
        pause: float = PAUSE,
        rest: float = 2 * PAUSE,
    ) -> None:
        self._run = run
        self._waiting: list[tuple[K, asyncio.Future[R]]] = []
        self._task: asyncio.Task[None] | None = None
        self._busy_at = -MEMORY
        self._expected = 0  # items of the next call, if all come back
        self._all_here = asyncio.Event()
        self._pause = pause
        self._rest = rest
        self._since = 0.0  # when the first of those that wait has come
        self.calls = 0
        self.items = 0
        self.waited = 0.0  # seconds, by the first of each call

    @classmethod
    def of_writes(cls, run: Callable[[list[K]], Awaitable[Sequence[R | Exception]]]) -> Self:
        return cls(run, COMMIT_PAUSE, rest=0.0)

    async def ask(self, item: K) -> R:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        if not self._waiting:
            self._since = loop.time()
        self._waiting.append((item, future))
        if len(self._waiting) >= self._expected:
            self._all_here.set()
        if self._task is None:
            self._task = asyncio.create_task(self._work())
        return await future

    @property
    def idle(self) -> bool:
        return self._task is None

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        since = loop.time() - self._busy_at
        busy = self._rest <= since < MEMORY
        if since >= MEMORY:
            self._expected = 0
        try:
            while self._waiting:
                if busy:
                    await self._wait_for_company()
                batch, self._waiting = self._waiting[:LIMIT], self._waiting[LIMIT:]
                self.calls += 1
                self.items += len(batch)
                self.waited += loop.time() - self._since
                await self._answer(batch)
                busy = len(batch) > 1
                if busy:
                    self._busy_at = loop.time()
                    company = len(batch) + len(self._waiting)
                    self._expected = min(max(company, int(self._expected * PATIENCE)), LIMIT)
        finally:
            self._task = None
            left, self._waiting = self._waiting, []
            _cancel(left)  # if there is anyone, we were cancelled

    async def _wait_for_company(self) -> None:
        self._all_here.clear()
        if len(self._waiting) < self._expected:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pause):
                    await self._all_here.wait()

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
        self._questions: dict[Hashable, Batch[None, R]] = {}

    async def ask(self, key: Hashable, answer: Callable[[], Awaitable[R]]) -> R:
        question = self._questions.get(key)
        if question is None:

            async def run(items: list[None]) -> list[Any]:
                return [await answer()] * len(items)

            question = self._questions[key] = Batch(run)
        try:
            return await question.ask(None)
        finally:
            if question.idle:
                self._questions.pop(key, None)
