"""Putting events on the stream."""

from collections.abc import Sequence

from ticketing_common.events.confirms import Outcome, Publication
from ticketing_common.events.event import Event
from ticketing_common.events.message import Message
from ticketing_common.events.stream import Stream


class Publisher:
    """Publishes and waits for JetStream's acknowledgement.

    Services whose events tell of a stored document do not call it: they `save` document and
    event together, and the relay publishes.
    """

    def __init__(self, stream: Stream) -> None:
        self.stream = stream

    async def publish(self, event: Event) -> None:
        """Raise `BrokerUnavailableError` where it is not sure that the stream has it."""
        await self.stream.publish(*_publication(Message.of(event)))

    async def send(self, messages: Sequence[Message]) -> list[Outcome]:
        """What became of each: None once JetStream has stored it, an exception where unsure."""
        return await self.stream.publish_all([_publication(each) for each in messages])


def _publication(message: Message) -> Publication:
    return message.subject, message.data, message.sent_headers
