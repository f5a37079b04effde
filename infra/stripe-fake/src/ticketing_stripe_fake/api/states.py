"""What an intent in the wrong state answers."""

from ticketing_stripe_fake.api import render
from ticketing_stripe_fake.errors import StripeError
from ticketing_stripe_fake.objects import PaymentIntent


def unexpected_state(intent: PaymentIntent, message: str) -> StripeError:
    return StripeError(
        400,
        message,
        code="payment_intent_unexpected_state",
        payment_intent=render.payment_intent(intent),
    )
