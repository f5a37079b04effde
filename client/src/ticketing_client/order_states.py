"""The states an order's page can show until it is paid; one sentence of each is about money.

In each sentence `{amount}` is the order's price, and `{back}` what has been sent back so far.
"""

from dataclasses import dataclass, replace
from typing import Literal

Tone = Literal["info", "success", "warning", "danger", "secondary"]


@dataclass(frozen=True)
class OrderState:
    """`follow` is after how many seconds the page should look again; None when all is settled.

    `ended` is that the ticket can be ordered again as far as this order is concerned.
    """

    name: str
    title: str
    text: str
    money: str
    tone: Tone = "info"
    follow: float | None = None
    can_pay: bool = False
    can_cancel: bool = False
    ended: bool = False


NOT_YET = "You have not been charged."  # and nothing is on its way, but something may begin
NOT_CHARGED = "You were not charged."  # by the card just declined, or by an order that is over
UNSEEN = "We can't see the payment right now. "

OPEN = OrderState(
    "open",
    "Reserved for you",
    "Nobody else can buy this ticket while the clock runs.",
    NOT_YET,
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
DECLINED = replace(OPEN, title="Still reserved for you", money=NOT_CHARGED)
REFUSED = replace(
    DECLINED,
    name="refused",
    title="Too many cards were declined",
    text="This order takes no other card. Give the ticket back, or wait until the order's "
    "time is over: if the ticket is on sale then, you can order it again.",
    tone="warning",
    can_pay=False,
)
CONFIRM = replace(
    OPEN,
    name="confirm",
    title="Your bank wants to hear from you",
    text="Confirm the payment with your bank; the ticket stays yours while the clock runs.",
    money="{amount} is charged as soon as you confirm it.",
    tone="warning",
    follow=2,
)
CONFIRM_NOW = replace(
    CONFIRM,
    text="Confirm the payment right now: little time is left, and none for another card.",
    money="{amount} is charged as soon as you confirm it. "
    "If that is too late for the ticket, you get all of it back.",
    follow=1,
    can_pay=False,
)
PAYING = OrderState(
    "paying",
    "Confirming your payment",
    "This takes a few seconds. Please do not pay again.",
    "Your payment of {amount} is under way; we will tell you as soon as we know.",
    follow=1,
)
AWAY = replace(
    OPEN,
    name="away",
    text="The ticket is held for you. Payments do not answer at the moment, please wait.",
    money=UNSEEN + "If you did pay, you get either the ticket or all of your money back.",
    tone="warning",
    can_pay=False,
    can_cancel=False,
)
EXPIRED = OrderState(
    "expired",
    "Order Expired",
    "The time to pay ran out.",
    NOT_CHARGED,
    tone="warning",
    ended=True,
)
TOO_LATE = replace(
    EXPIRED, text="Too little time is left for a payment to go through.", money=NOT_YET, follow=2
)
TOO_LATE_DECLINED = replace(TOO_LATE, money=NOT_CHARGED)
OVER = replace(EXPIRED, money=NOT_YET, follow=2)  # but nobody has cancelled it yet
OVER_UNSEEN = replace(OVER, money=AWAY.money, follow=5)
ENDING = OrderState(
    "ending",
    "Checking your last payment",
    "The time to pay ran out while a payment was under way. Please do not pay again.",
    "If {amount} was taken, you get either the ticket or all of it back.",
    tone="warning",
    follow=2,
)
ENDED_PAYING = replace(
    ENDING,
    text="The order ended while a payment was under way. Please do not pay again.",
    money="If {amount} was taken, you get all of it back.",
)

GIVEN_BACK = OrderState(
    "cancelled",
    "Order cancelled",
    "You gave the ticket back.",
    NOT_CHARGED,
    "secondary",
    ended=True,
)
CANCELLED = replace(GIVEN_BACK, text="It was given back, or not paid in time.")
# Ended by whoever ended it: see `order_state`.
ENDED = replace(CANCELLED, name="ended")
ENDED_NOT_YET = replace(ENDED, money=NOT_YET, follow=1)
ENDED_UNSEEN = replace(
    ENDED, money=UNSEEN + "If you did pay, you get all of your money back.", follow=5
)
CLOSING = replace(
    ENDED,
    money="We are making sure that nothing was charged: whatever was taken goes back to you.",
    follow=1,
)
ALREADY_CLOSING = replace(CLOSING, text="The order has just ended.")  # orders has not said so yet
ALREADY_ENDED = replace(ALREADY_CLOSING, money=NOT_CHARGED)
