"""GET /api/tickets/mine"""

from datetime import UTC, datetime

import httpx
import pytest

from ticketing_common.store import Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_tickets.models.sale import Sale
from ticketing_tickets.models.ticket import Ticket
from ticketing_tickets.routes import mine
from ticketing_tickets.routes.states import State


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


async def test_says_what_a_sale_brought(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket], sales: Store[Sale]
) -> None:
    """The order's price, whatever the ticket says by now; of old sales it is not known."""
    user, orders = new_id(), [new_id(), new_id(), new_id()]
    await sales.save(Sale(id=orders[0], price=45, sold_at=datetime(2027, 5, 1, tzinfo=UTC)))
    await sales.save(Sale(id=orders[1]))
    for order in orders:
        ticket = Ticket(id=new_id(), title="t", price=450, user_id=user, order_id=order)
        await tickets.save(ticket)

    response = await api.get("/api/tickets/mine", headers=sign_in(user))

    assert [
        (each["state"], each["price"], each["soldFor"], each["soldAt"])
        for each in reversed(response.json())
    ] == [
        ("sold", 450, 45, "2027-05-01T00:00:00.000Z"),
        ("sold", 450, None, None),
        ("reserved", 450, None, None),
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


@pytest.mark.parametrize("state", ["listed", "reserved", "sold", "withdrawn"])
async def test_ones_own_in_one_state(
    api: httpx.AsyncClient,
    sign_in: SignIn,
    tickets: Store[Ticket],
    sales: Store[Sale],
    state: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Page by page, each once, however many of another state are between them; and counted."""
    monkeypatch.setattr(mine, "LOOK", 3)
    user, expected = new_id(), []
    states = ["listed", "reserved", "sold", "withdrawn"] + ["sold"] * 4 + ["reserved"]
    for number, each in enumerate([*states, *states[::-1]]):
        order = new_id() if each in ("reserved", "sold") else None
        ticket = Ticket(id=new_id(), title=f"{number}", price=5, user_id=user, order_id=order)
        if each == "withdrawn":
            ticket = ticket.with_listing().model_copy(update={"withdrawn": True})
        await tickets.save(ticket)
        if each == "sold" and order:
            await sales.save(Sale(id=order, price=4))
        expected += [f"{number}"] if each == state else []
    await tickets.save(Ticket(id=new_id(), title="another's", price=5, user_id=new_id()))

    url, seen = f"/api/tickets/mine?state={state}&limit=2", []
    while url:
        response = await api.get(url, headers=sign_in(user))
        seen += [(ticket["title"], ticket["state"]) for ticket in response.json()]
        following = response.links.get("next", {}).get("url")
        url = f"/api/tickets/mine{following}" if following else ""

    counts = await api.get("/api/tickets/mine/counts", headers=sign_in(user))
    assert seen == [(title, state) for title in reversed(expected)]
    assert counts.json()[state] == len(expected)
    assert sum(counts.json()[name] for name in State) == 2 * len(states)
    assert counts.json()["earned"] == 4 * 10


async def test_a_page_looks_only_so_far(
    api: httpx.AsyncClient,
    sign_in: SignIn,
    tickets: Store[Ticket],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Then it is shorter, and leads on to what it has not looked at."""
    monkeypatch.setattr(mine, "LOOK", 2)
    monkeypatch.setattr(mine, "MOST_LOOKS", 2)
    user = new_id()
    for _ in range(5):
        ticket = Ticket(id=new_id(), title="t", price=5, user_id=user, order_id=new_id())
        await tickets.save(ticket)

    response = await api.get("/api/tickets/mine?state=sold", headers=sign_in(user))

    assert response.json() == []
    second = await api.get(
        f"/api/tickets/mine{response.links['next']['url']}", headers=sign_in(user)
    )
    assert (second.json(), second.links) == ([], {})


async def test_an_unknown_state(api: httpx.AsyncClient, sign_in: SignIn) -> None:
    """It is refused by its name."""
    response = await api.get("/api/tickets/mine?state=lost", headers=sign_in())

    message = "State must be one of listed, reserved, sold, withdrawn"
    assert response.status_code == 400
    assert response.json() == {"errors": [{"message": message, "field": "state"}]}
