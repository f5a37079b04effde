"""What the public API speaks of, as far as the pages show it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class ApiModel(BaseModel):
    """A frozen view of a JSON object; fields the pages do not need are ignored."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore"
    )


class User(ApiModel):
    id: str
    email: str


class Ticket(ApiModel):
    """A ticket; `order_id` names the order that holds it, `state` is told to its seller only."""

    id: str
    title: str
    price: Decimal
    user_id: str
    order_id: str | None = None
    state: Literal["listed", "reserved", "sold"] | None = None

    @property
    def free(self) -> bool:
        return self.order_id is None


class OrderedTicket(ApiModel):
    """The ticket as it was when it was ordered: what the buyer pays for."""

    id: str
    title: str
    price: Decimal


class Order(ApiModel):
    id: str
    status: Literal["created", "awaiting:payment", "complete", "cancelled"]
    expires_at: datetime
    ticket: OrderedTicket

    @property
    def live(self) -> bool:
        return self.status in ("created", "awaiting:payment")

    @property
    def overdue(self) -> bool:
        return self.live and self.expires_at <= datetime.now(UTC)


class Payment(ApiModel):
    """How far the payment of an order is.

    `client_secret` is there while the buyer's bank wants a confirmation, `message` says why the
    last card was declined, and after `payable_until` no payment can start any more.
    """

    status: Literal["none", "charging", "charged", "refund_due", "refunded", "settled"]
    amount: Decimal | None = None
    client_secret: str | None = None
    message: str | None = None
    payable_until: datetime | None = None
