"""GET /api/payments/:orderId"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import httpx
import pytest

from payments.tests.paying import pay
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_payments.cashier import Cashier
from ticketing_payments.models.order import Order

Act = Callable[..., Awaitable[Order]]


async def test_signed_out_is_401(api: httpx.AsyncClient, place: Act) -> None:
    """One has to be signed in."""
    response = await api.get(f"/api/payments/{(await place()).id}")

    assert response.status_code == 401


@pytest.mark.parametrize("id", [new_id(), "nonsense"])
async def test_unknown_order_is_404(api: httpx.AsyncClient, sign_in: SignIn, id: str) -> None:
    """An unknown id and one that can't be one are alike."""
    response = await api.get(f"/api/payments/{id}", headers=sign_in())

    assert (response.status_code, response.json()) == (404, {"errors": [{"message": "Not Found"}]})


async def test_someone_elses_is_401(api: httpx.AsyncClient, sign_in: SignIn, place: Act) -> None:
    """A payment is shown to nobody but its order's owner."""
    response = await api.get(f"/api/payments/{(await place()).id}", headers=sign_in())

    assert response.status_code == 401
    assert response.json() == {"errors": [{"message": "Not authorized"}]}


@pytest.mark.parametrize(
    ("token", "status", "state", "message"),
    [
        (None, "none", "unpaid", None),
        ("tok_visa", "charged", "charged", None),
        ("tok_chargeDeclined", "none", "unpaid", "Your card was declined."),
    ],
)
async def test_tells_how_far_it_has_got(
    api: httpx.AsyncClient,
    sign_in: SignIn,
    cashier: Cashier,
    place: Act,
    token: str | None,
    status: str,
    state: str,
    message: str | None,
) -> None:
    """The order page sees the state, the amount and the last decline, and no internals."""
    order = await place(price=19.99)
    if token:
        await pay(cashier, order, token)

    response = await api.get(f"/api/payments/{order.id}", headers=sign_in(order.user_id))

    assert response.status_code == 200
    told = response.json()
    until = datetime.fromisoformat(told.pop("payableUntil"))
    assert until == order.expires_at - timedelta(seconds=cashier.timing.payment_cutoff)
    assert told == {
        "orderId": order.id,
        "status": status,
        "state": state,
        "amount": 19.99,
        "refundedAmount": 0,
        "refundPending": False,
        "dispute": None,
        "underReview": False,
        "clientSecret": None,
        "message": message,
        "triesLeft": 4 if message else 5,
        "admission": None,
    }


async def test_what_the_bank_asks(
    api: httpx.AsyncClient, sign_in: SignIn, cashier: Cashier, place: Act
) -> None:
    """A page that is reloaded can go on with the authentication."""
    order = await pay(cashier, await place(), "tok_threeDSecure2Required")

    response = await api.get(f"/api/payments/{order.id}", headers=sign_in(order.user_id))

    assert response.json()["clientSecret"] == order.payment.client_secret is not None


@pytest.mark.parametrize("look", [False, True])
async def test_a_refund(
    api: httpx.AsyncClient,
    sign_in: SignIn,
    cashier: Cashier,
    place: Act,
    cancel: Act,
    recover: Act,
    look: bool,
) -> None:
    """Who cancelled after paying sees that the money is on its way, and then that it went."""
    order = await cancel(await pay(cashier, await place(), "tok_visa"))
    if look:
        await recover(order)

    response = await api.get(f"/api/payments/{order.id}", headers=sign_in(order.user_id))

    assert response.json()["status"] == ("refunded" if look else "refund_due")
