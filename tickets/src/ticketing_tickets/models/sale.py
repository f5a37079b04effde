"""An order known to be paid."""

from typing import Annotated, ClassVar

from fastapi import Depends

from ticketing_common.service import store_of
from ticketing_common.store import Document, Store
from ticketing_common.types import AnyPrice, Moment


class Sale(Document):
    """Under the order's id: the ticket that this order holds is sold. `price` is the order's,
    whatever the ticket costs by now, and `sold_at` when its buyer paid; each is None where an
    older version has told or written it.

    A document of its own, because the payment may be heard of before the order is.
    """

    collection: ClassVar[str] = "sales"

    price: AnyPrice | None = None
    sold_at: Moment | None = None


Sales = Annotated[Store[Sale], Depends(store_of(Sale))]
