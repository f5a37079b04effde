"""What every service can tell of itself: read when it is asked for."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from ticketing_common.events.consumer import Consumer
from ticketing_common.metrics.metrics import Source, gauge
from ticketing_common.store.store import Store

Counts = Mapping[str, Callable[[], int | None]]


def batches(stores: Sequence[Store[Any]]) -> Source:
    """Sizes are items over calls, waits seconds over calls."""

    async def read() -> list[Metric]:
        labels = ["collection", "kind"]
        families = [
            CounterMetricFamily("ticketing_store_batches", "Round trips.", labels=labels),
            CounterMetricFamily("ticketing_store_batch_items", "What they were of.", labels=labels),
            CounterMetricFamily(
                "ticketing_store_batch_wait_seconds", "Of the first in each.", labels=labels
            ),
        ]
        for store in stores:
            for kind, batch in store.batches.items():
                values = (batch.calls, batch.items, batch.waited)
                for family, value in zip(families, values, strict=True):
                    family.add_metric([store.document.collection, kind], value)
        return list(families)

    return read


def waits(stores: Sequence[Store[Any]]) -> Source:
    """Of requests for what another service had just made; see `store.arrivals`."""

    async def read() -> list[Metric]:
        family = CounterMetricFamily(
            "ticketing_waits_for_news",
            "Requests for what was not heard of yet.",
            labels=["collection", "outcome"],
        )
        for store in stores:
            for outcome, count in store.arrivals.outcomes.items():
                family.add_metric([store.document.collection, outcome], count)
        return [family]

    return read


def outboxes(stores: Sequence[Store[Any]]) -> Source:
    async def read() -> list[Metric]:
        depth = GaugeMetricFamily(
            "ticketing_outbox_documents",
            "Documents with unpublished events, 1000 is or more.",
            labels=["collection"],
        )
        age = GaugeMetricFamily(
            "ticketing_outbox_age_seconds",
            "Of the oldest unpublished event.",
            labels=["collection"],
        )
        for outbox in (store.outbox for store in stores if store.document.publishes):
            waiting = await outbox.waiting()
            depth.add_metric([outbox.name], waiting.documents)
            since = waiting.oldest
            age.add_metric([outbox.name], 0.0 if since is None else max(time.time() - since, 0.0))
        return [depth, age]

    return read


def consumers(consumers: Sequence[Consumer]) -> Source:
    async def read() -> list[Metric]:
        about = {
            "pending": "Messages that were not handed out yet.",
            "unacknowledged": "Messages that are handed out.",
            "redelivered": "Of those, messages that are handed out again.",
        }
        families = {
            name: GaugeMetricFamily(f"ticketing_consumer_{name}", text, labels=["consumer"])
            for name, text in about.items()
        }
        lag = GaugeMetricFamily(
            "ticketing_consumer_lag_seconds",
            "Between the newest event that this replica took being published and taken.",
            labels=["consumer"],
        )
        for consumer in consumers:
            name = [consumer.listener.durable]
            if info := await consumer.info():
                families["pending"].add_metric(name, info.num_pending or 0)
                families["unacknowledged"].add_metric(name, info.num_ack_pending or 0)
                families["redelivered"].add_metric(name, info.num_redelivered or 0)
            if consumer.newest:
                message, taken = consumer.newest
                published = message.metadata.timestamp.timestamp()
                lag.add_metric(name, max(taken - published, 0.0))
        return [*families.values(), lag]

    return read


def counts(counts: Counts) -> Source:
    """What `/readyz` tells, too; what is not known yet is left out."""

    async def read() -> list[Metric]:
        known = {name: value for name, count in counts.items() if (value := count()) is not None}
        return [
            gauge(
                re.sub("([A-Z])", lambda c: f"_{c[1].lower()}", name), f"{name} of /readyz.", value
            )
            for name, value in known.items()
        ]

    return read


def rate_limits(app: FastAPI) -> Source:
    async def read() -> list[Metric]:
        family = CounterMetricFamily(
            "ticketing_rate_limited", "Requests refused by a limit.", labels=["limit"]
        )
        for name, limit in getattr(app.state, "rate_limits", {}).items():
            family.add_metric([name], limit.refused)
        return [family]

    return read
