"""The way of a request to its endpoint: key, faults, idempotency, execution, answer.

In Stripe's order: the API key and the rate limiter come before the idempotency layer, so their
refusals are kept under no key; an endpoint that began keeps whatever it answered, 500s included.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

import orjson

from ticketing_stripe_fake import api_key, ids
from ticketing_stripe_fake.answer import Answer
from ticketing_stripe_fake.api.expand import expand
from ticketing_stripe_fake.api.operation import Call, Operation
from ticketing_stripe_fake.counts import Counts
from ticketing_stripe_fake.errors import StripeError, api_error, lock_timeout, rate_limited
from ticketing_stripe_fake.faults import Fault, Faults, Kind
from ticketing_stripe_fake.forms import Pairs, parse_form
from ticketing_stripe_fake.idempotency import IdempotencyKeys
from ticketing_stripe_fake.kept_result import KeptResult, compressed
from ticketing_stripe_fake.ledger import Ledger, Transaction


@dataclass(frozen=True, slots=True)
class Incoming:
    """One request for one operation."""

    operation: Operation
    method: str
    path: str
    id: str
    pairs: Pairs
    """Its parameters as they came."""
    key: str | None
    """Its idempotency key; only a POST's counts."""
    fingerprint: bytes
    """Of the parameters, for its key."""
    authorization: str | None
    base_url: str


class Gate:
    def __init__(
        self, ledger: Ledger, keys: IdempotencyKeys, faults: Faults, counts: Counts
    ) -> None:
        self.ledger = ledger
        self.keys = keys
        self.faults = faults
        self.counts = counts

    async def pass_through(self, incoming: Incoming) -> Answer:
        request_id = ids.request_id()
        if self._strikes("drop_request", incoming):
            return Answer.lost(request_id, "dropped")
        try:
            livemode = api_key.check(incoming.authorization)
            self._turn_away(incoming)
            kept = self._find_kept(incoming)
        except StripeError as error:
            return Answer.of_error(request_id, error)
        if kept:
            await self._wait("latency", incoming)
            answer = Answer.replayed(request_id, kept)
        else:
            with self.keys.at_work(incoming.key):
                await self._wait("latency", incoming)
                answer = self._execute(incoming, request_id, livemode)
        await self._wait("slow_response", incoming)
        fault = self._strikes("lost_response", incoming)
        return answer.lose(hang=fault.hang) if fault else answer

    def _turn_away(self, incoming: Incoming) -> None:
        """What Stripe refuses before it looks at the idempotency key."""
        fault = self._strikes("unavailable", incoming)
        if fault:
            raise api_error(fault.status or 503, began=False)
        if self._strikes("rate_limit", incoming):
            raise rate_limited()

    def _find_kept(self, incoming: Incoming) -> KeptResult | None:
        if incoming.key is None:
            return None
        if self._strikes("forget_key", incoming):
            self.keys.forget(incoming.key)
        return self.keys.find(incoming.key, incoming.path, incoming.fingerprint)

    def _execute(self, incoming: Incoming, request_id: str, livemode: bool) -> Answer:
        """Runs the endpoint and keeps its result, in one tick of the event loop."""
        transaction = Transaction(self.ledger)
        try:
            json = self._run(incoming, transaction, livemode)
            answer = Answer(request_id, 200, orjson.dumps(json))
        except StripeError as error:
            if error.status != 402:  # a declined card leaves its charge, a refusal leaves nothing
                transaction = Transaction(self.ledger)
            answer = Answer.of_error(request_id, error)
            if not error.began:
                return answer
        fault = self._strikes("error_after", incoming)
        if fault:
            answer = Answer.of_error(request_id, api_error(fault.status or 500))
        kept = self._kept(incoming, answer)
        transaction.commit(kept, request_id=request_id, key=incoming.key)
        if kept:
            self.keys.keep(kept)
        return answer

    def _run(self, incoming: Incoming, transaction: Transaction, livemode: bool) -> dict[str, Any]:
        parameters = incoming.operation.read(parse_form(incoming.pairs))
        locked = self._strikes("lock_timeout", incoming)
        if locked:
            raise lock_timeout(locked.status or 429)
        failing = self._strikes("error_before", incoming)
        if failing:
            raise api_error(failing.status or 500)
        call = Call(transaction, parameters, incoming.id, incoming.base_url, incoming.key, livemode)
        json = incoming.operation.run(call)
        expand(transaction, json, parameters.get("expand", ()))
        return json

    def _kept(self, incoming: Incoming, answer: Answer) -> KeptResult | None:
        if incoming.key is None:
            return None
        return KeptResult(
            incoming.key,
            incoming.path,
            incoming.fingerprint,
            answer.request_id,
            self.ledger.clock(),
            answer.status,
            answer.should_retry,
            compressed(answer.body),
        )

    async def _wait(self, kind: Kind, incoming: Incoming) -> None:
        fault = self._strikes(kind, incoming)
        if fault:
            await asyncio.sleep(fault.seconds)

    def _strikes(self, kind: Kind, incoming: Incoming) -> Fault | None:
        fault = self.faults.strike(kind, incoming.method, incoming.path, incoming.key)
        if fault:
            self.counts.struck(kind)
        return fault
