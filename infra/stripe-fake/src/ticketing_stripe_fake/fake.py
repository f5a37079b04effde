"""The fake's parts, put together once."""

import time
from collections.abc import Callable
from pathlib import Path

from ticketing_stripe_fake.config import DAY_SECONDS
from ticketing_stripe_fake.counts import Counts
from ticketing_stripe_fake.faults import Faults
from ticketing_stripe_fake.gate import Gate
from ticketing_stripe_fake.idempotency import IdempotencyKeys
from ticketing_stripe_fake.ledger import Ledger
from ticketing_stripe_fake.storage import SqliteStorage, Storage


class Fake:
    def __init__(
        self,
        data: Path | None = None,
        *,
        idempotency_ttl_seconds: float = DAY_SECONDS,
        public_url: str | None = None,
        clock: Callable[[], float] = time.time,
        lock_seconds: float = 5,
    ) -> None:
        """`data` is where the ledger survives, `public_url` where browsers reach the fake.

        Raises sqlite3.OperationalError when another process holds it longer than `lock_seconds`.
        """
        self.public_url = public_url
        self.storage = SqliteStorage(data, lock_seconds) if data else Storage()
        self.ledger = Ledger(self.storage, clock)
        self.keys = IdempotencyKeys(self.storage, clock, idempotency_ttl_seconds)
        self.faults = Faults()
        self.counts = Counts()
        self.gate = Gate(self.ledger, self.keys, self.faults, self.counts)

    def reset(self) -> None:
        """As if newly started on an empty ledger."""
        self.faults.clear()
        self.keys.forget()
        self.ledger.clear()
        self.counts.clear()

    def close(self) -> None:
        self.storage.close()
