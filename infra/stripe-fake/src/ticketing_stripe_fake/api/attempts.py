"""One attempt to collect an intent's amount: charged, declined, or waiting for the cardholder."""

from dataclasses import replace
from typing import Any

from ticketing_stripe_fake import ids
from ticketing_stripe_fake.api import render, render_card
from ticketing_stripe_fake.api.operation import Call
from ticketing_stripe_fake.cards import BY_NUMBER, Decline
from ticketing_stripe_fake.errors import DOCS, StripeError
from ticketing_stripe_fake.objects import Charge, PaymentIntent, PaymentMethod

AUTHENTICATION_REQUIRED = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)
AUTHENTICATION_FAILED = Decline(
    "payment_intent_authentication_failure",
    "",
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or "
    "a new PaymentMethod to attempt to fulfill this PaymentIntent again.",
    type="invalid_request_error",
)


def charge(call: Call, intent: PaymentIntent, method: PaymentMethod) -> PaymentIntent:
    """Raises StripeError 402 when the card declines; the intent then awaits another card."""
    decline = BY_NUMBER[method.card].decline
    if decline:
        raise declined(call, intent, method, decline)
    if call.transaction.ledger.delays.processing:
        intent = replace(intent, status="processing", payment_method=method.id, next_action=None)
        return _put(call, intent)
    return _succeed(call, intent, method)


def finish_processing(call: Call, intent: PaymentIntent) -> PaymentIntent:
    """The network has made up its mind. Raises LookupError where the method is gone."""
    method = call.transaction.get(PaymentMethod, intent.payment_method or "")
    if method is None:
        raise LookupError(f"intent {intent.id} has no payment method {intent.payment_method}")
    return _succeed(call, intent, method)


def _succeed(call: Call, intent: PaymentIntent, method: PaymentMethod) -> PaymentIntent:
    charge = _charge(call, intent, method)
    call.transaction.put(charge)
    call.transaction.put(replace(method, used=True))
    return _put(
        call,
        replace(
            intent,
            status="succeeded",
            payment_method=method.id,
            latest_charge=charge.id,
            amount_received=intent.amount,
            last_payment_error=None,
            next_action=None,
        ),
    )


def declined(
    call: Call, intent: PaymentIntent, method: PaymentMethod, decline: Decline
) -> StripeError:
    """Records the failed charge and gives the error to raise."""
    failed = replace(
        _charge(call, intent, method),
        status="failed",
        balance_transaction=None,
        failure_code=decline.code,
        failure_message=decline.message,
        decline_code=decline.decline_code or None,
    )
    call.transaction.put(failed)
    call.transaction.put(replace(method, used=True))
    error = _error(failed, method, decline)
    intent = _put(
        call,
        replace(
            intent,
            status="requires_payment_method",
            payment_method=None,
            latest_charge=failed.id,
            last_payment_error=error,
            next_action=None,
        ),
    )
    shown = {name: value for name, value in error.items() if name not in {"message", "doc_url"}}
    return StripeError(
        402,
        decline.message,
        should_retry=False,
        **shown,
        payment_intent=render.payment_intent(intent),
    )


def ask_cardholder(call: Call, intent: PaymentIntent, method: PaymentMethod) -> PaymentIntent:
    """3-D Secure: the browser has to authenticate before anything is charged."""
    page = f"{call.base_url}/_fake/payment_intents/{intent.id}/authentication"
    if intent.return_url and not call.params.get("use_stripe_sdk"):
        redirect = {"return_url": intent.return_url, "url": page}
        action: dict[str, Any] = {"type": "redirect_to_url", "redirect_to_url": redirect}
    else:
        sdk = {"type": "three_d_secure_redirect", "stripe_js": page}
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": sdk}
    return _put(
        call,
        replace(
            intent,
            status="requires_action",
            payment_method=method.id,
            last_payment_error=None,
            next_action=action,
        ),
    )


def _charge(call: Call, intent: PaymentIntent, method: PaymentMethod) -> Charge:
    settles_at_once = intent.capture_method == "automatic"
    return Charge(
        ids.charge_id(),
        call.now,
        intent.amount,
        intent.currency,
        payment_intent=intent.id,
        payment_method=method.id,
        card=method.card,
        status="succeeded",
        metadata=intent.metadata,
        balance_transaction=ids.transaction_id() if settles_at_once else None,
        description=intent.description,
        receipt_email=intent.receipt_email,
        statement_descriptor_suffix=intent.statement_descriptor_suffix,
        livemode=intent.livemode,
    )


def _error(charge: Charge, method: PaymentMethod, decline: Decline) -> dict[str, Any]:
    fields = {
        "charge": charge.id,
        "code": decline.code,
        "decline_code": decline.decline_code or None,
        "doc_url": DOCS + decline.code.replace("_", "-"),
        "message": decline.message,
        "param": decline.param,
        "payment_method": render_card.payment_method(method),
        "type": decline.type,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _put(call: Call, intent: PaymentIntent) -> PaymentIntent:
    call.transaction.put(intent)
    return intent
