"""What an order page says, for every combination of an order and its payment.

One sentence of every state is about money: what was, will be or was not taken.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from ticketing_client.models import Order, Payment
from ticketing_client.money import money

Tone = Literal["info", "success", "warning", "danger", "secondary"]


@dataclass(frozen=True)
class OrderState:
    """`follow` is after how many seconds the page should look again; None when all is settled."""

    name: str
    title: str
    text: str
    money: str
    tone: Tone = "info"
    follow: float | None = None
    can_pay: bool = False
    can_cancel: bool = False
    ended: bool = False


OPEN = OrderState(
    "open",
    "Reserved for you",
    "Nobody else can buy this ticket while the clock runs.",
    "You have not been charged.",
    follow=5,
    can_pay=True,
    can_cancel=True,
)
RESERVING = replace(
    OPEN,
    name="reserving",
    title="Reserving your ticket",
    text="This takes a moment. You can already pay.",
    follow=1,
)
EXPIRED = OrderState(
    "expired",
    "Order Expired",
    "The time to pay ran out.",
    "You were not charged.",
    tone="warning",
    ended=True,
)
TOO_LATE = replace(EXPIRED, text="Too little time is left for a payment to go through.", follow=2)
CANCELLED = OrderState(
    "cancelled",
    "Order cancelled",
    "You gave the ticket back.",
    "You were not charged.",
    tone="secondary",
    ended=True,
)
UNSEEN_MONEY = (
    "We can't see the payment right now. "
    "If you did pay, you get either the ticket or all of your money back."
)


def order_state(
    order: Order, payment: Payment | None, *, payment_known: bool = True, now: datetime
) -> OrderState:
    """The state to show; `payment` is None where payments has not heard of the order yet."""
    amount = money(payment.amount if payment and payment.amount else order.ticket.price)
    status = payment.status if payment else "none"
    if order.status == "complete":
        return OrderState(
            "complete", "The ticket is yours", "Enjoy the show!", f"You paid {amount}.", "success"
        )
    if order.live and now < order.expires_at:
        return _live(order, payment, payment_known, amount, now)
    if status == "charged":
        return _completing(amount) if order.live else _refunding(amount)
    if status == "refund_due":
        return _refunding(amount)
    if status == "refunded":
        return OrderState(
            "refunded",
            "Your money is back",
            "Your payment came too late for this order, so we returned it in full.",
            f"You were refunded {amount}.",
            ended=True,
        )
    if status == "charging":
        return OrderState(
            "ending",
            "Checking your last payment",
            "The order ended while a payment was under way. Please do not pay again.",
            f"If {amount} was taken, you get either the ticket or all of it back.",
            tone="warning",
            follow=2,
        )
    ended = _ended(order, now)
    if not payment_known:
        return replace(ended, money=UNSEEN_MONEY, follow=5)
    return ended


def _live(
    order: Order, payment: Payment | None, payment_known: bool, amount: str, now: datetime
) -> OrderState:
    if not payment_known:
        return replace(
            OPEN,
            text="The ticket is held for you. Payments do not answer at the moment, please wait.",
            money=UNSEEN_MONEY,
            tone="warning",
            can_pay=False,
        )
    if payment is not None and payment.client_secret:
        return replace(
            OPEN,
            name="confirm",
            title="Your bank wants to hear from you",
            text="Confirm the payment with your bank; the ticket stays yours while the clock runs.",
            money="You have not been charged yet.",
            tone="warning",
            follow=2,
        )
    status = payment.status if payment else "none"
    if status == "charged":
        return _completing(amount)
    if status in ("refund_due", "refunded"):
        return _refunding(amount)
    if status == "charging":
        return OrderState(
            "paying",
            "Confirming your payment",
            "This takes a few seconds. Please do not pay again.",
            f"{amount} is on its way; we will tell you as soon as we know.",
            follow=1,
        )
    if payment and payment.payable_until and now >= payment.payable_until:
        return TOO_LATE
    if payment is None or order.status == "created":
        return RESERVING
    if payment.message:
        return replace(OPEN, money="You were not charged.", title="Still reserved for you")
    return OPEN


def _completing(amount: str) -> OrderState:
    return OrderState(
        "completing",
        "Payment received",
        "We are putting your name on the ticket.",
        f"You paid {amount}.",
        tone="success",
        follow=1,
    )


def _refunding(amount: str) -> OrderState:
    return OrderState(
        "refunding",
        "Your money is on its way back",
        "Your payment came too late for this order.",
        f"You are being refunded {amount}.",
        tone="warning",
        follow=2,
        ended=True,
    )


def _ended(order: Order, now: datetime) -> OrderState:
    if order.live:  # its time is over, but nobody has cancelled it yet
        return replace(EXPIRED, follow=2)
    if now < order.expires_at:
        return CANCELLED
    return replace(EXPIRED, text="It was not paid in time, or it was cancelled.")


def present(order: Order) -> OrderState:
    """The state of an order in a list, where its payment is not looked up."""
    return order_state(order, Payment(status="none"), now=datetime.now(UTC))
