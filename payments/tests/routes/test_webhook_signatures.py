"""POST /api/payments/webhook : who may call it, and with what."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from payments.tests.routes.webhooks import NEW, OLD, PATH, due
from ticketing_common.store import Database, Store
from ticketing_payments.app import create_app
from ticketing_payments.config import Settings
from ticketing_payments.models.order import Order

Act = Callable[..., Awaitable[Order]]

Notify = Callable[..., Awaitable[httpx.Response]]


@pytest.mark.parametrize(("secret", "status"), [(OLD, 200), (NEW, 200), ("whsec_other", 400)])
async def test_signed_by_a_secret_of_ours(
    notify: Notify, orders: Store[Order], place: Act, secret: str, status: int
) -> None:
    """Any of them while they rotate, and nobody else's."""
    order = await orders.save((await place()).with_payment(intent_id="pi_1"))

    answer = await notify("payment_intent.succeeded", order, secret)

    assert answer.status_code == status
    assert due(await orders.get(order.id)) == (status == 200)


@pytest.mark.parametrize(("age", "status"), [(290, 200), (310, 400)])
async def test_a_signature_ages(notify: Notify, place: Act, age: float, status: int) -> None:
    """What was recorded is worth nothing five minutes later."""
    answer = await notify("payment_intent.succeeded", await place(), age=age)

    assert answer.status_code == status


@pytest.mark.parametrize("header", [None, "", "nonsense", "t=1,v1=00", "t=x,v1=", "v1=00"])
async def test_without_a_signature(api: httpx.AsyncClient, place: Act, header: str | None) -> None:
    """It is refused with the standard body, whatever is in the header."""
    headers = {"stripe-signature": header} if header is not None else {}

    answer = await api.post(PATH, content=b"{}", headers=headers)

    assert answer.status_code == 400
    assert answer.json() == {"errors": [{"message": "The signature does not match"}]}


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"type": 1}', b"null", b"{", b'"x"'])
async def test_signed_nonsense(notify: Notify, place: Act, body: bytes) -> None:
    """What is no event is a bad request, not an error of ours."""
    answer = await notify("", await place(), body=body)

    assert answer.status_code == 400


async def test_bytes_that_are_no_text(api: httpx.AsyncClient) -> None:
    """They can't have been signed by Stripe."""
    answer = await api.post(PATH, content=b"\xff", headers={"stripe-signature": "t=1,v1=00"})

    assert answer.status_code == 400


async def test_a_body_is_bounded(api: httpx.AsyncClient) -> None:
    """Whoever it is from."""
    answer = await api.post(PATH, content=b" " * 70_000, headers={"stripe-signature": "t=1,v1=0"})

    assert answer.status_code == 413


async def test_without_a_secret_there_is_no_webhook(
    client_of: Any, settings: Settings, database: Database
) -> None:
    """Nobody can sign anything then."""
    app = create_app(settings.model_copy(update={"STRIPE_WEBHOOK_SECRET": ()}), database)
    client = await client_of(app)

    answer = await client.post(PATH, content=b"{}", headers={"stripe-signature": "t=1,v1=0"})

    assert (answer.status_code, answer.json()) == (404, {"errors": [{"message": "Not Found"}]})
    await app.state.cashier.gateway.close()
