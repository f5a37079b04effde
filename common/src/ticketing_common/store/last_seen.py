"""What documents were like when this process last saved them."""

from typing import Generic, TypeVar

from ticketing_common.store.document import Document

D = TypeVar("D", bound=Document)

MOST_SEEN = 500  # documents of one store


class LastSeen(Generic[D]):
    """The versions saved last. Any of them may be out of date: another replica saves, too."""

    def __init__(self) -> None:
        self._documents: dict[str, D] = {}  # the oldest first

    def get(self, id: str) -> D | None:
        return self._documents.get(id)

    def keep(self, document: D) -> None:
        self._documents.pop(document.id, None)
        self._documents[document.id] = document
        if len(self._documents) > MOST_SEEN:
            del self._documents[next(iter(self._documents))]

    def forget(self, id: str) -> None:
        self._documents.pop(id, None)
