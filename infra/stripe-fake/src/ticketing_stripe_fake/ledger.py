"""Every object the fake knows, in memory and written through to its storage.

An endpoint works on a `Transaction`. Committing it stores its objects together with the
idempotency key's result in one write, so neither a crash nor a kill separates a charge from the
answer that will be replayed for it.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from ticketing_stripe_fake.kept_result import KeptResult
from ticketing_stripe_fake.objects import (
    Charge,
    PaymentIntent,
    PaymentMethod,
    Refund,
    StripeObject,
    Token,
)
from ticketing_stripe_fake.storage import Storage
from ticketing_stripe_fake.table import Table

T = TypeVar("T", bound=StripeObject)


class Ledger:
    def __init__(self, storage: Storage, clock: Callable[[], float]) -> None:
        self.storage = storage
        self.clock = clock
        self._tables: dict[type[Any], Table[Any]] = {
            PaymentIntent: Table(PaymentIntent),
            Charge: Table(Charge, "payment_intent"),
            Refund: Table(Refund, "payment_intent", "charge"),
            PaymentMethod: Table(PaymentMethod),
            Token: Table(Token),
        }
        for kind, table in self._tables.items():
            for row in storage.objects(kind):
                table.put(row)

    def now(self) -> int:
        """Unix time in whole seconds."""
        return int(self.clock())

    def table(self, kind: type[T]) -> Table[T]:
        return self._tables[kind]

    def clear(self) -> None:
        self.storage.clear_objects()
        for table in self._tables.values():
            table.clear()


class Transaction:
    """One endpoint's changes. It sees its own writes; others see them once committed."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._written: dict[str, StripeObject] = {}

    def get(self, kind: type[T], id: str) -> T | None:
        written = self._written.get(id)
        return written if isinstance(written, kind) else self.ledger.table(kind).get(id)

    def owned_by(self, kind: type[T], id: str) -> list[T]:
        """Oldest first."""
        stored = {row.id: row for row in self.ledger.table(kind).owned_by(id)}
        for row in self._written.values():
            owners = (getattr(row, "payment_intent", None), getattr(row, "charge", None))
            if isinstance(row, kind) and id in owners:
                stored[row.id] = row
        return list(stored.values())

    def put(self, row: StripeObject) -> None:
        self._written[row.id] = row

    def commit(self, result: KeptResult | None = None) -> None:
        """Raises sqlite3.Error and changes nothing when the storage fails."""
        rows = list(self._written.values())
        if rows or result:
            self.ledger.storage.write(rows, result)
        for row in rows:
            self.ledger.table(type(row)).put(row)
        self._written = {}
