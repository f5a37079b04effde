"""An event on its way: bare JSON, with everything about it in headers."""

import time
from collections.abc import Mapping
from typing import NamedTuple, Self

from ticketing_common.events.event import Event
from ticketing_common.request_ids import HEADER, request_id
from ticketing_common.tracing import spans

SAVED = "Ticketing-Saved"  # when it was put into its outbox: milliseconds since 1970
AGAIN = "/again/"  # in the id of what is published again, and is nothing new
MAX_SIZE = 256 * 1024  # bytes, headers included; no event of ours comes near
FRAME = len("NATS/1.0\r\n\r\n")


def wire_size(data: bytes, headers: Mapping[str, str]) -> int:
    """What a server counts, in bytes: headers, too."""
    text = "".join([*headers, *headers.values()])
    return FRAME + len(data) + len(text.encode()) + len(": \r\n") * len(headers)


class Message(NamedTuple):
    """`id` is the same whoever publishes it however often: JetStream keeps the first of them
    within its duplicate window, and idempotent listeners see to the rest."""

    id: str
    subject: str
    data: bytes
    headers: Mapping[str, str]

    @classmethod
    def of(cls, event: Event) -> Self:
        """An event as of now, with the id of the request that led to it, and its trace.

        Raises `ValueError` for one too long to be published: it must not get into an outbox.
        """
        headers = {SAVED: str(int(time.time() * 1000))}
        if current := request_id.get():
            headers[HEADER] = current
        headers |= spans.trace_headers()
        data = event.__pydantic_serializer__.to_json(event, by_alias=True, exclude_none=True)
        message = cls(f"{event.subject}/{event.key}", str(event.subject), data, headers)
        if (size := wire_size(data, message.sent_headers)) > MAX_SIZE:
            raise ValueError(f"an event of {size} bytes")
        return message

    @property
    def sent_headers(self) -> dict[str, str]:
        return {**self.headers, "Nats-Msg-Id": self.id}


def is_republished(headers: Mapping[str, str]) -> bool:
    return AGAIN in headers.get("Nats-Msg-Id", "")


def saved_at(headers: Mapping[str, str]) -> float | None:
    """When it was put into its outbox, in seconds since 1970; None where an older version did."""
    said = headers.get(SAVED, "")
    return int(said) / 1000 if said.isdecimal() else None
