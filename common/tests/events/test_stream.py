"""The connection to NATS."""

import pytest
from nats.aio.client import Client

from common.tests.conftest import connection
from ticketing_common.events import stream as streams


async def test_a_reset_during_the_handshake(nats_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """uvloop calls writing to a connection that was reset a RuntimeError, which nats-py lets out of
    its first `connect`: that is one more try, not the service's end."""
    monkeypatch.setattr(streams, "RECONNECT_WAIT", 0.01)
    connect, tries = Client.connect, 0

    async def reset_at_first(client: Client, *arguments: object, **options: object) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise RuntimeError("unable to perform operation; the handler is closed")
        await connect(client, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Client, "connect", reset_at_first)
    stream = connection(nats_url)

    await stream.connect()

    await stream.ping()
    assert tries == 3
    await stream.close()
