"""kill -9 of any one process during a purchase: it is started again and the purchase ends right."""

import httpx
import pytest

from infra.tests.integration.visitor import Visitor, account
from ticketing_local.harness import Stack, until

PROCESSES = [
    "auth-mongo",
    "tickets-mongo",
    "orders-mongo",
    "payments-mongo",
    "nats",
    "expiration-redis",
    "auth",
    "tickets",
    "orders",
    "payments",
    "expiration",
    "client",
    "gateway",
    "stripe",
]


@pytest.mark.parametrize("name", PROCESSES)
def test_a_purchase_survives_the_death_of(
    stack: Stack, seller: Visitor, buyer: Visitor, name: str
) -> None:
    """Whoever dies between the order and its payment, the buyer pays once and has the ticket."""
    ticket = seller.sell()
    order = buyer.order(ticket)

    stack.kill(name)
    _pay_whatever_happens(buyer, order)

    buyer.await_status(order, "complete")
    seller.await_ticket(ticket, order)
    assert account(stack, order)["charges"] == 1
    assert account(stack, order)["charged"] == 1999


def _pay_whatever_happens(buyer: Visitor, order: str) -> None:
    """Try again, as a person would, until the reply says that it is paid."""

    def paid() -> bool:
        try:
            response = buyer.try_to_pay(order)
        except httpx.TransportError:  # the gateway itself is away
            return False
        if response.status_code == 201:
            return True
        assert response.status_code in (400, 404, 502, 503, 504), response.text
        return "already paid" in response.text

    until(paid, bound=60)
