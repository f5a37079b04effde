"""The form of a ticket, as it was typed, and what of it the API is sent."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Self
from unicodedata import normalize

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from ticketing_client.event_time import (
    BEGUN,
    StartNotUnderstoodError,
    typed_start,
    understand_start,
)
from ticketing_client.forms import FormErrors
from ticketing_client.models import Ticket
from ticketing_client.typed_price import PriceNotUnderstoodError, understand

FIELDS_OF = {BEGUN: "startsAt", "The event must be within ten years": "startsAt"}


class FormNotUnderstoodError(ValueError):
    """Something of it is not clear, so that nothing of it was sent."""

    def __init__(self, errors: FormErrors) -> None:
        super().__init__(*errors.messages)
        self.errors = errors


def is_as(ticket: Ticket, body: Mapping[str, Any]) -> bool:
    """Whether this body of an update would change nothing."""
    starts_at = body["startsAt"] and datetime.fromisoformat(body["startsAt"])
    title, venue = (
        text and normalize("NFC", text.strip()) for text in (body["title"], body["venue"])
    )
    wanted = title, Decimal(body["price"]), starts_at, venue
    present = ticket.title, ticket.price, ticket.starts_at, ticket.venue
    return wanted == present and not ticket.withdrawn


class TicketForm(BaseModel):
    """What may be typed, as text; `zone` is how far the clock of `starts_at` is from UTC, `was` how
    the ticket stood when the form was opened (see `Ticket`), and `cut` is there where what was
    typed was too long to come along."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)

    title: str = ""
    price: str = ""
    starts_at: str = ""
    zone: str = ""
    venue: str = ""
    was: str = ""
    cut: str = ""

    @classmethod
    def of(cls, ticket: Ticket) -> Self:
        starts_at, zone = typed_start(ticket.starts_at)
        price, venue = f"{ticket.price:.2f}", ticket.venue or ""
        return cls(
            title=ticket.title,
            price=price,
            starts_at=starts_at,
            zone=zone,
            venue=venue,
            was=ticket.stands,
        )

    def over(self, other: "TicketForm") -> "TicketForm":
        """The other one, with what has been typed here in its place."""
        return other.model_copy(update={name: text for name, text in self if text})

    def typed(self) -> Mapping[str, str]:
        return self.model_dump(by_alias=True)

    def understood(self) -> dict[str, Any]:
        """The body of a request. Raises `FormNotUnderstoodError`."""
        errors: list[tuple[str, str | None]] = []
        body: dict[str, Any] = {"title": self.title, "venue": self.venue.strip() or None}
        try:
            body["price"] = f"{understand(self.price):f}"
        except PriceNotUnderstoodError as error:
            errors.append((str(error), "price"))
        try:
            body["startsAt"] = understand_start(self.starts_at, self.zone)
        except StartNotUnderstoodError as error:
            errors.append((str(error), error.field))
        if errors and not self.title.strip():
            errors.insert(0, ("Title is required", "title"))
        if errors:
            raise FormNotUnderstoodError(FormErrors(errors, 400))
        return body
