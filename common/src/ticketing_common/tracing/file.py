"""A file that spans are appended to, and that does not grow for ever."""

import io
import os
from pathlib import Path

MOST = 50_000_000  # bytes, and as many of the file before it


class BoundedFile(io.TextIOBase):
    """Once it is full, it is `<name>.1` instead of the one that was so before, and begins anew."""

    def __init__(self, path: str, most: int = MOST) -> None:
        self._path = Path(path)
        self._most = most
        self._file = self._open()

    def write(self, line: str) -> int:
        written = self._file.write(line)
        if self._file.tell() >= self._most:
            self._file.close()
            os.replace(self._path, f"{self._path}.1")
            self._file = self._open()
        return written

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        super().close()  # which flushes
        self._file.close()

    def _open(self) -> io.TextIOWrapper:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return open(self._path, "a", encoding="utf-8")
