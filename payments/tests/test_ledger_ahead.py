"""A kill between the ledger's write and the order's leaves the ledger ahead for a while."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from payments.tests.paying import pay
from ticketing_common.store import Store
from ticketing_common.types import now
from ticketing_payments.cashier import Cashier
from ticketing_payments.ledger import Ledger
from ticketing_payments.models.order import Order
from ticketing_payments.models.payment import Payment
from ticketing_payments.recovery import Recovery
from ticketing_payments.schedule import Schedule
from ticketing_stripe_fake.testing import RunningFake

Act = Callable[..., Awaitable[Order]]


@pytest.mark.parametrize("marked", [True, False])
async def test_a_refund_that_failed_after_the_kill(
    cashier: Cashier,
    orders: Store[Order],
    payments: Store[Payment],
    ledger: Ledger,
    schedule: Schedule,
    stripe: RunningFake,
    recovery: Recovery,
    place: Act,
    marked: bool,
) -> None:
    """Marked by a webhook meanwhile or not, the ledger is Stripe's in the end."""
    # Given a refund made in the dashboard, and a look at it killed before the order was saved
    order = await pay(cashier, await place(), "tok_visa")
    async with httpx.AsyncClient(base_url=stripe.url) as http:
        asked = {"charge": order.payment.charge_id}
        refund = (await http.post("/_fake/refunds", json=asked)).json()
        due = schedule.at(order.payment, now())
        order = await orders.save(order.next(payment=due))
        await ledger.returned(order, str(order.payment.charge_id), refund["id"], refund["amount"])

        # When that refund fails, and the order is looked at again until there is nothing to see
        failed = {"status": "failed"}
        await http.post(f"/_fake/refunds/{refund['id']}/settlement", json=failed)
    if marked:
        await orders.save(order.next(payment=schedule.at(order.payment, now())))
    for _ in range(3):
        await recovery.look()

    # Then nothing went back, the ledger says
    (row,) = await payments.find({})
    assert (row.returned, row.refund_id) == (0, None)
