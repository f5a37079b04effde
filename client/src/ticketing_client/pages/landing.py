"""/ : the tickets on sale."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from ticketing_client.api import OnSale
from ticketing_client.models import Ticket
from ticketing_client.page import Page, attempt

router = APIRouter()

TICKETS_A_PAGE = 24
CURSOR = re.compile(r"[\w-]{1,64}", re.ASCII)  # of the API's; anything else is a typing error

Order = Literal["newest", "cheapest", "dearest", "title"]
# Ids begin with the time they were made at.
ORDERS: dict[Order, tuple[str, Callable[[Ticket], Any], bool]] = {
    "newest": ("Newest first", lambda ticket: ticket.id, True),
    "cheapest": ("Price, low to high", lambda ticket: ticket.price, False),
    "dearest": ("Price, high to low", lambda ticket: ticket.price, True),
    "title": ("Title, A to Z", lambda ticket: ticket.title.casefold(), False),
}


@dataclass(frozen=True)
class Shelf:
    """The part of the tickets one page shows.

    The API gives a hundred at a time. Those are searched, ordered and leafed through here; `older`
    is where the next hundred begins, `cursor` where these did.
    """

    tickets: list[Ticket]
    found: int
    number: int
    pages: int
    q: str
    order: str
    cursor: str
    older: str | None

    @property
    def is_part(self) -> bool:
        """Whether there are tickets on sale that are not among these."""
        return bool(self.older or self.cursor)

    @property
    def what(self) -> str:
        """What has been counted."""
        if self.q:
            return "found among these" if self.is_part else "found"
        if self.cursor:
            return "older ones"
        return "newest" if self.older else "on sale"

    def address(self, number: int) -> str:
        return self._address(self.cursor, number)

    @property
    def address_of_older(self) -> str | None:
        return self._address(self.older, 1) if self.older else None

    def _address(self, cursor: str, number: int) -> str:
        asked = {"q": self.q, "sort": self.order if self.order != "newest" else ""}
        asked["before"] = cursor
        asked["page"] = str(number) if number > 1 else ""
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"/?{query}" if query else "/"


@router.get("/")
async def landing(
    page: Page,
    q: str = "",
    sort: str = "newest",
    number: Annotated[str, Query(alias="page")] = "1",
    before: str = "",
) -> HTMLResponse:
    cursor = before if CURSOR.fullmatch(before) else ""
    account, on_sale = await page.with_account(attempt(page.api.tickets(cursor)))
    shelf = on_sale and select(on_sale, q[:100].strip(), sort, number, cursor)
    return page.render(
        "landing.html",
        account,
        status=200 if shelf else 503,
        shelf=shelf,
        orders={name: label for name, (label, _, _) in ORDERS.items()},
    )


def select(on_sale: OnSale, q: str, sort: str, number: str, cursor: str) -> Shelf:
    """The tickets with every word of `q` in their title; odd wishes mean the first page."""
    order: Order = next((name for name in ORDERS if name == sort), "newest")
    _, key, reverse = ORDERS[order]
    words = q.casefold().split()
    found = [t for t in on_sale.tickets if all(word in t.title.casefold() for word in words)]
    found.sort(key=key, reverse=reverse)
    pages = max(1, -(-len(found) // TICKETS_A_PAGE))
    current = min(int(number), pages) if number.isdecimal() and len(number) < 7 else 1
    current = max(current, 1)
    first = (current - 1) * TICKETS_A_PAGE
    shown = found[first : first + TICKETS_A_PAGE]
    return Shelf(shown, len(found), current, pages, q, order, cursor, on_sale.older)
