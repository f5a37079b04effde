"""A NATS server that knows its clients, as every environment's does."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nats
import pytest
from nats.aio.client import Client

from infra.nats_users import FILE
from ticketing_common.events.rights import NAMES, inbox_prefix, password_variable, users
from ticketing_common.events.stream import Stream
from ticketing_common.settings import NatsSettings
from ticketing_common.testing import servers

USERS = [user for name in NAMES for user in users(name)]
PASSWORDS = {password_variable(user): f"p-{user}" for user in USERS}

Connect = Callable[[str], Awaitable["Guest"]]


class Guest:
    """A bare connection of one user, and what the server refused it."""

    def __init__(self, client: Client, refusals: list[str]) -> None:
        self.client = client
        self.refusals = refusals
        self.jetstream = client.jetstream(timeout=0.5)

    async def refused(self) -> str:
        """What was refused of all that was asked so far; nothing where it is empty."""
        for _ in range(2):  # nats-py's own goes ahead of what waits to be sent
            await self.client.flush()
        said, self.refusals[:] = " ".join(self.refusals), []
        return said


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address, without any user's name."""
    with knowing_its_clients(tmp_path_factory.mktemp("broker")) as url:
        yield url


@contextmanager
def knowing_its_clients(folder: Path) -> Iterator[str]:
    with servers.nats_server(folder, users=FILE.read_text(), passwords=PASSWORDS) as url:
        yield url


def settings(broker: str, user: str, password: str | None = None) -> NatsSettings:
    return NatsSettings(
        NATS_URL=broker,
        NATS_CLUSTER_ID="ticketing",
        NATS_CLIENT_ID="test",
        NATS_USER=user,
        NATS_PASSWORD=password or PASSWORDS[password_variable(user)],
    )


@pytest.fixture
async def operator(broker: str) -> AsyncIterator[Stream]:
    """The operator's connection to streams that are empty and have no consumers."""
    stream = Stream(settings(broker, "operator"))
    await stream.connect()
    yield stream
    # Not deleted: one made anew under the same name was seen to store a message twice.
    for consumer in await stream.jetstream.consumers_info(stream.name):
        await stream.jetstream.delete_consumer(stream.name, consumer.name)
    for name in (stream.name, stream.dead_letters):
        await stream.jetstream.purge_stream(name)
    await stream.close()


@pytest.fixture
async def connect(broker: str) -> AsyncIterator[Connect]:
    """`await connect(user)`: that user's bare connection."""
    guests: list[Guest] = []

    async def open(user: str) -> Guest:
        refusals: list[str] = []

        async def note(error: Exception) -> None:
            refusals.append(str(error))

        client = await nats.connect(
            broker,
            user=user,
            password=PASSWORDS[password_variable(user)],
            inbox_prefix=inbox_prefix(user),
            allow_reconnect=False,
            error_cb=note,
        )
        guests.append(Guest(client, refusals))
        return guests[-1]

    yield open
    for guest in guests:
        await guest.client.close()
