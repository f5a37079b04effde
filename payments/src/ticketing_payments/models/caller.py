"""Who had cards declined, for an hour."""

from datetime import datetime, timedelta
from typing import ClassVar

from ticketing_common.store import Document, Index
from ticketing_common.types import Moment

HOUR = timedelta(hours=1)


class Caller(Document):
    """A user, by their id, or an address, by a digest; `declines` are the latest, oldest first."""

    collection: ClassVar[str] = "callers"
    indexes: ClassVar[tuple[Index, ...]] = (Index((("forgottenAt", 1),), expires=True),)

    declines: tuple[Moment, ...]
    forgotten_at: Moment

    def declined(self, at: datetime, most: int) -> "Caller":
        """One version on, with a decline more; `most` are worth remembering."""
        recent = tuple(each for each in self.declines if each > at - HOUR)
        return self.next(declines=(*recent, at)[-most:], forgotten_at=at + HOUR)
