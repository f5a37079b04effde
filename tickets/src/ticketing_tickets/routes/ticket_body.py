"""What a seller says of a ticket, when listing it and when editing it."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, WithJsonSchema

from ticketing_common.middlewares import RequestBody
from ticketing_common.text import line_of_text
from ticketing_common.types import MAXIMUM_PRICE, MINIMUM_PRICE, Price
from ticketing_tickets.routes.when_and_where import STARTS_AT, VENUE, StartsAt, Venue

MAX_TITLE = 200  # characters

Title = Annotated[
    str,
    AfterValidator(line_of_text("Title", MAX_TITLE)),
    WithJsonSchema({"type": "string", "pattern": r"\S", "maxLength": MAX_TITLE}),
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
    """`starts_at` and `venue` that are not there are left as they are; null takes them away."""

    messages: ClassVar[dict[str, str]] = {
        "title": "Title is required",
        "price": "Price must be greater than 0",
        "startsAt": STARTS_AT,
        "venue": VENUE,
    }

    title: Title
    price: Annotated[Price, WithJsonSchema(PRICE)]
    starts_at: StartsAt = None
    venue: Venue = None
