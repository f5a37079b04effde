"""Lists by pages: `?limit=` and an opaque `?cursor=`, which the Link header of a page holds ready.

(RFC 8288; its target is relative to the list's own address, so that no proxy's rewriting hurts it.)
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from bson import ObjectId
from starlette.requests import Request

from ticketing_common.errors import RequestValidationError
from ticketing_common.store.page import NEWEST_FIRST, Order, Page

MOST = 500  # documents a page
LONGEST_CURSOR = 1200  # characters, for a value of 200 that take four bytes each
LARGEST = 2**53  # of the numbers that a list is ordered by: no price or moment of ours is larger
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_NUMBER = re.compile(r"[0-9]{1,4}")
_ID = 12  # bytes
_CURSOR = re.compile(r"([A-Za-z0-9_-]{4})+")  # an id, and the value it is ordered by, in base64

Wrong = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Filter:
    """A parameter that a list takes: the values that match the pattern, which has no groups."""

    name: str
    pattern: str
    message: str

    @property
    def parameter(self) -> dict[str, Any]:
        schema = {"type": "string", "pattern": f"^({self.pattern})$"}
        return {"name": self.name, "in": "query", "schema": schema}


class Paged:
    """The dependency that hands a route the page it is asked for; `limit` where none is said. The
    filters that were given are in the page's `asked`.

    Raises `RequestValidationError` for a limit out of 1 to 500, for a cursor not of ours, and for
    what a filter does not match.
    """

    def __init__(self, limit: int, *filters: Filter) -> None:
        self.first = Page(limit)
        self.filters = filters
        self.parameters: list[dict[str, Any]] = [
            *(filter.parameter for filter in filters),
            {
                "name": "limit",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": limit},
            },
            {
                "name": "cursor",
                "in": "query",
                "description": "Where a page begins, from the Link header of the one before.",
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{16}$"},
            },
        ]

    def __call__(self, request: Request) -> Page:
        if not request.scope["query_string"]:
            return self.first
        wrong: Wrong = []
        asked = []
        for filter in self.filters:
            if (value := request.query_params.get(filter.name)) is not None:
                asked.append((filter.name, value))
                if not re.fullmatch(filter.pattern, value):
                    wrong.append((filter.name, filter.message))
        page = self.read(request, NEWEST_FIRST, tuple(asked), wrong)
        if wrong:
            raise RequestValidationError(wrong)
        return page

    def read(
        self, request: Request, order: Order, asked: tuple[tuple[str, str], ...], wrong: Wrong
    ) -> Page:
        """The page in this order; what is wrong with its parameters is added to `wrong`."""
        query = request.query_params
        limit, cursor = query.get("limit", str(self.first.limit)), query.get("cursor")
        if not _NUMBER.fullmatch(limit) or not 1 <= int(limit) <= MOST:
            wrong.append(("limit", f"Limit must be from 1 to {MOST}"))
            limit = "1"
        page = Page(int(limit), order=order, asked=asked)
        try:
            return _after(cursor, page) if cursor is not None else page
        except ValueError:
            wrong.append(("cursor", "Cursor must come from a page's Link header"))
        return page


def link_to(page: Page) -> bytes:
    """The Link header's value that leads to this page."""
    asked = urlencode([*page.asked, ("limit", page.limit), ("cursor", _cursor_of(page))])
    return f'<?{asked}>; rel="next"'.encode()


def _cursor_of(page: Page) -> str:
    assert page.after is not None  # noqa: S101 - no page leads to the first
    value = _written(page.value)
    return urlsafe_b64encode(page.after.binary + value.ljust(-(-len(value) // 3) * 3)).decode()


def _after(cursor: str, page: Page) -> Page:
    """The page that begins there. Raises `ValueError` for what is no cursor of its order."""
    if len(cursor) > LONGEST_CURSOR or not _CURSOR.fullmatch(cursor):
        raise ValueError(cursor)
    position = urlsafe_b64decode(cursor)
    if len(position) < _ID:
        raise ValueError(cursor)
    id, value = ObjectId(position[:_ID]), _read(position[_ID:], page.order)
    return replace(page, after=id, value=value)


def _written(value: Any) -> bytes:
    if value is None:
        return b""
    if isinstance(value, datetime):
        value = round(value.timestamp() * 1000)
    return orjson.dumps(value)


def _read(written: bytes, order: Order) -> Any:
    """The value. Raises `ValueError` for one that the order's field can't have."""
    value: Any = orjson.loads(written) if written else None
    if type(value) in (int, float) and not abs(value) <= LARGEST:
        raise ValueError(value)
    if datetime in order.types and type(value) is int:
        try:
            return EPOCH + timedelta(milliseconds=value)
        except OverflowError:
            raise ValueError(value) from None
    if type(value) not in (order.types or (type(None),)):
        raise ValueError(value)
    return value
