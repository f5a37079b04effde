"""Confirming an intent, by its own endpoint or while it is created."""

from dataclasses import replace

from ticketing_stripe_fake import params
from ticketing_stripe_fake.api import attempts, methods, render
from ticketing_stripe_fake.api.operation import Call
from ticketing_stripe_fake.api.states import unexpected_state
from ticketing_stripe_fake.cards import BY_NUMBER
from ticketing_stripe_fake.errors import StripeError
from ticketing_stripe_fake.objects import PaymentIntent, PaymentMethod

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")

CONFIRM: params.Fields = {
    "payment_method": params.string,
    "payment_method_data": methods.DATA,
    "return_url": params.string,
    "off_session": params.boolean,
    "error_on_requires_action": params.boolean,
    "use_stripe_sdk": params.boolean,
    "receipt_email": params.email,
}


def confirm_with(call: Call, intent: PaymentIntent) -> PaymentIntent:
    """Raises StripeError 400 in the wrong state, 402 when the card declines."""
    _check_state(intent)
    method = chosen_method(call, intent)
    if method is None:
        raise unexpected_state(
            intent,
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can "
            "either update the PaymentIntent with a payment method and then confirm it again, or "
            "confirm it again directly with a payment method or ConfirmationToken.",
        )
    return_url = call.params.get("return_url", intent.return_url)
    if intent.allow_redirects == "always" and return_url is None:
        raise StripeError(
            400,
            "This PaymentIntent is configured to accept payment methods enabled in your "
            "Dashboard. Because some of these payment methods might redirect your customer off of "
            "your page, you must provide a `return_url`. If you don't want to accept "
            "redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` "
            "and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup "
            "Intents and Payment Intents.",
            payment_intent=render.payment_intent(intent),
        )
    intent = replace(
        intent,
        return_url=return_url,
        receipt_email=call.params.get("receipt_email", intent.receipt_email),
    )
    if not BY_NUMBER[method.card].authentication:
        return attempts.charge(call, intent, method)
    if call.params.get("off_session") or call.params.get("error_on_requires_action"):
        raise attempts.declined(call, intent, method, attempts.AUTHENTICATION_REQUIRED)
    return attempts.ask_cardholder(call, intent, method)


def chosen_method(call: Call, intent: PaymentIntent) -> PaymentMethod | None:
    """The method this call names, or else the one the intent already has."""
    data, id = call.params.get("payment_method_data"), call.params.get("payment_method")
    if data and id:
        names = "payment_method, payment_method_data"
        message = f"You may only specify one of these parameters: {names}."
        raise StripeError(400, message, param="payment_method")
    if data:
        return methods.from_data(call, data, param="payment_method_data[card][token]")
    id = id or intent.payment_method
    return methods.find(call, id) if id else None


def _check_state(intent: PaymentIntent) -> None:
    if intent.status == "succeeded":
        raise unexpected_state(
            intent,
            "You cannot confirm this PaymentIntent because it has already succeeded after being "
            "previously confirmed.",
        )
    if intent.status not in CONFIRMABLE:
        raise unexpected_state(
            intent,
            f"You cannot confirm this PaymentIntent because it has a status of {intent.status}. "
            "Only a PaymentIntent with one of the following statuses may be confirmed: "
            "requires_confirmation, requires_action.",
        )
