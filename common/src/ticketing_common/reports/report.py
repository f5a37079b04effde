"""A report and its parts: what each service, and the stream, has to say.

A service reads its own store and nobody else's, so each part is made where its service is, and
they are joined afterwards: on a laptop by one command, in a cluster by one after the other.
"""

from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel

STREAM = "stream"  # the part that the operator's name on NATS is needed for


class Step(BaseModel):
    """Something that happened."""

    at: datetime
    what: str


class Part(BaseModel):
    """What one of them says. `ids` are for those that are asked after it, `outstanding` is what has
    yet to be done and by whom, `silent` why nothing else is here."""

    facts: dict[str, str] = {}
    steps: list[Step] = []
    outstanding: list[str] = []
    ids: dict[str, str] = {}
    silent: str = ""


class Report(BaseModel):
    """Of `subject`; the parts by their names, in the order in which they were asked."""

    subject: str = ""
    parts: dict[str, Part] = {}

    @property
    def ids(self) -> Mapping[str, str]:
        """What is known so far."""
        return {name: id for part in self.parts.values() for name, id in part.ids.items()}

    @property
    def silent(self) -> bool:
        """Whether not everybody has answered."""
        return any(part.silent for part in self.parts.values())

    @property
    def outstanding(self) -> list[str]:
        return [f"{name}: {each}" for name, part in self.parts.items() for each in part.outstanding]
