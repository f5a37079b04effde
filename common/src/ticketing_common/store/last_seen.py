"""What documents were like when this process last wrote them, or read them to change them."""

from typing import Generic, TypeVar

from ticketing_common.store.document import Document

D = TypeVar("D", bound=Document)

MOST_SEEN = 500


class LastSeen(Generic[D]):
    """The versions met last, of at most `MOST_SEEN` documents.

    Any of them may be out of date: another replica writes, too. None is wrong, as a version that a
    majority has acknowledged is never taken back; where it was, by force, restart the service.
    """

    def __init__(self) -> None:
        self._documents: dict[str, D] = {}  # the oldest first

    def get(self, id: str) -> D | None:
        return self._documents.get(id)

    def keep(self, document: D) -> None:
        self.forget(document.id)
        self._documents[document.id] = document
        if len(self._documents) > MOST_SEEN:
            del self._documents[next(iter(self._documents))]

    def forget(self, id: str) -> None:
        self._documents.pop(id, None)
