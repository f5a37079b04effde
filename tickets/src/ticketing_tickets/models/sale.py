"""An order known to be paid."""

from typing import Annotated, ClassVar

from fastapi import Depends

from ticketing_common.service import store_of
from ticketing_common.store import Document, Store


class Sale(Document):
    """Under the order's id: the ticket that this order holds is sold.

    A document of its own, because the payment may be heard of before the order is.
    """

    collection: ClassVar[str] = "sales"


Sales = Annotated[Store[Sale], Depends(store_of(Sale))]
