"""The market without NATS: every service's own handlers, and a stream that delivers at will."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fastapi import FastAPI

from infra.tests.order_free.meaning import Collections, meaning
from infra.tests.wired import LISTENING, wired
from ticketing_common.events.catalogue import ExpirationComplete, OrderStatus
from ticketing_common.events.event import Event
from ticketing_common.events.listener import AnyListener
from ticketing_common.events.message import Message
from ticketing_common.store import Store
from ticketing_common.store.retry import retrying
from ticketing_common.types import now
from ticketing_orders.events.publishers import order_cancelled, order_created
from ticketing_orders.models.order import Order, OrderedTicket
from ticketing_payments.events.publishers import payment_created
from ticketing_payments.outcomes import Succeeded, decide
from ticketing_tickets.events.publishers import ticket_created, ticket_updated
from ticketing_tickets.models.ticket import Ticket


@dataclass
class Pending:
    """A message on its way to one listener."""

    listener: AnyListener
    event: Event


@dataclass
class World:
    """One market. `stream` is all that was ever told, `pending` what is not delivered yet."""

    stores: dict[str, Any]
    listeners: list[AnyListener]
    alarms: dict[str, datetime]
    stream: list[Event] = field(default_factory=list)
    pending: list[Pending] = field(default_factory=list)

    @classmethod
    async def make(cls) -> "World":
        apps: dict[str, FastAPI] = {service: await wired(service) for service in LISTENING}
        stores = {
            f"{service}.{document.__name__}": store
            for service, app in apps.items()
            for document, store in app.state.stores.items()
            if document.__name__ != "StreamPosition"
        }
        listeners = [each for app in apps.values() for each in app.state.listeners]
        world = cls(stores, listeners, {})
        for listener in listeners:
            if hasattr(listener, "queue"):
                listener.queue = world
        return world

    @property
    def tickets(self) -> Store[Ticket]:
        return self.stores["tickets.Ticket"]  # type: ignore[no-any-return]

    @property
    def orders(self) -> Store[Order]:
        return self.stores["orders.Order"]  # type: ignore[no-any-return]

    async def schedule(self, order_id: str, at: datetime) -> None:
        self.alarms[order_id] = at

    # What users and clocks decide, each where it is decided.

    async def sell(self, ticket: Ticket) -> None:
        await self.tickets.save(ticket, ticket_created(ticket))
        await self.relay()

    async def edit(self, id: str, title: str) -> None:
        ticket = (await self.tickets.get(id)).next(title=title)
        await self.tickets.save(ticket, ticket_updated(ticket))
        await self.relay()

    async def take_down(self, id: str) -> None:
        await self._relist(id, withdrawn=True)

    async def put_back(self, id: str, venue: str | None) -> None:
        await self._relist(id, withdrawn=None, venue=venue)

    async def _relist(self, id: str, **listing: Any) -> None:
        ticket = (await self.tickets.get(id)).relisted(**listing)
        await self.tickets.save(ticket, ticket_updated(ticket))
        await self.relay()

    async def order(self, order: Order) -> None:
        await self.orders.save(order, order_created(order))
        await self.relay()

    async def cancel(self, id: str) -> None:
        order = await self.orders.get(id)
        assert order.open
        order = order.with_status(OrderStatus.CANCELLED)
        await self.orders.save(order, order_cancelled(order))
        await self.relay()

    async def pay(self, id: str, charge: str) -> None:
        """Stripe has charged it, while payments knew it as live."""
        store = self.stores["payments.Order"]
        order = await store.get(id)
        assert not order.cancelled
        order = await store.save(order.charging(now() + timedelta(seconds=20)))
        order = decide(order, Succeeded(charge), now())
        await store.save(order, payment_created(order))
        await self.relay()

    async def ring(self, id: str) -> None:
        """The expiration service says that an order's time is over, rightly or not."""
        self.tell(ExpirationComplete(order_id=id))

    # The stream.

    def tell(self, event: Event) -> None:
        self.stream.append(event)
        self.pending += self.copies(event)

    def copies(self, event: Event) -> list[Pending]:
        """One for each listener of the event."""
        return [Pending(each, event) for each in self.listeners if each.event is type(event)]

    async def deliver_now(self, kind: type[Event], id: str, queue_group: str) -> None:
        """What someone has to have heard of a document before they can decide about it."""
        for pending in list(self.pending):
            if (
                isinstance(pending.event, kind)
                and pending.event.key.startswith(id)
                and pending.listener.queue_group == queue_group
            ):
                self.pending.remove(pending)
                await self.handle(pending)

    async def relay(self) -> None:
        """Every outbox onto the stream."""
        for store in self.stores.values():
            for waiting in await store.outbox.pending(1000):
                for message in waiting.messages:
                    self.tell(self._event(message))
                await store.outbox.remove([waiting])

    async def deliver(self, number: int, keep: bool = False) -> None:
        """One pending message, whichever; `keep` has it delivered again later."""
        index = number % len(self.pending)
        pending = self.pending[index] if keep else self.pending.pop(index)
        await self.handle(pending)

    async def handle(self, pending: Pending) -> None:
        await retrying(lambda: pending.listener.on_message(pending.event))
        await self.relay()

    async def settle(self) -> None:
        """Deliver, in the stream's order, until nobody has anything to say any more."""
        while self.pending:
            await self.deliver(0)

    async def replay(self, events: list[Event]) -> None:
        """To every listener once more; whatever that makes them tell is delivered as well."""
        for event in events:
            for copy in self.copies(event):
                await self.handle(copy)
        await self.settle()

    def _event(self, message: Message) -> Event:
        kind = next(each.event for each in self.listeners if each.event.subject == message.subject)
        return kind.model_validate_json(message.data)

    # What came of it.

    async def documents(self) -> Collections:
        """Every document of every service, to the last field."""
        return {
            name: {document.id: document.to_mongo() async for document in store.each()}
            for name, store in self.stores.items()
        }

    async def state(self) -> Collections:
        """What the documents mean, without the numbers that count how it came about."""
        return meaning(await self.documents()) | {"alarms": dict(self.alarms)}


def order_of(ticket: Ticket, id: str, user_id: str, reservation: int) -> Order:
    return Order(
        id=id,
        user_id=user_id,
        status=OrderStatus.CREATED,
        expires_at=now() + timedelta(minutes=15),
        ticket=OrderedTicket(
            id=ticket.id, title="", price=ticket.price, version=0, reservation=reservation
        ),
    )
