"""A dependency goes away and comes back: nothing acknowledged is lost, nothing has to be done."""

import httpx
import pytest

from infra.tests.integration.visitor import Visitor
from ticketing_local.harness import Stack, until


def _ready(stack: Stack, service: str) -> int:
    return httpx.get(f"{stack.url_of(service)}/readyz", timeout=30).status_code


def test_without_the_broker(stack: Stack, seller: Visitor, buyer: Visitor) -> None:
    """Defect 2 of the base: a ticket listed while NATS is away is heard of when it is back."""
    with stack.frozen("nats"):
        until(lambda: _ready(stack, "tickets") == 503)
        ticket = seller.sell()
        assert buyer.try_to_order(ticket).status_code == 404

    order = buyer.order(ticket)

    seller.await_ticket(ticket, order)
    for service in ("tickets", "orders", "payments", "expiration"):
        until(lambda name=service: _ready(stack, name) == 200)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("service", "path"),
    [("auth", "/api/users/signin"), ("tickets", "/api/tickets"), ("orders", "/api/orders")],
)
def test_without_the_store(stack: Stack, seller: Visitor, service: str, path: str) -> None:
    """/readyz is 503, requests get a 503 in the standard error body, and it recovers by itself."""
    body = {"email": "a@test.com", "password": "password"}

    with stack.frozen(f"{service}-mongo"):
        method = "POST" if service == "auth" else "GET"
        response = seller.http.request(method, path, json=body if service == "auth" else None)
        assert _ready(stack, service) == 503

    assert response.status_code == 503
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {
        "errors": [{"message": "The service is unavailable for the moment, please try again"}]
    }
    assert "Retry-After" in response.headers
    until(lambda: _ready(stack, service) == 200)
    assert seller.http.get("/api/tickets").status_code == 200


def test_liveness_does_not_depend_on_others(stack: Stack) -> None:
    """A dependency that is away makes a service unready, not dead: a restart would not help."""
    with stack.frozen("tickets-mongo", "nats"):
        until(lambda: _ready(stack, "tickets") == 503)
        alive = httpx.get(f"{stack.url_of('tickets')}/healthz")

    assert alive.status_code == 200
    until(lambda: _ready(stack, "tickets") == 200)
