"""The terminal, written to by a thread: a reader that stalls must never stall the supervisor."""

import os
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO


class Console:
    """Takes lines at once and prints them soon; of too many at a time some are left out."""

    def __init__(
        self, stream: TextIO, on_broken: Callable[[], None], capacity: int = 10_000
    ) -> None:
        """`on_broken` is called, in the thread, once nobody reads the stream any more."""
        self._stream = stream
        self._on_broken = on_broken
        self._lines: queue.Queue[str | None] = queue.Queue(capacity)
        self._dropped = 0
        self._writer = threading.Thread(target=self._write, name="console", daemon=True)
        self._writer.start()

    def line(self, text: str) -> None:
        try:
            self._lines.put_nowait(text)
        except queue.Full:
            self._dropped += 1

    def close(self, timeout: float = 1.0) -> None:
        """Print what is left, for at most so many seconds."""
        try:
            self._lines.put(None, timeout=timeout)
        except queue.Full:
            return
        self._writer.join(timeout)

    def _write(self) -> None:
        while (text := self._lines.get()) is not None:
            if self._dropped:
                text = f"({self._dropped} lines were left out here)\n{text}"
                self._dropped = 0
            try:
                self._stream.write(text + "\n")
                if self._lines.empty():
                    self._stream.flush()
            except (OSError, ValueError):
                self._discard()
                self._on_broken()
                return

    def _discard(self) -> None:
        """Lead the stream nowhere: Python writes what it keeps of it at its end, and would exit
        with 120 where it can't."""
        with suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), self._stream.fileno())
