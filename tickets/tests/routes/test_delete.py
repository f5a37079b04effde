"""DELETE /api/tickets/:id"""

import asyncio
import json
from typing import Any

import httpx
import pytest

from ticketing_common.store import Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_tickets.models.ticket import Ticket

SELLER = new_id()
BODY = {"title": "A", "price": 20}


@pytest.fixture
async def ticket(tickets: Store[Ticket]) -> Ticket:
    return await tickets.save(Ticket(id=new_id(), title="A", price=20, user_id=SELLER))


async def _news(tickets: Store[Ticket]) -> list[dict[str, Any]]:
    waiting = await tickets.outbox.pending(10)
    return [json.loads(message.data) for each in waiting for message in each.messages]


async def test_takes_it_down(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket], ticket: Ticket
) -> None:
    """Gone from the list at once; its page and its seller's list say so, and so do the news."""
    seller = sign_in(SELLER)

    response = await api.delete(f"/api/tickets/{ticket.id}", headers=seller)

    assert (response.status_code, response.content) == (204, b"")
    assert (await api.get("/api/tickets")).json() == []
    shown = (await api.get(f"/api/tickets/{ticket.id}")).json()
    assert (shown["withdrawn"], shown["version"]) == (True, 1)
    (mine,) = (await api.get("/api/tickets/mine", headers=seller)).json()
    assert (mine["state"], mine["withdrawn"]) == ("withdrawn", True)
    (news,) = await _news(tickets)
    assert (news["version"], news["listing"]) == (1, {"number": 2, "withdrawn": True})


async def test_twice_is_once(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket], ticket: Ticket
) -> None:
    """Who got no answer asks again: the same 204, and nothing new to tell."""
    seller = sign_in(SELLER)

    answers = [await api.delete(f"/api/tickets/{ticket.id}", headers=seller) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert (await tickets.get(ticket.id)).version == 1
    assert len(await _news(tickets)) == 1


async def test_back_on_sale_by_an_edit(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket], ticket: Ticket
) -> None:
    """A PUT lists it again, as if it had never been down but for its version."""
    seller = sign_in(SELLER)
    await api.delete(f"/api/tickets/{ticket.id}", headers=seller)

    response = await api.put(f"/api/tickets/{ticket.id}", json=BODY, headers=seller)

    as_ever = {"id": ticket.id, "title": "A", "price": 20, "userId": SELLER, "orderId": None}
    assert (response.status_code, response.json()) == (200, {**as_ever, "version": 2})
    assert (await api.get("/api/tickets")).json() == [response.json()]
    assert [each["listing"] for each in await _news(tickets)] == [
        {"number": 2, "withdrawn": True},
        {"number": 3},
    ]


async def test_not_while_somebody_holds_it(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket], ticket: Ticket
) -> None:
    """Reserved or sold, it is somebody else's by now."""
    await tickets.save(ticket.next(order_id=new_id(), reservation=1))

    response = await api.delete(f"/api/tickets/{ticket.id}", headers=sign_in(SELLER))

    assert response.status_code == 400
    assert response.json() == {
        "errors": [{"message": "Cannot take down a ticket that is reserved or sold"}]
    }
    assert (await tickets.get(ticket.id)).version == 1


@pytest.mark.parametrize(
    ("id", "who", "status"),
    [(None, None, 401), (None, new_id(), 401), (new_id(), SELLER, 404), ("nothing", SELLER, 404)],
)
async def test_only_ones_own(
    api: httpx.AsyncClient,
    sign_in: SignIn,
    tickets: Store[Ticket],
    ticket: Ticket,
    id: str | None,
    who: str | None,
    status: int,
) -> None:
    """A stranger is told what a visitor is, and of what is not there that it isn't."""
    headers = sign_in(who) if who else {}

    response = await api.delete(f"/api/tickets/{id or ticket.id}", headers=headers)

    assert response.status_code == status
    assert (await tickets.get(ticket.id)).on_sale


async def test_an_edit_at_the_same_time(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket], ticket: Ticket
) -> None:
    """Each counts, in one order or the other."""
    seller = sign_in(SELLER)

    answers = await asyncio.gather(
        api.delete(f"/api/tickets/{ticket.id}", headers=seller),
        api.put(f"/api/tickets/{ticket.id}", json={"title": "B", "price": 30}, headers=seller),
    )

    assert [answer.status_code for answer in answers] == [204, 200]
    stored = await tickets.get(ticket.id)
    assert (stored.version, stored.title, stored.on_sale) in ((2, "B", True), (2, "B", False))
