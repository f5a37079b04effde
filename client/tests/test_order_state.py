"""What an order page says, for every combination of an order and its payment."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest

from ticketing_client.models import Order, OrderedTicket, Payment
from ticketing_client.order_state import UNSEEN_MONEY, order_state

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
IN_TIME, TOO_LATE = NOW + timedelta(minutes=5), NOW - timedelta(minutes=5)
TICKET = OrderedTicket(id="1", title="Swan Lake", price=Decimal("19.99"))

ORDERS = ["created", "awaiting:payment", "complete", "cancelled"]
PAYMENTS = ["none", "charging", "charged", "refund_due", "refunded", "settled"]


def order(status: str, expires_at: datetime = IN_TIME) -> Order:
    return Order.model_validate(
        {"id": "2", "status": status, "expires_at": expires_at, "ticket": TICKET}
    )


def payment(status: str, **more: object) -> Payment:
    return Payment.model_validate({"status": status, "amount": Decimal("19.99"), **more})


@pytest.mark.parametrize(
    ("order_status", "expires_at", "payment_status", "name", "money"),
    [
        ("created", IN_TIME, "none", "reserving", "You have not been charged."),
        ("awaiting:payment", IN_TIME, None, "reserving", "You have not been charged."),
        ("awaiting:payment", IN_TIME, "none", "open", "You have not been charged."),
        ("awaiting:payment", IN_TIME, "charging", "paying", "$19.99 is on its way"),
        ("awaiting:payment", IN_TIME, "charged", "completing", "You paid $19.99."),
        ("awaiting:payment", TOO_LATE, "none", "expired", "You were not charged."),
        ("awaiting:payment", TOO_LATE, "charging", "ending", "If $19.99 was taken"),
        ("awaiting:payment", TOO_LATE, "charged", "completing", "You paid $19.99."),
        ("complete", TOO_LATE, "charged", "complete", "You paid $19.99."),
        ("complete", IN_TIME, None, "complete", "You paid $19.99."),
        ("cancelled", IN_TIME, "settled", "cancelled", "You were not charged."),
        ("cancelled", IN_TIME, None, "cancelled", "You were not charged."),
        ("cancelled", TOO_LATE, "none", "expired", "You were not charged."),
        ("cancelled", TOO_LATE, "charging", "ending", "If $19.99 was taken"),
        ("cancelled", TOO_LATE, "charged", "refunding", "You are being refunded $19.99."),
        ("cancelled", TOO_LATE, "refund_due", "refunding", "You are being refunded $19.99."),
        ("cancelled", TOO_LATE, "refunded", "refunded", "You were refunded $19.99."),
    ],
)
def test_each_combination(
    order_status: str, expires_at: datetime, payment_status: str | None, name: str, money: str
) -> None:
    """The order's status, its deadline and the payment's status decide state and sentence."""
    paid = payment(payment_status) if payment_status else None

    state = order_state(order(order_status, expires_at), paid, now=NOW)

    assert state.name == name
    assert state.money.startswith(money)


@pytest.mark.parametrize(
    ("order_status", "payment_status", "expires_at", "known"),
    list(product(ORDERS, [*PAYMENTS, None], [IN_TIME, TOO_LATE], [True, False])),
)
def test_every_state_is_whole(
    order_status: str, payment_status: str | None, expires_at: datetime, known: bool
) -> None:
    """Whatever comes together, there is a title, a sentence on money, and a way on."""
    paid = payment(payment_status) if payment_status and known else None

    state = order_state(order(order_status, expires_at), paid, payment_known=known, now=NOW)

    assert state.title
    assert state.money.endswith(".")
    assert state.can_pay or state.follow or state.ended or state.name == "complete"
    may_pay = order_status in ORDERS[:2] and expires_at > NOW and known
    assert not state.can_pay or may_pay
    in_doubt = not known and order_status != "complete"
    assert not in_doubt or state.money == UNSEEN_MONEY


@pytest.mark.parametrize("status", ["charging", "charged", "refund_due", "refunded"])
def test_never_two_payments(status: str) -> None:
    """While money may have been taken there is no form to pay."""
    state = order_state(order("awaiting:payment"), payment(status), now=NOW)

    assert not state.can_pay


def test_a_confirmation_by_the_bank() -> None:
    """A client secret means that the bank waits for the buyer; other cards are still possible."""
    state = order_state(
        order("awaiting:payment"), payment("none", client_secret="pi_1_secret_2"), now=NOW
    )

    assert (state.name, state.can_pay) == ("confirm", True)
    assert state.money == "You have not been charged yet."


def test_a_decline() -> None:
    """The ticket is still held, and nothing was charged."""
    state = order_state(
        order("awaiting:payment"), payment("none", message="Your card was declined."), now=NOW
    )

    assert (state.name, state.money) == ("open", "You were not charged.")


def test_too_late_for_a_payment() -> None:
    """Where payments takes none any more the page does not offer one."""
    late = payment("none", payable_until=NOW - timedelta(seconds=1))

    state = order_state(order("awaiting:payment", NOW + timedelta(seconds=9)), late, now=NOW)

    assert (state.name, state.can_pay) == ("expired", False)
