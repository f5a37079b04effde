"""Stripe, as this service needs it: the only package that knows its library.

Nothing here retries by itself: a retry is a decision, and decisions are stored first.
"""

from ticketing_payments.gateway import lean as lean
from ticketing_payments.gateway.errors import (
    CardDeclinedError,
    NotFoundAtStripeError,
    RefusedError,
    StripeFailedError,
    StripeUnavailableError,
    WrongModeError,
)
from ticketing_payments.gateway.gateway import StripeGateway
from ticketing_payments.gateway.objects import Intent, IntentStatus, Refund, StripeDispute

__all__ = [
    "CardDeclinedError",
    "Intent",
    "IntentStatus",
    "NotFoundAtStripeError",
    "Refund",
    "RefusedError",
    "StripeDispute",
    "StripeFailedError",
    "StripeGateway",
    "StripeUnavailableError",
    "WrongModeError",
]
