"""Ways to take a mechanism out of the tickets service, in the process that is about to be it."""

import asyncio
import logging
from typing import Any

from infra.tests.chaos.sensitivity.without_batch import fresh_reads as fresh_reads
from infra.tests.chaos.sensitivity.without_batch import own_answers as own_answers
from infra.tests.chaos.sensitivity.without_watch import marks_of_messages as marks_of_messages
from infra.tests.chaos.sensitivity.without_watch import question_order as question_order
from infra.tests.chaos.sensitivity.without_watch import stored_messages as stored_messages
from infra.tests.chaos.sensitivity.without_watch import (
    stored_of_each_connection as stored_of_each_connection,
)
from ticketing_common.errors import ServiceUnavailableError
from ticketing_common.events.catalogue import OrderCancelled, OrderCreated
from ticketing_common.events.message import Message
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.refusals import Refusals
from ticketing_common.events.relay import Relay
from ticketing_common.events.stream import BrokerUnavailableError
from ticketing_common.store.outbox import Outbox
from ticketing_common.store.store import Store
from ticketing_tickets.events.listeners.order_cancelled import OrderCancelledListener
from ticketing_tickets.events.listeners.order_created import OrderCreatedListener
from ticketing_tickets.events.publishers import ticket_updated

logger = logging.getLogger(__name__)


def number_on_cancel() -> None:
    """A cancel frees the ticket, whoever holds it."""

    async def on_message(self: OrderCancelledListener, order: OrderCancelled) -> None:
        ticket = await self.tickets.get(order.ticket.id)
        ticket = ticket.next(order_id=None)
        await self.tickets.save(ticket, ticket_updated(ticket))

    OrderCancelledListener.on_message = on_message  # type: ignore[method-assign]


def number_on_create() -> None:
    """An order takes the ticket, however old its news is."""

    async def on_message(self: OrderCreatedListener, order: OrderCreated) -> None:
        ticket = await self.tickets.get(order.ticket.id)
        ticket = ticket.next(order_id=order.id, reservation=order.ticket.reservation)
        await self.tickets.save(ticket, ticket_updated(ticket))

    OrderCreatedListener.on_message = on_message  # type: ignore[method-assign]


def order_id_instead() -> None:
    """The usual repair, in place of the number: a cancel frees only what its order holds."""

    async def created(self: OrderCreatedListener, order: OrderCreated) -> None:
        ticket = await self.tickets.get(order.ticket.id)
        if not ticket.reserved:
            ticket = ticket.next(order_id=order.id, reservation=order.ticket.reservation)
            await self.tickets.save(ticket, ticket_updated(ticket))

    async def cancelled(self: OrderCancelledListener, order: OrderCancelled) -> None:
        ticket = await self.tickets.get(order.ticket.id)
        if ticket.order_id == order.id:
            ticket = ticket.next(order_id=None)
            await self.tickets.save(ticket, ticket_updated(ticket))

    OrderCreatedListener.on_message = created  # type: ignore[method-assign]
    OrderCancelledListener.on_message = cancelled  # type: ignore[method-assign]


def outbox() -> None:
    """Save first, publish afterwards, as the base system does."""
    publishers: dict[Outbox, Publisher] = {}
    tasks: set[asyncio.Task[None]] = set()
    make_relay, save = Relay.__init__, Store.save

    def relay(self: Relay, outbox: Outbox, publisher: Publisher, owner: str = "") -> None:
        publishers[outbox] = publisher
        make_relay(self, outbox, publisher, owner)

    async def publish(store: Store[Any], events: tuple[Any, ...]) -> None:
        try:
            for event in events:
                await publishers[store.outbox].publish(event)
        except ServiceUnavailableError:
            logger.exception("lost for good")

    async def save_and_publish(self: Store[Any], document: Any, *events: Any) -> Any:
        saved = await save(self, document)
        tasks.add(asyncio.create_task(publish(self, events)))
        return saved

    Relay.__init__ = relay  # type: ignore[method-assign]
    Store.save = save_and_publish  # type: ignore[method-assign]


def own_refusals() -> None:
    """What the stream refuses is taken for its being away, and is tried again with all the rest."""

    def hold(self: Refusals, document: Any, message: Message, failure: Exception) -> int:
        raise BrokerUnavailableError from failure

    Refusals.hold = hold  # type: ignore[method-assign]
