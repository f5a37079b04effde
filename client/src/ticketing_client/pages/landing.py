"""/ : the tickets on sale, searched, sorted and leafed through by the API."""

from collections.abc import Awaitable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ticketing_client.calls import Part
from ticketing_client.leafing import Cursor, leaf
from ticketing_client.models import Ticket
from ticketing_client.page import Page, attempt
from ticketing_client.typed_price import PriceNotUnderstoodError, understand

router = APIRouter()

TICKETS_A_PAGE = 24
LONGEST_SEARCH = 100  # characters
SORTS = {
    "newest": "Newest first",
    "price": "Price, low to high",
    "-price": "Price, high to low",
    "title": "Title, A to Z",
    "date": "Next events first",
}


@dataclass(frozen=True)
class Search:
    """What a visitor looks for, as the API takes it; prices are in dollars."""

    q: str = ""
    sort: str = "newest"
    min_price: str = ""
    max_price: str = ""
    cursor: str = ""

    @property
    def narrow(self) -> bool:
        """Whether it leaves out any ticket that could be in its order."""
        return bool(self.q or self.priced)

    @property
    def priced(self) -> bool:
        return bool(self.min_price or self.max_price)

    @property
    def dated(self) -> bool:
        """Whether it leaves out the tickets without a date, which have no place in that order."""
        return self.sort == "date"

    @property
    def asked(self) -> dict[str, str]:
        """The API's parameters, as far as they say anything."""
        asked = {"q": self.q, "sort": "" if self.sort == "newest" else self.sort}
        asked |= {"minPrice": self.min_price, "maxPrice": self.max_price, "cursor": self.cursor}
        return {name: value for name, value in asked.items() if value}

    def address(self, **changes: str) -> str:
        """The page of this search, but for some changes; from its start where none says more."""
        query = urlencode(replace(self, **({"cursor": ""} | changes)).asked)
        return f"/?{query}" if query else "/"


@router.get("/")
async def landing(
    page: Page,
    q: str = "",
    sort: str = "newest",
    minPrice: str = "",  # noqa: N803 - the API's word
    maxPrice: str = "",  # noqa: N803
    cursor: Cursor = "",
) -> HTMLResponse:
    """Odd wishes are not heard, and prices that can't be understood are said to be left out."""
    lowest, highest = _price(minPrice), _price(maxPrice)
    search = Search(
        q=q[:LONGEST_SEARCH].strip(),
        sort=sort if sort in SORTS else "newest",
        min_price=lowest or "",
        max_price=highest or "",
        cursor=cursor,
    )
    account, shelf = await page.with_account(attempt(_look(page, search)))
    left_out = [typed for typed in (minPrice, maxPrice) if _price(typed) is None]
    return page.render(
        "landing.html",
        account,
        status=200 if shelf else 503,
        shelf=shelf,
        search=search,
        sorts=SORTS,
        left_out=left_out,
        origin=page.origin,
    )


async def _look(page: Page, search: Search) -> Part[Ticket]:
    def look(cursor: str) -> Awaitable[Part[Ticket]]:
        asked = replace(search, cursor=cursor).asked
        return page.api.tickets(limit=TICKETS_A_PAGE, **asked)

    return await leaf(look, search.cursor)


def _price(typed: str) -> str | None:
    """In dollars; empty where nothing was typed, None where it can't be understood."""
    if not typed.strip():
        return ""
    try:
        return f"{understand(typed):f}"
    except PriceNotUnderstoodError:
        return None
