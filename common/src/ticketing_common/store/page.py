"""Lists, the newest first, a page at a time."""

from dataclasses import dataclass
from typing import TypeVar

from bson import ObjectId

D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Page:
    """At most `limit` documents, those before (so older than) the one with the id `before`."""

    limit: int
    before: ObjectId | None = None


class Found(list[D]):
    """What a list query found; its JSON is rendered once for all who share it.

    `next` is the page after this one; None where this was the last.
    """

    json: bytes | None = None
    next: Page | None = None
