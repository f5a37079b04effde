"""What a seller says of a ticket, when listing it and when editing it."""

from typing import Annotated, ClassVar

from pydantic import StringConstraints

from ticketing_common.middlewares import RequestBody
from ticketing_common.types import Price


class TicketBody(RequestBody):
    messages: ClassVar[dict[str, str]] = {
        "title": "Title is required",
        "price": "Price must be greater than 0",
    }

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    price: Price
