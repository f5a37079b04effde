"""Someone who pays, and may be declined."""

from collections.abc import Awaitable, Callable

import httpx

from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_payments.models.order import Order

Act = Callable[..., Awaitable[Order]]

DECLINED, VISA = "tok_chargeDeclined", "tok_visa"


class Payer:
    """Someone at an address who pays for orders of theirs."""

    def __init__(self, sign_in: SignIn, place: Act, address: str) -> None:
        self.id = new_id()
        self.headers = {**sign_in(self.id), "X-Forwarded-For": address}
        self.place = place

    async def order(self) -> Order:
        return await self.place(user_id=self.id)

    async def pay(self, api: httpx.AsyncClient, order: Order, token: str) -> httpx.Response:
        body = {"orderId": order.id, "token": token}
        return await api.post("/api/payments", json=body, headers=self.headers)

    async def tries(self, api: httpx.AsyncClient, count: int) -> list[int]:
        """Declined cards, each for an order of its own; their statuses."""
        return [
            (await self.pay(api, await self.order(), DECLINED)).status_code for _ in range(count)
        ]
