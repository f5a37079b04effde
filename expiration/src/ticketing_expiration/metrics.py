"""Jobs that wait, and how late the first of them is, for Prometheus."""

from prometheus_client import Metric

from ticketing_common.metrics.metrics import Source, gauge
from ticketing_common.types import now
from ticketing_expiration.queues.expiration_queue import ExpirationQueue


def jobs(queue: ExpirationQueue) -> Source:
    async def read() -> list[Metric]:
        waiting = await queue.waiting()
        late = (now() - waiting.oldest).total_seconds() if waiting.oldest else 0.0
        return [
            gauge("expiration_jobs", "Orders whose time is not over.", waiting.jobs),
            gauge("expiration_lateness_seconds", "Of the first job.", max(late, 0.0)),
        ]

    return read
