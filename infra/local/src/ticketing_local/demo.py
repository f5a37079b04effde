"""Two accounts and some tickets to look at, made as any visitor would: over the public API."""

from dataclasses import dataclass

import httpx

PATIENCE = 10.0  # seconds for an answer


@dataclass(frozen=True, slots=True)
class Account:
    email: str
    password: str


SELLER = Account("seller@example.com", "seller-password")
BUYER = Account("buyer@example.com", "buyer-password")
TICKETS = (
    ("Jazz in the park", "19.99"),
    ("The Tempest, front row", "45.00"),
    ("Cup final, north stand", "80.00"),
    ("Lecture on fencing numbers", "7.50"),
)


async def make_demo(url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
    """Make what is missing of it. Raises `httpx.HTTPError` if the API does not play along."""
    for account in (BUYER, SELLER):
        async with httpx.AsyncClient(
            base_url=url, timeout=PATIENCE, trust_env=False, transport=transport
        ) as visitor:
            await _enter(visitor, account)
            if account is SELLER:
                await _sell(visitor)


async def _enter(visitor: httpx.AsyncClient, account: Account) -> None:
    """Sign in, or up the first time. The client keeps the session cookie."""
    body = {"email": account.email, "password": account.password}
    answer = await visitor.post("/api/users/signin", json=body)
    if answer.status_code == httpx.codes.BAD_REQUEST:
        answer = await visitor.post("/api/users/signup", json=body)
    answer.raise_for_status()


async def _sell(visitor: httpx.AsyncClient) -> None:
    """List the tickets, unless the seller has as many: renamed and sold ones stay as they are."""
    answer = await visitor.get("/api/tickets/mine")
    answer.raise_for_status()
    mine = answer.json()
    if len(mine) >= len(TICKETS):
        return
    titles = {ticket["title"] for ticket in mine}
    for title, price in TICKETS:
        if title not in titles:
            answer = await visitor.post("/api/tickets", json={"title": title, "price": price})
            answer.raise_for_status()
