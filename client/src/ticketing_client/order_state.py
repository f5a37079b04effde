"""What an order page says, for every combination of an order and its payment: one table."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from ticketing_client import order_states as s
from ticketing_client import paid_states as p
from ticketing_client.models import Order, Payment
from ticketing_client.money import money
from ticketing_client.order_states import OrderState

# Rows are what payments tells (see `paid_of`). Columns are the order's: it can be paid; it is too
# late for a payment to begin; its time is over, but nobody has cancelled it yet; complete; ended.
ORDERS = ("open", "late", "over", "complete", "ended")
TABLE: Mapping[str, tuple[OrderState, OrderState, OrderState, OrderState, OrderState]] = {
    "unseen": (s.AWAY, s.AWAY, s.OVER_UNSEEN, p.COMPLETE, s.ENDED_UNSEEN),
    "unheard": (s.OPEN, s.TOO_LATE, s.OVER, p.COMPLETE, s.ENDED_NOT_YET),
    "unpaid": (s.OPEN, s.TOO_LATE, s.OVER, p.COMPLETE, s.ENDED_NOT_YET),
    "declined": (s.DECLINED, s.TOO_LATE_DECLINED, s.OVER, p.COMPLETE, s.ENDED_NOT_YET),
    "refused": (s.REFUSED, s.TOO_LATE_DECLINED, s.OVER, p.COMPLETE, s.ENDED_NOT_YET),
    "authenticating": (s.CONFIRM, s.CONFIRM_NOW, s.ENDING, p.COMPLETE, s.ENDED_PAYING),
    "charging": (s.PAYING, s.PAYING, s.ENDING, p.COMPLETE, s.ENDED_PAYING),
    "closing": (s.ALREADY_CLOSING, s.ALREADY_CLOSING, s.ALREADY_CLOSING, p.COMPLETE, s.CLOSING),
    "not_charged": (s.ALREADY_ENDED, s.ALREADY_ENDED, s.ALREADY_ENDED, p.COMPLETE, s.ENDED),
    "charged": (p.COMPLETING, p.COMPLETING, p.COMPLETING, p.COMPLETE, p.REFUNDING),
    "partly": (p.COMPLETING, p.COMPLETING, p.COMPLETING, p.PARTLY, p.REFUNDING),
    "partly_pending": (*(p.COMPLETING,) * 3, p.PARTLY_PENDING, p.REFUNDING),
    "disputed": (p.COMPLETING, p.COMPLETING, p.COMPLETING, p.DISPUTED, p.REFUND_WAITS),
    "dispute_won": (p.COMPLETING, p.COMPLETING, p.COMPLETING, p.DISPUTE_WON, p.REFUNDING),
    "dispute_closed": (*(p.COMPLETING,) * 3, p.DISPUTE_CLOSED, p.REFUNDING),
    "dispute_lost": (p.COMPLETING, p.COMPLETING, p.COMPLETING, p.DISPUTE_LOST, p.REFUNDING),
    "refund_due": (p.REFUNDING, p.REFUNDING, p.REFUNDING, p.REFUNDING, p.REFUNDING),
    "refund_waits": (p.REFUND_WAITS,) * 5,
    "refund_stuck": (p.REFUND_STUCK,) * 5,
    "refunding": (p.GIVING_BACK, p.GIVING_BACK, p.GIVING_BACK, p.RETURNING, p.REFUNDING),
    "refunded": (p.GAVE_BACK, p.GAVE_BACK, p.GAVE_BACK, p.RETURNED, p.REFUNDED),
}
# The same while a payment is in flight: sent, but payments does not speak of it yet.
IN_FLIGHT = dict.fromkeys(
    ("unseen", "unheard", "unpaid", "declined", "refused", "authenticating", "charging"),
    (s.PAYING, s.PAYING, s.ENDING, p.COMPLETE, s.ENDED_PAYING),
)


def order_state(
    order: Order,
    payment: Payment | None,
    *,
    payment_known: bool = True,
    in_flight: bool = False,
    deadline: datetime,
    now: datetime,
) -> OrderState:
    """The state to show. `payment` is None where payments has not heard of the order yet;
    `deadline` is the last moment at which a payment may start."""
    paid = paid_of(payment) if payment_known else "unseen"
    row = (in_flight and IN_FLIGHT.get(paid)) or TABLE[paid]
    state = row[ORDERS.index(_column(order, deadline, now))]
    if state is s.OPEN and (paid == "unheard" or order.status == "created"):
        state = s.RESERVING
    if state.name == "ended":
        state = _ended_by(order, state, now)
    return replace(state, money=_filled_in(state.money, order, payment))


def money_in_flight(order: Order, payment: Payment | None) -> str:
    """What is true from the click on Pay until its answer."""
    return _filled_in(s.PAYING.money, order, payment)


def paid_of(payment: Payment | None) -> str:
    """The table's row for what payments tells."""
    if payment is None:
        return "unheard"
    match payment.known_state:
        case "unpaid" if payment.tries_left == 0:
            return "refused"
        case "unpaid" if payment.message:
            return "declined"
        case "charged" if payment.dispute in ("open", "lost"):
            return "disputed" if payment.dispute == "open" else "dispute_lost"
        case "charged" if payment.refunded_amount > Decimal(0):
            return "partly_pending" if payment.refund_pending else "partly"
        case "charged" if payment.dispute in ("won", "closed"):
            return f"dispute_{payment.dispute}"
        case "refund_due" if payment.dispute == "open":
            return "refund_waits"
        case "refund_due" if payment.under_review:
            return "refund_stuck"
        case state:
            return state if state in TABLE else "unseen"


def _column(order: Order, deadline: datetime, now: datetime) -> str:
    if not order.live:
        return "complete" if order.status == "complete" else "ended"
    if now >= order.expires_at:
        return "over"
    return "late" if now >= deadline else "open"


def _ended_by(order: Order, state: OrderState, now: datetime) -> OrderState:
    """Orders that older versions ended don't say by whom; before its time only the buyer can."""
    if order.live:
        dress = replace(s.CANCELLED, text=state.text)
    elif order.cancelled_by == "expiry":
        dress = s.EXPIRED
    elif order.cancelled_by == "buyer" or now < order.expires_at:
        dress = s.GIVEN_BACK
    else:
        dress = s.CANCELLED
    return replace(dress, money=state.money, follow=state.follow)


def _filled_in(sentence: str, order: Order, payment: Payment | None) -> str:
    amount = payment.amount if payment and payment.amount else order.ticket.price
    back = payment.refunded_amount if payment else Decimal(0)
    return sentence.format(amount=money(amount), back=money(back))
