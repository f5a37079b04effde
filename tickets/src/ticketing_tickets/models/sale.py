"""An order known to be paid."""

from typing import ClassVar

from ticketing_common.store import Document


class Sale(Document):
    """Under the order's id. Kept because the payment may be heard of before the order is."""

    collection: ClassVar[str] = "sales"
