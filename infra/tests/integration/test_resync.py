"""`ticketing resync`: what other services keep of a service's documents can be made anew."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.tests.integration.put_back import database
from infra.tests.integration.visitor import Visitor
from ticketing_local.harness import Stack, running_stack, until

Documents = dict[Any, dict[str, Any]]


@pytest.fixture
def unhurried(tmp_path: Path) -> Iterator[Stack]:
    """One of its own: none of its orders expires, however busy the machine is."""
    with running_stack(tmp_path / "unhurried") as running:
        yield running


def _resync(stack: Stack, service: str) -> str:
    return stack.ticketing("resync", service).stdout


def _fields(collection: Any, **names: str) -> Documents:
    """Each document's fields by the names they have at their source; `a__b` is `a.b`."""

    def value(document: Any, path: str) -> Any:
        for part in path.split("__"):
            document = document[part]
        return document

    return {
        document["_id"]: {name: value(document, path) for name, path in names.items()}
        for document in collection.find()
    }


def test_wiped_replicas_are_their_sources_again(unhurried: Stack) -> None:
    """Without a restart, with everything that happened just now, and changing nothing else."""
    stack = unhurried
    seller, buyer, late, another = (Visitor.sign_up(stack) for _ in range(4))
    tickets = [seller.sell(f"Concert {number}", 10 + number) for number in range(3)]
    seller.http.put(f"/api/tickets/{tickets[0]}", json={"title": "Moved", "price": 99.5})
    held, dropped = (buyer.order(ticket) for ticket in tickets[:2])
    buyer.http.delete(f"/api/orders/{dropped}").raise_for_status()
    paid = late.order(tickets[2])
    buyer.await_status(held, "awaiting:payment")
    with (
        database(stack, "tickets") as tickets_db,
        database(stack, "orders") as orders_db,
        database(stack, "payments") as payments_db,
    ):

        def replicated() -> bool:
            ticket = {"title": "title", "price": "price", "version": "version"}
            order = {"user": "userId", "expires": "expiresAt", "status": "status"}
            ordered = _fields(orders_db.orders, **order, price="ticket__price")
            known = _fields(payments_db.orders, **order, price="price")
            for each in (*ordered.values(), *known.values()):
                # An order that is being paid is not told again at each step.
                each["status"] = each["status"] == "cancelled"
            tickets_are = _fields(tickets_db.tickets, **ticket)
            return tickets_are == _fields(orders_db.tickets, **ticket) and ordered == known

        def sources() -> Documents:
            """What the wiped replicas come from."""
            held_by = _fields(tickets_db.tickets, order="orderId", version="version")
            status = _fields(orders_db.orders, status="status", version="version")
            return held_by | status

        until(replicated)
        before = sources()

        orders_db.tickets.delete_many({})
        payments_db.orders.delete_many({"payment.status": {"$in": ["none", "settled"]}})
        assert not replicated()
        assert "events are published again" in _resync(stack, "tickets")
        assert "events are published again" in _resync(stack, "orders")
        assert "events are published again" in _resync(stack, "payments")

        until(replicated)
        assert sources() == before

    again = another.order(tickets[1])
    assert again != dropped
    late.pay(paid)
    late.await_status(paid, "complete")
