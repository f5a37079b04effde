"""Lists, a page at a time, in an order that what is listed meanwhile does not upset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bson import ObjectId

D = TypeVar("D")

Query = Mapping[str, Any]

MOST_APART = 256
ASCENDING, DESCENDING = 1, -1
_BEYOND = {ASCENDING: "$gt", DESCENDING: "$lt"}


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """By a stored field, then by id, so that no two documents are equal: a page can begin after
    any of them. Wants an index on both, in these directions or the opposite ones.

    The field's values are of one of `types`; documents without one are not for such a list.
    """

    field: str
    direction: int
    ids: int
    types: tuple[type, ...] = ()

    @property
    def sort(self) -> tuple[tuple[str, int], ...]:
        if self.field == "_id":
            return (("_id", self.ids),)
        return ((self.field, self.direction), ("_id", self.ids))

    def value(self, stored: Mapping[str, Any]) -> Any:
        """What a stored document is ordered by; nothing beside its id where that is all."""
        if self.field == "_id":
            return None
        value: Any = stored
        for name in self.field.split("."):
            value = value[name]
        return value


NEWEST_FIRST = Order("_id", DESCENDING, DESCENDING)  # ids begin with the time they were made at


@dataclass(frozen=True, slots=True)
class Page:
    """At most `limit` documents, those that come after the one with the id `after`, in which the
    order's field is `value`. `asked` is what else the list was asked for, for the next page's
    address.

    MongoDB remembers one plan for all queries of one shape, and walks ten times as far with a
    wrong one before it looks for another: the best for a word that many have is slow for a rare
    one. Pages that are `apart` by a number of less than `MOST_APART` are remembered each for
    itself. (A field that is left out of what is read belongs to the shape, and costs nothing.)
    """

    limit: int
    after: ObjectId | None = None
    order: Order = NEWEST_FIRST
    value: Any = None
    asked: tuple[tuple[str, str], ...] = ()
    apart: int | None = None

    @property
    def shape(self) -> Mapping[str, int]:
        return {} if self.apart is None else {f"plan{self.apart % MOST_APART}": 0}

    def parts(self, query: Query) -> Sequence[Query]:
        """Queries whose results, one after the other, are this page: those that are equal to the
        last one by the field, then those beyond. (As one query, with an $or, it would keep
        MongoDB from walking the index.)"""
        if self.after is None:
            return [query]
        beyond = {"_id": {_BEYOND[self.order.ids]: self.after}}
        if self.order.field == "_id":
            return [{**query, **beyond}]
        field = self.order.field
        return [
            {"$and": [query, {field: self.value, **beyond}]},
            {"$and": [query, {field: {_BEYOND[self.order.direction]: self.value}}]},
        ]

    def next(self, last: Mapping[str, Any]) -> "Page":
        """The page after the one that ends with this stored document."""
        return replace(self, after=last["_id"], value=self.order.value(last))


class Found(list[D]):
    """What a list query found; its JSON is rendered once for all who share it.

    `next` is the page after this one; None where this was the last.
    """

    json: bytes | None = None
    next: Page | None = None
