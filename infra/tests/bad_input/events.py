"""Good events, and all the ways in which we can think of them going bad."""

import itertools
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from ticketing_common.events.catalogue import (
    ExpirationComplete,
    OrderCancelled,
    OrderCreated,
    OrderStatus,
    PaymentCreated,
    ReservedTicket,
    TicketCreated,
    TicketUpdated,
)
from ticketing_common.events.event import Event
from ticketing_common.types import new_id, now

OVERSIZED = 8  # of the bad ones; each is 300 KB
NO_FIELD_LIKES: tuple[Any, ...] = ([], [[]], {"$gt": ""}, {"$where": "1"}, True, {}, 1e400)
NOT_EVEN_AN_OBJECT = (
    b"",
    b"\x00",
    b"\xff\xfe\xfa",
    b"null",
    b"[]",
    b"0",
    b'"text"',
    b"{",
    b"{}",
    b"{]}",
    b'{"id": "\\ud800"}',
    b"NaN",
    b"[" * 20_000,
    b'{"a":' * 20_000,
    b"9" * 5_000,
    b"not JSON at all",
)


def good(kind: type[Event], id: str) -> Event:
    """An event about the ticket or order of this id, with everything it can have."""
    about = {"id": id, "version": 1, "title": "A concert", "price": 20, "user_id": new_id()}
    order = {
        "id": new_id(),
        "version": 1,
        "status": OrderStatus.CREATED,
        "user_id": new_id(),
        "expires_at": now() + timedelta(minutes=15),
        "ticket": ReservedTicket(id=id, price=20, reservation=1),
    }
    fields: dict[type[Event], dict[str, Any]] = {
        TicketCreated: about,
        TicketUpdated: about,
        OrderCreated: order,
        OrderCancelled: order | {"status": OrderStatus.CANCELLED},
        ExpirationComplete: {"order_id": id},
        PaymentCreated: {"id": new_id(), "order_id": id, "stripe_id": "ch_1"},
    }
    return kind(**fields[kind])


def bad(event: Event, count: int) -> Iterator[bytes]:
    """So many messages, none of which is an event of this kind."""
    payload = json.loads(event.model_dump_json(by_alias=True, exclude_none=True))
    spoilt = [*NOT_EVEN_AN_OBJECT, *map(_dump, _spoilt(payload))]
    for _ in range(OVERSIZED):
        yield _dump({**payload, "padding": "x" * 300_000})
    yield from itertools.islice(itertools.cycle(spoilt), count - OVERSIZED)


def _spoilt(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, value in payload.items():
        kept = name == "price" and "title" in payload  # a listing's, which was any amount once
        yield {each: payload[each] for each in payload if each != name}
        for wrong in (*NO_FIELD_LIKES, None, *((-1, "x") if kept else _out_of_range(value))):
            yield {**payload, name: wrong}
        if isinstance(value, dict):
            yield from ({**payload, name: inner} for inner in _spoilt(value))


def _out_of_range(value: Any) -> tuple[Any, ...]:
    if isinstance(value, str):
        return ("", 7, "x" * 600)
    if isinstance(value, int):
        return (-1, 2**80, "x", 0.001)
    return ("x",)


def _dump(payload: object) -> bytes:
    return json.dumps(payload).encode()
