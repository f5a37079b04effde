"""When and where a ticket's event is; a seller may say either, neither or both."""

import re
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from ticketing_common.errors import BadRequestError
from ticketing_common.events.catalogue import MAX_VENUE
from ticketing_common.text import line_of_text
from ticketing_common.types import Moment, now

AHEAD = timedelta(days=3653)
STARTS_AT = "StartsAt must be a date and time with its offset, like 2027-05-01T19:30:00Z"
VENUE = f"Venue must be text of at most {MAX_VENUE} characters"

# Years that are turned to UTC without leaving what there is room for.
_MOMENT = re.compile(
    r"[12]\d{3}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)", re.ASCII | re.I
)
_A_MOMENT = {  # a part of them that needs no calendar
    "type": "string",
    "pattern": r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$",
}
_A_VENUE = {"type": "string", "pattern": r"\S", "maxLength": MAX_VENUE}


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            return datetime.fromisoformat(value.upper())
    except ValueError:  # as of a thirteenth month
        pass
    raise PydanticCustomError("starts_at", STARTS_AT)


StartsAt = Annotated[
    Moment | None,
    BeforeValidator(_moment),
    WithJsonSchema({"anyOf": [_A_MOMENT, {"type": "null"}]}),
]
Venue = Annotated[
    Annotated[str, AfterValidator(line_of_text("Venue", MAX_VENUE))] | None,
    WithJsonSchema({"anyOf": [_A_VENUE, {"type": "null"}]}),
]


def require_to_come(starts_at: datetime) -> None:
    """Raise `BadRequestError` for an event that has begun by now, or is ten years away."""
    at = now()
    if starts_at <= at:
        raise BadRequestError("The event has begun")
    if starts_at > at + AHEAD:
        raise BadRequestError("The event must be within ten years")
