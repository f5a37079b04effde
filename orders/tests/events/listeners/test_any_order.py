"""The listeners together: in whatever order, and however often, the stream is heard."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ticketing_common.events.catalogue import (
    ExpirationComplete,
    OrderStatus,
    PaymentCreated,
    TicketCreated,
    TicketUpdated,
)
from ticketing_common.events.event import Event
from ticketing_common.events.listener import AnyListener
from ticketing_common.store import Database, Store
from ticketing_common.store.retry import retrying
from ticketing_common.timing import Timing
from ticketing_common.types import new_id
from ticketing_orders.events.listeners.expiration_complete import ExpirationCompleteListener
from ticketing_orders.events.listeners.payment_created import PaymentCreatedListener
from ticketing_orders.events.listeners.ticket_created import TicketCreatedListener
from ticketing_orders.events.listeners.ticket_updated import TicketUpdatedListener
from ticketing_orders.models.order import Order
from ticketing_orders.models.ticket import Ticket

Place = Callable[..., Awaitable[Order]]

PAID, LAPSED, WITHDRAWN, NEWER = "paid", "lapsed", "withdrawn", "newer"
EVENTS = 14


@dataclass
class Market:
    """Three tickets with their four orders, and all the stream will say of them, in its order."""

    orders: dict[str, Order]
    stream: list[Event]


async def _market(place: Place) -> Market:
    a, b, c = (Ticket(id=new_id(), title="0", price=20) for _ in range(3))
    orders = {
        PAID: await place(of=a),
        LAPSED: await place(of=b, left=-1),
        WITHDRAWN: await place(OrderStatus.CANCELLED, of=c, reservation=1, left=-1),
        NEWER: await place(of=c, reservation=2),
    }
    id = {name: order.id for name, order in orders.items()}
    stream: list[Event] = [
        *_told(a, [None, id[PAID], id[PAID]]),
        ExpirationComplete(order_id=id[PAID]),  # before its time: not to be believed
        PaymentCreated(id=new_id(), order_id=id[PAID], stripe_id="ch_1"),
        *_told(b, [None, id[LAPSED]]),
        ExpirationComplete(order_id=id[LAPSED]),
        *_told(c, [None, id[WITHDRAWN], None, id[NEWER]]),
        PaymentCreated(id=new_id(), order_id=id[WITHDRAWN], stripe_id="ch_2"),  # too late
        ExpirationComplete(order_id=id[WITHDRAWN]),
    ]
    return Market(orders, stream)


def _told(ticket: Ticket, holders: list[str | None]) -> list[Event]:
    """The versions of a ticket, by who holds it in each."""
    about: dict[str, Any] = {"id": ticket.id, "price": 20, "user_id": new_id()}
    return [
        TicketUpdated(**about, version=version, title=f"{version}", order_id=holder)
        if version
        else TicketCreated(**about, version=0, title="0")
        for version, holder in enumerate(holders)
    ]


async def _hear(events: list[Event], tickets: Store[Ticket], orders: Store[Order]) -> None:
    """All of them at once."""
    listeners: dict[Any, AnyListener] = {
        TicketCreated: TicketCreatedListener(tickets),
        TicketUpdated: TicketUpdatedListener(tickets, orders),
        ExpirationComplete: ExpirationCompleteListener(orders, Timing.of(900)),
        PaymentCreated: PaymentCreatedListener(orders),
    }
    await asyncio.gather(
        *(
            retrying(lambda event=event: listeners[type(event)].on_message(event))  # type: ignore[misc]
            for event in events
        )
    )


async def _documents(database: Database) -> list[Any]:
    found = [database[name].find({}, sort=[("_id", 1)]) for name in ("orders", "tickets")]
    return [await cursor.to_list(None) for cursor in found]


@settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(repeated=[], seed=None, at_once=1)
@given(
    repeated=st.lists(st.integers(0, EVENTS - 1), max_size=EVENTS),
    seed=st.integers(0, 2**32),
    at_once=st.integers(1, 6),
)
async def test_every_schedule_ends_as_the_clean_one(
    database: Database,
    tickets: Store[Ticket],
    orders: Store[Order],
    place: Place,
    repeated: list[int],
    seed: int | None,
    at_once: int,
) -> None:
    """Reordered, repeated and several at a time, the events leave what their own order leaves.

    A replay of the whole stream from its start then changes no document.
    """
    market = await _market(place)
    assert len(market.stream) == EVENTS
    schedule = [*market.stream, *(market.stream[number] for number in repeated)]
    if seed is not None:
        random.Random(seed).shuffle(schedule)

    for first in range(0, len(schedule), at_once):
        await _hear(schedule[first : first + at_once], tickets, orders)

    ended = {name: (await orders.get(order.id)).status for name, order in market.orders.items()}
    assert ended == {
        PAID: OrderStatus.COMPLETE,
        LAPSED: OrderStatus.CANCELLED,
        WITHDRAWN: OrderStatus.CANCELLED,
        NEWER: OrderStatus.AWAITING_PAYMENT,
    }
    known = [await tickets.get(market.orders[name].ticket.id) for name in (PAID, LAPSED, NEWER)]
    assert [(ticket.version, ticket.title) for ticket in known] == [(2, "2"), (1, "1"), (3, "3")]
    news = [message.id for each in await orders.outbox.pending(9999) for message in each.messages]
    about = tuple(order.id for order in market.orders.values())
    (cancelled,) = [id for id in news if id.split("/")[1] in about]
    assert cancelled.startswith(f"order:cancelled/{market.orders[LAPSED].id}/")

    before = await _documents(database)
    for event in market.stream:
        await _hear([event], tickets, orders)
    assert await _documents(database) == before


@settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(schedule=st.lists(st.sampled_from(["pay", "expire", "confirm"]), min_size=1, max_size=8))
async def test_what_is_final_is_final(
    tickets: Store[Ticket], orders: Store[Order], place: Place, schedule: list[str]
) -> None:
    """Paid after its time: the first word counts, and whatever comes later changes nothing."""
    order = await place(of=Ticket(id=new_id(), title="0", price=20), left=-1)
    events: dict[str, Event] = {
        "pay": PaymentCreated(id=new_id(), order_id=order.id, stripe_id="ch_1"),
        "expire": ExpirationComplete(order_id=order.id),
        "confirm": TicketUpdated(
            id=order.ticket.id,
            version=1,
            title="1",
            price=20,
            user_id=new_id(),
            order_id=order.id,
        ),
    }
    final = {"pay": OrderStatus.COMPLETE, "expire": OrderStatus.CANCELLED}

    for name in schedule:
        await _hear([events[name]], tickets, orders)

    first = next((final[name] for name in schedule if name in final), OrderStatus.AWAITING_PAYMENT)
    assert (await orders.get(order.id)).status == first
