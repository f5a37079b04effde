"""What `ticketing status` calls outstanding of the stream, before any alert fires."""

import json

import pytest
from nats.js.api import AckPolicy, ConsumerConfig, DiscardPolicy

from common.tests.events.streams import publish
from ticketing_common.events.stream import Stream
from ticketing_common.reports import status
from ticketing_common.reports.report import Report
from ticketing_common.reports.status import StatusQuestion

DURABLE = "orders-service_ticket-updated"


@pytest.fixture
async def consumer(stream: Stream) -> None:
    """One of a service's, which asks for nothing."""
    config = ConsumerConfig(
        durable_name=DURABLE, filter_subject="ticket:updated", ack_policy=AckPolicy.EXPLICIT
    )
    await stream.jetstream.add_consumer(stream.name, config)


async def _outstanding(stream: Stream) -> list[str]:
    return (await StatusQuestion().of_stream(stream, Report())).outstanding


async def test_what_just_happened_is_nothing(stream: Stream, consumer: None) -> None:
    await publish(stream, 3)

    assert await _outstanding(stream) == []


async def test_a_consumer_that_nobody_asks(
    stream: Stream, consumer: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its service hangs, say, and its log is silent."""
    monkeypatch.setattr(status, "LATE", 0.0)
    await publish(stream, 3)

    [said] = await _outstanding(stream)

    assert said.startswith(f"{DURABLE} has asked for none of its 3 messages for ")


async def test_a_consumer_that_somebody_paused(stream: Stream, consumer: None) -> None:
    subject = f"$JS.API.CONSUMER.PAUSE.{stream.name}.{DURABLE}"
    until = json.dumps({"pause_until": "2100-01-01T00:00:00Z"}).encode()
    await stream.client.request(subject, until)

    [said] = await _outstanding(stream)

    assert said == f"{DURABLE} is paused: somebody did that (`nats consumer resume`)"


async def test_a_stream_that_takes_no_more(stream: Stream, consumer: None) -> None:
    """Each outbox fills up, whatever room the volume has."""
    await publish(stream, 3)
    config = (await stream.info()).config
    await stream.jetstream.update_stream(config.evolve(discard=DiscardPolicy.NEW, max_msgs=3))

    [said] = await _outstanding(stream)

    assert said == "it takes no more than its 3 messages: somebody set that"
