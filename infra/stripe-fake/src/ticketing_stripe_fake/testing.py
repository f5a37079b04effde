"""A running fake for tests: `async with stripe_fake() as stripe: StripeClient(..., stripe.url)`."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from ticketing_stripe_fake.fake import Fake
from ticketing_stripe_fake.faults import Fault, Kind
from ticketing_stripe_fake.report import ledger
from ticketing_stripe_fake.server import server
from ticketing_stripe_fake.three_d_secure import finish
from ticketing_stripe_fake.webhooks import Endpoint


class ManualClock:
    """Unix time in seconds, standing still until a test moves it."""

    def __init__(self, time: float = 1_800_000_000.0) -> None:
        self.time = time

    def __call__(self) -> float:
        return self.time


@dataclass(frozen=True)
class RunningFake:
    url: str
    fake: Fake

    def fault(self, kind: Kind, **options: Any) -> Fault:
        """Switches a fault on; the options are those of `Fault`."""
        return self.fake.faults.add(Fault(kind, **options))

    def authenticate(self, intent_id: str, outcome: str = "succeeded") -> None:
        """The browser finishes 3-D Secure."""
        finish(self.fake, intent_id, outcome, base_url=self.url)

    def send_webhooks(self, url: str, secret: str, retry_seconds: float = 0.01) -> None:
        """Events go there from now on."""
        self.fake.webhooks.send_to(Endpoint(url, secret, retry_seconds))

    def order(self, order: str) -> dict[str, Any]:
        """What was charged and refunded for intents with this `metadata[order]`."""
        orders: dict[str, dict[str, Any]] = ledger(self.fake.ledger, "order", order, objects=False)[
            "orders"
        ]
        return orders[order]


@asynccontextmanager
async def stripe_fake(fake: Fake | None = None) -> AsyncIterator[RunningFake]:
    """Serves on a free port of this machine, in this event loop, until the block ends."""
    fake = fake or Fake()
    listener = socket.create_server(("127.0.0.1", 0))
    running = server(fake, host="127.0.0.1", port=0)
    running.config.timeout_graceful_shutdown = 0
    running.config.load()
    running.lifespan = running.config.lifespan_class(running.config)
    await running.startup(sockets=[listener])  # not serve(), which would take the test's signals
    try:
        yield RunningFake(f"http://127.0.0.1:{listener.getsockname()[1]}", fake)
    finally:
        await running.shutdown(sockets=[listener])
