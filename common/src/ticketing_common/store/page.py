"""Lists, the newest first, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from bson import ObjectId

D = TypeVar("D")

NEWEST_FIRST = (("_id", -1),)  # ids begin with the time they were made at


@dataclass(frozen=True, slots=True)
class Page:
    """At most `limit` documents, those before (so older than) the one with the id `before`."""

    limit: int
    before: ObjectId | None = None

    def of(self, query: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of what matches the query, only what may be on this page."""
        return {**query, "_id": {"$lt": self.before}} if self.before else query


class Found(list[D]):
    """What a list query found; its JSON is rendered once for all who share it.

    `next` is the page after this one; None where this was the last.
    """

    json: bytes | None = None
    next: Page | None = None
