"""Many worlds at once, each in a process of its own that begins as all others do.

A world leaves much behind that nobody tidies up (that is what `kill -9` is like), and what one
remembers must not reach the next one: its process ends with it.
"""

import os
import pickle
import select
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
W = TypeVar("W")

CHUNK = 2**16  # bytes


class WorldDiedError(Exception):
    """Its process ended without a result."""


def side_by_side(run: Callable[[W], T], work: Iterable[W], at_once: int) -> Iterator[T]:
    """What `run` makes of each piece of work, as soon as it is there. Raises `WorldDiedError`."""
    left = iter(work)
    running: dict[int, tuple[int, W, bytearray]] = {}  # by the pipe that its result comes from
    while True:
        while len(running) < at_once and (piece := next(left, None)) is not None:
            pipe, pid = _fork(run, piece)
            running[pipe] = pid, piece, bytearray()
        if not running:
            return
        ready, _, _ = select.select(list(running), [], [])
        for pipe in ready:
            chunk = os.read(pipe, CHUNK)
            if chunk:
                running[pipe][2].extend(chunk)
                continue
            pid, piece, result = running.pop(pipe)
            os.close(pipe)
            os.waitpid(pid, 0)
            if not result:
                raise WorldDiedError(f"no result of {piece}: what it said is above")
            yield pickle.loads(result)


def _fork(run: Callable[[W], T], piece: W) -> tuple[int, int]:
    pipe, end = os.pipe()
    pid = os.fork()
    if pid:
        os.close(end)
        return pipe, pid
    try:
        os.close(pipe)
        with os.fdopen(end, "wb") as result:
            pickle.dump(run(piece), result)
    except BaseException:  # noqa: BLE001 - the child ends here, and the parent is told
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)
