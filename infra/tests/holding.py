"""Keeping a supervised process away: whatever is started in its place is paused at once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import psutil

from ticketing_local.harness import until

Pid = Callable[[], int | None]
POLL = 0.05  # seconds


@contextmanager
def kept_away(pid: Pid) -> Iterator[None]:
    """`pid` tells the process that the supervisor runs now. It is killed; its successors are
    paused, before they have connected to anything, and the last of them goes on in the end."""
    keeper = _Keeper(pid)
    thread = threading.Thread(target=keeper.run, daemon=True)
    thread.start()
    try:
        until(lambda: keeper.paused is not None)
        yield
    finally:
        keeper.done.set()
        thread.join()
        if keeper.paused:
            with suppress(psutil.NoSuchProcess):
                keeper.paused.resume()


class _Keeper:
    def __init__(self, pid: Pid) -> None:
        self.done = threading.Event()
        self.paused: psutil.Process | None = None
        self._pid = pid
        self._first = pid()

    def run(self) -> None:
        while not self.done.is_set():
            number = self._pid()
            if number is not None and (self.paused is None or number != self.paused.pid):
                with suppress(psutil.NoSuchProcess):
                    self._stop(psutil.Process(number))
            self.done.wait(POLL)

    def _stop(self, process: psutil.Process) -> None:
        process.suspend()
        if process.pid == self._first or process.net_connections():
            process.kill()  # it may have asked for something already: the next one, then
        else:
            self.paused = process
