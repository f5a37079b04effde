"""Test tokens: which are charged, which decline, and with what words."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import httpx
import pytest
import stripe

Pay: TypeAlias = Callable[..., Awaitable[Any]]


DECLINES = [
    ("chargeDeclined", "card_declined", "generic_decline", "Your card was declined."),
    (
        "chargeDeclinedInsufficientFunds",
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds.",
    ),
    ("chargeDeclinedLostCard", "card_declined", "lost_card", "Your card was declined."),
    ("chargeDeclinedFraudulent", "card_declined", "fraudulent", "Your card was declined."),
    ("chargeDeclinedExpiredCard", "expired_card", "expired_card", "Your card has expired."),
    (
        "chargeDeclinedIncorrectCvc",
        "incorrect_cvc",
        "incorrect_cvc",
        "Your card's security code is incorrect.",
    ),
    (
        "chargeDeclinedProcessingError",
        "processing_error",
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
]


@pytest.mark.parametrize("alias", ["visa", "visa_debit", "mastercard", "amex", "bypassPending"])
async def test_good_cards_are_charged(pay: Pay, alias: str) -> None:
    """Each succeeds by its token and by its payment method."""
    by_token = await pay(f"tok_{alias}")
    by_method = await pay(payment_method_data=None, payment_method=f"pm_card_{alias}")

    assert [by_token.status, by_method.status] == ["succeeded", "succeeded"]


@pytest.mark.parametrize(("alias", "code", "decline_code", "message"), DECLINES)
async def test_bad_cards_decline_with_their_reason(
    pay: Pay, alias: str, code: str, decline_code: str, message: str
) -> None:
    """Code, decline code and message are those Stripe gives for the card."""
    with pytest.raises(stripe.CardError) as caught:
        await pay(f"tok_{alias}")

    assert (caught.value.code, caught.value.user_message) == (code, message)
    assert caught.value.error is not None
    assert caught.value.error.decline_code == decline_code


async def test_an_unknown_token_is_no_decline(pay: Pay) -> None:
    """It is the caller's mistake: 400 resource_missing, not 402."""
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await pay("tok_of_nobody")

    assert caught.value.user_message == "No such token: 'tok_of_nobody'"
    assert (caught.value.http_status, caught.value.code) == (400, "resource_missing")


async def test_a_made_token_works_once(client: stripe.StripeClient, pay: Pay) -> None:
    """As with a checkout form's token, a second payment needs a new one, even after a decline."""
    card = {"number": "4000 0000 0000 0002", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    token = await client.v1.tokens.create_async({"card": card})  # type: ignore[arg-type]

    with pytest.raises(stripe.CardError):
        await pay(token.id)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        await pay(token.id)

    assert caught.value.code == "token_already_used"


async def test_only_test_cards_make_tokens(http: httpx.AsyncClient) -> None:
    """Any other number is a wrong number."""
    card = {"card[number]": "4111111111111111", "card[exp_month]": "1", "card[exp_year]": "2030"}

    reply = await http.post("/v1/tokens", data=card)

    assert (reply.status_code, reply.json()["error"]["code"]) == (402, "incorrect_number")
