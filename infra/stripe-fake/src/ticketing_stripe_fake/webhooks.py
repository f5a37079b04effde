"""Events on their way to the shop: signed, retried, and as unreliable as asked for.

Whoever changes the ledger only puts them in a queue. Every undelivered event is `pending` in the
ledger, so a restart sends it again.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import httpx
import orjson

from ticketing_stripe_fake.api.render_event import event as rendered
from ticketing_stripe_fake.faults import Faults, Kind
from ticketing_stripe_fake.ledger import Ledger, nobody
from ticketing_stripe_fake.objects import Event, StripeObject
from ticketing_stripe_fake.signature import Forger, header
from ticketing_stripe_fake.webhook_queue import Delivery, Queue

log = logging.getLogger("ticketing_stripe_fake")

AT_ONCE = 8
"""Deliveries under way; the rest waits in the queue."""
TIMEOUT_SECONDS = 10.0
RETRIES = 16
"""Each after twice as long, 64 times `retry_seconds` at most; Stripe's go on for three days."""
HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
}


@dataclass(frozen=True)
class Endpoint:
    """Raises ValueError for what can't be called or sign."""

    url: str
    secret: str
    retry_seconds: float = 1.0
    """Until the first retry; the others scale with it. Stripe's first is after some minutes."""
    events: tuple[str, ...] = ("*",)
    """The types that it wants, as shell patterns."""

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise ValueError("a webhook's url starts with http:// or https://")
        if not self.secret.startswith("whsec_"):
            raise ValueError("a webhook's secret starts with whsec_")
        if self.retry_seconds <= 0:
            raise ValueError("retry_seconds must be more than 0")

    def wants(self, type: str) -> bool:
        return any(fnmatchcase(type, each) for each in self.events)


class Webhooks:
    def __init__(self, ledger: Ledger, faults: Faults, endpoint: Endpoint | None) -> None:
        self.ledger = ledger
        self.faults = faults
        self.counts: Counter[str] = Counter()
        self.forged: Counter[str] = Counter()
        """What was answered to forgeries, by their kind: none may get a 2xx."""
        self._queue = Queue()
        self._forger = Forger()
        self.endpoint: Endpoint | None = None
        ledger.watchers.append(self._committed)
        self.send_to(endpoint)

    def send_to(self, endpoint: Endpoint | None) -> None:
        """From now on; what the last one did not take goes to the new one."""
        self.endpoint = endpoint
        self.ledger.delivers = endpoint.wants if endpoint else nobody
        self._queue.clear()
        if endpoint:
            events = self.ledger.table(Event).oldest_first()
            self._enqueue(event for event in events if event.pending)

    def clear(self) -> None:
        self._queue.clear()
        self.counts.clear()
        self.forged.clear()

    def waiting(self) -> int:
        return len(self._queue)

    async def run(self) -> None:
        await self._queue.until_any()  # most never send any, and a client takes 30 ms to make
        limits = httpx.Limits(max_connections=AT_ONCE)
        free = asyncio.Semaphore(AT_ONCE)
        async with (
            httpx.AsyncClient(timeout=TIMEOUT_SECONDS, limits=limits, trust_env=False) as http,
            asyncio.TaskGroup() as group,
        ):
            while True:
                await free.acquire()
                delivery = await self._queue.next()
                sending = group.create_task(self._deliver(http, delivery))
                sending.add_done_callback(lambda _: free.release())

    def _committed(self, rows: list[StripeObject]) -> None:
        if self.endpoint:
            self._enqueue(row for row in rows if isinstance(row, Event) and row.pending)

    def _enqueue(self, events: Iterable[Event]) -> None:
        for event in events:
            if self._strikes("webhook_lost", event):
                self._done(event)  # Stripe believes that it arrived
                continue
            if self._strikes("webhook_forged", event):
                self._put(Delivery(event.id, forged=True))
            late = self.faults.strike_event("webhook_late", event.type)
            held = self.faults.strike_event("webhook_reordered", event.type)
            if held:
                self.counts["reordered"] += 1
                self._put(Delivery(event.id), held.seconds, hold=True)
            else:
                if late:
                    self.counts["late"] += 1
                self._put(Delivery(event.id), late.seconds if late else 0.0)
            if self._strikes("webhook_twice", event):
                self._put(Delivery(event.id, again=True), late.seconds if late else 0.0)

    def _strikes(self, kind: Kind, event: Event) -> bool:
        fault = self.faults.strike_event(kind, event.type)
        if fault:
            self.counts[kind.removeprefix("webhook_")] += 1
        return fault is not None

    def _put(self, delivery: Delivery, seconds: float = 0.0, *, hold: bool = False) -> None:
        if not self._queue.put(delivery, seconds, hold=hold):
            self.counts["overflowed"] += 1

    async def _deliver(self, http: httpx.AsyncClient, delivery: Delivery) -> None:
        event, endpoint = self.ledger.table(Event).get(delivery.event), self.endpoint
        if event is None or endpoint is None:
            return  # too old to be known, or nobody listens any more
        body = orjson.dumps(_false(rendered(event)) if delivery.forged else rendered(event))
        answer = await self._post(http, endpoint, body, delivery)
        if delivery.forged:
            return
        self._queue.release_held()
        if answer.startswith("2"):
            self.counts["delivered"] += 1
            self._done(event)
        elif self.endpoint is not endpoint:
            self.counts["failed"] += 1  # whoever came in its place was given it, too
        elif delivery.attempt == RETRIES:
            self.counts["given_up"] += 1
            log.warning("webhook given up", extra={"fields": {"event": event.id}})
        else:
            self.counts["failed"] += 1
            wait = endpoint.retry_seconds * 2 ** min(delivery.attempt, 6)
            self._put(replace(delivery, attempt=delivery.attempt + 1), wait)

    async def _post(
        self, http: httpx.AsyncClient, endpoint: Endpoint, body: bytes, delivery: Delivery
    ) -> str:
        """The status, or what happened in place of an answer."""
        at = int(time.time())
        kind: str
        signature: str | None
        kind, signature = "", header(body, endpoint.secret, at)
        if delivery.forged:
            kind, signature = self._forger.next(body, endpoint.secret, at)
        headers = dict(HEADERS)
        if signature:
            headers["Stripe-Signature"] = signature
        try:
            reply = await http.post(endpoint.url, content=body, headers=headers)
            answer = str(reply.status_code)
        except httpx.HTTPError as error:
            answer = type(error).__name__
        if delivery.forged:
            self.forged[f"{kind} {answer}"] += 1
        else:
            self.counts[f"answered {answer}"] += 1
        return answer

    def _done(self, event: Event) -> None:
        if event.pending:
            self.ledger.delivered(event)


def _false(event: dict[str, object]) -> dict[str, object]:
    """What somebody would claim who wants a ticket for nothing."""
    return event | {"id": f"evt_forged{str(event['id'])[4:20]}", "type": "payment_intent.succeeded"}
