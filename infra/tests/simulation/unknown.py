"""What no model of a server knows."""

from typing import ClassVar


class UnknownError(NotImplementedError):
    """A model was asked for what it does not know, and does not guess.

    Whoever asked may well go on, as a service does that answers 500: so what was asked for is kept
    in `met`, and fails the world.
    """

    met: ClassVar[list[str]] = []

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.met.append(what)
