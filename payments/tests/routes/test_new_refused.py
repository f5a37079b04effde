"""POST /api/payments : bodies and callers that are refused."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from payments.tests.routes.conftest import says
from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_payments.models.order import Order
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]

AS_JSON = {"Content-Type": "application/json"}

NOT_AUTHORIZED = {"errors": [{"message": "Not authorized"}]}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null"])
async def test_a_body_that_is_no_json_object_is_400(api: httpx.AsyncClient, body: bytes) -> None:
    """The body is parsed before anything else is looked at, the session included."""
    response = await api.post("/api/payments", content=body, headers=AS_JSON)

    assert response.status_code == 400
    assert response.json()["errors"][0]["message"].startswith("The request body must be")


async def test_signed_out_is_401(api: httpx.AsyncClient) -> None:
    """The session is checked before the fields."""
    response = await api.post("/api/payments", json={})

    assert (response.status_code, response.json()) == (401, NOT_AUTHORIZED)


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        (
            {},
            [
                {"message": "Token must be provided", "field": "token"},
                {"message": "OrderId must be provided", "field": "orderId"},
            ],
        ),
        ({"token": "tok_visa"}, [{"message": "OrderId must be provided", "field": "orderId"}]),
        ({"orderId": new_id()}, [{"message": "Token must be provided", "field": "token"}]),
        *(
            (
                {"token": token, "orderId": new_id()},
                [{"message": "Token must be provided", "field": "token"}],
            )
            for token in ("", "  ", None, 7, True, ["tok_visa"], {"$gt": ""}, "t" * 256)
        ),
        *(
            (
                {"token": "tok_visa", "orderId": order},
                [{"message": "OrderId must be provided", "field": "orderId"}],
            )
            for order in ("", None, 7, {"$gt": ""})
        ),
    ],
)
async def test_bad_fields_are_400(
    api: httpx.AsyncClient, sign_in: SignIn, body: object, errors: object
) -> None:
    """A payment needs a token and an order; every wrong field is named."""
    response = await api.post("/api/payments", json=body, headers=sign_in())

    assert (response.status_code, response.json()) == (400, {"errors": errors})


@pytest.mark.parametrize("id", ["f" * 24, "nonsense", "0", "x" * 24])
async def test_unknown_order_is_404(api: httpx.AsyncClient, sign_in: SignIn, id: str) -> None:
    """An unknown id and one that can't be one are alike."""
    body = {"token": "tok_visa", "orderId": id}

    says(await api.post("/api/payments", json=body, headers=sign_in()), 404, "Not Found")


@pytest.mark.parametrize("status", [OrderStatus.CREATED, OrderStatus.CANCELLED])
async def test_someone_elses_order_is_401(
    api: httpx.AsyncClient, sign_in: SignIn, place: Act, stripe: RunningFake, status: OrderStatus
) -> None:
    """An order is its owner's to pay; a stranger does not even learn how it is."""
    order = await place(status=status)
    body = {"token": "tok_visa", "orderId": order.id}

    response = await api.post("/api/payments", json=body, headers=sign_in())

    assert (response.status_code, response.json()) == (401, NOT_AUTHORIZED)
    assert stripe.order(order.id)["intents"] == {}
