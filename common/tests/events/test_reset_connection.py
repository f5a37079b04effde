"""A connection that was reset is an outage, wherever it is noticed."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI
from nats.aio.client import Client

from common.tests.conftest import Recorder, watching
from ticketing_common.events.consumer import Consumer
from ticketing_common.events.dead_letters import DeadLetters
from ticketing_common.events.pull import Pull
from ticketing_common.events.stream import BrokerUnavailableError, Stream
from ticketing_common.service import create_service
from ticketing_common.settings import Settings
from ticketing_common.store import Database, Store
from ticketing_common.store.position import StreamPosition

Ask = Callable[[Stream, Database], Awaitable[object]]


async def _list(stream: Stream, _: Database) -> None:
    async for _letter in DeadLetters(stream).list():
        raise AssertionError("there is none")


async def _readyz(stream: Stream, _: Database) -> None:
    app: FastAPI = create_service(Settings(), stream=stream)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        answer = await http.get("/readyz")
    assert answer.status_code == 503
    raise BrokerUnavailableError(answer.text)


ASKED: dict[str, Ask] = {
    "info": lambda stream, _: stream.info(),
    "ping": lambda stream, _: stream.ping(),
    "ensure": lambda stream, _: stream.ensure(),
    "dead letters' count": lambda stream, _: DeadLetters(stream).count(),
    "dead letters' list": _list,
    "one dead letter": lambda stream, _: DeadLetters(stream).get(1),
    "watch": lambda stream, database: watching(stream, database).poll(),
    "consumer": lambda stream, _: Consumer(Recorder(), stream, DeadLetters(stream)).create(),
    "pull": lambda stream, _: Pull(stream, "a", _never).run(),
    "/readyz": _readyz,
}


async def _never(_: object) -> None:
    raise AssertionError("nothing is delivered")


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED.keys())
async def test_every_question_fails_alike(
    asked: Ask, stream: Stream, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """uvloop's RuntimeError of a write to a reset connection is `BrokerUnavailableError` to all."""
    await database.prepare([Store(database, StreamPosition)])

    async def reset(*_: object, **__: object) -> None:
        raise RuntimeError("unable to perform operation; the handler is closed")

    with monkeypatch.context() as broken:
        for method in ("publish", "request"):
            broken.setattr(Client, method, reset)

        with pytest.raises(BrokerUnavailableError):
            await asked(stream, database)
