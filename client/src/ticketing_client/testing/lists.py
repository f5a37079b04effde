"""The fake's lists: searched, sorted, in one state, a page at a time."""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpx

from ticketing_client.testing.answers import Json, refusal
from ticketing_client.testing.listing import is_on_sale

OPEN = ("created", "awaiting:payment")
SORTS: dict[str, Callable[[Json], Any]] = {
    "price": lambda ticket: ticket["price"],
    "-price": lambda ticket: -ticket["price"],
    "title": lambda ticket: _plain(ticket["title"]),
    "date": lambda ticket: ticket["startsAt"],
}


def on_sale(tickets: Iterable[Json], asked: httpx.QueryParams) -> list[Json]:
    """The newest first where no sort says otherwise."""
    words = _plain(asked.get("q", "")).split()
    least, most = float(asked.get("minPrice", 0)), float(asked.get("maxPrice", 10**6))
    sort = asked.get("sort", "newest")
    found = [
        ticket
        for ticket in tickets
        if is_on_sale(ticket)
        and least <= ticket["price"] <= most
        and all(any(t.startswith(w) for t in _plain(ticket["title"]).split()) for w in words)
        and (sort != "date" or ticket.get("startsAt"))
    ]
    newest = sorted(found, key=lambda ticket: str(ticket["id"]), reverse=True)
    return sorted(newest, key=SORTS[sort]) if sort in SORTS else newest


def state_of(order: Json) -> str:
    return "open" if order["status"] in OPEN else str(order["status"])


def part(items: Sequence[Json], asked: httpx.QueryParams, limit: int) -> httpx.Response:
    """A page of them; a cursor is the id of the last one before it."""
    limit = int(asked.get("limit", limit))
    first = 0
    if cursor := asked.get("cursor"):
        ids = [each["id"] for each in items]
        if cursor not in ids:
            raise refusal(400, "Cursor must come from a page's Link header", "cursor")
        first = ids.index(cursor) + 1
    page = items[first : first + limit]
    link = ""
    if len(items) > first + limit:
        link = f'<?limit={limit}&cursor={page[-1]["id"]}>; rel="next"'
    return httpx.Response(200, json=page, headers={"Link": link} if link else {})


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
