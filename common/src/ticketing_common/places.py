"""How many requests a service works on at a time."""

from types import TracebackType

from ticketing_common.errors import ServiceUnavailableError

PLACES = 1000  # requests whose bodies are here; whatever they wait for has a queue no longer


class BusyError(ServiceUnavailableError):
    """Too many requests are under way."""


class Places:
    """`with places:` takes one of so many, or raises `BusyError` at once.

    A 503 now is worth more than an answer nobody waits for any more.
    """

    def __init__(self, number: int = PLACES) -> None:
        self.number = number
        self.taken = 0

    def __enter__(self) -> None:
        if self.taken >= self.number:
            raise BusyError
        self.taken += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.taken -= 1
