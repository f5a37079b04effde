"""A file that spans are appended to, and that does not grow for ever."""

import io
import os
from contextlib import suppress
from pathlib import Path

MAX_BYTES = 50_000_000  # and as many of the file before it


class BoundedFile(io.TextIOBase):
    """An append-only text file. Once it has `most` bytes it is renamed to `<name>.1`, in the place
    of an older one, and begun anew. Its folder is made. Raises `OSError`, and goes on after it."""

    def __init__(self, path: str, most: int = MAX_BYTES) -> None:
        self._path = Path(path)
        self._most = most
        self._file = self._open()

    def write(self, line: str) -> int:
        if self._file.closed:  # the disk was full, say
            self._file = self._open()
        written = self._file.write(line)
        if self._file.tell() >= self._most:
            self._file.close()
            with suppress(FileNotFoundError):  # somebody has tidied up
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
        file = open(self._path, "a", encoding="utf-8")  # noqa: SIM115 - kept open
        if file.tell():  # what a killed process wrote last may be half a line
            file.write("\n")
        return file
