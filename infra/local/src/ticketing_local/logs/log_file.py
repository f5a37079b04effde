"""Log files that stay small."""

from pathlib import Path

LIMIT_BYTES = 5_000_000


class LogFile:
    """Appends lines to `NAME.log`; a full one becomes `NAME.log.1`, in place of the last such."""

    def __init__(self, path: Path, limit: int = LIMIT_BYTES) -> None:
        self.path = path
        self._limit = limit
        self._open()

    def write(self, line: str) -> None:
        """Append a line. Raises OSError when the disk takes no more."""
        data = line.encode("utf-8", "replace") + b"\n"
        if self._size and self._size + len(data) > self._limit:
            self._file.close()
            self.path.replace(self.path.with_name(self.path.name + ".1"))
            self._open()
        self._file.write(data)
        self._size += len(data)

    def close(self) -> None:
        self._file.close()

    def _open(self) -> None:
        self._file = self.path.open("ab", buffering=0)
        self._size = self._file.tell()
