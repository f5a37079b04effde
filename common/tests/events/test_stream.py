"""The connection to NATS."""

import pytest
from nats.aio.client import Client
from nats.js.api import StreamConfig

from common.tests.conftest import connection
from ticketing_common.events import stream as streams
from ticketing_common.events.catalogue import Subjects
from ticketing_common.events.limits import DAY, raised
from ticketing_common.events.stream import Stream


async def test_a_reset_during_the_handshake(
    nats_url: str, stream_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
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
    stream = connection(nats_url, stream_name)

    await stream.connect()

    await stream.ping()
    assert tries == 3
    await stream.close()


async def test_an_older_replica_takes_no_subjects_away(nats_url: str, stream: Stream) -> None:
    """One that knows fewer of them starts beside a newer one, whose events go on being stored."""
    subjects = [*map(str, Subjects), "venue:created"]
    await stream.jetstream.update_stream(name=stream.name, subjects=subjects)
    older = connection(nats_url, stream.name)

    await older.connect()

    assert (await _config(stream)).subjects == subjects
    await stream.publish("venue:created", b"{}", {})
    await older.close()


async def test_a_newer_replica_adds_its_subjects(nats_url: str, stream: Stream) -> None:
    """Beside those that it does not know any more."""
    await stream.jetstream.update_stream(name=stream.name, subjects=["venue:created"])
    newer = connection(nats_url, stream.name)

    await newer.connect()

    assert set((await _config(stream)).subjects or ()) == {"venue:created", *map(str, Subjects)}
    await newer.close()


async def test_limits_are_only_raised(stream: Stream) -> None:
    """What somebody set higher, or left out, stays; what is lower is brought up to ours."""
    ours = await _config(stream)
    higher = ours.evolve(max_age=60 * DAY, max_bytes=-1, duplicate_window=600.0)
    lower = ours.evolve(max_age=3600.0, max_bytes=2**20, duplicate_window=10.0)

    await stream.jetstream.update_stream(higher)
    await stream.ensure()
    kept = await _config(stream)
    await stream.jetstream.update_stream(lower)
    await stream.ensure()

    assert kept == higher
    assert await _config(stream) == ours


async def test_what_somebody_else_set_is_left_alone(stream: Stream) -> None:
    """A setting that we know nothing of, and the number of replicas where it is the higher one."""
    described = (await _config(stream)).evolve(description="ours", max_msgs_per_subject=10_000_000)
    await stream.jetstream.update_stream(described)

    await stream.ensure()

    assert await _config(stream) == described
    replicated = described.evolve(num_replicas=3)
    assert raised(replicated, described) == replicated
    assert raised(described, replicated) == replicated


async def _config(stream: Stream) -> StreamConfig:
    return (await stream.jetstream.stream_info(stream.name)).config
