"""What a payment's owner is told about the money; every word of it true at that moment."""

from enum import StrEnum

from ticketing_payments.models.order import Order, PaymentStatus


class State(StrEnum):
    UNPAID = "unpaid"  # nothing is charged, and nothing is on its way
    AUTHENTICATING = "authenticating"  # the buyer's bank asks; it may be charged at any moment
    CHARGING = "charging"  # a payment is under way, or its end is being found out
    CHARGED = "charged"
    CLOSING = "closing"  # the order is cancelled; whether it was charged is being found out
    NOT_CHARGED = "not_charged"  # the order is cancelled: never charged, and never will be
    REFUND_DUE = "refund_due"  # charged, and all of it is to go back
    REFUNDING = "refunding"  # all of it is on its way back, which may yet fail
    REFUNDED = "refunded"  # all of it went back, for good


def state_of(order: Order) -> State:
    """The table of states, by what is stored:

    | payment is | and | state |
    |---|---|---|
    | none | the order is cancelled, and no intent is stored | not_charged |
    | none | the order is cancelled | closing |
    | none | the bank asks | authenticating |
    | none | otherwise | unpaid |
    | charging | | charging |
    | charged | all of it was given back elsewhere, and is still watched | refunding |
    | charged | all of it was given back elsewhere, for good | refunded |
    | charged | otherwise | charged |
    | refund_due | | refund_due |
    | refunded | it is still watched | refunding |
    | refunded | otherwise | refunded |
    | settled | its intent may still charge | closing |
    | settled | otherwise | not_charged |
    """
    payment = order.payment
    watched = payment.watch is not None and payment.watch.at is not None
    match payment.status:
        case PaymentStatus.NONE if order.cancelled:
            return State.CLOSING if payment.intent_id else State.NOT_CHARGED
        case PaymentStatus.NONE:
            return State.AUTHENTICATING if payment.client_secret else State.UNPAID
        case PaymentStatus.CHARGING:
            return State.CHARGING
        case PaymentStatus.CHARGED if not order.given_back:
            return State.CHARGED
        case PaymentStatus.CHARGED | PaymentStatus.REFUNDED:
            return State.REFUNDING if watched else State.REFUNDED
        case PaymentStatus.REFUND_DUE:
            return State.REFUND_DUE
        case PaymentStatus.SETTLED:
            return State.CLOSING if payment.look_at else State.NOT_CHARGED
