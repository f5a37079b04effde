"""What payments knows of an order, and how far its payment has got, in one document.

One compare-and-set on it sees both, so no charge is begun for an order already known as
cancelled and no cancel slips by a charge under way.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Self

from fastapi import Depends

from ticketing_common.events.catalogue import OrderCancelled, OrderCreated, OrderStatus
from ticketing_common.service import store_of
from ticketing_common.store import Document, Index, Store
from ticketing_common.store.document import Model
from ticketing_common.types import Moment, Price, cents, new_id
from ticketing_payments.models.watch import Watch


class PaymentStatus(StrEnum):
    NONE = "none"  # nothing is charged and nobody is at it
    CHARGING = "charging"  # a request holds the lease, or recovery will look
    CHARGED = "charged"
    REFUND_DUE = "refund_due"  # charged, but the order is cancelled
    REFUNDED = "refunded"
    SETTLED = "settled"  # the order is cancelled and nothing was charged


class Progress(Model):
    """How far the payment of an order has got.

    `intent_number` and `refund_number` are in Stripe's idempotency keys and grow only after a
    failure that Stripe has answered. `look_at` is when the recovery loop should look (again);
    None when there is nothing left for it to do; `looks` counts those in a row that failed.
    """

    status: PaymentStatus = PaymentStatus.NONE
    attempt: int = 0
    lease_until: Moment | None = None
    payment_id: str | None = None
    intent_id: str | None = None
    intent_number: int = 1
    charge_id: str | None = None
    charged_at: Moment | None = None  # when that was known; versions before this did not keep it
    refund_number: int = 1
    refund_due_since: Moment | None = None  # the last time that it became due
    client_secret: str | None = None  # the buyer has to authenticate
    message: str | None = None  # why the last try charged nothing
    declines: int = 0  # how many cards were declined
    look_at: Moment | None = None
    looks: int = 0
    watch: Watch | None = None  # what was heard of it since it was decided

    def leased(self, at: datetime) -> bool:
        """Whether a request is at it: nobody else is to talk to Stripe about it then."""
        return self.lease_until is not None and self.lease_until > at


class Trace(Model):
    """Of the span in which payments heard of the order: charges and decisions go on with its trace.
    A model of its own, as nothing is stored where there is none."""

    traceparent: str


class Order(Document):
    """The orders service's order as of `order_version`; `version` counts our own saves too."""

    collection: ClassVar[str] = "orders"
    publishes: ClassVar[bool] = True
    source_version: ClassVar[str] = "order_version"
    indexes: ClassVar[tuple[Index, ...]] = (
        Index((("payment.lookAt", 1),)),
        Index((("payment.watch.at", 1),), where={"payment.watch.at": {"$exists": True}}),
    )

    user_id: str
    ticket_id: str | None = None  # versions before this field did not keep it
    status: OrderStatus
    price: Price
    expires_at: Moment
    order_version: int
    trace: Trace | None = None  # where traces are exported
    payment: Progress = Progress()

    @property
    def cancelled(self) -> bool:
        return self.status == OrderStatus.CANCELLED

    @property
    def paid(self) -> bool:
        return self.status == OrderStatus.COMPLETE or self.payment.status == PaymentStatus.CHARGED

    @property
    def given_back(self) -> bool:
        """All of what was charged has gone back, for as long as no refund fails."""
        watch = self.payment.watch
        return watch is not None and watch.refunded >= cents(self.price)

    @property
    def traceparent(self) -> str | None:
        return self.trace.traceparent if self.trace else None

    def with_payment(self, **changes: Any) -> Self:
        """One version on, with these fields of the payment changed."""
        return self.next(payment=self.payment.model_copy(update=changes))

    def charging(self, lease_until: datetime) -> Self:
        """Taken by one request: nobody else talks to Stripe about it while the lease lasts."""
        return self.with_payment(
            status=PaymentStatus.CHARGING,
            attempt=self.payment.attempt + 1,
            payment_id=self.payment.payment_id or new_id(),
            lease_until=lease_until,
            look_at=lease_until,
            looks=0,
            client_secret=None,
            message=None,
        )


async def take_over(
    orders: Store[Order], heard: OrderCreated | OrderCancelled, **own: object
) -> None:
    """What is newer of it than what is known, and with that what we keep beside it."""
    await orders.replicate(
        heard.id,
        heard.version,
        user_id=heard.user_id,
        status=heard.status,
        ticket_id=heard.ticket.id,
        price=heard.ticket.price,
        expires_at=heard.expires_at,
        **own,
    )


Orders = Annotated[Store[Order], Depends(store_of(Order))]
