"""What happens by itself after a while: refunds fail or arrive, disputes open, payments succeed.

What is due is found in the ledger when the fake starts, so a restart forgets none of it.
"""

import asyncio
import heapq
import logging
from collections.abc import Callable, Iterable
from itertools import count
from typing import TypeAlias

from ticketing_stripe_fake.api import attempts, disputes, refunds
from ticketing_stripe_fake.api.operation import Call
from ticketing_stripe_fake.cards import BY_NUMBER
from ticketing_stripe_fake.ledger import Ledger, Transaction
from ticketing_stripe_fake.objects import Charge, PaymentIntent, Refund, StripeObject

log = logging.getLogger("ticketing_stripe_fake")

POLL_SECONDS = 1.0
"""At the latest; what is planned meanwhile wakes it."""

Happening: TypeAlias = Callable[[Call], object]


class Later:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._planned: list[tuple[float, int, Happening]] = []
        self._numbers = count()
        self._wake = asyncio.Event()
        ledger.watchers.append(self.plan)
        for kind in (Refund, Charge, PaymentIntent):
            self.plan(ledger.table(kind).oldest_first())

    def clear(self) -> None:
        self._planned = []

    def planned(self) -> int:
        return len(self._planned)

    def plan(self, rows: Iterable[StripeObject]) -> None:
        """Notes what will become of them; twice is no harm, as each looks again when it is due."""
        for row in rows:
            if isinstance(row, Refund):
                self._plan_refund(row)
            elif isinstance(row, Charge):
                disputed = BY_NUMBER[row.card].dispute is not None
                if disputed and row.succeeded and not row.disputed and not row.amount_refunded:
                    self._at(self._since(row) + self.ledger.delays.dispute, _dispute(row.id))
            elif isinstance(row, PaymentIntent) and row.status == "processing":
                self._at(self.ledger.clock() + self.ledger.delays.processing, _succeed(row.id))

    def run_due(self) -> float:
        """Does what is due, and gives the seconds until the next."""
        now = self.ledger.clock()
        while self._planned and self._planned[0][0] <= now:
            _, _, happen = heapq.heappop(self._planned)
            transaction = Transaction(self.ledger)
            happen(Call(transaction, {}, "", ""))
            transaction.commit()
        return self._planned[0][0] - now if self._planned else POLL_SECONDS

    async def run(self) -> None:
        while True:
            wait = self.run_due()
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), min(wait, POLL_SECONDS))
            except TimeoutError:
                continue

    def _plan_refund(self, refund: Refund) -> None:
        charge = self.ledger.table(Charge).get(refund.charge)
        behaviour = BY_NUMBER[charge.card].refund if charge else "succeeds"
        due = self._since(refund) + self.ledger.delays.refund
        if behaviour == "fails_later" and refund.status == "succeeded":
            self._at(due, _settle(refund.id, "failed"))
        elif behaviour == "pends" and refund.status == "pending":
            self._at(due, _settle(refund.id, "succeeded"))

    def _since(self, row: Charge | Refund) -> float:
        """When it was made; what was made in this second was made just now."""
        return min(self.ledger.clock(), row.created + 1)

    def _at(self, due: float, happening: Happening) -> None:
        heapq.heappush(self._planned, (due, next(self._numbers), happening))
        self._wake.set()


def _settle(id: str, status: str) -> Happening:
    def settle(call: Call) -> None:
        refund = call.transaction.get(Refund, id)
        if refund and (refund.status, status) in refunds.LATER:
            refunds.settle(call, refund, status)

    return settle


def _dispute(id: str) -> Happening:
    def dispute(call: Call) -> None:
        charge = call.transaction.get(Charge, id)
        if charge:
            disputes.open_for(call, charge)

    return dispute


def _succeed(id: str) -> Happening:
    def succeed(call: Call) -> None:
        intent = call.transaction.get(PaymentIntent, id)
        if intent and intent.status == "processing":
            attempts.finish_processing(call, intent)

    return succeed
