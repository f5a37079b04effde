"""Where in the stream a service last was, so that it notices when the stream moved back."""

from typing import ClassVar

from ticketing_common.store.document import Document
from ticketing_common.types import Moment


class StreamPosition(Document):
    """Which stream (by the moment of its creation) had reached which sequence number.

    One document for the whole service, under a fixed id.
    """

    collection: ClassVar[str] = "streamPositions"
    ID: ClassVar[str] = "0" * 24

    created: Moment
    last_sequence: int
