"""Who has asked a service for its whole present state, and whether it was published since."""

from typing import ClassVar

from ticketing_common.store.document import Document
from ticketing_common.types import Moment


class ResyncState(Document):
    """One document for the whole service, under a fixed id; `asked` and `told` are requests' ids,
    the oldest first."""

    collection: ClassVar[str] = "resyncs"
    ID: ClassVar[str] = "0" * 24

    asked: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    leased_until: Moment | None = None  # by the replica that publishes
    finished: Moment | None = None
