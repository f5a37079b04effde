"""What Stripe says, in this service's words."""

from typing import Any

import pytest

from ticketing_common.types import new_id
from ticketing_payments.gateway import (
    CardDeclinedError,
    IntentStatus,
    RefusedError,
    StripeGateway,
    StripeUnavailableError,
)
from ticketing_payments.gateway.objects import NOT_AUTHENTICATED, TRY_ANOTHER, to_intent
from ticketing_stripe_fake.objects import Charge
from ticketing_stripe_fake.testing import RunningFake

ORDER = new_id()


async def test_creates_an_intent_over_cents(stripe: RunningFake, gateway: StripeGateway) -> None:
    """An intent names its order and can't charge anyone yet."""
    intent = await gateway.create(ORDER, 1, 1999)

    assert (intent.amount, intent.status) == (1999, IntentStatus.REQUIRES_PAYMENT_METHOD)
    assert (intent.charge_id, intent.message) == (None, None)
    assert stripe.order(ORDER)["intents"] == {intent.id: "requires_payment_method"}


async def test_creates_one_intent_a_number(stripe: RunningFake, gateway: StripeGateway) -> None:
    """After a lost reply the same number finds the same intent; another number makes another."""
    stripe.fault("lost_response", path="/v1/payment_intents", next=1)
    with pytest.raises(StripeUnavailableError):
        await gateway.create(ORDER, 1, 2000)

    first, again = [await gateway.create(ORDER, 1, 2000) for _ in range(2)]
    other = await gateway.create(ORDER, 2, 2000)

    assert first.id == again.id
    assert set(stripe.order(ORDER)["intents"]) == {first.id, other.id}


@pytest.mark.parametrize("token", ["tok_visa", "pm_card_visa"])
async def test_charges_a_card(stripe: RunningFake, gateway: StripeGateway, token: str) -> None:
    """A card token and a payment method charge alike; the intent then has its charge."""
    intent = await gateway.create(ORDER, 1, 2000)

    intent = await gateway.confirm(intent.id, token, ORDER, 1)

    assert (intent.status, (intent.charge_id or "")[:3]) == (IntentStatus.SUCCEEDED, "ch_")
    assert (await gateway.retrieve(intent.id)) == intent
    assert stripe.order(ORDER)["charged"] == 2000


async def test_a_confirmation_sent_twice(stripe: RunningFake, gateway: StripeGateway) -> None:
    """What the network delivers twice charges once and is answered alike."""
    intent = await gateway.create(ORDER, 1, 2000)

    answers = [await gateway.confirm(intent.id, "tok_visa", ORDER, 1) for _ in range(2)]

    assert answers[0] == answers[1]
    assert stripe.order(ORDER)["charges"] == 1


@pytest.mark.parametrize(
    ("token", "message"),
    [
        ("tok_chargeDeclined", "Your card was declined."),
        ("tok_chargeDeclinedInsufficientFunds", "Your card has insufficient funds."),
        ("tok_chargeDeclinedExpiredCard", "Your card has expired."),
    ],
)
async def test_a_declined_card(gateway: StripeGateway, token: str, message: str) -> None:
    """The card's holder is told in Stripe's words; the intent says it too, and may be reused."""
    intent = await gateway.create(ORDER, 1, 2000)

    with pytest.raises(CardDeclinedError, match=message):
        await gateway.confirm(intent.id, token, ORDER, 1)

    declined = await gateway.retrieve(intent.id)
    assert (declined.status, declined.message) == (IntentStatus.REQUIRES_PAYMENT_METHOD, message)
    paid = await gateway.confirm(intent.id, "tok_visa", ORDER, 2)
    assert paid.status == IntentStatus.SUCCEEDED


async def test_an_unknown_token(gateway: StripeGateway) -> None:
    """Stripe will not do it, whatever we try."""
    intent = await gateway.create(ORDER, 1, 2000)

    with pytest.raises(RefusedError, match="No such token"):
        await gateway.confirm(intent.id, "tok_nonsense", ORDER, 1)


async def test_a_cancelled_intent(gateway: StripeGateway) -> None:
    """It can't be charged any more, nor cancelled once it has succeeded."""
    dead, paid = await gateway.create(ORDER, 1, 2000), await gateway.create(ORDER, 2, 2000)
    await gateway.confirm(paid.id, "tok_visa", ORDER, 1)

    cancelled = await gateway.cancel(dead.id)

    assert cancelled.status == IntentStatus.CANCELED
    for refused in (
        gateway.confirm(dead.id, "tok_visa", ORDER, 2),
        gateway.cancel(dead.id),
        gateway.cancel(paid.id),
    ):
        with pytest.raises(RefusedError, match="You cannot"):
            await refused


async def test_what_stripe_is_told(stripe: RunningFake, gateway: StripeGateway) -> None:
    """Whom the receipt is for, and what the cardholder's statement says."""
    gateway.descriptor_suffix = "GITTIX"
    intent = await gateway.create(ORDER, 1, 2000)

    await gateway.confirm(intent.id, "tok_visa", ORDER, 1, "buyer@test.com")

    (charge,) = stripe.fake.ledger.table(Charge).oldest_first()
    assert (charge.receipt_email, charge.statement_descriptor_suffix) == (
        "buyer@test.com",
        "GITTIX",
    )


async def test_a_receipt_is_no_reason_to_refuse_a_payment(
    stripe: RunningFake, gateway: StripeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address that Stripe does not take is left out, under a key of its own."""
    intent = await gateway.create(ORDER, 1, 2000)
    post = gateway._post

    async def particular(path: str, params: Any, key: str) -> Any:
        if "receipt_email" in params:
            raise RefusedError("Invalid email address", "email_invalid", "receipt_email")
        return await post(path, params, key)

    monkeypatch.setattr(gateway, "_post", particular)

    paid = await gateway.confirm(intent.id, "tok_visa", ORDER, 1, "buyer@nowhere")

    assert paid.status == IntentStatus.SUCCEEDED


async def test_the_bank_is_asked_by_stripe_js(gateway: StripeGateway) -> None:
    """For a payment method of its making, it handles what the bank wants."""
    intent = await gateway.create(ORDER, 1, 2000)

    asked = await gateway.confirm(intent.id, "pm_card_threeDSecure2Required", ORDER, 1)

    assert (asked.status, bool(asked.client_secret)) == (IntentStatus.REQUIRES_ACTION, True)


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (None, None),
        ({"type": "card_error", "message": "Your card was declined."}, "Your card was declined."),
        (
            {
                "type": "invalid_request_error",
                "code": "payment_intent_authentication_failure",
                "message": "The provided PaymentMethod has failed authentication. You can ...",
            },
            NOT_AUTHENTICATED,
        ),
        ({"type": "api_error", "message": "An error for developers."}, TRY_ANOTHER),
    ],
)
def test_buyers_read_what_is_written_for_them(
    failure: dict[str, str] | None, message: str | None
) -> None:
    """Of an intent's last failure only a card error's text is for the card's holder."""
    found = {"id": "pi_1", "status": "requires_payment_method", "amount": 2000}

    assert to_intent({**found, "last_payment_error": failure}).message == message
