"""The states an order's page can show once it is paid: the ticket, refunds and disputes."""

from dataclasses import replace

from ticketing_client.order_states import OrderState

PAID = "You paid {amount}."

COMPLETE = OrderState("complete", "The ticket is yours", "Enjoy the show!", PAID, "success")
PARTLY = replace(COMPLETE, money="You paid {amount}, and {back} of it has been sent back to you.")
PARTLY_PENDING = replace(
    COMPLETE, money="You paid {amount}, and {back} of it is on its way back to you."
)
DISPUTE_WON = replace(
    COMPLETE, money="You paid {amount}; your bank has turned your objection down."
)
DISPUTE_CLOSED = replace(
    COMPLETE, money="You paid {amount}; the question that your bank had about it is closed."
)
DISPUTED = replace(
    COMPLETE,
    name="disputed",
    title="Your bank looks into this payment",
    text="You objected to it with your bank, which hears both sides and then decides.",
    money="You paid {amount}, and your bank is deciding on your objection.",
    tone="warning",
)
DISPUTE_LOST = replace(
    DISPUTED,
    title="Your bank returns your payment",
    text="You objected to it with your bank, which has decided for you.",
    money="You paid {amount}, and your bank gives you back what you objected to.",
    tone="secondary",
)
RETURNING = replace(
    COMPLETE,
    name="returning",
    title="Your money is on its way back",
    text="The shop gives back what you paid for this order.",
    money="You paid {amount}, and all of it is on its way back to you.",
    tone="secondary",
)
RETURNED = replace(
    RETURNING,
    name="returned",
    title="Your money is back",
    text="The shop has given back what you paid for this order.",
    money="You paid {amount}, and all of it was refunded to you.",
)
GIVING_BACK = replace(RETURNING, follow=2)  # orders is about to say that it is complete
GAVE_BACK = replace(RETURNED, follow=2)
COMPLETING = OrderState(
    "completing",
    "Payment received",
    "We are putting your name on the ticket.",
    PAID,
    tone="success",
    follow=1,
)

REFUNDING = OrderState(
    "refunding",
    "Your money is on its way back",
    "The order had ended before your payment went through.",
    "You are being refunded {amount}.",
    tone="warning",
    follow=2,
    ended=True,
)
REFUND_WAITS = replace(
    REFUNDING,
    text="The order ended, and you objected to the payment with your bank.",
    money="You paid {amount}. Your bank is deciding on your objection; "
    "what it does not give back, we do.",
    follow=10,
)
REFUND_STUCK = replace(
    REFUNDING,
    money="You are owed {amount}: a person of ours sees to it that you get it back.",
    follow=10,
)
REFUNDED = replace(
    REFUNDING,
    name="refunded",
    title="Your money is back",
    money="You were refunded {amount}.",
    tone="info",
    follow=None,
)
