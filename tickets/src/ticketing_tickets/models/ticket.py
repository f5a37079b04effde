"""A ticket for sale."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal, Self

from fastapi import Depends
from pydantic import Field, SerializeAsAny

from ticketing_common.service import store_of
from ticketing_common.store import Document, Index, Store
from ticketing_common.types import AnyPrice, Moment
from ticketing_tickets.search import search_fields

ON_SALE: Mapping[str, Any] = {"orderId": None, "withdrawn": None}
NOT_SEARCHABLE = {**ON_SALE, "search.words": None}  # as an older version left it
DATED = {**ON_SALE, "startsAt": {"$gt": datetime(1970, 1, 1, tzinfo=UTC)}}


class Ticket(Document):
    """`reservation` is the highest order number heard of for this ticket: whatever tells of a
    lower one is old news. Whether it is sold is in the order's `Sale`."""

    collection: ClassVar[str] = "tickets"
    publishes: ClassVar[bool] = True
    indexes: ClassVar[tuple[Index, ...]] = (
        Index((("userId", 1), ("_id", -1))),
        Index((("orderId", 1), ("withdrawn", 1), ("_id", -1))),
        # What is not on sale is in none of these: they stay as small as what is.
        Index((("price", 1), ("_id", -1)), where=ON_SALE),
        Index((("search.title", 1), ("_id", -1)), where=ON_SALE),
        Index((("search.words", 1), ("_id", -1)), where=ON_SALE),
        Index((("startsAt", 1), ("_id", -1)), where=DATED),
    )
    unread: ClassVar[tuple[str, ...]] = ("search",)

    title: str
    price: AnyPrice
    user_id: str
    order_id: str | None = None
    reservation: int = Field(default=0, exclude=True)

    @classmethod
    def from_mongo(cls, stored: Mapping[str, Any]) -> Self:
        kind: Any = ListedTicket if "listing" in stored and cls is Ticket else cls
        fields = {**stored, "id": str(stored["_id"])}
        ticket: Self = kind.__pydantic_validator__.validate_python(fields)
        return ticket

    def derived(self) -> dict[str, Any]:
        return {"search": search_fields(self.title)}

    @property
    def reserved(self) -> bool:
        return self.order_id is not None

    @property
    def on_sale(self) -> bool:
        return self.order_id is None

    def with_listing(self) -> "ListedTicket":
        return ListedTicket(**dict(self))

    def relisted(self, **changes: Any) -> "ListedTicket":
        """The next version of the ticket, and of its listing."""
        return self.with_listing().next(**changes, listing=self.version + 2)


class ListedTicket(Ticket):
    """A ticket of which its seller has said more than the base system knows. The others, nearly
    all of them, are spared the fields: reading and writing a list cost a fifth more with them.

    `withdrawn` is the seller's wish: while an order holds the ticket it changes nothing, and the
    ticket is down again if that order ends. `listing` counts the changes of all this: a later one
    has a higher number, more than the version it was made in.
    """

    withdrawn: Literal[True] | None = Field(None, exclude_if=lambda down: down is None)
    starts_at: Moment | None = Field(None, exclude_if=lambda at: at is None)
    venue: str | None = Field(None, exclude_if=lambda venue: venue is None)
    listing: int = Field(default=1, exclude=True)

    def derived(self) -> dict[str, Any]:
        return {"search": search_fields(self.title, self.venue or "")}

    @property
    def on_sale(self) -> bool:
        return self.order_id is None and not self.withdrawn

    def with_listing(self) -> "ListedTicket":
        return self


AnyTicket = SerializeAsAny[Ticket]
Tickets = Annotated[Store[Ticket], Depends(store_of(Ticket))]
