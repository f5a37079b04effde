"""What a fault may lay hands on: the stack, two people, Stripe's other side, the stream."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import nats
from pymongo import MongoClient
from pymongo.collection import Collection

from infra.tests.drills.played import Cluster
from infra.tests.integration.visitor import Visitor
from ticketing_local.harness import Stack

STREAM = "ticketing"


@dataclass(frozen=True, slots=True)
class Site:
    """`seller` and `buyer` are nobody of the load's."""

    stack: Stack
    seller: Visitor
    buyer: Visitor
    cluster: Cluster

    def sold(self) -> str:
        """A paid order's id."""
        order = self.buyer.order(self.seller.sell())
        self.buyer.pay(order)
        return order

    def ticketing(self, *words: str) -> str:
        """What the operator's command prints. Raises `CalledProcessError` where it fails."""
        return self.stack.ticketing(*words).stdout

    def stripe(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of the stand-in's control API."""
        url = f"{self.stack.url_of('stripe')}/_fake{path}"
        return httpx.request(method, url, json=body, timeout=30).raise_for_status().json()

    @contextmanager
    def stripe_fault(self, **fault: object) -> Iterator[None]:
        """For as long as the block lasts."""
        (added,) = self.stripe("POST", "/faults", fault)
        try:
            yield
        finally:
            self.stripe("DELETE", f"/faults/{added['id']}")

    @contextmanager
    def collection(self, service: str, name: str) -> Iterator[Collection[Any]]:
        """Of a service's own database."""
        port = self.stack.port(f"{service}-mongo")
        client: MongoClient[Any] = MongoClient("127.0.0.1", port, directConnection=True)
        try:
            yield client[service][name]
        finally:
            client.close()

    def publish(self, subject: str, message: bytes, times: int = 1) -> None:
        """As the operator of its NATS."""

        async def publish() -> None:
            client = await nats.connect(self.stack.nats_url)
            for _ in range(times):
                await client.jetstream().publish(subject, message)
            await client.close()

        asyncio.run(publish())

    def newest(self, subject: str) -> bytes:
        """The last message on a subject."""

        async def read() -> bytes:
            client = await nats.connect(self.stack.nats_url)
            message = await client.jetstream().get_last_msg(STREAM, subject)
            await client.close()
            return message.data or b""

        return asyncio.run(read())

    def lose_stream(self) -> None:
        """As if NATS' volume were lost."""

        async def delete() -> None:
            client = await nats.connect(self.stack.nats_url)
            await client.jetstream().delete_stream(STREAM)
            await client.close()

        asyncio.run(delete())
