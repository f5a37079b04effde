"""The fake's parts, put together once."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from ticketing_stripe_fake.config import DAY_SECONDS
from ticketing_stripe_fake.counts import Counts
from ticketing_stripe_fake.delays import Delays
from ticketing_stripe_fake.faults import Faults
from ticketing_stripe_fake.gate import Gate
from ticketing_stripe_fake.idempotency import IdempotencyKeys
from ticketing_stripe_fake.later import Later
from ticketing_stripe_fake.ledger import Ledger
from ticketing_stripe_fake.storage import SqliteStorage, Storage
from ticketing_stripe_fake.webhooks import Endpoint, Webhooks


class Fake:
    def __init__(
        self,
        data: Path | None = None,
        *,
        idempotency_ttl_seconds: float = DAY_SECONDS,
        public_url: str | None = None,
        order_url: str | None = None,
        clock: Callable[[], float] = time.time,
        lock_seconds: float = 5,
        delays: Delays | None = None,
        webhook: Endpoint | None = None,
    ) -> None:
        """`data` is where the ledger survives, `public_url` where browsers reach the fake.

        `order_url` is the shop's page of an `{order}`, which the bank's page leads back to.

        Raises sqlite3.OperationalError when another process holds it longer than `lock_seconds`.
        """
        self.public_url = public_url
        self.order_url = order_url
        self.storage = SqliteStorage(data, lock_seconds) if data else Storage()
        self.ledger = Ledger(self.storage, clock, delays)
        self.keys = IdempotencyKeys(self.storage, clock, idempotency_ttl_seconds)
        self.faults = Faults()
        self.counts = Counts()
        self.gate = Gate(self.ledger, self.keys, self.faults, self.counts)
        self.webhooks = Webhooks(self.ledger, self.faults, webhook)
        self.later = Later(self.ledger)

    def reset(self) -> None:
        """As if newly started on an empty ledger."""
        self.faults.clear()
        self.keys.forget()
        self.ledger.clear()
        self.later.clear()
        self.webhooks.clear()
        self.counts.clear()

    async def run(self) -> None:
        """What goes on beside the requests, until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.webhooks.run())
            group.create_task(self.later.run())

    def close(self) -> None:
        self.storage.close()
