"""An order: one buyer's hold on one ticket."""

from datetime import datetime
from typing import Annotated, ClassVar, Self

from fastapi import Depends
from pydantic import Field

from ticketing_common.events.catalogue import OrderStatus
from ticketing_common.service import store_of
from ticketing_common.store import Document, Index, Store
from ticketing_common.store.document import Model
from ticketing_common.types import Moment, Price

OPEN = (OrderStatus.CREATED, OrderStatus.AWAITING_PAYMENT)  # may still be cancelled


class OrderedTicket(Model):
    """The ticket as it was when ordered: the buyer pays this price, whatever it costs now.

    `reservation` numbers the orders of one ticket, 1, 2, 3, ...; the unique index on it is what
    lets only one of two concurrent buyers have the ticket.
    """

    id: str
    title: str
    price: Price
    version: int
    reservation: int = Field(exclude=True)


class Order(Document):
    """Complete and cancelled are final: neither ever becomes anything else."""

    collection: ClassVar[str] = "orders"
    indexes: ClassVar[tuple[Index, ...]] = (
        Index((("ticket.id", 1), ("ticket.reservation", -1)), unique=True),
        Index((("userId", 1), ("_id", -1))),
        Index((("status", 1), ("expiresAt", 1))),
    )

    user_id: str
    status: OrderStatus
    expires_at: Moment
    ticket: OrderedTicket

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


Orders = Annotated[Store[Order], Depends(store_of(Order))]
