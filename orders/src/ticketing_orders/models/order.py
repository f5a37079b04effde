"""An order: one buyer's hold on one ticket."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from fastapi import Depends
from pydantic import Field

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.service import store_of
from ticketing_common.store import Document, Index, Store
from ticketing_common.store.document import Model
from ticketing_common.types import AnyPrice, Moment

OPEN = (OrderStatus.CREATED, OrderStatus.AWAITING_PAYMENT)  # may still be cancelled


def _nothing(value: object) -> bool:
    return value is None


class CancelledBy(StrEnum):
    BUYER = "buyer"
    EXPIRY = "expiry"


class OrderedTicket(Model):
    """The ticket as it was when ordered: what the buyer pays for, and at this price, whatever has
    become of it since. Orders of older versions do not say when and where.

    `reservation` numbers the orders of one ticket, 1, 2, 3, ...; the unique index on it is what
    lets only one of two concurrent buyers have the ticket.
    """

    id: str
    title: str
    price: AnyPrice
    version: int
    starts_at: Moment | None = Field(None, exclude_if=_nothing)
    venue: str | None = Field(None, exclude_if=_nothing)
    reservation: int = Field(exclude=True)


class Order(Document):
    """Complete and cancelled are final: neither ever becomes anything else.

    `cancelled_by` is for people to read, and decides nothing. Orders that ended before it was
    there, and those of the base system, are without.
    """

    collection: ClassVar[str] = "orders"
    publishes: ClassVar[bool] = True
    indexes: ClassVar[tuple[Index, ...]] = (
        Index((("ticket.id", 1), ("ticket.reservation", -1)), unique=True),
        Index((("userId", 1), ("_id", -1))),
        Index((("status", 1), ("expiresAt", 1))),
    )

    user_id: str
    status: OrderStatus
    expires_at: Moment
    ticket: OrderedTicket
    cancelled_by: CancelledBy | None = Field(None, exclude_if=_nothing)

    @property
    def open(self) -> bool:
        return self.status in OPEN

    @property
    def holds_ticket(self) -> bool:
        return self.status != OrderStatus.CANCELLED

    def expired(self, at: datetime) -> bool:
        """Whether an open order has outlived its window by that moment."""
        return self.open and self.expires_at <= at

    def with_status(self, status: OrderStatus) -> Self:
        return self.next(status=status)

    def cancelled(self, by: CancelledBy) -> Self:
        return self.next(status=OrderStatus.CANCELLED, cancelled_by=by)


Orders = Annotated[Store[Order], Depends(store_of(Order))]
