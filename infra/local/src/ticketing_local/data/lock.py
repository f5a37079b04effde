"""One environment a data folder at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ticketing_local.problems import ProblemError


@contextmanager
def only_instance(data: Path, pid: int) -> Iterator[None]:
    """Hold the folder, or raise `ProblemError` naming who does. It is let go by any death."""
    with (data / "lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise ProblemError(
                f"The marketplace is already running on the data in {data} "
                f"(pid {file.read().strip() or 'unknown'}): stop it, or choose another folder"
                " with DATA=."
            ) from None
        file.truncate(0)
        file.write(f"{pid}\n")
        file.flush()
        yield
