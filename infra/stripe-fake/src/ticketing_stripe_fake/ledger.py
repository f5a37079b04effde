"""Every object the fake knows, in memory and written through to its storage.

An endpoint works on a `Transaction`. Committing it stores its objects together with the events
that are to tell of them and the idempotency key's result in one write, so neither a crash nor a
kill separates a charge from its news, or from the answer that will be replayed for it.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from ticketing_stripe_fake import events, ids
from ticketing_stripe_fake.delays import Delays
from ticketing_stripe_fake.kept_result import KeptResult
from ticketing_stripe_fake.objects import (
    SUBJECTS,
    Charge,
    Dispute,
    Event,
    PaymentIntent,
    PaymentMethod,
    Refund,
    StripeObject,
    Token,
)
from ticketing_stripe_fake.storage import Storage
from ticketing_stripe_fake.table import RecentTable, Table

T = TypeVar("T", bound=StripeObject)

EVENTS = 20_000
"""The newest since the start are kept, 0.5 KB each; Stripe keeps those of 30 days."""


def nobody(_: str) -> bool:
    """Wants an event of any type."""
    return False


class Ledger:
    def __init__(
        self, storage: Storage, clock: Callable[[], float], delays: Delays | None = None
    ) -> None:
        self.storage = storage
        self.clock = clock
        self.delays = delays or Delays()
        self.watchers: list[Callable[[list[StripeObject]], None]] = []
        """Each is told what was committed: new and changed objects, and events."""
        self.delivers: Callable[[str], bool] = nobody
        """Whether events of a type are sent to anybody: they are pending until then."""
        self._events = RecentTable(Event, EVENTS)
        self._tables: dict[type[Any], Table[Any]] = {
            PaymentIntent: Table(PaymentIntent),
            Charge: Table(Charge, "payment_intent"),
            Refund: Table(Refund, "payment_intent", "charge"),
            Dispute: Table(Dispute, "payment_intent", "charge"),
            PaymentMethod: Table(PaymentMethod),
            Token: Table(Token),
            Event: self._events,
        }
        for kind, table in self._tables.items():
            for row in storage.objects(kind):
                table.put(row)

    def now(self) -> int:
        """Unix time in whole seconds."""
        return int(self.clock())

    def table(self, kind: type[T]) -> Table[T]:
        return self._tables[kind]

    def write(self, rows: list[StripeObject], result: KeptResult | None = None) -> None:
        """Raises sqlite3.Error and changes nothing when the storage fails.

        Of events only those that are still to be delivered are stored.
        """
        stored = [row for row in rows if not isinstance(row, Event) or row.pending]
        if stored or result:
            self.storage.write(stored, result)
        for row in rows:
            self.table(type(row)).put(row)
        gone = self._events.give_up()
        if gone:
            self.storage.drop(gone)

    def delivered(self, event: Event) -> None:
        self._events.put(replace(event, pending=False))
        self.storage.drop([event.id])

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

    def commit(
        self,
        result: KeptResult | None = None,
        *,
        request_id: str | None = None,
        key: str | None = None,
    ) -> None:
        """`request_id` and `key` are those of the call that made the change.

        Raises sqlite3.Error and changes nothing when the storage fails.
        """
        rows = list(self._written.values())
        rows += list(self._news(request_id, key))
        self.ledger.write(rows, result)
        self._written = {}
        for watcher in self.ledger.watchers:
            watcher(rows)

    def _news(self, request_id: str | None, key: str | None) -> Iterator[Event]:
        now, delivers = self.ledger.now(), self.ledger.delivers
        for row in self._written.values():
            kind = type(row)
            if kind.__name__ not in SUBJECTS:
                continue
            before = self.ledger.table(kind).get(row.id)
            for name in events.names(before, row):
                was = before if events.tells_what_changed(name) else None
                id = ids.event_id()
                pending = delivers(name)
                yield Event(id, now, name, kind.__name__, row, was, request_id, key, pending)
