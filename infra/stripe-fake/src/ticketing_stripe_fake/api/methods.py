"""From what a caller sends, `pm_...` or a card token, to a payment method that can be charged."""

from dataclasses import replace

from ticketing_stripe_fake import cards, ids, params
from ticketing_stripe_fake.api import render_card
from ticketing_stripe_fake.api.operation import Call, Json, Operation
from ticketing_stripe_fake.errors import StripeError, no_such
from ticketing_stripe_fake.objects import PaymentMethod, Token

_CARD = {"token": params.string}

DATA = params.hash_of(
    {
        "type": params.one_of("card"),
        "card": params.hash_of(_CARD, required=("token",)),
        "billing_details": params.anything,
        "metadata": params.metadata,
        "allow_redisplay": params.one_of("always", "limited", "unspecified"),
    },
    required=("type", "card"),
)
"""A payment method to be created on the way, as intents accept it."""


def find(call: Call, id: str) -> PaymentMethod:
    """Raises StripeError for an unknown one, and for one that was charged before.

    Without a customer, which this fake has none of, a payment method works once.
    """
    test_card = cards.by_payment_method(id)
    if test_card:
        return _created(call, test_card.number)
    found = call.transaction.get(PaymentMethod, id)
    if found is None:
        raise no_such("PaymentMethod", id, param="payment_method")
    if found.used:
        raise StripeError(
            400,
            "The provided PaymentMethod was previously used with a PaymentIntent without Customer "
            "attachment, shared with a connected account without Customer attachment, or was "
            "detached from a Customer. It may not be used again. To use a PaymentMethod multiple "
            "times, you must attach it to a Customer first.",
        )
    return found


def from_data(call: Call, data: params.Params, *, param: str) -> PaymentMethod:
    """Uses the token up, whatever becomes of the payment."""
    id: str = data["card"]["token"]
    test_card = cards.by_token(id)
    if test_card:
        return _created(call, test_card.number, data.get("metadata"))
    token = call.transaction.get(Token, id)
    if token is None:
        raise no_such("token", id, param=param)
    if token.used:
        message = f"You cannot use a Stripe token more than once: {id}."
        raise StripeError(400, message, code="token_already_used")
    call.transaction.put(replace(token, used=True))
    return _created(call, token.card, data.get("metadata"))


def _created(call: Call, card: str, metadata: dict[str, str] | None = None) -> PaymentMethod:
    method = PaymentMethod(
        ids.payment_method_id(), call.now, card, metadata or {}, livemode=call.livemode
    )
    call.transaction.put(method)
    return method


def create(call: Call) -> Json:
    return render_card.payment_method(from_data(call, call.params, param="card[token]"))


def retrieve(call: Call) -> Json:
    return render_card.payment_method(call.named(PaymentMethod, param="payment_method"))


OPERATIONS = (
    Operation(
        "POST",
        "/v1/payment_methods",
        create,
        {
            "type": params.one_of("card"),
            "card": params.hash_of(_CARD, required=("token",)),
            "billing_details": params.anything,
            "metadata": params.metadata,
        },
        ("type", "card"),
    ),
    Operation("GET", "/v1/payment_methods/{id}", retrieve),
)
