"""Stripe's books against our ledger, both ways, to the cent.

What differs is first made look at by the running services, as after a webhook that was lost; what
still differs then is a case. It only reads otherwise, so it is safe at any time, and it holds no
more than the ids of a slice of time.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from bson import ObjectId

from ticketing_common.errors import NotFoundError, VersionConflictError
from ticketing_common.store import Database, Store
from ticketing_common.store.document import object_id
from ticketing_common.timing import Timing
from ticketing_common.types import now
from ticketing_payments.cases import Cases
from ticketing_payments.comparison import Difference, compare, not_at_stripe
from ticketing_payments.gateway.books import StripeBooks
from ticketing_payments.gateway.objects import Charge
from ticketing_payments.gateway.span import Span
from ticketing_payments.models.case import Case
from ticketing_payments.models.order import Order
from ticketing_payments.models.payment import Payment
from ticketing_payments.schedule import Schedule

AT_ONCE = 4  # slices: Stripe allows 25 calls a second in test mode
PAGE = 500  # ledger rows
MOST_SUSPECTS = 2000  # charges that differ at first; with more, something else is wrong


class TooManyDifferencesError(Exception):
    """So many that it is not the single charge that is wrong."""


@dataclass
class Report:
    charges: int = 0
    foreign: int = 0  # charges that name no order
    rows: int = 0
    differences: list[Difference] = field(default_factory=list)


class Reconciliation:
    """`patience` is how long the services are given to see what differs, in seconds."""

    def __init__(
        self,
        books: StripeBooks,
        orders: Store[Order],
        payments: Store[Payment],
        cases: Cases,
        schedule: Schedule,
        patience: float,
    ) -> None:
        self.books = books
        self.orders = orders
        self.payments = payments
        self.cases = cases
        self.schedule = schedule
        self.patience = patience
        self.report = Report()
        self._suspects: dict[str, str] = {}  # orders by charge

    @classmethod
    def over(cls, database: Database, books: StripeBooks, timing: Timing) -> Self:
        """As an operator begins it, on the service's own database."""
        return cls(
            books,
            Store(database, Order),
            Store(database, Payment),
            Cases(Store(database, Case)),
            Schedule(timing),
            patience=2 * timing.lease,
        )

    async def run(self, seconds: int) -> Report:
        """Compare what happened in the last so many seconds; open a case for what differs."""
        end = int(time.time()) + 1
        spans = iter(Span(end - seconds, end).slices())
        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(AT_ONCE):
                    workers.create_task(self._work(spans))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        if self._suspects:
            await self._look()
            await self._until_equal()
        await self._open_cases()
        return self.report

    async def _work(self, spans: Iterator[Span]) -> None:
        for span in spans:
            seen: set[str] = set()
            async for page in self.books.charges(span):
                seen.update(charge.id for charge in page)
                paid = [charge for charge in page if charge.succeeded]
                self.report.charges += len(paid)
                self.report.foreign += sum(charge.order_id is None for charge in paid)
                self._suspect(await self._differing(page))
            for source in (self.books.refunded, self.books.disputed):
                async for page in source(span):
                    self._suspect(await self._differing(page))
            async for rows in self._rows(span):
                self.report.rows += len(rows)
                missing = [row for row in rows if row.stripe_id not in seen]
                self._suspect([d for row in missing for d in await self._check(row.stripe_id)])

    async def _rows(self, span: Span) -> AsyncIterator[list[Payment]]:
        """The ledger's rows that were begun then: their ids say when."""
        first, end = _first_id(span.begin), _first_id(span.end)
        while page := await self.payments.find(
            {"_id": {"$gte": first, "$lt": end}}, sort=[("_id", 1)], limit=PAGE
        ):
            yield page
            first = _after(page[-1].id)

    async def _differing(self, charges: list[Charge]) -> list[Difference]:
        ours = [each for each in charges if each.succeeded and object_id(each.order_id or "")]
        ids = list({str(charge.order_id) for charge in ours})
        if not ids:
            return []
        orders = await self.orders.find_ids(ids)
        rows: dict[str, list[Payment]] = {}
        for row in await self.payments.find({"orderId": {"$in": ids}}):
            rows.setdefault(row.order_id, []).append(row)
        return [
            difference
            for charge in ours
            for difference in compare(
                charge, rows.get(str(charge.order_id), []), orders.get(str(charge.order_id))
            )
        ]

    async def _check(self, charge_id: str) -> list[Difference]:
        """One charge, as both have it now."""
        charge = await self.books.charge(charge_id)
        if charge is not None:
            return await self._differing([charge])
        return [not_at_stripe(row) for row in await self.payments.find({"stripeId": charge_id})]

    def _suspect(self, differences: list[Difference]) -> None:
        self._suspects |= {each.charge_id: each.order_id for each in differences}
        if len(self._suspects) > MOST_SUSPECTS:
            raise TooManyDifferencesError

    async def _look(self) -> None:
        """Have the services look at each of these orders."""
        for order_id in set(self._suspects.values()):
            with suppress(NotFoundError, VersionConflictError):  # it changes: it is looked at
                await self.orders.change(order_id, self._due)

    def _due(self, order: Order) -> Order | None:
        at = now()
        if order.payment.intent_id is None or order.payment.leased(at):
            return None
        heard = self.schedule.heard(order.payment, at)
        return order.next(payment=self.schedule.at(heard, at))

    async def _open_cases(self) -> None:
        """What somebody has resolved is no difference any more."""
        found, self.report.differences = self.report.differences, []
        for each in found:
            if await self.cases.open(each.kind, each.subject, each.order_id, each.said):
                self.report.differences.append(each)

    async def _until_equal(self) -> None:
        deadline = time.monotonic() + self.patience
        while True:
            found: list[Difference] = []
            for some in batched(list(self._suspects)):
                for differences in await asyncio.gather(*map(self._check, some)):
                    found += differences
            self.report.differences = found
            self._suspects = {each.charge_id: each.order_id for each in found}
            if not found or time.monotonic() > deadline:
                return
            await asyncio.sleep(min(1.0, self.patience / 10))


def batched(ids: list[str]) -> list[list[str]]:
    return [ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE)]


def _first_id(seconds: int) -> ObjectId:
    return ObjectId.from_datetime(datetime.fromtimestamp(seconds, UTC))


def _after(id: str) -> ObjectId:
    return ObjectId((int(id, 16) + 1).to_bytes(12, "big"))
