"""Stripe's fake and the API, served to the tests."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from threading import Thread
from typing import Any

import httpx
import uvloop

from ticketing_common.store import Database
from ticketing_common.tasks import end
from ticketing_payments.app import create_app
from ticketing_payments.config import Settings
from ticketing_stripe_fake.testing import RunningFake, stripe_fake


@contextmanager
def stripe_in_a_thread() -> Iterator[RunningFake]:
    """Stripe's fake on a port and in an event loop of its own: those of the tests come and go."""
    started: Future[tuple[RunningFake, Callable[[], object]]] = Future()

    async def serve() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        async with stripe_fake() as running:
            started.set_result((running, lambda: loop.call_soon_threadsafe(stop.set)))
            await stop.wait()

    def run() -> None:
        try:
            uvloop.run(serve())  # as in production; and asyncio would leave Nagle's delay on
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    thread = Thread(target=run, name="stripe-fake")
    thread.start()
    running, stop = started.result(timeout=60)
    yield running
    stop()
    thread.join(timeout=60)


@asynccontextmanager
async def served(
    client_of: Any, settings: Settings, database: Database
) -> AsyncIterator[httpx.AsyncClient]:
    """The API and the workers that look when they are asked to, without the recovery loop."""
    app = create_app(settings, database)
    client = await client_of(app)
    workers = asyncio.create_task(app.state.prompts.run())
    yield client
    await end([workers])
    await app.state.cashier.gateway.close()
