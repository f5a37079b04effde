"""What the public API speaks of, as far as the pages show it."""

from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from ticketing_common.types import made_at


class ApiModel(BaseModel):
    """A frozen view of a JSON object; fields the pages do not need are ignored."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore"
    )


class User(ApiModel):
    id: str
    email: str


def digest(*said: object) -> str:
    """16 hexadecimal digits that stand for all of it."""
    return sha256(repr(said).encode(errors="surrogatepass")).hexdigest()[:16]


class Event(ApiModel):
    """What a ticket is for."""

    title: str
    starts_at: datetime | None = None
    venue: str | None = None

    @property
    def seen(self) -> str:
        """A digest that is another one once it is said to be anything else."""
        return digest(self.title, self.starts_at and self.starts_at.timestamp(), self.venue)

    def completed_by(self, other: "Event") -> Self:
        """With when and where of the other one, where this one does not tell."""
        rest = {
            "starts_at": self.starts_at or other.starts_at,
            "venue": self.venue or other.venue,
        }
        return self.model_copy(update=rest)


class Ticket(Event):
    """A ticket; `order_id` names the order that holds it. Only its seller is told `state`, and
    `sold_for`, which is the order's price, and `sold_at`."""

    id: str
    price: Decimal
    version: int = 0
    user_id: str
    order_id: str | None = None
    withdrawn: bool = False
    state: Literal["listed", "reserved", "sold", "withdrawn"] | None = None
    sold_for: Decimal | None = None
    sold_at: datetime | None = None

    @property
    def free(self) -> bool:
        return self.order_id is None

    @property
    def on_sale(self) -> bool:
        return self.free and not self.withdrawn

    @property
    def begun(self) -> bool:
        return self.starts_at is not None and self.starts_at <= datetime.now(UTC)

    @property
    def can_be_bought(self) -> bool:
        return self.on_sale and not self.begun

    @property
    def stands(self) -> str:
        """As `seen`, of all that its seller can say of it."""
        return digest(self.seen, self.price.normalize(), self.withdrawn)

    @property
    def listed_at(self) -> datetime:
        return made_at(self.id)


class TicketState(ApiModel):
    """What became of a ticket; only its seller is told `sold_for`, which is the order's price, and
    `sold_at`."""

    state: Literal["listed", "reserved", "sold", "withdrawn"]
    sold_for: Decimal | None = None
    sold_at: datetime | None = None


class OrderedTicket(Event):
    """The ticket as it was when it was ordered: what the buyer pays for. An older version of orders
    does not tell when and where."""

    id: str
    price: Decimal


class Order(ApiModel):
    id: str
    status: Literal["created", "awaiting:payment", "complete", "cancelled"]
    expires_at: datetime
    ticket: OrderedTicket
    cancelled_by: str | None = None  # "buyer" or "expiry", where orders knows

    @property
    def made_at(self) -> datetime:
        """Its id begins with the time."""
        return datetime.fromtimestamp(int(self.id[:8], 16), UTC)

    @property
    def live(self) -> bool:
        return self.status in ("created", "awaiting:payment")

    @property
    def overdue(self) -> bool:
        return self.live and self.expires_at <= datetime.now(UTC)


class Admission(ApiModel):
    """What a code shown at the door is worth, and what it is for."""

    standing: Literal["valid", "refunded"]
    order_id: str
    ticket_id: str


class Payment(ApiModel):
    """How far the payment of an order is.

    `state` is where the money is, and `status` all that an older version tells of it. A
    `client_secret` is there while the buyer's bank wants a confirmation, `message` says why the
    last card was declined, and after `payable_until` no payment can start any more; nor once
    `tries_left` is 0. `admission` is the code to show at the door, while it is worth anything.
    """

    status: Literal["none", "charging", "charged", "refund_due", "refunded", "settled"]
    state: str | None = None
    amount: Decimal | None = None
    refunded_amount: Decimal = Decimal(0)
    refund_pending: bool = True  # an older payments does not say when it is certain
    dispute: str | None = None
    under_review: bool = False
    client_secret: str | None = None
    message: str | None = None
    payable_until: datetime | None = None
    tries_left: int | None = None
    admission: str | None = None

    @property
    def known_state(self) -> str:
        """The state; where only the status is told, the one that promises least."""
        if self.state is not None:
            return self.state
        if self.status == "none":
            return "authenticating" if self.client_secret else "unpaid"
        return {"settled": "closing", "refunded": "refunding"}.get(self.status, self.status)
