"""Which of the tickets on sale a list is asked for, and in which order."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zlib import crc32

from starlette.requests import Request

from ticketing_common.errors import RequestValidationError
from ticketing_common.middlewares import Paged
from ticketing_common.store import NEWEST_FIRST, Order, Page
from ticketing_common.types import MAXIMUM_PRICE, now
from ticketing_tickets.models.ticket import ON_SALE
from ticketing_tickets.search import searched

LONGEST_SEARCH = 100  # characters
NO_WORD = ["_"]
SORTS = {
    "newest": NEWEST_FIRST,
    "price": Order("price", 1, -1, (int, float)),
    "-price": Order("price", -1, 1, (int, float)),
    "title": Order("search.title", 1, -1, (str,)),
    "date": Order("startsAt", 1, -1, (datetime,)),
}
_PRICE = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?(e[+-]?[0-9]{1,3})?", re.IGNORECASE)
_PRICE_SCHEMA = {"type": "number", "minimum": 0, "maximum": float(MAXIMUM_PRICE)}

Query = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The tickets that match the query, and the page of them."""

    query: Query
    page: Page


class WantedTickets(Paged):
    """The dependency that hands a route what is `Wanted`: the newest of all unless told otherwise.

    Raises `RequestValidationError` as `Paged` does, and for what is no search, sort or price.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.everything = Wanted(dict(ON_SALE), self.first)
        self.parameters = [
            {
                "name": "q",
                "in": "query",
                "description": "Words, in any order, each of which begins one of the title's. Case "
                "and accents make no difference.",
                "schema": {"type": "string", "maxLength": LONGEST_SEARCH},
            },
            {
                "name": "sort",
                "in": "query",
                "schema": {"type": "string", "enum": list(SORTS), "default": "newest"},
            },
            *({"name": name, "in": "query", "schema": _PRICE_SCHEMA} for name in _BOUNDS),
            *self.parameters,
        ]

    def __call__(self, request: Request) -> Wanted:  # type: ignore[override]
        if not request.scope["query_string"]:
            return self.everything
        wrong: list[tuple[str, str]] = []
        asked = request.query_params
        sort = asked.get("sort", "newest")
        if sort not in SORTS:
            wrong.append(("sort", f"Sort must be one of {', '.join(SORTS)}"))
        order = SORTS.get(sort, NEWEST_FIRST)
        words = _words(asked.get("q", ""), wrong)
        conditions = [*map(_begins, words), *_prices(asked, wrong)]
        conditions += _from(order.field)
        known = tuple((name, asked[name]) for name in ("q", "sort", *_BOUNDS) if name in asked)
        page = self.read(request, order, known, wrong)
        if words:
            page = replace(page, apart=crc32(" ".join(words).encode()))
        if wrong:
            raise RequestValidationError(wrong)
        return Wanted({**ON_SALE, "$and": conditions} if conditions else dict(ON_SALE), page)


def _from(field: str) -> list[Query]:
    """Where MongoDB begins to walk the index that a list is ordered by."""
    match field:
        case "price":
            return [{"price": {"$gte": 0}}]
        case "search.title":
            return [{"search.title": {"$gte": ""}}]
        case "startsAt":  # the events to come, and not each moment another query
            return [{"startsAt": {"$gte": now().replace(second=0, microsecond=0)}}]
    return []


_BOUNDS = {"minPrice": "$gte", "maxPrice": "$lte"}


def _words(q: str, wrong: list[tuple[str, str]]) -> list[str]:
    """The words to search for; where `q` has none that a title could have, one that none has."""
    if len(q) > LONGEST_SEARCH:
        wrong.append(("q", f"Search must be at most {LONGEST_SEARCH} characters"))
        return []
    return searched(q) or (NO_WORD if q.strip() else [])


def _begins(word: str) -> Query:
    return {"search.words": {"$regex": f"^{word}"}}


def _prices(asked: Any, wrong: list[tuple[str, str]]) -> list[Query]:
    bounds: dict[str, float] = {}
    for name, operator in _BOUNDS.items():
        value = asked.get(name)
        if value is None:
            continue
        if not _PRICE.fullmatch(value) or Decimal(value) > MAXIMUM_PRICE:
            wrong.append((name, f"{name[0].upper()}{name[1:]} must be from 0 to {MAXIMUM_PRICE}"))
        else:
            bounds[operator] = float(value)
    return [{"price": bounds}] if bounds else []
