"""POST /api/orders for tickets priced by other rules than ours."""

import httpx
import pytest

from ticketing_common.store import Store
from ticketing_common.testing.sessions import SignIn
from ticketing_common.types import new_id
from ticketing_orders.models.order import Order
from ticketing_orders.models.ticket import Ticket


@pytest.mark.parametrize("price", [0, 0.49, 1000000, 1e300])
async def test_a_price_that_cannot_be_charged(
    api: httpx.AsyncClient,
    orders: Store[Order],
    tickets: Store[Ticket],
    sign_in: SignIn,
    price: float,
) -> None:
    """Stripe would refuse the amount, so nobody gets to reserve what they could not pay."""
    ticket = await tickets.save(Ticket(id=new_id(), title="A", price=price))

    response = await api.post("/api/orders", json={"ticketId": ticket.id}, headers=sign_in())

    text = "Its price can't be charged: only 0.50 to 999999.99 can"
    assert (response.status_code, response.json()) == (400, {"errors": [{"message": text}]})
    assert await orders.find({}) == []


async def test_more_decimals(
    api: httpx.AsyncClient, tickets: Store[Ticket], sign_in: SignIn
) -> None:
    """It is sold at the price it is shown at."""
    id = new_id()
    await tickets.replicate(id, 0, title="A", price=12.345)

    response = await api.post("/api/orders", json={"ticketId": id}, headers=sign_in())

    assert (response.status_code, response.json()["ticket"]["price"]) == (201, 12.35)
