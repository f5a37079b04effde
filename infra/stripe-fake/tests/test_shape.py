"""Objects have the shape Stripe's own library declares for them."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import httpx
import pytest
import stripe

Pay: TypeAlias = Callable[..., Awaitable[Any]]


def assert_shape(json: dict[str, Any], kind: type[Any]) -> None:
    """No field the library does not know, and none missing that it promises."""
    declared = kind.__annotations__
    known = {name for name in declared if name != "OBJECT_NAME"}
    nullable = {name for name in known if re.search("Optional|None", str(declared[name]))}
    promised = known - nullable - {"source"}
    assert set(json) <= known, f"{kind.__name__} has no {set(json) - known}"
    assert promised <= set(json), f"{kind.__name__} lacks {promised - set(json)}"


async def test_objects_have_the_declared_fields(http: httpx.AsyncClient, pay: Pay) -> None:
    """Paid intent, charge, refund, payment method and token, with what they contain."""
    paid = await pay("tok_pendingRefund")
    await http.post("/v1/refunds", data={"payment_intent": paid.id})
    card = {"card[number]": "4242424242424242", "card[exp_month]": "1", "card[exp_year]": "2030"}

    charge = (await http.get(f"/v1/charges/{paid.latest_charge}")).json()
    method = (await http.get(f"/v1/payment_methods/{paid.payment_method}")).json()
    refund = (await http.get("/v1/refunds")).json()["data"][0]

    assert_shape((await http.get(f"/v1/payment_intents/{paid.id}")).json(), stripe.PaymentIntent)
    assert_shape(charge, stripe.Charge)
    assert_shape(charge["outcome"], stripe.Charge.Outcome)
    assert_shape(charge["payment_method_details"]["card"], stripe.Charge.PaymentMethodDetails.Card)
    assert_shape(method, stripe.PaymentMethod)
    assert_shape(method["card"], stripe.PaymentMethod.Card)
    assert_shape(refund, stripe.Refund)
    assert_shape((await http.post("/v1/tokens", data=card)).json(), stripe.Token)


async def test_errors_have_the_declared_fields(http: httpx.AsyncClient, pay: Pay) -> None:
    """A decline as the request's error, and as the intent's last_payment_error."""
    with pytest.raises(stripe.CardError) as caught:
        await pay("tok_chargeDeclinedExpiredCard")

    body: Any = caught.value.json_body
    error = body["error"]
    assert_known(error, stripe.ErrorObject)
    assert_known(
        error["payment_intent"]["last_payment_error"], stripe.PaymentIntent.LastPaymentError
    )
    waiting = await pay("tok_threeDSecureRequired", return_url="https://ticketing.dev")
    action = (await http.get(f"/v1/payment_intents/{waiting.id}")).json()["next_action"]
    assert_shape(action, stripe.PaymentIntent.NextAction)
    assert_shape(action["redirect_to_url"], stripe.PaymentIntent.NextAction.RedirectToUrl)


def assert_known(json: dict[str, Any], kind: type[Any]) -> None:
    assert set(json) <= set(kind.__annotations__)
