"""/ : the tickets on sale."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from ticketing_client.models import Ticket
from ticketing_client.page import Page, attempt

router = APIRouter()

TICKETS_A_PAGE = 24

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
    """The part of the tickets one page shows."""

    tickets: list[Ticket]
    found: int
    number: int
    pages: int
    q: str
    order: str

    def address(self, number: int) -> str:
        asked = {"q": self.q, "sort": self.order if self.order != "newest" else ""}
        asked["page"] = str(number) if number > 1 else ""
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"/?{query}" if query else "/"


@router.get("/")
async def landing(
    page: Page,
    q: str = "",
    sort: str = "newest",
    number: Annotated[str, Query(alias="page")] = "1",
) -> HTMLResponse:
    account, tickets = await page.with_account(attempt(page.api.tickets()))
    shelf = None if tickets is None else select(tickets, q[:100].strip(), sort, number)
    return page.render(
        "landing.html",
        account,
        status=200 if shelf else 503,
        shelf=shelf,
        orders={name: label for name, (label, _, _) in ORDERS.items()},
    )


def select(tickets: list[Ticket], q: str, sort: str, number: str) -> Shelf:
    """The tickets with every word of `q` in their title; odd wishes mean the first page."""
    order: Order = next((name for name in ORDERS if name == sort), "newest")
    _, key, reverse = ORDERS[order]
    words = q.casefold().split()
    found = [t for t in tickets if all(word in t.title.casefold() for word in words)]
    found.sort(key=key, reverse=reverse)
    pages = max(1, -(-len(found) // TICKETS_A_PAGE))
    current = min(int(number), pages) if number.isdecimal() and len(number) < 7 else 1
    current = max(current, 1)
    first = (current - 1) * TICKETS_A_PAGE
    return Shelf(found[first : first + TICKETS_A_PAGE], len(found), current, pages, q, order)
