"""Where in the stream a service last was, so that it notices what the stream lost."""

from typing import ClassVar

from pydantic import Field

from ticketing_common.store.document import Document, Model
from ticketing_common.types import Moment


class Mark(Model):
    """Which message stood where: its time, subject and id."""

    created: Moment  # of the stream
    sequence: int
    message: str


class StreamPosition(Document):
    """Which stream (by the moment of its creation) had reached which sequence number.

    One document for the whole service, under a fixed id. A replica of an older version moves the
    position on without what is optional here, so each of those says by itself what it is about.
    """

    collection: ClassVar[str] = "streamPositions"
    ID: ClassVar[str] = "0" * 24

    created: Moment
    last_sequence: int
    mark: Mark | None = None
    heard: dict[str, int] = Field({})  # by consumer: it has heard everything up to this number
    awaited: dict[str, str] = Field({})  # the request, by the service that has to publish its state
    losses: int = 0  # how often it lost messages, and all was published again
    missed: int = 0  # how often something was discarded unheard
