"""What a simulated loop is made of: steps, and tasks and futures that sort as in every run."""

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Any


class _Numbered:
    """Sets of tasks are iterated by hash: a number is the same in every run, an address is not."""

    _number = 0

    def __hash__(self) -> int:
        if not self._number:
            self._number = self.get_loop().next_number()  # type: ignore[attr-defined]
        return self._number


class SimulatedTask(_Numbered, asyncio.Task[Any]):
    pass


class SimulatedFuture(_Numbered, asyncio.Future[Any]):
    pass


class Step:
    """Something to do, by the process whose context it has. In the place of asyncio's handles,
    which take three times as long to be made."""

    __slots__ = ("_when", "args", "callback", "context", "is_cancelled")

    def __init__(
        self, when: float, callback: Callable[..., object], args: Any, context: Context
    ) -> None:
        self._when = when
        self.callback = callback
        self.args = args
        self.context = context
        self.is_cancelled = False

    def when(self) -> float:
        return self._when

    def cancelled(self) -> bool:
        return self.is_cancelled

    def cancel(self) -> None:
        """Of a timer: it is dropped when its time comes."""
        self.is_cancelled = True
        self.callback = self.args = self.context = None  # type: ignore[assignment]
