"""A ticket for sale."""

from typing import Annotated, ClassVar

from fastapi import Depends
from pydantic import Field

from ticketing_common.service import store_of
from ticketing_common.store import Document, Index, Store
from ticketing_common.types import Price


class Ticket(Document):
    """`reservation` is the highest order number heard of for this ticket: whatever tells of a
    lower one is old news. Whether it is sold is in the order's `Sale`."""

    collection: ClassVar[str] = "tickets"
    indexes: ClassVar[tuple[Index, ...]] = (
        Index((("userId", 1), ("_id", -1))),
        Index((("orderId", 1), ("_id", -1))),
    )

    title: str
    price: Price
    user_id: str
    order_id: str | None = None
    reservation: int = Field(default=0, exclude=True)

    @property
    def reserved(self) -> bool:
        return self.order_id is not None


Tickets = Annotated[Store[Ticket], Depends(store_of(Ticket))]
