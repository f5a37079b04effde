from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.tests.chaos.changes import Change
from infra.tests.chaos.facts import Facts, Timeliness
from infra.tests.chaos.journal import Journal

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
EXPIRES = START + timedelta(seconds=6)
TICKET, ORDER, PAYMENT = "a" * 24, "b" * 24, "c" * 24


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@pytest.fixture
def sold() -> dict[str, Any]:
    """The facts of one ticket that was listed, ordered and paid: nothing is wrong with them."""
    ticket = {"title": "Show", "price": 19.99, "userId": "seller", "version": 1}
    ticket |= {"orderId": ORDER, "reservation": 1}
    ordered = {"id": TICKET, "title": "Show", "price": 19.99, "version": 0, "reservation": 1}
    order = {"userId": "buyer", "status": "complete", "expiresAt": EXPIRES, "version": 2}
    payment = {"status": "charged", "intentId": "pi_1", "intentNumber": 1}
    journal = Journal()
    journal.orders[ORDER] = {"userId": "buyer", "ticket": ordered}
    journal.payments[ORDER] = PAYMENT
    listed = {"id": TICKET, "title": "Show", "price": 19.99, "userId": "seller"}
    held = {**listed, "orderId": ORDER}
    told = {"id": TICKET, "price": 19.99, "reservation": 1}
    return {
        "journal": journal,
        "timeliness": Timeliness(START, 5.0, 6.0),
        "tickets": {TICKET: ticket},
        "sales": {ORDER: {"version": 1}},
        "orders": {ORDER: {**order, "ticket": ordered}},
        "ticket_replicas": {TICKET: {"title": "Show", "price": 19.99, "version": 1}},
        "order_replicas": {
            ORDER: {
                "userId": "buyer",
                "status": "created",
                "price": 19.99,
                "expiresAt": EXPIRES,
                "orderVersion": 0,
                "payment": payment,
            }
        },
        "payments": {PAYMENT: {"orderId": ORDER, "amount": 19.99, "refundId": None}},
        "ledger": {
            ORDER: {
                "intents": {"pi_1": "succeeded"},
                "keys": {"pi_1": f"{ORDER}/1"},
                "charges": 1,
                "charged": 1999,
                "declines": 0,
                "refunds": 0,
                "refunded": 0,
                "disputes": {},
            }
        },
        "intents": {"pi_1": {"id": "pi_1", "status": "succeeded"}},
        "messages": [
            ("ticket:created", {**listed, "version": 0}),
            ("order:created", {"id": ORDER, "version": 0, "ticket": told}),
            ("ticket:updated", {**held, "version": 1}),
            ("payment:created", {"id": PAYMENT, "orderId": ORDER}),
        ],
        "changes": [
            Change(ORDER, TICKET, "created", at(0)),
            Change(ORDER, None, "awaiting:payment", at(0.1)),
            Change(ORDER, None, "complete", at(1)),
        ],
    }


@pytest.fixture
def facts(sold: dict[str, Any]) -> Facts:
    return Facts(**sold)
