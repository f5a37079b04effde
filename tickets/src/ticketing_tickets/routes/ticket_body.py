"""What a seller says of a ticket, when listing it and when editing it."""

from typing import Annotated, ClassVar

from pydantic import StringConstraints, WithJsonSchema

from ticketing_common.middlewares import RequestBody
from ticketing_common.types import MAXIMUM_PRICE, MINIMUM_PRICE, Price

Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    WithJsonSchema({"type": "string", "pattern": r"\S", "maxLength": 200}),
]
PRICE = {
    "description": "In dollars, with at most two decimals.",
    "anyOf": [
        {
            "type": "number",
            "minimum": float(MINIMUM_PRICE),
            "maximum": float(MAXIMUM_PRICE),
            "multipleOf": 0.01,
        },
        {"type": "string", "pattern": r"^[1-9][0-9]{0,5}(\.[0-9]{1,2})?$"},
    ],
}


class TicketBody(RequestBody):
    messages: ClassVar[dict[str, str]] = {
        "title": "Title is required",
        "price": "Price must be greater than 0",
    }

    title: Title
    price: Annotated[Price, WithJsonSchema(PRICE)]
