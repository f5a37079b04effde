from collections.abc import Awaitable, Callable

import httpx
import pytest

from ticketing_common.testing.sessions import SignIn
from ticketing_payments.models.order import Order

Pay = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def pay(api: httpx.AsyncClient, sign_in: SignIn) -> Pay:
    """`await pay(order)`: its owner pays, with a card that works where no token is given."""

    async def pay(order: Order, token: str = "tok_visa") -> httpx.Response:
        body = {"token": token, "orderId": order.id}
        return await api.post("/api/payments", json=body, headers=sign_in(order.user_id))

    return pay
