"""What an operator is told of all payments."""

from datetime import timedelta

from payments.tests.heard import placed
from ticketing_common.store import Database, Store
from ticketing_common.types import now
from ticketing_payments.app import create_app
from ticketing_payments.config import Settings
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.report import of_service


async def test_a_refund_that_is_late_names_its_order(
    settings: Settings, database: Database, orders: Store[Order]
) -> None:
    """The oldest, as for it alone there may be no case."""
    for hours in (2, 3):
        order = await placed(orders)
        due = order.with_payment(
            status=PaymentStatus.REFUND_DUE,
            charge_id="ch_1",
            refund_due_since=now() - timedelta(hours=hours),
            look_at=now(),
        )
        await orders.save(due)
    app = create_app(settings, database)

    part = await of_service(app)
    await app.state.cashier.gateway.close()

    assert part.facts["refunds due"] == "2"
    (said,) = part.outstanding
    assert said.startswith(f"the refund of order {order.id} is due since ")
