"""Where a process's lines go."""

import asyncio
import io
import threading
from pathlib import Path
from typing import NoReturn

from ticketing_local.logs.console import Console
from ticketing_local.logs.log_file import LogFile
from ticketing_local.logs.output import Output
from ticketing_local.logs.rendering import Renderer
from ticketing_local.testing import Told, eventually, python


def test_a_log_file_stays_small(tmp_path: Path) -> None:
    """A full file becomes the older of two, so both have at most the limit."""
    file = LogFile(tmp_path / "a.log", limit=100)

    for number in range(50):
        file.write(f"line {number}")
    file.close()

    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.log", "a.log.1"]
    assert all(path.stat().st_size <= 100 for path in tmp_path.iterdir())
    assert (tmp_path / "a.log").read_text().endswith("line 49\n")


def test_a_log_file_goes_on_where_it_was(tmp_path: Path) -> None:
    """The next start adds to the file, and counts what is in it."""
    for line in ("first", "second"):
        file = LogFile(tmp_path / "a.log", limit=10)
        file.write(line)
        file.close()

    assert (tmp_path / "a.log").read_text() == "second\n"
    assert (tmp_path / "a.log.1").read_text() == "first\n"


async def test_lines_are_told_apart_however_they_arrive(told: Told, tmp_path: Path) -> None:
    """Pieces of lines are put together, endless ones are cut, and what is no text is replaced."""
    output = told.output(python(""))
    stream = asyncio.StreamReader()
    for piece in (b"one\ntw", b"o\n\n", b"\xff\n", b"x" * 70_000, b"\nlast"):
        stream.feed_data(piece)
    stream.feed_eof()

    await output.follow(stream)
    output.close()

    lines = told.log().splitlines()
    assert lines[:3] == ["one", "two", "\ufffd"]
    assert "".join(lines[3:-1]) == "x" * 70_000
    assert lines[-1] == "last"


def test_a_full_disk_is_told_once(tmp_path: Path) -> None:
    """Logs that can't be written are no reason to stop, but to say so."""

    class Full(LogFile):
        def write(self, line: str) -> NoReturn:
            raise OSError(28, "No space left on device")

    screen = io.StringIO()
    console = Console(screen, on_broken=lambda: None)
    output = Output(
        "a", Full(tmp_path / "a.log"), console, Renderer(["a"], colour=False), lambda _: True
    )

    output.write("one")
    output.write("two")
    output.close()
    console.close()

    told = f"{tmp_path / 'a.log'} can't be written: No space left on device"
    assert screen.getvalue().splitlines() == [told, "a | one", "a | two"]


def test_a_reader_that_stalls_stalls_nobody(tmp_path: Path) -> None:
    """Lines are taken at once, those too many are left out, which is told later."""
    goes_on = threading.Event()

    class Stalled(io.StringIO):
        def write(self, text: str) -> int:
            goes_on.wait(10)
            return super().write(text)

    screen = Stalled()
    console = Console(screen, on_broken=lambda: None, capacity=5)

    for number in range(100):
        console.line(str(number))
    goes_on.set()
    console.close()

    assert "lines were left out here)" in screen.getvalue()
    assert screen.getvalue().startswith("0\n") or screen.getvalue().startswith("(")


async def test_a_reader_that_is_gone_is_noticed() -> None:
    """Printing into a closed pipe is told to whoever should stop then."""

    class Gone(io.StringIO):
        def write(self, text: str) -> NoReturn:
            raise BrokenPipeError

    broken = threading.Event()
    console = Console(Gone(), on_broken=broken.set)

    console.line("anyone?")

    await eventually(broken.is_set)
