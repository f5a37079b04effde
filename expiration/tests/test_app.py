"""The whole service on a real NATS and a real Redis."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from nats.js.errors import NotFoundError
from redis.asyncio import Redis

from ticketing_common.events.catalogue import OrderCreated, Subjects
from ticketing_common.events.publisher import Publisher
from ticketing_common.events.stream import Stream
from ticketing_common.settings import NatsSettings, SettingsError
from ticketing_common.testing import servers
from ticketing_common.testing.ports import free_port
from ticketing_common.types import now
from ticketing_expiration.app import create_app
from ticketing_expiration.config import Settings

Created = Callable[..., OrderCreated]


def _settings(stream: Stream, nats_url: str, redis_port: int) -> Settings:
    return Settings(
        NATS_URL=nats_url,
        NATS_CLUSTER_ID=stream.name,
        NATS_CLIENT_ID="expiration",
        EXPIRATION_WINDOW_SECONDS=2,
        REDIS_HOST="127.0.0.1",
        REDIS_PORT=redis_port,
    )


@pytest.fixture
async def stream(nats_url: str, stream_name: str) -> AsyncIterator[Stream]:
    stream = Stream(
        NatsSettings(NATS_URL=nats_url, NATS_CLUSTER_ID=stream_name, NATS_CLIENT_ID="test")
    )
    await stream.connect()
    yield stream
    await stream.close()


async def _told(stream: Stream) -> dict[str, Any]:
    """The first expiration:complete on the stream."""
    async with asyncio.timeout(60):
        while True:
            try:
                last = await stream.jetstream.get_last_msg(
                    stream.name, Subjects.EXPIRATION_COMPLETE
                )
                return {"data": json.loads(last.data or b""), "headers": last.headers}
            except NotFoundError:
                await asyncio.sleep(0.02)


async def _readiness(app: FastAPI) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://expiration") as client:
        return await client.get("/readyz")


async def _until_ready(app: FastAPI, status: int) -> httpx.Response:
    async with asyncio.timeout(60):
        while (response := await _readiness(app)).status_code != status:
            await asyncio.sleep(0.02)
    return response


async def test_tells_when_an_orders_time_is_over(
    stream: Stream, redis: Redis, redis_port: int, nats_url: str, created: Created
) -> None:
    """From order:created to expiration:complete, which is bare JSON under its own id."""
    app = create_app(_settings(stream, nats_url, redis_port))
    order = created(expires_at=now() + timedelta(seconds=0.5))

    async with app.router.lifespan_context(app):
        await Publisher(stream).publish(order)
        told = await _told(stream)

    assert now() > order.expires_at
    assert told["data"] == {"orderId": order.id}
    assert told["headers"]["Nats-Msg-Id"] == f"expiration:complete/{order.id}/0"


async def test_an_order_made_while_redis_is_away(
    stream: Stream, nats_url: str, tmp_path: Path, created: Created
) -> None:
    """It is not acknowledged before Redis has it: it expires once Redis is there."""
    port = free_port()
    app = create_app(_settings(stream, nats_url, port))
    order = created(expires_at=now())

    async with app.router.lifespan_context(app):
        await Publisher(stream).publish(order)
        away = await _until_ready(app, 503)
        await _until_delivered_again(stream)
        with servers.redis_server(tmp_path, port):
            told = await _told(stream)
            back = await _until_ready(app, 200)

    assert away.json()["checks"]["queue"] == "does not answer"
    assert back.json()["checks"] == {"queue": "ok", "broker": "ok"}
    assert told["data"] == {"orderId": order.id}


async def _until_delivered_again(stream: Stream) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                consumer = await stream.jetstream.consumer_info(
                    stream.name, "expiration-service_order-created"
                )
                if consumer.num_redelivered:
                    return
            except NotFoundError:
                pass
            await asyncio.sleep(0.02)


def test_everything_missing_is_named_at_once() -> None:
    """One message tells all that has to be set; Redis' port and the window have defaults."""
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({})

    wrong = [line.split(":")[0].strip() for line in str(error.value).splitlines()[1:]]
    assert sorted(wrong) == ["NATS_CLIENT_ID", "NATS_CLUSTER_ID", "NATS_URL", "REDIS_HOST"]
