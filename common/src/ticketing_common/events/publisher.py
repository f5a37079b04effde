"""Putting events on the stream."""

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
        await self.send(Message.of(event))

    async def send(self, message: Message) -> None:
        headers = {**message.headers, "Nats-Msg-Id": message.id}
        await self.stream.publish(message.subject, message.data, headers)
