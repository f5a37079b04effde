"""Lists by pages: `?limit=` and an opaque `?cursor=`, which the Link header of a page holds ready.

(RFC 8288; its target is relative to the list's own address, so that no proxy's rewriting hurts it.)
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from bson import ObjectId
from starlette.requests import Request

from ticketing_common.errors import RequestValidationError
from ticketing_common.store.page import Page

MOST = 500  # documents a page

_NUMBER = re.compile(r"[0-9]{1,4}")
_CURSOR = re.compile(r"[A-Za-z0-9_-]{16}")  # twelve bytes in base64


class Paged:
    """The dependency that hands a route the page it is asked for; `limit` where none is said.

    Raises `RequestValidationError` for a limit out of 1 to 500 and for a cursor not of ours.
    """

    def __init__(self, limit: int) -> None:
        self.first = Page(limit)
        self.parameters: list[dict[str, Any]] = [
            {
                "name": "limit",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": limit},
            },
            {
                "name": "cursor",
                "in": "query",
                "description": "Where a page begins, from the Link header of the one before.",
                "schema": {"type": "string", "pattern": f"^{_CURSOR.pattern}$"},
            },
        ]

    def __call__(self, request: Request) -> Page:
        if not request.scope["query_string"]:
            return self.first
        query = request.query_params
        wrong: list[tuple[str, str]] = []
        limit, cursor = query.get("limit", str(self.first.limit)), query.get("cursor")
        if not _NUMBER.fullmatch(limit) or not 1 <= int(limit) <= MOST:
            wrong.append(("limit", f"Limit must be from 1 to {MOST}"))
        if cursor is not None and not _CURSOR.fullmatch(cursor):
            wrong.append(("cursor", "Cursor must come from a page's Link header"))
        if wrong:
            raise RequestValidationError(wrong)
        return Page(int(limit), ObjectId(urlsafe_b64decode(cursor)) if cursor else None)


def link_to(page: Page) -> bytes:
    """The Link header's value that leads to this page."""
    assert page.before is not None  # noqa: S101 - no page leads to the first
    cursor = urlsafe_b64encode(page.before.binary).decode()
    return f'<?limit={page.limit}&cursor={cursor}>; rel="next"'.encode()
