"""Each defect of the base system that needs several services to be seen, as a test of ours.

The others are tested where they live. Their `Defect n of the base` and our `test_n_` are numbered
as in the table of CHANGELOG.md.
"""

import asyncio

import httpx
import nats
import pytest

from infra.tests.integration.visitor import Visitor, account
from ticketing_local.harness import Stack, until


def _publish(stack: Stack, subject: str, *messages: bytes) -> None:
    async def publish() -> None:
        client = await nats.connect(stack.nats_url)
        for message in messages:
            await client.jetstream().publish(subject, message)
        await client.close()

    asyncio.run(publish())


def test_1_a_bad_event_kills_nobody(stack: Stack, seller: Visitor, buyer: Visitor) -> None:
    """Poison on every subject, and the next purchase goes through."""
    poison = [b"", b"not json", b'{"id": 1}', b'{"id": {"$gt": ""}}', b"\x00" * 1000]
    for subject in (
        "ticket:created",
        "ticket:updated",
        "order:created",
        "order:cancelled",
        "expiration:complete",
        "payment:created",
    ):
        _publish(stack, subject, *poison)

    order = buyer.order(seller.sell())
    buyer.pay(order)

    buyer.await_status(order, "complete")


def test_5_a_cancelled_order_is_not_paid(stack: Stack, seller: Visitor, buyer: Visitor) -> None:
    """Cancelled is final, and nobody is charged for it."""
    order = buyer.order(seller.sell())
    assert buyer.http.delete(f"/api/orders/{order}").status_code == 204

    def refused() -> bool:
        return "Cannot pay for a cancelled order" in buyer.try_to_pay(order, "tok_visa").text

    until(refused)

    assert buyer.get(f"/api/orders/{order}")["status"] == "cancelled"
    taken = account(stack, order)
    until(lambda: account(stack, order)["charged"] == account(stack, order)["refunded"])
    assert taken["charges"] <= 1


def test_6_a_paid_order_is_not_cancelled(seller: Visitor, buyer: Visitor) -> None:
    """Complete is final too."""
    order = buyer.order(seller.sell())
    buyer.pay(order)
    buyer.await_status(order, "complete")

    response = buyer.http.delete(f"/api/orders/{order}")

    assert response.status_code == 400
    assert buyer.get(f"/api/orders/{order}")["status"] == "complete"


def test_7_a_second_payment_charges_nothing(stack: Stack, seller: Visitor, buyer: Visitor) -> None:
    """Ten payments at once and one more afterwards: one charge."""
    order = buyer.order(seller.sell())
    until(lambda: buyer.http.get(f"/api/payments/{order}").status_code == 200)

    responses = buyer.at_once(10, lambda buyer: buyer.try_to_pay(order))
    codes = [response.status_code for response in responses]
    again = buyer.try_to_pay(order)

    assert codes.count(201) == 1
    assert set(codes) <= {201, 400}
    assert again.json() == {"errors": [{"message": "Order is already paid"}]}
    assert account(stack, order)["charges"] == 1


def test_8_a_charge_whose_reply_was_lost_is_found(
    stack: Stack, seller: Visitor, buyer: Visitor
) -> None:
    """Stripe charged, the reply never came, the service died: the order completes, once charged."""
    order = buyer.order(seller.sell())
    until(lambda: buyer.http.get(f"/api/payments/{order}").status_code == 200)
    confirm = "/v1/payment_intents/*/confirm"
    fault = {"kind": "lost_response", "method": "POST", "path": confirm, "next": 1}
    httpx.post(f"{stack.url_of('stripe')}/_fake/faults", json=fault).raise_for_status()

    response = buyer.try_to_pay(order)
    stack.kill("payments")

    assert response.status_code == 503
    assert response.json()["errors"][0]["message"] == (
        "Your payment is being confirmed, do not pay again"
    )
    buyer.await_status(order, "complete", bound=60)
    assert account(stack, order)["charges"] == 1


@pytest.mark.parametrize("path", ["/api/tickets/nonsense", "/api/orders/nonsense", "/api/nothing"])
def test_16_no_internals_in_errors(buyer: Visitor, path: str) -> None:
    """A malformed id is as unknown as any other."""
    response = buyer.http.get(path)

    assert (response.status_code, response.json()) == (
        404,
        {"errors": [{"message": "Not Found"}]},
    )


def test_14_services_wait_for_their_broker(stack: Stack) -> None:
    """A service started while NATS is away comes up, says so, and is ready when NATS is."""
    with stack.frozen("nats"):
        stack.kill("tickets")
        until(lambda: _health(stack) == 200)
        assert httpx.get(f"{stack.url_of('tickets')}/readyz").status_code == 503

    until(lambda: httpx.get(f"{stack.url_of('tickets')}/readyz").status_code == 200)


def _health(stack: Stack) -> int:
    try:
        return httpx.get(f"{stack.url_of('tickets')}/healthz").status_code
    except httpx.TransportError:
        return 0


def test_13_everything_persists(stack: Stack, seller: Visitor, buyer: Visitor) -> None:
    """All stores die at once; what was acknowledged is still there."""
    ticket = seller.sell("Kept")
    order = buyer.order(ticket)

    for store in ("tickets-mongo", "orders-mongo", "nats", "expiration-redis"):
        stack.kill(store)

    until(lambda: buyer.http.get(f"/api/tickets/{ticket}").status_code == 200)
    until(lambda: buyer.http.get(f"/api/orders/{order}").status_code == 200)
    assert buyer.get(f"/api/tickets/{ticket}")["title"] == "Kept"
