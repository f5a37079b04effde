"""GET /api/tickets/mine"""

import httpx

from ticketing_common.store import Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_tickets.models.sale import Sale
from ticketing_tickets.models.ticket import Ticket


async def test_signed_out_is_401(api: httpx.AsyncClient) -> None:
    """One has to be someone to own tickets."""
    response = await api.get("/api/tickets/mine")

    assert response.status_code == 401


async def test_says_what_became_of_each(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket], sales: Store[Sale]
) -> None:
    """The caller's tickets, and nobody else's, with listed, reserved or sold."""
    user, paid = new_id(), new_id()
    await sales.save(Sale(id=paid))
    for owner, title, order in [
        (user, "free", None),
        (user, "held", new_id()),
        (user, "gone", paid),
        (new_id(), "another's", None),
    ]:
        await tickets.save(Ticket(id=new_id(), title=title, price=5, user_id=owner, order_id=order))

    response = await api.get("/api/tickets/mine", headers=sign_in(user))

    assert response.status_code == 200
    assert [(ticket["title"], ticket["state"]) for ticket in response.json()] == [
        ("gone", "sold"),
        ("held", "reserved"),
        ("free", "listed"),
    ]


async def test_ones_own_page_by_page(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket]
) -> None:
    """A page's link leads through the caller's tickets only."""
    user = new_id()
    for owner, title in [(user, "a"), (new_id(), "x"), (user, "b"), (new_id(), "y"), (user, "c")]:
        await tickets.save(Ticket(id=new_id(), title=title, price=5, user_id=owner))

    path = "/api/tickets/mine"
    first = await api.get(f"{path}?limit=2", headers=sign_in(user))
    second = await api.get(f"{path}{first.links['next']['url']}", headers=sign_in(user))

    assert [ticket["title"] for ticket in (*first.json(), *second.json())] == ["c", "b", "a"]
    assert not second.links
