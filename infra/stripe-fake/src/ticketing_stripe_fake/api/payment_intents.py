"""Payment intents: create, retrieve, list and cancel (docs.stripe.com/api/payment_intents)."""

from dataclasses import replace

from ticketing_stripe_fake import ids, money, params
from ticketing_stripe_fake.api import lists, render
from ticketing_stripe_fake.api.confirmation import CONFIRM, chosen_method, confirm_with
from ticketing_stripe_fake.api.operation import Call, Json, Operation
from ticketing_stripe_fake.api.states import unexpected_state
from ticketing_stripe_fake.errors import StripeError, invalid_parameter
from ticketing_stripe_fake.forms import FormValue
from ticketing_stripe_fake.objects import PaymentIntent

CANCELABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_ONLY_CONFIRMING = ("error_on_requires_action", "off_session", "return_url", "use_stripe_sdk")


def create(call: Call) -> Json:
    asked = call.params
    currency = money.check_currency(asked["currency"])
    money.check_amount(asked["amount"], currency)
    confirming = asked.get("confirm", False)
    for name in _ONLY_CONFIRMING:
        if name in asked and not confirming:
            message = (
                f"The parameter {name} cannot be passed when creating a PaymentIntent unless "
                "confirm is set to true."
            )
            raise StripeError(400, message, param=name)
    id = ids.payment_intent_id()
    intent = PaymentIntent(
        id,
        call.now,
        asked["amount"],
        currency,
        ids.client_secret(id),
        "requires_payment_method",
        asked.get("capture_method", "automatic_async"),
        metadata=asked.get("metadata", {}),
        allow_redirects=_redirects(asked),
        description=asked.get("description"),
        receipt_email=asked.get("receipt_email"),
        statement_descriptor_suffix=asked.get("statement_descriptor_suffix"),
        idempotency_key=call.key,
        livemode=call.livemode,
    )
    if confirming:
        return render.payment_intent(confirm_with(call, intent))
    method = chosen_method(call, intent)
    if method:
        intent = replace(intent, status="requires_confirmation", payment_method=method.id)
    call.transaction.put(intent)
    return render.payment_intent(intent)


def _redirects(asked: params.Params) -> str | None:
    automatic: params.Params = asked.get("automatic_payment_methods", {})
    allowed = asked.get("allowed_payment_method_types")
    if allowed is None:
        redirects: str = automatic.get("allow_redirects", "always")
        return redirects if automatic.get("enabled", True) else None
    if automatic:
        raise StripeError(
            400,
            "You may only specify one of these parameters: allowed_payment_method_types, "
            "automatic_payment_methods.",
            param="allowed_payment_method_types",
        )
    if "card" not in allowed:
        message = "This fake takes cards only: allowed_payment_method_types must include `card`."
        raise StripeError(400, message, param="allowed_payment_method_types")
    return None


def retrieve(call: Call) -> Json:
    return render.payment_intent(call.named(PaymentIntent, param="intent"))


def list_all(call: Call) -> Json:
    return lists.page(call, PaymentIntent, render.payment_intent, "/v1/payment_intents")


def confirm(call: Call) -> Json:
    intent = call.named(PaymentIntent, param="intent")
    return render.payment_intent(confirm_with(call, intent))


def cancel(call: Call) -> Json:
    intent = call.named(PaymentIntent, param="intent")
    if intent.status not in CANCELABLE:
        raise unexpected_state(
            intent,
            f"You cannot cancel this PaymentIntent because it has a status of {intent.status}. "
            "Only a PaymentIntent with one of the following statuses may be canceled: "
            "requires_payment_method, requires_capture, requires_confirmation, requires_action, "
            "processing.",
        )
    canceled = replace(
        intent,
        status="canceled",
        canceled_at=call.now,
        cancellation_reason=call.params.get("cancellation_reason"),
        next_action=None,
    )
    call.transaction.put(canceled)
    return render.payment_intent(canceled)


def _no_longer_supported(value: FormValue, param: str) -> None:
    """Removed from the API in 2026-09-30.endive."""
    raise invalid_parameter(
        "payment_method_types_no_longer_supported",
        "The `payment_method_types` parameter is no longer supported. Use dynamic payment methods "
        "or `allowed_payment_method_types`.",
        param,
    )


_CREATE: params.Fields = {
    "amount": params.integer(minimum=1),
    "currency": params.string,
    "confirm": params.boolean,
    "capture_method": params.one_of("automatic", "automatic_async"),
    "confirmation_method": params.one_of("automatic"),
    "description": params.string,
    "metadata": params.metadata,
    "statement_descriptor_suffix": params.statement_descriptor_suffix,
    "automatic_payment_methods": params.hash_of(
        {"enabled": params.boolean, "allow_redirects": params.one_of("always", "never")},
        required=("enabled",),
    ),
    "allowed_payment_method_types": params.strings,
    "payment_method_types": _no_longer_supported,
    **CONFIRM,
}
_CANCEL: params.Fields = {
    "cancellation_reason": params.one_of(
        "duplicate", "fraudulent", "requested_by_customer", "abandoned"
    )
}

OPERATIONS = (
    Operation("POST", "/v1/payment_intents", create, _CREATE, ("amount", "currency")),
    Operation("GET", "/v1/payment_intents", list_all, lists.PAGE),
    Operation("GET", "/v1/payment_intents/{id}", retrieve, {"client_secret": params.string}),
    Operation(
        "POST",
        "/v1/payment_intents/{id}/confirm",
        confirm,
        {**CONFIRM, "payment_method_types": _no_longer_supported},
    ),
    Operation("POST", "/v1/payment_intents/{id}/cancel", cancel, _CANCEL),
)
