"""PUT /api/tickets/:id"""

import asyncio

import httpx
import pytest

from ticketing_common.store import Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_tickets.models.ticket import Ticket

CHANGE = {"title": "New title", "price": 100}


@pytest.fixture
async def ticket(tickets: Store[Ticket]) -> Ticket:
    return await tickets.save(Ticket(id=new_id(), title="A", price=20, user_id=new_id()))


async def test_unknown_ticket_is_404(api: httpx.AsyncClient, sign_in: SignIn) -> None:
    """One can't edit what is not there."""
    response = await api.put(f"/api/tickets/{new_id()}", json=CHANGE, headers=sign_in())

    assert response.status_code == 404


async def test_signed_out_is_401(api: httpx.AsyncClient, ticket: Ticket) -> None:
    """One has to be signed in."""
    response = await api.put(f"/api/tickets/{ticket.id}", json=CHANGE)

    assert response.status_code == 401


async def test_someone_elses_is_401(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket], ticket: Ticket
) -> None:
    """A ticket is its owner's to edit, also while it is reserved; a stranger learns no more."""
    await tickets.save(ticket.next(order_id=new_id()))

    response = await api.put(f"/api/tickets/{ticket.id}", json=CHANGE, headers=sign_in())

    assert response.status_code == 401
    assert response.json() == {"errors": [{"message": "Not authorized"}]}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": "", "price": 20}, "title"),
        ({"price": 20}, "title"),
        ({"title": "A", "price": -10}, "price"),
        ({"title": "A"}, "price"),
    ],
)
async def test_bad_fields_are_400(
    api: httpx.AsyncClient, sign_in: SignIn, ticket: Ticket, body: dict[str, object], field: str
) -> None:
    """Both fields are needed, as when listing."""
    response = await api.put(
        f"/api/tickets/{ticket.id}", json=body, headers=sign_in(ticket.user_id)
    )

    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == [field]


async def test_reserved_is_400(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket], ticket: Ticket
) -> None:
    """What somebody is about to buy stays as it is."""
    await tickets.save(ticket.next(order_id=new_id()))

    response = await api.put(
        f"/api/tickets/{ticket.id}", json=CHANGE, headers=sign_in(ticket.user_id)
    )

    assert response.status_code == 400
    assert response.json() == {"errors": [{"message": "Cannot edit a reserved ticket"}]}
    assert (await tickets.get(ticket.id)).title == "A"


async def test_updates(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket], ticket: Ticket
) -> None:
    """The ticket changes, is one version on, and ticket:updated waits beside it."""
    response = await api.put(
        f"/api/tickets/{ticket.id}", json=CHANGE, headers=sign_in(ticket.user_id)
    )

    assert response.status_code == 200
    assert response.json() == {
        "id": ticket.id,
        "title": "New title",
        "price": 100,
        "userId": ticket.user_id,
        "orderId": None,
        "version": 1,
    }
    (waiting,) = await tickets.outbox.pending(10)
    assert [message.id for message in waiting.messages] == [f"ticket:updated/{ticket.id}/1"]


async def test_concurrent_updates_all_count(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket], ticket: Ticket
) -> None:
    """Every accepted edit is a version of its own; a loser is asked to try again."""
    responses = await asyncio.gather(
        *(
            api.put(
                f"/api/tickets/{ticket.id}",
                json={"title": f"Edit {number}", "price": 20},
                headers=sign_in(ticket.user_id),
            )
            for number in range(8)
        )
    )

    accepted = [response for response in responses if response.status_code == 200]
    refused = [response for response in responses if response.status_code != 200]
    assert sorted(response.json()["version"] for response in accepted) == list(
        range(1, len(accepted) + 1)
    )
    assert {response.status_code for response in refused} <= {400}
    assert (await tickets.get(ticket.id)).version == len(accepted)
