"""What directed scenarios have in their hands: two users, the stores, and faults."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any

import httpx
from bson import ObjectId
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from infra.tests.chaos.api import Answer, Api
from infra.tests.chaos.broker import STREAM, jetstream
from infra.tests.chaos.facts import client_of
from infra.tests.chaos.journal import JSON, Journal
from infra.tests.chaos.members import ReplicaSet
from infra.tests.chaos.sellers import Seller
from infra.tests.chaos.stack import ChaosStack
from infra.tests.chaos.users import Buyer
from ticketing_common.events.event import Event
from ticketing_common.events.message import Message
from ticketing_orders.models.order import Order

PATIENCE = 20.0  # seconds for what has to come about


class Lab:
    """Each of its scenarios uses tickets of its own."""

    def __init__(self, stack: ChaosStack) -> None:
        self.stack = stack
        self.journal = Journal()
        self.orders = ReplicaSet(stack)
        self.api = Api(stack.url, self.journal)
        stop = asyncio.Event()
        self.seller = Seller(self.api, "the seller", stop)
        self.buyer = Buyer(self.api, "the buyer", stop)
        self._numbers = count(1)

    async def open(self) -> None:
        await asyncio.gather(self.seller.sign_up(), self.buyer.sign_up())

    async def close(self) -> None:
        await self.api.close()

    async def sell(self) -> str:
        """List a ticket; return once it can be ordered."""
        body = {"title": f"Show {next(self._numbers)}", "price": "19.99"}
        answer = await self.until_status(201, self.seller, "POST", "/api/tickets", body)
        self.journal.ticket(answer.body)
        ticket = str(answer.body["id"])
        await self.until(lambda: self.find("orders", "tickets", ticket))
        return ticket

    async def order(self, ticket: str) -> JSON:
        """Order it; return once payments and tickets have heard, and orders of that.

        So a majority has the order and its ticket as they are. Else a scenario that stops
        replication now would leave a newer version with the primary alone, and nobody could change
        the order.
        """
        order: JSON = await self.until(lambda: self.buyer.order(ticket))
        await self.until(lambda: self.find("payments", "orders", order["id"]))
        held = {"status": "awaiting:payment"}
        await self.until(lambda: self.find("orders", "orders", order["id"], **held))
        await self.until(lambda: self.find("orders", "tickets", ticket, version={"$gt": 0}))
        return order

    async def cancel(self, order: JSON) -> bool:
        """Whether it could still be cancelled."""
        self.journal.cancel_tried.add(order["id"])

        async def answer() -> Answer | None:
            told = await self.buyer.ask("DELETE", f"/api/orders/{order['id']}")
            return told if told.status in (204, 400) else None

        cancelled = bool((await self.until(answer)).status == 204)
        if cancelled:
            self.journal.cancelled.add(order["id"])
        return cancelled

    async def pay(self, order: JSON, token: str = "tok_visa") -> Answer:
        body = {"token": token, "orderId": order["id"]}
        answer = await self.buyer.ask("POST", "/api/payments", body)
        if answer.status == 201:
            self.journal.payments[order["id"]] = answer.body["id"]
        return answer

    async def tell(self, event: Event) -> None:
        """Put an event on the stream once more, as a lost acknowledgement does."""
        message = Message.of(event)
        async with jetstream(self.stack) as broker:
            await broker.publish(message.subject, message.data)

    async def heard(self, *consumers: str) -> None:
        """Wait until these consumers have nothing left to hear."""
        async with jetstream(self.stack) as broker:
            for name in consumers:
                await self.until(lambda name=name: _has_heard(broker, name))  # type: ignore[misc]

    async def until(self, holds: Callable[[], Awaitable[Any]], patience: float = PATIENCE) -> Any:
        deadline = time.monotonic() + patience
        while not (found := await holds()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"it did not come about in {patience:.0f} s")
            await asyncio.sleep(0.05)
        return found

    async def give_time(self, holds: Callable[[], Awaitable[Any]], seconds: float) -> None:
        """Wait until something holds, or for so long."""
        with suppress(TimeoutError):
            await self.until(holds, seconds)

    async def find(self, service: str, collection: str, id: str, **fields: Any) -> JSON | None:
        """A stored document, if these fields of it are as given."""
        return await self.find_one(service, collection, {"_id": ObjectId(id), **fields})

    async def find_one(self, service: str, collection: str, query: JSON) -> JSON | None:
        return await asyncio.to_thread(self._find_one, service, collection, query)

    async def stored_order(self, id: str) -> Order:
        stored = await self.find("orders", "orders", id)
        assert stored is not None
        return Order.from_mongo(stored)

    async def stripe_fault(self, **fault: Any) -> int:
        return int((await self.stripe("POST", "/faults", fault))[0]["id"])

    async def stripe_fired(self, id: int) -> bool:
        faults = await self.stripe("GET", "/faults")
        return any(fault["id"] == id and fault["fired"] for fault in faults)

    async def stripe(self, method: str, path: str, body: Any = None) -> Any:
        url = f"http://127.0.0.1:{self.stack.port('stripe')}/_fake{path}"
        async with httpx.AsyncClient(timeout=10) as http:
            return (await http.request(method, url, json=body)).json()

    async def ask_replica(
        self, name: str, method: str, path: str, body: JSON | None = None
    ) -> Answer:
        """As the buyer, but past the gateway; the replica may die over it."""
        api = Api(f"http://127.0.0.1:{self.stack.port(name)}", self.journal)
        try:
            answer: Answer = await api.ask(method, path, self.buyer.cookie, body)
            if method == "POST" and answer.status == 201:
                self.journal.orders[answer.body["id"]] = answer.body
            return answer
        finally:
            await api.close()

    @asynccontextmanager
    async def replication_stopped(self) -> AsyncIterator[None]:
        """Meanwhile the orders database's primary takes writes that it can't commit."""
        stop, resume = self.orders.stop_replication, self.orders.resume_replication
        names = await asyncio.to_thread(self.orders.secondaries)
        try:
            await asyncio.gather(*(asyncio.to_thread(stop, name) for name in names))
            yield
        finally:
            await asyncio.gather(*(asyncio.to_thread(resume, name) for name in names))

    async def has_order_of(self, ticket: str) -> bool:
        return await asyncio.to_thread(self._has_order_of, ticket)

    def _has_order_of(self, ticket: str) -> bool:
        with client_of(self.stack, "orders") as client:
            return client["orders"]["orders"].find_one({"ticket.id": ticket}) is not None

    def _find_one(self, service: str, collection: str, query: JSON) -> JSON | None:
        with client_of(self.stack, service) as client:
            return client[service][collection].find_one(query)

    async def until_status(
        self, status: int, user: Seller | Buyer, method: str, path: str, body: JSON | None = None
    ) -> Answer:
        """The answer with this status, asking again as long as it is another."""
        deadline = time.monotonic() + PATIENCE
        while (answer := await user.ask(method, path, body)).status != status:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{method} {path} is answered with {answer}")
            await asyncio.sleep(0.1)
        return answer


async def _has_heard(broker: JetStreamContext, name: str) -> bool:
    try:
        info = await broker.consumer_info(STREAM, name)
    except (NotFoundError, TimeoutError):  # it is being made anew
        return False
    return not (info.num_pending or 0) + (info.num_ack_pending or 0)
