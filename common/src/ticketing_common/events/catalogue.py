"""The contract between the services: six subjects, six events, one page.

Fields are the base system's; what we add is `reservation` (the fencing number of a ticket's
orders: 1, 2, 3, ...), the order's whole state on a cancel, so that it may overtake its create, and
`listing`, what a seller may say of a ticket beyond the base system's fields.
"""

from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from ticketing_common.events.event import Event
from ticketing_common.types import AnyPrice, Id, Moment, Price, Version

MAX_TITLE = 500  # characters
MAX_VENUE = 200


class Subjects(StrEnum):
    TICKET_CREATED = "ticket:created"
    TICKET_UPDATED = "ticket:updated"
    ORDER_CREATED = "order:created"
    ORDER_CANCELLED = "order:cancelled"
    EXPIRATION_COMPLETE = "expiration:complete"
    PAYMENT_CREATED = "payment:created"


OWNERS = {"ticket": "tickets", "order": "orders", "payment": "payments"}


def owner_of(subject: str) -> str | None:
    """The service that can tell again what news on this subject was of; None where it needs none:
    what has expired is also noticed without being told."""
    return OWNERS.get(subject.partition(":")[0])


class OrderStatus(StrEnum):
    CREATED = "created"  # the ticket is not known to be held yet
    AWAITING_PAYMENT = "awaiting:payment"  # the tickets service confirmed that it is
    COMPLETE = "complete"  # paid; final
    CANCELLED = "cancelled"  # by the buyer, or expired; final


class Listing(BaseModel):
    """Whether the seller has taken the ticket down, and when and where its event is.

    `number` grows whenever any of it changes. An event without a listing says nothing about it: so
    do those of older versions, which leave what they do not know as it is.
    """

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, strict=True
    )

    number: Version
    withdrawn: Literal[True] | None = None
    starts_at: Moment | None = None
    venue: str | None = Field(None, min_length=1, max_length=MAX_VENUE)


class _Ticket(Event):
    id: Id
    version: Version
    title: str = Field(min_length=1, max_length=MAX_TITLE)
    price: AnyPrice
    user_id: Id
    listing: Listing | None = None

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
    price: AnyPrice | None = None  # what the order brought; older versions don't tell it
    paid_at: Moment | None = None  # nor this

    @property
    def key(self) -> str:
        return f"{self.id}/0"
