"""Single-use card tokens, as a checkout form gets them: test card numbers only."""

from ticketing_stripe_fake import cards, ids, params
from ticketing_stripe_fake.api import render_card
from ticketing_stripe_fake.api.operation import Call, Json, Operation
from ticketing_stripe_fake.errors import StripeError
from ticketing_stripe_fake.objects import Token


def create(call: Call) -> Json:
    number = call.params["card"]["number"].replace(" ", "")
    if number not in cards.BY_NUMBER:
        raise StripeError(
            402,
            "Your card number is incorrect.",
            type="card_error",
            code="incorrect_number",
            param="number",
        )
    token = Token(ids.token_id(), call.now, number, livemode=call.livemode)
    call.transaction.put(token)
    return render_card.token(token)


def retrieve(call: Call) -> Json:
    return render_card.token(call.named(Token, param="token"))


_CARD = params.hash_of(
    {
        "number": params.string,
        "exp_month": params.integer(1, 12),
        "exp_year": params.integer(0),
        "cvc": params.string,
        "name": params.string,
    },
    required=("number", "exp_month", "exp_year"),
)

OPERATIONS = (
    Operation("POST", "/v1/tokens", create, {"card": _CARD}, ("card",)),
    Operation("GET", "/v1/tokens/{id}", retrieve),
)
