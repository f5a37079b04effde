"""How the listeners hang on the stream: names, the wire's JSON, acknowledgement."""

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ticketing_common.events.catalogue import (
    ExpirationComplete,
    OrderStatus,
    PaymentCreated,
    TicketCreated,
    TicketUpdated,
)
from ticketing_common.events.delivery import Failures, deliver
from ticketing_common.events.event import Event
from ticketing_common.events.listener import AnyListener
from ticketing_common.store import Store
from ticketing_common.timing import Timing
from ticketing_common.types import new_id
from ticketing_orders.events.listeners.expiration_complete import ExpirationCompleteListener
from ticketing_orders.events.listeners.payment_created import PaymentCreatedListener
from ticketing_orders.events.listeners.ticket_created import TicketCreatedListener
from ticketing_orders.events.listeners.ticket_updated import TicketUpdatedListener
from ticketing_orders.models.order import Order
from ticketing_orders.models.ticket import Ticket

NAMES = ["ticket-created", "ticket-updated", "expiration-complete", "payment-created"]


class Delivered:
    """A message as the server hands it over; remembers what was answered."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.headers: dict[str, str] = {}
        sequence = SimpleNamespace(stream=1)
        self.metadata = SimpleNamespace(num_delivered=1, sequence=sequence)
        self.answers: list[str] = []

    async def ack(self) -> None:
        self.answers.append("ack")

    async def nak(self, delay: float) -> None:
        self.answers.append(f"nak {delay}")


@pytest.fixture
def listeners(tickets: Store[Ticket], orders: Store[Order]) -> dict[str, AnyListener]:
    return {
        "ticket-created": TicketCreatedListener(tickets),
        "ticket-updated": TicketUpdatedListener(tickets, orders),
        "expiration-complete": ExpirationCompleteListener(orders, Timing.of(900)),
        "payment-created": PaymentCreatedListener(orders),
    }


@pytest.fixture
async def events(place: Callable[..., Awaitable[Order]], ticket: Ticket) -> dict[str, Event]:
    """One event for each listener, each of which changes something."""
    order = await place(left=-1)
    paid = await place(OrderStatus.AWAITING_PAYMENT, reservation=2)
    about: dict[str, Any] = {"id": ticket.id, "title": "A", "price": 19.99, "user_id": new_id()}
    return {
        "ticket-created": TicketCreated(**{**about, "id": new_id()}, version=0),
        "ticket-updated": TicketUpdated(**about, version=1, order_id=order.id),
        "expiration-complete": ExpirationComplete(order_id=order.id),
        "payment-created": PaymentCreated(id=new_id(), order_id=paid.id, stripe_id="ch_1"),
    }


@pytest.mark.parametrize("name", NAMES)
def test_replicas_share_a_consumer_named_as_the_queue_group(
    listeners: dict[str, AnyListener], name: str
) -> None:
    """Each subject is consumed once for the whole service, under a name that survives it."""
    assert listeners[name].durable == f"orders-service_{name}"


@pytest.mark.parametrize("name", NAMES)
async def test_a_duplicate_is_acknowledged(
    listeners: dict[str, AnyListener], events: dict[str, Event], name: str
) -> None:
    """Defect 10 of the base: what was handled already was refused, and came again for ever."""
    data = events[name].model_dump_json(by_alias=True, exclude_none=True).encode()

    nobody: Any = None  # no dead letter comes of it

    for _ in range(2):
        message: Any = Delivered(data)
        await deliver(listeners[name], message, nobody, Failures())

        assert message.answers == ["ack"]
