"""A span of time, and the slices that it is read in."""

from dataclasses import dataclass

SLICE = 3600  # seconds, at least
SLICES = 200  # at most


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds since 1970, the end not included."""

    begin: int
    end: int

    def slices(self) -> "list[Span]":
        """Of an hour, or as long as it takes for there to be few; the latest first."""
        length = max(SLICE, -(-(self.end - self.begin) // SLICES))
        ends = range(self.end, self.begin, -length)
        return [Span(max(self.begin, end - length), end) for end in ends]
