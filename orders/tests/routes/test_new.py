"""POST /api/orders"""

from datetime import datetime, timedelta

import httpx
import orjson
import pytest
from fastapi import FastAPI

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.events.message import SAVED
from ticketing_common.store import Database, Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id, now
from ticketing_orders.models.order import Order, OrderedTicket
from ticketing_orders.models.ticket import Ticket

AS_JSON = {"Content-Type": "application/json"}


async def test_signed_out_is_401(api: httpx.AsyncClient, ticket: Ticket) -> None:
    """Only users who are signed in may order."""
    response = await api.post("/api/orders", json={"ticketId": ticket.id})

    assert response.status_code == 401
    assert response.json() == {"errors": [{"message": "Not authorized"}]}


async def test_signed_out_is_told_before_bad_fields(api: httpx.AsyncClient) -> None:
    """The session is checked before the fields."""
    response = await api.post("/api/orders", json={})

    assert response.status_code == 401


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"null", b"\xff"])
async def test_a_body_that_is_no_json_object_is_400(api: httpx.AsyncClient, body: bytes) -> None:
    """The body is parsed before anything else is looked at, the session included."""
    response = await api.post("/api/orders", content=body, headers=AS_JSON)

    assert response.status_code == 400
    assert response.json()["errors"][0]["message"].startswith("The request body must be")


@pytest.mark.parametrize(
    "body",
    [{}, *({"ticketId": id} for id in ("", "   ", None, 7, True, [new_id()], {"$gt": ""}))],
)
async def test_a_bad_ticket_id(
    api: httpx.AsyncClient, sign_in: SignIn, body: dict[str, object]
) -> None:
    """An order names its ticket, in text."""
    response = await api.post("/api/orders", json=body, headers=sign_in())

    assert response.status_code == 400
    assert response.json() == {
        "errors": [{"message": "TicketId must be provided", "field": "ticketId"}]
    }


@pytest.mark.parametrize("id", ["f" * 24, "nonsense", "0", "x" * 24, "a" * 22 + " b", '{"$gt":1}'])
async def test_no_such_ticket_is_404(
    api: httpx.AsyncClient, sign_in: SignIn, ticket: Ticket, id: str
) -> None:
    """An unknown id and one that can't be one are alike."""
    response = await api.post("/api/orders", json={"ticketId": id}, headers=sign_in())

    assert response.status_code == 404
    assert response.json() == {"errors": [{"message": "Not Found"}]}


async def test_reserves_the_ticket(
    api: httpx.AsyncClient, sign_in: SignIn, orders: Store[Order], ticket: Ticket
) -> None:
    """An order starts as created, at version 0, for 15 minutes; extra fields are ignored."""
    user, asked = new_id(), now()

    response = await api.post(
        "/api/orders",
        json={"ticketId": f" {ticket.id} ", "status": "complete", "expiresAt": 1, "version": 9},
        headers=sign_in(user),
    )

    assert response.status_code == 201
    order = response.json()
    assert order == {
        "id": order["id"],
        "userId": user,
        "status": "created",
        "expiresAt": order["expiresAt"],
        "ticket": {"id": ticket.id, "title": "A concert", "price": 20, "version": 0},
        "version": 0,
    }
    expires_at = datetime.fromisoformat(order["expiresAt"])
    assert asked <= expires_at - timedelta(minutes=15) <= now()
    assert order["expiresAt"] == expires_at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    assert await orders.get(order["id"]) == Order(
        id=order["id"],
        user_id=user,
        status=OrderStatus.CREATED,
        expires_at=expires_at,
        ticket=OrderedTicket(**ticket.model_dump(), reservation=1),
    )


async def test_the_window_is_a_setting(
    app: FastAPI, api: httpx.AsyncClient, sign_in: SignIn, ticket: Ticket
) -> None:
    """An order holds its ticket for as long as the service was told."""
    app.state.window, asked = timedelta(seconds=7), now()

    response = await api.post("/api/orders", json={"ticketId": ticket.id}, headers=sign_in())

    expires_at = datetime.fromisoformat(response.json()["expiresAt"])
    assert asked <= expires_at - timedelta(seconds=7) <= now()


async def test_the_news_is_stored_with_the_order(
    api: httpx.AsyncClient, sign_in: SignIn, orders: Store[Order], ticket: Ticket
) -> None:
    """Defect 2 of the base, a dual write: here order:created waits in the order's document."""
    response = await api.post(
        "/api/orders",
        json={"ticketId": ticket.id},
        headers={**sign_in(), "X-Request-ID": "abc-123"},
    )

    order = response.json()
    (waiting,) = await orders.outbox.pending(10)
    (message,) = waiting.messages
    assert str(waiting.document) == order["id"]
    assert (message.subject, message.id) == ("order:created", f"order:created/{order['id']}/0")
    assert message.headers.keys() == {"X-Request-Id", SAVED}
    assert message.headers["X-Request-Id"] == "abc-123"
    assert orjson.loads(message.data) == {
        "id": order["id"],
        "version": 0,
        "status": "created",
        "userId": order["userId"],
        "expiresAt": order["expiresAt"],
        "ticket": {"id": ticket.id, "price": 20, "reservation": 1},
    }


async def test_the_buyer_pays_what_the_ticket_cost_then(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket], ticket: Ticket
) -> None:
    """An order keeps the title and price of its moment, whatever becomes of the ticket."""
    await tickets.save(ticket.next(title="B", price=19.99))
    headers = sign_in()
    order = (await api.post("/api/orders", json={"ticketId": ticket.id}, headers=headers)).json()
    await tickets.replicate(ticket.id, 2, title="C", price=500)

    response = await api.get(f"/api/orders/{order['id']}", headers=headers)

    assert response.json()["ticket"] == {
        "id": ticket.id,
        "title": "B",
        "price": 19.99,
        "version": 1,
    }


async def test_nothing_is_promised_before_the_indexes_are_there(
    api: httpx.AsyncClient,
    sign_in: SignIn,
    database: Database,
    orders: Store[Order],
    ticket: Ticket,
) -> None:
    """Uniqueness rests on an index, so until it exists an order is a 503 and not stored."""
    database.prepared = False

    response = await api.post("/api/orders", json={"ticketId": ticket.id}, headers=sign_in())

    database.prepared = True
    assert response.status_code == 503
    assert await orders.find({}) == []


async def test_a_huge_body_is_refused(api: httpx.AsyncClient, sign_in: SignIn) -> None:
    """Bodies are bounded."""
    response = await api.post("/api/orders", content=b" " * 70_000, headers=sign_in() | AS_JSON)

    assert response.status_code == 413
    assert response.json() == {"errors": [{"message": "The request is too large"}]}
