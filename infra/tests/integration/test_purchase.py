"""The journeys of a purchase, over HTTP through the gateway, on the real stack."""

from collections.abc import Callable

from infra.tests.integration.visitor import Visitor, account
from ticketing_local.harness import Stack, until


def test_one_users_ticket_is_bought_by_another(
    stack: Stack, seller: Visitor, buyer: Visitor
) -> None:
    """A declined card, then a good one: one charge of the price, order complete, ticket sold."""
    ticket = seller.sell("A concert", 19.99)
    order = buyer.order(ticket)
    seller.await_ticket(ticket, order)
    buyer.await_status(order, "awaiting:payment")

    def declined() -> bool:
        response = buyer.try_to_pay(order, "tok_chargeDeclined")
        assert response.status_code in (400, 404)
        return "Your card was declined." in response.text

    until(declined)
    assert buyer.get(f"/api/payments/{order}")["message"] == "Your card was declined."
    buyer.pay(order)
    buyer.await_status(order, "complete")

    assert account(stack, order)["charges"] == 1
    assert account(stack, order)["charged"] == 1999
    until(lambda: '"state":"sold"' in seller.http.get("/api/tickets/mine").text)
    assert ticket not in buyer.http.get("/api/tickets").text


def test_a_cancelled_order_frees_its_ticket(
    seller: Visitor, buyer: Visitor, visitor: Callable[[], Visitor]
) -> None:
    """The ticket is back on the market, and another buys it."""
    ticket = seller.sell()
    order = buyer.order(ticket)
    seller.await_ticket(ticket, order)

    assert buyer.http.delete(f"/api/orders/{order}").status_code == 204
    seller.await_ticket(ticket, None)

    another = visitor()
    second = another.order(ticket)
    another.pay(second)
    another.await_status(second, "complete")
    assert buyer.get(f"/api/orders/{order}")["status"] == "cancelled"


def test_an_order_pays_the_price_it_was_told(stack: Stack, seller: Visitor, buyer: Visitor) -> None:
    """The buyer pays what the reply to POST /api/orders said."""
    ticket = seller.sell(price=10)
    response = seller.http.put(f"/api/tickets/{ticket}", json={"title": "Dearer", "price": 99.5})
    assert response.status_code == 200

    order = buyer.order(ticket)
    price = buyer.get(f"/api/orders/{order}")["ticket"]["price"]
    buyer.pay(order)

    assert account(stack, order)["charged"] == round(price * 100)


def test_a_hundred_buyers_one_ticket(seller: Visitor, buyer: Visitor) -> None:
    """Defect 3 of the base: of a hundred orders at once, exactly one is accepted."""
    ticket = seller.sell()
    until(lambda: _orders_knows(buyer, ticket))

    responses = buyer.at_once(100, lambda buyer: buyer.try_to_order(ticket))

    assert [response.status_code for response in responses].count(201) == 1
    refusals = [response for response in responses if response.status_code != 201]
    assert {response.status_code for response in refusals} == {400}
    messages = {response.json()["errors"][0]["message"] for response in refusals}
    assert messages == {"Ticket is already reserved"}


def _orders_knows(buyer: Visitor, ticket: str) -> bool:
    """Whether the orders service has heard of the ticket, found out without ordering it."""
    probe = buyer.try_to_order(ticket)
    if probe.status_code == 201:
        buyer.http.delete(f"/api/orders/{probe.json()['id']}").raise_for_status()
    return probe.status_code == 201


def test_the_request_id_follows_into_the_events(
    stack: Stack, seller: Visitor, buyer: Visitor
) -> None:
    """One id from the gateway through the events to another service's log."""
    ticket = seller.sell()
    response = None
    until(lambda: buyer.try_to_order("f" * 24).status_code == 404)
    while response is None or response.status_code == 404:
        response = buyer.http.post(
            "/api/orders", json={"ticketId": ticket}, headers={"X-Request-ID": "follow-me-1"}
        )

    assert response.status_code == 201
    assert response.headers.get_list("X-Request-ID") == ["follow-me-1"]


def test_pages_are_served(stack: Stack, buyer: Visitor) -> None:
    """The client's pages come through the same gateway."""
    for path in ("/", "/auth/signin", "/auth/signup", "/orders", "/tickets/new"):
        response = buyer.http.get(path, follow_redirects=True)
        assert response.status_code == 200, path
        assert response.headers["content-type"].startswith("text/html")
        assert "GitTix" in response.text
