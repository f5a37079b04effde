"""The contract between the services: six subjects, six events, one page.

Fields are the base system's; what we add is `reservation` (the fencing number of a ticket's
orders: 1, 2, 3, ...) and the order's whole state on a cancel, so that it may overtake its create.
"""

from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from ticketing_common.events.event import Event
from ticketing_common.types import Id, Moment, Price, Version


class Subjects(StrEnum):
    TICKET_CREATED = "ticket:created"
    TICKET_UPDATED = "ticket:updated"
    ORDER_CREATED = "order:created"
    ORDER_CANCELLED = "order:cancelled"
    EXPIRATION_COMPLETE = "expiration:complete"
    PAYMENT_CREATED = "payment:created"


class OrderStatus(StrEnum):
    CREATED = "created"  # the ticket is not known to be held yet
    AWAITING_PAYMENT = "awaiting:payment"  # the tickets service confirmed that it is
    COMPLETE = "complete"  # paid; final
    CANCELLED = "cancelled"  # by the buyer, or expired; final


class _Ticket(Event):
    id: Id
    version: Version
    title: str = Field(min_length=1, max_length=500)
    price: Price
    user_id: Id

    @property
    def key(self) -> str:
        return f"{self.id}/{self.version}"


class TicketCreated(_Ticket):
    subject: ClassVar[str] = Subjects.TICKET_CREATED


class TicketUpdated(_Ticket):
    subject: ClassVar[str] = Subjects.TICKET_UPDATED

    order_id: Id | None = None  # the order that holds it


class ReservedTicket(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)

    id: Id
    price: Price  # what this order pays, whatever the ticket costs now
    reservation: Version


class _Order(Event):
    id: Id
    version: Version
    status: OrderStatus
    user_id: Id
    expires_at: Moment
    ticket: ReservedTicket

    @property
    def key(self) -> str:
        return f"{self.id}/{self.version}"


class OrderCreated(_Order):
    subject: ClassVar[str] = Subjects.ORDER_CREATED


class OrderCancelled(_Order):
    subject: ClassVar[str] = Subjects.ORDER_CANCELLED


class ExpirationComplete(Event):
    subject: ClassVar[str] = Subjects.EXPIRATION_COMPLETE

    order_id: Id

    @property
    def key(self) -> str:
        return f"{self.order_id}/0"


class PaymentCreated(Event):
    subject: ClassVar[str] = Subjects.PAYMENT_CREATED

    id: Id
    order_id: Id
    stripe_id: str = Field(min_length=1, max_length=255)

    @property
    def key(self) -> str:
        return f"{self.id}/0"
