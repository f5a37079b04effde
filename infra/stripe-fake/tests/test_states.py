"""The intent's state machine and what each wrong turn answers."""

from typing import Any

import httpx
import pytest

CREATE = {
    "amount": "1999",
    "currency": "usd",
    "automatic_payment_methods[enabled]": "true",
    "automatic_payment_methods[allow_redirects]": "never",
}
VISA = {"payment_method": "pm_card_visa"}
DECLINED = {
    "payment_method_data[type]": "card",
    "payment_method_data[card][token]": "tok_chargeDeclined",
}


async def created(http: httpx.AsyncClient, **fields: str) -> str:
    reply = await http.post("/v1/payment_intents", data=CREATE | fields)
    assert reply.status_code == 200, reply.text
    return str(reply.json()["id"])


async def act(http: httpx.AsyncClient, id: str, verb: str, **fields: str) -> httpx.Response:
    return await http.post(f"/v1/payment_intents/{id}/{verb}", data=fields)


def error(reply: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = reply.json()["error"]
    return found


async def test_a_declined_intent_takes_another_card(http: httpx.AsyncClient) -> None:
    """A decline costs nothing: the same intent then succeeds, with one charge of each kind."""
    id = await created(http)

    declined = await act(http, id, "confirm", **DECLINED)
    paid = await act(http, id, "confirm", **VISA)

    intent = error(declined)["payment_intent"]
    assert (declined.status_code, intent["status"]) == (402, "requires_payment_method")
    assert intent["payment_method"] is None
    assert intent["last_payment_error"]["decline_code"] == "generic_decline"
    assert paid.json()["status"] == "succeeded"
    assert paid.json()["last_payment_error"] is None
    charges = (await http.get("/v1/charges", params={"payment_intent": id})).json()["data"]
    assert [charge["status"] for charge in charges] == ["succeeded", "failed"]
    assert charges[0]["id"] == paid.json()["latest_charge"]
    assert [charge["amount_captured"] for charge in charges] == [1999, 0]


async def test_a_succeeded_intent_can_neither_be_confirmed_nor_canceled(
    http: httpx.AsyncClient,
) -> None:
    """Both answer payment_intent_unexpected_state with the intent, and charge nothing."""
    id = await created(http)
    await act(http, id, "confirm", **VISA)

    again, cancel = await act(http, id, "confirm", **VISA), await act(http, id, "cancel")

    for reply, words in ((again, "already succeeded"), (cancel, "status of succeeded")):
        assert (reply.status_code, error(reply)["code"]) == (400, "payment_intent_unexpected_state")
        assert words in error(reply)["message"]
        assert error(reply)["payment_intent"]["id"] == id
    charges = (await http.get("/v1/charges", params={"payment_intent": id})).json()["data"]
    assert len(charges) == 1


async def test_a_canceled_intent_stays_canceled(http: httpx.AsyncClient) -> None:
    """Canceling is final: neither confirming nor canceling again is accepted."""
    id = await created(http)

    canceled = await act(http, id, "cancel", cancellation_reason="requested_by_customer")

    assert canceled.json()["status"] == "canceled"
    assert canceled.json()["canceled_at"] == 1_800_000_000
    for verb, fields in (("confirm", VISA), ("cancel", {})):
        reply = await act(http, id, verb, **fields)
        assert error(reply)["code"] == "payment_intent_unexpected_state"
        assert "status of canceled" in error(reply)["message"]


async def test_confirming_needs_a_payment_method(http: httpx.AsyncClient) -> None:
    """Without one, the intent stays as it is."""
    id = await created(http)

    reply = await act(http, id, "confirm")

    assert error(reply)["code"] == "payment_intent_unexpected_state"
    assert "missing a payment method" in error(reply)["message"]
    assert (await http.get(f"/v1/payment_intents/{id}")).json()["status"] == (
        "requires_payment_method"
    )


async def test_redirecting_methods_need_a_return_url(http: httpx.AsyncClient) -> None:
    """An intent that allows redirects, as by default, can't be confirmed without return_url."""
    reply = await http.post("/v1/payment_intents", data={"amount": "1999", "currency": "usd"})
    id = reply.json()["id"]

    without = await act(http, id, "confirm", **VISA)
    with_url = await act(http, id, "confirm", **VISA, return_url="https://ticketing.dev/orders")

    assert without.status_code == 400
    assert "you must provide a `return_url`" in error(without)["message"]
    assert with_url.json()["status"] == "succeeded"


async def test_creating_can_confirm_at_once(http: httpx.AsyncClient) -> None:
    """With confirm=true a decline is a 402, and the intent exists all the same."""
    paid = await http.post("/v1/payment_intents", data=CREATE | VISA | {"confirm": "true"})
    declined = await http.post("/v1/payment_intents", data=CREATE | DECLINED | {"confirm": "true"})

    assert paid.json()["status"] == "succeeded"
    id = error(declined)["payment_intent"]["id"]
    found = (await http.get(f"/v1/payment_intents/{id}")).json()
    assert (declined.status_code, found["status"]) == (402, "requires_payment_method")
    assert found["latest_charge"] == error(declined)["charge"]


@pytest.mark.parametrize(
    ("amount", "code", "message"),
    [
        ("49", "amount_too_small", "Amount must be at least $0.50 usd"),
        ("100000000", "amount_too_large", "Amount must be no more than $999,999.99"),
        ("0", "parameter_invalid_integer", "This value must be greater than or equal to 1."),
        ("-5", "parameter_invalid_integer", "This value must be greater than or equal to 1."),
        ("1998.9999999999998", "parameter_invalid_integer", "Invalid integer: 1998.9999999999998"),
        ("19.99", "parameter_invalid_integer", "Invalid integer: 19.99"),
        ("", "parameter_invalid_empty", None),
        (None, "parameter_missing", "Missing required param: amount."),
    ],
)
async def test_amounts_are_whole_cents_within_bounds(
    http: httpx.AsyncClient, amount: str | None, code: str, message: str | None
) -> None:
    """A wrong amount is refused with Stripe's code, and nothing is created."""
    fields = {name: value for name, value in CREATE.items() if name != "amount"}
    reply = await http.post(
        "/v1/payment_intents", data=fields if amount is None else fields | {"amount": amount}
    )

    assert reply.status_code == 400
    assert (error(reply)["code"], error(reply)["param"]) == (code, "amount")
    assert message is None or error(reply)["message"] == message
    assert (await http.get("/v1/payment_intents")).json()["data"] == []


@pytest.mark.parametrize("amount", ["50", "99999999"])
async def test_the_bounds_themselves_are_accepted(http: httpx.AsyncClient, amount: str) -> None:
    """The smallest and the largest amount can be paid."""
    id = await created(http, amount=amount)

    paid = (await act(http, id, "confirm", **VISA)).json()

    assert paid["amount_received"] == int(amount)


async def test_parameters_stripe_does_not_know_are_refused(http: httpx.AsyncClient) -> None:
    """A typing mistake fails loudly, nested or not; so does the removed payment_method_types."""
    for name, param, code in (
        ("orderId", "orderId", "parameter_unknown"),
        ("payment_method_data[tokn]", "payment_method_data[tokn]", "parameter_unknown"),
        (
            "payment_method_types[0]",
            "payment_method_types",
            "payment_method_types_no_longer_supported",
        ),
    ):
        reply = await http.post("/v1/payment_intents", data=CREATE | {name: "card"})
        assert (reply.status_code, error(reply)["code"]) == (400, code)
        assert error(reply)["param"] == param
