"""POST /api/tickets"""

import httpx
import pytest

from ticketing_common.events.message import SAVED
from ticketing_common.store import Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_tickets.models.ticket import Ticket

AS_JSON = {"Content-Type": "application/json"}


async def test_signed_out_is_401(api: httpx.AsyncClient) -> None:
    """Only users who are signed in may list a ticket."""
    response = await api.post("/api/tickets", json={"title": "A concert", "price": 20})

    assert response.status_code == 401
    assert response.json() == {"errors": [{"message": "Not authorized"}]}


async def test_signed_out_is_told_before_bad_fields(api: httpx.AsyncClient) -> None:
    """The session is checked before the fields."""
    response = await api.post("/api/tickets", json={})

    assert response.status_code == 401


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"null", b"\xff"])
async def test_a_body_that_is_no_json_object_is_400(api: httpx.AsyncClient, body: bytes) -> None:
    """The body is parsed before anything else is looked at, the session included."""
    response = await api.post("/api/tickets", content=body, headers=AS_JSON)

    assert response.status_code == 400
    assert response.json()["errors"][0]["message"].startswith("The request body must be")


@pytest.mark.parametrize(
    ("title", "message"),
    [
        ("", "Title is required"),
        ("   ", "Title is required"),
        (None, "Title is required"),
        (7, "Title is required"),
        ({}, "Title is required"),
        ("x" * 201, "Title must be at most 200 characters"),
        ("Jazz\u202etekcit", "Title must not have invisible or control characters"),
    ],
)
async def test_a_bad_title(
    api: httpx.AsyncClient, sign_in: SignIn, title: object, message: str
) -> None:
    """A ticket needs a title of 1 to 200 characters, all of which can be read."""
    response = await api.post("/api/tickets", json={"title": title, "price": 10}, headers=sign_in())

    assert response.status_code == 400
    assert response.json() == {"errors": [{"message": message, "field": "title"}]}


async def test_a_title_is_kept_composed(api: httpx.AsyncClient, sign_in: SignIn) -> None:
    """However it was typed, it is stored in Unicode's composed form."""
    body = {"title": " Beyonce\u0301 ", "price": 10}

    response = await api.post("/api/tickets", json=body, headers=sign_in())

    assert response.json()["title"] == "Beyonc\u00e9"


@pytest.mark.parametrize(
    ("price", "message"),
    [
        (-10, "Price must be greater than 0"),
        (0, "Price must be greater than 0"),
        (None, "Price must be greater than 0"),
        ("", "Price must be greater than 0"),
        ("ten", "Price must be greater than 0"),
        ("NaN", "Price must be greater than 0"),
        ("Infinity", "Price must be greater than 0"),
        (True, "Price must be greater than 0"),
        ([10], "Price must be greater than 0"),
        ({"$gt": 0}, "Price must be greater than 0"),
        ("9" * 5000, "Price must be greater than 0"),
        (0.49, "Price must be at least 0.50"),
        ("0.499999", "Price must be at least 0.50"),
        (12.345, "Price must have at most two decimals"),
        (1e300, "Price must be at most 999999.99"),
        (1_000_000, "Price must be at most 999999.99"),
    ],
)
async def test_a_bad_price(
    api: httpx.AsyncClient, sign_in: SignIn, price: object, message: str
) -> None:
    """A price is a finite amount of dollars and cents that Stripe can charge."""
    response = await api.post(
        "/api/tickets", json={"title": "A concert", "price": price}, headers=sign_in()
    )

    assert response.status_code == 400
    assert response.json() == {"errors": [{"message": message, "field": "price"}]}


async def test_both_wrong(api: httpx.AsyncClient, sign_in: SignIn) -> None:
    """Every wrong field is named, title first."""
    response = await api.post("/api/tickets", json={}, headers=sign_in())

    assert response.status_code == 400
    assert response.json() == {
        "errors": [
            {"message": "Title is required", "field": "title"},
            {"message": "Price must be greater than 0", "field": "price"},
        ]
    }


@pytest.mark.parametrize(
    ("price", "stored"), [(20, 20), (19.99, 19.99), ("19.99", 19.99), ("20.00", 20), (0.5, 0.5)]
)
async def test_creates_a_ticket(
    api: httpx.AsyncClient,
    sign_in: SignIn,
    tickets: Store[Ticket],
    price: object,
    stored: float,
) -> None:
    """A ticket starts at version 0, free, owned by who listed it; extra fields are ignored."""
    user = new_id()

    response = await api.post(
        "/api/tickets",
        json={"title": "A concert", "price": price, "version": 9, "sold": True},
        headers=sign_in(user),
    )

    assert response.status_code == 201
    ticket = response.json()
    assert await tickets.get(ticket["id"]) == Ticket(
        id=ticket["id"], title="A concert", price=stored, user_id=user
    )
    assert ticket == {
        "id": ticket["id"],
        "title": "A concert",
        "price": stored,
        "userId": user,
        "orderId": None,
        "version": 0,
    }


async def test_the_news_is_stored_with_the_ticket(
    api: httpx.AsyncClient, sign_in: SignIn, tickets: Store[Ticket]
) -> None:
    """ticket:created waits in the same document, under the request's id, broker or no broker."""
    response = await api.post(
        "/api/tickets",
        json={"title": "A concert", "price": 20},
        headers={**sign_in(), "X-Request-ID": "abc-123"},
    )

    (waiting,) = await tickets.outbox.pending(10)
    (message,) = waiting.messages
    ticket = response.json()
    assert message.subject == "ticket:created"
    assert message.id == f"ticket:created/{ticket['id']}/0"
    assert message.headers.keys() == {"X-Request-Id", SAVED}
    assert message.headers["X-Request-Id"] == "abc-123"
    assert response.headers["X-Request-ID"] == "abc-123"


async def test_a_huge_body_is_refused(api: httpx.AsyncClient, sign_in: SignIn) -> None:
    """Bodies are bounded."""
    response = await api.post("/api/tickets", content=b" " * 70_000, headers=sign_in() | AS_JSON)

    assert response.status_code == 413
    assert response.json() == {"errors": [{"message": "The request is too large"}]}
