"""What happens in a world, written down as it comes, and told only of worlds that fail."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Event(NamedTuple):
    """`facts` are a kind's own, see `story.WORDS`; nothing in them is changed later."""

    at: float  # seconds of the world
    who: str
    kind: str
    facts: tuple[Any, ...]


class Chronicle:
    """It takes a world a few megabytes, and no time that could be measured."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.events: list[Event] = []
        self._clock = clock

    def note(self, who: str, kind: str, *facts: Any) -> None:
        self.events.append(Event(self._clock(), who, kind, facts))

    def fault(self, what: str) -> None:
        self.note("fault", "fault", what)
