"""What JetStream said of what was published."""

import asyncio

import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.js.api import DiscardPolicy

from ticketing_common.events import confirms
from ticketing_common.events.confirms import Confirms, NotStoredError, RefusedError
from ticketing_common.events.stream import Stream

SUBJECT = "ticket:updated"


async def test_each_is_told_from_the_others(stream: Stream) -> None:
    """One that is refused does not take its neighbours along."""
    nowhere, too_large = "nobody:listens", b"x" * (stream.client.max_payload + 1)

    outcomes = await stream.publish_all(
        [(SUBJECT, b"1", {}), (nowhere, b"2", {}), (SUBJECT, too_large, {}), (SUBJECT, b"4", {})]
    )

    assert [outcome is None for outcome in outcomes] == [True, False, False, True]
    assert isinstance(outcomes[1], NoRespondersError)
    assert isinstance(outcomes[2], RefusedError)
    assert (await stream.info()).state.messages == 2


async def test_headers_count_too(stream: Stream) -> None:
    """The library only looks at the data; the server would close the connection for good."""
    just_fits = stream.client.max_payload - len("NATS/1.0\r\nA: b\r\n\r\n")
    letters = [(SUBJECT, b"x" * (just_fits + more), {"A": "b"}) for more in (0, 1)]

    fitting, too_large = await stream.publish_all(letters)

    assert fitting is None
    assert isinstance(too_large, RefusedError)
    await stream.ping()


async def test_nothing_to_publish(stream: Stream) -> None:
    """There is no answer to wait for."""
    async with asyncio.timeout(1):
        assert await stream.publish_all([]) == []


async def test_why_the_stream_refused(stream: Stream) -> None:
    """JetStream's own reason is kept."""
    expected = {"Nats-Expected-Stream": "another"}

    [outcome] = await stream.publish_all([(SUBJECT, b"1", expected)])

    assert "expected stream does not match" in str(outcome)


@pytest.mark.parametrize(
    ("subject", "headers"),
    [
        (SUBJECT, {"X-Request-Id": "x" * 65_000, "X-Other": "x" * 1000}),
        (SUBJECT, {"Nats-TTL": "never mind"}),
        (SUBJECT, {"Nats-Rollup": "all"}),
        (SUBJECT, {"no header": "x"}),
        (SUBJECT, {"A": "\ud800"}),
        ("two words", {}),
        ("", {}),
        ("x" * 5000, {}),
    ],
)
async def test_a_message_of_its_own_fault(
    stream: Stream, subject: str, headers: dict[str, str]
) -> None:
    """What will never be taken is told from what is only not taken now; and the connection, which
    the server would close because of some of them, stays."""
    outcomes = await stream.publish_all([(subject, b"1", headers), (SUBJECT, b"2", {})])

    assert isinstance(outcomes[0], RefusedError)
    assert outcomes[1] is None


async def test_a_stream_that_can_store_nothing(stream: Stream) -> None:
    """Full or sealed is not the message's fault."""
    config = (await stream.jetstream.stream_info(stream.name)).config
    full = config.evolve(discard=DiscardPolicy.NEW, max_bytes=300)
    await stream.jetstream.update_stream(full)
    too_many = await stream.publish_all([(SUBJECT, b"x" * 200, {}), (SUBJECT, b"x" * 200, {})])
    await stream.jetstream.update_stream(full.evolve(sealed=True))
    sealed = await stream.publish_all([(SUBJECT, b"1", {})])

    assert too_many[0] is None
    assert [type(each) for each in (too_many[1], *sealed)] == [NotStoredError] * 2


async def test_no_answer_in_time(stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that does not come is a failure, and one that comes too late harms nobody."""
    monkeypatch.setattr(confirms, "TIMEOUT", 0.0)

    [outcome] = await stream.publish_all([(SUBJECT, b"1", {})])
    monkeypatch.undo()
    again = await asyncio.gather(*(stream.publish_all([(SUBJECT, b"2", {})]) for _ in range(3)))

    assert isinstance(outcome, TimeoutError)
    assert again == [[None], [None], [None]]


async def test_without_a_connection() -> None:
    """Nothing was published, and nobody waits for an answer."""
    [outcome] = await Confirms(Client()).publish([(SUBJECT, b"1", {})])

    assert isinstance(outcome, NatsError)
