"""An event on its way: bare JSON, with everything about it in headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from ticketing_common.events.event import Event
from ticketing_common.logs import request_id

MAX_SIZE = 256 * 1024  # bytes; no event of ours comes near


@dataclass(frozen=True, slots=True)
class Message:
    """`id` is the same whoever publishes it however often: JetStream keeps the first of them
    within its duplicate window, and idempotent listeners see to the rest."""

    id: str
    subject: str
    data: bytes
    headers: Mapping[str, str]

    @classmethod
    def of(cls, event: Event) -> Self:
        """An event with the id of the request that led to it.

        Raises `ValueError` for one that is too long to be heard: it must not get into an outbox.
        """
        headers = {"X-Request-Id": current} if (current := request_id.get()) else {}
        data = event.__pydantic_serializer__.to_json(event, by_alias=True, exclude_none=True)
        if len(data) > MAX_SIZE:
            raise ValueError(f"an event of {len(data)} bytes")
        return cls(f"{event.subject}/{event.key}", str(event.subject), data, headers)
