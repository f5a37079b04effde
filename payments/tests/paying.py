"""Paying an order, and recovering what became of it."""

from ticketing_common.store import Store
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_payments.cases import Cases
from ticketing_payments.cashier import Cashier
from ticketing_payments.gateway import StripeGateway
from ticketing_payments.ledger import Ledger
from ticketing_payments.models.case import Case
from ticketing_payments.models.order import Order
from ticketing_payments.recovery import Recovery
from ticketing_payments.resolver import Resolver
from ticketing_payments.schedule import Schedule

SETTLED_WITHIN = 12  # looks


async def pay(cashier: Cashier, order: Order, token: str) -> Order:
    """As the route does it, with the order as the caller last saw it."""
    return await cashier.charge(await cashier.orders.save(cashier.take(order)), token)


async def recovered(
    orders: Store[Order], recovery: Recovery, schedule: Schedule, order: Order
) -> Order:
    order = await orders.get(order.id)
    if schedule.due_at(order.payment):
        await orders.save(order.next(payment=schedule.at(order.payment, now())))
    await recovery.look()
    return await orders.get(order.id)


async def settled(
    orders: Store[Order], recovery: Recovery, schedule: Schedule, order: Order
) -> Order:
    order = await orders.get(order.id)
    for _ in range(SETTLED_WITHIN):
        if order.payment.look_at is None:
            return order
        order = await recovered(orders, recovery, schedule, order)
    raise AssertionError(f"not settled after {SETTLED_WITHIN} looks: {order.payment}")


async def glanced(
    orders: Store[Order], recovery: Recovery, schedule: Schedule, order: Order
) -> Order:
    order = await orders.get(order.id)
    await orders.save(order.next(payment=schedule.at(order.payment, now())))
    return await recovered(orders, recovery, schedule, order)


def recovery_of(
    orders: Store[Order], ledger: Ledger, gateway: StripeGateway, timing: Timing
) -> Recovery:
    """Another replica's."""
    schedule, cases = Schedule(timing), Cases(Store(orders.database, Case))
    return Recovery(orders, Resolver(orders, ledger, gateway, cases, schedule), schedule, timing)
