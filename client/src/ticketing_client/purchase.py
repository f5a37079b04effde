"""What a visitor was about to buy when they were asked to sign in first.

Their own browser keeps it, in a cookie that only our answer to a form of ours sets: no link, and no
page of others, can make somebody who signs in order anything.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import Response

from ticketing_common.middlewares.scheme import over_https

COOKIE = "purchase"
PATH = "/auth"
MAX_AGE = 1800  # seconds
KEPT = re.compile(r"([0-9a-f]{24})_([0-9]{1,7}(?:\.[0-9]{1,2})?)(?:_([0-9a-f]{16}))?", re.ASCII)


@dataclass(frozen=True)
class Purchase:
    """`price` is the one that the visitor saw, in dollars, and `seen` what they saw it was for; see
    `Event`. Forms of an older version do not say that."""

    ticket_id: str
    price: str
    seen: str | None = None

    @property
    def page(self) -> str:
        return f"/tickets/{self.ticket_id}"

    @property
    def amount(self) -> Decimal:
        return Decimal(self.price)

    def keep(self, request: Request, response: Response) -> None:
        """Remember it; not at all where its price is none that anybody could pay."""
        value = "_".join(filter(None, (self.ticket_id, self.price, self.seen)))
        if KEPT.fullmatch(value):
            _set(request, response, value, MAX_AGE)


def begun(request: Request, back: str) -> Purchase | None:
    """The purchase of the ticket whose page is the one to go back to; None for any other."""
    kept = KEPT.fullmatch(request.cookies.get(COOKIE, ""))
    purchase = kept and Purchase(*kept.groups())
    return purchase if purchase and purchase.page == back else None


def forget(request: Request, response: Response) -> None:
    _set(request, response, "", 0)


def _set(request: Request, response: Response, value: str, max_age: int) -> None:
    response.set_cookie(
        COOKIE,
        value,
        max_age=max_age,
        path=PATH,
        secure=over_https(request),
        httponly=True,
        samesite="strict",
    )
