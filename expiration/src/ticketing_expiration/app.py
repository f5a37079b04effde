"""The expiration service, wired. It has no API: HTTP is for its health only."""

from fastapi import FastAPI

from ticketing_common.events.publisher import Publisher
from ticketing_common.events.stream import Stream
from ticketing_common.service import create_service
from ticketing_common.timing import Timing
from ticketing_expiration.config import Settings
from ticketing_expiration.events.listeners.order_created import OrderCreatedListener
from ticketing_expiration.events.publishers import expiration_complete
from ticketing_expiration.metrics import jobs
from ticketing_expiration.queues.expiration_queue import ExpirationQueue


def create_app(settings: Settings) -> FastAPI:
    stream = Stream(settings)
    publisher = Publisher(stream)

    async def expire(order_id: str) -> None:
        await publisher.publish(expiration_complete(order_id))

    queue = ExpirationQueue(
        settings.REDIS_HOST, settings.REDIS_PORT, expire, settings.REDIS_PASSWORD
    )
    timing = Timing.of(settings.EXPIRATION_WINDOW_SECONDS)
    app = create_service(
        settings,
        stream=stream,
        listeners=[OrderCreatedListener(queue, timing)],
        work={"queue of expirations": queue.run},
        checks={"queue": queue.ping},
        closing=[queue.close],
    )
    app.state.queue = queue
    app.state.metrics.sources["jobs"] = jobs(queue)
    return app
