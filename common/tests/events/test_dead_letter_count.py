"""What `/readyz` says of dead letters, on a real NATS server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from common.tests.conftest import Recorder, Until, connection
from ticketing_common.events import dead_letter_count
from ticketing_common.events.catalogue import TicketUpdated
from ticketing_common.events.stream import Stream
from ticketing_common.service import create_service
from ticketing_common.settings import Settings


class Elsewhere(Recorder):
    """Another service's listener."""

    queue_group = "elsewhere"


@asynccontextmanager
async def serving(*apps: FastAPI) -> AsyncIterator[list[httpx.AsyncClient]]:
    async with (
        apps[0].router.lifespan_context(apps[0]),
        apps[1].router.lifespan_context(apps[1]),
    ):
        yield [
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x")
            for app in apps
        ]


async def test_each_service_counts_its_own(
    nats_url: str, stream: Stream, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are counted and make nobody unready; with the broker away the last number stands."""
    monkeypatch.setattr(dead_letter_count, "INTERVAL", 0.05)
    same = [connection(nats_url, stream.name) for _ in range(2)]
    here = create_service(Settings(), stream=same[0], listeners=[Recorder()])
    there = create_service(Settings(), stream=same[1], listeners=[Elsewhere()])

    async with serving(here, there) as (api, other):

        async def counted(number: int) -> bool:
            bodies = [(await each.get("/readyz")).json() for each in (api, other)]
            return all(body["deadLetters"] == number for body in bodies)

        await until(lambda: counted(0))
        for text in (b"one", b"two"):
            await stream.publish(str(TicketUpdated.subject), text, {})
        await stream.publish(f"{stream.dead_letters}.third-service", b"not ours", {})

        await until(lambda: counted(2))
        answer = await api.get("/readyz")
        assert (answer.status_code, answer.json()["ready"]) == (200, True)

        await stream.jetstream.purge_stream(stream.dead_letters)
        await until(lambda: counted(0))


async def test_unknown_until_the_broker_has_answered() -> None:
    """null, not zero."""
    app = create_service(
        Settings(), stream=connection("nats://127.0.0.1:1"), listeners=[Recorder()]
    )

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as api:
        body = (await api.get("/readyz")).json()

    assert body["deadLetters"] is None
    assert body["ready"] is False
