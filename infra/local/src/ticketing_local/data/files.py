"""Small files of the data folder, which is nobody else's business."""

import os
import shutil
from pathlib import Path

from ticketing_local.problems import ProblemError

NEEDED_BYTES = 1_000_000_000


def write_atomically(path: Path, text: str) -> None:
    """Put a file in place whole, readable by its owner alone; a reader never sees half of it."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)


def make_folder(path: Path) -> Path:
    """Make a folder of the owner's own, or raise `ProblemError` saying why it can't be made."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ProblemError(f"The data folder {path} can't be made: {error.strerror}.") from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise ProblemError(f"The data folder {path} can't be written to by this user.")
    return path


def free_bytes(path: Path) -> int:
    """Bytes that are still free on the disk that holds the path."""
    return shutil.disk_usage(path).free


def require_space(path: Path, needed: int = NEEDED_BYTES) -> None:
    """Raise `ProblemError` unless so many bytes are free where the data goes."""
    free = free_bytes(path)
    if free < needed:
        raise ProblemError(
            f"The disk of {path} is full: {free / 1e6:.0f} MB are free and {needed / 1e6:.0f} MB"
            " are needed; make room, or choose another folder with DATA=."
        )
