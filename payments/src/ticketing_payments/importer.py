"""Taking over what the base system charged."""

from collections.abc import Callable

from ticketing_common.importing import Report, Stored, Stores, import_each
from ticketing_common.store.source import Source
from ticketing_payments.cases import Cases
from ticketing_payments.events.publishers import payment_created
from ticketing_payments.ledger import Ledger
from ticketing_payments.models.case import Case, CaseKind
from ticketing_payments.models.order import Order, PaymentStatus
from ticketing_payments.models.payment import Payment


async def import_base(source: Source, stores: Stores, report: Report) -> None:
    """An order's first payment is its charge, and orders and tickets hear of it.

    The base system charged cancelled orders, and some twice: those are cases for a person, as it
    never gave anything back. Orders have to be heard of first: what is too early is left out.
    """
    orders, ledger, cases = stores[Order], Ledger(stores[Payment]), Cases(stores[Case])

    async def take_over(stored: Stored) -> None:
        id, order_id, charge_id = str(stored["_id"]), str(stored["orderId"]), stored["stripeId"]
        order: Order | None = await orders.find_id(order_id)
        if order is None:
            report.leave_out("payment", id, f"order {order_id} is not known here (yet)")
            return
        if order.payment.charge_id == charge_id:
            report.present += 1
            return
        if order.cancelled or order.payment.charge_id is not None:
            twice = order.payment.charge_id is not None
            kind = CaseKind.CHARGED_TWICE if twice else CaseKind.CHARGE_WITHOUT_ORDER
            await cases.open(kind, charge_id, order_id, "taken over from the base system")
            report.change("payment", id, f"a case: {kind} {charge_id}, order {order_id}")
        else:
            await ledger.charged(order.with_payment(payment_id=id), charge_id)
            await orders.change(order_id, _charged(id, charge_id), payment_created)
        report.imported += 1

    await import_each("payment", source.documents("payments"), take_over, report)


def _charged(payment_id: str, charge_id: str) -> Callable[[Order], Order | None]:
    def charged(order: Order) -> Order | None:
        if order.payment.charge_id is not None:
            return None
        return order.with_payment(
            status=PaymentStatus.CHARGED, payment_id=payment_id, charge_id=charge_id
        )

    return charged
