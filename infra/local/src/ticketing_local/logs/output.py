"""Where the lines go that a process writes: all into its log file, some to the terminal."""

import asyncio
from collections import deque
from collections.abc import Callable

from ticketing_local.logs.console import Console
from ticketing_local.logs.log_file import LogFile
from ticketing_local.logs.rendering import Renderer, is_severe, message

_LONGEST_LINE = 64_000  # bytes; a longer one is told in parts


class Output:
    """One process's lines. `shows` decides, by the line, what the terminal is told."""

    def __init__(
        self,
        name: str,
        file: LogFile,
        console: Console,
        renderer: Renderer,
        shows: Callable[[str], bool],
    ) -> None:
        self._name = name
        self._file = file
        self._console = console
        self._renderer = renderer
        self._shows = shows
        self._file_works = True
        self._last: deque[str] = deque(maxlen=20)

    @property
    def last_words(self) -> str:
        """The last thing it said, preferably an error."""
        return self.trouble or (message(self._last[-1]) if self._last else "nothing")

    @property
    def trouble(self) -> str | None:
        """The last error among what it said lately; None where it said none."""
        severe = [line for line in self._last if is_severe(line)]
        return message(severe[-1]) if severe else None

    def write(self, line: str) -> None:
        self._last.append(line)
        try:
            self._file.write(line)
            self._file_works = True
        except OSError as error:
            if self._file_works:
                self._console.line(f"{self._file.path} can't be written: {error.strerror}")
            self._file_works = False
        if self._shows(line):
            for text in self._renderer.render(self._name, line):
                self._console.line(text)

    async def follow(self, stream: asyncio.StreamReader) -> None:
        """Take in everything a process writes until it closes the stream."""
        rest = b""
        while chunk := await stream.read(65_536):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > _LONGEST_LINE:
                lines, rest = [*lines, rest], b""
            for line in lines:
                self._take(line)
        if rest:
            self._take(rest)

    def close(self) -> None:
        self._file.close()

    def _take(self, line: bytes) -> None:
        if text := line.decode("utf-8", "replace").rstrip():
            self.write(text)
