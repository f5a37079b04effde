"""What orders and payments tell, by the columns and rows of the table of `order_state`."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from ticketing_client.models import Order, OrderedTicket, Payment

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TICKET = OrderedTicket(id="1", title="Swan Lake", price=Decimal("19.99"))
MINUTE = timedelta(minutes=1)

# By column: the order's status, its end, and the last moment for a payment to begin.
ORDER: dict[str, tuple[str, timedelta, timedelta]] = {
    "open": ("awaiting:payment", 5 * MINUTE, 4 * MINUTE),
    "late": ("awaiting:payment", MINUTE / 6, -MINUTE / 6),
    "over": ("awaiting:payment", -MINUTE, -2 * MINUTE),
    "complete": ("complete", 5 * MINUTE, 4 * MINUTE),
    "ended": ("cancelled", -MINUTE, -2 * MINUTE),
}
# By row: what payments tells.
PAYMENT: dict[str, dict[str, Any] | None] = {
    "unseen": None,
    "unheard": None,
    "unpaid": {"status": "none", "state": "unpaid"},
    "declined": {"status": "none", "state": "unpaid", "message": "Your card was declined."},
    "refused": {"status": "none", "state": "unpaid", "message": "Declined.", "tries_left": 0},
    "authenticating": {"status": "none", "state": "authenticating", "client_secret": "pi_secret"},
    "charging": {"status": "charging", "state": "charging"},
    "closing": {"status": "settled", "state": "closing"},
    "not_charged": {"status": "settled", "state": "not_charged"},
    "charged": {"status": "charged", "state": "charged"},
    "partly": {
        "status": "charged",
        "state": "charged",
        "refunded_amount": "5",
        "refund_pending": False,
    },
    "partly_pending": {
        "status": "charged",
        "state": "charged",
        "refunded_amount": "5",
        "refund_pending": True,
    },
    "disputed": {"status": "charged", "state": "charged", "dispute": "open"},
    "dispute_won": {"status": "charged", "state": "charged", "dispute": "won"},
    "dispute_closed": {"status": "charged", "state": "charged", "dispute": "closed"},
    "dispute_lost": {"status": "charged", "state": "charged", "dispute": "lost"},
    "refund_due": {"status": "refund_due", "state": "refund_due"},
    "refund_waits": {"status": "refund_due", "state": "refund_due", "dispute": "open"},
    "refund_stuck": {"status": "refund_due", "state": "refund_due", "under_review": True},
    "refunding": {"status": "refunded", "state": "refunding"},
    "refunded": {"status": "refunded", "state": "refunded"},
}


def order(column: str, **more: object) -> Order:
    status, left, _ = ORDER[column]
    fields = {"id": "2", "status": status, "expires_at": NOW + left, "ticket": TICKET, **more}
    return Order.model_validate(fields)


def payment(row: str) -> Payment | None:
    told = PAYMENT[row]
    return Payment.model_validate({"amount": "19.99", **told}) if told else None
