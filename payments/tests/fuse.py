"""A process that dies at any step."""

import inspect
from typing import Any


class Crash(BaseException):
    """The process is no more."""


class Fuse:
    """Burns a step before and after each call that leaves the process, and blows at the n-th."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def burn(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Crash


class Fused:
    """Passes everything on to the target, along the fuse."""

    def __init__(self, target: Any, fuse: Fuse) -> None:
        self._target = target
        self._fuse = fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._target, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def call(*arguments: Any, **named: Any) -> Any:
            self._fuse.burn()
            answer = await found(*arguments, **named)
            self._fuse.burn()
            return answer

        return call
